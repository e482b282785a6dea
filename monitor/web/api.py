"""The API under /api/v1: the same shapes as the command line's JSON, in pages, with ETags.

A list is a JSON array; `X-Total-Count` says how many there are and `Link` leads to the next page. Errors are `{"error": "one line"}`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor import render
from monitor.core.model import ChangeStatus, ChangeType, Review
from monitor.daily import daily_reports
from monitor.errors import UsageError
from monitor.render.contract import JsonObject
from monitor.store import browse, looks, queries
from monitor.store.browse import Filter
from monitor.web.change import new_review
from monitor.web.face import Face, Shared
from monitor.web.people import ApiReviewer, Viewer
from monitor.web.shape import claim_json, fact_json, programme_json, snapshot_json
from monitor.web.today import watched_on

MOST = 200
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The request cannot be meant."},
    401: {"description": "No session and no token."},
    404: {"description": "There is no such thing."},
    422: {"description": "A field cannot be read."},
    503: {"description": "The database or the folder cannot be used now."},
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Still as it was under that ETag."}}
REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"description": "This role may not decide, or the form token is missing."},
    409: {"description": "Decided meanwhile, or the folder was edited meanwhile."},
}


def written_day(value: object) -> object:
    """A day as ISO 8601 writes it; pydantic alone would also take seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("a day is written as 2026-04-30")
    return value


Day = Annotated[date, BeforeValidator(written_day)]

router = APIRouter(prefix="/api/v1", tags=["v1"])

Name = Annotated[str, Path(max_length=200)]
Programme = Annotated[str | None, Query(max_length=200, description="Only this programme.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows a page.")]
Offset = Annotated[int, Query(ge=0, le=10**9, description="Rows to leave out.")]


class Decided(BaseModel):
    """A decision to make about a change."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["accept", "reject", "snooze", "alias", "relink", "noise", "comment", "undo"]
    note: str = Field(default="", max_length=2000)
    until: Day | None = Field(default=None, description="Snooze: until this day.")
    value: str = Field(default="", max_length=2000, description="Accept with this value, written as in facts.toml.")
    fact: str = Field(default="", max_length=300, description="Alias and relink: the key of the fact that is meant.")
    seen: int | None = Field(default=None, ge=0, le=10**6, description="Number of reviews you saw; refused when there are others by now.")


@router.get("/programmes", responses=NOT_MODIFIED | ERRORS)
def programmes(request: Request, face: Shared, person: Viewer) -> Response:
    """The watched programmes."""
    today = face.today()
    counted = [(b, browse.count(face.store, Filter(b.id, ChangeStatus.OPEN), today)) for b in face.programmes()]
    return as_json(request, [programme_json(b, open_count) for b, open_count in counted])


@router.get("/changes", responses=NOT_MODIFIED | ERRORS)
def changes(
    request: Request,
    face: Shared,
    person: Viewer,
    programme: Programme = None,
    status: ChangeStatus | None = None,
    type: ChangeType | None = None,
    fact: Annotated[str | None, Query(max_length=300)] = None,
    since: Annotated[Day | None, Query(description="First seen on this day or later.")] = None,
    until: Annotated[Day | None, Query(description="First seen on this day or earlier.")] = None,
    severity: Annotated[int, Query(ge=1, le=5, description="At least so important.")] = 1,
    q: Annotated[str, Query(max_length=200, description="Words in label, id, fact or a quote.")] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Changes, the newest first, in the shape of `monitor changes --format json`."""
    wanted = Filter(known(face, programme), status, type, fact, at(face, since), at(face, until, timedelta(days=1)), severity, q)
    total = browse.count(face.store, wanted, face.today())
    found = browse.changes(face.store, wanted, face.today(), limit=limit, offset=offset, newest=True)
    return as_json(request, render.changes_json(found), total, limit, offset)


@router.get("/changes/{change_id}", responses=NOT_MODIFIED | ERRORS)
def change(request: Request, face: Shared, person: Viewer, change_id: Name) -> Response:
    """One change with its evidence and reviews."""
    return as_json(request, render.change_json(face.change(change_id)))


