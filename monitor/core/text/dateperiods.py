"""Periods from the tokens of one form: which of them is the day, the month, the year."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from monitor.core.model import Granularity, Setting
from monitor.core.text.datewords import Token, Words
from monitor.core.text.periods import FIRST_YEAR, LAST_YEAR, Period, span


def first(tokens: Sequence[Token], letters: str) -> Token | None:
    return next((t for t in tokens if t.letter in letters), None)


def number_in(tokens: Sequence[Token], letters: str) -> int:
    found = first(tokens, letters)
    return int(found.value) if found else 0


def read_period(form: str, tokens: Sequence[Token], words: Words, setting: Setting) -> Period | None:
    year, relative = year_of(tokens, setting)
    if relative and year is None:
        return None
    part = first(tokens, "pPz")
    base = Period(Granularity.YEAR, year, relative=relative, part=part_of(part) if part and form != "half" else None)
    if form == "half" and tokens[0].letter in "pP":
        base = replace(base, part=leading_part(tokens))
    reader = PERIODS.get(form)
    return reader(base, tokens, words) if reader else base


def leading_part(tokens: Sequence[Token]) -> str | None:
    return part_of(tokens[0]) if tokens[0].letter in "pP" else None


def part_of(token: Token) -> str:
    return "mid" if token.letter == "P" else str(token.value)


def year_of(tokens: Sequence[Token], setting: Setting) -> tuple[int | None, bool]:
    """The year said, and whether it was said relative to the publication date ("next year", "of the year")."""
    said = first(tokens, "Yy64")
    if said:
        return int(said.value), False
    abbreviated = first(tokens, "b")
    if abbreviated:
        return (setting.published_on.year + int(abbreviated.value) if setting.published_on else None), True
    if not any(t.letter in "Jz" for t in tokens) or any(t.letter == "C" for t in tokens):
        return None, False
    if setting.published_on is None:
        return None, True
    year = setting.published_on.year + (1 if first(tokens, "+") else 0)
    return year - (1 if _last_year(tokens) else 0), True


def _last_year(tokens: Sequence[Token]) -> bool:
    """Whether "last" belongs to the year, and not to "last quarter of the year"."""
    return any((a.letter == "_" and b.letter == "J") or (a.letter == "J" and b.letter == "_") for a, b in pairwise(tokens))


def unit_of(tokens: Sequence[Token]) -> str:
    found = first(tokens, "uJ")
    return str(found.value).removesuffix("s") if found and found.value else "year"


def two_years(written: str) -> tuple[int, int] | None:
    first_text, second_text = re.findall(r"[0-9]+", written)
    first, second = int(first_text), int(second_text)
    if len(second_text) == 2:
        second += first // 100 * 100
    if not (FIRST_YEAR <= first < second <= LAST_YEAR):
        return None
    return first, second


def _days(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    numbers = [int(t.value) for t in tokens if t.letter in "12o"]
    return replace(base, granularity=Granularity.DAY, part=None, month=number_in(tokens, "Mm"), day=numbers[0], last_day=numbers[1])


def _day(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    unit = first(tokens, "u12o")
    if unit and unit.letter == "u" and unit.value != "day":
        return None  # "dia 27 de fevereiro", not "week 27 maart"
    return replace(base, granularity=Granularity.DAY, part=None, month=number_in(tokens, "Mm"), day=number_in(tokens, "12o"))


def _word_day(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "veintitrés de febrero", "le premier mai", "am zweiten Mai"; "un marzo" is some March, "the final of May" no fourth."""
    number = first(tokens, "vO")
    if not number or (number.letter == "v" and number.value == 1) or (number.letter == "O" and number.value > _last_ordinal(words)):
        return None
    return replace(base, granularity=Granularity.DAY, part=None, month=number_in(tokens, "Mm"), day=int(number.value))


def _last_ordinal(words: Words) -> int:
    """The last day of a month that is an ordinal in words: where other days are plain numbers, the first only."""
    return 1 if words.cardinal_days else 3 if words.month_first else 4


