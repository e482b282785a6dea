"""One change: old and new evidence side by side, everything that proves it, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from monitor.core.decide import DECISIONS, best_evidence, effective
from monitor.core.model import Change, Claim, Evidence, Fact, Review
from monitor.errors import BaselineError, ConflictError, UsageError
from monitor.render.clean import line
from monitor.store import browse
from monitor.web.face import Face, Shared
from monitor.web.people import Reviewer, Viewer
from monitor.web.shown import path, with_query
from monitor.web.today import parse_day
from monitor.web.words import Piece, compared, in_context

SNOOZE_DAYS = 7
MOST_AT_ONCE = 200
_OTHERS = 12

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change: a quote in its paragraph, who says so and when, and where it is stored (None: nowhere)."""

    heading: str
    pieces: tuple[Piece, ...]
    publisher: str
    url: str
    when: date | None
    snapshot: str | None = None


@router.get("/changes/{change_id}")
def show(request: Request, face: Shared, person: Viewer, change_id: str, queue: str = "", done: str = "") -> HTMLResponse:
    change = face.change(change_id)
    known = facts_of(face, change.programme)
    evidence = best_evidence(change)
    fields = {k: v for k, v in request.query_params.items() if k not in ("queue", "done")}
    old, new = sides(face, change, known)
    values = {
        "change": change,
        "fact": next((f for f in known if f.key == change.fact), None),
        "facts": sorted((f for f in known if not f.removed), key=lambda f: (f.kind != change.kind, f.key)),
        "old_side": old,
        "new_side": new,
        "others": [side(face, e, "Also") for e in change.evidence if e is not evidence][:_OTHERS],
        "more": max(0, len(change.evidence) - 1 - _OTHERS),
        "said": [c for c in statements(face, change) if c.ended_at is None][:_OTHERS],
        "together": browse.announced_with(face.store, change),
        "standing": effective(change.reviews),
        "in_queue": bool(queue),
        "fields": fields,
        "next_page": with_query("/queue/next", fields, after=change.id) if queue else "",
        "done": face.done(done),
        "snooze_until": face.today() + timedelta(days=SNOOZE_DAYS),
    }
    return face.html(request, person, "change.html", values)


def facts_of(face: Face, programme: str) -> Sequence[Fact]:
    """The facts of the folder; none when it is gone or has errors: the change is still shown."""
    try:
        return face.baseline(programme).facts
    except (UsageError, BaselineError):
        return ()


def statements(face: Face, change: Change) -> list[Claim]:
    """What pages say and said about the fact of a change."""
    return browse.claims_of_facts(face.store, change.programme, [change.fact]) if change.fact else []


def sides(face: Face, change: Change, known: Sequence[Fact]) -> tuple[Side | None, Side | None]:
    """Old and new evidence. An edit in place is marked word by word on both sides; otherwise the two quotes are marked whole.

    The old side is what the same page said before, else the quote of the fact, else a page that still says the old value; None for what is new.
    """
    evidence = best_evidence(change)
    new = side(face, evidence, "Now") if evidence else None
    if change.old is None or evidence is None:
        return None, new
    said = statements(face, change)
    before = [c for c in said if c.url == evidence.url and c.ended_at is not None and c.ended_at <= evidence.captured_at]
    if before and new is not None:
        return edited(side(face, before[-1].evidence, "Before, on the same page"), new, before[-1].evidence.quote, evidence.quote)
    fact = next((f for f in known if f.key == change.fact), None)
    if fact is not None and fact.quote:
        heading = "As announced" if fact.version == 1 else f"Baseline version {fact.version}"
        return Side(heading, (Piece(line(fact.quote, 1200), "quote"),), "", fact.url, fact.valid_from), new
    same = next((c for c in said if c.value == change.old), None)
    return (side(face, same.evidence, "Said until now") if same else None), new


def edited(old: Side, new: Side, old_quote: str, new_quote: str) -> tuple[Side, Side]:
    """The words that only one of the two quotes has."""
    before, after = compared(old_quote, new_quote)
    return replace(old, pieces=put_in(old.pieces, before)), replace(new, pieces=put_in(new.pieces, after))


