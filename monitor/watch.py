"""A home at work: its settings, programmes and database brought together for whoever runs the line (command line, service, replay, demo)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor import sync, wayback
from monitor.baseline import folder_digest, known_programmes, programme_folder, programme_ids, read
from monitor.config import Settings
from monitor.core.model import Baseline, Capture, NotModified, Page, Setting, Source
from monitor.core.schedule import Pace
from monitor.errors import BaselineError, FetchError, MonitorError, UsageError
from monitor.pipeline import Digested
from monitor.reading import Task, View
from monitor.store import engine, queries
from monitor.store.engine import Store

if TYPE_CHECKING:
    from monitor.fetch import Fetcher
    from monitor.isolation import Isolation

STEPS = "monitor.understanding:steps"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The programmes of a home that can be watched, and for each of the others the line that says why not."""

    baselines: tuple[Baseline, ...]
    problems: tuple[str, ...]


def open_store(settings: Settings) -> Store:
    """The database of the home with its schema up to date. Raises UsageError for a folder that is no home, StoreError for a database that cannot be used."""
    home = settings.home
    if not home.is_dir():
        raise UsageError(f"there is no folder {home} (run: monitor --home {home} init)")
    if not any((home / name).exists() for name in ("baseline", "monitor.toml", "var")):
        raise UsageError(
            f"{home.resolve()} is no home of monitor: it holds no baseline folder (run: monitor init, or name another with --home)"
        )
    where: str | Path = settings.database_url or settings.var / "monitor.db"
    patience_s = min(engine.BUSY_TIMEOUT_S, settings.lock_wait_s)
    store = engine.open(where, settings.var / "blobs", wait_s=settings.lock_wait_s, busy_timeout_s=patience_s)
    store.pace = Pace(settings.check_fastest_s, settings.check_slowest_s)
    store.zone = ZoneInfo(settings.timezone)
    store.observations_max, store.name_max_chars = settings.observations_max, settings.name_max_chars
    return store


def load_programmes(settings: Settings, programme: str | None = None) -> Loaded:
    """All programmes of the home, or the named one; one that has errors does not stop the others.

    Raises UsageError when there is none of that name or none at all, BaselineError when the named one has errors.
    """
    if programme is not None:
        return Loaded((read(programme_folder(settings.home, programme)),), ())
    found: list[Baseline] = []
    problems: list[str] = []
    for name in known_programmes(settings.home):
        try:
            found.append(read(programme_folder(settings.home, name)))
        except BaselineError as error:
            problems.append(str(error))
    return Loaded(tuple(found), tuple(problems))


def sync_all(store: Store, baselines: Iterable[Baseline], now: datetime) -> None:
    """Brings the tables to the state of these programmes."""
    for baseline in baselines:
        sync.sync(store, baseline, now)


def forget_missing(store: Store, settings: Settings, now: datetime) -> None:
    """Programmes whose folder is gone are no longer watched; what is known of them stays."""
    there = programme_ids(settings.home)
    for name in queries.programmes(store):
        if name not in there:
            sync.remove(store, name, now)


def known_programme(store: Store, settings: Settings, programme: str | None) -> str | None:
    """The name as it is when folder or tables know it. Raises UsageError, naming those there are, when neither does."""
    if programme is not None and programme not in queries.programmes(store):
        programme_folder(settings.home, programme)
    return programme


def new_fetcher(settings: Settings) -> Fetcher:
    """The fetcher these settings ask for; to be closed."""
    from monitor.fetch import fetcher_of  # httpx takes a quarter of a second, and most commands never fetch

    return fetcher_of(settings)


def new_reader(settings: Settings) -> Isolation:
    """Reading in a child process within the limits of the settings; to be closed."""
    from monitor.isolation import Isolation

    return Isolation(STEPS, cpu_s=max(1, round(settings.read_timeout_s)), memory_bytes=settings.read_max_mb << 20)


@dataclass(frozen=True, slots=True)
class Trial:
    """Two looks at an address: the answer, how it was read, and the lines that differed between the looks."""

    capture: Capture
    view: View
    unstable: tuple[str, ...]


