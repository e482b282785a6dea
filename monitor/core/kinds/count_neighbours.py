"""Numbers without a noun of their own that a neighbour explains: "from 7 to 13 sites", "318 votes against 201", "16 stations, ten of which"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from monitor.core.kinds.count_context import CountContext
from monitor.core.kinds.count_number import EXACT_BELOW, count_of, may_count, unit_of, word_before
from monitor.core.model import Mention
from monitor.core.text.numbers import Number
from monitor.core.text.numbers.ranges import relation
from monitor.core.text.units import Unit

_LARGEST_RATIO = 10  # "one in ten"; "three in 15 states" are three
_ECHO_REACH, _PART_REACH = 36, 110  # characters between a number and the one it is said after
_WORD_AFTER = re.compile(r" ([^\W\d_]+)")


def is_ratio(numbers: Sequence[Number], index: int, context: CountContext) -> bool:
    """ "1 in 5 patients": neither the one nor the five is a count."""
    near = [n for n in numbers[max(0, index - 1) : index + 2] if n.value is not None and not n.scaled and not n.is_year and not n.decimals]
    small = [(a, b) for a, b in pairwise(near) if numbers[index] in (a, b) and (a.value or 0) < (b.value or 0) <= _LARGEST_RATIO]
    return any(context.folded[a.end : b.start] in context.words.ratios for a, b in small)


def beside(numbers: Sequence[Number], index: int, context: CountContext) -> Mention | None:
    """ "from 7 to 13 sites", "8 of 19 hubs": a number without noun that the next or the last one explains; the old value of a pair shares its noun."""
    number = numbers[index]
    small = number.value is not None and number.value < EXACT_BELOW and not number.decimals and not number.loose
    if not small or number.is_year or not may_count(number, None, context):
        return None
    if index + 1 < len(numbers) and (found := _explained(number, numbers[index + 1], context)):
        return found
    if index and _related(numbers[index - 1], number, context) == "pair" and unit_of(number, context)[1] is None:
        return _bare_count(number, None, 0.4)
    return None


def _explained(number: Number, after: Number, context: CountContext) -> Mention | None:
    """The old value of a pair with the noun of the new one, or the part of "8 of 19 hubs"."""
    if after.value is None or after.decimals:
        return None
    gap = context.folded[number.end : after.start]
    opposed = gap.strip() in context.words.echoes and gap not in context.known.range_signs  # "384 gegen 207 Stimmen"
    if opposed or _related(number, after, context) == "pair":
        unit = unit_of(after, context)[1]
        if unit is not None and unit.measure:
            return None
        return _bare_count(number, context.text[unit.start : unit.end] if unit else None, 0.5)
    part = gap in context.words.of and 1 < (number.value or 0) < after.value
    return _bare_count(number, None, 0.4) if part else None


def echo(numbers: Sequence[Number], index: int, context: CountContext) -> Mention | None:
    """ "318 votes against 201", "16 stations, ten of which": a number without noun that is said of what was counted just before."""
    number = numbers[index]
    if not index or number.value is None or number.value <= 1 or number.decimals == 1 or number.is_year:
        return None
    first = numbers[index - 1]
    if word_before(number, context) not in context.words.links and not _is_whole(first, context):
        return None
    if first.value is None or number.start - first.end > _PART_REACH or not may_count(number, None, context) or unit_of(number, context)[1]:
        return None
    unit = unit_of(first, context)[1]
    end = unit.end if unit is not None else first.end
    gap = context.folded[end : number.start]
    if unit is not None and not unit.measure and len(gap) <= _ECHO_REACH and gap.strip(" ,") in context.words.echoes:
        return _bare_count(number, context.text[unit.start : unit.end], 0.5)
    return _bare_count(number, None, 0.4) if _is_part(first, number, unit, gap, context) else None


def _is_part(whole: Number, part: Number, unit: Unit | None, gap: str, context: CountContext) -> bool:
    """ "nine new machines, two of them", "of 41 bids eleven were granted": a smaller number out of what was just counted, in the same sentence."""
    if (part.value or 0) >= (whole.value or 0) or any(sign in gap for sign in (". ", "\n", ";")) or not may_count(whole, None, context):
        return False
    of_which = f" {gap.lstrip(' ,')}".endswith(context.words.which)
    if unit is None:  # "Stations: 16, of which ten"
        return of_which and len(gap) <= _ECHO_REACH
    return not unit.measure and (of_which or (_is_whole(whole, context) and _stands_alone(part, context)))


def _is_whole(number: Number, context: CountContext) -> bool:
    """ "Of the 27 states": a word for what a part is taken from, with or without an article."""
    before = context.folded[max(0, number.start - 24) : number.start].split()
    while before and before[-1] in context.known.definite:
        before.pop()
    return bool(before) and before[-1].lstrip("(") in context.words.out_of


def _stands_alone(number: Number, context: CountContext) -> bool:
    """Whether nothing follows that could be the noun of the number: the clause ends, or a verb or preposition comes; German nouns would show a capital."""
    if context.units.order == "capital":
        return True
    word = _WORD_AFTER.match(context.folded, number.end)
    return word is None or word.group(1) in context.units.stop or word.group(1) in context.words.verbs


def _related(first: Number, second: Number, context: CountContext) -> str | None:
    return relation(context.folded, (first.start, first.end), (second.start, second.end), context.known)


def _bare_count(number: Number, unit: str | None, confidence: float) -> Mention:
    return Mention("count", count_of(number, None, unit, None, measure=False), number.start, number.end, confidence, None, ("borrowed",))
