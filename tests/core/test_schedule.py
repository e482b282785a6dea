"""When to look again."""

from __future__ import annotations

import pytest

from monitor.core.model import Source, SourceStatus
from monitor.core.schedule import DAY_S, HOUR_S, NEVER_S, LastLook, Pace, pause_s

URL = "https://a.example/"
SOURCE = Source("a", URL, every_s=6 * HOUR_S)


def pause(**look: object) -> int:
    return pause_s(SOURCE, URL, LastLook(**look))  # type: ignore[arg-type]


def test_good_source_is_asked_at_its_interval_within_a_twentieth() -> None:
    assert abs(pause(status=SourceStatus.OK) - 6 * HOUR_S) <= 0.05 * 6 * HOUR_S
    assert pause(status=SourceStatus.OK) == pause(status=SourceStatus.UNCHANGED)


def test_addresses_of_one_interval_do_not_stay_together() -> None:
    pauses = {pause_s(SOURCE, f"{URL}{n}", LastLook(SourceStatus.OK)) for n in range(50)}
    assert len(pauses) > 30


@pytest.mark.parametrize(("age_days", "hours"), [(0, 6), (1, 6), (10, 24), (100, 240), (1000, 720)])
def test_entry_is_asked_more_rarely_the_older_it_is(age_days: int, hours: int) -> None:
    got = pause(status=SourceStatus.OK, age_s=age_days * DAY_S)
    assert abs(got - hours * HOUR_S) <= 0.06 * hours * HOUR_S


def test_passing_failure_is_tried_soon_and_then_less_and_less() -> None:
    pauses = [pause(status=SourceStatus.TIMEOUT, transient=True, failures=n) for n in (1, 2, 3, 9)]
    assert pauses == [900, 1800, 3600, 6 * HOUR_S]


def test_lasting_failure_backs_off_to_a_week() -> None:
    pauses = [pause(status=SourceStatus.HTTP_ERROR, failures=n) for n in (1, 2, 20)]
    assert pauses == [6 * HOUR_S, 12 * HOUR_S, 7 * DAY_S]


@pytest.mark.parametrize(("asked", "least"), [(7200, 7200), (10**9, 7 * DAY_S), (None, 0)])
def test_server_that_says_when_is_heard_within_a_week(asked: float | None, least: int) -> None:
    got = pause(status=SourceStatus.RATE_LIMITED, transient=True, failures=1, retry_after_s=asked)
    assert least <= got <= 7 * DAY_S + 1


def test_gone_for_the_third_time_is_left_alone() -> None:
    assert pause(status=SourceStatus.GONE, failures=2) < NEVER_S
    assert pause(status=SourceStatus.GONE, failures=3) == NEVER_S


def test_robots_that_refuse_are_asked_again_in_a_day() -> None:
    assert pause(status=SourceStatus.ROBOTS_DENIED, failures=1) == DAY_S


@pytest.mark.parametrize(
    ("unchanged_days", "hours"),
    [(0, 1.5), (0.9, 1.5), (2, 6), (29, 6), (31, 12), (91, 18)],  # news seldom comes alone; what has been dull for long may wait
)
def test_steady_page_is_asked_sooner_after_a_change_and_later_when_dull(unchanged_days: float, hours: float) -> None:
    got = pause(status=SourceStatus.UNCHANGED, unchanged_s=unchanged_days * DAY_S, is_steady=True)
    assert abs(got - hours * HOUR_S) <= 0.06 * hours * HOUR_S


def test_page_that_differs_at_every_look_keeps_its_interval() -> None:
    assert pause(status=SourceStatus.OK, unchanged_s=0, is_steady=False) == pause(status=SourceStatus.OK)


def test_dull_feed_keeps_its_interval_because_news_is_found_there() -> None:
    feed = Source("f", URL, kind="feed", every_s=6 * HOUR_S)
    assert (
        abs(pause_s(feed, URL, LastLook(SourceStatus.UNCHANGED, unchanged_s=99 * DAY_S, is_steady=True)) - 6 * HOUR_S) <= 0.06 * 6 * HOUR_S
    )


@pytest.mark.parametrize(
    ("every_s", "unchanged_days", "wanted_s"), [(600, 0, 600), (1800, 0, 900), (DAY_S, 99, DAY_S), (3 * DAY_S, 99, 3 * DAY_S)]
)
def test_bounds_hold_but_never_against_the_interval_a_person_wrote(every_s: int, unchanged_days: int, wanted_s: int) -> None:
    source = Source("a", URL, every_s=every_s)
    got = pause_s(source, URL, LastLook(SourceStatus.OK, unchanged_s=unchanged_days * DAY_S, is_steady=True), Pace(900, DAY_S))
    assert abs(got - wanted_s) <= 0.06 * wanted_s
