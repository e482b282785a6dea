"""Notices of a home taken out: its outbox, the channels its settings ask for, and the clock of whoever runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from monitor import deliver
from monitor.config import Settings
from monitor.deliver import Tally
from monitor.notify import Channel
from monitor.store.engine import Store
from monitor.store.outbox import Outbox


@contextmanager
def channels_of(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Mapping[str, Channel]]:
    """The channels of these settings by name, closed at the end. Raises ConfigError for an address that cannot be meant."""
    opened = deliver.open_channels(
        now_s=lambda: clock().timestamp(),
        webhook_url=settings.webhook_url.get_secret_value() if settings.webhook_url else "",
        webhook_secret=settings.webhook_secret.get_secret_value() if settings.webhook_secret else None,
        notify_urls=[url.get_secret_value() for url in settings.notify],
    )
    try:
        yield opened
    finally:
        for channel in opened.values():
            close = getattr(channel, "close", None)
            if close is not None:
                close()


def deliver_due(
    store: Store, channels: Mapping[str, Channel], clock: Callable[[], datetime], keep_on: Callable[[], bool] = lambda: True
) -> Tally:
    """One pass over the notices that are due; without channels they are settled unsent."""
    return deliver.deliver(cast(deliver.Outbox, Outbox(store)), channels, clock, keep_on=keep_on)