def _dash_day(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    year = int(tokens[-1].value)
    return _day(replace(base, year=year if year > 99 else 2000 + year), tokens, words)


def _month(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    return replace(base, granularity=Granularity.MONTH, month=number_in(tokens, "Mm"))


def _quarter(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    number = number_in(tokens, "O1o") or (4 if first(tokens, "_") else 0)
    return replace(base, granularity=Granularity.QUARTER, number=number) if 1 <= number <= 4 else None


def _half(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    number = number_in(tokens, "O1o") or (2 if first(tokens, "_") else 0)
    if number not in (1, 2):
        return None
    month = number_in(tokens, "Mm")
    if month:  # "second half of March 2027"
        last = 15 if number == 1 else span(replace(base, part=None, granularity=Granularity.MONTH, month=month)).end.day  # type: ignore[union-attr]
        return replace(base, part=None, granularity=Granularity.DAY, month=month, day=1 if number == 1 else 16, last_day=last)
    return replace(base, granularity=Granularity.HALF, number=number)


def _quarter_mark(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    mark = first(tokens, "qh")
    short = first(tokens, "29")
    year = base.year if base.year is not None else 2000 + int(short.value) if short else None
    quarter = mark is not None and mark.letter == "q"
    if not mark or (not quarter and int(mark.value) > 2):
        return None
    return replace(base, year=year, granularity=Granularity.QUARTER if quarter else Granularity.HALF, number=int(mark.value))


def _quarter_number(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    return _quarter(base, tokens, words)


def _season(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    return replace(base, granularity=Granularity.SEASON, number=number_in(tokens, "Ss"))


def _season_years(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "winter 2026/27": the first year; "summer 2026/27" is no one season and gives nothing."""
    years = two_years(str(tokens[-1].value))
    if years is None or not first(tokens, "Ss"):
        return None
    return replace(base, granularity=Granularity.SEASON, number=number_in(tokens, "Ss"), year=years[0])


def _season_of_two(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "de winter van 2026 op 2027": the first year, where the second is the next."""
    years = [int(t.value) for t in tokens if t.letter == "Y"]
    return replace(_season(base, tokens, words), year=years[0]) if years[1] == years[0] + 1 else None


def _month_of_short_year(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "dez/25"; "mar/15" may be a day."""
    short = int(tokens[-1].value)
    return replace(_month(base, tokens, words), year=2000 + short) if short >= 20 else None


def _marked(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    found: Period | None = tokens[0].value
    return found


def _decade(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "the 2030s", "les années 2030", "années 80", "jaren negentig"; "les années 2026" is the year."""
    year = number_in(tokens, "CY8")
    short = first(tokens, "9y")
    if short:  # "'70" is first taken for 2070
        tens = int(short.value) % 100
        return (
            replace(base, granularity=Granularity.DECADE, year=1900 + tens)
            if tens % 10 == 0 and tens >= 40 and unit_of(tokens) == "year"
            else None
        )
    if not first(tokens, "C8") and (year % 10 or unit_of(tokens) != "year"):
        return replace(base, granularity=Granularity.YEAR, year=year) if unit_of(tokens) == "year" else None
    return replace(base, granularity=Granularity.DECADE, year=year) if year % 10 == 0 and FIRST_YEAR <= year <= LAST_YEAR else None


def _year_first(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "vuoden 2027 lopussa", "2027. gada marts": whatever the year is followed by."""
    if first(tokens, "Mm"):
        return _month(base, tokens, words)
    if first(tokens, "Ss"):
        return _season(base, tokens, words)
    rest = [t for t in tokens if t.letter not in "YJ"]
    if first(tokens, "Q"):
        return _quarter(base, rest, words)
    return _half(base, rest, words) if first(tokens, "H") else base


def _bare_numeric(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    day, month = (int(n) for n in re.findall(r"[0-9]+", str(tokens[0].value)))
    return Period(Granularity.DAY, None, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _part_of_year(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    return base


def _year_part(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    return base


PERIODS: dict[str, Callable[[Period, Sequence[Token], Words], Period | None]] = {
    "days": _days,
    "month_days": _days,
    "day": _day,
    "word_day": _word_day,
    "ordinal_day": _word_day,
    "ordinal_of_month": _word_day,
    "month_day": _day,
    "month_day_stop": _day,
    "year_day": _day,
    "year_first": _year_first,
    "dash_day": _dash_day,
    "month": _month,
    "bare_month": _month,
    "quarter": _quarter,
    "quarter_number": _quarter_number,
    "quarter_mark": _quarter_mark,
    "half": _half,
    "half_mark": _quarter_mark,
    "year_mark": _quarter_mark,
    "season": _season,
    "bare_season": _season,
    "season_years": _season_years,
    "season_of_two": _season_of_two,
    "month_of_short_year": _month_of_short_year,
    "marked": _marked,
    "decade": _decade,
    "bare_numeric": _bare_numeric,
    "part_of_year": _part_of_year,
    "year_part": _year_part,
}
