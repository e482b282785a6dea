"""Taking notices out: claim, send, mark. A notice is sent at least once under a key that never changes; never is one lost.

A kill between sending and marking leaves the claim to run out, and the notice is sent again under the same key. What cannot be sent is tried again
ever more rarely, then kept as a dead letter and shown. A channel that fails is left alone for the rest of the pass, so that one dead address does not
cost a time-out for every notice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Protocol

from monitor.core.model import Change
from monitor.core.notices import EVERYTHING, Event, Notice, Rule, When, covers, due_at
from monitor.errors import DeliveryError
from monitor.notify import Channel, Outgoing
from monitor.notify.apprise import AppriseChannel
from monitor.notify.file import FileChannel
from monitor.notify.webhook import Webhook
from monitor.render import notice_payload, to_json
from monitor.rules import ChannelRule
from monitor.store.outbox import Parcel

FIRST_WAIT_S = 60.0
WAIT_FACTOR = 3.0
LONGEST_WAIT_S = 6 * 3600.0
MOST_TRIES = 20
"""With these waits the last try is made about three days after the first: a weekend's outage loses nothing."""
_BATCH = 50
_ERROR_LIMIT = 200


class Outbox(Protocol):
    """What delivery needs of the store."""

    def claim(self, now: datetime, limit: int) -> Sequence[Parcel]:
        """Up to `limit` parcels that are due and not claimed, oldest first; they are ours until their lease runs out."""
        ...

    def put(self, parcel: Parcel, at: datetime, due_at: datetime | None = None) -> None:
        """Adds the parcel for its channel, due at once unless said otherwise; the same key for the same channel is put there once, for ever.

        The store gives it its id.
        """
        ...

    def mark_sent(self, parcel: Parcel, at: datetime) -> None: ...

    def mark_failed(self, parcel: Parcel, error: str, due_at: datetime | None) -> None:
        """Counts a try; due again at `due_at`, or (None) kept as a dead letter: shown, not tried again by itself."""
        ...

    def change(self, change_id: str) -> Change | None:
        """The change a notice is about."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What the channels want to hear and when: a rule by channel (without one: everything, at once), and the patterns that are silenced for a programme."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    zone: tzinfo = UTC
    morning: time = time(7, 5)
    silences: Callable[[str], Sequence[str]] = lambda programme: ()

    def rule(self, channel: str) -> Rule:
        return self.rules.get(channel, EVERYTHING)

    def is_silenced(self, change: Change) -> bool:
        return any(covers(pattern, change) for pattern in self.silences(change.programme))


EVERYTHING_AT_ONCE = Plan()


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pass came to; `errors` has one line for each channel that failed. What is `left` comes again when its lease has run out."""

    sent: int = 0
    postponed: int = 0
    dead: int = 0
    left: int = 0
    errors: tuple[str, ...] = ()


def deliver(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    now: Callable[[], datetime],
    *,
    keep_on: Callable[[], bool] = lambda: True,
    plan: Plan = EVERYTHING_AT_ONCE,
) -> Tally:
    """One pass over everything that is due. `keep_on` is asked before each notice: a clean stop waits for one notice at most.

    With no channel set notices are settled unsent: a channel set later is not flooded with what was news once.
    """
    round_ = _Round(outbox, channels, now, plan)
    while keep_on():
        parcels = outbox.claim(now(), _BATCH)
        left = len(parcels)
        for together in _together(parcels, plan):
            if not keep_on():
                return round_.ended(left=left)
            round_.take(together)
            left -= len(together)
        if not parcels:
            break
    return round_.ended()


def open_channels(
    *,
    now_s: Callable[[], float],
    webhook_url: str = "",
    webhook_secret: str | None = None,
    notify_urls: Sequence[str] = (),
    file: Path | None = None,
    more: Sequence[ChannelRule] = (),
    home: Path = Path(),
) -> dict[str, Channel]:
    """The channels the settings ask for, by name; none by default. Raises ConfigError for an address that cannot be meant."""
    channels: list[Channel] = []
    if webhook_url:
        channels.append(Webhook(webhook_url, now_s=now_s, secret=webhook_secret))
    if any(url.strip() for url in notify_urls):
        channels.append(AppriseChannel(notify_urls))
    if file is not None:
        channels.append(FileChannel(file))
    return {channel.name: channel for channel in channels} | {one.id: _opened_channel(one, now_s, webhook_secret, home) for one in more}


def _opened_channel(one: ChannelRule, now_s: Callable[[], float], secret: str | None, home: Path) -> Channel:
    match one.to:
        case "webhook":
            return Webhook(one.url, now_s=now_s, secret=secret)
        case "apprise":
            return AppriseChannel([one.url])
        case _:
            return FileChannel(home / one.url)


def wait_s(attempts: int) -> float:
    """Seconds to wait after so many failed tries: 1 min, 3, 9, 27, 81, then 4 h and at most 6 h.

    >>> [wait_s(n) for n in (1, 2, 3, 99)]
    [60.0, 180.0, 540.0, 21600.0]
    """
    return min(FIRST_WAIT_S * WAIT_FACTOR ** min(max(attempts, 1) - 1, 20), LONGEST_WAIT_S)


