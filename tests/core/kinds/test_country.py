"""Countries by name, adjective and code, and sets of them."""

from __future__ import annotations

import pytest

from monitor.core.kinds import countries
from monitor.core.kinds.country import KIND
from monitor.core.lang import load
from monitor.core.model import Countries, Country, Setting
from tests.core.kinds.scoring import LANGUAGES, Example, Score, phrases
from tests.pages import page_of


def codes_of(case: Example) -> list[str]:
    """What is found in a phrase, as "slice:code"."""
    page = page_of(case.text, case.lang)
    found = KIND.find(page, load(case.lang), Setting(language=case.lang), [])
    return [f"{page.text[m.start : m.end]}:{m.value.country}" for m in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_countries_of_news_sentences_are_found_and_nothing_else(language: str) -> None:
    score = Score()
    for case in phrases("country", "exam_2026_11", "exam_2026_11_25"):
        if case.lang == language:
            score.add(case.text, list(case.values), codes_of(case))
    assert score.hit
    assert score.precision >= 0.95, score.wrong
    assert score.recall >= 0.95, score.wrong


@pytest.mark.xfail(strict=True, reason="known failures, see the example file")
@pytest.mark.parametrize("case", list(phrases("country", "known_failures")), ids=lambda e: e.text[:30])
def test_known_failures(case: Example) -> None:
    assert sorted(codes_of(case)) == sorted(case.values)


def found_in(text: str, language: str = "en", least: float = 0.0) -> list[str]:
    page = page_of(text, language)
    return [m.value.country for m in KIND.find(page, load(language), Setting(language=language), []) if m.confidence >= least]


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        # names in every language
        ("en", "Czechia, the Netherlands and Türkiye", ["CZ", "NL", "TR"]),
        ("de", "Tschechien, die Niederlande und die Türkei", ["CZ", "NL", "TR"]),
        ("fr", "la Tchéquie, les Pays-Bas et la Turquie", ["CZ", "NL", "TR"]),
        ("es", "Chequia, los Países Bajos y Turquía", ["CZ", "NL", "TR"]),
        ("it", "la Cechia, i Paesi Bassi e la Turchia", ["CZ", "NL", "TR"]),
        ("pl", "Czechy, Holandia i Turcja", ["CZ", "NL", "TR"]),
        ("pt", "a Chéquia, os Países Baixos e a Turquia", ["CZ", "NL", "TR"]),
        ("nl", "Tsjechië, Nederland en Turkije", ["CZ", "NL", "TR"]),
        # languages without a lexicon of their own
        ("fi", "Saksa, Tšekki ja Ruotsi", ["DE", "CZ", "SE"]),
        ("sv", "Tyskland och Finland", ["DE", "FI"]),
        ("hu", "Magyarország és Ausztria", ["HU", "AT"]),
        ("el", "Ελλάδα και Κύπρος", ["GR", "CY"]),
        # inflection
        ("pl", "w Finlandii, dla Niemiec i z Litwą", ["FI", "DE", "LT"]),
        ("de", "Finnlands Beitrag und der Anteil Österreichs", ["FI", "AT"]),
        # codes
        ("en", "Vienna (AT) and Ostrava (CZ)", ["AT", "CZ"]),
        ("en", "Members: PT, RO, TR, ES", ["PT", "RO", "TR", "ES"]),
        # what is no country
        ("en", "Chad Smith and Michael Jordan ate turkey off fine china", []),
        ("en", "New Mexico, New Jersey and Northern Ireland", []),
        ("en", "Savannah, Georgia, near Atlanta", []),
        ("en", "the IT department (IT) and artificial intelligence (AI)", []),
        ("fr", "Réunion du comité", []),
        ("it", "Monaco di Baviera", []),
        ("en", "the University of Luxembourg", []),
    ],
)
def test_countries_are_read(language: str, text: str, codes: list[str]) -> None:
    assert found_in(text, language, 0.6) == codes


def test_an_adjective_counts_less_than_a_name() -> None:
    page = page_of("The Finnish minister went to Finland.")
    first, second = KIND.find(page, load("en"), Setting(), [])
    assert first.confidence < second.confidence
    assert found_in("polski rząd i niemiecka firma", "pl") == ["PL", "DE"]
    assert found_in("die französische Regierung", "de") == ["FR"]


def test_an_adjective_inside_a_name_is_no_country() -> None:
    assert found_in("Die Deutsche Bahn AG baut.", "de") == []


def test_a_code_in_a_country_column_is_a_country() -> None:
    assert found_in("| Name | Country |\n| LUMI | FI |\n| HPC | AI |") == ["FI", "AI"]


@pytest.mark.parametrize("written", ["FI", "Finland", "Finnland", "UK", "EL", "the Netherlands"])
def test_what_is_shown_is_read_back(written: str) -> None:
    for code in ("en", "de", "pl"):
        lexicon = load(code)
        value = KIND.parse(written, lexicon)
        assert value is not None
        assert KIND.parse(KIND.show(value, lexicon), lexicon) == value
        assert KIND.from_json(KIND.to_json(value)) == value


def test_every_country_survives_being_shown() -> None:
    for language in LANGUAGES:
        lexicon = load(language)
        for code in ("DE", "CZ", "CD", "CG", "HK", "MM", "CI", "NL", "KR", "KP", "GB", "PS"):
            assert KIND.parse(KIND.show(Country(code), lexicon), lexicon) == Country(code)


def test_sets_are_read_from_lists_and_text() -> None:
    lexicon = load("en")
    expected = Countries(("PT", "RO", "TR"))
    assert countries.KIND.parse(["PT", "RO", "TR"], lexicon) == expected
    assert countries.KIND.parse("Portugal, Romania and Turkey", lexicon) == expected
    assert countries.KIND.parse({"countries": ["PT", "RO", "TR"]}, lexicon) == expected
    assert countries.KIND.parse(countries.KIND.show(expected, lexicon), lexicon) == expected
    assert countries.KIND.from_json(countries.KIND.to_json(expected)) == expected
    assert countries.KIND.parse(["PT", "Atlantis"], lexicon) is None
    assert countries.KIND.parse(7, lexicon) is None


def test_sets_compare_by_members_and_say_who_joined_and_left() -> None:
    old = Countries(("PT", "RO", "TR"))
    assert countries.KIND.compare(old, Countries(("TR", "PT", "RO"))).verdict == "same"
    changed = countries.KIND.compare(old, Countries(("PT", "TR", "MK")))
    assert changed.verdict == "different"
    assert changed.reason == "joined: MK; left: RO"
