"""Counts: a number of things with their noun ("15 Member States", "sieben Konsortien"), or of a measure ("171 miles", "20 MW", "5 %").

Durations, years, ordinals, labels ("Article 12", "Phase 2"), times, scores and codes are no counts. A number whose noun is left out ("Seven are being set up")
is one of unit None, less surely; one behind a label or in a cell takes its unit from there. `count` of a range is its lower end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from monitor.core.kinds import Span
from monitor.core.kinds.count_find import find_counts, read_count
from monitor.core.kinds.money_write import decimal_of, decimals_of, text_of
from monitor.core.kinds.tolerance import Measured, weigh
from monitor.core.lang import Lexicon, load
from monitor.core.model import Comparison, Count, Mention, Page, Qualifier, Setting, Value
from monitor.core.text.hedges import hedges
from monitor.core.text.measures import in_common, is_measure
from monitor.core.text.numbers import precision_of, vocabulary, write_number

EXACT_BELOW = Decimal(1000)  # things are counted one by one up to here; above, trailing zeros round


class CountKind:
    """The kind `count`."""

    name = "count"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """All counts of the page in text order."""
        return find_counts(page, lexicon, setting, taken)

    def parse(self, written: object, lexicon: Lexicon) -> Count | None:
        """ "seven AI Factories", "171 miles", or a table in the JSON shape; in the language given, else in English."""
        if isinstance(written, Mapping):
            return self.from_json(written)
        if isinstance(written, int) and not isinstance(written, bool):
            written = str(written)
        if not isinstance(written, str) or not written.strip() or len(written) > 400:
            return None
        readings = [count for lex in dict.fromkeys((lexicon, load("en"))) if (count := read_count(written, lex))]
        return min(readings, key=lambda c: len(c.unit or "")) if readings else None

    def compare(self, old: Value, new: Value) -> Comparison:
        """Verdict with delta in the unit of the old value; measures are converted, a measure against a number of things is incomparable."""
        if not isinstance(old, Count) or not isinstance(new, Count):
            return Comparison("incomparable", "not both are counts")
        if old.measure != new.measure and old.unit and new.unit:
            return Comparison("incomparable", f"{old.unit} against {new.unit}")
        factor = in_common(new.unit, old.unit) if old.measure and new.measure else Decimal(1)
        if factor is None:
            return Comparison("incomparable", f"{old.unit} against {new.unit}")
        return weigh(_measured(old, Decimal(1)), _measured(new, factor), old.unit or new.unit or "")

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """ "over 70 sites", in the words of the language."""
        if not isinstance(value, Count):
            return ""
        hedge = hedges(lexicon).shown.get(value.qualifier.value, "")
        return " ".join(part for part in (hedge, _figure(value, lexicon), value.unit or "") if part)

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """Count, unit, and how it is meant."""
        if not isinstance(value, Count):
            return {}
        return {
            "count": text_of(value.count),
            "unit": value.unit,
            "qualifier": value.qualifier.value,
            "min": text_of(value.min),
            "max": text_of(value.max),
            "precision": text_of(value.precision),
            "measure": value.measure,
        }

    def from_json(self, data: Mapping[str, Any]) -> Count | None:
        """The value of the JSON shape; negative or unreadable counts are None."""
        count, low, high = (decimal_of(data.get(name)) for name in ("count", "min", "max"))
        count = low if count is None else count
        qualifier = str(data.get("qualifier") or ("range" if low is not None and high is not None else "exact"))
        unit = data.get("unit")
        if count is None or count < 0 or qualifier not in list(Qualifier) or not (unit is None or isinstance(unit, str)):
            return None
        measure = bool(data["measure"]) if "measure" in data else is_measure(unit)
        precision = decimal_of(data.get("precision")) or default_precision(count, measure=measure)
        return Count(count, unit or None, Qualifier(qualifier), low, high, precision, measure)


def default_precision(count: Decimal, *, measure: bool) -> Decimal:
    """Things below a thousand are counted exactly; else the trailing zeros decide."""
    if not measure and count < EXACT_BELOW and count == count.to_integral_value():
        return Decimal(1)
    return precision_of(count, decimals_of(count))


def _figure(value: Count, lexicon: Lexicon) -> str:
    if value.min is not None and value.max is not None:
        return f"{_number(value.min, value, lexicon)} - {_number(value.max, value, lexicon)}"
    return _number(value.count, value, lexicon)


def _number(number: Decimal, value: Count, lexicon: Lexicon) -> str:
    if value.precision == 1 and number < EXACT_BELOW and (not value.measure or value.qualifier is Qualifier.RANGE):
        return format(number, "f")
    return write_number(number, value.precision, vocabulary(lexicon))


def _measured(value: Count, factor: Decimal) -> Measured:
    amount = None if value.qualifier is Qualifier.RANGE else value.count * factor
    low = None if value.min is None else value.min * factor
    high = None if value.max is None else value.max * factor
    # Things that are counted one by one do not round: 20 sites are not 19.
    things = not value.measure and value.precision == 1
    return Measured(amount, value.qualifier, low, high, Decimal(0) if things else value.precision * factor)


KIND = CountKind()
