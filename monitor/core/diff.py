"""Compare what pages claim with what is known, and flag what really changed, once.

For every stint that began with this look:
1. The same as the known value, in any notation: nothing (design.md, section 7, rule 1). Back to it after a flag: the flag is `reverted` (rule 8).
2. The same as a value already flagged or rejected: evidence for that flag, or silence (rules 2 and 10).
3. An older state met on a page seen for the first time is a stale echo: silence (rule 4).
4. Else a typed change, with the reasons in words.
Pure: same input, same output, same ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from monitor.core.kinds import AGREE, Kind, exchange
from monitor.core.model import (
    Baseline,
    Cause,
    Change,
    ChangeStatus,
    ChangeType,
    Claim,
    Comparison,
    Count,
    Countries,
    Country,
    DateSpan,
    Delta,
    Fact,
    Money,
    Organisation,
    Role,
    Site,
    Status,
    Value,
)

# How far a source's word goes: part of the confidence formula (design.md, section 7, rule 11).
AUTHORITY = {"official": 0.97, "primary": 0.93, "press": 0.85}
# Two publishers who first say different things within this time disagree; later it is news.
SAME_NEWS = timedelta(days=2)
# A site missing from a list its source declares complete in this many good looks in a row is gone (design.md, section 2, rule 6).
LOOKS_UNTIL_GONE = 3
# Below this confidence nothing is flagged: of such flags of the developed-on replays fewer than one in five were right. A plainer statement flags it.
LEAST_CONFIDENCE = 0.4
# A page met for the first time tells news when it was written at most this long before the look.
NEWS = timedelta(days=45)
# How far inside an open span ("not before May") a date may lie and still be what was meant.
OPEN_REACH = timedelta(days=60)

_OPEN = frozenset({ChangeStatus.OPEN, ChangeStatus.SNOOZED})
# States of a site that are news when a fresh page says them, even where no earlier state is known.
_NEWSWORTHY = frozenset(
    {"cancelled", "withdrawn", "terminated", "rejected", "suspended", "delayed", "operational", "inaugurated", "completed", "dismissed"}
)
# Roles under which a state does not hold on the day it is said.
_NOT_YET = frozenset({Role.DENIED, Role.PLANNED, Role.SCENARIO, Role.PAST})
_REMOVED = frozenset({"cancelled", "withdrawn", "terminated", "rejected"})
_NEW = {
    "status": ChangeType.STATUS_CHANGED,
    "money": ChangeType.NEW_BUDGET,
    "date": ChangeType.NEW_DATE,
    "count": ChangeType.COUNT_CHANGED,
    "site": ChangeType.NEW_SITE,
}
_REVISED = {
    "money": ChangeType.BUDGET_REVISED,
    "date": ChangeType.DATE_MOVED,
    "count": ChangeType.COUNT_CHANGED,
    "status": ChangeType.STATUS_CHANGED,
}
# From 1 (look when there is time) to 5 (look now).
SEVERITY = {
    ChangeType.SITE_REMOVED: 5,
    ChangeType.WITHDRAWN: 5,
    ChangeType.BUDGET_REVISED: 5,
    ChangeType.DATE_MOVED: 4,
    ChangeType.CONFLICT: 4,
    ChangeType.NEW_SITE: 4,
    ChangeType.STATUS_CHANGED: 4,
    ChangeType.PARTICIPANT_LEFT: 4,
    ChangeType.COUNT_CHANGED: 3,
    ChangeType.PARTICIPANT_JOINED: 3,
    ChangeType.NEW_BUDGET: 3,
    ChangeType.NEW_DATE: 2,
    ChangeType.DATE_REFINED: 1,
}


@dataclass
class Differ:
    """What is known while one look is compared; `changes` are updated in place as flags are raised."""

    baseline: Baseline
    facts: Mapping[str, Fact]
    kinds: Mapping[str, Kind]
    changes: dict[str, Change]
    touched: dict[str, Change] = field(default_factory=dict)
    by_fact: dict[str, set[str]] = field(default_factory=dict)  # the ids of the changes of a fact

    def __post_init__(self) -> None:
        for change in self.changes.values():
            self._file(change)

    def put(self, change: Change) -> None:
        self.changes[change.id] = change
        self.touched[change.id] = change
        self._file(change)

    def _file(self, change: Change) -> None:
        for key in {change.fact, change.provisional} - {None, ""}:
            self.by_fact.setdefault(str(key), set()).add(change.id)

    def about(self, key: str) -> list[Change]:
        """The changes of one fact, oldest first; for a provisional fact also the one that stands for it."""
        return sorted((self.changes[id_] for id_ in self.by_fact.get(key, ())), key=lambda c: (c.first_seen, c.id))


def diff(
    baseline: Baseline,
    provisional: Sequence[Fact],
    claims: Sequence[Claim],
    live: Sequence[Claim],
    changes: Iterable[Change],
    kinds: Mapping[str, Kind],
    now: datetime,
) -> tuple[Change, ...]:
    """The changes that these claims (stints that just began) raise or add evidence to; `live` are all claims of the page after the look.

    `changes` are all known ones of the programme. Only new or updated changes are returned.
    """
    facts = {f.key: f for f in (*baseline.facts, *provisional)}
    differ = Differ(baseline, facts, kinds, {c.id: c for c in changes})
    for claim in claims:
        _compare(differ, claim, now)
    for claim in live:
        if claim.missed == LOOKS_UNTIL_GONE and claim.fact in facts:
            reason = f"no longer in the list that {claim.publisher} declares complete, in {LOOKS_UNTIL_GONE} good looks in a row"
            _flag(differ, replace(claim, reasons=(reason,)), ChangeType.SITE_REMOVED, facts[claim.fact].value, None, Delta(), now)
    return tuple(differ.touched.values())


def _compare(differ: Differ, claim: Claim, now: datetime) -> None:
    fact = differ.facts.get(claim.fact) if claim.fact else None
    if fact is None:
        _new_fact(differ, claim, now)
    elif fact.kind == "site":
        _site(differ, fact, claim, now)
    elif fact.kind in ("country", "countries", "organisation"):
        _participant(differ, fact, claim, now)
    elif isinstance(claim.value, Status) and fact.kind != "status":
        _deed_status(differ, fact, claim.value, claim, now)
    elif claim.role is Role.DENIED and isinstance(claim.value, DateSpan):
        _date_denied(differ, fact, claim, now)
    else:
        _revision(differ, fact, claim, now)


# ------------------------------------------------------------------------------------------------------------- revisions of a value


def _revision(differ: Differ, fact: Fact, claim: Claim, now: datetime) -> None:
    """A statement of a fact's value: equal, an echo, seen before, or a change."""
    kind = differ.kinds[fact.kind]
    if type(fact.value) is not type(claim.value) or (isinstance(claim.value, Status) and not _NOT_YET.isdisjoint(claim.roles)):
        return
    known = _weigh(kind, fact.value, claim.value)
    history = differ.about(fact.key)
    flagged = _flagged(kind, history, claim.value)
    restored = known.verdict == "same" and _is_restored(fact, history, claim, now)
    if known.verdict in ("same", "coarser") and not restored:
        if flagged is not None and flagged.provisional == fact.key:
            _seen_again(differ, flagged, claim, now)
        _back_to_known(differ, kind, history, claim, now)
        return
    if flagged is not None and flagged.provisional != fact.key:
        _seen_again(differ, flagged, claim, now)
        return
    if known.verdict == "incomparable":
        return
    if known.verdict == "refined":
        if fact.kind == "date" and fact.version:
            _flag(differ, claim, ChangeType.DATE_REFINED, fact.value, claim.value, known.delta, now, known.reason)
        return
    if not restored and _is_stale_echo(differ, kind, fact, history, claim):
        return
    pending = [c for c in history if c.status in _OPEN and c.new is not None and c.fact == fact.key]
    old = pending[-1].new if pending and pending[-1].new is not None else fact.value
    step = _weigh(kind, old, claim.value) if pending else known
    rival = _rival(pending, claim, now)
    type_ = ChangeType.CONFLICT if rival else _REVISED[fact.kind]
    reason = f"{rival.evidence[0].publisher} said otherwise within {SAME_NEWS.days} days" if rival else step.reason
    new = _flag(differ, claim, type_, old, claim.value, step.delta, now, reason)
    if new and not rival:
        _supersede(differ, fact, new)


