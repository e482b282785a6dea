"""Drafts of a programme folder from the text of an announcement."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from monitor import baseline
from monitor.baseline.draft import Draft, draft, slug
from monitor.core.model import (
    Count,
    Country,
    DateSpan,
    Form,
    Granularity,
    Money,
    Observation,
    Page,
    Passage,
    Qualifier,
    Region,
    Role,
    Site,
    Value,
)
from monitor.errors import UsageError
from tests.stub_kinds import KINDS

SENTENCES = (
    "The northern line costs EUR 1.5 billion in national money.",
    "In all EUR 1.5 billion are planned.",
    "Earlier plans of 2019 spoke of EUR 0.9 billion.",
    "It gets 2 stations, one in Kemi, one in Lulea.",
    "Trains run in 2031.",
    "Finland, Sweden and Norway take part.",
)
TEXT = "\n".join(SENTENCES)


def seen(raw: str, kind: str, value: Value, sentence: int, role: Role = Role.CURRENT, region: Region = Region.MAIN) -> Observation:
    start = TEXT.index(SENTENCES[sentence])
    end = start + len(SENTENCES[sentence])
    at = TEXT.index(raw, start)
    return Observation(kind, value, raw, at, at + len(raw), raw, region, Qualifier.EXACT, role, 0.9, sentence, start, end)


def money(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


FOUND = [
    seen("EUR 1.5 billion", "money", money("1.5E+9"), 0),
    seen("EUR 1.5 billion", "money", money("1.5E+9"), 1),
    seen("EUR 0.9 billion", "money", money("0.9E+9"), 2, Role.PAST),
    seen("2 stations", "count", Count(Decimal(2), "stations"), 3),
    seen("Kemi", "site", Site(None, None, "Kemi", "FI"), 3),
    seen("Lulea", "site", Site(None, None, "Lulea", "SE"), 3),
    seen("2031", "date", DateSpan(date(2031, 1, 1), date(2031, 12, 31), Granularity.YEAR, "2031"), 4, Role.PLANNED),
    seen("Finland", "country", Country("FI"), 5),
    seen("Sweden", "country", Country("SE"), 5),
    seen("Norway", "country", Country("NO"), 5),
]


@pytest.fixture
def made() -> Draft:
    passages = tuple(Passage(TEXT.index(s), TEXT.index(s) + len(s), Region.MAIN, Form.PARAGRAPH) for s in SENTENCES)
    page = Page("https://rail.example/start", 'Northern "Rail" begins', TEXT, passages, "en", date(2025, 1, 8))
    return draft(page, FOUND, kinds=KINDS)


def facts(made: Draft) -> dict[str, dict[str, object]]:
    return {f["key"]: f for f in tomllib.loads(made.texts["facts.toml"])["fact"]}


def test_a_draft_has_no_errors(made: Draft, tmp_path: Path) -> None:
    folder = tmp_path / made.id
    folder.mkdir()
    for name, text in made.texts.items():
        (folder / name).write_text(text, "utf-8")
    checked = baseline.check(folder, KINDS)
    assert checked.problems == []
    assert checked.baseline is not None
    assert (checked.baseline.id, checked.baseline.announced_on) == ("northern-rail-begins", date(2025, 1, 8))


def test_every_statement_is_proposed_once_with_its_sentence_as_quote(made: Draft) -> None:
    budgets = [f for f in facts(made).values() if f["kind"] == "money"]
    assert [(f["value"], f["quote"]) for f in budgets] == [("EUR 1.5 billion", SENTENCES[0])]


def test_what_was_in_the_past_is_not_proposed(made: Draft) -> None:
    assert "0.9" not in made.texts["facts.toml"]


def test_sites_get_their_place_as_key_and_the_count_counts_them(made: Draft) -> None:
    proposed = facts(made)
    assert proposed["site.kemi"]["value"] == {"place": "Kemi", "country": "FI"}
    assert proposed["count.stations"]["counts"] == "site.*"


def test_the_quote_of_a_table_cell_is_its_row() -> None:
    cells = ("Kemi", "Finland", "Oulu", "Finland")
    text = "\n".join(cells)
    starts = (0, 5, 13, 18)
    passages = tuple(
        Passage(s, s + len(c), Region.MAIN, Form.CELL, group=1, row=i // 2, column=i % 2)
        for i, (s, c) in enumerate(zip(starts, cells, strict=True))
    )
    found = Observation(
        "site", Site(None, None, "Oulu", "FI"), "Oulu", 13, 17, "Oulu", Region.MAIN, Qualifier.EXACT, Role.CURRENT, 0.9, 2, 13, 17
    )
    made = draft(Page("", "Rail", text, passages, "en"), [found], kinds=KINDS)
    assert facts(made)["site.oulu"]["quote"] == "Oulu Finland"


def test_three_countries_in_a_sentence_are_a_list_of_participants(made: Draft) -> None:
    assert next(f["value"] for f in facts(made).values() if f["kind"] == "countries") == ["FI", "SE", "NO"]


def test_a_page_without_anything_still_gives_a_folder() -> None:
    empty = draft(Page("", "", "", (), "und"), [], "rail", KINDS)
    assert tomllib.loads(empty.texts["programme.toml"])["id"] == "rail"
    assert tomllib.loads(empty.texts["facts.toml"]) == {}


def test_an_id_that_cannot_be_a_folder_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot name a programme"):
        draft(Page("", "", "", (), "und"), [], "../up", KINDS)


@pytest.mark.parametrize(
    ("text", "expected"), [("Œuvre № 7", "uvre-no-7"), ("", ""), ("Straße in Łódź", "strasse-in-odz"), ("x" * 90, "x" * 50)]
)
def test_slugs_are_plain(text: str, expected: str) -> None:
    assert slug(text) == expected
