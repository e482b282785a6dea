"""What decisions make of changes: status, revisions, what stays rejected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.core.decide import decide, effective, fold, later_revision, revert, stands_in
from monitor.core.keys import fresh_key, slug
from monitor.core.model import (
    Baseline,
    Change,
    ChangeStatus,
    ChangeType,
    Countries,
    Country,
    Delta,
    Fact,
    Organisation,
    Revision,
    Site,
    Status,
)
from tests.ai_factories import (
    NEWS_AT,
    baseline,
    change,
    evidence,
    factories,
    money,
    new_budget,
    new_site,
    review,
    status_changed,
)


def test_a_change_without_reviews_is_open() -> None:
    assert fold(change(), ()) is ChangeStatus.OPEN


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        ("accept", ChangeStatus.ACCEPTED),
        ("reject", ChangeStatus.REJECTED),
        ("noise", ChangeStatus.REJECTED),
        ("snooze", ChangeStatus.SNOOZED),
        ("alias", ChangeStatus.SUPERSEDED),
        ("relink", ChangeStatus.SUPERSEDED),
        ("comment", ChangeStatus.OPEN),
    ],
)
def test_each_decision_has_its_status(decision: str, status: ChangeStatus) -> None:
    assert fold(change(), [review(decision)]) is status


def test_undo_takes_back_only_the_last_decision() -> None:
    made = [review("snooze", 13, until=date(2025, 4, 1)), review("reject", 14), review("undo", 15)]
    assert fold(change(), made) is ChangeStatus.SNOOZED
    assert fold(change(), [*made, review("undo", 16)]) is ChangeStatus.OPEN


def test_undo_skips_comments_and_one_too_many_does_no_harm() -> None:
    made = [review("reject", 13), review("comment", 14), review("undo", 15), review("undo", 16)]
    assert fold(change(), made) is ChangeStatus.OPEN


def test_a_clock_set_back_does_not_reorder_decisions() -> None:
    assert effective([review("reject", 15), review("undo", 14)]) is None


def test_a_snooze_ends_on_its_day() -> None:
    made = [review("snooze", until=date(2025, 3, 20))]
    assert fold(change(), made, date(2025, 3, 19)) is ChangeStatus.SNOOZED
    assert fold(change(), made, date(2025, 3, 20)) is ChangeStatus.OPEN


def test_a_snooze_without_a_day_ends_when_another_publisher_says_so() -> None:
    asleep = [review("snooze", 14)]
    again = change(evidence=(evidence("thirteen"), evidence("thirteen", at=NEWS_AT.replace(hour=18))))
    other = change(evidence=(evidence("thirteen"), evidence("dreizehn", "Rechenzentrum aktuell", NEWS_AT.replace(hour=18))))
    assert fold(again, asleep) is ChangeStatus.SNOOZED
    assert fold(other, asleep) is ChangeStatus.OPEN


@pytest.mark.parametrize("found", [ChangeStatus.REVERTED, ChangeStatus.SUPERSEDED])
def test_what_the_machine_found_stands_until_a_person_decides(found: ChangeStatus) -> None:
    seen = change(status=found)
    assert fold(seen, ()) is found
    assert fold(seen, [review("reject"), review("undo", 15)]) is found
    assert fold(seen, [review("accept")]) is ChangeStatus.ACCEPTED


def test_undoing_an_alias_opens_the_change_though_its_stored_status_was_superseded() -> None:
    stored = change(status=ChangeStatus.SUPERSEDED)
    assert fold(stored, [review("alias", fact="site.kajaani"), review("undo", 15)]) is ChangeStatus.OPEN


def test_accepting_makes_the_next_version_of_the_fact_with_its_proof() -> None:
    made = decide(change(), review(note="checked by phone"), baseline())
    assert made is not None
    assert (made.version, made.fact, made.kind, made.value) == (2, "sites.count", "count", factories(13))
    assert (made.by, made.change, made.recorded_at, made.note) == ("Ana", "c-7f3a91", NEWS_AT.replace(hour=14), "checked by phone")
    assert made.quote.startswith("Six further consortia")
    assert made.url.startswith("https://")
    assert (made.valid_from, made.captured_at) == (date(2025, 3, 12), NEWS_AT)


def test_only_accept_and_alias_make_a_revision() -> None:
    for decision in ("reject", "snooze", "relink", "noise", "comment", "undo"):
        assert decide(change(), review(decision, fact="sites.count"), baseline()) is None


def test_a_correction_wins_over_what_the_page_said() -> None:
    made = decide(change(), review(value=factories(14)), baseline())
    assert made is not None
    assert made.value == factories(14)


def test_a_publication_date_in_the_future_is_not_believed() -> None:
    wrong = replace(evidence("thirteen"), published_on=date(2031, 1, 1))
    made = decide(change(evidence=(wrong,)), review(), baseline())
    assert made is not None
    assert made.valid_from == date(2025, 3, 12)


def test_a_new_fact_gets_a_readable_key() -> None:
    site = decide(new_site("AI:AT", "Vienna", "AT"), review(), baseline())
    budget = decide(new_budget(), review(), baseline())
    assert site is not None
    assert (site.fact, site.label, site.kind) == ("site.ai-at", "AI:AT, Vienna", "site")
    assert budget is not None
    assert budget.fact == "budget.investment-second-selection"


def test_a_key_that_is_taken_gets_a_number() -> None:
    found = new_site("Kajaani", "Kajaani", "FI")
    assert fresh_key(found, found.new, baseline()) == "site.kajaani-2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Łódź–Świerk „Gaia”", "lodz-swierk-gaia"),  # letters without decomposition
        ("Barcelona Supercomputing Centre and all of its partners", "barcelona-supercomputing-centre-and-all"),  # cut between words
        ("東京", ""),  # nothing that can stand in a key
        ("x" * 90, "x" * 40),  # one long word
    ],
)
def test_slugs_are_short_ascii_words(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_a_name_in_another_script_still_gives_a_key() -> None:
    found = change(ChangeType.NEW_SITE, fact=None, kind="site", label="東京", new=Site("東京"))
    assert fresh_key(found, found.new, baseline()) == "site.new"


def test_a_removed_site_and_a_withdrawal_have_no_value() -> None:
    for gone in (ChangeType.SITE_REMOVED, ChangeType.WITHDRAWN):
        made = decide(change(gone, fact="site.kajaani", kind="site", old=None, new=None), review(), baseline())
        assert made is not None
        assert made.value is None
        assert made.kind == "site"


def test_a_country_that_joins_is_added_to_the_list() -> None:
    joined = change(ChangeType.PARTICIPANT_JOINED, fact="participants.bsc", kind="country", old=None, new=Country("NO"))
    made = decide(joined, review(), baseline())
    assert made is not None
    assert made.value == Countries(("PT", "RO", "TR", "NO"))
    assert made.kind == "countries"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Countries(("PT", "RO", "TR")), Countries(("PT", "TR"))),  # the list before and the list after
        (Country("RO"), None),  # who left, as what was known
        (None, Countries(("RO",))),  # who left, as what is said
    ],
)
def test_a_country_that_leaves_is_taken_off_the_list(old: Country | Countries | None, new: Countries | None) -> None:
    left = change(ChangeType.PARTICIPANT_LEFT, fact="participants.bsc", kind="countries", old=old, new=new)
    made = decide(left, review(), baseline())
    assert made is not None
    assert made.value == Countries(("PT", "TR"))


def test_an_organisation_that_joins_becomes_a_fact_of_its_own() -> None:
    joined = change(
        ChangeType.PARTICIPANT_JOINED, fact=None, kind="organisation", old=None, new=Organisation("Jožef Stefan Institute", "SI")
    )
    made = decide(joined, review(), baseline())
    assert made is not None
    assert made.fact == "participant.jozef-stefan-institute"


def test_a_new_status_of_a_site_leaves_the_site_as_it_is() -> None:
    made = decide(status_changed(), review(), baseline())
    assert made is not None
    assert (made.fact, made.kind, made.value) == ("site.kajaani", "status", Status("under construction"))


def test_a_revision_of_a_provisional_fact_goes_to_the_fact_accepted_from_it() -> None:
    first = new_budget()
    accepted = decide(first, review(of=first.id), baseline())
    assert accepted is not None
    known = with_revision(baseline(), accepted)
    provisional = Fact("new.budget.1", "money", first.label, money("485000000"), version=0, change=first.id)
    later = change(ChangeType.BUDGET_REVISED, fact="new.budget.1", kind="money", old=money("485000000"), new=money("500000000"))
    made = decide(later, review(), known, [provisional])
    assert made is not None
    assert made.fact == accepted.fact
    assert made.version == 3


def test_alias_gives_a_known_fact_the_name_the_change_came_under() -> None:
    found = new_site("LUMI AI Factory Finland", "Kajaani", "FI")
    made = decide(found, review("alias", fact="site.kajaani"), baseline())
    assert made is not None
    assert made.value is None
    assert made.aliases == ("LUMI AI Factory Finland",)


def test_a_name_the_fact_has_already_makes_no_revision() -> None:
    assert decide(new_site("LUMI AIF"), review("alias", fact="site.kajaani"), baseline()) is None


def test_undoing_an_accept_brings_the_announced_value_back() -> None:
    known = accept(baseline(), change())
    back = revert(change(), review("undo"), known)
    assert back is not None
    assert (back.version, back.fact, back.value) == (3, "sites.count", factories(7))


def test_undoing_an_accept_brings_the_version_before_back() -> None:
    first, second = change(id="c-1"), change(id="c-2", old=factories(13), new=factories(19))
    known = accept(accept(baseline(), first), second)
    back = revert(second, review("undo"), known)
    assert back is not None
    assert back.value == factories(13)


def test_undoing_a_new_fact_withdraws_it_and_accepting_again_brings_it_back_under_its_key() -> None:
    found = new_site()
    known = accept(baseline(), found)
    back = revert(found, review("undo"), known)
    assert back is not None
    assert back.value is None
    again = decide(found, review(), with_revision(known, back))
    assert again is not None
    assert again.fact == back.fact == "site.ai-at"


def test_undoing_a_status_brings_the_status_of_the_site_back() -> None:
    known = accept(baseline(), status_changed())
    back = revert(status_changed(), review("undo"), known)
    assert back is not None
    assert back.value == Status("selected")
    assert back.kind == "status"


def test_what_was_never_accepted_cannot_be_taken_back() -> None:
    assert revert(change(), review("undo"), baseline()) is None


def test_a_change_stands_in_the_baseline_until_it_is_taken_back() -> None:
    known = accept(baseline(), change())
    back = revert(change(), review("undo"), known)
    assert back is not None
    assert stands_in(change(), known)
    assert not stands_in(change(), with_revision(known, back))


def test_a_later_revision_of_the_same_fact_is_found() -> None:
    first, second = change(id="c-1"), change(id="c-2", old=factories(13), new=factories(19))
    known = accept(accept(baseline(), first), second)
    later = later_revision(first, known)
    assert later is not None
    assert later.change == "c-2"
    assert later_revision(second, known) is None


def revised(amount: str) -> Change:
    return change(
        ChangeType.BUDGET_REVISED, fact="investment.total", kind="money", old=money("1500000000"), new=money(amount), delta=Delta()
    )


def accept(known: Baseline, found: Change) -> Baseline:
    made = decide(found, review(of=found.id), known)
    assert made is not None
    return with_revision(known, made)


def with_revision(known: Baseline, made: Revision) -> Baseline:
    """The folder after an append, as far as decisions look at it: facts keep their value, new ones are added."""
    facts = known.facts
    if made.fact not in {f.key for f in facts} and made.value is not None:
        facts += (Fact(made.fact, made.kind, made.label, made.value, version=made.version, change=made.change),)
    return replace(known, facts=facts, revisions=(*known.revisions, made), version=made.version)
