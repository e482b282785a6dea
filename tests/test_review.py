"""Decisions of people: written once, refused when somebody was faster, undone; and the queue that takes them key by key."""

from __future__ import annotations

import io
import os
import termios
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from monitor.core.decide import effective, fold
from monitor.core.model import Baseline, Change, ChangeStatus, ChangeType, Evidence, Fact, Review, Revision
from monitor.errors import ConflictError, UsageError
from monitor.review import Desk, StreamKeys, Tally, TerminalKeys, decide, interactive
from monitor.review.queue import HELP, card
from tests.ai_factories import NEWS_AT, baseline, change, evidence, factories, new_budget, new_site, review


class Memory:
    """Store and folder in memory: the same promises, none of the disks."""

    def __init__(self, *changes: Change) -> None:
        self.changes = {c.id: c for c in changes}
        self.baseline = baseline()
        self.before_review: list[Review] = []

    def change(self, change_id: str) -> Change | None:
        return self.changes.get(change_id)

    def append_review(self, review: Review, status: ChangeStatus, expected: ChangeStatus) -> Change:
        if self.before_review:  # somebody else is faster
            faster = self.before_review.pop()
            self._store(faster, ChangeStatus.REJECTED)
        if self.changes[review.change].status is not expected:
            raise ConflictError("another status by now")
        return self._store(review, status)

    def provisional(self, programme: str) -> tuple[Fact, ...]:
        return ()

    def _store(self, review: Review, status: ChangeStatus) -> Change:
        known = self.changes[review.change]
        self.changes[review.change] = replace(known, reviews=(*known.reviews, review), status=status)
        return self.changes[review.change]

    def read_baseline(self, folder: Path) -> Baseline:
        assert folder.name == self.baseline.id
        return self.baseline

    def append_revision(self, folder: Path, digest: str, revision: Revision) -> None:
        if digest != self.baseline.digest or revision.version != self.baseline.version + 1:
            raise ConflictError("the baseline was edited meanwhile")
        facts = tuple(
            replace(f, value=revision.value, version=revision.version) if f.key == revision.fact and revision.value else f
            for f in self.baseline.facts
        )
        if revision.value and revision.fact not in {f.key for f in facts}:
            facts += (Fact(revision.fact, revision.kind, revision.label, revision.value),)
        self.baseline = replace(
            self.baseline,
            facts=facts,
            revisions=(*self.baseline.revisions, revision),
            version=revision.version,
            digest=f"d{revision.version}",
        )

    def value(self, key: str) -> object:
        return next(f.value for f in self.baseline.facts if f.key == key)

    def status(self, change_id: str = "c-7f3a91") -> ChangeStatus:
        return fold(self.changes[change_id], self.changes[change_id].reviews)


def desk(memory: Memory) -> Desk:
    return Desk(memory, Path("/baseline"), memory.read_baseline, memory.append_revision)


def test_accepting_makes_the_next_version_and_remembers_who() -> None:
    memory = Memory(change())
    outcome = decide(desk(memory), review())
    assert outcome.change.status is ChangeStatus.ACCEPTED
    assert outcome.text == "c-7f3a91 accepted; baseline version 2: sites.count"
    assert memory.value("sites.count") == factories(13)


@pytest.mark.parametrize("decision", ["reject", "snooze", "noise", "comment"])
def test_other_decisions_leave_the_baseline_alone(decision: str) -> None:
    memory = Memory(change())
    outcome = decide(desk(memory), review(decision, until=date(2025, 4, 1)))
    assert outcome.revision is None
    assert memory.baseline.version == 1


def test_a_decided_change_is_not_decided_again() -> None:
    memory = Memory(change(reviews=(review("reject"),)))
    with pytest.raises(ConflictError, match=r"already rejected by Ana \(12 March 2025, 14:05 UTC\)"):
        decide(desk(memory), review("accept", 15))
    assert memory.baseline.version == 1


def test_a_snoozed_change_may_be_decided_and_a_decided_one_commented() -> None:
    memory = Memory(change(reviews=(review("snooze", until=date(2025, 4, 1)),)))
    assert decide(desk(memory), review("accept", 15)).change.status is ChangeStatus.ACCEPTED
    assert decide(desk(memory), review("comment", 16, note="see the annex")).change.status is ChangeStatus.ACCEPTED


def test_what_the_person_did_not_see_refuses_the_decision() -> None:
    memory = Memory(change(reviews=(review("comment", note="wait"),)))
    with pytest.raises(ConflictError, match="commented by Ana"):
        decide(desk(memory), review("accept", 15), seen=0)


