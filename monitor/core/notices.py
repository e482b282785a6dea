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
from enum import StrEnum

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
