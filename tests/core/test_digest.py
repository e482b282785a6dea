"""From the text of a page to its flags: what an expert would flag, and what must stay quiet (design.md, section 7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.diff import diff
from monitor.core.lang import load
from monitor.core.model import ChangeStatus, ChangeType
from tests.core.news import FIRST_LOOK, KINDS, Watch, watched


@pytest.fixture
def news(request: pytest.FixtureRequest) -> Watch:
    """The watch after the captures in the test's docstring."""
    return watched(request.function.__doc__)


def test_same_amount_in_another_notation_is_no_change(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The total cost of the base tunnel is 8,600 million euros.
    """
    assert news.flags() == []


def test_rounded_figure_is_no_change(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The total cost is put at about EUR 9 billion.
    """
    assert news.flags() == []


def test_revised_total_is_flagged_with_its_sentence(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The total cost of the base tunnel has climbed to EUR 11.1 billion.
    """
    assert news.flags() == ["budget_revised cost EUR 11.1 billion"]
    change = news.changes[0]
    assert "EUR 11.1 billion" in change.evidence[0].quote
    assert change.delta.percent is not None
    assert 29 < change.delta.percent < 30


def test_old_and_new_in_one_sentence_are_a_pair(news: Watch) -> None:
    """
    de 2025-06-01 Alpen-Basistunnel wird teurer
    Die Gesamtkosten steigen von 8,6 auf 11,1 Milliarden Euro.
    """
    assert [c.type for c in news.changes] == [ChangeType.BUDGET_REVISED]
    assert any("side by side" in r for r in news.changes[0].reasons)


def test_part_of_the_cost_is_not_the_total(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The total cost is EUR 8.6 billion, of which EUR 2.1 billion goes into the portals.
    """
    assert not [c for c in news.changes if c.fact == "cost"]


def test_increase_is_a_delta_not_a_value(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The cost of the base tunnel has risen by EUR 2.5 billion.
    """
    assert news.flags() == []


def test_money_of_a_sister_programme_is_left_alone(news: Watch) -> None:
    """
    en 2025-06-01 Coastal Metro
    The total cost of the Coastal Metro has climbed to EUR 3.2 billion.
    """
    assert news.flags() == []


def test_moved_opening_is_flagged_once_for_all_outlets(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel delayed
    The opening of the base tunnel is now planned for 2035.
    +++
    fr 2025-06-08 Le tunnel de base prend du retard
    La mise en service du tunnel de base est désormais prévue en 2035.
    """
    assert news.flags() == ["date_moved opening 2035"]
    assert len({e.publisher for e in news.changes[0].evidence}) == 2


def test_start_of_works_is_not_the_opening(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    Construction of the base tunnel began in 2025.
    """
    assert news.flags() == []


def test_edit_in_place_is_the_strongest_evidence(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    Seven stations are served.
    ---
    en 2025-06-01 Alpine Base Tunnel
    Nine stations are served.
    """
    assert news.flags() == ["count_changed stations nine stations"] or [c.fact for c in news.changes] == ["stations"]
    assert any("edited in place" in r for r in news.changes[0].reasons)


def test_page_that_returns_to_the_old_value_takes_its_flag_back(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    Seven stations are served.
    ---
    en 2025-06-01 Alpine Base Tunnel
    Nine stations are served.
    ---
    en 2025-06-01 Alpine Base Tunnel
    Seven stations are served.
    """
    assert [c.status for c in news.changes] == [ChangeStatus.REVERTED]


def test_flapping_page_is_one_flag_with_a_counter(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    Seven stations are served.
    ---
    en 2025-06-01 Alpine Base Tunnel
    Nine stations are served.
    ---
    en 2025-06-01 Alpine Base Tunnel
    Seven stations are served.
    ---
    en 2025-06-01 Alpine Base Tunnel
    Nine stations are served.
    """
    assert len(news.changes) == 1
    assert news.changes[0].status is ChangeStatus.OPEN
    assert news.changes[0].seen_count == 2


def test_unchanged_page_raises_nothing_however_often_it_is_seen(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel delayed
    The opening of the base tunnel is now planned for 2035.
    ---
    en 2025-06-01 Alpine Base Tunnel delayed
    The opening of the base tunnel is now planned for 2035.
    """
    assert len(news.changes) == 1
    assert len(news.changes[0].evidence) == 1


def test_article_older_than_the_announcement_is_a_stale_echo(news: Watch) -> None:
    """
    en 2021-03-01 Alpine Base Tunnel
    The total cost of the base tunnel is put at EUR 6.5 billion.
    """
    assert news.flags() == []


def test_further_money_for_something_new_is_a_new_budget(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    A further EUR 450 million will be granted for the second phase of the base tunnel.
    """
    assert [(c.type, c.fact) for c in news.changes] == [(ChangeType.NEW_BUDGET, None)]


def test_new_fact_met_again_gains_evidence(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    A further EUR 450 million will be granted for the second phase of the base tunnel.
    +++
    de 2025-06-09 Mehr Geld für den Alpen-Basistunnel
    Für die zweite Phase des Alpen-Basistunnels gibt es weitere 450 Mio. Euro Förderung.
    """
    assert len(news.changes) == 1
    assert len(news.changes[0].evidence) == 2


def test_date_denied_without_a_successor_is_a_move_to_no_date(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The base tunnel will not open in 2032.
    """
    assert [(c.type, c.fact) for c in news.changes] == [(ChangeType.DATE_MOVED, "opening")]


def test_every_flag_quotes_text_that_stands_in_the_page(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The total cost of the base tunnel has climbed to EUR 11.1 billion. The opening is now planned for 2036.
    """
    assert len(news.changes) == 2
    for change in news.changes:
        for evidence in change.evidence:
            assert evidence.quote
            assert evidence.end - evidence.start == len(evidence.quote)


def test_bill_of_another_project_told_beside_ours_is_none_of_ours(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    The base tunnel is a year behind. At Hinkley Point the total cost has climbed to EUR 11.1 billion.
    """
    assert news.flags() == []


def test_name_of_ours_beside_another_keeps_the_sum_ours(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    As Hinkley Point did, the Alpine Base Tunnel has become dearer: the total cost has climbed to EUR 11.1 billion.
    """
    assert news.flags() == ["budget_revised cost EUR 11.1 billion"]


def test_unsure_statement_waits_for_a_plainer_one(news: Watch) -> None:
    """
    en 2025-06-01 Alpine Base Tunnel
    Seven stations are served.
    """
    nine = KINDS["count"].parse("nine stations", load("en"))
    assert nine is not None
    claim = replace(news.digests[0].claims[0], value=nine, confidence=0.9, first_look=False)
    seen = [diff(news.baseline, (), [replace(claim, score=score)], (), (), KINDS, FIRST_LOOK) for score in (0.4, 0.8)]
    assert [len(changes) for changes in seen] == [0, 1]


@pytest.mark.parametrize("number", ["nine", "9"])
def test_bare_number_whose_noun_stands_before_it_is_sure_enough(number: str) -> None:
    text = f"en 2025-06-01 Alpine Base Tunnel\nTwo further stations have been approved, which brings their number to {number}."
    assert watched(text).flags() == ["count_changed stations 9"]