def test_a_faster_rejection_takes_the_accepted_value_back() -> None:
    memory = Memory(change())
    memory.before_review = [replace(review("reject"), by="Ben")]
    with pytest.raises(ConflictError, match="already rejected by Ben"):
        decide(desk(memory), review())
    assert memory.value("sites.count") == factories(7)
    assert memory.status() is ChangeStatus.REJECTED


def test_a_folder_edited_meanwhile_is_never_overwritten() -> None:
    memory = Memory(change())
    stale = baseline(digest="d0")
    with pytest.raises(ConflictError, match="edited meanwhile"):
        decide(Desk(memory, Path("/baseline"), lambda folder: stale, memory.append_revision), review())
    assert memory.status() is ChangeStatus.OPEN


def test_a_run_killed_between_folder_and_table_is_finished_without_a_second_version() -> None:
    memory = Memory(change())
    decide(desk(memory), review())
    memory.changes["c-7f3a91"] = change()  # the review was lost, the revision stands
    outcome = decide(desk(memory), review())
    assert outcome.change.status is ChangeStatus.ACCEPTED
    assert memory.baseline.version == 2


def test_undo_of_an_accept_brings_the_old_value_back_as_a_new_version() -> None:
    memory = Memory(change())
    decide(desk(memory), review())
    outcome = decide(desk(memory), review("undo", 15))
    assert outcome.change.status is ChangeStatus.OPEN
    assert (memory.baseline.version, memory.value("sites.count")) == (3, factories(7))


def test_undo_is_refused_while_a_later_version_builds_on_it() -> None:
    memory = Memory(change(), change(id="c-later", old=factories(13), new=factories(19)))
    decide(desk(memory), review())
    decide(desk(memory), review(of="c-later", hour=15))
    with pytest.raises(ConflictError, match="revised again by c-later in version 3"):
        decide(desk(memory), review("undo", 16))
    decide(desk(memory), review("undo", 17, of="c-later"))
    assert memory.value("sites.count") == factories(13)


def test_undo_of_a_rejection_opens_the_change_again() -> None:
    memory = Memory(change(reviews=(review("reject"),)))
    assert decide(desk(memory), review("undo", 15)).change.status is ChangeStatus.OPEN
    assert memory.baseline.version == 1


def test_alias_writes_the_name_to_the_known_fact() -> None:
    memory = Memory(new_site("LUMI AIF Finland", "Kajaani", "FI"))
    outcome = decide(desk(memory), review("alias", of="c-site-fi", fact="site.kajaani"))
    assert outcome.change.status is ChangeStatus.SUPERSEDED
    assert outcome.revision is not None
    assert outcome.revision.aliases == ("LUMI AIF Finland",)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (review(of="c-nowhere"), "there is no change 'c-nowhere'"),
        (review("approve"), "there is no decision 'approve'; there are accept"),
        (review("undo"), "nothing to undo"),
        (review("alias"), "alias needs the key of a fact"),
        (review("alias", fact="site.atlantis"), "there is no fact 'site.atlantis'"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_line(made: Review, words: str) -> None:
    memory = Memory(change())
    with pytest.raises(UsageError, match=words):
        decide(desk(memory), made)
    assert memory.changes["c-7f3a91"].reviews == ()


# --------------------------------------------------------------------------------------------------------------------------- queue


def sit(memory: Memory, pressed: str) -> tuple[Tally, str]:
    told: list[str] = []
    minutes = iter(range(60))

    def now() -> datetime:
        return NEWS_AT.replace(hour=15, minute=next(minutes))

    tally = interactive(list(memory.changes.values()), desk(memory), StreamKeys(io.StringIO(pressed)), told.append, by="Ana", now=now)
    return tally, "".join(told)


def test_one_key_a_decision() -> None:
    memory = Memory(change(), new_budget(), new_site(), change(id="c-next"))
    tally, told = sit(memory, "arnot ours\ns\nn")
    assert [memory.status(c) for c in memory.changes] == [
        ChangeStatus.ACCEPTED,
        ChangeStatus.REJECTED,
        ChangeStatus.SNOOZED,
        ChangeStatus.OPEN,
    ]
    assert tally == Tally(3, 1)
    assert "baseline version 2" in told
    assert [r.note for r in memory.changes["c-19bd02"].reviews] == ["not ours"]


def test_the_queue_shows_old_new_and_the_quote() -> None:
    _, told = sit(Memory(change()), "q")
    for part in ("was  7 AI Factories", "now  13 AI Factories", "bring the number of AI Factories to thirteen", "EuroHPC JU", "1 of 1"):
        assert part in told


@pytest.mark.parametrize(("answer", "until"), [("", date(2025, 3, 19)), ("30", date(2025, 4, 11)), ("2025-05-01", date(2025, 5, 1))])
def test_a_snooze_takes_days_or_a_day(answer: str, until: date) -> None:
    memory = Memory(change())
    sit(memory, f"s{answer}\n")
    assert memory.changes["c-7f3a91"].reviews[0].until == until


@pytest.mark.parametrize("answer", ["tomorrow", "2025-13-01", "0", "2020-01-01", "9" * 5000, "999999999999"])
def test_a_snooze_until_no_day_asks_again(answer: str) -> None:
    memory = Memory(change())
    tally, told = sit(memory, f"s{answer}\nq")
    assert tally.decided == 0
    assert "not a day" in told or "passed" in told


def test_undo_goes_back_to_the_change_it_took_back() -> None:
    memory = Memory(change(), new_budget())
    tally, _ = sit(memory, "auq")
    assert tally == Tally(0, 2)
    assert effective(memory.changes["c-7f3a91"].reviews) is None
    assert memory.value("sites.count") == factories(7)


def test_what_was_undone_can_be_decided_again_even_from_further_on() -> None:
    memory = Memory(change(), new_budget(), new_site())
    tally, _ = sit(memory, "anurno\nq")  # accept, next, undo from the third, reject the first
    assert memory.status("c-7f3a91") is ChangeStatus.REJECTED
    assert memory.value("sites.count") == factories(7)
    assert tally == Tally(1, 2)


def test_a_key_is_read_from_a_terminal_without_enter() -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, encoding="utf-8") as terminal, os.fdopen(ours, "wb", buffering=0) as person:
        before = termios.tcgetattr(theirs)
        person.write(b"a")
        assert TerminalKeys(terminal).key() == "a"
        assert termios.tcgetattr(theirs) == before


