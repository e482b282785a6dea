"""Places and countries in phrases of eight languages, and places as values."""

from __future__ import annotations

import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from monitor.core import places
from monitor.core.kinds.place import KIND
from monitor.core.lang import load
from monitor.core.model import Place, Setting
from tests.pages import page_of

EXAMPLES = tomllib.loads((Path(__file__).parents[2] / "examples" / "place.toml").read_text("utf-8"))
FLOOR = {"precision": 0.95, "recall": 0.95}


def marks(group: str, language: str, only: int | None = None) -> Counter[str]:
    """How many places of the examples were hit, missed and invented."""
    counts: Counter[str] = Counter()
    for number, (text, *expected) in enumerate(EXAMPLES[group].get(language, [])):
        if only not in {None, number}:
            continue
        page = page_of(text, language)
        found = Counter(
            f"{page.text[m.start : m.end]}:{m.value.country}" for m in KIND.find(page, load(language), Setting(language=language), [])
        )
        wanted = Counter(expected)
        counts["hit"] += (found & wanted).total()
        counts["missed"] += (wanted - found).total()
        counts["invented"] += (found - wanted).total()
        counts["examples"] += 1
        if found != wanted:
            print(language, text, "missed", list((wanted - found).elements()), "invented", list((found - wanted).elements()))
    return counts


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pl", "pt", "nl"])
def test_places_are_found_and_nothing_else(language: str) -> None:
    counts = marks("developed_on", language) + marks("bugs_caught", language) + marks("exam_2026_11", language)
    assert counts["hit"] / (counts["hit"] + counts["invented"]) >= FLOOR["precision"]
    assert counts["hit"] / (counts["hit"] + counts["missed"]) >= FLOOR["recall"]


@pytest.mark.xfail(strict=True, reason="known failures, see the example file")
@pytest.mark.parametrize(("language", "number"), [(code, n) for code, rows in EXAMPLES["known_failures"].items() for n in range(len(rows))])
def test_known_failures(language: str, number: int) -> None:
    counts = marks("known_failures", language, number)
    assert counts["missed"] == 0
    assert counts["invented"] == 0


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Poznań", "PL"),
        ("Athen", "GR"),
        ("Athènes", "GR"),
        ("Αθήνα", "GR"),
        ("Muenchen", "DE"),
        ("Bissen", "LU"),
        ("Bavière", "DE"),
        ("Jülich", "DE"),
        ("WIEN", "AT"),
    ],
)
def test_a_place_is_known_by_any_of_its_names(name: str, country: str) -> None:
    assert places.lookup(name)[0].country == country


def test_the_largest_place_of_a_name_comes_first_and_a_country_narrows() -> None:
    assert places.lookup("Cambridge")[0].country == "GB"
    assert {p.country for p in places.lookup("Cambridge", "US")} == {"US"}


@pytest.mark.parametrize("name", ["", " ", "Xqzzy", "\x00", "x" * 5000, "💥", "ß"])
def test_an_unknown_name_is_no_place(name: str) -> None:
    assert places.lookup(name) == []


@pytest.mark.parametrize("written", ["Kajaani", "Kajaani, Finland", "Finland", "Cambridge, US", "Bavaria, Germany"])
def test_what_is_shown_is_read_back(written: str) -> None:
    lexicon = load("en")
    value = KIND.parse(written, lexicon)
    assert value is not None
    assert KIND.parse(KIND.show(value, lexicon), lexicon) == value
    assert KIND.from_json(KIND.to_json(value)) == value


def test_a_place_compares_by_what_it_is_not_by_its_spelling() -> None:
    vienna, wien = Place("Vienna", "city", "AT"), Place("Wien", "city", "AT")
    assert KIND.compare(vienna, wien).verdict == "same"
    assert KIND.compare(vienna, Place("Graz", "city", "AT")).verdict == "different"
    assert KIND.compare(Place("Austria", "country", "AT"), vienna).verdict == "refined"


def test_a_long_run_of_capitals_is_read_in_linear_time() -> None:
    page = page_of("A" * 200_000 + " " + "Ab-" * 60_000 + " " + "(" * 50_000 + "Bb " * 20_000)
    began = time.perf_counter()
    KIND.find(page, load("en"), Setting(), [])
    assert time.perf_counter() - began < 5
