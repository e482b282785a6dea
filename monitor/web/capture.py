"""A stored capture: as it was read with its facts marked, and the body itself, shut in a sandbox.

The body comes from a stranger. It is served under a policy that runs nothing, loads nothing and has no origin; what is no HTML is served as text.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitor.core.model import Page, Region
from monitor.errors import UsageError
from monitor.render.clean import line
from monitor.store import browse
from monitor.store.browse import Seen
from monitor.web.face import Shared
from monitor.web.people import Viewer
from monitor.web.shown import path
from monitor.web.words import Piece

BLOCKS_SHOWN = 3000
TEXT_SHOWN_BYTES = 2_000_000
QUIET = {Region.NAV, Region.FOOTER, Region.RELATED, Region.ASIDE, Region.HIDDEN, Region.META}
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Block:
    """A passage of the page with the mentions in it marked."""

    pieces: tuple[Piece, ...]
    form: str
    region: str
    is_quiet: bool


@router.get("/captures/{snapshot_id}")
def show(request: Request, face: Shared, person: Viewer, snapshot_id: str) -> HTMLResponse:
    snapshot = face.snapshot(snapshot_id)
    seen = browse.observations(face.store, snapshot.id)
    page = face.page(snapshot)
    values = {
        "snapshot": snapshot,
        "page": page,
        "blocks": blocks(page, seen) if page else [],
        "seen": seen,
        "is_html": is_html(snapshot.media_type),
        "is_kept": face.store.blobs.path(snapshot.sha256).exists(),
    }
    return face.html(request, person, "capture.html", values)


@router.get("/captures/by-body/{sha256}")
def by_body(face: Shared, person: Viewer, sha256: str) -> RedirectResponse:
    """The capture with that body: evidence names its captures so."""
    found = browse.snapshot_ids(face.store, sha256) if len(sha256) == 64 else []
    if not found:
        raise UsageError("there is no such capture")
    return RedirectResponse(path("captures", found[0]), 303)


@router.get("/captures/{snapshot_id}/body")
def body(face: Shared, person: Viewer, snapshot_id: str) -> Response:
    """The body as it came, in a sandbox: no script, no form, no request, no origin."""
    snapshot = face.snapshot(snapshot_id)
    kept = face.store.blobs.get(snapshot.sha256)
    if kept is None:
        raise UsageError("there is no such body any more: it was pruned")
    headers = {"Content-Security-Policy": SANDBOX, "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer"}
    if is_html(snapshot.media_type):
        # The charset the answer declared goes along; without one the browser looks at the page itself, as it did live.
        media_type = (
            snapshot.media_type if snapshot.media_type == line(snapshot.media_type) and snapshot.media_type.isascii() else "text/html"
        )
        return Response(kept, headers=headers | {"Content-Type": media_type})
    text = kept[:TEXT_SHOWN_BYTES].decode("utf-8", "replace")
    return Response(text, headers=headers, media_type="text/plain")


def is_html(media_type: str) -> bool:
    return media_type.split(";")[0].strip().lower() in ("text/html", "application/xhtml+xml", "")


def blocks(page: Page, seen: list[Seen]) -> list[Block]:
    """The passages in reading order, the mentions of facts marked; blanks at their ends left out."""
    found = []
    marks = sorted((s.observation.start, s.observation.end) for s in seen)
    at = 0
    for passage in page.passages[:BLOCKS_SHOWN]:
        while at < len(marks) and marks[at][1] <= passage.start:
            at += 1
        inside = []
        for start, end in marks[at:]:
            if start >= passage.end:
                break
            inside.append((max(start, passage.start), min(end, passage.end)))
        pieces = marked(page.text, passage.start, passage.end, inside)
        found.append(Block(tuple(pieces), str(passage.form), str(passage.region), passage.region in QUIET))
    return found


def marked(text: str, start: int, end: int, marks: list[tuple[int, int]]) -> list[Piece]:
    """One passage in pieces; marks that overlap one before them are passed over."""
    pieces: list[Piece] = []
    at = start
    for first, last in marks:
        if first < at:
            continue
        pieces += [Piece(spaced(text[at:first])), Piece(spaced(text[first:last]), "fact")]
        at = last
    return [p for p in (*pieces, Piece(spaced(text[at:end]))) if p.text]


def spaced(text: str) -> str:
    """On one line; a blank at an end stays a blank."""
    shown = line(text)
    if not shown:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + shown + (" " if text[-1].isspace() else "")
