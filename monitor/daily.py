"""The daily report: composed from the store, and kept once its day is over, so that asked again it is the same.

A day is a calendar day in the time zone of the settings. Kept reports stand in the table and, for people and other programs, under `var/reports/<programme>/`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor import render
from monitor.config import Settings
from monitor.core.model import Baseline, SourceStatus
from monitor.core.summary import FactClocks, Period, Report
from monitor.errors import StoreError
from monitor.report import compose
from monitor.store import codec, looks, queries, reports
from monitor.store.engine import Store

SUFFIXES = {"text": "txt", "md": "md", "html": "html", "json": "json"}


def daily_reports(store: Store, settings: Settings, baselines: Iterable[Baseline], day: date | None, now: datetime) -> list[Report]:
    """The report of that day on each programme: the kept one, else composed and, when the day is over, kept. None means today, so far."""
    zone = ZoneInfo(settings.timezone)
    wanted = day or now.astimezone(zone).date()
    period = day_of(wanted, zone)
    if period.end_at > now:
        return [composed(store, settings, b, Period(period.start_at, max(now, period.start_at)), now) for b in baselines]
    return [kept(store, settings, b, period, wanted.isoformat(), now) for b in baselines]


def morning_reports(store: Store, settings: Settings, baselines: Iterable[Baseline], now: datetime) -> list[Report]:
    """The reports the service writes at its hour: the 24 hours until then, kept under that moment, of what was watched by then.

    Yesterday's calendar day is kept along with them.
    """
    zone = ZoneInfo(settings.timezone)
    here = now.astimezone(zone)
    end_at = datetime.combine(here.date(), time.fromisoformat(settings.report_at), zone)
    period = Period(end_at - timedelta(days=1), end_at)
    watched = [b for b in baselines if (first := looks.first_look(store, b.id)) is not None and first < end_at]
    daily_reports(store, settings, watched, here.date() - timedelta(days=1), now)
    return [kept(store, settings, b, period, f"{end_at:%Y-%m-%dT%H%M}", now) for b in watched]


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
    write_files(settings.var / "reports" / baseline.id, name, report)
    return report


def composed(store: Store, settings: Settings, baseline: Baseline, period: Period, now: datetime) -> Report:
    return compose(
        baseline.id,
        queries.changes(store, programme=baseline.id, until=period.end_at),
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


def write_files(folder: Path, name: str, report: Report) -> None:
    """The report in every form, each file beside and renamed; files that are there stay. Raises StoreError when the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for form, suffix in SUFFIXES.items():
            target = folder / f"{name}.{suffix}"
            if not target.exists():
                write_beside(target, render.report_as(report, form))
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
