"""The dates a page shows about itself: "Published: 10 October 2025", "Stand: 3. März 2026", a bare date under the title.

Only whole days count, and only in short lines near the title or after a word that says what they are; a date in the text of the news is a fact, not a stamp.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from monitor.core.lang import Lexicon, load
from monitor.core.model import Form, Region
from monitor.core.readers.blocks import Block

_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.,/])(\d{1,2})([./-])\s?(\d{1,2})\2\s?((?:19|20)\d\d)(?!\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MAX_STAMP = 160  # characters: a stamp line with author, section and counters is shorter
_MAX_FAR = 90  # characters; a stamp far from the title says only "last updated" and the day
_NEAR = 6  # blocks after the title (and before it) in which a bare date is the page's own
_EARLIEST = 1990  # no web page is older


@dataclass(frozen=True, slots=True)
class Stamps:
    """What was found in the text; `blocks` are the indexes of stamp lines."""

    published_on: date | None
    modified_on: date | None
    blocks: tuple[int, ...]


def stamps(blocks: Sequence[Block], title: int | None, lexicon: Lexicon) -> Stamps:
    """The visible publication and modification dates, in the page's language or in English."""
    published: date | None = None
    modified: date | None = None
    found: list[int] = []
    for index, block in enumerate(blocks):
        if (
            len(block.text) > _MAX_STAMP
            or block.region in (Region.RELATED, Region.NAV)
            or block.form is Form.CELL
            or not _YEAR.search(block.text)
        ):
            continue
        near = block.region is Region.MAIN and title is not None and -3 <= index - title <= _NEAR
        if not near and block.form is not Form.META and len(block.text) > _MAX_FAR:
            continue
        kind, day = _read(block, near, lexicon)
        if day is None:
            continue
        found.append(index)
        if kind == "modified":
            modified = modified or day
        else:
            published = published or day
    return Stamps(published, modified, tuple(found))


def day_in(text: str, lexicon: Lexicon) -> date | None:
    """The first whole day written in a short text; None if there is none or it is impossible.

    >>> day_in("Wien, 25. Juni 2025", load("de"))
    datetime.date(2025, 6, 25)
    """
    hit = _day(text, lexicon)
    return hit[0] if hit else None


def _read(block: Block, near: bool, lexicon: Lexicon) -> tuple[str, date | None]:
    """ "published" or "modified" and the day, if the line is a stamp: after its word, or hardly more than a date near the title."""
    hit = _day(block.text, lexicon)
    if hit is None:
        return "", None
    day, start, end = hit
    before = block.text[:start]
    if block.label and block.label not in before:
        before = f"{block.label} {before}"
    for kind in ("modified", "published"):
        if len(before) <= 80 and _says(kind, before, lexicon):
            return kind, day
    if not near and block.form is not Form.META:
        return "", None
    rest = block.text[:start] + block.text[end:]
    letters = sum(c.isalpha() for c in rest)
    bare = (
        near
        and start <= 60
        and (letters <= 30 or (block.form is Form.META and letters <= 90))
        and not rest.rstrip().endswith((".", "!", "?"))
    )
    bare = (
        bare
        and block.form in (Form.PARAGRAPH, Form.META, Form.DEFINITION)
        and (block.label is None or block.form is Form.META)
        and not block.bold
    )
    return ("published", day) if bare or block.form is Form.META else ("", None)


def _day(text: str, lexicon: Lexicon) -> tuple[date, int, int] | None:
    """The day with its place in the text."""
    if m := _ISO.search(text):
        return _made(int(m[1]), int(m[2]), int(m[3]), m)
    pattern, months = _named(lexicon.code)
    if m := pattern.search(text):
        first, name, second, year = m.group("day"), m.group("month") or m.group("month2"), m.group("day2"), m.group("year")
        return _made(int(year), months[name.casefold().rstrip(".")], int(first or second), m)
    if m := _NUMERIC.search(text):
        day, month = int(m[1]), int(m[3])
        if month > 12 >= day:  # only the American order fits
            day, month = month, day
        return _made(int(m[4]), month, day, m)
    return None


def _made(year: int, month: int, day: int, m: re.Match[str]) -> tuple[date, int, int] | None:
    if year < _EARLIEST:
        return None
    try:
        return date(year, month, day), m.start(), m.end()
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _named(code: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """ "10 December 2024", "10. Dez. 2024", "10 de diciembre de 2024", "December 10th, 2024" in a language and in English."""
    months: dict[str, int] = {}
    for lexicon in (load("en"), load(code)):
        for number, names in enumerate(lexicon.section("page").get("months", ()), 1):
            months.update(dict.fromkeys((n.casefold() for n in names), number))
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True)) or "(?!)"
    pattern = (
        rf"(?<!\d)(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|°)?\.?\s{{0,2}}(?:de\s|del\s|of\s)?(?P<month>{names})\b"
        rf"|\b(?P<month2>{names})\b\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))[.,]?\s{{0,2}}(?:de\s|del\s)?(?P<year>(?:19|20)\d\d)(?!\d)"
    )
    return re.compile(pattern, re.I), months


def _says(kind: str, before: str, lexicon: Lexicon) -> bool:
    """Whether the words before a date are those of a stamp. Short ones ("data", "le", "vom") must be all there is: "Ouverture le 3 mars" is news."""
    long, short = _words(kind, lexicon.code)
    return bool(long.search(before)) or before.strip(" :.-–—|").casefold() in short


@lru_cache(maxsize=128)
def _words(kind: str, code: str) -> tuple[re.Pattern[str], frozenset[str]]:
    words = {str(w).casefold() for lexicon in (load("en"), load(code)) for w in lexicon.section("page").get(kind, ())}
    long = sorted((re.escape(w) for w in words if len(w) > 5), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(long) or '(?!)'})(?!\w)[^\d]{{0,18}}$", re.I), frozenset(words)
