"""The manual: Markdown pages in `monitor/help`, one per task."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib.resources import files

from monitor.errors import UsageError

ORDER = (
    "start",
    "baseline",
    "sources",
    "review",
    "report",
    "notices",
    "service",
    "web",
    "api",
    "settings",
    "commands",
    "kinds",
    "changes",
    "replay",
)


def topics() -> Mapping[str, str]:
    """Topic -> its subject (the first heading), the pages a beginner needs first."""
    folder = files("monitor") / "help"
    names = [f.name.removesuffix(".md") for f in folder.iterdir() if f.name.endswith(".md")]
    names.sort(key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))
    return {name: _subject((folder / f"{name}.md").read_text("utf-8")) for name in names}


def page(topic: str) -> str:
    """The text of a page. Raises UsageError with the nearest topic."""
    known = topics()
    if topic not in known:
        near = difflib.get_close_matches(topic[:60], list(known), n=1)
        raise UsageError(f"no help on {topic[:60]!r}" + (f"; did you mean {near[0]!r}?" if near else f"; there is: {', '.join(known)}"))
    return (files("monitor") / "help" / f"{topic}.md").read_text("utf-8").rstrip()


def _subject(text: str) -> str:
    return next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), "")
