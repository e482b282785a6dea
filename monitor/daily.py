"""Reports on a day, a week or a month: composed from the store, and kept once the period is over, so that asked again they are the same.

Periods are those of the calendar in the time zone of the settings; weeks begin on Monday. Kept reports stand in the table and, for people and others, as files
under `var/reports/<programme>/`; what all programmes together had to say stands under `var/reports/`.
"""

from __future__ import annotations

import contextlib
import os
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor import render
from monitor.config import Settings
from monitor.core.model import Baseline, SourceStatus
from monitor.core.summary import FactClocks, Period, Report
from monitor.errors import StoreError
from monitor.render import feeds
from monitor.report import compose
from monitor.store import codec, looks, queries, reports
from monitor.store.engine import Store

SUFFIXES = {"text": "txt", "md": "md", "html": "html", "json": "json"}


class Span(StrEnum):
    """How long a report looks back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def daily_reports(
    store: Store, settings: Settings, baselines: Iterable[Baseline], day: date | None, now: datetime, span: Span = Span.DAY
) -> list[Report]:
    """The report on each programme of that day, or of the week or month it is in: the kept one, else composed and, when it is over, kept.

    None means today, so far.
    """
    zone = ZoneInfo(settings.timezone)
    wanted = day or now.astimezone(zone).date()
    period = period_of(wanted, zone, span)
    if period.end_at > now:
        return [composed(store, settings, b, Period(period.start_at, max(now, period.start_at)), now) for b in baselines]
    return [kept(store, settings, b, period, name_of(wanted, span), now) for b in baselines]


def morning_reports(store: Store, settings: Settings, baselines: Iterable[Baseline], now: datetime) -> list[Report]:
    """The reports the service writes at its hour: the 24 hours until then, kept under that moment, of what was watched by then.

    Yesterday, last week and last month are kept along with them, and all programmes together in one file of each form.
    """
    zone = ZoneInfo(settings.timezone)
    here = now.astimezone(zone)
    end_at = datetime.combine(here.date(), time.fromisoformat(settings.report_at), zone)
    period = Period(end_at - timedelta(days=1), end_at)
    name = f"{end_at:%Y-%m-%dT%H%M}"
    watched = [b for b in baselines if watched_before(store, b, end_at)]
    for span in Span:
        keep_last(store, settings, watched, span, here.date(), now)
    made = [kept(store, settings, b, period, name, now) for b in watched]
    write_together(settings, name, made)
    return made


def watched_before(store: Store, baseline: Baseline, moment: datetime) -> bool:
    first = looks.first_look(store, baseline.id)
    return first is not None and first < moment


def keep_last(store: Store, settings: Settings, baselines: Iterable[Baseline], span: Span, today: date, now: datetime) -> None:
    """The last whole period before today, of the programmes that were watched in it."""
    zone = ZoneInfo(settings.timezone)
    within = period_of(today, zone, span).start_at.date() - timedelta(days=1)
    end_at = period_of(within, zone, span).end_at
    reports_ = daily_reports(store, settings, [b for b in baselines if watched_before(store, b, end_at)], within, now, span)
    write_together(settings, name_of(within, span), reports_)


def write_together(settings: Settings, name: str, made: Sequence[Report]) -> None:
    """All programmes in one document, those with news first."""
    if made:
        write_files(settings.var / "reports", name, lambda form: render.reports_as(made, form))


def period_of(day: date, zone: ZoneInfo, span: Span) -> Period:
    """The day, or the week or month it is in.

    >>> period_of(date(2026, 3, 4), ZoneInfo("UTC"), Span.WEEK).start_at.date()
    datetime.date(2026, 3, 2)
    """
    match span:
        case Span.DAY:
            return day_of(day, zone)
        case Span.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Period(day_of(monday, zone).start_at, day_of(monday + timedelta(days=6), zone).end_at)
        case Span.MONTH:
            last = day.replace(day=monthrange(day.year, day.month)[1])
            return Period(day_of(day.replace(day=1), zone).start_at, day_of(last, zone).end_at)


def name_of(day: date, span: Span) -> str:
    """
    >>> [name_of(date(2026, 3, 4), span) for span in Span]
    ['2026-03-04', '2026-W10', '2026-03']
    """
    match span:
        case Span.DAY:
            return day.isoformat()
        case Span.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case Span.MONTH:
            return f"{day:%Y-%m}"


def write_feeds(store: Store, settings: Settings, baselines: Iterable[Baseline]) -> None:
    """The latest changes of each programme as Atom and JSON feed under `var/feeds/`; a file whose content is the same is left alone."""
    folder = settings.var / "feeds"
    for baseline in baselines:
        changes = queries.latest_changes(store, baseline.id, feeds.ENTRIES)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for suffix, made in (("atom", feeds.atom_feed), ("json", feeds.json_feed)):
                target, text = folder / f"{baseline.id}.{suffix}", made(baseline.id, baseline.title or baseline.id, changes)
                if not target.exists() or target.read_text("utf-8") != text:
                    write_beside(target, text)
        except OSError as error:
            raise StoreError(f"the feed cannot be written to {folder}: {error.strerror or error}") from error


def day_of(day: date, zone: ZoneInfo) -> Period:
    """A calendar day of that zone; 23 or 25 hours when its clocks change."""
    return Period(datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone))


def kept(store: Store, settings: Settings, baseline: Baseline, period: Period, name: str, now: datetime) -> Report:
    """The report that is kept under this name; composed and kept when there is none yet."""
    body = reports.get_report(store, baseline.id, name)
    if body is None:
        made = composed(store, settings, baseline, period, period.end_at)
        body = reports.put_report(store, baseline.id, name, now, codec.dump(made))
    report = codec.load(Report, body)
    write_files(settings.var / "reports" / baseline.id, name, lambda form: render.report_as(report, form))
    return report


def composed(store: Store, settings: Settings, baseline: Baseline, period: Period, now: datetime) -> Report:
    return compose(
        baseline.id,
        queries.changes_of_period(store, baseline.id, period.start_at, period.end_at),
        baseline,
        [as_of(health, now) for health in looks.sources(store, baseline.id)],
        period,
        now,
        clocks=fact_clocks(store, baseline.id),
        watched_since=looks.first_look(store, baseline.id),
        unseen_after_days=settings.unseen_after_days,
    )


def as_of(health: looks.Health, moment: datetime) -> looks.Health:
    """The health of a source without what happened later: a report on the past must not tell of a failure that was still to come."""
    if health.last_fetched is None or health.last_fetched <= moment:
        return health
    came_later = health.failing_since is not None and health.failing_since >= moment
    calm = replace(health, next_check=None, facts_last=None)
    return replace(calm, status=SourceStatus.OK.value, error="", failing_since=None) if came_later else calm


def fact_clocks(store: Store, programme: str) -> Mapping[str, FactClocks]:
    """The three clocks of every fact, by its key."""
    states = queries.facts(store, programme)
    return {s.fact.key: FactClocks(s.fact.key, s.fetched_at, s.found_at, s.confirmed_at) for s in states}


def write_files(folder: Path, name: str, rendered: Callable[[str], str]) -> None:
    """The report in every form, each file beside and renamed; files that are there stay. Raises StoreError when the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for form, suffix in SUFFIXES.items():
            target = folder / f"{name}.{suffix}"
            if not target.exists():
                write_beside(target, rendered(form))
    except OSError as error:
        raise StoreError(f"the report cannot be written to {folder}: {error.strerror or error}") from error


def write_beside(target: Path, text: str) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, "utf-8")
        os.replace(beside, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
