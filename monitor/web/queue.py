"""The queue of open changes, and every list of changes by a filter that stands in the address."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from monitor.core.model import ChangeStatus, ChangeType
from monitor.store import browse
from monitor.store.browse import Filter
from monitor.web.face import Face, Shared
from monitor.web.people import Viewer
from monitor.web.shown import Fields, path, with_query
from monitor.web.today import parse_day

PAGE_SIZE = 50

router = APIRouter()


def asked_for(
    face: Shared,
    programme: str = "",
    status: str = "",
    type: str = "",
    fact: str = "",
    since: str = "",
    until: str = "",
    severity: str = "",
    q: str = "",
) -> Filter:
    """The filter of an address; words nobody knows ask for nothing. Raises UsageError for an unknown programme or day."""
    return Filter(
        programme=face.known(programme),
        status=ChangeStatus(status) if status in {s.value for s in ChangeStatus} else None,
        type=ChangeType(type) if type in {t.value for t in ChangeType} else None,
        fact=fact[:300] or None,
        since=midnight(face, since) if since else None,
        until=midnight(face, until) + timedelta(days=1) if until else None,
        least_severity=int(severity) if severity in ("2", "3", "4", "5") else 1,
        text=q[:200],
    )


Wanted = Annotated[Filter, Depends(asked_for)]


def midnight(face: Face, day: str) -> datetime:
    return datetime.combine(parse_day(day), time(), face.zone)


def page_number(page: str = "1") -> int:
    """From 1; anything else is the first page."""
    return int(page) if page.isascii() and page.isdigit() and 1 <= len(page) <= 5 and int(page) > 0 else 1


PageNumber = Annotated[int, Depends(page_number)]


@router.get("/queue")
def queue(request: Request, face: Shared, person: Viewer, wanted: Wanted, page: PageNumber, done: str = "") -> HTMLResponse:
    """What waits for a decision, most important first."""
    return listed(request, face, person, in_queue(wanted), page, done, is_queue=True)


@router.get("/changes")
def changes(request: Request, face: Shared, person: Viewer, wanted: Wanted, page: PageNumber, done: str = "") -> HTMLResponse:
    """Every change that fits the filter, the newest first."""
    return listed(request, face, person, wanted, page, done, is_queue=False)


@router.get("/queue/next")
def following(face: Shared, person: Viewer, wanted: Wanted, request: Request, after: str = "", done: str = "") -> RedirectResponse:
    """To the next open change, behind the one of that id; back to the list at the end."""
    fields = {k: v for k, v in request.query_params.items() if k in FILTERS}
    found = browse.next_id(face.store, in_queue(wanted), face.today(), after or None)
    if found is None:
        return RedirectResponse(with_query("/queue", fields, done=done or None), 303)
    return RedirectResponse(with_query(path("changes", found), fields, queue="1", done=done or None), 303)


FILTERS = ("programme", "type", "fact", "since", "until", "severity", "q")


def in_queue(wanted: Filter) -> Filter:
    """The same filter for what is open."""
    return Filter(
        wanted.programme, ChangeStatus.OPEN, wanted.type, wanted.fact, wanted.since, wanted.until, wanted.least_severity, wanted.text
    )


def listed(request: Request, face: Face, person: Viewer, wanted: Filter, page: int, done: str, *, is_queue: bool) -> HTMLResponse:
    today = face.today()
    total = browse.count(face.store, wanted, today)
    page = min(page, max(1, -(-total // PAGE_SIZE)))
    found = browse.changes(face.store, wanted, today, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE, newest=not is_queue)
    fields = Fields({k: v for k, v in request.query_params.items() if k in (*FILTERS, "status")})
    values = {
        "changes": found,
        "total": total,
        "page": page,
        "pages": max(1, -(-total // PAGE_SIZE)),
        "fields": fields,
        "address": "/queue" if is_queue else "/changes",
        "is_queue": is_queue,
        "programmes": [b.id for b in face.programmes()],
        "done": face.done(done),
    }
    return face.html(request, person, "changes.html", values)
