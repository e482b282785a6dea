"""Small statements that every table needs: insert what is not there, insert or replace, cut foreign text to what a column takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from monitor.store.codec import storable

Row = Mapping[str, Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Inserts the rows whose id is not there yet; returns how many that were."""
    added = 0
    for row in rows:
        statement = insert(connection, table).values(**row).on_conflict_do_nothing()
        added += connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    return added


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """The same for many rows at once, without counting."""
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), list(rows))


def literal(text: str) -> str:
    """The text for a LIKE with the escape character "\\": what would be read as a pattern is taken as it is."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def put(connection: Connection, table: Table, row: Row, *, keep: Iterable[str] = ()) -> None:
    """Inserts the row, or replaces the one with its id, except for the columns to keep."""
    put_many(connection, table, [row], keep=keep)


def put_many(connection: Connection, table: Table, rows: Sequence[Row], *, keep: Iterable[str] = ()) -> None:
    """The same for several rows with the same columns, in one statement."""
    if not rows:
        return
    statement = insert(connection, table)
    kept = {"id", *keep}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), list(rows))


def insert(connection: Connection, table: Table) -> Any:
    """The dialect's insert, which knows `on conflict`."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def limit_text(text: str, chars: int) -> str:
    """Foreign text in one column: only what a database takes, at most so many characters, an ellipsis where something is left out."""
    text = storable(text[: chars + 1])
    return text if len(text) <= chars else text[: chars - 1] + "…"
