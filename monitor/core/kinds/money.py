"""Money: amounts in any notation of a newspaper, with currency, hedge, range, restatement, unit price and price base.

Finding goes in passes over the numbers of a page: 1. the currency beside each; 2. neighbours lend scale and currency inside ranges, pairs and lists; 3. ranges
become one mention; 4. hedges, "per year", "in 2024 prices" and brackets are read around it; 5. scaled numbers without currency count only among words of money;
6. bare table cells take currency and scale from their header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.core.kinds import Span
from monitor.core.kinds.money_find import find_money, read_money
from monitor.core.kinds.money_write import money_from_json, money_to_json, write_money
from monitor.core.kinds.tolerance import Measured, weigh
from monitor.core.lang import Lexicon, load
from monitor.core.model import Comparison, Mention, Money, Page, Setting, Value


class MoneyKind:
    """The kind `money`."""

    name = "money"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """All amounts of the page in text order; a range is one mention, a hedge is in the value, not in the span."""
        return find_money(page, lexicon, setting, taken)

    def parse(self, written: object, lexicon: Lexicon) -> Money | None:
        """ "EUR 1.5 bn", "over EUR 2.6 billion", or a table in the JSON shape; read in the language given or in English, whichever leaves less unread."""
        if isinstance(written, Mapping):
            return self.from_json(written)
        if not isinstance(written, str) or not written.strip() or len(written) > 400:
            return None
        readings = [reading for lex in dict.fromkeys((lexicon, load("en"))) if (reading := read_money(written, lex))]
        return min(readings, key=lambda r: r.unread).value if readings else None

    def compare(self, old: Value, new: Value) -> Comparison:
        """Verdict with delta in the currency and in per cent; another currency, unit price or price base is incomparable."""
        if not isinstance(old, Money) or not isinstance(new, Money):
            return Comparison("incomparable", "not both are amounts")
        if reason := _incomparable(old, new):
            return Comparison("incomparable", reason)
        return weigh(_measured(old), _measured(new), old.currency or new.currency or "")

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """ "over EUR 2.6 billion", in the words of the language."""
        return write_money(value, lexicon) if isinstance(value, Money) else ""

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """Amount, bounds and precision as plain decimal strings."""
        return money_to_json(value) if isinstance(value, Money) else {}

    def from_json(self, data: Mapping[str, Any]) -> Money | None:
        """The value of the JSON shape; precision from the trailing zeros where it is missing."""
        return money_from_json(data)


def _measured(value: Money) -> Measured:
    return Measured(value.amount, value.qualifier, value.min, value.max, value.precision)


def _incomparable(old: Money, new: Money) -> str | None:
    if old.per != new.per:
        return f"one is {_per(old)}, the other {_per(new)}"
    if old.price_base is not None and new.price_base is not None and old.price_base != new.price_base:
        return f"prices of {old.price_base} against prices of {new.price_base}"
    if old.currency and new.currency and old.currency != new.currency:
        return f"{old.currency} against {new.currency}"
    if not _may_be(old, new) or not _may_be(new, old):
        return "the currencies cannot be the same"
    return None


def _may_be(one: Money, other: Money) -> bool:
    return one.currency is not None or not one.currency_candidates or other.currency is None or other.currency in one.currency_candidates


def _per(value: Money) -> str:
    return f"per {value.per}" if value.per else "a total"


KIND = MoneyKind()
