"""Dates in a stretch of text with what stands around them: by, from, until, ranges, negation, old and new.

by, until, at the latest X        open start, ends with X                  since, from, not before, at the earliest X    starts with X, open end
before X                          open start, ends the day before X        after X                                        starts the day after X
before the end of X               ends with X                              postponed until X                              X itself
from X to Y, between X and Y      one range                                moved from X to Y                              X (past) and Y, both cue "pair"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.core.model import DateSpan, Granularity, Role, Setting
from monitor.core.text import dategrammar
from monitor.core.text.datecontext import Left, Stretch, is_adjective, is_dated, is_only_then, is_plausible, left_of, right_of
from monitor.core.text.dategrammar import Core
from monitor.core.text.datetense import day_meant, tense
from monitor.core.text.datewords import Token, Words
from monitor.core.text.periods import Period, joined, nearest_year, opened, span


@dataclass(frozen=True, slots=True)
class Found:
    """A date with its place in the text and what its direct surroundings say about it."""

    value: DateSpan
    start: int
    end: int
    confidence: float
    role: Role | None = None
    cues: tuple[str, ...] = ()


def _previous(cores: Sequence[Core], index: int) -> Core | None:
    return cores[index - 1] if index else None


def find(text: str, flat: str, start: int, end: int, words: Words, setting: Setting) -> list[Found]:
    """All dates in `text[start:end]`, left to right, without overlaps."""
    tokens = words.tokens(flat, start, end)
    stretch = Stretch(tokens, flat, text, words, setting, "".join(t.letter for t in tokens), start, end)
    cores = dategrammar.read(tokens, words, setting)
    found: list[Found] = []
    index = 0
    while index < len(cores):
        following = cores[index + 1] if index + 1 < len(cores) else None
        pair = list(_linked(stretch, cores[index], following)) if following else []
        found.extend(pair or _single(stretch, cores[index], following, _previous(cores, index)))
        index += 2 if pair else 1
    return found


# -------------------------------------------------------------------------------------------------------------------- single dates


def _single(stretch: Stretch, core: Core, following: Core | None, previous: Core | None) -> Iterator[Found]:
    left = left_of(stretch, core.first)
    value = core.value
    if value is None:
        value = _with_year(stretch, core, left, following, previous)
    if value is None or not is_plausible(stretch, core, left):
        return
    letter, last = right_of(stretch, core.last, following)
    first = left.first
    start, end = stretch.tokens[first].start, stretch.tokens[last].end
    bound = letter or left.letter
    if core.form == "weekday":
        value = day_meant(stretch, core, left, bound)
        if value is None:
            return
    if (bound == "f" and is_dated(stretch, first)) or (bound == "A" and is_only_then(stretch, first, value)):
        bound = ""
    if bound in ("B", "<") and value.yearless:
        value = _yet_to_come(value, core, stretch.setting)
    if bound and is_adjective(stretch, core, left):
        bound, start = "", stretch.tokens[core.first].start
    if bound == "T" and stretch.words.moved.search(stretch.clause(start, end, 60, 25)):
        bound = ""
    if bound == "f" and core.form in ("days", "month_days"):
        bound = ""
    if bound in ("X", "T") and _is_after_not(stretch, first, bound):
        bound = "A"
    value = _bounded(value, bound, core)
    if value is None:
        return
    yield Found(value, start, end, _confidence(core, left, value), Role.DENIED if left.negated else None, left.hedges)


def _yet_to_come(value: DateSpan, core: Core, setting: Setting) -> DateSpan:
    """A time limit without a year lies ahead: "by December", said in March, is the next one."""
    today = setting.published_on
    if today is None or value.end is None or value.end >= today:
        return value
    return _a_year_on(value, core.period, 1)


_FAR = timedelta(days=60)  # nearer than that the date of an old page may be meant, whatever the tense


def _by_tense(stretch: Stretch, core: Core, value: DateSpan) -> DateSpan:
    """ "will open in March", said in June, is the next one; "were announced in February", said in October, the last one."""
    today = stretch.setting.published_on
    if today is None or value.start is None or value.end is None:
        return value
    if value.end < today - _FAR and tense(stretch, core) == "ahead":
        return _a_year_on(value, core.period, 1)
    if value.start > today + _FAR and tense(stretch, core) == "behind":
        return _a_year_on(value, core.period, -1)
    return value


def _a_year_on(value: DateSpan, period: Period | None, step: int) -> DateSpan:
    first = value.start or value.end
    if period is None or first is None:
        return value
    return span(replace(period, year=first.year + step, yearless=True)) or value


def _is_after_not(stretch: Stretch, first: int, bound: str) -> bool:
    """ "will not be finished before 2029": from then on. The same with until only where the language says it so."""
    if bound == "T" and not stretch.words.until_after_not:
        return False
    return re.search(r"[N0][^,.;:()]{0,7}\Z", stretch.letters[:first]) is not None


def _bounded(value: DateSpan, bound: str, core: Core) -> DateSpan | None:
    if value.start is None or value.end is None:
        return value
    try:
        match bound:
            case "A" | "f" | ">":
                return opened(value, start=value.start, end=None)
            case "B" | "T" | "<":
                return opened(value, start=None, end=value.end)
            case "X":
                closes = value.part == "late" or value.granularity is Granularity.RANGE
                return opened(value, start=None, end=value.end if closes else value.start - timedelta(days=1))
            case "Z":
                return opened(value, start=value.end + timedelta(days=1), end=None)
            case _:
                return value
    except OverflowError:
        return None


def _with_year(stretch: Stretch, core: Core, left: Left, following: Core | None, previous: Core | None) -> DateSpan | None:
    """A yearless core: with the year of the date listed with it ("in March and June 2027"), or the occurrence nearest to publication."""
    period = core.period
    if period is None:
        return None
    for one, other, neighbour in ((core, following, following), (previous, core, previous)):
        if (
            one
            and other
            and neighbour
            and neighbour.period
            and neighbour.period.year
            and neighbour.period.granularity is period.granularity
        ):
            between = stretch.letters[one.last + 1 : other.first]
            if between and re.fullmatch(r",?[&V,/]?[GLiIt]{0,2}", between):
                return span(replace(period, year=neighbour.period.year))
    published_on = stretch.setting.published_on
    if published_on is None or not _is_time(stretch, core, left):
        return None
    value = span(replace(period, year=nearest_year(period, published_on), yearless=True))
    if value is None:
        return None
    letters = stretch.letters[core.first : core.last + 1]
    return _on_side(value, period, letters, published_on) if re.search("[+_]", letters) else _by_tense(stretch, core, value)


def _on_side(value: DateSpan | None, period: Period, letters: str, published_on: date) -> DateSpan | None:
    """ "5 May last" and "next 15 June" say on which side of the day of publication they lie."""
    if value is None or value.start is None or value.end is None:
        return value
    if "_" in letters and value.start > published_on:
        return span(replace(period, year=value.start.year - 1, yearless=True))
    if "+" in letters and value.end < published_on:
        return span(replace(period, year=value.start.year + 1, yearless=True))
    return value


def _is_time(stretch: Stretch, core: Core, left: Left) -> bool:
    """Whether a month, season or number without a year is meant as a time: "in March", "by summer"; not "march" or "may"."""
    month = next((t for t in stretch.tokens[core.first : core.last + 1] if t.letter in "Mm"), None)
    if month and not _is_month(stretch, core, month):
        return False
    if core.form in ("day", "days", "word_day", "ordinal_day", "ordinal_of_month"):
        return True
    if core.form in ("month_day", "month_days", "month_day_stop"):
        return left.in_word != "in"
    if core.period and core.period.part:
        return True
    if (
        core.form == "bare_season"
        and stretch.flat[stretch.tokens[core.first].start : stretch.tokens[core.last].end] in stretch.words.adverbial_seasons
    ):
        return True
    is_weak = any(t.letter in "ms" for t in stretch.tokens[core.first : core.last + 1])  # "n'a pas été réduite"
    return bool(left.in_word or left.letter or (left.negated and not is_weak))


def _is_month(stretch: Stretch, core: Core, month: Token) -> bool:
    """Not "march" in English, and alone no abbreviation that is a word of its own ("no mar", at sea)."""
    if stretch.words.capital_months:
        return stretch.text[month.start].isupper()
    is_name = stretch.flat[month.start : month.end] in {name.lower() for name in stretch.words.month_names}
    return month.letter == "M" or is_name or core.form != "bare_month"


def _confidence(core: Core, left: Left, value: DateSpan) -> float:
    if core.form == "today":
        return 0.4
    if value.relative:
        return 0.7
    if value.yearless:
        return 0.75
    if core.form == "year":
        return 0.9 if left.introduced else 0.7
    return 0.97


# ------------------------------------------------------------------------------------------------------------------ ranges and pairs

_TO = re.compile(r"[-tTK][GLi]{0,2}")
_AND = re.compile(r"&[GLiI]{0,2}")
_OR = re.compile(r",?[V/][GLiI]{0,2}")
_INTO = re.compile(r"[iI][GLi]{0,2}")  # "rutscht vom zweiten Quartal ins Frühjahr 2028"


def _linked(stretch: Stretch, first: Core, second: Core) -> Iterator[Found]:
    """One range, or an old and a new date, from two cores that belong together; nothing when they do not."""
    between = stretch.letters[first.last + 1 : second.first]
    if any(core.form == "weekday" or stretch.letters[core.first : core.last + 1] == "6" for core in (first, second)):
        return  # "Monday to Friday" is mostly any week's, "from 1500 to 1800" a count
    if between.startswith(".") and _runs_on(stretch, first.last + 1):
        between = between[1:]  # "2026 r. do 2030 r.", "između 2026. i 2028."
    if not between or len(between) > 4:
        return
    left = left_of(stretch, first.first)
    opener = _opener(stretch, first)
    if not (
        _TO.fullmatch(between)
        or (_AND.fullmatch(between) and opener in ("e", "~"))
        or (_OR.fullmatch(between) and _alike(first, second))
        or (opener and _INTO.fullmatch(between))
    ):
        return
    values = _both(stretch, first, second)
    if values is None:
        return
    old, new = values.old, values.new
    start, end = stretch.tokens[first.first].start, stretch.tokens[second.last].end
    if opener and not _OR.fullmatch(between):
        start = stretch.tokens[_opener_index(stretch, first)].start
    if _is_moved(stretch, between, opener, start, end):
        yield Found(old, start, stretch.tokens[first.last].end, 0.9, Role.PAST, ("pair", *left.hedges))
        yield Found(new, stretch.tokens[second.first].start, end, 0.9, None, ("pair",))
        return
    if "K" in between or _INTO.fullmatch(between):
        return
    value = joined(old, new) if old.end and new.start and old.end < new.start else None
    if value is None or (between == "-" and stretch.flat[stretch.tokens[first.last + 1].start - 1] == " " and not _alike(first, second)):
        return
    if not is_plausible(stretch, first, left) or not is_plausible(stretch, second, left_of(stretch, second.first)):
        return
    yield Found(value, start, end, 0.95, Role.DENIED if left.negated else None, left.hedges)


def _runs_on(stretch: Stretch, stop: int) -> bool:
    """Whether the full stop belongs to an abbreviation or ordinal: a small letter follows."""
    return stop + 1 < len(stretch.tokens) and stretch.text[stretch.tokens[stop + 1].start].islower()


def _opener_index(stretch: Stretch, first: Core) -> int:
    index = first.first - 1
    while index > 0 and stretch.letters[index] in "Li" and first.first - index <= 3:
        index -= 1
    return index


_OPENERS = frozenset("fjGe~A")


def _opener(stretch: Stretch, first: Core) -> str:
    index = _opener_index(stretch, first)
    letter = stretch.letters[index] if index >= 0 else ""
    return letter if letter in _OPENERS else ""


def _is_moved(stretch: Stretch, between: str, opener: str, start: int, end: int) -> bool:
    if "K" in between and opener:
        return True
    return bool(opener and opener in "fjG" and stretch.words.moved.search(stretch.clause(start, end, 120, 60)))


def _alike(first: Core, second: Core) -> bool:
    return _grain(first) == _grain(second)


def _grain(core: Core) -> Granularity | None:
    return core.period.granularity if core.period else core.value.granularity if core.value else None


@dataclass(frozen=True, slots=True)
class _Ends:
    old: DateSpan
    new: DateSpan


def _both(stretch: Stretch, first: Core, second: Core) -> _Ends | None:
    """The two values, each lending its year to the other where one has none."""
    old, new = first.value, second.value
    if old is None and new is None:
        published_on = stretch.setting.published_on
        if published_on is None or first.period is None or not _is_time(stretch, first, left_of(stretch, first.first)):
            return None
        old = span(replace(first.period, year=nearest_year(first.period, published_on), yearless=True))
    if old is None and new is not None and new.start and first.period:
        old = _in_year(first, new.start.year, new.start, before=True)
    elif new is None and old is not None and old.start and second.period:
        new = _in_year(second, old.start.year, old.start, before=False)
    return _Ends(old, new) if old and new else None


def _in_year(core: Core, year: int, other: date, *, before: bool) -> DateSpan | None:
    """The core in that year, or one year off where it would run the wrong way round ("from December to March 2027")."""
    if core.period is None:
        return None
    value = span(replace(core.period, year=year))
    if value and value.start and (value.start > other if before else value.start < other):
        return span(replace(core.period, year=year - 1 if before else year + 1))
    return value
