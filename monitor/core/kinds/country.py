"""Mentions of countries: by name in any of many languages, as an adjective, or as a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.core.kinds import Span
from monitor.core.lang import Lexicon
from monitor.core.model import Comparison, Country, Form, Mention, Page, Setting, Value
from monitor.core.text.countries import (
    NAME_CONFIDENCE,
    CountrySpan,
    apart,
    code_of,
    country_spans,
    is_country_cell,
    language_of,
    read_country,
    show_country,
)
from monitor.core.text.organisations import organisation_spans
from monitor.core.text.proper import free_of


class CountryKind:
    """Mentions of countries."""

    name = "country"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """Countries outside organisations' names, and codes in cells under a heading that says country."""
        blocked = [*taken, *((o.start, o.end) for o in organisation_spans(page.text, lexicon, setting))]
        spans = [*country_spans(page.text, lexicon, language_of(page, lexicon, setting)), *_cells(page, lexicon)]
        free = free_of(blocked)
        return [Mention(self.name, Country(s.code), s.start, s.end, s.confidence) for s in apart(spans) if free(s.start, s.end)]

    def parse(self, written: object, lexicon: Lexicon) -> Country | None:
        """A name in any language, a code, or a table with `country`."""
        if isinstance(written, Mapping):
            return self.from_json(written)
        code = read_country(written) if isinstance(written, str) else None
        return Country(code) if code else None

    def compare(self, old: Value, new: Value) -> Comparison:
        """The same country or another."""
        if not isinstance(old, Country) or not isinstance(new, Country):
            return Comparison("incomparable", "not two countries")
        if old == new:
            return Comparison("same", f"both are {old.country}")
        return Comparison("different", f"{old.country} against {new.country}")

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """The country's name in the language of the lexicon."""
        return show_country(value.country, lexicon) if isinstance(value, Country) else str(value)

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """{"country": "FI"}"""
        return {"country": value.country} if isinstance(value, Country) else {}

    def from_json(self, data: Mapping[str, Any]) -> Country | None:
        """The inverse; None without a known code or name."""
        written = data.get("country")
        code = read_country(written) if isinstance(written, str) else None
        return Country(code) if code else None


def _cells(page: Page, lexicon: Lexicon) -> list[CountrySpan]:
    found = []
    for passage in page.passages:
        if passage.form is Form.CELL and passage.end - passage.start <= 3 and is_country_cell(passage.column_header, lexicon):
            code = code_of(page.text[passage.start : passage.end])
            if code:
                found.append(CountrySpan(passage.start, passage.end, code, NAME_CONFIDENCE))
    return found


KIND = CountryKind()
