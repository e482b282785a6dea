"""Today: the report of the day so far on every programme; and the kept reports of the days before."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitor.core.model import Baseline
from monitor.daily import daily_reports
from monitor.errors import UsageError
from monitor.store import looks
from monitor.web.face import Face, Shared
from monitor.web.people import Viewer

router = APIRouter()


@router.get("/")
def today(request: Request, face: Shared, person: Viewer) -> HTMLResponse:
    return on_day(request, face, person, None)


@router.get("/days/{day}")
def past(request: Request, face: Shared, person: Viewer, day: str) -> HTMLResponse:
    """The report of a day, as it was kept."""
    return on_day(request, face, person, parse_day(day))


def on_day(request: Request, face: Shared, person: Viewer, day: date | None) -> HTMLResponse:
    if day is not None and day >= face.today():
        day = None
    reports = daily_reports(face.store, face.settings, watched_on(face, day), day, face.now())
    reports.sort(key=lambda r: (r.is_quiet, not r.groups, r.title))
    shown = day or face.today()
    values = {
        "reports": reports,
        "day": shown,
        "is_today": day is None,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1) if day is not None else None,
        "unreadable": face.unreadable(),
        "is_unwatched": not any(h.last_fetched for h in looks.sources(face.store)),
    }
    return face.html(request, person, "today.html", values)


def watched_on(face: Face, day: date | None) -> list[Baseline]:
    """The programmes there is a report of: a past day is kept when it is asked for, so one before the watch began must not be made up."""
    if day is None:
        return face.programmes()
    first = {b.id: looks.first_look(face.store, b.id) for b in face.programmes()}
    return [b for b in face.programmes() if (at := first[b.id]) is not None and at.astimezone(face.zone).date() <= day]


def parse_day(text: str) -> date:
    """A day in an address. Raises UsageError for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"there is no day {text[:20]!r}; write it as 2026-04-30") from None
