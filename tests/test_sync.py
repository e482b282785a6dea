"""The folder into the tables: once, again, and after edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import text

from monitor.core.model import Revision
from monitor.store import looks, queries
from monitor.store.engine import Store
from monitor.sync import Synced, remove, sync
from tests.line import OFFICE, PRESS, at, baseline, eur, fact


def versions(store: Store) -> list[tuple[str, int, bool]]:
    with store.read() as connection:
        rows = connection.execute(text("SELECT key, version, superseded_at FROM fact ORDER BY key, version")).all()
    return [(key, version, gone is not None) for key, version, gone in rows]


def test_folder_is_projected(store: Store) -> None:
    assert sync(store, baseline(PRESS, OFFICE), at(0)) == Synced(changed=True, is_new=True)
    assert [f.fact.key for f in queries.facts(store, "ships")] == ["first.part", "total"]
    assert [(h.id, h.status) for h in looks.sources(store)] == [("office", "never"), ("press", "never")]
    assert queries.programmes(store) == ["ships"]


def test_same_folder_again_changes_nothing(store: Store) -> None:
    sync(store, baseline(PRESS), at(0))
    before = queries.row_counts(store), versions(store)
    assert sync(store, baseline(PRESS), at(5)) == Synced(changed=False, is_new=False)
    assert (queries.row_counts(store), versions(store)) == before


def test_revision_makes_the_next_version_and_keeps_the_first(store: Store) -> None:
    sync(store, baseline(PRESS), at(0))
    made = Revision(2, datetime(2026, 3, 2, tzinfo=UTC), "Ada", "c-1", "total", eur(2600), "money", valid_from=date(2026, 3, 1))
    announced = (fact("total", 1500), fact("first.part", 700))
    current = (fact("total", 2600, 2), announced[1])
    revised = replace(baseline(PRESS, version=2, digest="d2"), facts=current, announced=announced, revisions=(made,))
    sync(store, revised, at(48))
    assert versions(store) == [("first.part", 1, False), ("total", 1, True), ("total", 2, False)]
    (_, total) = queries.facts(store, "ships")
    assert (total.fact.value, total.confirmed_at) == (eur(2600), made.recorded_at)


def test_fact_edited_by_hand_replaces_the_old_wording(store: Store) -> None:
    sync(store, baseline(PRESS), at(0))
    sync(store, baseline(PRESS, facts=[fact("total", 1600)], digest="d2"), at(1))
    assert [f.fact.value for f in queries.facts(store, "ships")] == [eur(1600)]
    sync(store, baseline(PRESS, digest="d3"), at(2))
    assert [f.fact.value for f in queries.facts(store, "ships")] == [eur(700), eur(1500)]


def test_source_that_left_is_marked_and_may_come_back(store: Store) -> None:
    sync(store, baseline(PRESS, OFFICE), at(0))
    sync(store, baseline(PRESS, digest="d2"), at(1))
    assert [h.id for h in looks.sources(store)] == ["press"]
    assert [(h.id, h.removed) for h in looks.sources(store, removed=True)] == [("office", True), ("press", False)]
    sync(store, baseline(PRESS, OFFICE, digest="d3"), at(2))
    assert [h.id for h in looks.sources(store)] == ["office", "press"]


def test_programme_that_left_is_no_longer_looked_at(store: Store) -> None:
    sync(store, baseline(PRESS), at(0))
    remove(store, "ships", at(1))
    assert looks.sources(store) == []
    assert queries.programmes(store) == []
    assert sync(store, baseline(PRESS), at(2)).changed
    assert [h.id for h in looks.sources(store)] == ["press"]
