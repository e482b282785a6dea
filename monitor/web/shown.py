"""Values, moments and addresses as the templates show them; everything foreign passes through `line` first, and the templates escape it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from monitor.core.model import Change, ChangeStatus, ChangeType, Value
from monitor.render import view
from monitor.render.clean import line, link
from monitor.render.contract import moment
from monitor.render.steps import steps
from monitor.render.values import TYPES, show_day, show_value

EXAMPLES = {
    "money": "EUR 2.6 billion",
    "date": "2027-Q1",
    "count": "13 AI Factories",
    "site": "LUMI AI Factory, Kajaani, FI",
    "countries": "PT, RO, TR",
    "country": "PT",
    "status": "under construction",
    "organisation": "CSC",
}
SOURCE_WORDS = {"ok": "good", "unchanged": "good", "never": "waiting"}


class Fields(dict[str, str]):
    """Query fields for templates, on one line and without anything invisible; one that is not there is empty."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__({line(name, 60): line(value, 500) for name, value in fields.items()})

    def __missing__(self, name: str) -> str:
        return ""


def example(change: Change) -> str:
    """How a value of the kind of this change may be written."""
    return EXAMPLES.get(change.kind, "the value as in facts.toml")


def ago(at: datetime | None, now: datetime) -> str:
    """ "5 minutes ago", "3 days ago"; "never" for None."""
    if at is None:
        return "never"
    seconds = int((now - at).total_seconds())
    if seconds < 0:
        return until(at, now)
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        number = seconds // length
        if number:
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def until(at: datetime, now: datetime) -> str:
    seconds = int((at - now).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        number = seconds // length
        if number > 0:
            return f"in {number} {unit}{'s' if number > 1 else ''}"
    return "now"


def stamp(at: datetime | date | None) -> str:
    """A moment or day for the `datetime` attribute; empty for None."""
    if isinstance(at, datetime):
        return moment(at) or ""
    return at.isoformat() if at else ""


def day(at: datetime | date | None) -> str:
    return show_day(at.date() if isinstance(at, datetime) else at)


def path(*parts: str) -> str:
    """An address of ours from its parts, whatever characters they hold.

    >>> path("programmes", "a/b", "facts", "x y")
    '/programmes/a%2Fb/facts/x%20y'
    """
    return "/" + "/".join(quote(part, safe="") for part in parts)


def with_query(address: str, query: Mapping[str, str], **changed: object) -> str:
    """The address with these query fields, some of them changed (None: left out)."""
    fields = {k: str(v) for k, v in {**query, **changed}.items() if v not in (None, "")}
    return f"{address}?{urlencode(fields)}" if fields else address


def bytes_in_words(count: int) -> str:
    for unit, size in (("MB", 1_000_000), ("KB", 1000)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def health_word(status: str) -> str:
    """good, waiting or bad: the class of a source's status."""
    return SOURCE_WORDS.get(status, "bad")


def value_or_dash(value: Value | None) -> str:
    return show_value(value) if value is not None else "-"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "line": line,
    "safe_link": link,
    "value": value_or_dash,
    "day": day,
    "moment": view.show_moment,
    "stamp": stamp,
    "bytes": bytes_in_words,
    "health": health_word,
}
GLOBALS: Mapping[str, Any] = {
    "view": view,
    "flag": view.flag,
    "steps": steps,
    "types": TYPES,
    "change_types": list(ChangeType),
    "statuses": list(ChangeStatus),
    "example": example,
    "ago": ago,
    "path_to": path,
    "with_query": with_query,
    "plural": plural,
}
