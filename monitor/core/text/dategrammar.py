"""The forms a date takes, as regular expressions over the letters of `datewords`.

One grammar serves all languages: "10 December 2024", "10 de diciembre de 2024" and "10. prosince 2024" are all a number, a month and a year with glue between.
`read` gives the cores: periods without their surroundings. What stands around a core (by, from, until, not) is judged by `datefinder`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from monitor.core.model import DateSpan, Granularity, Setting
from monitor.core.text.datewords import Token, Words
from monitor.core.text.periods import FIRST_YEAR, LAST_YEAR, Days, Period, add_months, closed, joined, opened, span

# A year, said or relative, with what may stand before it: ", 2024", "de 2024", "im Jahr 2024", "next year", "of the year".
_SAID = r"(?:J\.?[GL]?)?[Yy](?:\.?J(?![+_]))?"
_RELATIVE = r"(?:[+_=]J|J[GL]?[+_]|=L?J)"
_YEAR = rf"(?:,?[GL]{{0,3}}(?:{_SAID}|{_RELATIVE})|[GL]{{1,3}}J(?![YyJ]))"
_NUMBER = r"[12o]\.?"
_PART = r"(?:[pP]-?[GLi]{0,3})?"
_MONTH = r"(?:[GL]?u[GL]?)?[Mm]\.?"
_WEEKDAY = r"(?:W[,.]{0,2}L?)?"

FORMS = {
    "numeric_day": rf"{_WEEKDAY}D",
    "days": rf"{_NUMBER}L?[-tTK&/V]{{1}}(?:L|W|G)?{_NUMBER}[GL]{{0,2}}{_MONTH}(?:{_YEAR})?",
    "day": rf"{_WEEKDAY}{_NUMBER}[GL]{{0,2}}{_MONTH}(?:{_YEAR})?",
    "dash_day": r"[12]-[Mm]\.?-[Y9]",
    "year_day": rf"[Yy]\.?J?\.?,?{_MONTH}[12]\.?(?:u)?(?![12Mm])",
    "month_days": r"[Mm]\.?L?[12o]-L?[12o](?:,?[Yy])?(?![12Mm])",
    "month_day": rf"{_WEEKDAY}[Mm]\.?L?[12o](?![12Mmu.][12n]?)(?:,?G?[Yy])?",
    "month_day_stop": rf"{_WEEKDAY}[Mm]\.?L?[12o](?=\.)",
    "numeric_month": rf"{_PART}E",
    "season_years": rf"{_PART}[SsHQ]L?F",
    "month": rf"{_PART}{_MONTH}{_YEAR}",
    "quarters": rf"[O1o][-tT&V/][GL]?[O1o_]\.?G?Q\.?{_YEAR}",
    "quarter": rf"{_PART}[O1o_]\.?[GL]?Q\.?[-/]?(?:{_YEAR})?",
    "quarter_number": rf"{_PART}Q1(?:[-/]|{_YEAR}|/Y){{0,2}}",
    "quarter_mark": rf"{_PART}q[-/]?(?:{_YEAR}|k[Y29]|9|2)?",
    "half": rf"{_PART}[O1o_]\.?[GL]?[HP]\.?(?:[-/]?{_YEAR}|[GL]{{0,2}}{_MONTH}{_YEAR})",
    "half_mark": rf"{_PART}h[-/]?(?:{_YEAR}|9|2)",
    "year_mark": r"[Yy][-/]?[qh]",
    "marked": r"!",
    "season": rf"{_PART}[Ss]{_YEAR}",
    "decade": rf"{_PART}(?:C-?[uJ]?|[%u][GL]?Y)",
    "fiscal": rf"{_PART}k[GL]{{0,2}}(?:[Yy]|F|9|2)",
    "fiscal_mark": rf"{_PART}\?",
    "two_years": rf"{_PART}F",
    "coming_units": r"[+_]G?[v12][uJ]|[v12][+_]u",
    "after_units": r"[IR~]c?L?[v12]G?[uJ]|[v12]G?u[rZ](?!G?[LY])|[v1]?Jr",
    "before_units": r"[gX][v12]G?[uJ]|[v12]G?[uJ]a",
    "within_units": r"[wB]c?[GL]{0,2}[v12]G?[uJ]",
    "rest_of_year": r"rG?(?:=L?J)",
    "part_of_year": rf"[pP]-?[GLi]{{0,4}}(?:{_SAID}|{_RELATIVE}|[GL]?J(?![YyJ]))",
    "year_part": rf"z(?:{_YEAR})?",
    "part_of_unit": r"p-?[GL]{0,3}[=+_]?u[+_]?",
    "relative_unit": rf"{_PART}(?:[+_=](?:u|[Mm]|[Ss]|Q|W)|(?:u|[Mm]|[Ss]|Q|W)[GL]?[+_])",
    "today": r"@",
    "year": rf"{_SAID}|{_RELATIVE}",
    "bare_month": rf"{_PART}{_MONTH}",
    "bare_season": rf"{_PART}[Ss]",
    "bare_numeric": r"d",
}
# No form begins with another word or a mark: saying so first spares forty tries at most places.
_GRAMMAR = re.compile("(?![xnNc.,*():;/-])(?:" + "|".join(f"(?P<{name}>{source})" for name, source in FORMS.items()) + ")")
_BARE_MONTH = re.compile(FORMS["bare_month"])
_MONTH_FIRST_FORMS = {"month_day", "month_days", "month_day_stop"}


@dataclass(frozen=True, slots=True)
class Core:
    """A period as read: `first`/`last` index its tokens, `value` is None until a year is known from elsewhere."""

    form: str
    first: int
    last: int
    period: Period | None
    value: DateSpan | None

    @property
    def needs_year(self) -> bool:
        return self.value is None and self.period is not None and self.period.year is None


def read(tokens: Sequence[Token], words: Words, setting: Setting) -> list[Core]:
    """The cores of a stretch of tokens, left to right; impossible dates are left out."""
    letters = "".join(token.letter for token in tokens)
    cores = []
    position = 0
    while match := _GRAMMAR.search(letters, position):
        position = match.end()
        form = match.lastgroup or ""
        if form in _MONTH_FIRST_FORMS and not words.month_first:
            position = match.start() + 1
            match = _BARE_MONTH.match(letters, match.start())
            if not match:
                continue
            form, position = "bare_month", match.end()
        core = _core(form, tokens, match.start(), match.end(), words, setting)
        if core:
            cores.append(core)
    return cores


def _core(form: str, tokens: Sequence[Token], first: int, end: int, words: Words, setting: Setting) -> Core | None:
    inside = tokens[first:end]
    builder = _VALUES.get(form)
    if builder:
        value = builder(inside, words, setting)
        return Core(form, first, end - 1, None, value) if value else None
    period = _period(form, inside, words, setting)
    if period is None:
        return None
    value = span(period) if period.year is not None else None
    if period.year is not None and value is None:
        return None
    return Core(form, first, end - 1, period, value)


# ------------------------------------------------------------------------------------------------------- periods from their tokens


def _first(tokens: Sequence[Token], letters: str) -> Token | None:
    return next((t for t in tokens if t.letter in letters), None)


def _value(tokens: Sequence[Token], letters: str) -> int:
    found = _first(tokens, letters)
    return int(found.value) if found else 0


def _period(form: str, tokens: Sequence[Token], words: Words, setting: Setting) -> Period | None:
    year, relative = _year(tokens, setting)
    if relative and year is None:
        return None
    part = _first(tokens, "pPz")
    base = Period(Granularity.YEAR, year, relative=relative, part=_part(part) if part and form != "half" else None)
    if form == "half" and tokens[0].letter in "pP":
        base = replace(base, part=_leading_part(tokens))
    reader = _PERIODS.get(form)
    return reader(base, tokens, words) if reader else base


def _leading_part(tokens: Sequence[Token]) -> str | None:
    return _part(tokens[0]) if tokens[0].letter in "pP" else None


def _part(token: Token) -> str:
    return "mid" if token.letter == "P" else str(token.value)


def _year(tokens: Sequence[Token], setting: Setting) -> tuple[int | None, bool]:
    """The year said, and whether it was said relative to the publication date ("next year", "of the year")."""
    said = _first(tokens, "Yy")
    if said:
        return int(said.value), False
    if not any(t.letter in "Jz" for t in tokens) or any(t.letter == "C" for t in tokens):
        return None, False
    if setting.published_on is None:
        return None, True
    year = setting.published_on.year + (1 if _first(tokens, "+") else 0)
    return year - (1 if _last_year(tokens) else 0), True


def _last_year(tokens: Sequence[Token]) -> bool:
    """Whether "last" belongs to the year, and not to "last quarter of the year"."""
    return any((a.letter == "_" and b.letter == "J") or (a.letter == "J" and b.letter == "_") for a, b in pairwise(tokens))


def _days(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    numbers = [int(t.value) for t in tokens if t.letter in "12o"]
    return replace(base, granularity=Granularity.DAY, part=None, month=_value(tokens, "Mm"), day=numbers[0], last_day=numbers[1])


def _day(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    return replace(base, granularity=Granularity.DAY, part=None, month=_value(tokens, "Mm"), day=_value(tokens, "12o"))


def _dash_day(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    year = int(tokens[-1].value)
    return replace(_day(base, tokens, words), year=year if year > 99 else 2000 + year)


def _month(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    return replace(base, granularity=Granularity.MONTH, month=_value(tokens, "Mm"))


def _quarter(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    number = _value(tokens, "O1o") or (4 if _first(tokens, "_") else 0)
    return replace(base, granularity=Granularity.QUARTER, number=number) if 1 <= number <= 4 else None


def _half(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    number = _value(tokens, "O1o") or (2 if _first(tokens, "_") else 0)
    if number not in (1, 2):
        return None
    month = _value(tokens, "Mm")
    if month:  # "second half of March 2027"
        last = 15 if number == 1 else span(replace(base, part=None, granularity=Granularity.MONTH, month=month)).end.day  # type: ignore[union-attr]
        return replace(base, part=None, granularity=Granularity.DAY, month=month, day=1 if number == 1 else 16, last_day=last)
    return replace(base, granularity=Granularity.HALF, number=number)


def _quarter_mark(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    mark = _first(tokens, "qh")
    short = _first(tokens, "29")
    year = base.year if base.year is not None else 2000 + int(short.value) if short else None
    quarter = mark is not None and mark.letter == "q"
    if not mark or (not quarter and int(mark.value) > 2):
        return None
    return replace(base, year=year, granularity=Granularity.QUARTER if quarter else Granularity.HALF, number=int(mark.value))


def _quarter_number(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    return _quarter(base, tokens, words)


def _season(base: Period, tokens: Sequence[Token], words: Words) -> Period:
    return replace(base, granularity=Granularity.SEASON, number=_value(tokens, "Ss"))


def _season_years(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "winter 2026/27": the first year; "summer 2026/27" is no one season and gives nothing."""
    years = _two_years(str(tokens[-1].value))
    if years is None or not _first(tokens, "Ss"):
        return None
    return replace(base, granularity=Granularity.SEASON, number=_value(tokens, "Ss"), year=years[0])


