"""Readable keys for new facts: `site.vienna`, `budget.second-wave`, `date.opening-2`."""

from __future__ import annotations

import re
import unicodedata

from monitor.core.model import Baseline, Change, Country, Organisation, Place, Site, Value

_PREFIXES = {
    "money": "budget",
    "date": "date",
    "count": "count",
    "site": "site",
    "countries": "participants",
    "country": "participant",
    "organisation": "participant",
    "status": "status",
    "place": "place",
}
_SLUG_CHARACTERS = 40
# Letters that no Unicode decomposition turns into ASCII.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


def fresh_key(change: Change, value: Value | None, baseline: Baseline) -> str:
    """A readable key for a new fact that the baseline has not used yet: `site.vienna`, `budget.second-wave`, `date.opening-2`."""
    taken = {f.key for f in (*baseline.facts, *baseline.announced)} | {r.fact for r in baseline.revisions}
    stem = f"{_PREFIXES.get(change.kind, change.kind or 'fact')}.{slug(name_of(value) or change.label) or 'new'}"
    number = 1
    key = stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def name_of(value: Value | None) -> str:
    """The name a value goes by: of a site, organisation, place or country; empty for amounts and dates."""
    match value:
        case Site():
            return value.name or value.place or value.host or ""
        case Organisation(organisation=name) | Place(name=name):
            return name
        case Country(country=code):
            return code
        case _:
            return ""


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens, at most 40 characters, cut between words.

    >>> slug("Barcelona Supercomputing Centre (BSC), España")
    'barcelona-supercomputing-centre-bsc'
    """
    apart = unicodedata.normalize("NFKD", text[:300].lower().translate(_LETTERS))
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    whole = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(whole) <= _SLUG_CHARACTERS:
        return whole
    cut = whole[: _SLUG_CHARACTERS + 1].rpartition("-")[0]
    return cut or whole[:_SLUG_CHARACTERS]
