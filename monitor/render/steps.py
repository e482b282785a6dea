"""How far an old and a new value are apart, as two shares of one scale: the small bars beside a change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from monitor.core.model import Change, Count, Money, Value


@dataclass(frozen=True, slots=True)
class Steps:
    """The lengths of the bars for the old and the new value in per cent of the longer one, 1 to 100."""

    old_percent: int
    new_percent: int


def steps(change: Change) -> Steps | None:
    """The two bars; None where the values are no positive amounts of one unit."""
    old, new = _amount(change.old), _amount(change.new)
    if old is None or new is None or not _is_one_unit(change.old, change.new):
        return None
    longest = max(old, new)
    return Steps(_share(old, longest), _share(new, longest))


def _amount(value: Value | None) -> Decimal | None:
    match value:
        case Money(amount=amount) | Count(count=amount):
            return amount if amount is not None and amount.is_finite() and amount > 0 and abs(amount.adjusted()) < 100 else None
        case _:
            return None


def _is_one_unit(old: Value | None, new: Value | None) -> bool:
    if isinstance(old, Money) and isinstance(new, Money):
        return (old.currency, old.per) == (new.currency, new.per)
    return isinstance(old, Count) and isinstance(new, Count)


def _share(amount: Decimal, longest: Decimal) -> int:
    return max(1, min(100, round(amount / longest * 100)))