def tried(settings: Settings, source: Source, clock: Callable[[], datetime]) -> Trial:
    """A source as it would be seen, within the limits of every other one; nothing is stored. Raises FetchError when it cannot be looked at."""
    from monitor.understanding import steps  # all languages and kinds, which most commands never need

    with new_fetcher(settings) as fetcher, new_reader(settings) as reader:
        get, understanding = getting(fetcher, clock), steps()
        captures = [get(source) for _ in range(2)]
        first, second = (reader(understanding, _task_of(c, source)) for c in captures)
    return Trial(captures[1], second, tuple(_differing(first.page, second.page)))


def _task_of(capture: Capture, source: Source) -> Task:
    setting = Setting(published_on=capture.captured_at.date())
    return Task(capture.body, capture.media_type, capture.url, capture.http_status, source, None, setting)


def _differing(first: Page | None, second: Page | None) -> Iterator[str]:
    """The lines of the second look that the first did not have: what is unstable when nothing can have happened in between."""
    if first is None or second is None:
        return
    before, after = first.text.splitlines(), second.text.splitlines()
    for tag, _, _, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag in ("replace", "insert"):
            yield from after[start:end]


class StoppedError(MonitorError):
    """The program is ending: what was under way says nothing and is done again."""


class StoppingFetcher:
    """A fetcher whose broken-off looks are no looks: without this a stop would be recorded as a time-out of the source."""

    def __init__(self, fetcher: Fetcher) -> None:
        from monitor.fetch import FetchStoppedError

        self.fetcher = fetcher
        self.stopped: type[FetchError] = FetchStoppedError

    def fetch(self, source: Source, validators: Any, now: datetime, *, url: str | None = None) -> Capture | NotModified:
        """As `Fetcher.fetch`; raises StoppedError when the fetcher was told to stop."""
        try:
            return self.fetcher.fetch(source, validators, now, url=url)
        except self.stopped as error:
            raise StoppedError(str(error)) from error


def getting(fetcher: Fetcher | StoppingFetcher, clock: Callable[[], datetime]) -> wayback.Get:
    """The fetcher as the archive is asked through it: never conditionally."""

    def get(source: Source) -> Capture:
        found = fetcher.fetch(source, None, clock())
        assert isinstance(found, Capture)  # nothing was asked conditionally
        return found

    return get


def keep_pages(
    digests: Sequence[Digested], fetcher: Fetcher | StoppingFetcher, settings: Settings, clock: Callable[[], datetime]
) -> Iterator[str]:
    """Asks the archive to save the pages that new changes rest on, where the settings want that; yields for each page the line that says
    why it was not saved, "" when it was.

    An archive takes its time: call it where nobody waits for a lock. Nothing is asked until the lines are read.
    """
    if not settings.archive_changes:
        return
    raised = {change for d in digests for change in d.raised}
    pages = dict.fromkeys(e.url for d in digests for c in d.changes if c.id in raised for e in c.evidence)
    for url in pages:
        try:
            wayback.keep(url, getting(fetcher, clock), settings.wayback_url.rstrip("/"))
        except FetchError as error:
            yield f"the archive did not save {url[:200]}: {error}"
        else:
            yield ""


class Shelf:
    """The programme folders of a home as they were when last looked at; a folder is read again only when its files changed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.read: dict[str, tuple[str, Baseline | None]] = {}

    def baselines(self) -> list[Baseline]:
        """Those without errors, by name."""
        return [baseline for _, (_, baseline) in sorted(self.read.items()) if baseline is not None]

    def refresh(self) -> list[str]:
        """Reads what changed since; a line for each folder that has errors now, told once for each state of it."""
        names = programme_ids(self.settings.home)
        self.read = {name: known for name, known in self.read.items() if name in names}
        return [line for name in names if (line := self._refreshed(name))]

    def _refreshed(self, name: str) -> str:
        folder = programme_folder(self.settings.home, name)
        digest = folder_digest(folder)
        if self.read.get(name, ("", None))[0] == digest:
            return ""
        try:
            self.read[name] = (digest, read(folder))
        except MonitorError as error:
            self.read[name] = (digest, None)
            return str(error)
        return ""
