"""Mentions of organisations, found by the form of their names and by the names a programme knows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from monitor.core.kinds import Span
from monitor.core.lang import Lexicon
from monitor.core.model import Comparison, Mention, Organisation, Page, Setting, Value
from monitor.core.places import candidates
from monitor.core.text.countries import country_spans, language_of, read_country, show_country
from monitor.core.text.fold import fold
from monitor.core.text.names import common_words, same_name
from monitor.core.text.organisations import LONGEST, organisation_spans
from monitor.core.text.proper import free_of
from monitor.core.text.towns import place_spans


class OrganisationKind:
    """Bodies with a name: universities, ministries, companies, agencies."""

    name = "organisation"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """Organisations outside `taken`, with their country where a place or country in or right behind the name tells it."""
        is_free = free_of(taken)
        near = sorted(_countries(page, lexicon, setting))
        starts = [start for start, _, _ in near]
        found = []
        for span in organisation_spans(page.text, lexicon, setting):
            if is_free(span.start, span.end):
                inside = [
                    code
                    for start, _, code in near[bisect_left(starts, span.start) : bisect_left(starts, span.end + 30)]
                    if _ties(page.text[span.end : max(span.end, start)])
                ]
                found.append(
                    Mention(
                        self.name,
                        Organisation(span.name, inside[0] if inside else country_in(span.name)),
                        span.start,
                        span.end,
                        span.confidence,
                    )
                )
        return found

    def parse(self, written: object, lexicon: Lexicon) -> Organisation | None:
        """A name, with a country behind it in brackets or after the last comma, or a table in the JSON shape."""
        if isinstance(written, Mapping):
            return self.from_json(written)
        if not isinstance(written, str) or not written.strip():
            return None
        head, bracket, tail = written.strip().rpartition(" (")
        if not bracket:
            head, bracket, tail = written.strip().rpartition(", ")
        code = read_country(tail) if bracket else None
        return Organisation((head if code else written).strip()[:LONGEST], code)

    def compare(self, old: Value, new: Value) -> Comparison:
        """The same organisation under its names, another, or not to be told."""
        if not isinstance(old, Organisation) or not isinstance(new, Organisation):
            return Comparison("incomparable", "not two organisations")
        if old.country and new.country and old.country != new.country:
            return Comparison("different", f"{old.country} is not {new.country}")
        match = same_name(old.organisation, new.organisation)
        return Comparison({"same": "same", "different": "different"}.get(match.verdict, "incomparable"), match.reason)

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """ "CSC (Finland)"."""
        if not isinstance(value, Organisation):
            return str(value)
        return f"{value.organisation} ({show_country(value.country, lexicon)})" if value.country else value.organisation

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """{"organisation": "CSC", "country": "FI"}"""
        return {"organisation": value.organisation, "country": value.country} if isinstance(value, Organisation) else {}

    def from_json(self, data: Mapping[str, Any]) -> Organisation | None:
        """The inverse; None without a name."""
        name, country = data.get("organisation"), data.get("country")
        if not isinstance(name, str) or not name.strip():
            return None
        return Organisation(name.strip()[:LONGEST], read_country(country) if isinstance(country, str) else None)


def _countries(page: Page, lexicon: Lexicon, setting: Setting) -> list[tuple[int, int, str]]:
    named = [(c.start, c.end, c.code) for c in country_spans(page.text, lexicon, language_of(page, lexicon, setting)) if c.confidence > 0.4]
    return named + [(p.start, p.end, p.place.country) for p in place_spans(page, lexicon, setting) if p.place.country]


@lru_cache(maxsize=2048)
def country_in(name: str) -> str | None:
    """The country of a larger town in a name ("University of Stuttgart"); None when there is none or it could be in several."""
    if name.isupper():
        return None  # an acronym
    for word in reversed(fold(name).split()):
        found = (
            [c for c in candidates(word) if c.is_main and c.population >= 30_000] if len(word) > 3 and word not in common_words() else []
        )
        if found and all(c.place.country == found[0].place.country for c in found):
            return found[0].place.country
    return None


def _ties(gap: str) -> bool:
    """Whether what stands between a name and a place behind it makes the place the name's: a bracket, a comma, one small word."""
    return gap.strip(" (,") in {"", "in", "à", "en", "a", "w", "em", "te", "de", "di"} and "\n" not in gap


KIND = OrganisationKind()
