"""Taking notices out: claim, send, mark. A notice is sent at least once under a key that never changes; never is one lost.

A kill between sending and marking leaves the claim to run out, and the notice is sent again under the same key. What cannot be sent is tried again
ever more rarely, then kept as a dead letter and shown. A channel that fails is left alone for the rest of the pass, so that one dead address does not
cost a time-out for every notice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from monitor.errors import DeliveryError
from monitor.notify import Channel, Outgoing
from monitor.notify.apprise import AppriseChannel
from monitor.notify.file import FileChannel
from monitor.notify.webhook import Webhook

FIRST_WAIT_S = 60.0
WAIT_FACTOR = 3.0
LONGEST_WAIT_S = 6 * 3600.0
MOST_TRIES = 20
"""With these waits the last try is made about three days after the first: a weekend's outage loses nothing."""
LEASE_S = 300.0
_BATCH = 50
_ERROR_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row of the outbox: one notice for one channel. `attempts` counts the tries that failed before."""

    id: str
    key: str
    channel: str
    event: str
    body: str
    attempts: int = 0


class Outbox(Protocol):
    """What delivery needs of the store."""

    def claim(self, now: datetime, limit: int, lease_s: float) -> Sequence[Parcel]:
        """Up to `limit` parcels that are due and not claimed, oldest first; they are ours until the lease runs out."""
        ...

    def mark_sent(self, parcel: Parcel, at: datetime) -> None: ...

    def postpone(self, parcel: Parcel, error: str, until: datetime, *, failed: bool) -> None:
        """Gives the parcel back, due again at `until`; `failed` counts it as a try."""
        ...

    def mark_dead(self, parcel: Parcel, error: str, at: datetime) -> None:
        """Keeps the parcel as a dead letter: shown, not tried again by itself."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pass came to; `errors` has one line for each channel that failed."""

    sent: int = 0
    postponed: int = 0
    dead: int = 0
    errors: tuple[str, ...] = ()


def deliver(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    now: Callable[[], datetime],
    *,
    keep_on: Callable[[], bool] = lambda: True,
) -> Tally:
    """One pass over everything that is due. `keep_on` is asked before each notice: a clean stop waits for one notice at most."""
    tally, failing = Tally(), dict[str, str]()
    while keep_on():
        parcels = outbox.claim(now(), _BATCH, LEASE_S)
        for number, parcel in enumerate(parcels):
            if not keep_on():
                _give_back(outbox, parcels[number:], now())
                return replace(tally, errors=tuple(failing.values()))
            tally = _deliver_one(outbox, channels, parcel, now, tally, failing)
        if len(parcels) < _BATCH:
            break
    return replace(tally, errors=tuple(failing.values()))


def open_channels(
    *,
    now_s: Callable[[], float],
    webhook_url: str = "",
    webhook_secret: str | None = None,
    notify_urls: Sequence[str] = (),
    file: Path | None = None,
) -> dict[str, Channel]:
    """The channels the settings ask for, by name; none by default. Raises ConfigError for an address that cannot be meant."""
    channels: list[Channel] = []
    if webhook_url:
        channels.append(Webhook(webhook_url, now_s=now_s, secret=webhook_secret))
    if any(url.strip() for url in notify_urls):
        channels.append(AppriseChannel(notify_urls))
    if file is not None:
        channels.append(FileChannel(file))
    return {channel.name: channel for channel in channels}


def wait_s(attempts: int) -> float:
    """Seconds to wait after so many failed tries: 1 min, 3, 9, 27, 81, then 4 h and at most 6 h.

    >>> [wait_s(n) for n in (1, 2, 3, 99)]
    [60.0, 180.0, 540.0, 21600.0]
    """
    return min(FIRST_WAIT_S * WAIT_FACTOR ** min(max(attempts, 1) - 1, 20), LONGEST_WAIT_S)


def _deliver_one(
    outbox: Outbox, channels: Mapping[str, Channel], parcel: Parcel, now: Callable[[], datetime], tally: Tally, failing: dict[str, str]
) -> Tally:
    channel = channels.get(parcel.channel)
    if channel is None:
        outbox.mark_dead(parcel, f"there is no channel {parcel.channel[:40]!r} any more", now())
        return replace(tally, dead=tally.dead + 1)
    if parcel.channel in failing:
        outbox.postpone(parcel, failing[parcel.channel], _later(now(), FIRST_WAIT_S), failed=False)
        return replace(tally, postponed=tally.postponed + 1)
    try:
        channel.send(_opened(parcel))
    except DeliveryError as error:
        return _failed(outbox, parcel, error, now(), tally, failing)
    outbox.mark_sent(parcel, now())
    return replace(tally, sent=tally.sent + 1)


def _failed(outbox: Outbox, parcel: Parcel, error: DeliveryError, at: datetime, tally: Tally, failing: dict[str, str]) -> Tally:
    """A passing fault is tried again later, and the channel rests for this pass; one of this notice alone ends here."""
    text = " ".join(str(error).split())[:_ERROR_LIMIT]
    if not error.transient:
        outbox.mark_dead(parcel, text, at)
        return replace(tally, dead=tally.dead + 1)
    failing[parcel.channel] = text
    if parcel.attempts + 1 >= MOST_TRIES:
        outbox.mark_dead(parcel, f"given up after {MOST_TRIES} tries: {text}"[:_ERROR_LIMIT], at)
        return replace(tally, dead=tally.dead + 1)
    wait = wait_s(parcel.attempts + 1) if error.retry_after_s is None else max(error.retry_after_s, FIRST_WAIT_S)
    outbox.postpone(parcel, text, _later(at, wait), failed=True)
    return replace(tally, postponed=tally.postponed + 1)


def _give_back(outbox: Outbox, parcels: Sequence[Parcel], at: datetime) -> None:
    """On a stop: what was claimed and not begun is due again at once."""
    for parcel in parcels:
        outbox.postpone(parcel, "", at, failed=False)


def _opened(parcel: Parcel) -> Outgoing:
    try:
        payload = json.loads(parcel.body)
    except ValueError as error:
        raise DeliveryError(f"notice {parcel.key[:80]} is not readable", transient=False) from error
    if not isinstance(payload, dict):
        raise DeliveryError(f"notice {parcel.key[:80]} is no JSON object", transient=False)
    return Outgoing(parcel.key, parcel.event, parcel.body, payload)


def _later(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)
