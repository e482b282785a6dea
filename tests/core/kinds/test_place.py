"""Places and countries in phrases of eight languages, and places as values."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from monitor.core import places
from monitor.core.kinds.place import KIND
from monitor.core.lang import load
from monitor.core.model import Place, Setting
from tests.core.kinds import scoring
from tests.core.kinds.scoring import LANGUAGES, Example, Score, phrases
from tests.pages import page_of

FLOOR = 0.95


def marks(cases: Iterable[Example]) -> Score:
    return scoring.marks(KIND, cases, lambda page, m: f"{page.text[m.start : m.end]}:{m.value.country}")  # type: ignore[union-attr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_are_found_and_nothing_else(language: str) -> None:
    score = marks(
        case for case in phrases("place", "developed_on", "bugs_caught", "exam_2026_11", "exam_2026_11_25") if case.lang == language
    )
    assert score.hit
    assert score.precision >= FLOOR, score.wrong
    assert score.recall >= FLOOR, score.wrong


@pytest.mark.xfail(strict=True, reason="known failures, see the example file")
@pytest.mark.parametrize("case", list(phrases("place", "known_failures")), ids=lambda e: e.text[:30])
def test_known_failures(case: Example) -> None:
    score = marks([case])
    assert score.missed == 0
    assert score.extra == 0


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


def test_every_town_with_names_in_other_languages_is_in_the_city_data_and_found_by_them() -> None:
    lost = [
        (name, country)
        for name, meant in places.exonyms().items()
        for country, _ in meant
        if country not in {p.country for p in places.lookup(name)}
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("A ação voltará a Santarém. A multa é de R$ 25 milhões.", "BR"),
        ("O comboio parou em Santarém. O troço custou 2 mil milhões de euros.", "PT"),
    ],
)
def test_the_way_a_page_writes_its_language_tells_the_country_of_a_shared_name(text: str, country: str) -> None:
    page = page_of(text, "pt")
    assert [m.value.country for m in KIND.find(page, load("pt"), Setting(language="pt"), [])] == [country]  # type: ignore[union-attr]


def test_a_person_with_a_title_is_no_place() -> None:
    page = page_of("Ms Victoria Bristol thanked Professor Leeds.", "en")
    assert [
        page.text[m.start : m.end]
        for m in KIND.find(page, load("en"), Setting(language="en"), [])
        if "Gent" not in page.text[m.start : m.end]
    ] == []


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
    began = time.process_time()
    KIND.find(page, load("en"), Setting(), [])
    assert time.process_time() - began < 5
