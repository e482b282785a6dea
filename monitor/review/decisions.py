"""One decision about one change: written to the baseline folder first, then to the table of reviews.

The folder is the truth, so an accepted value is appended there before the review is stored. The steps of an accept:

1. look at the change as it is now; refuse if somebody decided meanwhile,
2. append the revision, unless it already stands there (a run was killed between 2 and 3),
3. store the review, only if the status is still what it was in step 1; if it is not, take the revision back and refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from monitor.core import decide as rules
from monitor.core.model import Baseline, Change, ChangeStatus, Fact, Review, Revision
from monitor.errors import ConflictError, UsageError
from monitor.render.clean import line
from monitor.render.view import show_moment, verb

_FINAL = {ChangeStatus.ACCEPTED, ChangeStatus.REJECTED}


class ReviewStore(Protocol):
    """What a review needs of the store."""

    def change(self, change_id: str) -> Change | None:
        """The change with its evidence and all its reviews in order, or None."""
        ...

    def append_review(self, review: Review, status: ChangeStatus, expected: ChangeStatus) -> Change:
        """Stores the review and the status its change now has; returns the change as it is then.

        Raises ConflictError, and stores nothing, when the stored status is no longer `expected`.
        """
        ...

    def provisional(self, programme: str) -> tuple[Fact, ...]:
        """The provisional facts of a programme."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Where decisions are made: the store, the folder of all programme folders, and how one is read and appended to."""

    store: ReviewStore
    folder: Path
    read_baseline: Callable[[Path], Baseline]
    append_revision: Callable[[Path, str, Revision], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision made: the change with the review folded in, the new baseline version if there is one, and both in one line."""

    change: Change
    revision: Revision | None
    text: str


def decide(desk: Desk, review: Review, seen: int | None = None) -> Outcome:
    """Makes the decision. `seen` is the number of reviews the person saw; None: whatever there is now.

    Raises UsageError for an unknown change, decision or fact, ConflictError when somebody decided meanwhile or the folder was edited meanwhile; nothing
    has changed then.
    """
    change = _change(desk, review.change)
    _check(change, review, seen)
    revision = _revise(desk, change, review)
    status = rules.fold(change, (*change.reviews, review), review.at.date())
    try:
        decided = desk.store.append_review(review, status, change.status)
    except ConflictError:
        _take_back(desk, change, review, revision)
        raise _decided_meanwhile(_change(desk, review.change)) from None
    return Outcome(decided, revision, _in_words(decided, review, revision))


def _change(desk: Desk, change_id: str) -> Change:
    change = desk.store.change(change_id)
    if change is None:
        raise UsageError(f"there is no change {line(change_id, 80)!r} (see: monitor changes)")
    return change


def _check(change: Change, review: Review, seen: int | None) -> None:
    if review.decision not in rules.DECISIONS:
        raise UsageError(f"there is no decision {line(review.decision, 40)!r}; there are {', '.join(rules.DECISIONS)}")
    if seen is not None and len(change.reviews) != seen:
        raise _decided_meanwhile(change)
    standing = rules.effective(change.reviews)
    if review.decision == "undo":
        if standing is None:
            raise UsageError(f"nothing to undo: no decision stands on {change.id}")
    elif review.decision != "comment" and standing is not None and rules.fold(change, change.reviews) in _FINAL:
        raise _decided_meanwhile(change)
    if review.decision in ("alias", "relink") and not review.fact:
        raise UsageError(f"{review.decision} needs the key of a fact (see: monitor baseline show {change.programme})")


def _decided_meanwhile(change: Change) -> ConflictError:
    """What happened meanwhile, and what to do about it."""
    standing = rules.effective(change.reviews)
    last = standing or (change.reviews[-1] if change.reviews else None)
    if last is None:
        return ConflictError(f"{change.id} was changed meanwhile; nothing was written (look again, then decide)")
    next_step = "undo that first" if standing else "look again, then decide"
    return ConflictError(
        f"{change.id} was already {verb(last)} by {line(last.by, 80)} ({show_moment(last.at)}); nothing was written ({next_step})"
    )


def _revise(desk: Desk, change: Change, review: Review) -> Revision | None:
    """Appends what the decision makes of the baseline. None: it makes nothing, or a killed run has made it already."""
    if review.decision not in ("accept", "alias", "relink", "undo"):
        return None
    folder = desk.folder / change.programme
    baseline = desk.read_baseline(folder)
    revision = _wanted(desk, change, review, baseline)
    if revision is not None:
        desk.append_revision(folder, baseline.digest, revision)
    return revision


def _wanted(desk: Desk, change: Change, review: Review, baseline: Baseline) -> Revision | None:
    match review.decision:
        case "accept":
            if rules.stands_in(change, baseline):
                return None
            return rules.decide(change, review, baseline, desk.store.provisional(change.programme))
        case "alias" | "relink":
            if not any(f.key == review.fact for f in baseline.facts):
                raise UsageError(f"there is no fact {line(review.fact or '', 80)!r} (see: monitor baseline show {change.programme})")
            return rules.decide(change, review, baseline)
        case _:
            return _undone(change, review, baseline)


def _undone(change: Change, review: Review, baseline: Baseline) -> Revision | None:
    """The revision that takes an accept back; refused while a later one builds on it."""
    standing = rules.effective(change.reviews)
    if standing is None or standing.decision != "accept" or not rules.stands_in(change, baseline):
        return None
    later = rules.later_revision(change, baseline)
    if later is not None:
        by = f" by {later.change}" if later.change else ""
        raise ConflictError(f"{later.fact} was revised again{by} in version {later.version}; nothing was written (undo that first)")
    return rules.revert(change, review, baseline)


def _take_back(desk: Desk, change: Change, review: Review, revision: Revision | None) -> None:
    """Somebody decided between our look and our review: a value we have appended must not stay without a review."""
    if revision is None or review.decision != "accept":
        return
    folder = desk.folder / change.programme
    baseline = desk.read_baseline(folder)
    reverting = rules.revert(change, replace(review, note="taken back: decided by somebody else meanwhile"), baseline)
    if reverting is not None:
        desk.append_revision(folder, baseline.digest, reverting)


def _in_words(change: Change, review: Review, revision: Revision | None) -> str:
    made = f"; baseline version {revision.version}: {line(revision.fact, 80)}" if revision is not None else ""
    return f"{change.id} {verb(review)}{made}"