def test_alias_asks_for_the_fact_and_a_wrong_one_leaves_the_change_on_the_screen() -> None:
    memory = Memory(new_site("LUMI AIF Finland", "Kajaani", "FI"))
    tally, told = sit(memory, "xsite.atlantis\nxsite.kajaani\n")
    assert tally.decided == 1
    assert "there is no fact 'site.atlantis'" in told


def test_a_change_decided_by_somebody_else_is_told_and_passed_with_next() -> None:
    memory = Memory(change(), new_budget())
    queue = list(memory.changes.values())
    decide(desk(memory), replace(review("reject"), by="Ben"))
    told: list[str] = []
    interactive(queue, desk(memory), StreamKeys(io.StringIO("ana")), told.append, by="Ana", now=lambda: NEWS_AT.replace(hour=16))
    assert "already rejected by Ben" in "".join(told)
    assert memory.status("c-19bd02") is ChangeStatus.ACCEPTED


def test_help_and_unknown_keys_explain_themselves() -> None:
    _, told = sit(Memory(change()), "?zq")
    assert told.count(HELP) == 2


def test_the_end_of_input_ends_the_sitting() -> None:
    assert sit(Memory(change(), new_budget()), "a")[0] == Tally(1, 1)


def test_the_quote_stands_in_its_surroundings_when_the_page_is_at_hand() -> None:
    page = "Brussels. Six more were chosen, which makes thirteen, said the board. Applause."
    start = page.index("thirteen")
    found = change(evidence=(replace(evidence("thirteen"), start=start, end=start + 8),))
    assert "which makes thirteen , said the board" in card(found, "1 of 1", lambda e: page)


def test_a_page_that_no_longer_reads_like_that_shows_the_quote_alone() -> None:
    assert "“thirteen”" in card(change(evidence=(evidence("thirteen"),)), "1 of 1", lambda e: "something else")


def test_other_publishers_are_quoted_beside_the_first() -> None:
    more = evidence("dreizehn KI-Fabriken", "Rechenzentrum aktuell")
    assert "also Rechenzentrum aktuell: “dreizehn KI-Fabriken”" in card(change(evidence=(evidence("thirteen"), more)), "1 of 1")


def test_foreign_text_cannot_command_the_terminal_of_the_queue() -> None:
    bad = "\x1b[2J\x1b]0;owned\x07\u202e"
    found = change(ChangeType.NEW_SITE, label=bad + "x", reasons=(bad,), evidence=(evidence("13" + bad, publisher=bad + "p"),))

    def page(_: Evidence) -> str:
        return bad * 50

    shown = card(found, "1 of 1", page)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
