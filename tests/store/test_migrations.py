"""The migrations make exactly the tables the classes describe."""

from __future__ import annotations

from contextlib import suppress

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from monitor.store import engine
from monitor.store.engine import Store
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
