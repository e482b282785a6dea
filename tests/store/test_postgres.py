"""On PostgreSQL everything is as on SQLite: tables, what a history leaves behind, notices, reports, locks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from monitor.errors import StoreError, UsageError
from monitor.pipeline import check
from monitor.store import engine, looks, outbox, queries, reports, upkeep
from monitor.store.engine import Store
from monitor.store.tables import Row
from monitor.sync import sync
from tests.line import OFFICE, PRESS, MiniCore, Web, at, baseline
from tests.postgres import fresh_database

SHIPS = baseline(PRESS, OFFICE)


@pytest.fixture
def url() -> Iterator[str]:
    with fresh_database() as made:
        yield made


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Store]:
    with engine.open(url, tmp_path / "bodies", wait_s=0.2) as opened:
        yield opened


def lived(store: Store) -> Store:
    sync(store, SHIPS, at(0))
    for day, total in enumerate((1500, 2600, 2600, 1500)):
        pages = Web({PRESS.url: f"total: {total}\nyachts: {day}", OFFICE.url: "total: 1500"})
        check(store, pages, MiniCore(), [SHIPS], lambda day=day: at(24 * day), workers=1)
    return store


def rows(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        return {name: sorted(map(str, connection.execute(select(table)))) for name, table in Row.metadata.tables.items()}


def test_migrated_schema_is_that_of_the_tables(server: Store) -> None:
    with server.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_history_leaves_the_same_rows_as_on_sqlite(server: Store, store: Store) -> None:
    assert rows(lived(server)) == rows(lived(store))
    assert queries.changes(server) == queries.changes(store)
    assert looks.sources(server) == looks.sources(store)
    assert queries.facts(server, "ships") == queries.facts(store, "ships")


def test_notices_and_reports_and_silences(server: Store) -> None:
    lived(server)
    (notice,) = [n for n in outbox.claim_notices(server, at(100)) if n.event == "new"]
    assert outbox.release(server) >= 1
    outbox.mark_failed(server, notice.id, "no", None)
    assert [n.id for n in outbox.notices(server, "dead")] == [notice.id]
    assert reports.put_report(server, "ships", "2026-03", at(0), "first") == reports.put_report(server, "ships", "2026-03", at(1), "second")
    reports.add_silence(server, reports.Silence(None, "x", "me", at(0), at(2)))
    assert len(reports.silences(server, at(1))) == 1


def test_check_and_prune_work_and_backup_names_the_tools_of_the_server(server: Store, tmp_path: Path) -> None:
    lived(server)
    assert upkeep.check(server) == []
    assert upkeep.prune(server, at(24 * 30)).bodies == 2
    with pytest.raises(UsageError, match="pg_dump"):
        upkeep.backup(server, tmp_path / "copy")


def test_one_runner_at_a_time(server: Store, url: str) -> None:
    with engine.open(url) as other, server.running(), pytest.raises(StoreError, match="another monitor"), other.running(wait_s=0.2):
        pass
    with server.running(wait_s=0.2):
        pass


def test_newer_schema_is_refused(server: Store, url: str) -> None:
    with server.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer monitor"):
        engine.open(url)


def test_server_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(StoreError) as caught:
        engine.open("postgresql://nobody@127.0.0.1:1/nothing")
    assert "\n" not in str(caught.value)


def test_server_that_restarts_is_found_again(server: Store) -> None:
    lived(server)
    with server.read() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")
        )
    assert len(queries.changes(server)) == 1
    assert looks.first_look(server, "ships") == at(0)
