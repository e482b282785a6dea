"""The apprise channel: mail, Slack, Teams, Matrix, Telegram, ntfy and a hundred more, by the addresses in MONITOR_NOTIFY.

Apprise is slow to load, so it is loaded with the first notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitor.errors import ConfigError, DeliveryError
from monitor.notify import Outgoing

_TITLE_LIMIT = 200
_TEXT_LIMIT = 3000


class Sender(Protocol):
    """The part of apprise.Apprise that is used."""

    def notify(self, body: str, title: str = "", *, body_format: str | None = None, interpret_escapes: bool | None = None) -> object: ...


class AppriseChannel:
    """Sends to all addresses; `sender` stands in for apprise in tests."""

    name = "apprise"

    def __init__(self, urls: Sequence[str], sender: Sender | None = None) -> None:
        self._urls = tuple(url for url in (u.strip() for u in urls) if url)
        self._sender = sender
        if not self._urls and sender is None:
            raise ConfigError("MONITOR_NOTIFY names no address")

    def send(self, notice: Outgoing) -> None:
        """Raises a transient DeliveryError if any address did not take it: apprise does not say whether trying again can help."""
        sender = self._sender = self._sender or _loaded(self._urls)
        # Plain text, and nothing in it interpreted: quotes are foreign.
        taken = sender.notify(
            notice.text[:_TEXT_LIMIT] or notice.title, notice.title[:_TITLE_LIMIT], body_format="text", interpret_escapes=False
        )
        if not taken:
            raise DeliveryError("apprise: not every address took the notice", transient=True)


def _loaded(urls: Sequence[str]) -> Sender:
    import apprise

    sender = apprise.Apprise()
    for number, url in enumerate(urls, 1):
        if not sender.add(url):
            # The address holds passwords: it is named by its place and scheme only.
            scheme = url.partition("://")[0][:20]
            raise DeliveryError(f"apprise: address {number} of MONITOR_NOTIFY ({scheme}) is not understood", transient=False)
    found: Sender = sender
    return found


CHANNEL = AppriseChannel
