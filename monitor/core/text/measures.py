"""Units of measure that can be compared with one another, and by which factor."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from monitor.core.lang import known, load
from monitor.core.text.numbers.vocabulary import forms

# Each family in its first unit. Factors are exact by definition (mile: international, 1959).
_FAMILIES: tuple[dict[str, str], ...] = (
    {"W": "1", "kW": "1e3", "MW": "1e6", "GW": "1e9", "TW": "1e12", "MWe": "1e6", "GWe": "1e9"},
    {"kWh": "1", "MWh": "1e3", "GWh": "1e6", "TWh": "1e9"},
    {"m": "1", "km": "1e3", "cm": "0.01", "mm": "0.001", "miles": "1609.344", "ft": "0.3048"},
    {"m²": "1", "m2": "1", "ha": "1e4", "km²": "1e6", "km2": "1e6", "sqm": "1"},
    {"kg": "1", "t": "1e3", "kt": "1e6", "Mt": "1e9", "Gt": "1e12"},
    {"TFLOPS": "1", "PFLOPS": "1e3", "EFLOPS": "1e6"},
    {"GB": "1", "TB": "1e3", "PB": "1e6", "EB": "1e9"},
    {"%": "1"},
)
_FLOPS = {"tflop/s": "TFLOPS", "pflop/s": "PFLOPS", "eflop/s": "EFLOPS", "tflops": "TFLOPS", "pflops": "PFLOPS", "eflops": "EFLOPS"}


@lru_cache(maxsize=1)
def _symbols() -> dict[str, str]:
    """The symbol of every measure word of every language."""
    found = dict(_FLOPS)
    for code in known():
        for symbol, listed in load(code).section("counts").get("measures", {}).items():
            found |= {form: symbol for form in forms(listed) if symbol != "other"}
    return found


def symbol_of(unit: str) -> str:
    """The symbol of a measure as written in any language: "Kilometer" -> "km"; the unit itself where there is none.

    >>> symbol_of("kilometres"), symbol_of("MW")
    ('km', 'MW')
    """
    return _symbols().get(unit.lower(), unit)


def is_measure(unit: str | None) -> bool:
    """Is this a unit of measure, in any language?

    >>> is_measure("km"), is_measure("Kilometer"), is_measure("sites")
    (True, True, False)
    """
    return unit is not None and (symbol_of(unit) in _symbols().values() or any(symbol_of(unit) in family for family in _FAMILIES))


def in_common(unit: str | None, wanted: str | None) -> Decimal | None:
    """The factor from one unit into another; 1 where one is not stated, None where they measure different things."""
    if unit is None or wanted is None:
        return Decimal(1)
    one, other = symbol_of(unit), symbol_of(wanted)
    if one == other or one.lower() == other.lower():
        return Decimal(1)
    for family in _FAMILIES:
        if one in family and other in family:
            return Decimal(family[one]) / Decimal(family[other])
    return None
