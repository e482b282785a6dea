"""Digits with separators, read by the customs of a language.

written        en          de, fr, es ...       rule
1.500,75       1500.75     1500.75              of two separators the last is the decimal sign
1,500,000      1500000     1500000              a separator that repeats groups
12,34,567      1234567     1234567              Indian groups
1.5   1,25     1.5 1.25    1.5 1.25             other than three digits behind it: decimal
1.500          1.500       1500                 three digits: the language decides
0.125          0.125       0.125                nothing groups behind a lone zero
1.2.3          -           -                    a version, a date, a heading number
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,' ]\d{3}){1,6}|[1-9]\d?(?:,\d{2}){1,6},\d{3}")
_HALVES = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75"), "⅓": Decimal("0.333"), "⅔": Decimal("0.667")}
_SEPARATORS = re.compile(r"[.,' ]")


@dataclass(frozen=True, slots=True)
class Digits:
    """A written number: `precision` is the value of its last significant digit, `decimals` how many stand behind the decimal sign."""

    value: Decimal
    precision: Decimal
    decimals: int = 0
    grouped: bool = False


def precision_of(value: Decimal, decimals: int = 0) -> Decimal:
    """The value of the last significant written digit: trailing zeros are not significant, digits behind the decimal sign are.

    >>> precision_of(Decimal(1500)), precision_of(Decimal("1.50"), 2)
    (Decimal('1E+2'), Decimal('0.01'))
    """
    if decimals > 0:
        return Decimal(1).scaleb(-decimals)
    if not value:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def plain(value: Decimal) -> Decimal:
    """The value without exponent and without zeros behind the decimal sign: 1500000000 for 1.5E+9, 2 for 2.0."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def read_digits(written: str, decimal: str) -> Digits | None:
    """What the digits stand for where `decimal` is the language's decimal sign; None for what is no plain number."""
    if written[-1] in _HALVES:
        return _with_half(written, decimal)
    separators = _SEPARATORS.findall(written)
    if not separators:
        return _whole(written)
    last = separators[-1]
    if len(set(separators)) > 1:
        return _mixed(written, last) if separators.count(last) == 1 and last in ".," else None
    if len(separators) > 1 or last in "' ":
        return _groups(written)
    head, tail = written.split(last)
    if len(tail) == 3 and last != decimal and head != "0" and len(head) <= 3:
        return _groups(written)
    return _fraction(head, tail)


def _whole(written: str) -> Digits | None:
    if len(written) > 1 and written[0] == "0":
        return None  # a code: postcode, telephone, identifier
    value = Decimal(written)
    return Digits(value, precision_of(value))


def _groups(written: str) -> Digits | None:
    if not _GROUPED.fullmatch(written):
        return None
    value = Decimal(_SEPARATORS.sub("", written))
    return Digits(value, precision_of(value), grouped=True)


def _mixed(written: str, last: str) -> Digits | None:
    head, tail = written.rsplit(last, 1)
    whole = _groups(head)
    if whole is None:
        return None
    value = whole.value + Decimal(f"0.{tail}")
    return Digits(value, precision_of(value, len(tail)), len(tail), grouped=True)


def _fraction(head: str, tail: str) -> Digits | None:
    if len(head) > 1 and head[0] == "0":
        return None
    value = Decimal(f"{head}.{tail}")
    return Digits(value, precision_of(value, len(tail)), len(tail))


def _with_half(written: str, decimal: str) -> Digits | None:
    half = _HALVES[written[-1]]
    whole = read_digits(head, decimal) if (head := written[:-1].rstrip()) else Digits(Decimal(0), Decimal(1))
    if whole is None or whole.decimals:
        return None
    value = whole.value + half
    return Digits(value, precision_of(half), 1)
