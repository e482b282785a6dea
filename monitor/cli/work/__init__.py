"""What the commands do with a home and its database; each part is imported when a command needs it, never at start."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# No part is named like a function in it: importing it would put the module in the place of the function.
_PARTS = {
    "archiving": ("fetch_past",),
    "looking": ("check", "replay", "reread"),
    "showing": ("changes", "export", "report", "show"),
    "deciding": ("review",),
    "sources": ("discover_sources", "edit_source", "list_sources", "test_source"),
    "upkeep": ("backup_database", "check_database", "restore_database", "upgrade_database"),
}
_WHERE = {function: part for part, functions in _PARTS.items() for function in functions}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"{__name__} has no {name}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
