"""What a person's decision makes of a change: its status, the next version of a fact, and what is never raised again.

A change has no state of its own: its status is the fold of its reviews, in the order they were made.

    accept            accepted     the next version of the fact is appended to the baseline
    reject, noise     rejected     the value is not raised again for this version of the fact
    snooze            snoozed      until its date, or without one until another publisher says the same; then open again
    alias, relink     superseded   it was about a known fact; reading again explains it
    comment           as before
    undo              what it was before the last decision that still stands
    (none)            open, or what the machine found: reverted, superseded
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from monitor.core.keys import fresh_key, name_of
from monitor.core.model import (
    Baseline,
    Change,
    ChangeStatus,
    ChangeType,
    Comparison,
    Countries,
    Country,
    Evidence,
    Fact,
    Review,
    Revision,
    Status,
    Value,
)

DECISIONS = ("accept", "reject", "snooze", "alias", "relink", "noise", "comment", "undo")
_SETTLED = {
    "accept": ChangeStatus.ACCEPTED,
    "reject": ChangeStatus.REJECTED,
    "noise": ChangeStatus.REJECTED,
    "alias": ChangeStatus.SUPERSEDED,
    "relink": ChangeStatus.SUPERSEDED,
}
_WITHDRAWING = {ChangeType.SITE_REMOVED, ChangeType.WITHDRAWN}
Compare = Callable[[str, Value, Value], Comparison]
"""How two values of the named kind relate: `kinds[kind].compare(old, new)`."""


# -------------------------------------------------------------------------------------------------------------------------- status


def fold(change: Change, reviews: Iterable[Review], today: date | None = None) -> ChangeStatus:
    """The status of a change after its reviews; `today` ends snoozes whose date has come (None: they last).

    A decision of a person outlives what the machine found later; without one, `reverted` and `superseded` stand.
    """
    made = tuple(reviews)
    standing = effective(made)
    if standing is None or (standing.decision == "snooze" and _is_awake(change, standing, today)):
        return _machine_status(change, made)
    return ChangeStatus.SNOOZED if standing.decision == "snooze" else _SETTLED[standing.decision]


def effective(reviews: Iterable[Review]) -> Review | None:
    """The last decision that still stands, of reviews in the order they were stored: comments decide nothing, each undo takes back one.

    That order, not the written times: a clock may be set back between two decisions.
    """
    standing: list[Review] = []
    for review in reviews:
        if review.decision == "undo":
            del standing[-1:]
        elif review.decision == "snooze" or review.decision in _SETTLED:
            standing.append(review)
    return standing[-1] if standing else None


def _machine_status(change: Change, reviews: Sequence[Review]) -> ChangeStatus:
    """What the machine found, as far as the stored status tells: `superseded` may also be a decision that was taken back since."""
    if change.status is ChangeStatus.REVERTED:
        return ChangeStatus.REVERTED
    was_decided = any(_SETTLED.get(r.decision) is ChangeStatus.SUPERSEDED for r in reviews)
    return ChangeStatus.SUPERSEDED if change.status is ChangeStatus.SUPERSEDED and not was_decided else ChangeStatus.OPEN


def _is_awake(change: Change, snooze: Review, today: date | None) -> bool:
    if snooze.until is not None:
        return today is not None and today >= snooze.until
    heard = {e.publisher for e in change.evidence if e.captured_at <= snooze.at}
    return any(e.publisher not in heard for e in change.evidence if e.captured_at > snooze.at)


# ------------------------------------------------------------------------------------------------------------------------ revisions


def decide(change: Change, review: Review, baseline: Baseline, provisional: Sequence[Fact] = ()) -> Revision | None:
    """The revision a decision makes of the baseline: the next version of the fact for accept, a further name for alias, None for the others.

    A new fact gets a fresh readable key (`site.vienna`). A change of a provisional fact goes to the fact that was accepted from it.
    A revision of kind `status` for a fact of another kind sets that fact's status and leaves its value.
    `value` is None when the fact is withdrawn, or when it only gets a name.
    """
    if review.decision == "alias":
        return _named(change, review, baseline)
    if review.decision != "accept":
        return None
    fact = _fact_of(change, baseline, provisional)
    value = review.value if review.value is not None else _accepted_value(change, fact)
    evidence = best_evidence(change)
    return Revision(
        version=baseline.version + 1,
        recorded_at=review.at,
        by=review.by,
        change=change.id,
        fact=fact.key if fact else _key(change, value, baseline),
        value=value,
        kind=change.kind if fact is None or isinstance(value, Status) else fact.kind,
        label=fact.label if fact else change.label,
        scope=fact.scope if fact else None,
        about=fact.about if fact else (),
        valid_from=_valid_from(evidence),
        quote=evidence.quote if evidence else "",
        url=evidence.url if evidence else "",
        captured_at=evidence.captured_at if evidence else None,
        note=review.note,
    )


def revert(change: Change, review: Review, baseline: Baseline) -> Revision | None:
    """The revision that takes an accepted change back: the fact's value before it, or its withdrawal if the change brought it.

    None when the baseline holds no revision of this change.
    """
    made = accepted_as(change, baseline)
    if made is None:
        return None
    before = _before(made, baseline)
    return Revision(
        version=baseline.version + 1,
        recorded_at=review.at,
        by=review.by,
        change=change.id,
        fact=made.fact,
        value=_value_before(made, before),
        kind=made.kind,
        label=made.label,
        scope=made.scope,
        about=made.about,
        valid_from=before.valid_from if before else None,
        quote=before.quote if before else "",
        url=before.url if before else "",
        note=review.note or f"takes back version {made.version}",
    )


def stands_in(change: Change, baseline: Baseline) -> bool:
    """True when the baseline holds this change and has not taken it back: every undo adds a second revision of the same change."""
    return sum(r.change == change.id and not _is_name_only(r) for r in baseline.revisions) % 2 == 1


def accepted_as(change: Change, baseline: Baseline) -> Revision | None:
    """The latest revision of a value made from this change, or None."""
    return next((r for r in reversed(baseline.revisions) if r.change == change.id and not _is_name_only(r)), None)


def later_revision(change: Change, baseline: Baseline) -> Revision | None:
    """A revision of the same fact made after this change's own, by another change: it must be undone first. None if there is none."""
    made = accepted_as(change, baseline)
    if made is None:
        return None
    return next((r for r in baseline.revisions if r.fact == made.fact and r.version > made.version and not _is_name_only(r)), None)


