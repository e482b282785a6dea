"""Sentences and clauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.lang import load
from monitor.core.text.passages import clauses, sentence_at, sentences


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Dr. Smith said approx. 5 million, e.g. in the U.S. and the U.K.", "The plan costs $1.5bn.", "It starts on Jan. 5."]),
        ("en", ["J. R. Smith agrees.", '"Yes."', "He left!", "What?", "Nothing etc.", "The end."]),
        ("de", ["Der Bau kostet 2 Mrd. Euro.", "Er beginnt am 10. Dezember 2026.", "Im 3. Quartal 2027 ist z. B. Halle B fertig."]),
        ("de", ["Es kostet 2 Mio.", "Das ist viel.", "Fertig bis 2026.", "Die Stadt zahlt ca. 40 Mio. Euro."]),
        ("fr", ["M. Dupont a dit oui.", "Le coût est de 5 M€ env.", "La fin est prévue le 3 mars."]),
        ("es", ["La obra de EE.UU. cuesta 5 mill. de euros.", "El Sr. López lo confirma."]),
        ("it", ["Il progetto di Leonardo S.p.A. costa 5 mln.", "Il sito apre nel 2027.", "Secondo il dott. Rossi costa di più."]),
        ("pl", ["Koszt to ok. 2 mld zł.", "Budowa w al. Jerozolimskich trwa m.in. w 2026 r.", "W 2027 r. otwarcie."]),
        ("pt", ["A empresa Metro Lda. paga 5 mil euros.", "O Sr. Silva confirma."]),
        ("nl", ["De N.V. Spoor betaalt ca. 5 mln. euro.", "Het werk begint in jan. 2027, o.a. in Utrecht."]),
    ],
)  # fmt: skip
def test_full_stops_of_abbreviations_and_numbers_end_no_sentence(language: str, expected: list[str]) -> None:
    text = " ".join(expected)
    assert [text[a:b] for a, b in sentences(text, 0, len(text), load(language))] == expected


def test_clauses_part_at_semicolons_and_conjunctions_but_not_in_lists() -> None:
    text = "Lyon, Turin and Porto open in 2026, but Graz waits; the rest (three sites) follows."
    assert [text[a:b] for a, b in clauses(text, 0, len(text), load("en"))] == [
        "Lyon, Turin and Porto open in 2026,",
        "but Graz waits;",
        "the rest",
        "(three sites)",
        "follows.",
    ]


def test_sentence_of_an_offset() -> None:
    spans = [(0, 5), (6, 10)]
    assert (sentence_at(spans, 4), sentence_at(spans, 5), sentence_at(spans, 6), sentence_at(spans, 10)) == ((0, 5), None, (6, 10), None)


@given(st.text(alphabet="aB1 .!?\n\"'()„“r€-,;:\xa0", max_size=80), st.sampled_from(["en", "de", "pl"]))
def test_every_visible_character_is_in_exactly_one_sentence_and_clause(text: str, language: str) -> None:
    for split in (sentences, clauses):
        spans = split(text, 0, len(text), load(language))
        assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
        assert all(a < b for a, b in spans)
