"""Mentions of cities and regions, resolved through the gazetteer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.core.kinds import Span
from monitor.core.lang import Lexicon
from monitor.core.model import Comparison, Mention, Page, Place, Setting, Value
from monitor.core.places import lookup
from monitor.core.text.countries import country_spans, language_of, read_country, show_country
from monitor.core.text.fold import fold
from monitor.core.text.names import same_name
from monitor.core.text.organisations import organisation_spans
from monitor.core.text.proper import free_of
from monitor.core.text.towns import place_spans

_TYPES = frozenset({"country", "region", "city"})


def _is_code(written: str) -> bool:
    """Whether a country is written as a bare code, which mentions it without being a place's name; "UK" and "US" are names."""
    return len(written) == 2 and written.isupper() and written not in {"UK", "US"}


class PlaceKind:
    """Cities, regions and - where no country kind has claimed them - countries as places."""

    name = "place"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """Places outside `taken`; countries only when they were not looked for before."""
        is_free = free_of(taken)
        mentions = [Mention(self.name, s.place, s.start, s.end, s.confidence) for s in place_spans(page, lexicon, setting)]
        outside = free_of(
            [*((m.start, m.end) for m in mentions), *((o.start, o.end) for o in organisation_spans(page.text, lexicon, setting))]
        )
        for span in country_spans(page.text, lexicon, language_of(page, lexicon, setting)):
            if span.confidence > 0.5 and outside(span.start, span.end) and not _is_code(page.text[span.start : span.end]):
                mentions.append(
                    Mention(self.name, Place(show_country(span.code, lexicon), "country", span.code), span.start, span.end, span.confidence)
                )
        return sorted((m for m in mentions if is_free(m.start, m.end)), key=lambda m: m.start)

    def parse(self, written: object, lexicon: Lexicon) -> Place | None:
        """ "Kajaani", "Kajaani, Finland", "Finland", or a table in the JSON shape."""
        if isinstance(written, Mapping):
            return self.from_json(written)
        if not isinstance(written, str) or not written.strip():
            return None
        return read_place(written, lexicon)

    def compare(self, old: Value, new: Value) -> Comparison:
        """The same place whatever its spelling; a place against its country is coarser."""
        if not isinstance(old, Place) or not isinstance(new, Place):
            return Comparison("incomparable", "not two places")
        if old.country and new.country and old.country != new.country:
            return Comparison("different", f"{old.country} against {new.country}")
        if old.place_type != new.place_type and "country" in (old.place_type, new.place_type):
            verdict = "refined" if old.place_type == "country" else "coarser"
            return Comparison(verdict, f"{old.name} against {new.name} in {old.country or new.country}")
        match = same_name(old.name, new.name)
        if match.verdict == "same" or fold(old.name) == fold(new.name):
            return Comparison("same", match.reason)
        return Comparison("different", match.reason) if match.verdict == "different" else Comparison("incomparable", match.reason)

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """ "Kajaani, Finland"; a country by its name."""
        if not isinstance(value, Place):
            return str(value)
        if value.place_type == "country" or not value.country:
            return value.name
        return f"{value.name}, {show_country(value.country, lexicon)}"

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """The shape of design.md, section 6."""
        if not isinstance(value, Place):
            return {}
        return {"name": value.name, "place_type": value.place_type, "country": value.country, "lat": value.lat, "lon": value.lon}

    def from_json(self, data: Mapping[str, Any]) -> Place | None:
        """The inverse; coordinates and country are looked up when they are missing."""
        name, country = data.get("name"), data.get("country")
        if not isinstance(name, str) or not name.strip():
            return None
        code = read_country(country) if isinstance(country, str) else None
        place_type = data.get("place_type")
        if place_type in _TYPES:
            return Place(name, str(place_type), code, number(data.get("lat")), number(data.get("lon")))
        return next(iter(lookup(name, code)), Place(name, "city", code))


def number(value: object) -> float | None:
    """A coordinate as a float; None for what is no number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def read_place(written: str, lexicon: Lexicon) -> Place | None:
    """A place with an optional country after a comma or in brackets, or a country; None when nobody knows it."""
    head, _, tail = written.replace("(", ",").replace(")", "").partition(",")
    code = read_country(tail) if tail.strip() else None
    found = lookup(head.strip(), code) if not tail.strip() or code else []
    if found and (code or not read_country(written)):
        return found[0]
    alone = read_country(written)
    return Place(show_country(alone, lexicon), "country", alone) if alone else None


KIND = PlaceKind()
