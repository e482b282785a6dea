"""Reading numbers in digits and words."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.lang import load
from monitor.core.text.numbers import Taken, find_numbers, fold, precision_of, read_digits, vocabulary, write_number
from tests.core.kinds.scoring import LANGUAGES


def values(text: str, lang: str) -> list[str]:
    return [f"{n.value:f}" if n.value is not None else f"{n.low:f}..{n.high:f}" for n in find_numbers(text, load(lang))]


@pytest.mark.parametrize(
    ("lang", "written", "expected"),
    [
        ("en", "1.5", "1.5"),  # one separator, not three digits behind it: decimal
        ("en", "1,500", "1500"),  # the language's grouping sign
        ("de", "1.500", "1500"),
        ("de", "1,500", "1.500"),  # the language's decimal sign
        ("de", "1.500,75", "1500.75"),  # of two separators the last is decimal
        ("de", "1,500.75", "1500.75"),  # also the English way round
        ("en", "12,34,567", "1234567"),  # Indian groups
        ("fr", "1 500 000", "1500000"),  # blanks group
        ("de", "1'500'000", "1500000"),  # Swiss apostrophes group
        ("de", "0.125", "0.125"),  # nothing groups behind a lone zero
    ],
)
def test_separators_are_read_by_language_and_shape(lang: str, written: str, expected: str) -> None:
    digits = read_digits(written, vocabulary(load(lang)).decimal)
    assert digits is not None
    assert digits.value == Decimal(expected)


@pytest.mark.parametrize("written", ["1.2.3", "12.03.2025", "1,2,3", "007", "02101", "1.5.000", "192.168.1.1"])
def test_versions_dates_and_codes_are_no_numbers(written: str) -> None:
    assert read_digits(written, ".") is None


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "twenty-one", ["21"]),  # hyphenated
        ("en", "two million three hundred thousand", ["2300000"]),  # falling scales add up
        ("en", "half a billion", ["500000000"]),  # fraction before a scale
        ("en", "two and a half million", ["2500000"]),  # fraction inside
        ("en", "several hundred million", ["200000000..1000000000"]),  # vague: bounds
        ("en", "two three", ["2", "3"]),  # words that do not fit stay apart
        ("en", "1.2 lakh crore", ["1200000000000"]),  # two scales multiply
        ("en", "10bn", ["10000000000"]),
        ("de", "zweihundertfünfzig", ["250"]),  # grown together
        ("de", "einundzwanzig", ["21"]),  # units before tens
        ("de", "anderthalb Milliarden", ["1500000000"]),
        ("de", "1 Billion", ["1000000000000"]),  # long scale
        ("fr", "quatre-vingt-dix-sept", ["97"]),
        ("fr", "un milliard et demi", ["1500000000"]),  # fraction behind the scale
        ("fr", "plusieurs centaines de millions", ["200000000..1000000000"]),
        ("es", "dos mil millones", ["2000000000"]),  # long scale without a word of its own
        ("es", "1,2 billones", ["1200000000000"]),
        ("it", "ventitré", ["23"]),
        ("it", "trecentomila", ["300000"]),
        ("it", "1.500 milioni", ["1500000000"]),
        ("pl", "półtora miliarda", ["1500000000"]),
        ("pl", "dwa i pół miliona", ["2500000"]),
        ("pt", "1,5 mil milhões", ["1500000000"]),
        ("pt", "2,5 bilhões", ["2500000000"]),  # short scale of Brazil
        ("nl", "tweeëntwintig", ["22"]),
        ("nl", "anderhalf miljard", ["1500000000"]),
    ],
)
def test_number_words_and_scales(lang: str, text: str, expected: list[str]) -> None:
    assert values(text, lang) == expected


@pytest.mark.parametrize(
    ("lang", "text"), [("de", "Achtung Einheit zehnte"), ("en", "oneself tenant"), ("it", "seicento"), ("nl", "eenheid")]
)
def test_words_that_only_begin_like_numbers_are_none(lang: str, text: str) -> None:
    assert values(text, lang) in ([], ["600"])


@pytest.mark.parametrize(
    ("text", "precision"),
    [("1.5 bn", "1E+8"), ("1.50 bn", "1E+7"), ("1 500 001", "1"), ("1,500,000", "1E+5"), ("half a billion", "1E+8"), ("7", "1")],
)
def test_precision_comes_from_the_written_digits(text: str, precision: str) -> None:
    assert find_numbers(text, load("en"))[0].precision == Decimal(precision)


@pytest.mark.parametrize("text", ["1e400", "nan", "inf", "9" * 5000, "１５", "Infinity", "0x1F", "1" * 16, "-", "½½½"])
def test_absurd_numbers_give_nothing_absurd(text: str) -> None:
    assert all(n.value is None or n.value < Decimal("1e17") for n in find_numbers(text, load("en")))


def test_exponents_and_endless_digits_are_not_read() -> None:
    assert find_numbers("1e400 euro " + "9" * 5000, load("en")) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("unit", ["1", "1 ", "1,", "1.", "1 000 ", "(1", "1-", "'1", "ein", "hundred ", "1 million ", "eins", " "])
def test_long_runs_are_read_in_linear_time(lang: str, unit: str) -> None:
    text = unit * (100_000 // len(unit))
    start = time.process_time()
    find_numbers(text, load(lang))
    assert time.process_time() - start < 3


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(
    st.text(alphabet="0123456789 .,'-½()€$k mbn\nzwei und hundert mille", max_size=80),
    st.sampled_from(LANGUAGES),
)
def test_numbers_of_any_text_are_ordered_and_apart(text: str, lang: str) -> None:
    end = 0
    for number in find_numbers(text, load(lang)):
        assert end <= number.start < number.end <= len(text)
        assert "\n" not in text[number.start : number.end]
        end = number.end


@given(
    st.integers(min_value=1, max_value=10**6 - 1),
    st.integers(min_value=0, max_value=9),
    st.sampled_from(LANGUAGES),
)
def test_a_written_number_reads_back_with_its_precision(digits: int, zeros: int, lang: str) -> None:
    value = Decimal(digits) * 10**zeros
    text = write_number(value, precision_of(value), vocabulary(load(lang)))
    numbers = find_numbers(text, load(lang))
    assert [(n.value, n.precision) for n in numbers] == [(value, precision_of(value))]


def test_taken_spans_are_found() -> None:
    taken = Taken([(5, 10)])
    taken.add(20, 25)
    assert taken.overlaps(9, 12)
    assert taken.overlaps(0, 30)
    assert not taken.overlaps(10, 20)
