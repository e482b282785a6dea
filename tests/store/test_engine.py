"""Opening: what is fine opens fast, what is not is told in one line and left as it is."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.errors import ConfigError, StoreError
from monitor.store import engine
from monitor.store.engine import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with content, closed."""
    path = tmp_path / "var" / "monitor.db"
    with engine.open(path) as store, store.write() as connection:
        insert(connection, "p", "title" * 2000)
    return path


def insert(connection, id: str, title: str = "") -> None:
    connection.execute(
        text("INSERT INTO programme (id, title, version, digest, revision, removed) VALUES (:id, :title, 1, '', 0, 0)"),
        {"id": id, "title": title},
    )


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(path: Path, match: str) -> None:
    before = fingerprint(path)
    with pytest.raises(StoreError, match=match) as caught:
        engine.open(path, wait_s=0.1, busy_timeout_s=0.1)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 4
    assert fingerprint(path) == before


def test_database_is_made_with_its_folders(tmp_path: Path) -> None:
    with engine.open(tmp_path / "a" / "b" / "monitor.db") as store, store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM change")).scalar() == 0


def test_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").touch()
    engine.open(tmp_path / "monitor.db").close()


def test_settings_of_a_connection(store: Store) -> None:
    with store.read() as connection:
        got = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert got == ["wal", 2, 1]


def test_current_schema_opens_without_alembic(path: Path) -> None:
    program = "import sys; from monitor.store import engine; engine.open(sys.argv[1]).close(); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program, f"sqlite:///{path}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after_writing(store)
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM programme")).scalar() == 0


def fail_after_writing(store: Store) -> None:
    with store.write() as connection:
        insert(connection, "x")
        raise ZeroDivisionError


def test_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").write_text("these are my holiday notes, not a database\n" * 10)
    refused(tmp_path / "monitor.db", "damaged or not a SQLite database")


def test_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    refused(tmp_path / "monitor.db", "database of another program")


@pytest.mark.parametrize("kept", [50, 5000, 100_000])
def test_cut_database_is_refused(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    refused(path, "damaged")


def test_overwritten_page_is_refused(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[4096 : 4096 * 3] = b"\xff" * 8192
    path.write_bytes(bytes(body))
    refused(path, "damaged")


def test_newer_schema_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    refused(path, "newer monitor")


def test_read_only_file_is_refused(path: Path) -> None:
    path.chmod(0o444)
    refused(path, "read-only")


def test_read_only_folder_is_refused(path: Path) -> None:
    path.parent.chmod(0o555)
    try:
        refused(path, "read-only")
    finally:
        path.parent.chmod(0o755)


def test_cut_log_loses_only_what_was_not_finished(path: Path, tmp_path: Path) -> None:
    """A power cut in the middle of writing the log: everything before the cut is there."""
    store = engine.open(path)
    with store.write() as connection:
        insert(connection, "first")
    log = path.with_name("monitor.db-wal")
    whole = log.read_bytes()
    with store.write() as connection:
        insert(connection, "second")
    longer = log.read_bytes()
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "monitor.db").write_bytes(path.read_bytes())
    (copy / "monitor.db-wal").write_bytes(longer[: len(whole) + 100])
    store.close()
    with engine.open(copy / "monitor.db") as opened, opened.read() as connection:
        assert set(connection.execute(text("SELECT id FROM programme")).scalars()) == {"p", "first"}


def test_locked_database_is_waited_for_and_then_told(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = engine.open(path, wait_s=0.2, busy_timeout_s=0.1)
        with pytest.raises(StoreError, match="locked by another process"), store.write():
            pass
        other.execute("COMMIT")
        with store.write() as connection:
            insert(connection, "after")
        store.close()


def test_full_disk_is_told_and_what_was_there_stays(path: Path) -> None:
    store = engine.open(path)
    with pytest.raises(StoreError, match="disk is full"):
        fill(store)
    store.close()
    with engine.open(path) as opened, opened.read() as connection:
        assert list(connection.execute(text("SELECT id FROM programme")).scalars()) == ["p"]


def fill(store: Store) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 64")
        for number in range(100):
            insert(connection, str(number), "x" * 10_000)


def test_one_runner_at_a_time(path: Path) -> None:
    first, second = engine.open(path), engine.open(path)
    with first.running(), pytest.raises(StoreError, match="another monitor"), second.running(wait_s=0.2):
        pass
    with second.running(wait_s=0.2):
        pass
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("url", "match"), [("nonsense", "cannot be read"), ("mysql://a/b", "no support for mysql"), ("", "cannot be read")]
)
def test_unusable_url_is_a_configuration_error(url: str, match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        engine.open(url)


def test_memory_database_works() -> None:
    with engine.open("sqlite://") as store, store.running(), store.write() as connection:
        insert(connection, "x")
