"""Sources: their health, the history of looks, what each usually says, what differs between two captures; and new ones, after a dry run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from monitor import watch
from monitor.baseline import programme_folder
from monitor.baseline.append import append_sources
from monitor.baseline.draft import slug
from monitor.baseline.fields import url_complaint
from monitor.baseline.takeover import source_blocks
from monitor.core.model import Observation, Source
from monitor.errors import FetchError, UsageError
from monitor.render.clean import line
from monitor.store import browse, looks
from monitor.web.face import Face, Shared
from monitor.web.people import Admin, AdminViewer, Viewer
from monitor.web.shown import path
from monitor.web.words import differences

KINDS = ("page", "feed", "sitemap", "listing", "pdf", "json")
AUTHORITIES = ("official", "primary", "press")
LOOKS_SHOWN = 60
READ_SHOWN = 100
UNSTABLE_SHOWN = 20

router = APIRouter()


@dataclass(frozen=True, slots=True)
class DryRun:
    """What two polite looks at an address gave; nothing is stored. `problem` is empty when it could be read."""

    source: Source
    problem: str = ""
    final_url: str = ""
    title: str = ""
    language: str = ""
    observations: tuple[Observation, ...] = ()
    total: int = 0
    unstable: tuple[str, ...] = ()


@router.get("/sources")
def sources(request: Request, face: Shared, person: Viewer, programme: str = "") -> HTMLResponse:
    chosen = face.known(programme)
    found = looks.sources(face.store, chosen)
    found.sort(key=lambda h: (h.status in ("ok", "unchanged"), h.programme, h.id))
    values = {"sources": found, "programmes": [b.id for b in face.programmes()], "chosen": chosen}
    return face.html(request, person, "sources.html", values)


@router.get("/sources/{programme}/{source_id}")
def show(request: Request, face: Shared, person: Viewer, programme: str, source_id: str) -> HTMLResponse:
    health = next((h for h in looks.sources(face.store, programme, removed=True) if h.id == source_id), None)
    if health is None:
        raise UsageError(f"there is no source {line(source_id, 80)!r} in {line(programme, 80)!r}")
    values = {
        "health": health,
        "source": face.source(programme, source_id),
        "visits": looks.visits(face.store, programme=programme, source=source_id, limit=LOOKS_SHOWN),
        "snapshots": looks.snapshots(face.store, programme=programme, source=source_id, limit=LOOKS_SHOWN),
        "claims": browse.claims_of_source(face.store, programme, source_id),
    }
    return face.html(request, person, "source.html", values)


@router.get("/differences")
def difference(request: Request, face: Shared, person: Viewer, old: str = "", new: str = "") -> HTMLResponse:
    """Two captures compared, word by word."""
    before, after = face.snapshot(old), face.snapshot(new)
    if after.captured_at < before.captured_at:
        before, after = after, before
    first, second = face.page(before), face.page(after)
    found = differences(first.text, second.text) if first and second else None
    is_same = found is not None and not any(p.mark for d in found for p in d.pieces)
    return face.html(request, person, "differences.html", {"before": before, "after": after, "differences": found, "is_same": is_same})


# ----------------------------------------------------------------------------------------------------------------------- new sources


@router.get("/settings/sources/new")
def new(request: Request, face: Shared, person: AdminViewer, programme: str = "", url: str = "") -> HTMLResponse:
    return form(request, face, person, {"programme": programme, "url": url}, None)


@router.post("/settings/sources/try")
def try_out(
    request: Request,
    face: Shared,
    person: Admin,
    programme: Annotated[str, Form()],
    url: Annotated[str, Form()],
    kind: Annotated[str, Form()] = "page",
    authority: Annotated[str, Form()] = "press",
    publisher: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """One look, with the address checked like all others; shows what would be read."""
    source = new_source(face, programme, url, kind, authority, publisher)
    fields = {"programme": programme, "url": url, "kind": kind, "authority": authority, "publisher": publisher}
    return form(request, face, person, fields, dry_run(face, source))


@router.post("/settings/sources/add")
def add(
    face: Shared,
    person: Admin,
    programme: Annotated[str, Form()],
    url: Annotated[str, Form()],
    kind: Annotated[str, Form()] = "page",
    authority: Annotated[str, Form()] = "press",
    publisher: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Appends the source to programme.toml, where people read and edit it. Raises ConflictError when the folder was edited meanwhile."""
    source = new_source(face, programme, url, kind, authority, publisher)
    baseline = face.baseline(programme)
    append_sources(programme_folder(face.settings.home, programme), baseline.digest, source_blocks([source]))
    face.baseline(programme)
    return RedirectResponse(path("sources", programme, source.id), 303)


def new_source(face: Face, programme: str, url: str, kind: str, authority: str, publisher: str) -> Source:
    """The source of a form. Raises UsageError for what cannot be one."""
    baseline = face.baseline(programme)
    url = url.strip()
    complaint = url_complaint(url) if url == line(url) else "holds characters no address has"
    if complaint:
        raise UsageError(f"the address {complaint}")
    if any(s.url == url for s in baseline.sources):
        raise UsageError("this address is watched already")
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    stem = slug(publisher) or slug(f"{host} {urlsplit(url).path}") or "source"
    taken = {s.id for s in baseline.sources}
    fresh = stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, len(taken) + 3) if f"{stem}-{n}" not in taken)
    return Source(
        fresh,
        url,
        kind if kind in KINDS else "page",
        authority if authority in AUTHORITIES else "press",
        publisher=line(publisher, 120) or host,
    )


def dry_run(face: Face, source: Source) -> DryRun:
    """Looked at twice; what hinders it is told where its result would be."""
    try:
        trial = watch.tried(face.settings, source, face.now)
    except FetchError as error:
        return DryRun(source, f"{error.status}: {line(str(error), 300)}")
    page, seen = trial.view.page, trial.view
    return DryRun(
        source,
        problem="" if seen.status == "ok" else f"{seen.status}: {line(seen.reason, 300)}",
        final_url=trial.capture.final_url,
        title=page.title if page else "",
        language=page.language if page else "",
        observations=seen.observations[:READ_SHOWN],
        total=len(seen.observations),
        unstable=trial.unstable[:UNSTABLE_SHOWN],
    )


def form(request: Request, face: Face, person: AdminViewer, fields: dict[str, str], tried: DryRun | None) -> HTMLResponse:
    values = {
        "programmes": [b.id for b in face.programmes()],
        "kinds": KINDS,
        "authorities": AUTHORITIES,
        "fields": {"kind": "page", "authority": "press", "publisher": ""} | fields,
        "tried": tried,
    }
    return face.html(request, person, "new_source.html", values)
