"""The days of the demo, one real check after the other: the server shows the pages of a day, the clock says it is that day, all sources are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from monitor import baseline, pipeline, sync
from monitor.config import Settings
from monitor.core.model import Baseline, Change
from monitor.core.summary import Period, Report
from monitor.demo.bundle import HERE, Bundle, filled
from monitor.demo.server import PageServer
from monitor.errors import UsageError
from monitor.fetch import Fetcher, FetchLimits
from monitor.report import compose
from monitor.store import engine, looks, queries
from monitor.store.engine import Store
from monitor.understanding import Understanding, steps

PROGRAMME = "eurohpc-ai-factories"
CHECKED_AT = time(6, 0, tzinfo=UTC)
REPORTED_AFTER = timedelta(hours=1, minutes=5)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the demo: how many pages were looked at, how many could not be seen, and the changes flagged for the first time."""

    on: date
    looked: int
    unchanged: int
    failed: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All days, every change as it stands at the end, and the report over the whole time."""

    days: tuple[Day, ...]
    changes: tuple[Change, ...]
    report: Report


Tell = Callable[[Day], None]


def settings_for(home: Path, server: PageServer) -> Settings:
    """The settings of the demo and nothing from the environment: nobody's database or channels are touched."""
    return Settings(home=home, allow_hosts=(server.place,), host_delay_s=0, fetch_timeout_s=10, fetch_retries=0)


def make_home(home: Path, base: str) -> None:
    """Writes the programme of the demo into a home that has none. UsageError for one that has."""
    folder = home / "baseline" / PROGRAMME
    if (home / "baseline").exists() or (home / "var").exists():
        raise UsageError(f"{home} is a home already: the demo wants a folder of its own (or none, it leaves nothing behind)")
    folder.mkdir(parents=True)
    for file in sorted((HERE / "baseline").glob("*.toml")):
        (folder / file.name).write_text(filled(file.read_text("utf-8"), {"pages": base}), "utf-8")


def step_through(settings: Settings, bundle: Bundle, server: PageServer, tell: Tell) -> Outcome:
    """Checks every source on every day of the bundle, and composes the report over the whole time."""
    folder = baseline.programme_folder(settings.home, PROGRAMME)
    limits = FetchLimits(timeout_s=settings.fetch_timeout_s, host_delay_s=settings.host_delay_s, retries=settings.fetch_retries)
    understanding = steps()
    days: list[Day] = []
    with engine.open(settings.database) as store, Fetcher(limits, allow_hosts=settings.allow_hosts) as fetcher:
        known = baseline.read(folder)
        for today in bundle.days:
            server.today = today
            days.append(check(store, fetcher, understanding, known, today))
            tell(days[-1])
        changes = queries.changes(store, programme=known.id)
        return Outcome(tuple(days), tuple(changes), report(store, known, changes, bundle.days[0], bundle.days[-1]))


def check(store: Store, fetcher: Fetcher, understanding: Understanding, known: Baseline, today: date) -> Day:
    """One check of every source as on that day, a minute after the other, in the order of the programme: what is seen first does not hang on chance."""
    at = datetime.combine(today, CHECKED_AT)
    sync.sync(store, known, at)
    passes = []
    for number, source in enumerate(known.sources):
        passes.append(
            pipeline.check(store, fetcher, understanding, [known], stopped_at(at + timedelta(minutes=number)), source=source.id, all=True)
        )
    raised = sorted({change for one in passes for digested in one.digests for change in digested.raised})
    changes = queries.changes(store, programme=known.id, ids=raised) if raised else []
    found = [look for one in passes for look in one.looks]
    unchanged = sum(look.snapshot is None and not look.is_failure for look in found)
    return Day(today, len(found), unchanged, sum(len(one.failures) for one in passes), tuple(changes))


def stopped_at(moment: datetime) -> pipeline.Clock:
    """A clock that always shows that moment."""
    return lambda: moment


def report(store: Store, known: Baseline, changes: Sequence[Change], first: date, last: date) -> Report:
    """What the daily reports said, in one: everything that changed from the first day to the last."""
    now = datetime.combine(last, CHECKED_AT) + REPORTED_AFTER
    period = Period(datetime.combine(first, time(0, tzinfo=UTC)), now)
    return compose(known.id, changes, known, looks.sources(store, known.id), period, now)
