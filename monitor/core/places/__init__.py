"""Where places are: cities and regions of the world by any of their names.

The data is GeoNames (CC BY 4.0, see ATTRIBUTION.md) as packed by build.py: sorted folded names, each with the numbers of the cities that bear it, largest
first, and one column per property of a city. It is read on first use and searched by bisection, which keeps it at a few dozen megabytes; a table of objects
took ten times as much. Regions (Bavaria, Catalonia, Silesia) come from regions.toml, which is kept by hand, as the city data has none.
"""

from __future__ import annotations

import json
import tomllib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

import zstandard

from monitor.core.model import Place
from monitor.core.text.fold import fold


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place a name may mean. `is_main` is false where the name is only a translation, an old name or a transliteration."""

    place: Place
    population: int
    is_main: bool


class Gazetteer:
    """The packed cities; see build.py for the columns."""

    def __init__(self, blob: bytes) -> None:
        size = int.from_bytes(blob[:4], "little")
        head = json.loads(blob[4 : 4 + size])
        columns: dict[str, bytes] = {}
        at = 4 + size
        for name, length in head["sizes"].items():
            columns[name] = blob[at : at + length]
            at += length
        self.countries: list[str] = head["countries"]
        self._country = columns["country"]
        self._names = columns["names"].split(b"\n")
        self._keys = columns["keys"].split(b"\n")
        self._lat, self._lon = array("i", columns["lat"]), array("i", columns["lon"])
        self._population = array("I", columns["population"])
        self._ends = array("I", accumulate(array("H", columns["counts"])))
        self._postings = array("I", columns["postings"])

    def find(self, key: str) -> list[Candidate]:
        """All cities of that folded name, largest first."""
        wanted = key.encode()
        at = bisect_left(self._keys, wanted)
        if at == len(self._keys) or self._keys[at] != wanted:
            return []
        first = self._ends[at - 1] if at else 0
        return [self._candidate(p) for p in self._postings[first : self._ends[at]]]

    def positions(self) -> Iterator[tuple[int, int]]:
        """Latitude and longitude of every city in thousandths of a degree: where there are towns there is land."""
        return zip(self._lat, self._lon, strict=True)

    def _candidate(self, posting: int) -> Candidate:
        number = posting >> 1
        place = Place(
            self._names[number].decode(),
            "city",
            self.countries[self._country[number]],
            self._lat[number] / 1000,
            self._lon[number] / 1000,
        )
        return Candidate(place, self._population[number], not posting & 1)


@cache
def gazetteer() -> Gazetteer:
    """The shipped gazetteer, read on first use."""
    packed = (files(__name__) / "gazetteer.zst").read_bytes()
    return Gazetteer(zstandard.ZstdDecompressor().decompress(packed))


@cache
def country_tables() -> Mapping[str, Mapping[str, Any]]:
    """Country names as CLDR has them: {"names": {language: {code: name}}, "native": {code: name}}."""
    found: Mapping[str, Mapping[str, Any]] = json.loads((files(__name__) / "countries.json").read_text("utf-8"))
    return found


# A spot ranks as a town of so many people: it is listed because programmes happen there.
_SPOT_POPULATION = 20_000


@cache
def _table(name: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """A hand-kept table: {country: {name: other names}}."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text("utf-8"))


@cache
def region_names() -> tuple[str, ...]:
    """Every written name of a region."""
    return tuple(w for entries in _table("regions").values() for name, others in entries.items() for w in (name, *others))


@cache
def regions() -> Mapping[str, tuple[Candidate, ...]]:
    """Regions and spots by folded name."""
    found: dict[str, tuple[Candidate, ...]] = {}
    for table, place_type, population in (("regions", "region", 0), ("spots", "city", _SPOT_POPULATION)):
        for country, entries in _table(table).items():
            for name, others in entries.items():
                place = Place(name, place_type, country)
                for written in (name, *others):
                    key = fold(written)
                    found[key] = (*found.get(key, ()), Candidate(place, population, True))
    return found


@cache
def exonyms() -> Mapping[str, frozenset[tuple[str, str]]]:
    """The towns by the folded names they have in other languages: country and name in the city data."""
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for country, entries in _table("exonyms").items():
        for name, others in entries.items():
            for written in others:
                found[fold(written)] = found.get(fold(written), frozenset()) | {(country, name)}
    return found


def _cities(key: str) -> list[Candidate]:
    """The cities of that folded name, largest first; one that is called so in another language counts as much as by its own name."""
    found = gazetteer().find(key)
    meant = exonyms().get(key)
    if not meant:
        return found
    called = [c for _, name in sorted(meant) for c in gazetteer().find(fold(name)) if (c.place.country, c.place.name) in meant]
    own = [c for c in found if c.is_main and c.place not in {m.place for m in called}]
    return sorted([*(replace(c, is_main=True) for c in called), *own], key=lambda c: -c.population)


@lru_cache(maxsize=16384)
def candidates(key: str) -> tuple[Candidate, ...]:
    """Every place of that folded name: cities largest first, then regions; a German "ue" is tried as "ü" when nothing else is found."""
    found = (*_cities(key), *regions().get(key, ()))
    if found or not any(pair in key for pair in ("ae", "oe", "ue")):
        return found
    return tuple(gazetteer().find(key.replace("ae", "a").replace("oe", "o").replace("ue", "u")))


def lookup(name: str, country: str | None = None) -> list[Place]:
    """The places of that name in any spelling, largest first; those of one country if given. Empty when there is none.

    >>> [(p.name, p.country) for p in lookup("Poznań")]
    [('Poznań', 'PL')]
    """
    return [c.place for c in candidates(fold(name)) if country is None or c.place.country == country]
