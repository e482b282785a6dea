"""The values of one block of a baseline file, taken out by type; whatever does not fit becomes a problem with its line and the next step."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Literal
from urllib.parse import urlsplit

from monitor.core.text.toml import Block
from monitor.errors import Problem

_EVERY = re.compile(r"\s?(\d{1,6})\s?(s|m|min|h|d|w)\s?")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_SHORTEST_S, _LONGEST_S = 60, 90 * 86400


class Fields:
    """Reads the keys of a block; `problems` collects what is wrong with them, unknown keys first."""

    def __init__(self, block: Block, known: Sequence[str], problems: list[Problem]) -> None:
        self.block = block
        self.problems = problems
        for key in block.values:
            if key not in known:
                self.report(key, f"unknown key {key!r}", nearest(key, known, f"known here: {', '.join(known)}"))

    def report(self, key: str | None, text: str, hint: str = "", level: Literal["error", "warning"] = "error") -> None:
        self.problems.append(Problem(self.block.where(key), text, hint, level))

    def text(self, key: str, *, required: bool = False) -> str:
        """The text under `key`, trimmed; "" when it is missing or no text."""
        value = self.block.values.get(key)
        if value is None:
            if required:
                self.report(None, f"{key!r} is missing{self._of()}", f'add a line: {key} = "..."')
            return ""
        if not isinstance(value, str):
            self.report(key, f"{key!r} must be text, not {kind_of(value)}", "put it in double quotes")
            return ""
        if required and not value.strip():
            self.report(key, f"{key!r} is empty{self._of()}")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under `key`; a single text counts as a list of one."""
        value = self.block.values.get(key, [])
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(v.strip() for v in value if v.strip())
        self.report(key, f"{key!r} must be a list of texts", f'like {key} = ["one", "two"]')
        return ()

    def one_of(self, key: str, words: Collection[str], default: str) -> str:
        """One of a closed set of words."""
        value = self.text(key)
        if not value or value in words:
            return value or default
        self.report(key, f"{key!r} is {value!r}, which is none of {', '.join(words)}", nearest(value, words))
        return default

    def flag(self, key: str) -> bool:
        value = self.block.values.get(key, False)
        if not isinstance(value, bool):
            self.report(key, f"{key!r} must be true or false, not {kind_of(value)}")
        return value is True

    def number(self, key: str, above: float = 0) -> float | None:
        """A number greater than `above`; None when missing or unusable."""
        value = self.block.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not above < value < 1e15:
            self.report(key, f"{key!r} must be a number greater than {above:g}", "without quotes")
            return None
        return value

    def day(self, key: str) -> date | None:
        """A day, as text or as TOML date."""
        value = self.block.values.get(key)
        if value is None:
            return None
        found = as_day(value)
        if found is None:
            self.report(key, f"{key!r} is {_shown(value)}, which is no day", 'write it as "2026-04-30"')
        return found

    def moment(self, key: str) -> datetime | None:
        """A moment with its zone, as UTC; text or TOML date-time."""
        value = self.block.values.get(key)
        if value is None:
            return None
        found = as_moment(value)
        if found is None:
            self.report(key, f"{key!r} is {_shown(value)}, which is no moment with a time zone", 'write it as "2026-04-30T09:12:00Z"')
        return found

    def url(self, key: str, *, required: bool = False) -> str:
        """An http(s) address without user name or password."""
        value = self.text(key, required=required)
        complaint = url_complaint(value) if value else None
        if complaint:
            self.report(key, f"{key!r} {complaint}", "only public http:// and https:// addresses are fetched")
            return ""
        return value

    def seconds(self, key: str, default: int) -> int:
        """A stretch of time like "6h", "30m", "2d" in seconds."""
        value = self.text(key)
        if not value:
            return default
        match = _EVERY.fullmatch(value)
        if not match or not _SHORTEST_S <= int(match[1]) * _SECONDS[match[2]] <= _LONGEST_S:
            self.report(
                key, f"{key!r} is {value!r}, which is no interval", 'write a number with s, m, h, d or w between "1m" and "90d", like "6h"'
            )
            return default
        return int(match[1]) * _SECONDS[match[2]]

    def _of(self) -> str:
        name = self.block.values.get("key") or self.block.values.get("id") or self.block.values.get("fact")
        return f" in [[{self.block.name}]] {name}" if self.block.name and isinstance(name, str) else f" in {self.block.name or 'the file'}"


def nearest(word: str, words: Collection[str], otherwise: str = "") -> str:
    """ "did you mean ...?" with the known word that is spelled most alike, or `otherwise`.

    >>> nearest("lable", ["label", "value"])
    "did you mean 'label'?"
    """
    found = difflib.get_close_matches(word[:80], list(words), n=1, cutoff=0.6)
    return f"did you mean {found[0]!r}?" if found else otherwise


def as_day(value: object) -> date | None:
    """A date out of a TOML date or ISO text, else None."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip()) if isinstance(value, str) and len(value.strip()) == 10 else None
    except ValueError:
        return None


def as_moment(value: object) -> datetime | None:
    """An aware UTC moment out of a TOML date-time or ISO text with a zone, else None."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return None


def url_complaint(url: str) -> str | None:
    """What is wrong with an address as a source or citation, or None."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"is {_shown(url)}, which is no address: {error}"
    if parts.scheme.lower() not in ("http", "https"):
        return f"has the scheme {parts.scheme[:20]!r}" if parts.scheme else f"is {_shown(url)}, which has no http:// or https:// in front"
    if not host or any(c.isspace() or ord(c) < 32 for c in url):
        return f"is {_shown(url)}, which is no address"
    if parts.username is not None or parts.password is not None:
        return "carries a user name or password, which do not belong into a baseline folder"
    return None


def kind_of(value: object) -> str:
    """The TOML name of a value's type, for messages."""
    names: dict[type, str] = {bool: "true/false", int: "a number", float: "a number", list: "a list", dict: "a table", str: "text"}
    return names.get(type(value), "a date")


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
