"""Finding counts in a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from monitor.core.kinds import Span
from monitor.core.kinds.count_context import CountContext, context_of
from monitor.core.kinds.count_neighbours import beside, echo, is_ratio
from monitor.core.kinds.count_number import (
    EXACT_BELOW,
    count_of,
    is_code,
    is_named,
    is_one_of_a_kind,
    lent_low,
    may_count,
    unit_of,
    word_before,
)
from monitor.core.lang import Lexicon
from monitor.core.model import Count, Form, Mention, Page, Passage, Setting
from monitor.core.text.amounts import currency_of_header
from monitor.core.text.hedges import Hedge
from monitor.core.text.numbers import Number, Taken, find_numbers, fold
from monitor.core.text.numbers.ranges import relation
from monitor.core.text.units import Unit

_ROUND_YEAR = 2000  # "2000 jobs": the one year that is a round number as well
_LABEL = re.compile(r"([^\n:;.!?|]{2,60}): ?$")
_REST_OF_LABEL = re.compile(r"[.;,]?(?:\n|$| \()|, [^\W\d_]")
_FIGURE_BEFORE = re.compile(r"^\d ")
_PERCENT = re.compile(r" ?%")
_HEADER_UNIT = re.compile(r"[(\[,] ?(?:in )?([^()\[\]]{1,14})[)\]]?$")


def find_counts(page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
    """All counts in the page in order, none overlapping `taken`."""
    context = context_of(page.text, lexicon, setting)
    spoken_for = Taken(taken)
    found: list[Mention] = []
    numbers = find_numbers(page.text, lexicon)
    skip = -1
    for index, number in enumerate(numbers):
        if index <= skip or spoken_for.overlaps(number.start, number.end) or is_ratio(numbers, index, context):
            continue
        high = _upper(numbers, index, context)
        mention = _mention(number, high, context) or beside(numbers, index, context) or echo(numbers, index, context)
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
    return count_of(numbers[0], high, rest or None, hedge, measure=False)


# --------------------------------------------------------------------------------------------------------------------------------- one mention


def _upper(numbers: Sequence[Number], index: int, context: CountContext) -> Number | None:
    """The upper end if this number begins a range."""
    if index + 1 >= len(numbers):
        return None
    low, high = numbers[index], numbers[index + 1]
    if low.value is None or high.value is None or low.is_year or high.start - low.end > 14:
        return None
    end = _PERCENT.match(context.folded, low.end)
    both = end is not None and _PERCENT.match(context.folded, high.end) is not None  # "8% a 10%"
    if relation(context.folded, (low.start, end.end() if both and end else low.end), (high.start, high.end), context.known) != "range":
        return None
    return high if lent_low(low, high) < high.value else None


def _mention(number: Number, high: Number | None, context: CountContext) -> Mention | None:
    last = high or number
    if number.value is None or last.value is None or not may_count(number, high, context):
        return None
    last, unit = unit_of(last, context)
    high = last if high is not None else None
    number = last if high is None else number
    if unit is None:
        return _without_unit(number, context) if high is None else None
    if not unit.measure and (number.as_group().decimals or last.as_group().decimals) and not last.scaled:
        return None
    if not unit.measure and (is_code(number, unit, context) or is_one_of_a_kind(number, unit, context) or is_named(number, unit, context)):
        return None
    hedge = _hedge(number, last, unit, context)
    if number.is_year and high is None and hedge is None and not (number.value == _ROUND_YEAR and unit.sure):
        return None
    return _built(number, high, unit, hedge, context)


def _hedge(number: Number, last: Number, unit: Unit, context: CountContext) -> Hedge | None:
    """The hedge around the number with its noun, or grown to the number ("12,000-plus drivers"); between two votes "gegen" is none."""
    hedge = context.hedges.around(context.folded, number.start, unit.end)
    if hedge is None:
        return context.hedges.glued_to(context.folded, last.end)
    votes = hedge.words in context.words.echoes and _FIGURE_BEFORE.search(
        context.folded[max(0, number.start - len(hedge.words) - 3) : number.start]
    )
    return None if votes else hedge


def _built(number: Number, high: Number | None, unit: Unit, hedge: Hedge | None, context: CountContext) -> Mention:
    written = context.text[unit.start : unit.end]
    symbol = context.units.measures.get(context.folded[unit.start : unit.end])
    count = count_of(number, high, "%" if symbol == "%" else " ".join(written.split()), hedge, measure=unit.measure)
    before = word_before(number, context)
    cues = (*((before,) if before in context.words.before_cues else ()), *unit.cues, *((hedge.words,) if hedge else ()))
    confidence = 0.9 if unit.sure and (number.value != 1 or unit.measure) else 0.6
    return Mention("count", count, number.start, unit.end, confidence, None, cues)


# ------------------------------------------------------------------------------------------------------------------------------ without a noun


def _without_unit(number: Number, context: CountContext) -> Mention | None:
    """ "Seven are being set up", "Seven of the thirteen", "Factories: 19": unit None, or from the label."""
    if (labelled := _labelled(number, context)) is not None:
        return labelled
    small = number.value is not None and 1 < number.value < EXACT_BELOW and not number.scaled and not number.decimals and not number.loose
    if not small or not (_stands_for_things(number, context) or _is_total(number, context)):
        return None
    behind = context.folded[number.end : number.end + 40].split("\n", 1)[0].split()
    cues = tuple(word for word in behind[:1] if word in context.units.adjectives)
    before = word_before(number, context)
    hedge = context.hedges.around(context.folded, number.start, number.end)
    cues = (*((before,) if before in context.words.before_cues else ()), *cues, *((hedge.words,) if hedge else ()))
    confidence = 0.5 if number.words else 0.4
    return Mention("count", count_of(number, None, None, hedge, measure=False), number.start, number.end, confidence, None, cues)


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
    if not following or not (following[0] in context.words.verbs or following[0].endswith(context.units.verb_endings)):
        return False
    before = context.folded[max(0, number.start - 3) : number.start].strip(" ")
    opens = before[-1:] in ("", "\n", ".", ";", ":", "(", "-", ",", "!", "?")
    return (opens and (number.words or before[-1:] in ("", "\n", ".", ";"))) or word_before(number, context) in context.words.before_cues


def _is_total(number: Number, context: CountContext) -> bool:
    """ "bringing the total to 19", "steigt auf insgesamt 19"."""
    before = context.folded[max(0, number.start - 24) : number.start]
    if not before.endswith(" ") or context.folded[number.end : number.end + 1] not in ("", ".", ",", ";", "\n", ")"):
        return False
    return not number.is_year and f" {before}".endswith(tuple(f" {phrase} " for phrase in context.words.elliptical_before))


def _labelled(number: Number, context: CountContext) -> Mention | None:
    """ "Factories: 19" on a line of its own, or the last thing of one."""
    before = context.folded[max(0, number.start - 64) : number.start]
    hedge = context.hedges.around(context.folded, number.start, number.start)
    before = before.rstrip().removesuffix(hedge.words) if hedge else before  # "Beschäftigte: etwa 2400"
    match = _LABEL.search(before) if before.endswith((":", ": ")) else None
    if match is None or number.is_year or number.decimals or not _REST_OF_LABEL.match(context.folded, number.end):
        return None
    colon = max(0, number.start - 64) + match.end()
    start = colon - len(match.group()) + (len(match.group(1)) - len(match.group(1).lstrip(" -•*")))
    label = context.text[start:colon].rstrip(": ")
    unit = _unit_of_label(label, context)
    if unit is None or len(label.split()) > 6:
        return None
    return Mention("count", count_of(number, None, unit, hedge, measure=False), start, number.end, 0.7, None, ("label",))


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


# --------------------------------------------------------------------------------------------------------------------------------- table cells


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
            count = count_of(number, None, unit[:80], context.hedges.around(context.folded, number.start, number.end), measure=measure)
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
