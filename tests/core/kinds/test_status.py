"""Statuses: the words of eight languages, what they are said of, negation and future, and the order of a life."""

from __future__ import annotations

import time
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.kinds.status import KIND, VOCABULARY
from monitor.core.lang import load
from monitor.core.model import Form, KnownName, Mention, Page, Passage, Region, Role, Setting, Status
from tests.core.kinds.scoring import LANGUAGES

EXAMPLES = tomllib.loads((Path(__file__).parents[2] / "examples" / "status.toml").read_text("utf-8"))
FLOOR = 0.95
PUBLISHED_ON = date(2026, 3, 10)
SURE = 0.5


def find(text: str, language: str = "en", names: tuple[KnownName, ...] = (), taken: tuple[tuple[int, int], ...] = ()) -> list[Mention]:
    page = Page("https://news.example/", "", text, (Passage(0, len(text), Region.MAIN, Form.PARAGRAPH),), language)
    return KIND.find(page, load(language), Setting(language, names=names, published_on=PUBLISHED_ON), taken)


def said(text: str, language: str = "en") -> list[str]:
    found = [m for m in find(text, language) if m.confidence >= SURE]
    return [(f"{m.role.value}:" if m.role else "") + m.value.status for m in found if isinstance(m.value, Status)]


def of(text: str, language: str = "en", names: tuple[KnownName, ...] = ()) -> str | None:
    (mention,) = find(text, language, names)
    assert isinstance(mention.value, Status)
    return mention.value.of


@pytest.mark.parametrize(
    ("group", "language"), [(group, code) for group, rows in EXAMPLES.items() if group != "known_failures" for code in rows]
)
def test_precision_and_recall_of_the_examples_stay_above_the_floor(group: str, language: str) -> None:
    right, extra, missed, wrong = 0, 0, 0, []
    for text, *expected in EXAMPLES[group].get(language, []):
        got = said(text, language)
        hits = sum(min(got.count(v), expected.count(v)) for v in set(got))
        right, extra, missed = right + hits, extra + len(got) - hits, missed + len(expected) - hits
        if sorted(got) != sorted(expected):
            wrong.append((text, expected, got))
    assert right / max(1, right + extra) >= FLOOR, wrong
    assert right / max(1, right + missed) >= FLOOR, wrong


@pytest.mark.parametrize(
    ("language", "row"), [(language, row) for language, rows in EXAMPLES.get("known_failures", {}).items() for row in rows]
)
@pytest.mark.xfail(reason="known failure")
def test_known_failures_are_read_as_they_should(language: str, row: list[str]) -> None:
    assert said(row[0], language) == row[1:]


@pytest.mark.parametrize(
    ("text", "language", "subject"),
    [
        ("The Olkiluoto plant is now operational.", "en", "Olkiluoto plant"),
        ("The court dismissed the lawsuit.", "en", "lawsuit"),
        ("SKA-Low was selected.", "en", "SKA-Low"),
        ("Das Werk in Magdeburg wurde auf Eis gelegt.", "de", "Werk in Magdeburg"),
        ("L'usine est en construction.", "fr", "usine"),
    ],
)
def test_a_status_names_what_it_is_said_of(text: str, language: str, subject: str) -> None:
    assert of(text, language) == subject


def test_a_known_name_in_the_clause_wins() -> None:
    names = (KnownName("LUMI AI Factory", "site", "site.lumi"),)
    assert of("After years of work the LUMI AI Factory site is operational.", names=names) == "LUMI AI Factory"


def test_a_status_of_nothing_is_hardly_believed() -> None:
    (mention,) = find("he signed and left")
    assert mention.confidence < SURE


def test_a_cell_that_is_only_a_status_is_said_of_its_row() -> None:
    text = "Under construction"
    cell = Passage(0, len(text), Region.MAIN, Form.CELL, row_header="Data hall")
    (mention,) = KIND.find(Page("", "", text, (cell,), "en"), load("en"), Setting("en"), ())
    assert mention.value == Status("under construction", "Data hall")


def test_a_taken_span_is_left_alone() -> None:
    assert find("The line is operational.", taken=((12, 23),)) == []


@pytest.mark.parametrize(
    ("old", "new", "verdict", "word"),
    [
        ("selected", "selected", "same", "still"),
        ("approved", "under construction", "different", "forward"),
        ("operational", "under construction", "different", "backward"),
        ("under construction", "suspended", "different", "set-back"),
        ("suspended", "resumed", "different", "back on the way"),
    ],
)
def test_comparison_says_which_way_it_went(old: str, new: str, verdict: str, word: str) -> None:
    found = KIND.compare(Status(old), Status(new))
    assert found.verdict == verdict
    assert found.reason.startswith(word)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", VOCABULARY)
def test_what_is_shown_reads_back_as_the_same_value(status: str, language: str) -> None:
    for value in (Status(status), Status(status, "LUMI: the machine")):
        assert KIND.parse(KIND.show(value, load(language)), load(language)) == value
        assert KIND.from_json(KIND.to_json(value)) == value


@pytest.mark.parametrize("written", ["", "wonderful", 5, None, {"status": "<b>"}, {"status": 3}, {}, "x" * 1000])
def test_what_is_no_status_is_not_read(written: object) -> None:
    assert KIND.parse(written, load("en")) is None


def test_a_state_outside_the_vocabulary_is_kept_as_a_table_gives_it() -> None:
    assert KIND.parse({"status": "in tender", "of": "tunnels"}, load("en")) == Status("in tender", "tunnels")
    assert KIND.parse({"status": "scrapped"}, load("en")) == Status("cancelled")
    assert KIND.compare(Status("in tender"), Status("signed")).verdict == "different"


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200), language=st.sampled_from(LANGUAGES))
def test_any_text_is_read_without_a_crash(text: str, language: str) -> None:
    for mention in find(f"The site {text} was approved {text}", language):
        assert mention.role in (None, Role.DENIED, Role.PLANNED)


@pytest.mark.parametrize("unit", ["approved ", "A", "Aa ", "site was ", "closed, ", "(", " ", "not "])
def test_long_runs_take_linear_time(unit: str) -> None:
    began = time.process_time()
    find(unit * (400_000 // len(unit)))
    assert time.process_time() - began < 4
