"""Search over facts, changes and quotes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitor.store import browse, looks
from monitor.store.browse import Filter
from monitor.web.face import Shared
from monitor.web.people import Viewer

SHOWN = 40

router = APIRouter()


@router.get("/search")
def search(request: Request, face: Shared, person: Viewer, q: str = "", programme: str = "") -> HTMLResponse:
    """Every word must be found; changes are found by label, id, fact and quote."""
    words = q.strip()[:200]
    chosen = face.known(programme)
    wanted = Filter(programme=chosen, text=words)
    values = {
        "words": words,
        "facts": browse.facts(face.store, words, chosen, limit=SHOWN) if words else [],
        "changes": browse.changes(face.store, wanted, face.today(), limit=SHOWN, newest=True) if words else [],
        "total": browse.count(face.store, wanted, face.today()) if words else 0,
        "sources": [s for s in looks.sources(face.store, chosen) if is_source(s, words)] if words else [],
    }
    return face.html(request, person, "search.html", values)


def is_source(source: looks.Health, words: str) -> bool:
    text = f"{source.id} {source.url} {source.publisher}".lower()
    return all(word in text for word in words.lower().split())
