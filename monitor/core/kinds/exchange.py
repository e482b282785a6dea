"""Rough exchange rates, to tell a restatement in another currency from a revision; never to convert what is shown.

Newspapers restate at the rate of some day, rounded, and are off by up to a fifth; so are these: long-run averages of 2015-2026 per euro, from the euro
reference rates the European Central Bank publishes, rounded to two digits.
"""

from __future__ import annotations

from decimal import Decimal

from monitor.core.model import Comparison, Delta, Money

PER_EURO = {
    "EUR": Decimal(1),
    "USD": Decimal("1.12"),
    "GBP": Decimal("0.86"),
    "CHF": Decimal("1.05"),
    "PLN": Decimal("4.4"),
    "CZK": Decimal("25.5"),
    "HUF": Decimal("350"),
    "SEK": Decimal("10.6"),
    "DKK": Decimal("7.45"),
    "NOK": Decimal("10.4"),
    "RON": Decimal("4.8"),
    "BGN": Decimal("1.96"),
    "JPY": Decimal("140"),
    "CNY": Decimal("7.7"),
    "INR": Decimal("84"),
    "KRW": Decimal("1380"),
    "TWD": Decimal("34"),
    "AUD": Decimal("1.6"),
    "CAD": Decimal("1.48"),
    "NZD": Decimal("1.72"),
    "BRL": Decimal("5.3"),
    "ZAR": Decimal("18"),
    "TRY": Decimal("20"),
    "ISK": Decimal("142"),
    "RUB": Decimal("78"),
    "UAH": Decimal("36"),
    "CLP": Decimal("870"),
}
# Rates moved by up to a fifth around their average in these years, and restatements are rounded: within a third the two amounts may be one.
SLACK = Decimal("1.33")


def rate(old: str, new: str) -> Decimal | None:
    """About how many of `new` one of `old` is; None for currencies not listed."""
    return PER_EURO[new] / PER_EURO[old] if old in PER_EURO and new in PER_EURO else None


def compare(old: Money, new: Money) -> Comparison:
    """How an amount relates to one in another currency: same when it may be its restatement, different when it cannot be, else incomparable."""
    factor = rate(old.currency or "", new.currency or "")
    amounts = [m.amount or (m.min + m.max) / 2 if m.min and m.max else m.amount or m.max or m.min for m in (old, new)]
    if factor is None or not amounts[0] or not amounts[1]:
        return Comparison("incomparable", f"{new.currency} is not {old.currency}")
    converted = amounts[0] * factor
    if max(converted, amounts[1]) <= min(converted, amounts[1]) * SLACK:
        return Comparison("same", f"about the same in {new.currency}")
    percent = ((amounts[1] - converted) / converted * 100).quantize(Decimal(1))
    return Comparison(
        "different", f"roughly {percent:+} % against before, in {new.currency} instead of {old.currency}", Delta(percent=percent)
    )
