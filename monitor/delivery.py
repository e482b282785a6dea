"""Notices of a home taken out: its outbox, the channels its settings ask for, and the clock of whoever runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time
from zoneinfo import ZoneInfo

from monitor import deliver, rules
from monitor.config import Settings, secrets
from monitor.deliver import EVERYTHING_AT_ONCE, Plan, Tally
from monitor.errors import DeliveryError
from monitor.notify import Channel, Outgoing
from monitor.render import to_json
from monitor.store import reports
from monitor.store.engine import Store
from monitor.store.outbox import Outbox


@contextmanager
def channels_of(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Mapping[str, Channel]]:
    """The channels of these settings by name, closed at the end. Raises ConfigError for an address that cannot be meant."""
    more = rules.read(settings.home, secrets())
    opened = deliver.open_channels(
        more=more,
        home=settings.home,
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


def plan_of(settings: Settings, store: Store, clock: Callable[[], datetime]) -> Plan:
    """The rules of `channels.toml`, the time of the report, and the silences that hold now."""
    found = {one.id: one.rule for one in rules.read(settings.home, secrets())}

    def silences(programme: str) -> list[str]:
        return [s.pattern for s in reports.silences(store, clock()) if s.programme in (None, programme)]

    return Plan(found, ZoneInfo(settings.timezone), time.fromisoformat(settings.report_at), silences)


def deliver_due(
    store: Store,
    channels: Mapping[str, Channel],
    clock: Callable[[], datetime],
    keep_on: Callable[[], bool] = lambda: True,
    plan: Plan = EVERYTHING_AT_ONCE,
) -> Tally:
    """One pass over the notices that are due; without channels they are settled unsent."""
    return deliver.deliver(Outbox(store), channels, clock, keep_on=keep_on, plan=plan)


def send_test(channels: Mapping[str, Channel], now: datetime) -> dict[str, str]:
    """A notice that says it is a test through every channel; by channel what went wrong, empty where nothing did."""
    payload = {
        "event": "test",
        "notice": f"test:{now:%Y%m%dT%H%M%SZ}",
        "title": "A test of monitor",
        "text": "This is how a notice of a change arrives. Nothing has changed.",
    }
    notice = Outgoing(str(payload["notice"]), "test", to_json(payload, indent=None), payload)
    found: dict[str, str] = {}
    for name, channel in channels.items():
        try:
            channel.send(notice)
            found[name] = ""
        except DeliveryError as error:
            found[name] = str(error)
    return found
