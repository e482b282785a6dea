"""The migrations make exactly the tables the classes describe."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from monitor.errors import StoreError
from monitor.store import engine
from monitor.store.blobs import Blobs
from monitor.store.engine import Store
from monitor.store.locks import file_lock
from monitor.store.tables import SCHEMA, Row


def test_migrated_schema_is_that_of_the_tables(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_newest_migration_is_the_schema_we_name(store: Store) -> None:
    assert max(engine.known_schemas()) == SCHEMA
    with store.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == SCHEMA


def test_upgrade_of_a_current_database_does_nothing(store: Store) -> None:
    with store.read() as connection:
        before = connection.execute(text("SELECT sql FROM sqlite_master ORDER BY name")).all()
    engine.upgrade(store)
    with store.read() as connection:
        assert connection.execute(text("SELECT sql FROM sqlite_master ORDER BY name")).all() == before


def test_killed_migration_leaves_nothing(tmp_path, monkeypatch) -> None:
    def killed(self: Store) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "monitor.db"
    with monkeypatch.context() as patched:
        patched.setattr(Store, "before_commit", killed)
        with suppress(KeyboardInterrupt):
            engine.open(path)
    with engine.open(path) as store, store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM visit")).scalar() == 0


# --- from every earlier schema


def at_schema(path: Path, version: str) -> None:
    """A database as an earlier version left it, with a row in each of its tables."""
    store = Store(engine.connect(engine.parsed(path), 1), Blobs(path.parent / "blobs"), path, wait_s=1)
    engine.upgrade(store, version)
    store.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        for name in tables_of(connection):
            columns = [(n, kind) for _, n, kind, *_ in connection.execute(f'PRAGMA table_info("{name}")')]
            row = [sample(column, kind) for column, kind in columns]
            connection.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', row)


def sample(column: str, kind: str) -> object:
    """A value of that type; foreign keys all name the one row there is."""
    if "INT" in kind or "BOOL" in kind:
        return 1
    if "DATETIME" in kind:
        return "2026-03-01 06:00:00.000000"
    if "DATE" in kind:
        return "2026-03-01"
    return 0.5 if "FLOAT" in kind else "x"


def tables_of(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version' ORDER BY name")
    return [name for (name,) in names]


def contents(path: Path) -> dict[str, dict[str, object]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {name: dict(connection.execute(f'SELECT * FROM "{name}"').fetchone() or {}) for name in tables_of(connection)}


@pytest.mark.parametrize("version", sorted(engine.known_schemas()))
def test_database_of_every_earlier_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path, version: str) -> None:
    path = tmp_path / "monitor.db"
    at_schema(path, version)
    before = contents(path)
    engine.open(path).close()
    after = contents(path)
    assert {name: {c: after[name][c] for c in row} for name, row in before.items()} == before
    with engine.open(path) as store, store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_upgrade_waits_for_a_running_service_of_the_earlier_version(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    at_schema(path, min(engine.known_schemas()))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ''")
    with file_lock(engine.lock_path(path)), pytest.raises(StoreError):
        engine.open(path, wait_s=0.1)
