"""Which notice a change earns, and that its key never changes."""

from __future__ import annotations

import pytest

from monitor.core.model import Cause, Change, ChangeStatus
from monitor.core.notices import FIRST_SIGHT, Event, judge
from tests.ai_factories import change


def test_a_new_change_is_told_as_new() -> None:
    notice = judge(change(), None)
    assert (notice.event, notice.key, notice.is_sent) == (Event.NEW, "c-7f3a91:new", True)


def test_what_the_page_said_already_at_first_sight_is_told_as_such() -> None:
    assert judge(change(reasons=("linked by name", FIRST_SIGHT)), None).event is Event.FIRST


def test_more_evidence_is_not_told_again() -> None:
    notice = judge(change(), change())
    assert notice.event is Event.NOTHING
    assert not notice.is_sent
    assert notice.reason


def test_a_page_that_goes_back_is_told_once() -> None:
    gone = change(status=ChangeStatus.REVERTED)
    assert judge(gone, change()).event is Event.REVERTED
    assert judge(gone, gone).event is Event.NOTHING


def test_a_change_that_came_and_went_before_anybody_heard_is_not_told() -> None:
    assert judge(change(status=ChangeStatus.REVERTED), None).event is Event.NOTHING


def test_coming_back_after_going_away_is_told_as_a_repeat_with_its_own_key() -> None:
    first = judge(change(seen_count=2), change(status=ChangeStatus.REVERTED))
    second = judge(change(seen_count=3), change(status=ChangeStatus.REVERTED, seen_count=2))
    assert first.event is second.event is Event.REPEAT
    assert first.key != second.key


@pytest.mark.parametrize("decided", [ChangeStatus.ACCEPTED, ChangeStatus.REJECTED, ChangeStatus.SNOOZED, ChangeStatus.SUPERSEDED])
def test_what_is_decided_is_not_told(decided: ChangeStatus) -> None:
    assert judge(change(status=decided), None).reason == f"the change is {decided}"


@pytest.mark.parametrize("cause", [Cause.REREAD, Cause.BASELINE])
def test_what_the_page_did_not_do_is_not_told(cause: Cause) -> None:
    assert judge(change(cause=cause), None).event is Event.NOTHING


def test_doubts_and_silences_keep_a_notice_back_and_say_so() -> None:
    assert judge(change(), None, doubt="above the expected 40").reason == "doubted: above the expected 40"
    assert judge(change(), None, silence="until Monday").reason == "silenced: until Monday"


@pytest.mark.parametrize("before", [None, change(), change(status=ChangeStatus.REVERTED)])
def test_the_same_event_has_the_same_key_however_often_it_is_worked_out(before: Change | None) -> None:
    assert judge(change(), before) == judge(change(), before)
