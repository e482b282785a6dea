"""Organisations in phrases of eight languages."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from monitor.core.kinds.organisation import KIND
from monitor.core.lang import load
from monitor.core.model import KnownName, Organisation, Setting
from tests.core.kinds import scoring
from tests.core.kinds.scoring import LANGUAGES, Example, Score, phrases
from tests.pages import page_of

FLOOR = 0.95


def marks(cases: Iterable[Example]) -> Score:
    return scoring.marks(KIND, cases, lambda page, m: page.text[m.start : m.end])


@pytest.mark.parametrize("language", LANGUAGES)
def test_organisations_are_found_and_nothing_else(language: str) -> None:
    score = marks(
        case for case in phrases("organisation", "developed_on", "bugs_caught", "exam_2026_11", "exam_2026_11_25") if case.lang == language
    )
    assert score.hit
    assert score.precision >= FLOOR, score.wrong
    assert score.recall >= FLOOR, score.wrong


@pytest.mark.xfail(strict=True, reason="known failures, see the example file")
@pytest.mark.parametrize("case", list(phrases("organisation", "known_failures")), ids=lambda e: e.text[:30])
def test_known_failures(case: Example) -> None:
    score = marks([case])
    assert score.missed == 0
    assert score.extra == 0


def test_a_name_the_programme_knows_is_found_whatever_its_form() -> None:
    setting = Setting(names=(KnownName("Pharos Foundation", "host"), KnownName("LuxProvide", "organisation")))
    page = page_of("LuxProvide runs the machine.")
    assert [m.value for m in KIND.find(page, load("en"), setting, [])] == [Organisation("LuxProvide")]


def test_what_is_a_body_once_is_one_all_over_the_page() -> None:
    page = page_of("Selon le CERFAP, le délai sera tenu. Les essais durent ; CERFAP oblige.", "fr")
    found = KIND.find(page, load("fr"), Setting(language="fr"), [])
    assert [page.text[m.start : m.end] for m in found] == ["CERFAP", "CERFAP"]


def test_an_acronym_that_is_called_a_thing_is_none() -> None:
    page = page_of("Le télescope CERFAP observe. Le CERFAP coûtera un milliard.", "fr")
    assert KIND.find(page, load("fr"), Setting(language="fr"), []) == []


def test_long_runs_of_names_take_linear_time() -> None:
    began = time.process_time()
    for unit in ("Conseil national de recherches du ", "le CERFAP et ", "X & ", "S.A. ", "Ministério da A, ", "(ABC) ", "Mr A B "):
        KIND.find(page_of(unit * 5_000, "fr"), load("fr"), Setting(language="fr"), [])
    assert time.process_time() - began < 8


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
