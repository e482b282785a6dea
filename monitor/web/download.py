"""CSV of changes and facts, and the report of a day in every form: files for the team."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from monitor import render
from monitor.core.summary import FactClocks
from monitor.daily import daily_reports, fact_clocks
from monitor.errors import UsageError
from monitor.store import browse
from monitor.web.face import Shared
from monitor.web.people import FeedViewer
from monitor.web.queue import Wanted
from monitor.web.today import parse_day, watched_on

MOST_ROWS = 20_000
CSV = "text/csv; charset=utf-8"
FORMS = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
}
REPORT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

router = APIRouter(prefix="/download")


@router.get("/changes.csv")
def changes(face: Shared, person: FeedViewer, wanted: Wanted) -> Response:
    """The changes that fit the filter, the newest first; no cell runs as a formula."""
    found = browse.changes(face.store, wanted, face.today(), limit=MOST_ROWS, newest=True)
    return StreamingResponse(render.changes_csv(found), media_type=CSV, headers=as_file("changes.csv"))


@router.get("/facts.csv")
def facts(face: Shared, person: FeedViewer, programme: str) -> Response:
    baseline = face.baseline(programme)
    clocks: dict[str, FactClocks] = dict(fact_clocks(face.store, programme))
    return StreamingResponse(render.facts_csv(baseline, clocks), media_type=CSV, headers=as_file(f"{baseline.id}-facts.csv"))


@router.get("/report/{day}.{form}")
def report(face: Shared, person: FeedViewer, day: str, form: str) -> Response:
    """The report of a past day (or of today so far) as one file."""
    if form not in FORMS:
        raise UsageError(f"there is no such form; there are {', '.join(FORMS)}")
    wanted = parse_day(day)
    past = wanted if wanted < face.today() else None
    reports = daily_reports(face.store, face.settings, watched_on(face, past), past, face.now())
    text = render.reports_as(reports, "text" if form == "txt" else form)
    return Response(text, headers={"Content-Type": FORMS[form], "Content-Security-Policy": REPORT_POLICY})


def as_file(name: str) -> dict[str, str]:
    """A programme's id holds small letters, digits and hyphens only, so the name needs no quoting rules."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