def put_in(pieces: Sequence[Piece], quote: Sequence[Piece]) -> tuple[Piece, ...]:
    """The compared words in the place of the quote; what both have stays marked as the quote."""
    marked = [p if p.mark else Piece(p.text, "quote") for p in quote]
    return tuple(one for p in pieces for one in (marked if p.mark == "quote" else [p]))


def side(face: Face, evidence: Evidence, heading: str) -> Side:
    ids = browse.snapshot_ids(face.store, evidence.sha256, evidence.url)
    page = face.page(face.snapshot(ids[0])) if ids else None
    pieces = in_context(page.text if page else None, evidence.start, evidence.end, evidence.quote)
    when = evidence.published_on or evidence.captured_at.date()
    return Side(heading, tuple(pieces), evidence.publisher or evidence.source_id, evidence.url, when, ids[0] if ids else None)


# ------------------------------------------------------------------------------------------------------------------------ deciding


@router.post("/changes/{change_id}/decide")
def decide(
    face: Shared,
    person: Reviewer,
    change_id: str,
    decision: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    value: Annotated[str, Form()] = "",
    fact: Annotated[str, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
    next: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """One decision by the form or a key; then on to the page it names."""
    change = face.change(change_id)
    review = new_review(face, change, person.name, decision, note, until, value, fact)
    face.decide(review, seen)
    return RedirectResponse(going_on(next, change.id), 303)


@router.post("/changes/decide")
def decide_together(
    face: Shared,
    person: Reviewer,
    decision: Annotated[str, Form()],
    change: Annotated[list[str] | None, Form()] = None,
    note: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """The same decision for every change that is ticked. Stops at the first that is refused; those before it stand."""
    ids = list(dict.fromkeys(change or ()))[:MOST_AT_ONCE]
    if not ids:
        raise UsageError("no change was ticked")
    if decision not in ("accept", "reject", "snooze", "noise"):
        raise UsageError("several changes at once can be accepted, rejected, snoozed or marked as noise")
    for number, one_id in enumerate(ids):
        try:
            one = face.change(one_id)
            face.decide(new_review(face, one, person.name, decision, note, until, "", ""), None)
        except (ConflictError, UsageError) as refusal:
            raise ConflictError(f"{refusal}; {number} of {len(ids)} were decided before that") from refusal
    return RedirectResponse(going_on(next, ids[-1]), 303)


def new_review(face: Face, change: Change, by: str, decision: str, note: str, until: str, value: str, fact: str) -> Review:
    """The decision of a form. Raises UsageError for what cannot be meant."""
    if decision not in DECISIONS:
        raise UsageError(f"there is no decision {line(decision, 40)!r}")
    review = Review(change.id, decision, by, face.now(), line(note, 2000))
    match decision:
        case "snooze":
            return replace(review, until=snooze_day(face, until))
        case "accept" if value.strip():
            return replace(review, value=face.parse(value.strip(), change))
        case "alias" | "relink":
            return replace(review, fact=line(fact, 300) or None)
        case "comment" if not review.note:
            raise UsageError("a comment needs some words")
        case _:
            return review


def snooze_day(face: Face, until: str) -> date | None:
    """The day given, None for "until somebody else says so"; a week when nothing is said. Raises UsageError for a day that has passed."""
    if until == "heard":
        return None
    day = parse_day(until) if until else face.today() + timedelta(days=SNOOZE_DAYS)
    if day <= face.today():
        raise UsageError("that day has passed already; choose a later one")
    return day


def going_on(next: str, change_id: str) -> str:
    """The page of ours to go on to, told what was just decided; without one, the change."""
    parts = local(next)
    if parts is None:
        return with_query(path("changes", change_id), {}, done=change_id)
    return with_query(parts.path, dict(parse_qsl(parts.query)), done=change_id) + (f"#{parts.fragment}" if parts.fragment else "")


def local(address: str) -> SplitResult | None:
    """An address within this site; None for one that leads elsewhere, however it is written."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or address != line(address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.netloc or "\\" in parts.path else parts
