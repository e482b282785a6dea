"""Small kinds for tests of what surrounds kinds: each reads the JSON shape of design.md, section 6, and a few plain strings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from monitor.core.kinds import Span
from monitor.core.lang import Lexicon
from monitor.core.model import (
    Comparison,
    Count,
    Countries,
    DateSpan,
    Granularity,
    Mention,
    Money,
    Page,
    Qualifier,
    Setting,
    Site,
    Status,
    Value,
)

_MONEY = re.compile(r"(over )?([A-Z]{3}) ([0-9.]+)(?: (billion|million))?")
_COUNT = re.compile(r"(over )?(\d+|seven|five) ([A-Za-z ]+)")
_WORDS = {"seven": "7", "five": "5"}
_SCALES = {"billion": Decimal(10**9), "million": Decimal(10**6), None: Decimal(1)}


class StubKind:
    """A kind that reads strings by its own `read`."""

    name = "stub"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        return []

    def parse(self, written: object, lexicon: Lexicon) -> Value | None:
        if isinstance(written, Mapping):
            return self.from_json(written)
        return self.read(written)

    def read(self, written: object) -> Value | None:
        raise NotImplementedError

    def compare(self, old: Value, new: Value) -> Comparison:
        return Comparison("same" if old == new else "different", "")

    def show(self, value: Value, lexicon: Lexicon) -> str:
        return str(value)

    def to_json(self, value: Value) -> Mapping[str, Any]:
        return {}

    def from_json(self, data: Mapping[str, Any]) -> Value | None:
        return None


class MoneyStub(StubKind):
    name = "money"

    def read(self, written: object) -> Value | None:
        match = _MONEY.fullmatch(written) if isinstance(written, str) else None
        if not match:
            return None
        return Money(Decimal(match[3]) * _SCALES[match[4]], match[2], Qualifier.OVER if match[1] else Qualifier.EXACT)

    def show(self, value: Value, lexicon: Lexicon) -> str:
        assert isinstance(value, Money)
        over = "over " if value.qualifier is Qualifier.OVER else ""
        return f"{over}{value.currency} {(value.amount or Decimal(0)) / 10**9:f} billion"

    def to_json(self, value: Value) -> Mapping[str, Any]:
        assert isinstance(value, Money)
        return {"amount": f"{value.amount:f}", "currency": value.currency}

    def from_json(self, data: Mapping[str, Any]) -> Value | None:
        return Money(Decimal(data["amount"]), data["currency"]) if isinstance(data.get("amount"), str) else None


class CountStub(StubKind):
    name = "count"

    def read(self, written: object) -> Value | None:
        match = _COUNT.fullmatch(written) if isinstance(written, str) else None
        if not match:
            return None
        return Count(Decimal(_WORDS.get(match[2], match[2])), match[3], Qualifier.OVER if match[1] else Qualifier.EXACT)

    def show(self, value: Value, lexicon: Lexicon) -> str:
        assert isinstance(value, Count)
        return f"{value.count} {value.unit}"

    def to_json(self, value: Value) -> Mapping[str, Any]:
        assert isinstance(value, Count)
        return {"count": str(value.count), "unit": value.unit}

    def from_json(self, data: Mapping[str, Any]) -> Value | None:
        return Count(Decimal(data["count"]), data.get("unit"))


class DateStub(StubKind):
    name = "date"

    def read(self, written: object) -> Value | None:
        if not isinstance(written, str) or not re.fullmatch(r"20\d\d", written):
            return None
        return DateSpan(date(int(written), 1, 1), date(int(written), 12, 31), Granularity.YEAR, written)

    def show(self, value: Value, lexicon: Lexicon) -> str:
        assert isinstance(value, DateSpan)
        return value.edtf


class SiteStub(StubKind):
    name = "site"

    def read(self, written: object) -> Value | None:
        return Site(written) if isinstance(written, str) else None

    def show(self, value: Value, lexicon: Lexicon) -> str:
        assert isinstance(value, Site)
        return value.name or ""

    def to_json(self, value: Value) -> Mapping[str, Any]:
        assert isinstance(value, Site)
        return {"name": value.name, "host": value.host, "place": value.place, "country": value.country}

    def from_json(self, data: Mapping[str, Any]) -> Value | None:
        return Site(data.get("name"), data.get("host"), data.get("place"), data.get("country"))


class CountriesStub(StubKind):
    name = "countries"

    def read(self, written: object) -> Value | None:
        return Countries(tuple(written)) if isinstance(written, list) else None

    def show(self, value: Value, lexicon: Lexicon) -> str:
        assert isinstance(value, Countries)
        return ", ".join(value.countries)


class StatusStub(StubKind):
    name = "status"

    def read(self, written: object) -> Value | None:
        return Status(written) if written in ("selected", "operational", "cancelled") else None

    def show(self, value: Value, lexicon: Lexicon) -> str:
        assert isinstance(value, Status)
        return value.status


KINDS: Mapping[str, Any] = {k.name: k for k in (MoneyStub(), CountStub(), DateStub(), SiteStub(), CountriesStub(), StatusStub())}
