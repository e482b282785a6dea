"""One number that may be a count: what noun or measure it has, and whether it is a name, a code or an amount instead."""

from __future__ import annotations

import re
from decimal import Decimal

from monitor.core.kinds.count_context import CountContext
from monitor.core.model import Count, Qualifier
from monitor.core.text.amounts import amount_at
from monitor.core.text.hedges import Hedge
from monitor.core.text.numbers import Number
from monitor.core.text.units import Unit, unit_after

EXACT_BELOW = 1000
_BEFORE_TOWNS = frozenset(("à", "a", "in", "em", "en", "-"))
_NAME_BEFORE = re.compile(r"(?<![^\W_])([A-ZÀ-Þ][\w-]{2,20}) $")
_WORD_BEFORE = re.compile(r"([^\s(]+)[ \n(]$")


def may_count(number: Number, high: Number | None, context: CountContext) -> bool:
    """What stands before and around decides: negative numbers, second halves of codes and dates, labels and amounts are no counts."""
    start, end = number.start, (high or number).end
    before = context.folded[max(0, start - 2) : start]
    if before[-1:] == "-" and not number.words:
        return False
    if before[-1:] in ("+", "/", "$", "€", "£", "§", "#", "*") or (
        context.folded[end : end + 1] in ("º", "ª", "°") and context.folded[end : end + 2] != "°c"
    ):
        return False
    if context.folded[end : end + 1].isalpha() and not context.units.measure.match(context.text, number.bare_end):
        return False
    if context.folded[end : end + 1] == "-" and context.folded[end + 1 : end + 2].isdigit() and high is None:
        return False  # a score, a code
    labelled = word_before(number, context) in context.words.before_never and not number.scaled
    if labelled and not context.units.measure.match(context.text, number.bare_end):
        return False
    return amount_at(context.text, context.folded, high or number, context.money, context.setting, context.lexicon.code) is None


def unit_of(number: Number, context: CountContext) -> tuple[Number, Unit | None]:
    """The unit behind a number, and the number as it is meant: "20m people" are millions, "20 m wide" are metres."""
    links = sorted(context.known.links, key=len, reverse=True) if number.about or number.scaled or number.collective else ()
    glued = context.hedges.glued_end(context.folded, number.end)
    unit = unit_after(context.text, context.folded, glued, context.units, links)
    if number.loose and (unit is None or not unit.sure or unit.measure or context.folded[number.bare_end] == " "):
        short = number.without_scale()
        measure = unit_after(context.text, context.folded, short.end, context.units)
        if measure is not None and measure.measure:
            return short, measure
        unit = unit if unit is not None and unit.sure and not unit.measure else None
    if unit is not None and not unit.measure and context.text[glued : glued + 1] not in " \u00a0\u202f\u2009\t":
        return number, None
    return number, unit or _compound(number, context)


def _compound(number: Number, context: CountContext) -> Unit | None:
    """ "an 11-nation consortium", "the 200-bed hospital": the noun grown together with its number, where the language builds such words."""
    if context.units.compound is None or number.scaled or number.decimals:
        return None
    match = context.units.compound.match(context.folded, number.end)
    if match is None or match.group(1) in context.units.never or f"{match.group(1)}s" in context.units.never:
        return None
    return Unit(match.start(1), match.end(1), sure=False)


def is_one_of_a_kind(number: Number, unit: Unit, context: CountContext) -> bool:
    """ "a 737 landed": one thing called by a number; "an 11-nation consortium" is grown together and counts."""
    grown = context.text[unit.start - 1 : unit.start] == "-"
    return not grown and not number.words and not number.scaled and word_before(number, context) in context.words.singular_before


def is_named(number: Number, unit: Unit, context: CountContext) -> bool:
    """ "Ariane 6 flew", "10 Victoria Street": a number that belongs to a name or an address."""
    if number.words or number.grouped or number.scaled:
        return False
    written = context.text[unit.start : unit.end]
    behind = context.folded[unit.start : unit.end + 24].split("\n", 1)[0].split(",", 1)[0].split(" ")[:4]
    if written[0].isupper() and any(word.endswith(context.words.streets) for word in behind):
        return True
    before = _NAME_BEFORE.search(context.text[max(0, number.start - 24) : number.start])
    return (
        before is not None
        and not unit.sure
        and written[0].islower()
        and context.folded[number.start - len(before.group(1)) - 1 : number.start - 1] not in context.units.stop
    )


def is_code(number: Number, unit: Unit, context: CountContext) -> bool:
    """Bare runs of digits that are postcodes, telephone or project numbers rather than numbers of things."""
    if number.words or number.grouped or number.scaled:
        return False
    digits = number.bare_end - number.start
    if digits >= 7:
        return True
    before = context.folded[max(0, number.start - 2) : number.start].strip(" ")
    if before[-1:].isdigit() and number.start and context.folded[number.start - 1] == " ":
        return True  # the rest of a telephone number
    if (
        context.units.order == "first"
        and digits in (4, 5)
        and word_before(number, context) in _BEFORE_TOWNS
        and unit.is_capital_word(context.text)
    ):
        return True  # "à 1150 Bruxelles"
    shortest = 5 if context.units.order == "capital" else 4
    return digits >= shortest and context.text[unit.start].isupper() and before[-1:] in ("", ",", "\n", "-")


def word_before(number: Number, context: CountContext) -> str:
    match = _WORD_BEFORE.search(context.folded[max(0, number.start - 24) : number.start])
    return match.group(1).strip("\"'„“«") if match and not match.group().endswith("\n") else ""


def count_of(number: Number, high: Number | None, unit: str | None, hedge: Hedge | None, *, measure: bool) -> Count:
    if not measure:
        number = number.as_group()
    value = number.value if number.value is not None else Decimal(0)
    precision = number.precision if measure or value >= EXACT_BELOW or number.scale >= EXACT_BELOW else Decimal(1)
    if high is not None and high.value is not None:
        low = lent_low(number, high)
        precision = min(number.times(high.scale).precision if low != value else precision, high.precision)
        precision = precision if measure or low >= EXACT_BELOW else Decimal(1)
        return Count(low, unit, Qualifier.RANGE, low, high.value, precision, measure)
    qualifier = hedge.qualifier if hedge else Qualifier.ABOUT if number.about else Qualifier.EXACT
    return Count(value, unit, qualifier, None, None, precision, measure)


def lent_low(low: Number, high: Number) -> Decimal:
    """The lower end with the scale of the upper one: "2 to 3 million"."""
    lower = low.value or Decimal(0)
    return lower * high.scale if high.scaled and not low.scaled and low.mantissa < high.mantissa else lower
