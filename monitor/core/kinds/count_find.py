"""Finding counts in a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from monitor.core.kinds import Span
from monitor.core.kinds.count_context import CountContext, context_of
from monitor.core.lang import Lexicon
from monitor.core.model import Count, Form, Mention, Page, Passage, Qualifier, Setting
from monitor.core.text.amounts import amount_at, currency_of_header
from monitor.core.text.hedges import Hedge
from monitor.core.text.numbers import Number, Taken, find_numbers, fold
from monitor.core.text.numbers.ranges import relation
from monitor.core.text.units import Unit, unit_after

_EXACT_BELOW = 1000
_LARGEST_RATIO = 10  # "one in ten"; "three in 15 states" are three
_LABEL = re.compile(r"([^\n:;.!?|]{2,60}): ?$")
_REST_OF_LABEL = re.compile(r"[.;,]?(?:\n|$| \()")
_WORD_BEFORE = re.compile(r"([^\s(]+)[ \n(]$")
_HEADER_UNIT = re.compile(r"[(\[,] ?(?:in )?([^()\[\]]{1,14})[)\]]?$")


def find_counts(page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
    """All counts in the page in order, none overlapping `taken`."""
    context = context_of(page.text, lexicon, setting)
    spoken_for = Taken(taken)
    found: list[Mention] = []
    numbers = find_numbers(page.text, lexicon)
    skip = -1
    for index, number in enumerate(numbers):
        if index <= skip or spoken_for.overlaps(number.start, number.end) or _is_ratio(numbers, index, context):
            continue
        high = _upper(numbers, index, context)
        mention = _mention(number, high, context) or _beside(numbers, index, context)
        if mention is not None and not spoken_for.overlaps(mention.start, mention.end):
            found.append(mention)
            spoken_for.add(mention.start, mention.end)
        skip = index + 1 if high is not None else skip
    cells = [m for m in _cells(page, context) if not spoken_for.overlaps(m.start, m.end)]
    return sorted([*found, *cells], key=lambda m: m.start)


def read_count(written: str, lexicon: Lexicon) -> Count | None:
    """The count a person wrote: one number or range, and everything behind it as its unit."""
    context = context_of(written, lexicon, Setting(language=lexicon.code))
    numbers = find_numbers(written, lexicon)
    if not numbers or numbers[0].value is None or (numbers[0].start and written[numbers[0].start - 1] in "-\u2212"):
        return None
    high = _upper(numbers, 0, context)
    last = high or numbers[0]
    mention = _mention(numbers[0], high, context)
    if mention is not None and isinstance(mention.value, Count) and mention.end >= len(written.rstrip()) - 1:
        return mention.value
    if numbers[0].loose and not high:
        last = numbers[0]
    rest = written[last.end :].strip(" .-")
    if any(char.isdigit() for char in rest) and not rest.isalnum():
        return None
    hedge = context.hedges.around(context.folded, numbers[0].start, last.end)
    return _count(numbers[0], high, rest or None, hedge, measure=False)


# ----------------------------------------------------------------------------------------------------------------------- one mention


def _upper(numbers: Sequence[Number], index: int, context: CountContext) -> Number | None:
    """The upper end if this number begins a range."""
    if index + 1 >= len(numbers):
        return None
    low, high = numbers[index], numbers[index + 1]
    if low.value is None or high.value is None or low.is_year or high.start - low.end > 14:
        return None
    if relation(context.folded, (low.start, low.end), (high.start, high.end), context.known) != "range":
        return None
    return high if _lent(low, high) < high.value else None


def _is_ratio(numbers: Sequence[Number], index: int, context: CountContext) -> bool:
    """ "1 in 5 patients": neither the one nor the five is a count."""
    near = [n for n in numbers[max(0, index - 1) : index + 2] if n.value is not None and not n.scaled and not n.is_year and not n.decimals]
    small = [(a, b) for a, b in pairwise(near) if numbers[index] in (a, b) and (a.value or 0) < (b.value or 0) <= _LARGEST_RATIO]
    return any(context.folded[a.end : b.start] in context.words.ratios for a, b in small)


def _beside(numbers: Sequence[Number], index: int, context: CountContext) -> Mention | None:
    """ "from 7 to 13 sites", "8 of 19 hubs": a number without noun that the next or the last one explains; the old value of a pair shares its noun."""
    number = numbers[index]
    small = number.value is not None and number.value < _EXACT_BELOW and not number.decimals and not number.loose
    if not small or number.is_year or not _may_count(number, None, context):
        return None
    if index + 1 < len(numbers) and (found := _explained(number, numbers[index + 1], context)):
        return found
    if index and _related(numbers[index - 1], number, context) == "pair" and _unit(number, context)[1] is None:
        return _bare_count(number, None, 0.4)
    return None


def _explained(number: Number, after: Number, context: CountContext) -> Mention | None:
    """The old value of a pair with the noun of the new one, or the part of "8 of 19 hubs"."""
    if after.value is None or after.decimals:
        return None
    if _related(number, after, context) == "pair":
        unit = _unit(after, context)[1]
        if unit is not None and unit.measure:
            return None
        return _bare_count(number, context.text[unit.start : unit.end] if unit else None, 0.5)
    part = context.folded[number.end : after.start] in context.words.of and (number.value or 0) < after.value
    return _bare_count(number, None, 0.4) if part else None


def _related(first: Number, second: Number, context: CountContext) -> str | None:
    return relation(context.folded, (first.start, first.end), (second.start, second.end), context.known)


def _bare_count(number: Number, unit: str | None, confidence: float) -> Mention:
    return Mention("count", _count(number, None, unit, None, measure=False), number.start, number.end, confidence, None, ("borrowed",))


def _lent(low: Number, high: Number) -> Decimal:
    """The lower end with the scale of the upper one: "2 to 3 million"."""
    lower = low.value or Decimal(0)
    return lower * high.scale if high.scaled and not low.scaled and low.mantissa < high.mantissa else lower


def _mention(number: Number, high: Number | None, context: CountContext) -> Mention | None:
    last = high or number
    if number.value is None or last.value is None or not _may_count(number, high, context):
        return None
    last, unit = _unit(last, context)
    high = last if high is not None else None
    number = last if high is None else number
    if unit is None:
        return _without_unit(number, context) if high is None else None
    if not unit.measure and (number.as_group().decimals or last.as_group().decimals) and not last.scaled:
        return None
    if not unit.measure and (_is_code(number, unit, context) or _is_one_of_a_kind(number, unit, context)):
        return None
    hedge = context.hedges.around(context.folded, number.start, unit.end)
    if number.is_year and high is None and hedge is None:
        return None
    return _built(number, high, unit, hedge, context)


def _built(number: Number, high: Number | None, unit: Unit, hedge: Hedge | None, context: CountContext) -> Mention:
    written = context.text[unit.start : unit.end]
    symbol = context.units.measures.get(context.folded[unit.start : unit.end])
    count = _count(number, high, "%" if symbol == "%" else " ".join(written.split()), hedge, measure=unit.measure)
    before = _word_before(number, context)
    cues = (*((before,) if before in context.words.before_cues else ()), *unit.cues, *((hedge.words,) if hedge else ()))
    confidence = 0.9 if unit.sure and (number.value != 1 or unit.measure) else 0.6
    return Mention("count", count, number.start, unit.end, confidence, None, cues)


def _count(number: Number, high: Number | None, unit: str | None, hedge: Hedge | None, *, measure: bool) -> Count:
    if not measure:
        number = number.as_group()
    value = number.value if number.value is not None else Decimal(0)
    precision = number.precision if measure or value >= _EXACT_BELOW or number.scale >= _EXACT_BELOW else Decimal(1)
    if high is not None and high.value is not None:
        low = _lent(number, high)
        precision = min(number.times(high.scale).precision if low != value else precision, high.precision)
        precision = precision if measure or low >= _EXACT_BELOW else Decimal(1)
        return Count(low, unit, Qualifier.RANGE, low, high.value, precision, measure)
    qualifier = hedge.qualifier if hedge else Qualifier.ABOUT if number.about else Qualifier.EXACT
    return Count(value, unit, qualifier, None, None, precision, measure)


def _unit(number: Number, context: CountContext) -> tuple[Number, Unit | None]:
    """The unit behind a number, and the number as it is meant: "20m people" are millions, "20 m wide" are metres."""
    links = sorted(context.known.links, key=len, reverse=True) if number.about or number.scaled or number.collective else ()
    unit = unit_after(context.text, context.folded, number.end, context.units, links)
    if number.loose and (unit is None or not unit.sure or unit.measure):
        short = number.without_scale()
        measure = unit_after(context.text, context.folded, short.end, context.units)
        return (short, measure) if measure is not None and measure.measure else (number, None)
    if unit is not None and not unit.measure and context.text[number.end : number.end + 1] not in " \u00a0\u202f\u2009\t":
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


def _may_count(number: Number, high: Number | None, context: CountContext) -> bool:
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
    word = _word_before(number, context)
    if word in context.words.before_never and not number.scaled:
        return False
    return amount_at(context.text, context.folded, high or number, context.money, context.setting, context.lexicon.code) is None


def _word_before(number: Number, context: CountContext) -> str:
    match = _WORD_BEFORE.search(context.folded[max(0, number.start - 24) : number.start])
    return match.group(1).strip("\"'„“«") if match and not match.group().endswith("\n") else ""


def _is_one_of_a_kind(number: Number, unit: Unit, context: CountContext) -> bool:
    """ "a 737 landed": one thing called by a number; "an 11-nation consortium" is grown together and counts."""
    grown = context.text[unit.start - 1 : unit.start] == "-"
    return not grown and not number.words and not number.scaled and _word_before(number, context) in context.words.singular_before


def _is_code(number: Number, unit: Unit, context: CountContext) -> bool:
    """Bare runs of digits that are postcodes, telephone or project numbers rather than numbers of things."""
    if number.words or number.grouped or number.scaled:
        return False
    digits = number.bare_end - number.start
    if digits >= 7:
        return True
    before = context.folded[max(0, number.start - 2) : number.start].strip(" ")
    if before[-1:].isdigit() and number.start and context.folded[number.start - 1] == " ":
        return True  # the rest of a telephone number
    shortest = 5 if context.units.order == "capital" else 4
    return digits >= shortest and context.text[unit.start].isupper() and before[-1:] in ("", ",", "\n", "-")


# -------------------------------------------------------------------------------------------------------------------- without a noun


def _without_unit(number: Number, context: CountContext) -> Mention | None:
    """ "Seven are being set up", "Seven of the thirteen", "Factories: 19": unit None, or from the label."""
    if (labelled := _labelled(number, context)) is not None:
        return labelled
    small = number.value is not None and 1 < number.value < _EXACT_BELOW and not number.scaled and not number.decimals and not number.loose
    if not small or not (_stands_for_things(number, context) or _is_total(number, context)):
        return None
    behind = context.folded[number.end : number.end + 40].split("\n", 1)[0].split()
    cues = tuple(word for word in behind[:1] if word in context.units.adjectives)
    before = _word_before(number, context)
    hedge = context.hedges.around(context.folded, number.start, number.end)
    cues = (*((before,) if before in context.words.before_cues else ()), *cues, *((hedge.words,) if hedge else ()))
    confidence = 0.5 if number.words else 0.4
    return Mention("count", _count(number, None, None, hedge, measure=False), number.start, number.end, confidence, None, cues)


def _stands_for_things(number: Number, context: CountContext) -> bool:
    """Whether a verb or "of the" follows, at the start of a clause or as a partitive."""
    behind = context.folded[number.end : number.end + 40].split("\n", 1)[0]
    if behind[:1] != " ":
        return False
    if any(
        behind.startswith(f" {phrase}") and not behind[len(phrase) + 1 : len(phrase) + 2].isalnum() for phrase in context.words.partitive
    ):
        return number.words or not number.is_year
    following = [word.strip(".,;:") for word in behind.split()]
    while following and following[0] in context.units.adjectives:
        following.pop(0)
    if not following or following[0] not in context.words.verbs:
        return False
    before = context.folded[max(0, number.start - 3) : number.start].strip(" ")
    opens = before[-1:] in ("", "\n", ".", ";", ":", "(", "-", ",", "!", "?")
    return (opens and (number.words or before[-1:] in ("", "\n", ".", ";"))) or _word_before(number, context) in context.words.before_cues


def _is_total(number: Number, context: CountContext) -> bool:
    """ "bringing the total to 19", "steigt auf insgesamt 19"."""
    before = context.folded[max(0, number.start - 24) : number.start]
    if not before.endswith(" ") or context.folded[number.end : number.end + 1] not in ("", ".", ",", ";", "\n", ")"):
        return False
    return not number.is_year and f" {before}".endswith(tuple(f" {phrase} " for phrase in context.words.elliptical_before))


def _labelled(number: Number, context: CountContext) -> Mention | None:
    """ "Factories: 19" on a line of its own, or the last thing of one."""
    before = context.folded[max(0, number.start - 64) : number.start]
    match = _LABEL.search(before) if before.endswith((":", ": ")) else None
    if match is None or number.is_year or number.decimals or not _REST_OF_LABEL.match(context.folded, number.end):
        return None
    start = number.start - len(match.group()) + (len(match.group(1)) - len(match.group(1).lstrip(" -•*")))
    label = context.text[start : number.start].rstrip(": ")
    unit = _unit_of_label(label, context)
    if unit is None or len(label.split()) > 6:
        return None
    return Mention("count", _count(number, None, unit, None, measure=False), start, number.end, 0.7, None, ("label",))


def _unit_of_label(label: str, context: CountContext) -> str | None:
    """The noun of a label or header; None when it names something that is no count, "" is never returned."""
    folded = fold(label).strip()
    if not any(char.isalpha() for char in folded) or folded in context.words.label_never:
        return None
    words = folded.split()
    if (words[0].rstrip(".") in context.words.label_never and len(words) <= 2) or words[-1] in context.words.label_never:
        return None
    for prefix in context.words.label_prefixes:
        if folded.startswith(prefix) and len(folded) > len(prefix) + 1:
            return label.strip()[len(prefix) :].strip()
    return None if folded in context.words.generic or any(w in context.units.never for w in words) else label.strip()


# ------------------------------------------------------------------------------------------------------------------------ table cells


def _cells(page: Page, context: CountContext) -> list[Mention]:
    """Bare numbers in cells, definitions and items: the unit is their header or label."""
    found = []
    for passage in page.passages:
        if passage.form in (Form.CELL, Form.DEFINITION, Form.ITEM) and 0 < passage.end - passage.start <= 20:
            headers = [h for h in (passage.column_header, passage.row_header, passage.label) if h]
            if headers and (mention := _cell(passage, headers, context)):
                found.append(mention)
    return found


def _cell(passage: Passage, headers: list[str], context: CountContext) -> Mention | None:
    text = context.text[passage.start : passage.end]
    numbers = find_numbers(text, context.lexicon)
    if len(numbers) != 1 or numbers[0].value is None or text[: numbers[0].start].strip(" (~<>≈") or text[numbers[0].end :].strip(" )*+"):
        return None
    number = replace(numbers[0], start=passage.start + numbers[0].start, end=passage.start + numbers[0].end)
    if number.is_year or any(fold(h).strip() in context.words.label_never - context.words.generic for h in headers):
        return None
    for header in _without_states(headers, context):
        if currency_of_header(header, context.known, context.money, context.setting, context.lexicon.code):
            return None
        unit, measure = _unit_of_header(header, context)
        if unit is not None and (measure or not number.as_group().decimals):
            count = _count(number, None, unit[:80], context.hedges.around(context.folded, number.start, number.end), measure=measure)
            return Mention("count", count, number.start, number.end, 0.7, None, (header[:80],))
    return None


def _without_states(headers: list[str], context: CountContext) -> list[str]:
    """The headers that may name a unit: "At contract (2016)", "2024" and "Current evaluation" say which state of the plan a column holds."""
    return [header for header in headers if not _is_state(header, context)] if len(headers) > 1 else headers


def _is_state(header: str, context: CountContext) -> bool:
    unit = _HEADER_UNIT.search(header.strip())
    if unit is not None and context.units.measure.fullmatch(unit.group(1)):
        return False
    folded = fold(header).strip()
    words = re.findall(r"[^\W_]+", folded)
    if folded.startswith(context.words.label_prefixes):
        return False
    stated = [word for word in words if word in context.words.states]
    dated = any(word.isdigit() and len(word) == 4 for word in words)
    return bool(words) and (len(stated) == len([w for w in words if not w.isdigit()]) or (dated and bool(stated)))


def _unit_of_header(header: str, context: CountContext) -> tuple[str | None, bool]:
    match = _HEADER_UNIT.search(header.strip())
    if match is not None and context.units.measure.fullmatch(match.group(1)):
        return match.group(1), True
    return _unit_of_label(header, context), False
