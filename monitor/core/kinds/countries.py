"""Sets of countries: the value of a fact about who takes part. Pages mention countries one by one; sets are written in baselines and compared as sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.core.kinds import Span
from monitor.core.lang import Lexicon
from monitor.core.model import Comparison, Countries, Mention, Page, Setting, Value
from monitor.core.text.countries import country_spans, read_country, show_country

_PARTS = re.compile(r"[,;/\n]| and | und | et | y | oraz | en ")


class CountriesKind:
    """Participants: a set of countries in the order written."""

    name = "countries"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """Nothing: the single countries of a page are found by the country kind."""
        return []

    def parse(self, written: object, lexicon: Lexicon) -> Countries | None:
        """A list of codes or names, one text that lists them, or a table with `countries`; None when any cannot be read."""
        if isinstance(written, Mapping):
            return self.parse(written.get("countries"), lexicon)
        if isinstance(written, str):
            return _from_text(written, lexicon)
        if isinstance(written, Iterable):
            return _from_names([str(w) for w in written])
        return None

    def compare(self, old: Value, new: Value) -> Comparison:
        """The same members whatever the order, or who joined and who left."""
        if not isinstance(old, Countries) or not isinstance(new, Countries):
            return Comparison("incomparable", "not two sets of countries")
        joined = [c for c in new.countries if c not in old.countries]
        left = [c for c in old.countries if c not in new.countries]
        if not joined and not left:
            return Comparison("same", "the same countries")
        parts = [f"{word} {', '.join(members)}" for word, members in (("joined:", joined), ("left:", left)) if members]
        return Comparison("different", "; ".join(parts))

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """The names, separated by commas, in the order written."""
        return ", ".join(show_country(c, lexicon) for c in value.countries) if isinstance(value, Countries) else str(value)

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """{"countries": ["PT", "RO"]}"""
        return {"countries": list(value.countries)} if isinstance(value, Countries) else {}

    def from_json(self, data: Mapping[str, Any]) -> Countries | None:
        """The inverse; None when a member is unknown."""
        members = data.get("countries")
        return _from_names([str(m) for m in members]) if isinstance(members, list | tuple) else None


def _from_names(names: Sequence[str]) -> Countries | None:
    found = [read_country(n) for n in names]
    return Countries(tuple(dict.fromkeys(c for c in found if c))) if found and all(found) else None


def _from_text(written: str, lexicon: Lexicon) -> Countries | None:
    parts = [p for p in _PARTS.split(written) if p.strip()]
    exact = _from_names(parts) if parts else None
    if exact is not None:
        return exact
    spans = country_spans(written, lexicon, lexicon.code)
    return Countries(tuple(dict.fromkeys(s.code for s in spans))) if len(spans) == len(parts) and spans else None


KIND = CountriesKind()
