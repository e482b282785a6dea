"""Quotes among their words, and texts compared word by word."""

from __future__ import annotations

import time

import pytest

from monitor.web.words import Difference, Piece, compared, differences, in_context


def joined(pieces: list[Piece]) -> str:
    marks = {"": "{}", "quote": "«{}»", "new": "+{}+", "gone": "-{}-"}
    return "".join(marks[p.mark].format(p.text) for p in pieces)


def test_a_quote_stands_marked_among_whole_words() -> None:
    text = "word " * 100 + "costs 2600 in all" + " word" * 100
    start = text.index("2600")
    shown = joined(in_context(text, start, start + 4, "2600"))
    assert "costs «2600» in all" in shown
    assert shown.startswith("… word")
    assert shown.endswith("word …")


def test_blocks_around_a_quote_do_not_run_into_one_another() -> None:
    text = "Heading\nCell one\nTotal: 2600\nCell two"
    start = text.index("2600")
    assert joined(in_context(text, start, start + 4, "2600")) == "Heading\nCell one\nTotal: «2600»\nCell two"


@pytest.mark.parametrize("text", [None, "", "something else"])
def test_a_page_that_no_longer_reads_like_that_shows_the_quote_alone(text: str | None) -> None:
    assert in_context(text, 3, 7, "2600") == [Piece("2600", "quote")]


def test_what_differs_between_two_quotes_is_marked_on_its_side() -> None:
    old, new = compared("Opening is planned for late 2026.", "Opening is now planned for 2027.")
    assert joined(old) == "Opening is planned for -late 2026-."
    assert joined(new) == "Opening is +now +planned for +2027+."


def test_equal_texts_have_no_marks() -> None:
    assert [p.mark for side in compared("the same", "the same") for p in side] == ["", ""]


def test_pages_are_compared_by_lines_then_words() -> None:
    old = "\n".join([*(f"line {n}" for n in range(20)), "Total: 1.5 billion", "end"])
    new = "\n".join([*(f"line {n}" for n in range(20)), "Total: 2.6 billion", "a new line", "end"])
    found = differences(old, new)
    assert found[0] == Difference(left_out=18)
    assert joined(list(found[2].pieces)) == "Total: -1.5-+2.6+ billion+\na new line+"
    assert found[-1].pieces[-1].text == "end"


def test_equal_pages_are_one_gap() -> None:
    assert differences("a\nb\nc\nd", "a\nb\nc\nd") == [Difference(left_out=4)]
    assert differences("", "") == []


def test_large_pages_are_compared_in_no_time() -> None:
    old = "\n".join(f"row {n} with some words {n * 7}" for n in range(15_000))
    new = "\n".join(f"row {n} with some words {n * 7 + (n % 3 == 0)}" for n in range(15_000))
    begun = time.perf_counter()
    assert differences(old, new)
    assert differences("x " * 400_000, "y " * 400_000)
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\u202eb", "\x00", "\n" * 10_000, "( " * 50_000])
def test_foreign_text_is_cleaned(text: str) -> None:
    shown = "".join(p.text for d in differences(text, "other") for p in d.pieces) + "".join(
        p.text for p in in_context(text, 0, 1, text[:1])
    )
    assert not {"\x1b", "\u202e", "\x00"} & set(shown)