def _together(parcels: Sequence[Parcel], plan: Plan) -> list[list[Parcel]]:
    """What is sent as one: the notices of a channel that wants a digest; everything else by itself, in order."""
    found: list[list[Parcel]] = []
    digests: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        if not parcel.channel or plan.rule(parcel.channel).when is When.INSTANT:
            found.append([parcel])
        elif parcel.channel in digests:
            digests[parcel.channel].append(parcel)
        else:
            digests[parcel.channel] = [parcel]
            found.append(digests[parcel.channel])
    return found


def digest(notices: Sequence[Outgoing]) -> Outgoing:
    """Several notices as one. The key follows from theirs: the same notices sent again are the same digest."""
    key = "digest:" + hashlib.sha256("\n".join(sorted(n.key for n in notices)).encode()).hexdigest()[:24]
    payload = {
        "event": "digest",
        "notice": key,
        "title": f"{len(notices)} changes",
        "text": "\n\n".join(f"{n.title}\n{n.text}" for n in notices),
        "notices": [n.payload for n in notices],
    }
    return Outgoing(key, "digest", to_json(payload, indent=None), payload)


class _Round:
    """One pass: its counts, and the channels that failed in it."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], now: Callable[[], datetime], plan: Plan) -> None:
        self.outbox, self.channels, self.now, self.plan = outbox, channels, now, plan
        self.tally = Tally()
        self.failing: dict[str, str] = {}

    def ended(self, left: int = 0) -> Tally:
        return replace(self.tally, left=self.tally.left + left, errors=tuple(self.failing.values()))

    def take(self, parcels: Sequence[Parcel]) -> None:
        first = parcels[0]
        if not first.channel:
            self._address(first)
        elif first.channel in self.failing:
            self.tally = replace(self.tally, left=self.tally.left + len(parcels))
        else:
            self._send(parcels)

    def _address(self, parcel: Parcel) -> None:
        """A notice for everybody becomes one for each channel that wants it, each tried on its own. Killed half-way, it is done again to the same end."""
        change = self.outbox.change(parcel.change) if parcel.change else None
        body = parcel.body if change is None else payload_text(parcel, change)
        for name in self.channels if change is None or not self.plan.is_silenced(change) else ():
            rule = self.plan.rule(name)
            if change is None or rule.wants(change):
                due = due_at(rule, self.now().astimezone(self.plan.zone), self.plan.morning)
                self.outbox.put(replace(parcel, channel=name, body=body, attempts=0), self.now(), due)
        self.outbox.mark_sent(parcel, self.now())

    def _send(self, parcels: Sequence[Parcel]) -> None:
        name = parcels[0].channel
        channel = self.channels.get(name)
        try:
            if channel is None:
                raise DeliveryError(f"there is no channel {name[:40]!r} any more", transient=False)
            channel.send(_opened(parcels[0]) if len(parcels) == 1 else digest([_opened(p) for p in parcels]))
        except DeliveryError as error:
            for parcel in parcels:
                self._failed(parcel, error)
            return
        for parcel in parcels:
            self.outbox.mark_sent(parcel, self.now())
        self.tally = replace(self.tally, sent=self.tally.sent + len(parcels))

    def _failed(self, parcel: Parcel, error: DeliveryError) -> None:
        """A passing fault is tried again later, and the channel rests for this pass; one of this notice alone ends here."""
        text = " ".join(str(error).split())[:_ERROR_LIMIT]
        if error.transient:
            self.failing[parcel.channel] = text
        is_last = parcel.attempts + 1 >= MOST_TRIES
        if not error.transient or is_last:
            given_up = f"given up after {MOST_TRIES} tries: {text}" if error.transient else text
            self.outbox.mark_failed(parcel, given_up[:_ERROR_LIMIT], None)
            self.tally = replace(self.tally, dead=self.tally.dead + 1)
            return
        wait = wait_s(parcel.attempts + 1) if error.retry_after_s is None else max(error.retry_after_s, FIRST_WAIT_S)
        self.outbox.mark_failed(parcel, text, self.now() + timedelta(seconds=wait))
        self.tally = replace(self.tally, postponed=self.tally.postponed + 1)


def payload_text(parcel: Parcel, change: Change) -> str:
    """The JSON text a channel is handed for a notice about this change, as it is now."""
    try:
        stored = json.loads(parcel.body)
    except ValueError:
        stored = {}
    reason = str(stored.get("reason", "")) if isinstance(stored, dict) else ""
    notice = Notice(parcel.key, Event(parcel.event), change.id, change.programme, reason)
    return to_json(notice_payload(change, notice), indent=None)


def _opened(parcel: Parcel) -> Outgoing:
    try:
        payload = json.loads(parcel.body)
    except ValueError as error:
        raise DeliveryError(f"notice {parcel.key[:80]} is not readable", transient=False) from error
    if not isinstance(payload, dict):
        raise DeliveryError(f"notice {parcel.key[:80]} is no JSON object", transient=False)
    return Outgoing(parcel.key, parcel.event, parcel.body, payload)
