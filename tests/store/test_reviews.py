"""Decisions are appended once, never over somebody else's."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.model import ChangeStatus, Review
from monitor.errors import ConflictError, UsageError
from monitor.pipeline import check
from monitor.store import queries
from monitor.store.engine import Store
from monitor.store.reviews import append_review
from monitor.sync import sync
from tests.line import OFFICE, PRESS, MiniCore, Web, at, baseline, eur


@pytest.fixture
def change(store: Store) -> str:
    ships = baseline(PRESS, OFFICE)
    sync(store, ships, at(0))
    check(store, Web({PRESS.url: "total: 2600", OFFICE.url: ""}), MiniCore(), [ships], lambda: at(0), workers=1)
    return queries.changes(store)[0].id


def test_review_is_kept_with_the_change(store: Store, change: str) -> None:
    review = Review(change, "accept", "Ada", at(1), "checked", value=eur(2500))
    after = append_review(store, review, ChangeStatus.ACCEPTED, expected=ChangeStatus.OPEN)
    assert after.status is ChangeStatus.ACCEPTED
    assert queries.changes(store)[0].reviews == (review,)


def test_same_review_again_changes_nothing(store: Store, change: str) -> None:
    for _ in range(2):
        append_review(store, Review(change, "reject", "Ada", at(1)), ChangeStatus.REJECTED, expected=ChangeStatus.OPEN)
    assert len(queries.changes(store)[0].reviews) == 1


def test_change_decided_meanwhile_is_a_conflict(store: Store, change: str) -> None:
    append_review(store, Review(change, "reject", "Ada", at(1)), ChangeStatus.REJECTED)
    with pytest.raises(ConflictError, match="is rejected by now"):
        append_review(store, Review(change, "accept", "Bob", at(2)), ChangeStatus.ACCEPTED, expected=ChangeStatus.OPEN)


def test_unknown_change_is_told(store: Store) -> None:
    with pytest.raises(UsageError, match="no change 'c-0'"):
        append_review(store, Review("c-0", "accept", "Ada", at(1)), ChangeStatus.ACCEPTED)


def test_snooze_ends_on_its_day(store: Store, change: str) -> None:
    append_review(store, Review(change, "snooze", "Ada", at(1), until=date(2026, 3, 10)), ChangeStatus.SNOOZED)
    for day, status in ((9, ChangeStatus.SNOOZED), (10, ChangeStatus.OPEN)):
        today = date(2026, 3, day)
        assert [c.status for c in queries.changes(store, today=today)] == [status]
        assert len(queries.changes(store, status=status, today=today)) == 1


def test_changes_are_found_by_the_beginning_of_their_id(store: Store, change: str) -> None:
    found = queries.change(store, change[:6])
    assert found is not None
    assert found.id == change
    assert queries.change(store, "%") is None
    assert queries.change(store, "c_") is None


def test_changes_are_filtered(store: Store, change: str) -> None:
    assert queries.changes(store, programme="other") == []
    assert queries.changes(store, since=at(1)) == []
    assert len(queries.changes(store, since=at(0), until=at(1), status=ChangeStatus.OPEN)) == 1
    assert queries.status_counts(store) == {"open": 1}
