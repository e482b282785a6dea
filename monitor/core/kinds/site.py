"""Sites: where a programme happens - a name, a host, a place, a country, or some of these.

Sites are composed of names, places and organisations, so their mentions may overlap those of other kinds. Whether two are one is decided on place and country
first, then on names: the same town or host is not yet the same project, and a bare country names a site only while it has just one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.core.kinds import Span
from monitor.core.lang import Lexicon
from monitor.core.model import Comparison, Mention, Page, Setting, Site, Value
from monitor.core.places import lookup
from monitor.core.text.countries import read_country, show_country
from monitor.core.text.fold import fold
from monitor.core.text.names import Match, same_name, same_place_word
from monitor.core.text.organisations import organisation_spans
from monitor.core.text.proper import free_of
from monitor.core.text.sites import site_spans

_LONGEST = 300


class SiteKind:
    """Mentions of sites in lines, tables and sentences."""

    name = "site"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """Sites outside `taken`; the span is the site's name, or its place where it has none."""
        is_free = free_of(taken)
        return [
            Mention(self.name, s.site, s.start, s.end, s.confidence) for s in site_spans(page, lexicon, setting) if is_free(s.start, s.end)
        ]

    def parse(self, written: object, lexicon: Lexicon) -> Site | None:
        """ "LUMI AI Factory, CSC, Kajaani, FI" or a table with name, host, place, country; None for what is neither."""
        if isinstance(written, Mapping):
            return self.from_json(written)
        return _from_text(written, lexicon) if isinstance(written, str) and written.strip() else None

    def compare(self, old: Value, new: Value) -> Comparison:
        """The same site, another, or not to be told."""
        if not isinstance(old, Site) or not isinstance(new, Site):
            return Comparison("incomparable", "not two sites")
        match = same_site(old, new)
        if match.verdict == "same":
            more = sum(1 for p in _parts(new) if p) - sum(1 for p in _parts(old) if p)
            return Comparison("same", match.reason if more <= 0 else f"{match.reason}; more is known now")
        return Comparison("different" if match.verdict == "different" else "incomparable", match.reason)

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """Name, host, place and country, as far as known: "LUMI AI Factory, CSC, Kajaani, Finland"."""
        if not isinstance(value, Site):
            return str(value)
        country = show_country(value.country, lexicon) if value.country else None
        return ", ".join(p for p in (value.name, value.host, value.place, country) if p)

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """The shape of design.md, section 6."""
        if not isinstance(value, Site):
            return {}
        return {"name": value.name, "host": value.host, "place": value.place, "country": value.country, "lat": value.lat, "lon": value.lon}

    def from_json(self, data: Mapping[str, Any]) -> Site | None:
        """The inverse; None without a name, host, place or country; coordinates are looked up when they are missing."""
        name, host, place = (_text(data.get(k)) for k in ("name", "host", "place"))
        written = _text(data.get("country"))
        country = (read_country(written) or read_country(written.upper())) if written else None
        if not (name or host or place or country) or (written and country is None):
            return None
        lat, lon = data.get("lat"), data.get("lon")
        if isinstance(lat, int | float) and isinstance(lon, int | float):
            return Site(name, host, place, country, float(lat), float(lon))
        return located(Site(name, host, place, country))


def _text(value: object) -> str | None:
    return " ".join(value.split())[:_LONGEST] or None if isinstance(value, str) else None


def _parts(site: Site) -> tuple[str | None, ...]:
    return site.name, site.host, site.place, site.country


def located(site: Site) -> Site:
    """The site with the coordinates and, if missing, the country of its place."""
    found = next(iter(lookup(site.place, site.country)), None) if site.place else None
    if found is None or found.place_type != "city":
        return site
    return Site(site.name, site.host, site.place, site.country or found.country, found.lat, found.lon)


