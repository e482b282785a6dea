"""Organisations in phrases of eight languages."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from monitor.core.kinds.organisation import KIND
from monitor.core.lang import load
from monitor.core.model import KnownName, Organisation, Setting
from tests.pages import page_of

EXAMPLES = tomllib.loads((Path(__file__).parents[2] / "examples" / "organisation.toml").read_text("utf-8"))
FLOOR = {"precision": 0.95, "recall": 0.95}


def marks(group: str, language: str, only: int | None = None) -> Counter[str]:
    """How many organisations of the examples were hit, missed and invented."""
    counts: Counter[str] = Counter()
    for number, (text, *expected) in enumerate(EXAMPLES[group].get(language, [])):
        if only not in {None, number}:
            continue
        page = page_of(text, language)
        found = Counter(page.text[m.start : m.end] for m in KIND.find(page, load(language), Setting(language=language), []))
        wanted = Counter(expected)
        counts["hit"] += (found & wanted).total()
        counts["missed"] += (wanted - found).total()
        counts["invented"] += (found - wanted).total()
        if found != wanted:
            print(language, text, "missed", list((wanted - found).elements()), "invented", list((found - wanted).elements()))
    return counts


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pl", "pt", "nl"])
def test_organisations_are_found_and_nothing_else(language: str) -> None:
    counts = marks("developed_on", language) + marks("bugs_caught", language) + marks("exam_2026_11", language)
    assert counts["hit"] / (counts["hit"] + counts["invented"]) >= FLOOR["precision"]
    assert counts["hit"] / (counts["hit"] + counts["missed"]) >= FLOOR["recall"]


@pytest.mark.xfail(strict=True, reason="known failures, see the example file")
@pytest.mark.parametrize(("language", "number"), [(code, n) for code, rows in EXAMPLES["known_failures"].items() for n in range(len(rows))])
def test_known_failures(language: str, number: int) -> None:
    counts = marks("known_failures", language, number)
    assert counts["missed"] == 0
    assert counts["invented"] == 0


def test_a_name_the_programme_knows_is_found_whatever_its_form() -> None:
    setting = Setting(names=(KnownName("Pharos Foundation", "host"), KnownName("LuxProvide", "organisation")))
    page = page_of("LuxProvide runs the machine.")
    assert [m.value for m in KIND.find(page, load("en"), setting, [])] == [Organisation("LuxProvide")]


def test_a_place_in_or_behind_the_name_gives_the_country() -> None:
    page = page_of("Barcelona Supercomputing Centre (Spain) and the University of Stuttgart lead.")
    assert [m.value.country for m in KIND.find(page, load("en"), Setting(), [])] == ["ES", "DE"]


@pytest.mark.parametrize("written", ["CSC (Finland)", "University of Stuttgart", "GRNET, Greece"])
def test_what_is_shown_is_read_back(written: str) -> None:
    lexicon = load("en")
    value = KIND.parse(written, lexicon)
    assert value is not None
    assert KIND.parse(KIND.show(value, lexicon), lexicon) == value
    assert KIND.from_json(KIND.to_json(value)) == value


def test_translations_and_acronyms_are_one_organisation() -> None:
    assert KIND.compare(Organisation("Universität Stuttgart"), Organisation("University of Stuttgart")).verdict == "same"
    assert KIND.compare(Organisation("Barcelona Supercomputing Centre (BSC)"), Organisation("BSC")).verdict == "same"
    assert KIND.compare(Organisation("University of Göttingen"), Organisation("University of Groningen")).verdict == "different"
