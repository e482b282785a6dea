"""Reports of days, weeks and months are kept when their period is over, and are the same whenever they are asked for again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Settings
from monitor.core.model import ChangeStatus, Review
from monitor.daily import Span, daily_reports, morning_reports, period_of
from monitor.pipeline import check
from monitor.render import reports_as
from monitor.store import queries, reports
from monitor.store.engine import Store
from monitor.store.reviews import append_review
from monitor.sync import sync
from tests.big import fill, programme, timed
from tests.line import OFFICE, PRESS, MiniCore, Web, at, baseline

SHIPS = baseline(PRESS, OFFICE)
NEXT_MONTH = datetime(2026, 4, 1, 7, 5, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def lived(store: Store) -> Store:
    """Four days from Sunday, 1 March 2026: a revision on Tuesday, gone again on Wednesday."""
    sync(store, SHIPS, at(0))
    for day, total in enumerate((1500, 1500, 2600, 1500)):
        pages = Web({PRESS.url: f"total: {total}\nyachts: {day}", OFFICE.url: "total: 1500"})
        check(store, pages, MiniCore(), [SHIPS], lambda day=day: at(24 * day), workers=1)
    return store


@pytest.mark.parametrize(
    ("day", "span", "start", "end"),
    [
        (date(2026, 3, 29), Span.DAY, "2026-03-28T23:00", "2026-03-29T22:00"),  # a day of 23 hours
        (date(2026, 3, 29), Span.WEEK, "2026-03-22T23:00", "2026-03-29T22:00"),
        (date(2026, 12, 31), Span.WEEK, "2026-12-27T23:00", "2027-01-03T23:00"),
        (date(2028, 2, 5), Span.MONTH, "2028-01-31T23:00", "2028-02-29T23:00"),
    ],
)
def test_periods_are_those_of_the_calendar_where_the_reader_is(day: date, span: Span, start: str, end: str) -> None:
    period = period_of(day, ZoneInfo("Europe/Brussels"), span)
    assert [f"{m.astimezone(UTC):%Y-%m-%dT%H:%M}" for m in (period.start_at, period.end_at)] == [start, end]


@pytest.mark.parametrize("span", list(Span))
def test_report_asked_again_is_the_same_whatever_was_decided_since(lived: Store, settings: Settings, span: Span) -> None:
    first = daily_reports(lived, settings, [SHIPS], date(2026, 3, 3), NEXT_MONTH, span)
    (change,) = queries.changes(lived)
    assert [c.id for c in first[0].changes] == [change.id]
    append_review(lived, Review(change.id, "reject", "me", NEXT_MONTH), ChangeStatus.REJECTED)
    again = daily_reports(lived, settings, [SHIPS], date(2026, 3, 3), NEXT_MONTH, span)
    assert reports_as(again, "html") == reports_as(first, "html")


def test_week_that_is_not_over_is_told_so_far_and_not_kept(lived: Store, settings: Settings) -> None:
    (report,) = daily_reports(lived, settings, [SHIPS], None, at(72), Span.WEEK)
    assert len(report.changes) == 1
    assert reports.periods(lived, "ships") == []


def test_mornings_keep_yesterday_last_week_and_last_month_and_one_file_for_all(lived: Store, settings: Settings) -> None:
    morning_reports(lived, settings, [SHIPS], NEXT_MONTH)
    assert sorted(reports.periods(lived, "ships")) == ["2026-03", "2026-03-31", "2026-04-01T0705", "2026-W13"]
    together = {f.name for f in (settings.var / "reports").iterdir() if f.is_file()}
    assert {"2026-03.html", "2026-W13.md", "2026-03-31.json", "2026-04-01T0705.txt"} <= together


def test_what_was_settled_long_ago_is_not_even_read(store: Store, settings: Settings) -> None:
    now = fill(store, 0, 300, 0.1)
    found = queries.changes_of_period(store, "ships", now.replace(hour=0), now)
    assert 0 < len(found) < 60
    assert set(timed(store, settings, now)) == {"today", "a day", "kept"}
    (report,) = daily_reports(store, settings, [programme()], None, now)
    assert {c.id for c in report.waiting} <= {c.id for c in found}
