"""A source changed where it stands in programme.toml: the form, a look at it as it would be, and the writing, refused when the folder moved meanwhile."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from monitor.baseline import edit, folder_digest, programme_folder
from monitor.core.model import Source
from monitor.errors import UsageError
from monitor.render.clean import line
from monitor.web.face import Face, Shared
from monitor.web.people import Admin, AdminViewer
from monitor.web.shown import path
from monitor.web.source import AUTHORITIES, KINDS, DryRun, dry_run

TEXTS = ("url", "kind", "authority", "publisher", "every", "cron", "language", "follow", "complete_for")
LISTS = ("include", "exclude")  # one selector a line: commas belong to selectors
MOST_CHARS = 4000

router = APIRouter(prefix="/sources/{programme}/{source_id}")


def typed_in(
    url: Annotated[str, Form()],
    kind: Annotated[str, Form()] = "page",
    authority: Annotated[str, Form()] = "press",
    publisher: Annotated[str, Form()] = "",
    every: Annotated[str, Form()] = "",
    cron: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "",
    follow: Annotated[str, Form()] = "",
    complete_for: Annotated[str, Form()] = "",
    include: Annotated[str, Form()] = "",
    exclude: Annotated[str, Form()] = "",
    browser: Annotated[str, Form()] = "",
) -> dict[str, object]:
    """The keys of the form as TOML has them; what is empty takes its line away."""
    texts = (url, kind, authority, publisher, every, cron, language, follow, complete_for)
    values: dict[str, object] = {key: line(text, MOST_CHARS) or None for key, text in zip(TEXTS, texts, strict=True)}
    lists = {
        key: [line(t, MOST_CHARS) for t in text.splitlines() if t.strip()] for key, text in zip(LISTS, (include, exclude), strict=True)
    }
    return values | lists | {"browser": bool(browser)}


TypedIn = Annotated[dict[str, object], Depends(typed_in)]


@router.get("/edit")
def show(request: Request, face: Shared, person: AdminViewer, programme: str, source_id: str) -> HTMLResponse:
    folder = programme_folder(face.settings.home, programme)
    digest = folder_digest(folder)  # before the values are read: an edit in between is refused, not overwritten
    return form(request, face, person, programme, source_id, edit.source_values(folder, source_id), digest)


@router.post("/try")
def try_out(
    request: Request, face: Shared, person: Admin, programme: str, source_id: str, values: TypedIn, digest: Annotated[str, Form()]
) -> HTMLResponse:
    """The source looked at as it would be, with the address checked like all others; nothing is stored."""
    source = as_typed(face, programme, source_id, changed(face, programme, source_id, values))
    return form(request, face, person, programme, source_id, values, digest, dry_run(face, source))


@router.post("/save")
def save(face: Shared, person: Admin, programme: str, source_id: str, values: TypedIn, digest: Annotated[str, Form()]) -> RedirectResponse:
    """Writes the changed lines. Raises ConflictError when somebody wrote to the folder since the form was shown."""
    wanted = changed(face, programme, source_id, values)
    as_typed(face, programme, source_id, wanted)
    edit.edit_source(programme_folder(face.settings.home, programme), digest, source_id, wanted)
    face.baseline(programme)
    return RedirectResponse(path("sources", programme, source_id), 303)


def as_typed(face: Face, programme: str, source_id: str, wanted: dict[str, object]) -> Source:
    """The source with the keys that are wanted otherwise. Raises UsageError for what cannot be one, with what is wrong."""
    folder = programme_folder(face.settings.home, programme)
    source = edit.as_edited(folder, source_id, wanted)
    if any(s.url == source.url and s.id != source_id for s in face.baseline(programme).sources):
        raise UsageError("this address is watched already by another source")
    return source


def changed(face: Face, programme: str, source_id: str, values: dict[str, object]) -> dict[str, object]:
    """What the form says otherwise than the file: a default that nobody wrote down is not written down by looking at it."""
    now = edit.source_values(programme_folder(face.settings.home, programme), source_id)
    before = {"kind": "page", "authority": "press"} | now
    return {k: v for k, v in values.items() if (as_list(before.get(k)) if k in LISTS else before.get(k) or None) != (v or None)}


def as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value or None


def form(
    request: Request,
    face: Face,
    person: AdminViewer,
    programme: str,
    source_id: str,
    values: dict[str, object],
    digest: str,
    tried: DryRun | None = None,
) -> HTMLResponse:
    lists = {key: "\n".join(map(str, found)) if isinstance(found := values.get(key) or "", list) else found for key in LISTS}
    texts = {key: values.get(key) or "" for key in TEXTS}
    defaults = {"kind": texts["kind"] or "page", "authority": texts["authority"] or "press", "browser": values.get("browser") is True}
    shown = {
        "programme": programme,
        "source_id": source_id,
        "fields": texts | lists | defaults,
        "digest": digest,
        "kinds": KINDS,
        "authorities": AUTHORITIES,
        "tried": tried,
    }
    return face.html(request, person, "edit_source.html", shown)