def _is_restored(fact: Fact, history: Sequence[Change], claim: Claim, now: datetime) -> bool:
    """A permit annulled last year and granted again is news, though it is the state that was announced: said by a fresh page, long after the flag."""
    away = [c for c in history if c.status in _OPEN and c.fact == fact.key and c.kind == "status"]
    written_on = claim.published_on or now.date()
    if not away or not isinstance(claim.value, Status) or now.date() - written_on > NEWS:
        return False
    return written_on - away[-1].last_seen.date() > SAME_NEWS


def _weigh(kind: Kind, old: Value, new: Value) -> Comparison:
    """The kind's comparison; amounts in two currencies are compared roughly."""
    found = kind.compare(old, new)
    is_exchange = isinstance(old, Money) and isinstance(new, Money) and old.currency != new.currency and found.verdict == "incomparable"
    return exchange.compare(old, new) if is_exchange and isinstance(old, Money) and isinstance(new, Money) else found


def _supersede(differ: Differ, fact: Fact, new: Change) -> None:
    """Open changes of the fact's value give way to the newest: one decision is owed, not one a step."""
    for change in differ.about(fact.key):
        if change.id != new.id and change.status in _OPEN and change.fact == fact.key and change.kind == new.kind:
            differ.put(replace(change, status=ChangeStatus.SUPERSEDED, reasons=(*change.reasons, f"superseded by {new.id}")))


