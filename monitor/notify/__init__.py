"""Channels: how a notice leaves the program. A new channel is one new file with a class of this shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice as handed to a channel: `body` is its JSON text as stored, `payload` the same read. `key` never changes between tries."""

    key: str
    event: str
    body: str
    payload: Mapping[str, object]

    @property
    def title(self) -> str:
        return str(self.payload.get("title") or self.event)

    @property
    def text(self) -> str:
        return str(self.payload.get("text") or "")


class Channel(Protocol):
    """What every channel offers."""

    name: str

    def send(self, notice: Outgoing) -> None:
        """Returns when the notice was taken. Raises DeliveryError otherwise: transient if trying again can help. Sending twice must do no harm."""
        ...
