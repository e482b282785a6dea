"""The database commands: upgrade, backup, restore, check."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from monitor import watch
from monitor.cli.common import State
from monitor.cli.output import clean, say
from monitor.errors import UsageError
from monitor.store import archive, upkeep
from monitor.store.tables import SCHEMA

DAMAGED = 1


def upgrade_database(state: State) -> int:
    """Opening brings the schema up to date."""
    with watch.open_store(state.settings()) as store:
        say(f"{store.name} has schema {SCHEMA}")
    return 0


def check_database(state: State) -> int:
    """1 when database or bodies are damaged."""
    with watch.open_store(state.settings()) as store:
        found = upkeep.check(store)
        for line in found:
            say(clean(line))
        if not found:
            say(f"{store.name} is sound")
    return DAMAGED if found else 0


def backup_database(state: State, file: Path) -> int:
    """One file with a consistent, checked copy of database and bodies, and the baseline folders as they are."""
    settings = state.settings()
    if file.exists():
        raise UsageError(f"{file} exists already (name a new file)")
    with watch.open_store(settings) as store:
        archive.make(store, settings.home, file)
    say(f"{file}: {file.stat().st_size:,} bytes")
    return 0


def restore_database(state: State, file: Path, *, replace: bool, now: datetime) -> int:
    """Brings a backup into a home that has no database, or moves the one it has aside."""
    settings = state.settings()
    if settings.database_url:
        raise UsageError("a database on a server is restored with its own tools")
    if not file.is_file():
        raise UsageError(f"{file}: there is no such file; expected a backup made with `monitor db backup`")
    aside = archive.restore(file, settings.home, replace=replace, now=now, wait_s=settings.lock_wait_s)
    if aside:
        say(f"the database that was there is now {aside}")
    say(f"{settings.var / archive.DATABASE} restored from {file}")
    return 0
