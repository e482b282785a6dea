"""A backup is one checked file; restoring puts it in place whole or not at all, and never deletes what was there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError, UsageError
from monitor.pipeline import check as check_pages
from monitor.store import archive, engine, queries, upkeep
from monitor.store.engine import Store
from monitor.sync import sync
from tests.line import OFFICE, PRESS, MiniCore, Web, at, baseline

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SHIPS = baseline(PRESS, OFFICE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one change in its database, which is closed."""
    home = tmp_path / "home"
    (home / "baseline" / "ships").mkdir(parents=True)
    (home / "baseline" / "ships" / "programme.toml").write_text('id = "ships"\n')
    with opened(home) as store:
        sync(store, SHIPS, at(0))
        look(store, 0, 1500)
        look(store, 1, 2600)
    return home


def opened(home: Path) -> Store:
    return engine.open(home / "var" / "monitor.db", home / "var" / "blobs")


def look(store: Store, day: int, total: int) -> None:
    pages = Web({PRESS.url: f"total: {total}", OFFICE.url: "total: 1500"})
    check_pages(store, pages, MiniCore(), [SHIPS], lambda: at(24 * day), workers=1)


def backed_up(home: Path) -> Path:
    file = home.parent / "backup" / "b.tar.zst"
    with opened(home) as store:
        archive.make(store, home, file)
    return file


def restored(file: Path, home: Path, *, replace: bool = False) -> Path | None:
    return archive.restore(file, home, replace=replace, now=NOW, wait_s=0.1)


def test_restored_home_is_the_same_with_its_baseline(home: Path, tmp_path: Path) -> None:
    file = backed_up(home)
    assert restored(file, tmp_path / "new") is None
    with opened(tmp_path / "new") as ours, opened(home) as theirs:
        assert queries.changes(ours) == queries.changes(theirs)
        assert queries.row_counts(ours) == queries.row_counts(theirs)
        assert upkeep.check(ours) == []
    assert (tmp_path / "new" / "baseline" / "ships" / "programme.toml").exists()
    assert [p.name for p in file.parent.iterdir()] == ["b.tar.zst"]


def test_backup_made_while_somebody_writes_holds_a_moment_between_two_transactions(home: Path, tmp_path: Path) -> None:
    with opened(home) as writer, writer.write() as connection:
        connection.exec_driver_sql("UPDATE programme SET title = 'half-way'")
        file = backed_up(home)
    restored(file, tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / "var" / "monitor.db")) as copy:
        assert copy.execute("SELECT title FROM programme").fetchone() == ("Ships",)


def test_database_that_is_there_is_never_overwritten_unasked(home: Path) -> None:
    file = backed_up(home)
    with pytest.raises(UsageError, match="exists already"):
        restored(file, home)


def test_replaced_database_is_moved_aside_with_its_log(home: Path) -> None:
    """A power cut left a log; played into the restored database it would spoil it."""
    file = backed_up(home)
    path = home / "var" / "monitor.db"
    path.write_bytes(b"rubbish" * 1000)
    path.with_name("monitor.db-wal").write_bytes(b"the log of another life")
    aside = restored(file, home, replace=True)
    assert aside is not None
    assert aside.read_bytes().startswith(b"rubbish")
    assert sorted(p.name for p in aside.parent.iterdir()) == ["monitor.db", "monitor.db-wal"]
    with opened(home) as store:
        assert len(queries.changes(store)) == 1


def test_running_service_keeps_a_restore_out(home: Path) -> None:
    file = backed_up(home)
    with opened(home) as store, store.running(), pytest.raises(StoreError, match="another monitor"):
        restored(file, home, replace=True)


@pytest.mark.parametrize("kept", [0, 10, 400])
def test_cut_backup_is_refused_and_nothing_is_touched(home: Path, tmp_path: Path, kept: int) -> None:
    file = backed_up(home)
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(StoreError, match=r"no whole backup|holds no database"):
        restored(file, tmp_path / "new")
    assert not (tmp_path / "new" / "var").exists()
    before = (home / "var" / "monitor.db").read_bytes()
    with pytest.raises(StoreError):
        restored(file, home, replace=True)
    assert (home / "var" / "monitor.db").read_bytes() == before


def test_backup_of_a_newer_version_is_refused(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / "var" / "monitor.db")) as other, other:
        file = backed_up(home)
        archive.unpack(file, tmp_path / "inside")
    with closing(sqlite3.connect(tmp_path / "inside" / "var" / "monitor.db")) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    archive.pack(tmp_path / "inside", tmp_path / "newer.tar.zst")
    with pytest.raises(StoreError, match="newer monitor"):
        restored(tmp_path / "newer.tar.zst", tmp_path / "new")


def test_backup_that_lost_a_proof_is_not_made(home: Path) -> None:
    with opened(home) as store:
        store.blobs.drop(queries.changes(store)[0].evidence[0].sha256)
    with pytest.raises(StoreError, match="is not whole"):
        backed_up(home)
    assert list((home.parent / "backup").iterdir()) == []


def test_nothing_leaves_the_home_whatever_the_archive_says(tmp_path: Path) -> None:
    import io
    import tarfile

    import zstandard

    file = tmp_path / "evil.tar.zst"
    with file.open("wb") as out, zstandard.ZstdCompressor().stream_writer(out) as packed, tarfile.open(fileobj=packed, mode="w|") as made:
        entry = tarfile.TarInfo("../outside")
        entry.size = 4
        made.addfile(entry, io.BytesIO(b"evil"))
    with pytest.raises(StoreError, match="no whole backup"):
        restored(file, tmp_path / "new")
    assert not (tmp_path / "outside").exists()


def test_damaged_body_is_found_although_no_change_rests_on_it(home: Path) -> None:
    with opened(home) as store:
        store.blobs.put(b"a page nobody flagged")
        path = store.blobs.path(next(s for s in upkeep.stored_bodies(store.blobs)))
        path.write_bytes(b"scratched")
        assert any("damaged" in line for line in upkeep.check(store))
