"""The desk of a home: decisions written to its baseline folders and its store."""

from __future__ import annotations

from pathlib import Path

from monitor.baseline import append_revision, read
from monitor.core.diff import provisional_facts
from monitor.core.model import Change, ChangeStatus, Fact, Review
from monitor.review.decisions import Desk
from monitor.store import queries, reviews
from monitor.store.engine import Store


class StoredReviews:
    """What a review needs of the store (`decisions.ReviewStore`), kept in the tables."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def change(self, change_id: str) -> Change | None:
        return queries.change(self.store, change_id)

    def append_review(self, review: Review, status: ChangeStatus, expected: ChangeStatus) -> Change:
        return reviews.append_review(self.store, review, status, expected)

    def provisional(self, programme: str) -> tuple[Fact, ...]:
        return provisional_facts(queries.changes(self.store, programme=programme))


def open_desk(store: Store, home: Path) -> Desk:
    """Where decisions about the changes of this store are made."""
    return Desk(StoredReviews(store), home / "baseline", read, append_revision)