def _from_text(written: str, lexicon: Lexicon) -> Site | None:
    """Parts by comma: a country, a place, an organisation, and what is left is the name first, then the host."""
    parts = [p.strip(" ()") for p in re.split(r",| \(", written) if p.strip(" ()")]
    country = read_country(parts[-1]) if len(parts) > 1 or len(parts[-1]) > 2 else None
    rest = parts[:-1] if country else parts
    place = None
    if (len(rest) > 1 and lookup(rest[-1], country)) or (
        len(rest) == 1 and lookup(rest[0], country) and (country or len(rest[0].split()) == 1)
    ):
        place = rest.pop()
    name = rest[0] if rest else None
    host = ", ".join(rest[1:]) or None
    if name and not host and len(rest) == 1 and organisation_spans(name, lexicon, Setting()) and place:
        name, host = None, name
    return located(Site(name, host, place, country)) if name or place or country else None


# ----------------------------------------------------------------------------------------------------------------------- one or two


def same_site(a: Site, b: Site, aliases: Mapping[str, Iterable[str]] | None = None) -> Match:
    """Whether two descriptions are of one site: same, different or unsure, with the reason in words.

    `aliases` maps a site's name to its other names. Steps: 1. another country or place settles it; 2. names, with aliases, acronyms, translations;
    3. without two names, host and place together; 4. a bare country or a place alone only confirms.
    """
    if a.country and b.country and a.country != b.country:
        return Match("different", f"{a.country} is not {b.country}")
    places = _same_place(a.place, b.place)
    names = _same_names(a, b, aliases or {})
    if names.verdict == "same":
        if places == "different":
            return Match("unsure", f"{names.reason}, but {a.place} is not {b.place}")
        return names
    if places == "different":
        return Match("different", f"{a.place} is not {b.place}")
    if a.name and b.name:
        return _other_names(names, places)
    return _without_names(a, b, places)


def _other_names(names: Match, places: str) -> Match:
    if names.verdict == "unsure" and places == "same" and "slip of the pen" in names.reason:
        return Match("same", f"{names.reason}, and the place is the same")
    if names.verdict == "different" and places == "same":
        return Match("different", f"{names.reason}; the same place is not yet the same site")
    return names


def _without_names(a: Site, b: Site, places: str) -> Match:
    hosts = same_name(a.host, b.host).verdict if a.host and b.host else "missing"
    if places == "same" and hosts == "same":
        return Match("same", "the same host at the same place")
    if places == "same":
        return Match(
            "unsure" if hosts == "different" else "same", f"both are in {a.place}" + ("; the hosts differ" if hosts == "different" else "")
        )
    if hosts == "same":
        return Match("unsure", "the same host, which may have several sites")
    mixed = _name_is_host(a, b) or _name_is_host(b, a)
    if mixed:
        return mixed
    if a.country and a.country == b.country:
        return Match("unsure", f"both are in {a.country}, which may have several sites")
    return Match("unsure", "nothing in common to go by")


def _name_is_host(a: Site, b: Site) -> Match | None:
    """The name of one against the host or place of the other: pages often call a site by either."""
    for other in (b.host, b.place):
        if a.name and other and same_name(a.name, other).verdict == "same":
            return Match("unsure", f"{a.name} is named where the other has its host or place")
    return None


def _same_place(a: str | None, b: str | None) -> str:
    """same, different or unknown."""
    if not a or not b:
        return "unknown"
    if fold(a) == fold(b) or same_place_word(fold(a), fold(b)):
        return "same"
    verdict = same_name(a, b).verdict
    return "unknown" if verdict == "unsure" else verdict


def _same_names(a: Site, b: Site, aliases: Mapping[str, Iterable[str]]) -> Match:
    """The best match among all names of the two sites."""
    names_a, names_b = (_all_names(s, aliases) for s in (a, b))
    results = [same_name(x, y) for x in names_a for y in names_b]
    for verdict in ("same", "unsure"):
        for result in results:
            if result.verdict == verdict:
                return result
    return results[0] if results else Match("unsure", "one has no name")


def _all_names(site: Site, aliases: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    return (site.name, *aliases.get(site.name, ())) if site.name else ()


KIND = SiteKind()