def _flagged(kind: Kind, history: Sequence[Change], value: Value) -> Change | None:
    """The newest change of this fact that already says this value, whatever became of it."""
    for change in reversed(history):
        is_said = change.new is not None and type(change.new) is type(value) and _weigh(kind, change.new, value).verdict in AGREE
        if is_said and change.new is not None and not _is_far_inside(change.new, value):
            return change
    return None


def _is_far_inside(old: Value, new: Value) -> bool:
    """ "Not before 29 August" does not already say 16 November: an open span holds everything after it, but told only its beginning."""
    if not isinstance(old, DateSpan) or not isinstance(new, DateSpan) or (old.start is None) == (old.end is None):
        return False
    pairs = ((old.start, new.start or new.end), (old.end, new.end or new.start))
    return any(a is not None and b is not None and abs(a - b) > OPEN_REACH for a, b in pairs)


def _seen_again(differ: Differ, change: Change, claim: Claim, now: datetime) -> None:
    """Another sighting of a flagged value: evidence; a flag that had been reverted is open again, with one more on its counter."""
    if change.status is ChangeStatus.REVERTED:
        change = replace(
            change, status=ChangeStatus.OPEN, seen_count=change.seen_count + 1, reasons=(*change.reasons, "said again after it had gone")
        )
    differ.put(_with_evidence(change, claim, now))


def _with_evidence(change: Change, claim: Claim, now: datetime) -> Change:
    known = {(e.source_id, e.url, e.sha256, e.start) for e in change.evidence}
    new = claim.evidence
    evidence = change.evidence if (new.source_id, new.url, new.sha256, new.start) in known else (*change.evidence, new)
    confidence = change.confidence
    if claim.publisher not in {e.publisher for e in change.evidence}:
        confidence = round(1 - (1 - confidence) * (1 - _confidence(claim)), 3)
    return replace(change, evidence=evidence, last_seen=max(change.last_seen, now), confidence=confidence)