@router.post("/changes/{change_id}/decisions", status_code=201, responses=ERRORS | REFUSED)
def decide(face: Shared, person: ApiReviewer, change_id: Name, made: Decided) -> Response:
    """Decides about a change. Answers with the change as it is then."""
    found = face.change(change_id)
    until = made.until.isoformat() if made.until else ""
    review: Review = new_review(face, found, person.name, made.decision, made.note, until, made.value, made.fact)
    outcome = face.decide(review, made.seen)
    return Response(render.to_json(render.change_json(outcome.change)), 201, media_type="application/json")


@router.get("/facts", responses=NOT_MODIFIED | ERRORS)
def facts(
    request: Request,
    face: Shared,
    person: Viewer,
    programme: Programme = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Facts now, each with its three clocks."""
    chosen = known(face, programme)
    ids = [chosen] if chosen else [b.id for b in face.programmes()]
    found = [state for name in ids for state in queries.facts(face.store, name)]
    return as_json(request, [fact_json(s) for s in found[offset : offset + limit]], len(found), limit, offset)


@router.get("/facts/{programme}/{key}/claims", responses=NOT_MODIFIED | ERRORS)
def claims(request: Request, face: Shared, person: Viewer, programme: Name, key: Name, limit: Limit = 50, offset: Offset = 0) -> Response:
    """What every page has been saying about one fact, and since when."""
    chosen = known(face, programme) or programme
    found = browse.claims_of_facts(face.store, chosen, [key])
    return as_json(request, [claim_json(c) for c in found[offset : offset + limit]], len(found), limit, offset)


@router.get("/sources", responses=NOT_MODIFIED | ERRORS)
def sources(request: Request, face: Shared, person: Viewer, programme: Programme = None, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Sources with their health, in the shape of `monitor sources list --format json`."""
    found = looks.sources(face.store, known(face, programme))
    return as_json(request, [render.health_json(h) for h in found[offset : offset + limit]], len(found), limit, offset)


@router.get("/sources/{programme}/{source_id}/captures", responses=NOT_MODIFIED | ERRORS)
def captures(request: Request, face: Shared, person: Viewer, programme: Name, source_id: Name, limit: Limit = 50) -> Response:
    """The stored captures of a source, the latest first."""
    found = looks.snapshots(face.store, programme=known(face, programme), source=source_id, limit=limit)
    return as_json(request, [snapshot_json(s) for s in found])


@router.get("/reports", responses=NOT_MODIFIED | ERRORS)
def reports(
    request: Request,
    face: Shared,
    person: Viewer,
    programme: Programme = None,
    day: Annotated[Day | None, Query(description="A past day; today so far without it.")] = None,
) -> Response:
    """The daily reports, in the shape of `monitor report --format json`."""
    chosen = known(face, programme)
    past = day if day is not None and day < face.today() else None
    watched = [b for b in watched_on(face, past) if chosen in (None, b.id)]
    made = daily_reports(face.store, face.settings, watched, past, face.now())
    return as_json(request, [render.report_json(r) for r in made])


# ------------------------------------------------------------------------------------------------------------------------------ helpers


def known(face: Face, programme: str | None) -> str | None:
    return face.known(programme) if programme else None


def at(face: Face, day: date | None, later: timedelta = timedelta()) -> datetime | None:
    """Midnight of a day in the zone of the settings. Raises UsageError for a day no clock can show."""
    if day is None:
        return None
    try:
        return datetime.combine(day, time(), face.zone) + later
    except OverflowError:
        raise UsageError(f"{day} is too far away") from None


def as_json(
    request: Request, data: list[JsonObject] | JsonObject, total: int | None = None, limit: int = MOST, offset: int = 0
) -> Response:
    """The answer under an ETag of its content; 304 when the asker has it already."""
    body = render.to_json(data, indent=None).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag}
    if total is not None:
        headers["X-Total-Count"] = str(total)
        if offset + limit < total:
            headers["Link"] = f'<{request.url.include_query_params(offset=offset + limit, limit=limit)}>; rel="next"'
    if etag in [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
