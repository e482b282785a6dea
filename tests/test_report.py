"""What a report says, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.core.model import Change, ChangeStatus, SourceStatus
from monitor.core.summary import FactClocks, Report
from monitor.report import compose, day_before
from tests.ai_factories import (
    MORNING,
    NEWS_AT,
    PERIOD,
    PROGRAMME,
    Health,
    baseline,
    change,
    evidence,
    new_budget,
    new_site,
    opening_moved,
    review,
)


def composed(*changes: Change, health: tuple[Health, ...] = (), **more: object) -> Report:
    return compose(PROGRAMME, changes, baseline(), health, PERIOD, MORNING, **more)  # type: ignore[arg-type]


def source(status: str = "ok", **more: object) -> Health:
    return replace(Health("csc", PROGRAMME, "https://kajaani-ai.example/status", status), **more)  # type: ignore[arg-type]


def ids(changes: tuple[Change, ...]) -> list[str]:
    return [c.id for c in changes]


def test_the_most_important_comes_first_and_what_was_announced_together_stays_together() -> None:
    report = composed(opening_moved(), new_site(), change(), new_budget())
    assert ids(report.changes) == ["c-19bd02", "c-site-at", "c-7f3a91", "c-55aa10"]
    assert [len(g.changes) for g in report.groups] == [2, 1, 1]


def test_of_two_equally_important_the_surer_then_the_wider_told_comes_first() -> None:
    one = change(id="c-1", confidence=0.8)
    two = change(id="c-2", confidence=0.8, evidence=(evidence("13"), evidence("13", "Rechenzentrum aktuell")))
    sure = change(id="c-3", confidence=0.9)
    assert ids(composed(one, two, sure).changes) == ["c-3", "c-2", "c-1"]


def test_a_report_asked_for_again_is_the_same_whatever_the_order_of_the_rows() -> None:
    changes = [opening_moved(), new_site(), change(), new_budget(), new_site("BRAIN++", "Sofia", "BG")]
    assert composed(*changes) == composed(*reversed(changes))


def test_what_is_heard_and_decided_later_does_not_rewrite_an_earlier_report() -> None:
    later = MORNING + timedelta(days=3)
    then = composed(change())
    grown = change(
        evidence=(*change().evidence, evidence("dreizehn", "Rechenzentrum aktuell", later)), reviews=(replace(review("reject"), at=later),)
    )
    assert composed(grown).groups[0].lead.evidence == then.groups[0].lead.evidence
    assert composed(grown).groups[0].lead.status is ChangeStatus.OPEN


def test_older_open_changes_wait_and_decided_ones_do_not() -> None:
    old = NEWS_AT - timedelta(days=4)
    waiting = change(id="c-1", first_seen=old)
    decided = change(id="c-2", first_seen=old, reviews=(review("reject", of="c-2"),))
    report = composed(waiting, decided)
    assert ids(report.waiting) == ["c-1"]
    assert [d.change.id for d in report.decided] == ["c-2"]
    assert not report.groups


def test_rejected_and_snoozed_news_is_not_shown_as_news() -> None:
    report = composed(change(reviews=(review("reject"),)), change(id="c-2", reviews=(review("snooze", until=date(2025, 4, 1)),)))
    assert not report.groups
    assert report.snoozed_count == 1


def test_a_snooze_that_ended_waits_again() -> None:
    asleep = change(first_seen=NEWS_AT - timedelta(days=20), reviews=(replace(review("snooze"), until=date(2025, 3, 13)),))
    assert ids(composed(asleep).waiting) == ["c-7f3a91"]


def test_changes_after_the_period_and_of_other_programmes_are_left_out() -> None:
    report = composed(change(id="c-1", first_seen=MORNING), change(id="c-2", programme="iter"))
    assert report.is_quiet


def test_decisions_of_the_period_are_listed_in_their_order_with_undos_but_without_comments() -> None:
    reviews = (review("accept", 13), review("comment", 14), review("undo", 15))
    assert [d.review.decision for d in composed(change(reviews=reviews)).decided] == ["accept", "undo"]


@pytest.mark.parametrize(
    ("health", "kind", "words"),
    [
        (source(SourceStatus.TIMEOUT, error="no answer within 30 s", attempts=3), "failing", "no answer within 30 s"),
        (source(SourceStatus.HTTP_ERROR, http_status=503), "failing", "could not be fetched (http error)"),
        (source(SourceStatus.SUSPECT, error="cookie wall"), "suspect", "cookie wall"),
        (source(SourceStatus.EMPTY), "suspect", "empty page"),
        (source(SourceStatus.NEVER), "never", "not been looked at yet"),
        (source(next_check=MORNING - timedelta(hours=7)), "overdue", "by 13 March 2025"),
        (source(facts_usual=9, facts_last=2), "fewer", "2 facts where it usually gives 9"),
    ],
)
def test_what_the_watcher_could_not_see_is_said(health: Health, kind: str, words: str) -> None:
    (trouble,) = composed(health=(health,)).troubles
    assert trouble.kind == kind
    assert words in trouble.text


@pytest.mark.parametrize(
    "health",
    [
        source(),
        source(SourceStatus.UNCHANGED),
        source(next_check=MORNING - timedelta(hours=2)),  # one late hour is no news
        source(facts_usual=9, facts_last=8),
        source(facts_usual=1, facts_last=0),  # too few to tell
    ],
)
def test_a_healthy_source_is_not_mentioned(health: Health) -> None:
    assert composed(health=(health,)).troubles == ()


def test_facts_not_found_for_long_are_listed_longest_first() -> None:
    clocks = {f.key: FactClocks(f.key, last_read_at=MORNING) for f in baseline().facts}
    clocks["site.kajaani"] = FactClocks("site.kajaani", last_read_at=MORNING - timedelta(days=91))
    clocks["implementation"] = FactClocks("implementation", last_read_at=MORNING - timedelta(days=200))
    assert [(u.fact.key, u.days) for u in composed(clocks=clocks).unseen] == [("implementation", 200), ("site.kajaani", 91)]


def test_a_fact_never_found_is_pointed_out_only_after_long_enough_a_watch() -> None:
    assert composed(clocks={}, watched_since=MORNING - timedelta(days=3)).unseen == ()
    assert len(composed(clocks={}, watched_since=MORNING - timedelta(days=100)).unseen) == len(baseline().facts)


def test_a_period_ends_where_the_next_begins() -> None:
    end = datetime(2025, 3, 13, 7, 5, tzinfo=UTC)
    assert end not in day_before(end)
    assert end in day_before(end + timedelta(days=1))
    assert day_before(end, 7).start_at == end - timedelta(days=7)
