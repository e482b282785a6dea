"""Charts and the map as geometry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from monitor.core.model import Baseline, ChangeType, DateSpan, Fact, Granularity, Money, Revision, Site
from monitor.web.charts import slip_chart, step_chart
from monitor.web.maps import HEIGHT, WIDTH, site_map
from monitor.web.past import versions
from tests.ai_factories import baseline, change, factories, money, new_site, opening_moved, year

TODAY = date(2026, 1, 20)


def revised(key: str, value: object, version: int, kind: str, day: date) -> Revision:
    return Revision(version, datetime(day.year, day.month, day.day, tzinfo=UTC), "Ana", f"c-{version}", key, value, kind, valid_from=day)  # type: ignore[arg-type]


def with_revisions(*made: Revision) -> Baseline:
    return replace(baseline(), revisions=made, version=1 + len(made))


def fact(found: Baseline, key: str) -> Fact:
    return next(f for f in found.facts if f.key == key)


def test_a_budget_that_moved_is_drawn_as_steps_in_order() -> None:
    programme = with_revisions(
        revised("investment.total", money("2100000000"), 2, "money", date(2025, 3, 12)),
        revised("investment.total", money("2600000000"), 3, "money", date(2025, 10, 10)),
    )
    chart = step_chart(fact(programme, "investment.total"), versions(programme, "investment.total"), TODAY)
    assert chart is not None
    xs, ys = [d.x for d in chart.dots], [d.y for d in chart.dots]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)  # more money is higher up
    assert "EUR 2.6 billion, version 3" in chart.summary
    assert all(0 <= d.x <= chart.width and 0 <= d.y <= chart.height for d in chart.dots)


def test_a_flag_that_waits_is_a_hollow_dot() -> None:
    chart = step_chart(fact(baseline(), "sites.count"), versions(baseline(), "sites.count", [change()]), TODAY)
    assert chart is not None
    assert [d.css for d in chart.dots] == ["dot", "dot open"]
    assert chart.dots[1].change == "c-7f3a91"


def test_what_never_moved_and_what_cannot_be_compared_is_not_drawn() -> None:
    assert step_chart(fact(baseline(), "sites.count"), versions(baseline(), "sites.count"), TODAY) is None
    programme = with_revisions(revised("investment.total", Money(Decimal(5), "USD"), 2, "money", date(2025, 3, 12)))
    assert step_chart(fact(programme, "investment.total"), versions(programme, "investment.total"), TODAY) is None


def test_a_date_that_slips_rises_above_its_dashed_line() -> None:
    history = versions(baseline(), "implementation", [opening_moved()])
    chart = slip_chart([(fact(baseline(), "implementation"), history)], date(2027, 1, 20))
    assert chart is not None
    announced, flagged = (d for d in chart.dots if d.css != "dot none")
    assert flagged.y < announced.y
    assert len(chart.announced) == 1
    assert chart.diagonal


def test_a_programme_without_dates_has_no_slip_chart() -> None:
    assert slip_chart([], TODAY) is None
    open_date = DateSpan(None, None, Granularity.YEAR, "")
    assert (
        slip_chart(
            [(fact(baseline(), "implementation"), versions(replace(baseline(), announced=(), revisions=()), "implementation"))], TODAY
        )
        is None
    )
    assert open_date.start is None


def test_strange_values_are_drawn_or_left_out() -> None:
    for value in (money("-7"), Money(None, None), money("1E+400"), factories(0)):
        programme = with_revisions(revised("investment.total", value, 2, "money", date(2025, 3, 12)))
        step_chart(fact(programme, "investment.total"), versions(programme, "investment.total"), TODAY)
    far = DateSpan(date(1, 1, 1), date(9999, 12, 31), Granularity.RANGE, "0001/9999")
    programme = with_revisions(
        revised("implementation", far, 2, "date", date(2025, 3, 12)), revised("implementation", year(1), 3, "date", date(2025, 4, 1))
    )
    try:
        slip_chart([(fact(programme, "implementation"), versions(programme, "implementation"))], TODAY)
    except OverflowError:
        raise AssertionError("dates at the ends of the calendar must not break a chart") from None


def test_sites_are_placed_where_they_are() -> None:
    programme = replace(
        baseline(),
        facts=(*baseline().facts, Fact("site.bologna", "site", "IT4LIA", Site("IT4LIA", None, "Bologna", "IT"))),
    )
    drawn = site_map(programme, [new_site(), new_site("Nowhere", "Xyzzyq", "QQ", id="c-no")])
    assert drawn is not None
    pins = {p.name: p for p in drawn.pins}
    assert pins["LUMI AI Factory"].y < pins["AI:AT"].y < pins["IT4LIA"].y  # north to south
    assert {p.css for p in drawn.pins} == {"known", "added", "flagged"}
    assert all(0 < p.x < WIDTH and 0 < p.y < HEIGHT for p in drawn.pins)
    assert drawn.elsewhere == ("Nowhere, Xyzzyq, QQ",)
    assert drawn.land.startswith("M")


def test_one_site_and_sites_round_the_world_have_a_map() -> None:
    def only(*places: tuple[float, float]) -> Baseline:
        facts = tuple(Fact(f"site.{n}", "site", f"S{n}", Site(f"S{n}", lat=lat, lon=lon)) for n, (lat, lon) in enumerate(places))
        return replace(baseline(), facts=facts)

    for places in ([(64.2, 27.7)], [(89.9, 0.0)], [(-33.0, -70.0), (35.0, 139.0), (52.0, 0.0)], [(0.0, 179.9), (0.0, -179.9)]):
        drawn = site_map(only(*places), [])
        assert drawn is not None
        assert len(drawn.pins) == len(places)
    assert site_map(replace(baseline(), facts=()), [change(ChangeType.COUNT_CHANGED)]) is None
    assert site_map(only((float("nan"), 0.0)), []) is None


def test_the_text_of_the_newest_value_ends_within_its_chart() -> None:
    programme = with_revisions(revised("investment.total", money("2600000000"), 2, "money", TODAY))
    chart = step_chart(fact(programme, "investment.total"), versions(programme, "investment.total"), TODAY)
    assert chart is not None
    assert [d.anchor for d in chart.dots] == ["start", "end"]
