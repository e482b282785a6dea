"""A backup is whole, a check finds what is wrong, pruning keeps every proof."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import UsageError
from monitor.pipeline import check as check_pages
from monitor.store import engine, looks, queries, upkeep
from monitor.store.engine import Store
from monitor.sync import sync
from tests.line import OFFICE, PRESS, MiniCore, Web, at, baseline

SHIPS = baseline(PRESS, OFFICE)


@pytest.fixture
def lived(store: Store) -> Store:
    """Four days: a revision on the second, an unrelated edit on each."""
    sync(store, SHIPS, at(0))
    for day, total in enumerate((1500, 2600, 2600, 1500)):
        pages = Web({PRESS.url: f"total: {total}\nyachts: {day}", OFFICE.url: "total: 1500"})
        check_pages(store, pages, MiniCore(), [SHIPS], lambda day=day: at(24 * day), workers=1)
    return store


def test_backup_holds_the_same(lived: Store, tmp_path: Path) -> None:
    with engine.open(upkeep.backup(lived, tmp_path / "copy")) as copy:
        assert queries.row_counts(copy) == queries.row_counts(lived)
        assert queries.changes(copy) == queries.changes(lived)
        assert upkeep.check(copy) == []


def test_backup_can_be_made_again_into_the_same_folder(lived: Store, tmp_path: Path) -> None:
    assert upkeep.backup(lived, tmp_path / "copy") == upkeep.backup(lived, tmp_path / "copy")


def test_backup_of_memory_is_refused() -> None:
    with engine.open("sqlite://") as store, pytest.raises(UsageError, match="tools of the server"):
        upkeep.backup(store, Path("nowhere"))


def test_sound_database_has_no_problems(lived: Store) -> None:
    assert upkeep.check(lived) == []


def test_missing_proof_is_found(lived: Store) -> None:
    lived.blobs.drop(queries.changes(lived)[0].evidence[0].sha256)
    assert "missing" in upkeep.check(lived)[0]


def test_row_that_names_nothing_is_found(lived: Store) -> None:
    assert lived.path is not None
    with closing(sqlite3.connect(lived.path)) as other, other:
        other.execute("DELETE FROM snapshot WHERE id = (SELECT snapshot FROM observation LIMIT 1)")
    assert any("not there" in line for line in upkeep.check(lived))


def test_pruning_keeps_proofs_and_the_newest_page(lived: Store) -> None:
    pruned = upkeep.prune(lived, at(24 * 30))
    assert pruned.bodies == 2
    (change,) = queries.changes(lived)
    kept = {change.evidence[0].sha256, *(s.sha256 for s in looks.snapshots(lived, source="press", limit=1))}
    assert all(lived.blobs.get(sha256) is not None for sha256 in kept)
    assert upkeep.check(lived) == []
    assert upkeep.prune(lived, at(24 * 30)) == upkeep.Pruned(0, 0, 0)