def best_evidence(change: Change) -> Evidence | None:
    """The evidence to quote: the first that has words, None when there is none at all."""
    return next((e for e in change.evidence if e.quote.strip()), change.evidence[0] if change.evidence else None)


def _key(change: Change, value: Value | None, baseline: Baseline) -> str:
    """A new fact that was accepted and taken back before comes back under its own key."""
    made = accepted_as(change, baseline)
    return made.fact if made is not None else fresh_key(change, value, baseline)


def _named(change: Change, review: Review, baseline: Baseline) -> Revision | None:
    """The revision that gives a known fact the name the change came under; None if there is no such fact or no name, or it has the name already."""
    fact = next((f for f in baseline.facts if f.key == review.fact), None)
    name = name_of(review.value or change.new) or change.label
    if fact is None or not name or name in (fact.label, name_of(fact.value), *fact.aliases):
        return None
    return Revision(
        version=baseline.version + 1,
        recorded_at=review.at,
        by=review.by,
        change=change.id,
        fact=fact.key,
        value=None,
        kind=fact.kind,
        note=review.note,
        aliases=(name,),
    )


def _is_name_only(revision: Revision) -> bool:
    return revision.value is None and bool(revision.aliases)


def _fact_of(change: Change, baseline: Baseline, provisional: Sequence[Fact]) -> Fact | None:
    """The baseline's fact a change is about; None for a new one."""
    known = {f.key: f for f in baseline.facts}
    if change.fact is None:
        return None
    if change.fact in known:
        return known[change.fact]
    origin = next((f.change for f in provisional if f.key == change.fact), None)
    accepted = next((r.fact for r in baseline.revisions if origin is not None and r.change == origin), None)
    return known.get(accepted) if accepted else None


def _accepted_value(change: Change, fact: Fact | None) -> Value | None:
    if change.type in _WITHDRAWING:
        return None
    if change.type is ChangeType.PARTICIPANT_JOINED:
        return _joined(change.new, fact)
    if change.type is ChangeType.PARTICIPANT_LEFT:
        return _left(change.old, change.new, fact)
    return change.new


def _joined(joining: Value | None, fact: Fact | None) -> Value | None:
    """The list with the newcomers at its end; a fact that is no list takes the value as it is."""
    if fact is None or not isinstance(fact.value, Countries):
        return joining
    known = fact.value.countries
    return Countries(known + tuple(c for c in _codes(joining) if c not in known))


def _left(old: Value | None, new: Value | None, fact: Fact | None) -> Value | None:
    """The list without those who left: `new` is the list that remains if `old` is the list before; one alone names who left.

    A fact that is a single participant is withdrawn.
    """
    if fact is None or not isinstance(fact.value, Countries):
        return None
    if isinstance(old, Countries) and isinstance(new, Countries):
        return new
    gone = _codes(old) or _codes(new)
    return Countries(tuple(c for c in fact.value.countries if c not in gone))


def _codes(value: Value | None) -> tuple[str, ...]:
    match value:
        case Countries(countries=codes):
            return codes
        case Country(country=code):
            return (code,)
        case _:
            return ()


def _value_before(made: Revision, before: Revision | Fact | None) -> Value | None:
    """What the fact said before; a fact that is no status itself had the status `announced` if none was given."""
    if isinstance(made.value, Status) and isinstance(before, Fact) and not isinstance(before.value, Status):
        return Status(before.status or "announced", made.value.of)
    return before.value if before else None


def _before(made: Revision, baseline: Baseline) -> Revision | Fact | None:
    """The revision or announced fact that held before; None when the fact did not exist yet."""
    earlier = [
        r for r in baseline.revisions if r.fact == made.fact and r.version < made.version and r.kind == made.kind and not _is_name_only(r)
    ]
    if earlier:
        return earlier[-1]
    return next((f for f in baseline.announced if f.key == made.fact), None)


def _valid_from(evidence: Evidence | None) -> date | None:
    """The day the news is of: its publication if that is known and not after we saw it, else the day we saw it."""
    if evidence is None:
        return None
    seen_on = evidence.captured_at.date()
    published_on = evidence.published_on
    return published_on if published_on is not None and published_on <= seen_on else seen_on
