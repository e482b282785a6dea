"""In which condition a SQLite file is, told without writing to it: new, current, older, or why it must not be touched.

Read with the plain sqlite3 module, because every command pays for this look; SQLAlchemy and Alembic come later or not at all.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from enum import StrEnum
from pathlib import Path

from monitor.errors import StoreError

MAGIC = b"SQLite format 3\x00"
SMALL_BYTES = 4_000_000  # files up to this size are checked page by page at every opening (about 10 ms)


class Condition(StrEnum):
    NEW = "new"
    CURRENT = "current"
    OLDER = "older"


def inspect(path: Path, schema: str, known: frozenset[str]) -> Condition:
    """What the file is to us; `schema` is our newest migration, `known` all of them.

    StoreError for a read-only, foreign, damaged or newer database; the file is untouched in every case.
    """
    refuse_read_only(path)
    if not path.exists() or path.stat().st_size == 0:
        return Condition.NEW
    refuse_damaged(path)
    return judged(version(path), schema, known, str(path))


def judged(found: str | None, schema: str, known: frozenset[str], name: str) -> Condition:
    """What a database is that was found at that schema (None: at none). StoreError for a newer one."""
    if found is None:
        return Condition.NEW
    if found == schema:
        return Condition.CURRENT
    if found not in known:
        raise StoreError(f"the database {name} was written by a newer monitor (schema {found}, this one knows {schema}): upgrade monitor")
    return Condition.OLDER


def refuse_read_only(path: Path) -> None:
    """Mode bits are asked as well as the system, because the superuser may write what its owner protected."""
    nearest = path if path.exists() else next(p for p in path.parents if p.exists())
    for thing in {nearest, path.parent} if path.exists() else {nearest}:
        if not thing.stat().st_mode & 0o222 or not os.access(thing, os.W_OK):
            raise StoreError(f"the database {path} cannot be written: {thing} is read-only (change its rights, or use another --home)")


def refuse_damaged(path: Path) -> None:
    """The header, the length, and for small files every page."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise StoreError(f"the database {path} cannot be read: {error.strerror or error}") from error
    if len(head) < 100 or not head.startswith(MAGIC):
        raise StoreError(f"the file {path} is damaged or not a SQLite database (restore a backup: monitor db restore)")
    if is_cut(path, head) or (path.stat().st_size <= SMALL_BYTES and not is_sound(path)):
        raise damaged(path)


def is_cut(path: Path, head: bytes) -> bool:
    """Shorter than its header says. With a log beside it the header may be ahead of the file, so then this says nothing."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size > 0:
        return False
    page_size = int.from_bytes(head[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    return path.stat().st_size < page_size * int.from_bytes(head[28:32], "big")


def is_sound(path: Path) -> bool:
    try:
        with closing(connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError as error:
        if is_busy(error):
            return True
        raise (refused_by_disk(path) if is_disk(error) else damaged(path)) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path) from error


def version(path: Path) -> str | None:
    """The schema the file says it has; None for a file without tables. StoreError for somebody else's database."""
    try:
        with closing(connect(path)) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "alembic_version" in names:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                return str(row[0]) if row else None
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise StoreError(f"the database {path} is locked by another process (wait for it, or stop it)") from error
        raise (refused_by_disk(path) if is_disk(error) else damaged(path)) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path) from error
    if names:
        raise StoreError(f"the file {path} is a database of another program (use another --home or MONITOR_DATABASE_URL)")
    return None


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def is_busy(error: BaseException) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def is_disk(error: BaseException) -> bool:
    """Whether the disk is at fault: even to read, SQLite makes an index of the log beside the database, which a full disk refuses."""
    return any(words in str(error) for words in ("disk I/O error", "disk is full", "unable to open"))


def refused_by_disk(path: Path) -> StoreError:
    return StoreError(
        f"the disk refuses to open the database {path} (check the disk and its free space; nothing says that the database is damaged)"
    )


def damaged(path: Path) -> StoreError:
    return StoreError(f"the database {path} is damaged (restore a backup: monitor db restore)")
