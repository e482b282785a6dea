"""Feeds of a programme for readers and calendars: Atom (RFC 4287), JSON Feed 1.1, iCalendar (RFC 5545)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor import render
from monitor.core.model import Baseline, Change, ChangeStatus, DateSpan, Fact
from monitor.render.clean import line
from monitor.render.contract import moment
from monitor.render.values import show_value
from monitor.render.view import flag
from monitor.store import browse
from monitor.store.browse import Filter
from monitor.web.face import Face, Shared
from monitor.web.past import versions
from monitor.web.people import FeedViewer
from monitor.web.shown import path

ENTRIES = 60
LINE_BYTES = 74  # RFC 5545, 3.1: 75 octets without the line end, of which a fold takes one
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

router = APIRouter(prefix="/feeds")


@router.get("/{programme}.atom")
def atom(request: Request, face: Shared, person: FeedViewer, programme: str) -> Response:
    """Every change of the programme, the newest first; a decision updates its entry."""
    baseline, changes = newest(face, programme)
    values = {
        "baseline": baseline,
        "base": base_of(request),
        "updated": max((last_news(c) for c in changes), default=face.now()),
        "entries": [(c, flag(c), in_words(c), last_news(c)) for c in changes],
    }
    body = _NO_XML.sub("", face.text("feed.atom.xml", **values))
    return Response(body, media_type="application/atom+xml; charset=utf-8")


@router.get("/{programme}.json")
def json_feed(request: Request, face: Shared, person: FeedViewer, programme: str) -> Response:
    baseline, changes = newest(face, programme)
    base = base_of(request)
    data: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{line(baseline.title, 200)}: changes",
        "home_page_url": base + path("programmes", programme),
        "feed_url": base + f"/feeds/{quote(programme)}.json",
        "items": [item(c, base) for c in changes],
    }
    return Response(render.to_json(data), media_type="application/feed+json; charset=utf-8")


def item(change: Change, base: str) -> dict[str, object]:
    shown = flag(change)
    found: dict[str, object] = {
        "id": f"urn:monitor:{change.id}",
        "url": base + path("changes", change.id),
        "title": f"{shown.type}: {shown.title}",
        "content_text": in_words(change),
        "date_published": moment(change.first_seen),
        "date_modified": moment(last_news(change)),
        "tags": [str(change.type), str(change.status)],
    }
    return found | ({"external_url": shown.link} if shown.link else {})


def in_words(change: Change) -> str:
    """What a reader sees of an entry: the statement, the quote, the source, and why."""
    shown = flag(change)
    words = [shown.statement, f"“{shown.quote}”" if shown.quote else "", f"{shown.source} {shown.url}", "; ".join(shown.reasons)]
    return "\n".join(w for w in words if w)


@router.get("/{programme}.ics")
def calendar(request: Request, face: Shared, person: FeedViewer, programme: str) -> Response:
    """The dates of the programme as whole days; a moved date updates its event under the same UID."""
    baseline = face.baseline(programme)
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//monitor//programme dates//EN", f"X-WR-CALNAME:{ics_text(baseline.title)}"]
    for fact in baseline.facts:
        if isinstance(fact.value, DateSpan) and not fact.removed:
            rows += event(baseline, fact, fact.value, base_of(request), face.now())
    rows.append("END:VCALENDAR")
    return Response("".join(folded(row) for row in rows), media_type="text/calendar; charset=utf-8")


def event(baseline: Baseline, fact: Fact, value: DateSpan, base: str, now: datetime) -> list[str]:
    """An event of its days; a date open at one end stands on the day it has, one that is said to have no date is cancelled."""
    first, last = value.start or value.end, value.end or value.start
    history = versions(baseline, fact.key)
    told = next((r.recorded_at for r in reversed(baseline.revisions) if r.fact == fact.key), None)
    stamp = told or datetime.combine(baseline.announced_on or now.date(), datetime.min.time(), UTC)
    if first is None or last is None:
        first = last = next((d for v in reversed(history) if isinstance(v.value, DateSpan) and (d := v.value.end or v.value.start)), None)
        if first is None or last is None:
            return []
    moved = f" (announced: {show_value(history[0].value)})" if len(history) > 1 else ""
    return [
        "BEGIN:VEVENT",
        f"UID:{ics_text(fact.key)}@{baseline.id}.monitor",
        f"DTSTAMP:{utc(stamp)}",
        f"LAST-MODIFIED:{utc(stamp)}",
        f"SEQUENCE:{max(0, len(history) - 1)}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day_after(last):%Y%m%d}",
        f"SUMMARY:{ics_text(fact.label)}: {ics_text(show_value(value))}",
        f"DESCRIPTION:{ics_text(fact.quote + moved)}",
        f"URL:{base}{path('programmes', baseline.id, 'facts', fact.key)}",
        "TRANSP:TRANSPARENT",
        *(["STATUS:CANCELLED"] if value.is_no_date else []),
        "END:VEVENT",
    ]


def newest(face: Face, programme: str) -> tuple[Baseline, list[Change]]:
    baseline = face.baseline(programme)
    found = browse.changes(face.store, Filter(programme), face.today(), limit=ENTRIES, newest=True)
    return baseline, [c for c in found if c.status is not ChangeStatus.REJECTED]


def last_news(change: Change) -> datetime:
    """First sight, or the last decision: what moves an entry to the top of a reader; mere further sightings do not."""
    return max([change.first_seen, *(r.at for r in change.reviews)])


def base_of(request: Request) -> str:
    """Scheme and host the reader used; the host was checked before."""
    return f"{request.url.scheme}://{request.url.netloc}"


def day_after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def ics_text(text: str) -> str:
    """RFC 5545, 3.3.11: backslash, semicolon, comma and line ends are escaped."""
    return line(text, 600).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def folded(row: str) -> str:
    """Lines of at most 75 octets, cut between characters, ended by CR LF."""
    parts: list[str] = []
    part, size = "", 0
    for character in row:
        length = len(character.encode())
        if size + length > LINE_BYTES:
            parts.append(part)
            part, size = "", 0
        part, size = part + character, size + length
    parts.append(part)
    return "\r\n ".join(parts) + "\r\n"