def _back_to_known(differ: Differ, kind: Kind, history: Sequence[Change], claim: Claim, now: datetime) -> None:
    """A page that had said a flagged value and says the known one again takes its flag back, unless others still stand for it."""
    if claim.before is None:
        return
    for change in history:
        if change.status in _OPEN and change.new is not None and kind.compare(change.new, claim.before).verdict in AGREE:
            publishers = {e.publisher for e in change.evidence}
            if publishers <= {claim.publisher}:
                differ.put(
                    replace(
                        change,
                        status=ChangeStatus.REVERTED,
                        last_seen=now,
                        reasons=(*change.reasons, f"{claim.publisher} says the old value again"),
                    )
                )


def _is_stale_echo(differ: Differ, kind: Kind, fact: Fact, history: Sequence[Change], claim: Claim) -> bool:
    """Is this an older state of the fact, told by a page that is only now seen, or by one that was written before what is known?"""
    if not claim.first_look and claim.before is not None:
        return False
    earlier = [f.value for f in differ.baseline.announced if f.key == fact.key and fact.version > 1]
    earlier += [r.value for r in differ.baseline.revisions if r.fact == fact.key and r.value is not None and r.version < fact.version]
    earlier += [c.old for c in history if c.old is not None and c.status is not ChangeStatus.REJECTED]
    if any(type(v) is type(claim.value) and kind.compare(v, claim.value).verdict in AGREE for v in earlier):
        return True
    return bool(claim.published_on and fact.valid_from and claim.published_on < fact.valid_from)


def _rival(pending: Sequence[Change], claim: Claim, now: datetime) -> Change | None:
    """An open change of the same news by another publisher with another value: the sources disagree."""
    for change in pending:
        publishers = {e.publisher for e in change.evidence}
        if claim.publisher not in publishers and now - change.first_seen <= SAME_NEWS and claim.before is None:
            return change
    return None


def _date_denied(differ: Differ, fact: Fact, claim: Claim, now: datetime) -> None:
    """A date said no longer to hold, without a successor, is a move to "no date" - if it is the known date that is denied."""
    if not isinstance(fact.value, DateSpan) or not isinstance(claim.value, DateSpan):
        return
    is_no_date = claim.value.is_no_date
    history = differ.about(fact.key)
    pending = [c.new for c in history if c.status in _OPEN and isinstance(c.new, DateSpan)]
    if not is_no_date and all(differ.kinds["date"].compare(v, claim.value).verdict == "different" for v in (fact.value, *pending)):
        return
    nothing = replace(claim.value, start=None, end=None, edtf="")
    if _flagged(differ.kinds["date"], history, nothing) is None:
        old = pending[-1] if pending else fact.value
        flagged = _flag(differ, claim, ChangeType.DATE_MOVED, old, nothing, Delta(), now, "the date no longer holds and no other is given")
        if flagged:
            _supersede(differ, fact, flagged)


# ------------------------------------------------------------------------------------------------- sites, participants, new facts


def _site(differ: Differ, fact: Fact, claim: Claim, now: datetime) -> None:
    """A known site met again is no news; that it is given up, or another state of it, may be."""
    if isinstance(claim.value, Site):
        if "withdrawn" in claim.cues:
            _site_gone(differ, fact, claim, now, "said to be dropped")
            return
        flag = next((c for c in differ.about(fact.key) if c.provisional == fact.key), None)
        if flag:
            _seen_again(differ, flag, claim, now)
    elif isinstance(claim.value, Status) and _NOT_YET.isdisjoint(claim.roles):
        _site_status(differ, fact, claim.value, claim, now)


def _site_status(differ: Differ, fact: Fact, status: Status, claim: Claim, now: datetime) -> None:
    is_told = claim.before is not None or fact.status is not None
    is_long_so = not is_told and (status.status not in _NEWSWORTHY or not _is_news(claim, now))
    if status.status == fact.status or is_long_so:  # what a page has long said of a site is no change of it
        return
    if status.status in _REMOVED:
        _site_gone(differ, fact, claim, now, f"said to be {status.status}")
        return
    same = [c for c in differ.about(fact.key) if c.type is ChangeType.STATUS_CHANGED and _is_status(c.new, status.status)]
    if same:
        _seen_again(differ, same[-1], claim, now)
    else:
        old = Status(fact.status, fact.label) if fact.status else None
        _flag(differ, claim, ChangeType.STATUS_CHANGED, old, status, Delta(), now, f"{fact.label} is said to be {status.status}")


