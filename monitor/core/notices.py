"""Which notice a change earns, and why.

    the change ...                                      event      sent
    is new                                              new        yes
    is new, but the page said so at first sight         first      yes
    was told, and its page went back to the old value   reverted   yes
    went away and is flagged again                      repeat     yes
    only gained evidence, or was told already           nothing    no
    is doubted (outside the sanity bounds)              nothing    no
    comes from our own better reading                   nothing    no
    is decided, asleep, or silenced                     nothing    no

Keys are stable: the same event of the same change has the same key, however often it is worked out, so that a notice sent twice can be told to be one.
Nothing here stops a change from being stored or shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from monitor.core.model import Cause, Change, ChangeStatus

FIRST_SIGHT = "already so at first sight"
"""The reason `core/diff.py` gives a change whose page said so when it was first looked at."""


class Event(StrEnum):
    FIRST = "first"
    NEW = "new"
    REVERTED = "reverted"
    REPEAT = "repeat"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Notice:
    """One event of one change. `key` is the same whenever the event is worked out again; `reason` says in words why it is sent, or why not."""

    key: str
    event: Event
    change: str
    programme: str
    reason: str

    @property
    def is_sent(self) -> bool:
        return self.event is not Event.NOTHING


class When(StrEnum):
    """When a channel is told: at once, or all together every morning or every Monday morning."""

    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one channel wants to hear, and when. Empty means all; `quiet` is a span of the local day, over midnight if its end is before its beginning."""

    programmes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    severity: int = 1
    confidence: float = 0.0
    when: When = When.INSTANT
    quiet: tuple[time, time] | None = None

    def wants(self, change: Change) -> bool:
        return (
            (not self.programmes or change.programme in self.programmes)
            and (not self.types or change.type in self.types)
            and change.severity >= self.severity
            and change.confidence >= self.confidence
        )


EVERYTHING = Rule()


def due_at(rule: Rule, now: datetime, morning: time) -> datetime:
    """When a notice of now goes out; `now` in the zone of the reader, `morning` the time of the report there.

    >>> noon = datetime(2026, 3, 4, 12)
    >>> due_at(Rule(when=When.WEEKLY), noon, time(7, 5)).isoformat(), due_at(Rule(quiet=(time(22), time(7))), noon, time(7, 5)) == noon
    ('2026-03-09T07:05:00', True)
    """
    if rule.when is When.INSTANT:
        return _after_quiet(rule, now)
    first = now.replace(hour=morning.hour, minute=morning.minute, second=0, microsecond=0)
    following = first if first > now else first + timedelta(days=1)
    if rule.when is When.WEEKLY:
        following += timedelta(days=-following.weekday() % 7)
    return _after_quiet(rule, following)


def _after_quiet(rule: Rule, at: datetime) -> datetime:
    if rule.quiet is None:
        return at
    begins, ends = rule.quiet
    clock = at.time()
    is_quiet = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    if not is_quiet:
        return at
    end = at.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return end if end > at else end + timedelta(days=1)


def covers(pattern: str, change: Change) -> bool:
    """Whether a silence with this pattern is about the change: its fact key, type, id or label, with * for anything; case does not matter.

    An empty pattern covers everything.
    """
    wanted = pattern.casefold() or "*"
    return any(fnmatchcase(name.casefold(), wanted) for name in (change.fact or "", str(change.type), change.id, change.label))


def judge(change: Change, before: Change | None = None, *, doubt: str | None = None, silence: str | None = None) -> Notice:
    """The notice for a change as it is now, given how it was stored `before` (None: not yet).

    `doubt` says why its value is not believed (sanity bounds), `silence` names the silence that covers it; both None normally.
    """
    held = _held_back(change, doubt, silence)
    if held:
        return _notice(change, Event.NOTHING, held)
    if change.status is ChangeStatus.REVERTED:
        return _reverted(change, before)
    if before is None:
        return _first(change)
    if before.status is ChangeStatus.REVERTED or change.seen_count > before.seen_count:
        return _notice(change, Event.REPEAT, "said again after it had gone away")
    return _notice(change, Event.NOTHING, "told already; only its evidence grew")


def _held_back(change: Change, doubt: str | None, silence: str | None) -> str:
    """Why nothing is sent whatever happened; empty when something may be."""
    if change.status in (ChangeStatus.ACCEPTED, ChangeStatus.REJECTED, ChangeStatus.SNOOZED, ChangeStatus.SUPERSEDED):
        return f"the change is {change.status}"
    if change.cause is not Cause.PAGE:
        return "the page did not change: we read it better" if change.cause is Cause.REREAD else "the baseline was edited"
    if doubt:
        return f"doubted: {doubt}"
    return f"silenced: {silence}" if silence else ""


def _reverted(change: Change, before: Change | None) -> Notice:
    if before is None or before.status is ChangeStatus.REVERTED:
        return _notice(change, Event.NOTHING, "went back before it was told")
    return _notice(change, Event.REVERTED, "the page is back at the old value")


def _first(change: Change) -> Notice:
    if any(FIRST_SIGHT in reason for reason in change.reasons):
        return _notice(change, Event.FIRST, FIRST_SIGHT)
    if change.seen_count > 1:
        return _notice(change, Event.REPEAT, "said again after it had gone away")
    return _notice(change, Event.NEW, "flagged for the first time")


def _notice(change: Change, event: Event, reason: str) -> Notice:
    """Going away and coming back may happen often: those keys carry the how-manieth time it is."""
    turn = f":{change.seen_count}" if event in (Event.REVERTED, Event.REPEAT) else ""
    return Notice(f"{change.id}:{event}{turn}", event, change.id, change.programme, reason)
