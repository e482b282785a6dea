"""Nouns as text and back: nothing is lost, nothing passes through a float, the shape is that of the JSON contract."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from monitor.core.model import (
    Count,
    Countries,
    Country,
    DateSpan,
    Fact,
    Granularity,
    Money,
    Organisation,
    Place,
    Qualifier,
    Review,
    Site,
    Source,
    Status,
    Value,
)
from monitor.store import codec

VALUES: list[Value] = [
    Money(Decimal("1500000000"), "EUR", precision=Decimal("1E+8")),
    Money(None, None, Qualifier.RANGE, Decimal("1.10"), Decimal("2"), currency_candidates=("USD", "CAD"), vague=True),
    DateSpan(date(2026, 1, 1), None, Granularity.YEAR, "2026/..", part="early"),
    DateSpan(None, None, Granularity.RANGE, ""),
    Count(Decimal(7), "AI Factories"),
    Place("Vienna", "city", "AT", 48.2, 16.37),
    Site(None, "CSC", "Kajaani", "FI"),
    Organisation("CERN", "CH"),
    Country("PL"),
    Countries(("PT", "RO", "TR")),
    Status("cancelled", "the tender"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_value_comes_back_as_it_was(value: Value) -> None:
    assert codec.load_value(codec.dump_value(value)) == value


def test_amounts_are_decimal_strings_with_their_precision() -> None:
    text = codec.dump_value(Money(Decimal("16.90"), "EUR", precision=Decimal("1E+7")))
    assert json.loads(text or "") == {"amount": "16.90", "currency": "EUR", "precision": "1E+7"}


def test_value_that_is_none_stays_none() -> None:
    assert codec.load_value(codec.dump_value(None)) is None


def test_text_that_is_no_value_is_refused() -> None:
    with pytest.raises(ValueError, match="no value has the keys"):
        codec.load_value('{"colour": "red"}')


def test_nouns_with_values_inside_come_back() -> None:
    fact = Fact("a.b", "money", "Budget", VALUES[0], about=("x", "y"), valid_from=date(2026, 1, 2))
    assert codec.load(Fact, codec.dump(fact)) == fact
    review = Review("c-1", "accept", "me", datetime(2026, 1, 2, tzinfo=UTC), value=VALUES[4])
    assert codec.load(Review, codec.dump(review)) == review


def test_pairs_in_a_source_come_back() -> None:
    source = Source("a", "https://a.example", headers=(("X-Key", "1"),), include=("main",), timeout_s=2.5)
    assert codec.load(Source, codec.dump(source)) == source


def test_keys_of_a_newer_version_are_passed_over() -> None:
    assert codec.load(Country, '{"country": "FI", "flag": "?"}') == Country("FI")


def test_lone_surrogates_and_nul_can_be_stored() -> None:
    codec.dump(Organisation("a\ud800b")).encode()
    assert codec.load(Organisation, codec.dump(Organisation("a\ud800b"))).organisation == "a\ud800b"
    assert codec.storable("a\ud800\x00b") == "a\ufffd\ufffdb"


def test_not_a_number_never_gets_into_json() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        codec.dump(float("nan"))
