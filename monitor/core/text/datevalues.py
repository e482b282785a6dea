"""Dates that are more than one period: numeric ones by the order of the page, financial years, and those counted from the day of publication."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from monitor.core.model import DateSpan, Granularity, Setting
from monitor.core.text.dateperiods import first, leading_part, number_in, part_of, two_years, unit_of, year_of
from monitor.core.text.dateweekdays import weekday, weekday_of_month, weekday_of_week, weekday_with_day
from monitor.core.text.datewords import Token, Words
from monitor.core.text.periods import FIRST_YEAR, LAST_YEAR, Days, Period, add_months, closed, joined, nearest_year, opened, span

_ROMAN = re.compile(r"(?<![a-z])[ivx]+(?![a-z])")
_ROMAN_MONTHS = {
    roman: number for number, roman in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], 1)
}


def _numeric_day(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    written = _ROMAN.sub(lambda month: str(_ROMAN_MONTHS.get(month[0], 0)), str(tokens[-1].value))
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
    part = leading_part(tokens)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return span(Period(Granularity.MONTH, year, month, part=part))


def _years(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "2029-33", "2026/27"; "2026-03" is a month."""
    written = str(tokens[-1].value)
    years = two_years(written)
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
    part = leading_part(tokens)
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
    year, relative = year_of(tokens, setting)
    numbers = [int(t.value) for t in tokens if t.letter in "O1o"] + ([4] if first(tokens, "_") else [])
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
    unit = unit_of(tokens)
    if unit in ("day", "week") and first(tokens, "rZ"):
        return None  # "three days later" counts from what was told before
    return _moved(setting.published_on, unit, number_in(tokens, "v12") or 1)


def _before_units(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    return _moved(setting.published_on, unit_of(tokens), -number_in(tokens, "v12"))


def _within_units(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    value = _moved(setting.published_on, unit_of(tokens), number_in(tokens, "v12"))
    return opened(value, start=None, end=value.end) if value else None


def _coming_units(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    backward = first(tokens, "_") is not None
    count = number_in(tokens, "v12")
    today = setting.published_on
    other = _moved(today, unit_of(tokens), -count if backward else count)
    if today is None or other is None or other.start is None or other.end is None:
        return None
    found = Days(other.start, today) if backward else Days(today, other.end)
    return closed(found, Granularity.RANGE, relative=True)


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
    today, unit = setting.published_on, unit_of(tokens)
    if today is None or unit in ("day", "year"):
        return None
    step = 1 if first(tokens, "+") else -1 if first(tokens, "_") else 0
    part = part_of(tokens[0])
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
    step = 1 if first(tokens, "+") else -1 if first(tokens, "_") else 0
    thing = first(tokens, "uMmSsQ")
    if thing is None:
        return None
    part = leading_part(tokens)
    if thing.letter == "u":  # "the coming months" is no date
        return None if str(thing.value).endswith("s") else _moved(today, unit_of(tokens), step)
    if thing.letter == "Q":
        index = today.year * 4 + (today.month - 1) // 3 + step
        return span(Period(Granularity.QUARTER, index // 4, number=index % 4 + 1, relative=True))
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


def _week_of_month(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "the third week of May 2027": its days 15 to 21; the last week is the last seven days."""
    year, relative = year_of(tokens, setting)
    if year is None or unit_of(tokens) != "week":
        return None
    month = span(Period(Granularity.MONTH, year, number_in(tokens, "Mm")))
    number = number_in(tokens[:1], "O1o")
    if month is None or month.start is None or month.end is None or number > 4:
        return None
    begin = month.start + timedelta(weeks=number - 1) if number else month.end - timedelta(days=6)
    return closed(Days(begin, begin + timedelta(days=6)), Granularity.RANGE, relative=relative)


def _week_of_day(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "the week of 12 May 2027": Monday to Sunday around it."""
    year, relative = year_of(tokens, setting)
    if unit_of(tokens) != "week" or (year is None and setting.published_on is None):
        return None
    period = Period(Granularity.DAY, year, number_in(tokens, "Mm"), number_in(tokens[1:], "12o"))
    if year is None and setting.published_on:
        period = replace(period, year=nearest_year(period, setting.published_on))
    day = span(period)
    if day is None or day.start is None:
        return None
    monday = day.start - timedelta(days=day.start.weekday())
    return closed(Days(monday, monday + timedelta(days=6)), Granularity.RANGE, relative=relative, yearless=year is None)


def _calendar_week(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "KW 37/2026", "week 37 of 2026": by ISO 8601."""
    year, relative = year_of(tokens, setting)
    week, glued = number_in(tokens, "129"), first(tokens, "E")
    if glued:
        week, year = (int(n) for n in re.findall(r"[0-9]+", str(glued.value)))
    if year is None or unit_of(tokens) != "week":
        return None
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return closed(Days(monday, monday + timedelta(days=6)), Granularity.RANGE, relative=relative)


VALUES: dict[str, Callable[[Sequence[Token], Words, Setting], DateSpan | None]] = {
    "numeric_day": _numeric_day,
    "numeric_month": _numeric_month,
    "two_years": _years,
    "fiscal": _fiscal,
    "fiscal_mark": _fiscal_mark,
    "quarters": _quarters,
    "week_of_month": _week_of_month,
    "week_of_day": _week_of_day,
    "calendar_week": _calendar_week,
    "rest_of_year": _rest_of_year,
    "today": _today,
    "after_units": _after_units,
    "before_units": _before_units,
    "within_units": _within_units,
    "coming_units": _coming_units,
    "part_of_unit": _part_of_unit,
    "weekday": weekday,
    "weekday_day": weekday_with_day,
    "weekday_of_week": weekday_of_week,
    "weekday_of_month": weekday_of_month,
    "relative_unit": _relative_unit,
}
