"""What the commands do with a home and its database; imported when a command needs it, never at start."""

from __future__ import annotations

from monitor.cli.work.changes import changes, export, report, show
from monitor.cli.work.deciding import review
from monitor.cli.work.looking import check, replay, reread
from monitor.cli.work.sources import discover_sources, list_sources, test_source
from monitor.cli.work.upkeep import backup_database, check_database, restore_database, upgrade_database

__all__ = [
    "backup_database",
    "changes",
    "check",
    "check_database",
    "discover_sources",
    "export",
    "list_sources",
    "replay",
    "report",
    "reread",
    "restore_database",
    "review",
    "show",
    "test_source",
    "upgrade_database",
]
