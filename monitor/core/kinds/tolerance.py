"""When two amounts or counts say the same: tolerance from the written digits, hedges as bounds, ranges as intervals (design.md, section 7, rule 1).

old        new        verdict     because
1.5 bn     1.52 bn    refined     inside 1.45-1.55 and more precise
178        178.6      refined     a coarser figure may be cut off instead of rounded
over 70    71         refined     a bound agrees with what is up to a tenth beyond it
over 500   485        different   below the bound
20-40      33         refined     inside the range
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from monitor.core.model import Comparison, Delta, Qualifier

# A round figure stands for its neighbourhood, but not for any width: "20 million" is not 24. The share of the value that trailing zeros may hide,
# found on pairs of announcement and press report: real roundings stay within it, real revisions seldom do.
WIDEST = Decimal("0.05")
# How far beyond a one-sided bound a value may lie and still be what was meant: "over 1.5 bn" is 1.6, not 2.6.
BEYOND = Decimal("0.10")
ABOUT = Decimal("0.10")
# Two ranges are one statement while their ends lie this close; "21.5-22.5" becoming "22-23" is a revision.
EDGE = Decimal("0.015")
# A headline cuts digits off instead of rounding (178 for 178.6), never more than this share.
CUT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Measured:
    """A value as its kind hands it over: `amount` or bounds, with the written precision; `exact` for counts of things, which do not round."""

    amount: Decimal | None
    qualifier: Qualifier
    min: Decimal | None
    max: Decimal | None
    precision: Decimal

    @property
    def middle(self) -> Decimal | None:
        """The figure a difference is reckoned from."""
        if self.amount is not None:
            return self.amount
        if self.min is not None and self.max is not None:
            return (self.min + self.max) / 2
        return self.min if self.min is not None else self.max

    @property
    def width(self) -> Decimal:
        """How much the statement leaves open."""
        low, high = interval(self)
        return high - low


def interval(value: Measured) -> tuple[Decimal, Decimal]:
    """The values a statement agrees with, both ends included."""
    if value.amount is None:
        low = value.min if value.min is not None else (value.max or Decimal(0)) * (1 - BEYOND)
        high = value.max if value.max is not None else low * (1 + BEYOND)
        return low, high
    slack = min(value.precision / 2, abs(value.amount) * WIDEST)
    low, high = value.amount - slack, value.amount + slack
    match value.qualifier:
        case Qualifier.ABOUT:
            return min(low, value.amount * (1 - ABOUT)), max(high, value.amount * (1 + ABOUT))
        case Qualifier.OVER:
            return value.amount, max(high, value.amount * (1 + BEYOND))
        case Qualifier.UNDER:
            return min(low, value.amount * (1 - BEYOND)), value.amount
        case _:
            return low, high


def weigh(old: Measured, new: Measured, unit: str) -> Comparison:
    """Compare two statements in the same unit; `unit` is only for the words of the reason."""
    if old.middle is None or new.middle is None:
        return Comparison("incomparable", "one of the two has no figure")
    delta = difference(old.middle, new.middle)
    if old == new:
        return Comparison("same", "equal", delta)
    if _agree(old, new):
        return _agreeing(old, new, delta)
    return Comparison("different", _words_of_difference(old, new, delta, unit), delta)


def difference(old: Decimal, new: Decimal) -> Delta:
    """How far the value moved, in its unit and in per cent of the old value."""
    percent = ((new - old) / old * 100).quantize(Decimal("0.1")) if old else None
    return Delta(amount=new - old, percent=percent)


def _agree(old: Measured, new: Measured) -> bool:
    """One point lies in what the other says, or a truncated figure continues as the precise one, or two intervals overlap that are both open-ended."""
    if old.amount is not None and new.amount is not None:
        if old.amount == new.amount:
            return True
        return _holds(old, new.amount) or _holds(new, old.amount) or _cut(old, new) or _cut(new, old)
    if old.amount is not None or new.amount is not None:
        point, span = (old, new) if old.amount is not None else (new, old)
        return _holds(span, point.amount or Decimal(0))
    low, high = interval(old)
    other_low, other_high = interval(new)
    return _near(low, other_low) and _near(high, other_high)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= max(abs(one), abs(other)) * EDGE


def _holds(statement: Measured, amount: Decimal) -> bool:
    low, high = interval(statement)
    return low <= amount <= high


def _cut(coarse: Measured, fine: Measured) -> bool:
    """178 is what a headline leaves of 178.6: the figure cut off at its last digit."""
    if coarse.amount is None or fine.amount is None or coarse.precision <= fine.precision or coarse.qualifier is not Qualifier.EXACT:
        return False
    room = min(coarse.precision, abs(coarse.amount) * CUT)
    return coarse.amount <= fine.amount < coarse.amount + room


def _agreeing(old: Measured, new: Measured, delta: Delta) -> Comparison:
    hedged = {Qualifier.ABOUT, Qualifier.OVER, Qualifier.UNDER}
    if old.amount == new.amount and old.amount is not None:
        return Comparison("same", "the same figure" + (", hedged" if hedged & {old.qualifier, new.qualifier} else ""), delta)
    finer = (
        new.precision < old.precision
        or (old.amount is None and new.amount is not None)
        or (old.qualifier in hedged and new.qualifier not in hedged)
    )
    coarser = (
        new.precision > old.precision
        or (old.amount is not None and new.amount is None)
        or (new.qualifier in hedged and old.qualifier not in hedged)
    )
    if finer and not coarser:
        return Comparison("refined", "inside what was said before, and more precise", delta)
    if coarser and not finer:
        return Comparison("coarser", "a rounder statement of the same figure", delta)
    return Comparison("same", "within the written precision", delta)


def _words_of_difference(old: Measured, new: Measured, delta: Delta, unit: str) -> str:
    percent = f"{delta.percent:+f} %" if delta.percent is not None else "from nothing"
    words = f"{percent.rstrip()} against before"
    if old.qualifier is Qualifier.OVER and new.middle is not None and old.amount is not None:
        if new.middle < old.amount:
            return f"below the stated lower bound; {words}"
        return f"more than a tenth above the stated lower bound; {words}"
    if old.qualifier is Qualifier.UNDER and new.middle is not None and old.amount is not None:
        if new.middle > old.amount:
            return f"above the stated upper bound; {words}"
        return f"more than a tenth below the stated upper bound; {words}"
    return f"outside the written precision; {words}" + (f" ({unit})" if unit else "")
