"""Dates in a stretch of text with what stands around them: by, from, until, ranges, negation, old and new.

by, until, at the latest X        open start, ends with X                  since, from, not before, at the earliest X    starts with X, open end
before X                          open start, ends the day before X        after X                                        starts the day after X
before the end of X               ends with X                              postponed until X                              X itself
from X to Y, between X and Y      one range                                moved from X to Y                              X (past) and Y, both cue "pair"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from monitor.core.model import DateSpan, Granularity, Role, Setting
from monitor.core.text import dategrammar
from monitor.core.text.dategrammar import Core
from monitor.core.text.datewords import Token, Words
from monitor.core.text.periods import joined, nearest_year, opened, span


@dataclass(frozen=True, slots=True)
class Found:
    """A date with its place in the text and what its direct surroundings say about it."""

    value: DateSpan
    start: int
    end: int
    confidence: float
    role: Role | None = None
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Left:
    """What stands before a core: the bound letter if any, where it begins, and whether the core is introduced as a time at all."""

    letter: str = ""
    first: int = 0
    introduced: bool = False
    in_word: str = ""
    negated: bool = False
    article: bool = False
    hedges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """The tokens of one window and the texts they were read from (`flat` for words, `text` for capitals)."""

    tokens: Sequence[Token]
    flat: str
    text: str
    words: Words
    setting: Setting
    letters: str = field(default="")
    start: int = 0
    end: int = 0

    def clause(self, start: int, end: int, before: int, after: int) -> str:
        """The flat text around a span, cut at sentence ends."""
        left = self.flat[max(self.start, start - before) : start]
        right = self.flat[end : min(self.end, end + after)]
        return _after_stop(left) + self.flat[start:end] + re.split(r"[.!?;] ", right, maxsplit=1)[0]


_STOP = re.compile(r"[.!?;] ")


def _after_stop(left: str) -> str:
    cut = max((m.end() for m in _STOP.finditer(left)), default=0)
    return left[cut:]


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


# ------------------------------------------------------------------------------------------------------------- what stands before

_BOUNDS = "ABXZTf><wN"
_OPENERS = "fjGe~A"


def _left(stretch: Stretch, first: int) -> _Left:
    letters, tokens = stretch.letters, stretch.tokens
    hedges: list[str] = []
    in_word, article = "", False
    index = first - 1
    while index >= 0 and first - index <= 5:
        letter = letters[index]
        if letter == "L":
            article = True
        elif letter in "iIR" and not in_word:
            in_word = stretch.flat[tokens[index].start : tokens[index].end]
        elif letter == "c":
            hedges.append(stretch.flat[tokens[index].start : tokens[index].end])
        else:
            break
        index -= 1
    letter = letters[index] if index >= 0 else ""
    before = letters[index - 1] if index >= 1 else ""
    if not letter or letter not in _BOUNDS:
        in_word = in_word or (stretch.flat[tokens[index].start : tokens[index].end] if letter in ("t", "K") else "")
        introduced = bool(in_word) or not letter or letter in tuple("tGjK&Ve~(:-,")
        return _Left("", first, introduced, in_word, letter in ("t", "K") and before == "N", article, tuple(hedges))
    if before == "N" and letter in "XT":  # "not before", "not until" where the language has no list entry for the two together
        return _Left("A", index - 1, True, in_word, False, article, tuple(hedges))
    negated = letter == "N" or (before == "N" and letter in "BA<")
    begin = index if letter != "N" else first
    return _Left("" if letter in "Nw" else letter, begin, True, in_word, negated, article, tuple(hedges))


def _right(stretch: Stretch, last: int, following: Core | None) -> tuple[str, int]:
    """A bound after the core ("2028 at the earliest") and the last token it takes; not one that belongs to the next core."""
    tail = re.match(r"[,(]?[><]", stretch.letters[last + 1 : last + 4])
    if tail is None:
        return "", last
    index = last + tail.end()
    if following and re.fullmatch(r"[iILGc]{0,3}", stretch.letters[index + 1 : following.first]):
        return "", last
    return tail[0][-1], index


# -------------------------------------------------------------------------------------------------------------------- single dates


def _single(stretch: Stretch, core: Core, following: Core | None, previous: Core | None) -> Iterator[Found]:
    left = _left(stretch, core.first)
    value = core.value
    if value is None:
        value = _with_year(stretch, core, left, following, previous)
    if value is None or not _is_plausible(stretch, core, left):
        return
    letter, last = _right(stretch, core.last, following)
    first = left.first
    start, end = stretch.tokens[first].start, stretch.tokens[last].end
    bound = letter or left.letter
    if bound and _is_adjective(stretch, core, left):
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


def _is_after_not(stretch: Stretch, first: int, bound: str) -> bool:
    """ "will not be finished before 2029": from then on. The same with until only where the language says it so."""
    if bound == "T" and not stretch.words.until_after_not:
        return False
    return re.search(r"N[^,.;:()]{0,7}\Z", stretch.letters[:first]) is not None


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


def _with_year(stretch: Stretch, core: Core, left: _Left, following: Core | None, previous: Core | None) -> DateSpan | None:
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
    return span(replace(period, year=nearest_year(period, published_on), yearless=True))


def _is_time(stretch: Stretch, core: Core, left: _Left) -> bool:
    """Whether a month, season or number without a year is meant as a time: "in March", "by summer"; not "march" or "may"."""
    month = next((t for t in stretch.tokens[core.first : core.last + 1] if t.letter in "Mm"), None)
    if month and stretch.words.capital_months and not stretch.text[month.start].isupper():
        return False
    if core.form in ("day", "days"):
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
    return bool(left.in_word or left.letter or left.negated)


def _confidence(core: Core, left: _Left, value: DateSpan) -> float:
    if core.form == "today":
        return 0.4
    if value.relative:
        return 0.7
    if value.yearless:
        return 0.75
    if core.form == "year":
        return 0.9 if left.introduced else 0.7
    return 0.97


# --------------------------------------------------------------------------------------------------- a year, or some other number?

_ID_BEFORE = frozenset("/#_@$£€&=+")
_CURRENCIES = frozenset(["eur", "usd", "gbp", "chf", "pln", "czk", "sek", "nok", "dkk", "huf", "ron", "jpy", "inr", "aud", "cad"])
_MEASURE = re.compile(
    r" ?(?:[%°€$£]|[kmgt]?(?:w|wh|m|b|v|l|hz|bit|flops?|g)(?:/[a-z]|[²³])?(?!\w)|m²|m³|eur(?!\w)|usd(?!\w)|gbp(?!\w)|chf(?!\w)|pln(?!\w))"
)


def _is_plausible(stretch: Stretch, core: Core, left: _Left) -> bool:
    if core.form not in ("year", "two_years", "decade", "numeric_month", "numeric_day"):
        return True
    start, end = stretch.tokens[core.first].start, stretch.tokens[core.last].end
    before = stretch.flat[start - 1 : start]
    if (before in _ID_BEFORE and before) or _is_glued(stretch.flat, start, end):
        return False
    previous = stretch.tokens[core.first - 1] if core.first else None
    named = stretch.tokens[core.first - 2] if previous and previous.letter == "." and core.first > 1 else previous  # "art. 2016"
    if named and not left.introduced and stretch.flat[named.start : named.end] in stretch.words.not_year_before:
        return False
    if previous and stretch.flat[previous.start : previous.end] in _CURRENCIES:
        return False
    if previous and previous.letter == "*" and stretch.flat[previous.start] in "§$£€#" and core.first:
        return False
    if core.form != "year" or stretch.tokens[core.last].letter == "J":
        return True
    return not _is_counted(stretch, core, left, previous)


def _is_glued(flat: str, start: int, end: int) -> bool:
    """Part of an identifier or address: "HORIZON-2025-02", "2024/EU", "/2025/"."""
    before, after = flat[max(0, start - 2) : start], flat[end : end + 2]
    if re.match(r"[-_/@][\w]", after) and not re.match(r"-[a-zà-ÿ]", after):
        return True
    return bool(re.match(r"[/_][a-z]", after) or re.search(r"[0-9][-/.,]$|[a-z0-9][/_]$", before))


def _is_counted(stretch: Stretch, core: Core, left: _Left, previous: Token | None) -> bool:
    tokens, flat, words = stretch.tokens, stretch.flat, stretch.words
    end = tokens[core.last].end
    if _MEASURE.match(flat, end):
        return True
    if previous and previous.letter in "n129v" and tokens[core.first].start - previous.end <= 1:
        return True
    following = tokens[core.last + 1] if core.last + 1 < len(tokens) else None
    if following is None or following.start - end > 1 or following.letter not in "xn129":
        return False
    if following.letter in "n129":
        return following.start - end == 1 and following.letter != "1"
    word = flat[following.start : following.end]
    if any(word.startswith(stem) for stem in words.counted):
        return words.code != "en" or left.in_word != "in"  # "in 2026 people will vote"; elsewhere a comma would stand there
    plural = bool(words.plural) and re.search(rf"(?:{words.plural})\Z", word) is not None and len(word) > 4
    return (
        plural
        and not left.introduced
        and stretch.text[following.start].islower() == (words.code != "de")
        and bool(left.hedges or not left.article)
    )


def _is_adjective(stretch: Stretch, core: Core, left: _Left) -> bool:
    """ "after the 2026 election": the year belongs to the noun, the preposition does not make it a bound."""
    if core.form != "year" or not left.article or left.letter not in tuple("XZAf"):
        return False
    following = stretch.tokens[core.last + 1] if core.last + 1 < len(stretch.tokens) else None
    return bool(
        following and following.letter == "x" and following.start - stretch.tokens[core.last].end == 1 and stretch.words.code == "en"
    )


# ------------------------------------------------------------------------------------------------------------------ ranges and pairs

_TO = re.compile(r"[-tTK][GLi]{0,2}")
_AND = re.compile(r"&[GLiI]{0,2}")
_OR = re.compile(r",?[V/][GLiI]{0,2}")


def _linked(stretch: Stretch, first: Core, second: Core) -> Iterator[Found]:
    """One range, or an old and a new date, from two cores that belong together; nothing when they do not."""
    between = stretch.letters[first.last + 1 : second.first]
    if (
        between.startswith(".")
        and stretch.letters[first.last] == "J"
        and stretch.tokens[first.last].end - stretch.tokens[first.last].start == 1
    ):
        between = between[1:]  # "2026 r. do 2030 r."
    if not between or len(between) > 4:
        return
    left = _left(stretch, first.first)
    opener = _opener(stretch, first)
    if not (
        _TO.fullmatch(between)
        or (_AND.fullmatch(between) and opener in "e~" and opener)
        or (_OR.fullmatch(between) and _alike(first, second))
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
    if "K" in between:
        return
    value = joined(old, new) if old.end and new.start and old.end < new.start else None
    if value is None or (between == "-" and stretch.flat[stretch.tokens[first.last + 1].start - 1] == " " and not _alike(first, second)):
        return
    if not _is_plausible(stretch, first, left) or not _is_plausible(stretch, second, _left(stretch, second.first)):
        return
    yield Found(value, start, end, 0.95, Role.DENIED if left.negated else None, left.hedges)


def _opener_index(stretch: Stretch, first: Core) -> int:
    index = first.first - 1
    while index > 0 and stretch.letters[index] in "Li" and first.first - index <= 3:
        index -= 1
    return index


def _opener(stretch: Stretch, first: Core) -> str:
    index = _opener_index(stretch, first)
    letter = stretch.letters[index] if index >= 0 else ""
    return letter if letter and letter in _OPENERS else ""


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
        if published_on is None or first.period is None or not _is_time(stretch, first, _left(stretch, first.first)):
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