def _deed_status(differ: Differ, fact: Fact, status: Status, claim: Claim, now: datetime) -> None:
    """A grant, loan or contract known by its amount is ended, stopped or restored."""
    if not _NOT_YET.isdisjoint(claim.roles) or not (_is_news(claim, now) or claim.before is not None):
        return
    last = next((c for c in reversed(differ.about(fact.key)) if c.type is ChangeType.STATUS_CHANGED), None)
    if last is not None and _is_status(last.new, status.status):
        _seen_again(differ, last, claim, now)
    else:
        old = last.new if last is not None else None
        _flag(differ, claim, ChangeType.STATUS_CHANGED, old, status, Delta(), now, f"{fact.label} is said to be {status.status}")


def _site_gone(differ: Differ, fact: Fact, claim: Claim, now: datetime, reason: str) -> None:
    """One flag for a site given up, whether its name or its status says so."""
    same = [c for c in differ.about(fact.key) if c.type is ChangeType.SITE_REMOVED]
    if same:
        _seen_again(differ, same[-1], claim, now)
    else:
        _flag(differ, claim, ChangeType.SITE_REMOVED, fact.value, None, Delta(), now, reason)


def _is_status(value: Value | None, status: str) -> bool:
    return isinstance(value, Status) and value.status == status


def _participant(differ: Differ, fact: Fact, claim: Claim, now: datetime) -> None:
    """A country or organisation that joins a list it is not on, or leaves one it is on."""
    leaves = "leave" in claim.cues
    if isinstance(fact.value, Countries) and isinstance(claim.value, Country):
        is_member = claim.value.country in fact.value.countries
        if is_member != leaves:
            return
    elif not leaves:
        return
    type_ = ChangeType.PARTICIPANT_LEFT if leaves else ChangeType.PARTICIPANT_JOINED
    same = [c for c in differ.about(fact.key) if c.new == claim.value or (leaves and c.old == claim.value)]
    if same:
        _seen_again(differ, same[-1], claim, now)
    else:
        _flag(
            differ,
            claim,
            type_,
            claim.value if leaves else None,
            claim.value,
            Delta(),
            now,
            "leaves" if leaves else "is not on the list so far",
        )


def _new_fact(differ: Differ, claim: Claim, now: datetime) -> None:
    """Something about the programme that no fact covered: flagged as new, known from now on."""
    if claim.kind in ("country", "organisation"):
        type_ = ChangeType.PARTICIPANT_JOINED
    elif claim.kind in _NEW:
        type_ = _NEW[claim.kind]
    else:
        return
    kind = differ.kinds[claim.kind]
    if claim.first_look and (claim.kind != "site" or "listed" in claim.cues) and not _is_news(claim, now):
        return  # a standing page met for the first time has long said so
    for change in differ.changes.values():
        is_new = change.provisional and change.kind == claim.kind and (change.provisional not in differ.facts or claim.kind == "status")
        if is_new and change.new is not None and kind.compare(change.new, claim.value).verdict in AGREE:
            _seen_again(differ, change, claim, now)
            return
    flagged = _flag(differ, claim, type_, None, claim.value, Delta(), now)
    if flagged:
        differ.put(replace(flagged, provisional=f"new.{flagged.id[2:]}"))


def provisional_facts(changes: Iterable[Change]) -> tuple[Fact, ...]:
    """The facts outside the baseline that flagged new facts stand for: later pages link to them, add evidence or revise them (rule 13).

    A rejected one stays known too, so that the same statement is not flagged again.
    """
    waiting = {ChangeStatus.OPEN, ChangeStatus.SNOOZED, ChangeStatus.REJECTED, ChangeStatus.REVERTED}
    return tuple(
        Fact(
            key=c.provisional,
            kind=c.kind,
            label=c.label,
            value=c.new,
            about=_about(c),
            scope=c.signature.split("|")[1] or None if c.kind in ("money", "date", "count") else None,
            valid_from=None,
            quote=c.evidence[0].quote if c.evidence else "",
            url=c.evidence[0].url if c.evidence else "",
            version=0,
            change=c.id,
        )
        for c in changes
        if c.provisional and c.new is not None and c.status in waiting
    )