def _marked(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    found: Period | None = tokens[0].value
    return found


def _decade(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    """ "the 2030s", "les années 2030"; "les années 2026" is the year."""
    year = _value(tokens, "CY")
    if not _first(tokens, "C") and (year % 10 or _unit(tokens) != "year"):
        return replace(base, granularity=Granularity.YEAR, year=year) if _unit(tokens) == "year" else None
    return replace(base, granularity=Granularity.DECADE, year=year) if year % 10 == 0 and FIRST_YEAR <= year <= LAST_YEAR else None


def _bare_numeric(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    day, month = (int(n) for n in re.findall(r"[0-9]+", str(tokens[0].value)))
    return Period(Granularity.DAY, None, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _part_of_year(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    return base


def _year_part(base: Period, tokens: Sequence[Token], words: Words) -> Period | None:
    return base


_PERIODS: dict[str, Callable[[Period, Sequence[Token], Words], Period | None]] = {
    "days": _days,
    "month_days": _days,
    "day": _day,
    "month_day": _day,
    "month_day_stop": _day,
    "year_day": _day,
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
    "marked": _marked,
    "decade": _decade,
    "bare_numeric": _bare_numeric,
    "part_of_year": _part_of_year,
    "year_part": _year_part,
}

# ------------------------------------------------------------------------------------------------------- values from their tokens


def _numeric_day(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    written = str(tokens[-1].value)
    numbers = [int(n) for n in re.findall(r"[0-9]+", written)[:3]]
    if numbers[0] > 99:
        year, month, day = numbers
    else:
        day, month, year = numbers
        if "." not in written and _is_month_first(day, month, words, setting):
            day, month = month, day
    if "." in written and len(re.findall(r"[0-9]+", written)[-1]) == 2 and (words.code == "en" or written.count(" ")):
        return None  # "2.10.24": a version or section in English
    year = year if year > 99 else 2000 + year
    if not FIRST_YEAR - 100 <= year <= LAST_YEAR:
        return None
    return span(Period(Granularity.DAY, year, month, day))


def _is_month_first(first: int, second: int, words: Words, setting: Setting) -> bool:
    """American order only where the page is American, or nothing else is possible in English (12/25/2024)."""
    american = (setting.language or "").lower().replace("_", "-") == "en-us" or setting.country == "US"
    return (american and first <= 12) or (words.code == "en" and second > 12 >= first)


def _numeric_month(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    month, year = (int(n) for n in re.findall(r"[0-9]+", str(tokens[-1].value)))
    part = _leading_part(tokens)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return span(Period(Granularity.MONTH, year, month, part=part))


def _two_years(written: str) -> tuple[int, int] | None:
    first_text, second_text = re.findall(r"[0-9]+", written)
    first, second = int(first_text), int(second_text)
    if len(second_text) == 2:
        second += first // 100 * 100
    if not (FIRST_YEAR <= first < second <= LAST_YEAR):
        return None
    return first, second


def _years(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "2029-33", "2026/27"; "2026-03" is a month."""
    written = str(tokens[-1].value)
    years = _two_years(written)
    if years is None:
        short = re.match(r"([0-9]{4})-([0-9]{2})\Z", written)
        return span(Period(Granularity.MONTH, int(short[1]), int(short[2]))) if short and int(short[1]) <= LAST_YEAR else None
    if years[1] == years[0] + 1 and len(written.replace(" ", "")) == 7:
        return _fiscal_span(years[0], words, setting)
    return span(Period(Granularity.YEAR, years[0], year_end=years[1]))


def _fiscal_span(first: int, words: Words, setting: Setting) -> DateSpan | None:
    """Two years in one: April to March where the page is British or Indian, else both calendar years (nothing finer is said)."""
    if _april_years(setting):
        return closed(Days(date(first, 4, 1), date(first + 1, 3, 31)), Granularity.RANGE)
    return span(Period(Granularity.YEAR, first, year_end=first + 1))


def _april_years(setting: Setting) -> bool:
    language = (setting.language or "").lower().replace("_", "-")
    return setting.country in ("GB", "UK", "IN") or language in ("en-gb", "en-in", "hi", "hi-in")


def _fiscal(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    last = tokens[-1]
    if last.letter == "F":
        return _years(tokens, words, setting)
    year = int(last.value) if int(last.value) > 99 else 2000 + int(last.value)
    part = _leading_part(tokens)
    if _april_years(setting) and not part:
        return closed(Days(date(year - 1, 4, 1), date(year, 3, 31)), Granularity.RANGE)
    return span(Period(Granularity.YEAR, year, part=part))


def _fiscal_mark(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    digits = re.findall(r"[0-9]+", str(tokens[-1].value))
    year = int(digits[0]) if len(digits[0]) == 4 else 2000 + int(digits[0])
    if len(digits) == 2:
        return _fiscal_span(year, words, setting) if (year + 1) % 100 == int(digits[1]) else None
    return _fiscal([*tokens[:-1], Token("Y", year, 0, 0)], words, setting)


def _quarters(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    year, relative = _year(tokens, setting)
    numbers = [int(t.value) for t in tokens if t.letter in "O1o"] + ([4] if _first(tokens, "_") else [])
    if year is None or len(numbers) < 2 or max(numbers) > 4:
        return None
    ends = [span(Period(Granularity.QUARTER, year, number=n, relative=relative)) for n in numbers[:2]]
    return joined(ends[0], ends[1]) if ends[0] and ends[1] else None


def _rest_of_year(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    today = setting.published_on
    return closed(Days(today, date(today.year, 12, 31)), Granularity.RANGE, relative=True) if today else None


# ------------------------------------------------------------------------------------------------------------------ relative dates


def _today(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    return _moved(setting.published_on, "day", int(tokens[0].value))


def _after_units(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    return _moved(setting.published_on, _unit(tokens), _value(tokens, "v12") or 1)


def _before_units(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    return _moved(setting.published_on, _unit(tokens), -_value(tokens, "v12"))


def _within_units(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    value = _moved(setting.published_on, _unit(tokens), _value(tokens, "v12"))
    return opened(value, start=None, end=value.end) if value else None


def _coming_units(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    backward = _first(tokens, "_") is not None
    count = _value(tokens, "v12")
    today = setting.published_on
    other = _moved(today, _unit(tokens), -count if backward else count)
    if today is None or other is None or other.start is None or other.end is None:
        return None
    found = Days(other.start, today) if backward else Days(today, other.end)
    return closed(found, Granularity.RANGE, relative=True)


def _unit(tokens: Sequence[Token]) -> str:
    found = _first(tokens, "uJ")
    return str(found.value).removesuffix("s") if found and found.value else "year"


def _moved(today: date | None, unit: str, count: int) -> DateSpan | None:
    """The day, week, month, year or decade that lies so many units from today."""
    if today is None:
        return None
    try:
        return _shifted(today, unit, count)
    except (ValueError, OverflowError):
        return None


def _shifted(today: date, unit: str, count: int) -> DateSpan | None:
    match unit:
        case "day":
            day = today + timedelta(days=count)
            return closed(Days(day, day), Granularity.DAY, relative=True)
        case "week":
            monday = today - timedelta(days=today.weekday()) + timedelta(weeks=count)
            return closed(Days(monday, monday + timedelta(days=6)), Granularity.RANGE, relative=True)
        case "month":
            day_there = add_months(today, count)
            return span(Period(Granularity.MONTH, day_there.year, day_there.month, relative=True)) if day_there else None
        case "decade":
            return span(Period(Granularity.DECADE, today.year // 10 * 10 + 10 * count, relative=True))
        case _:
            return span(Period(Granularity.YEAR, today.year + count, relative=True))


def _part_of_unit(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "end of the month", "end of the decade"; of weeks and days only the whole."""
    today, unit = setting.published_on, _unit(tokens)
    if today is None or unit in ("day", "year"):
        return None
    step = 1 if _first(tokens, "+") else -1 if _first(tokens, "_") else 0
    part = _part(tokens[0])
    if unit == "month":
        there = add_months(today, step)
        return span(Period(Granularity.MONTH, there.year, there.month, part=part, relative=True)) if there else None
    if unit == "decade":
        return span(Period(Granularity.DECADE, today.year // 10 * 10 + 10 * step, part=part, relative=True))
    return _moved(today, unit, step)


def _relative_unit(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    today = setting.published_on
    if today is None:
        return None
    step = 1 if _first(tokens, "+") else -1 if _first(tokens, "_") else 0
    thing = _first(tokens, "uMmSsQW")
    if thing is None:
        return None
    part = _leading_part(tokens)
    if thing.letter == "u":  # "the coming months" is no date
        return None if str(thing.value).endswith("s") else _moved(today, _unit(tokens), step)
    if thing.letter == "Q":
        index = today.year * 4 + (today.month - 1) // 3 + step
        return span(Period(Granularity.QUARTER, index // 4, number=index % 4 + 1, relative=True))
    if thing.letter == "W":
        return None
    month = thing.letter in "Mm"
    period = Period(
        Granularity.MONTH if month else Granularity.SEASON, month=int(thing.value) if month else 0, number=0 if month else int(thing.value)
    )
    return span(replace(period, year=_year_of(period, today, step), part=part, relative=True))


def _year_of(period: Period, today: date, step: int) -> int:
    """ "next spring" is the first to begin after today, "last spring" the last to end before it, "this spring" the nearest."""
    if step == 0:
        return today.year - 1 if period.number == 4 and today.month < 3 else today.year
    for year in (today.year - 1, today.year, today.year + 1) if step > 0 else (today.year + 1, today.year, today.year - 1):
        found = span(replace(period, year=year))
        if found and found.start and found.end and (found.start > today if step > 0 else found.end < today):
            return year
    return today.year + step


_VALUES: dict[str, Callable[[Sequence[Token], Words, Setting], DateSpan | None]] = {
    "numeric_day": _numeric_day,
    "numeric_month": _numeric_month,
    "two_years": _years,
    "fiscal": _fiscal,
    "fiscal_mark": _fiscal_mark,
    "quarters": _quarters,
    "rest_of_year": _rest_of_year,
    "today": _today,
    "after_units": _after_units,
    "before_units": _before_units,
    "within_units": _within_units,
    "coming_units": _coming_units,
    "part_of_unit": _part_of_unit,
    "relative_unit": _relative_unit,
}
