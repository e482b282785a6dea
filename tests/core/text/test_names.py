"""When two names are one, and where known names stand in a text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import KnownName
from monitor.core.text.fold import fold, plain
from monitor.core.text.names import find_names, same_name, stands_for


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Poznań", "Poznaniu"),  # Polish cases
        ("Kraków", "Krakowie"),
        ("Warszawa", "Warszawie"),
        ("Stuttgart", "Stuttgarts"),  # German genitive
        ("Kajaani", "Kajaanissa"),  # Finnish
        ("Athens", "Athen"),  # translations
        ("Athènes", "Αθήνα"),
        ("Wien", "Vienna"),
        ("Universität Stuttgart", "University of Stuttgart"),
        ("University of Linköping", "Linköping University"),
        ("TU Wien", "TU Vienna"),
        ("Barcelona Supercomputing Centre (BSC)", "BSC"),  # acronyms
        ("Barcelona Supercomputing Center", "Barcelona Supercomputing Centre"),
        ("BSC", "Barcelona Supercomputing Center"),
        ("LUMI AIF", "LUMI AI Factory"),
        ("KI-Fabrik HammerHAI", "HammerHAI"),  # common words
        ("MeluXina-AI", "Meluxina AI"),  # case and hyphens
        ("Muenchen", "München"),
        ("Pharos", "PHAROS AI Factory"),
    ],
)
def test_one_thing_under_two_names(a: str, b: str) -> None:
    assert same_name(a, b).verdict == "same", same_name(a, b)
    assert same_name(b, a).verdict == "same", same_name(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Göttingen", "Groningen"),  # alike, and two towns
        ("University of Göttingen", "University of Groningen"),
        ("Hinkley Point B", "Hinkley Point C"),
        ("Sizewell B", "Sizewell C"),
        ("Unit 3", "Unit 4"),
        ("LUMI", "Leonardo"),
        ("AI Factory", "Pharos"),
        ("HammerHAI", "HammerSmith"),
        ("BSC", "CSC"),
        ("Phase 1", "Phase 2"),
    ],
)
def test_two_things_with_alike_names(a: str, b: str) -> None:
    assert same_name(a, b).verdict == "different", same_name(a, b)
    assert same_name(b, a).verdict == "different", same_name(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("HammerHAI", "HamerHAI"),  # a typo alone
        ("University of Stuttgart", "Stuttgart"),  # a town and what is in it
        ("LUMI", "LUMI Quantum"),
        ("", "LUMI"),
    ],
)
def test_what_cannot_be_told_is_unsure(a: str, b: str) -> None:
    assert same_name(a, b).verdict == "unsure", same_name(a, b)


@pytest.mark.parametrize(
    ("short", "long", "fits"),
    [
        ("BSC", "Barcelona Supercomputing Centre", True),
        ("KIT", "Karlsruher Institut für Technologie", True),
        ("CNRS", "Centre national de la recherche scientifique", True),
        ("GENCI", "Grand Équipement National de Calcul Intensif", True),
        ("AIF", "AI Factory", True),
        ("BSC", "Berlin State Library", False),
        ("ESA", "European Commission", False),
    ],
)
def test_acronyms_are_made_from_the_letters_of_names(short: str, long: str, fits: bool) -> None:
    assert stands_for(short, long) is fits


def spans(text: str, *names: str) -> list[str]:
    return [text[s.start : s.end] for s in find_names(text, tuple(KnownName(n, "site", n) for n in names))]


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("The LUMI AI Factory opens.", ["LUMI", "LUMI AI Factory"], ["LUMI AI Factory"]),  # the longest
        ("LUMI-AI Factory", ["LUMI AI Factory"], ["LUMI-AI Factory"]),  # hyphens
        ("in Julich und Jülich", ["Jülich"], ["Julich", "Jülich"]),  # accents
        ("Straße nach Weißenfels", ["Weissenfels"], ["Weißenfels"]),  # letters that unfold
        ("Piast castle and PIAST", ["PIAST"], ["PIAST"]),  # capitals count for short ones
        ("pharos of the coast", ["Pharos"], []),
        ("illumination", ["LUMI"], []),  # whole words
        ("w Poznaniu i Stuttgarts Rektor", ["Poznań", "Stuttgart"], ["Poznaniu", "Stuttgarts"]),  # inflection
        ("AI:AT, BRAIN++ and IT4LIA.", ["AI:AT", "BRAIN++", "IT4LIA"], ["AI:AT", "BRAIN++", "IT4LIA"]),  # signs
        ("BSC\nAIF", ["BSC AIF"], []),  # never over a line break
        ("nothing", [], []),
    ],
)
def test_known_names_are_found(text: str, names: list[str], found: list[str]) -> None:
    assert spans(text, *names) == found


def test_a_name_of_two_facts_gives_both() -> None:
    names = (KnownName("CSC", "host", "a"), KnownName("CSC", "participant", "b"))
    assert [n.key for n in find_names("CSC hosts it", names)[0].names] == ["a", "b"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_compare_the_same_both_ways(a: str, b: str) -> None:
    assert same_name(a, b).verdict == same_name(b, a).verdict
    assert same_name(a, a).verdict in {"same", "unsure"}


@given(st.text(max_size=80))
def test_offsets_of_folded_text_lead_back_into_the_original(text: str) -> None:
    folded = plain(text)
    offsets = [folded.original(i) for i in range(len(folded.text) + 1)]
    assert offsets == sorted(offsets)
    assert all(0 <= o <= len(text) for o in offsets)
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30), st.text(min_size=2, max_size=12))
def test_what_is_found_is_the_name(before: str, name: str) -> None:
    text = f"{before} {name} end"
    for span in find_names(text, (KnownName(name, "site"),)):
        assert 0 <= span.start < span.end <= len(text)


def test_thirty_kilobytes_are_searched_quickly() -> None:
    names = tuple(KnownName(f"Projekt {n} Jülich", "site", str(n)) for n in range(300))
    text = ("Die Universität prüft für Köln das Gebäude am Projekt 7 Jülich. " * 600)[:30_000]
    find_names(text, names)
    began = time.process_time()
    find_names(text, names)
    assert time.process_time() - began < 0.1