def _about(change: Change) -> tuple[str, ...]:
    """What a provisional fact can be recognised by: its subject and property, or the label it was listed under; nothing for a bare sum in prose."""
    subject, _, about = change.signature.partition("|")[2].partition("|")
    return tuple(part for part in (subject, about) if part) if subject else ()


# ------------------------------------------------------------------------------------------------------------------------ flagging


def _flag(
    differ: Differ, claim: Claim, type_: ChangeType, old: Value | None, new: Value | None, delta: Delta, now: datetime, reason: str = ""
) -> Change | None:
    """Raise a change, or add to the one of the same id; None when it had been rejected or the claim is too unsure."""
    fact = differ.facts.get(claim.fact) if claim.fact else None
    version = fact.version if fact else 0
    subject = fact.key if fact else claim.signature
    id_ = change_id(differ.baseline.id, subject, type_, version, new if new is not None else old, differ.kinds)
    existing = differ.changes.get(id_)
    if existing is not None:
        if existing.status is not ChangeStatus.REJECTED:
            _seen_again(differ, existing, claim, now)
        return None
    if _confidence(claim) < LEAST_CONFIDENCE:
        return None
    sight = ("already so at first sight",) if claim.first_look and fact is not None and not _is_news(claim, now) else ()
    edit = ("edited in place: the same statement of this page said otherwise before",) if claim.before is not None else ()
    pair = ("old and new value stand side by side",) if claim.pair_old is not None else ()
    change = Change(
        id=id_,
        programme=differ.baseline.id,
        fact=fact.key if fact else None,
        label=fact.label if fact else claim.label,
        type=type_,
        kind=claim.kind if fact is None or isinstance(claim.value, Status | Country) else fact.kind,
        old=old,
        new=new,
        delta=delta,
        severity=_severity(type_, delta),
        confidence=_confidence(claim),
        cause=Cause.PAGE,
        reasons=tuple(r for r in (reason, *edit, *pair, *sight, *claim.reasons) if r),
        first_seen=now,
        last_seen=now,
        evidence=(claim.evidence,),
        signature=claim.signature if fact is None else "",
        group=hashlib.sha256(f"{claim.evidence.url}|{claim.evidence.sha256}".encode()).hexdigest()[:12],
        fact_version=version,
    )
    differ.put(change)
    return change


def _is_news(claim: Claim, now: datetime) -> bool:
    """Was the page written shortly before the look?"""
    return claim.published_on is not None and now.date() - claim.published_on <= NEWS


def _severity(type_: ChangeType, delta: Delta) -> int:
    """The type's own weight, one less for a small step: under 5 per cent, or under a fortnight."""
    small = (delta.percent is not None and abs(delta.percent) < Decimal(5)) or (delta.days is not None and abs(delta.days) < 14)
    return max(1, SEVERITY[type_] - (1 if small else 0))


def _confidence(claim: Claim) -> float:
    """extraction x link x authority of one publisher."""
    return round(min(1.0, claim.confidence) * min(1.0, claim.score) * AUTHORITY.get(claim.authority, AUTHORITY["press"]), 3)


def change_id(programme: str, subject: str, type_: ChangeType, version: int, value: Value | None, kinds: Mapping[str, Kind]) -> str:
    """A stable id from content: the same change met again, or replayed, has the same id."""
    shape = json.dumps(kinds[KIND_OF[type(value)]].to_json(value), sort_keys=True) if value is not None else ""
    text = "\n".join((programme, subject, str(type_), str(version), shape))
    return "c-" + hashlib.sha256(text.encode()).hexdigest()[:10]


KIND_OF: Mapping[type, str] = {
    Money: "money",
    DateSpan: "date",
    Count: "count",
    Site: "site",
    Organisation: "organisation",
    Country: "country",
    Countries: "countries",
    Status: "status",
}
