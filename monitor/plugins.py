"""Kinds, readers and channels: the built-in ones, and those other installed packages register under the same entry point groups.

The built-ins are listed here as well as in pyproject.toml (a test holds the two together), because asking `importlib.metadata` costs 40 ms of every
start; it is asked only when some installed package names one of our groups.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from monitor.core.kinds import Kind
from monitor.errors import ConfigError

# Strongest first: a money amount claims its digits before dates and counts look at them.
BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "monitor.kinds": {
        "money": "monitor.core.kinds.money:KIND",
        "date": "monitor.core.kinds.date:KIND",
        "count": "monitor.core.kinds.count:KIND",
        "site": "monitor.core.kinds.site:KIND",
        "organisation": "monitor.core.kinds.organisation:KIND",
        "place": "monitor.core.kinds.place:KIND",
        "country": "monitor.core.kinds.country:KIND",
        "countries": "monitor.core.kinds.countries:KIND",
        "status": "monitor.core.kinds.status:KIND",
    },
    "monitor.readers": {
        "html": "monitor.core.readers.html:read",
        "pdf": "monitor.core.readers.pdf:read",
        "docx": "monitor.core.readers.docx:read",
        "feed": "monitor.core.readers.feed:read",
        "sitemap": "monitor.core.readers.sitemap:read",
        "json": "monitor.core.readers.json:read",
        "text": "monitor.core.readers.text:read",
    },
    "monitor.channels": {
        "webhook": "monitor.notify.webhook:CHANNEL",
        "file": "monitor.notify.file:CHANNEL",
        "apprise": "monitor.notify.apprise:CHANNEL",
    },
}
OURS = "programme_monitor"


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by name, the built-in ones first and in the order in which they claim text."""
    return {name: load(target) for name, target in targets("monitor.kinds").items()}


def kind(name: str) -> Kind | None:
    """The kind of that name, loading no other; None when there is none."""
    target = targets("monitor.kinds").get(name)
    found: Kind | None = load(target) if target else None
    return found


@cache
def targets(group: str) -> Mapping[str, str]:
    """Name -> "module:attribute" of a group, built-in and foreign; a foreign one never replaces a built-in one."""
    return {**dict(_foreign(group)), **BUILT_IN[group]} if _is_named(group) else BUILT_IN[group]


def load(target: str) -> Any:
    """What a "module:attribute" names. Raises ConfigError when it cannot be imported."""
    module, _, attribute = target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"plug-in {target} cannot be loaded: {error} (uninstall the package that registers it, or mend it)") from error


def _foreign(group: str) -> Iterator[tuple[str, str]]:
    from importlib.metadata import entry_points

    for point in entry_points(group=group):
        yield point.name, point.value


def _is_named(group: str) -> bool:
    """Whether any installed package but ours speaks of the group; reading these small files directly takes about a millisecond."""
    return any(f"[{group}]" in text for text in _entry_point_files())


@cache
def _entry_point_files() -> tuple[str, ...]:
    return tuple(_read_entry_points())


def _read_entry_points() -> Iterator[str]:
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")) and not name.startswith(OURS):
                yield from _text_of(os.path.join(folder, name, "entry_points.txt"))


def _text_of(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8") as file:
            yield file.read()
    except (OSError, UnicodeDecodeError):
        return
