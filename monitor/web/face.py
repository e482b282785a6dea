"""What all pages share: settings, clock, store, the programmes as they are now, templates, and the one way to a decision."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor import plugins, watch
from monitor.baseline import folder_digest, programme_folder, programme_ids, read
from monitor.config import Settings
from monitor.core.lang import load
from monitor.core.model import Baseline, Change, ChangeStatus, Page, Review, Source, Value
from monitor.core.readers import read as read_page
from monitor.errors import BaselineError, MonitorError, UsageError
from monitor.review import Outcome, decide
from monitor.review.storing import open_desk
from monitor.store import browse, looks, queries
from monitor.store.looks import Snapshot
from monitor.sync import sync
from monitor.web import shown
from monitor.web.people import Door, Person

PAGES_KEPT = 64  # as read, for quotes among their words; a page of 75 KB takes about half a megabyte


class Face:
    """One per application; safe for the threads that serve pages."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock = settings, clock
        self.store = watch.open_store(settings)
        self.door = Door(settings, self.store, clock)
        self.baselines: dict[str, tuple[object, Baseline]] = {}
        self.pages: OrderedDict[str, Page | None] = OrderedDict()
        self.lock = threading.Lock()

    # ------------------------------------------------------------------------------------------------------------------ time

    def now(self) -> datetime:
        return self.clock()

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    def today(self) -> date:
        return self.now().astimezone(self.zone).date()

    # ------------------------------------------------------------------------------------------------------------ programmes

    def programmes(self) -> list[Baseline]:
        """Every programme of the home that can be read, by id."""
        found = []
        for name in programme_ids(self.settings.home):
            try:
                found.append(self.baseline(name))
            except BaselineError:
                continue
        return found

    def unreadable(self) -> list[str]:
        """The line of each programme whose folder has errors."""
        lines = []
        for name in programme_ids(self.settings.home):
            try:
                self.baseline(name)
            except BaselineError as error:
                lines.append(str(error))
        return lines

    def baseline(self, programme: str) -> Baseline:
        """The folder as it is now; read again only when one of its files moved, and brought into the tables then. Raises UsageError, BaselineError."""
        folder = programme_folder(self.settings.home, programme)
        stamp = folder_stamp(folder)
        with self.lock:
            known = self.baselines.get(programme)
            if known is not None and known[0] == stamp:
                return known[1]
        baseline = read(folder)
        sync(self.store, baseline, self.now())
        with self.lock:
            self.baselines[programme] = (stamp, baseline)
        return baseline

    def known(self, programme: str | None) -> str | None:
        """The programme if it is one; None for none. Raises UsageError for a name nobody knows."""
        return watch.known_programme(self.store, self.settings, programme or None)

    def source(self, programme: str, source_id: str) -> Source | None:
        try:
            baseline = self.baseline(programme)
        except MonitorError:
            return None
        return next((s for s in baseline.sources if s.id == source_id), None)

    # -------------------------------------------------------------------------------------------------------------- decisions

    def change(self, change_id: str) -> Change:
        """The change of that id. Raises UsageError for none."""
        found = queries.change(self.store, change_id, self.today()) if 1 <= len(change_id) <= 200 else None
        if found is None:
            raise UsageError(f"there is no change {change_id[:80]!r}")
        return found

    def done(self, change_id: str) -> Change | None:
        """The change that was just decided, to be told (and undone) on the next page; None for none."""
        return queries.change(self.store, change_id, self.today()) if 1 <= len(change_id) <= 200 else None

    def decide(self, review: Review, seen: int | None) -> Outcome:
        """The decision, written to folder and tables. Raises UsageError and ConflictError; nothing has changed then."""
        outcome = decide(open_desk(self.store, self.settings.home), review, seen)
        if outcome.revision is not None:
            sync(self.store, read(programme_folder(self.settings.home, outcome.change.programme)), self.now())
        return outcome

    def parse(self, text: str, change: Change) -> Value:
        """A corrected value, read like one in the baseline. Raises UsageError when its kind cannot read it."""
        kind = plugins.kind(change.kind)
        for code in dict.fromkeys((*self.baseline(change.programme).languages, "en")):
            value = kind.parse(text[:2000], load(code)) if kind else None
            if value is not None:
                return value
        raise UsageError(f"{text[:80]!r} cannot be read as {change.kind}; write it as in facts.toml, like {shown.example(change)}")

    # ------------------------------------------------------------------------------------------------------------------ pages

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """The stored answer of that id. Raises UsageError for none."""
        found = looks.snapshots(self.store, id=snapshot_id, limit=1) if len(snapshot_id) <= 200 else []
        if not found:
            raise UsageError("there is no such capture")
        return found[0]

    def page(self, snapshot: Snapshot) -> Page | None:
        """The stored body as it was read; None when it is no longer there, or was never read as a good page: such a body is not read here at all."""
        if snapshot.status != "ok":
            return None
        with self.lock:
            if snapshot.id in self.pages:
                self.pages.move_to_end(snapshot.id)
                return self.pages[snapshot.id]
        page = self.read(snapshot)
        with self.lock:
            self.pages[snapshot.id] = page
            while len(self.pages) > PAGES_KEPT:
                self.pages.popitem(last=False)
        return page

    def read(self, snapshot: Snapshot) -> Page | None:
        body = self.store.blobs.get(snapshot.sha256)
        if body is None:
            return None
        try:
            return read_page(body, snapshot.media_type, snapshot.url, self.source(snapshot.programme, snapshot.source_id))
        except MonitorError:
            return None

    # -------------------------------------------------------------------------------------------------------------- templates

    def text(self, template: str, **values: Any) -> str:
        return environment().get_template(template).render(now=self.now(), **values)

    def html(self, request: Request, person: Person | None, template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A page with its own values and everything its frame needs."""
        frame = {
            "person": person,
            "csrf": person.csrf if person and person.csrf else self.door.csrf_of_visitor(),
            "path": request.url.path,
            "here": here(request),
            "open_count": self.open_count() if person else 0,
            "query": shown.Fields(request.query_params),
        }
        return HTMLResponse(self.text(template, **(frame | dict(values))), status)

    def open_count(self) -> int:
        return browse.count(self.store, browse.Filter(status=ChangeStatus.OPEN), self.today())


@cache
def environment() -> Environment:
    """Only templates of our own package are ever compiled; what stands in pages reaches them as values and is escaped."""
    made = Environment(
        loader=PackageLoader("monitor", "web/templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.update(shown.GLOBALS, asset=asset)
    made.filters.update(shown.FILTERS)
    return made


def folder_stamp(folder: Path) -> object:
    """What moves when somebody writes to the folder; its digest where a file system keeps no fine times."""
    stats = [(f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in sorted(folder.glob("*.toml"))]
    return (*stats, folder_digest(folder))


def here(request: Request) -> str:
    """The address of this page within the site, to come back to."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def asset(name: str) -> str:
    """The address of a static file; it changes with its content, so that browsers may keep it for ever."""
    return f"/static/{name}?v={STATIC[name][1]}"


def load_static() -> Mapping[str, tuple[bytes, str]]:
    """Every static file with a short hash: a fixed set, so no path is ever built from an address."""
    found = {}
    for file in (files("monitor") / "web" / "static").iterdir():
        if file.is_file():
            body = file.read_bytes()
            found[file.name] = (body, sha256(body).hexdigest()[:12])
    return found


STATIC = load_static()


def face_of(request: Request) -> Face:
    face: Face = request.app.state.face
    return face


Shared = Annotated[Face, Depends(face_of)]
