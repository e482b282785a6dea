"""Calendar periods and the intervals of days they stand for.

A `Period` is what the words say ("early", "spring", 2027); `span` turns it into days:

    early, mid, late        first, middle, last third           early 2027 = January to April
    end of a year           its last quarter                    end of 2027 = October to December
    end of a month          its last ten days
    spring ... winter       March-May, June-August, September-November, December-February of the next year
    early/mid/late 2030s    2030-2033, 2034-2036, 2037-2039
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, timedelta
from typing import NamedTuple

from monitor.core.model import DateSpan, Granularity

OPEN = ".."
NO_DATE_EDTF = "../.."
FIRST_YEAR, LAST_YEAR = 1900, 2100  # a bare number outside is no year
OLDEST_YEAR = 1500  # the years before 1900 that are read after a day, a month or "in": "29 juillet 1881"


class Days(NamedTuple):
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Period:
    """What the words of a date say. `number` is the quarter, half or season (1 spring ... 4 winter); `year` None = not said."""

    granularity: Granularity
    year: int | None = None
    month: int = 0
    day: int = 0
    number: int = 0
    part: str | None = None  # early | mid | late | end
    last_day: int = 0  # "1-3 June"
    year_end: int = 0  # "2029-33", "2026/27"
    relative: bool = False
    yearless: bool = False


NO_DATE = DateSpan(None, None, Granularity.RANGE, NO_DATE_EDTF)


def month_days(year: int, month: int, count: int = 1) -> Days:
    """`count` whole months from that one on."""
    last = year * 12 + month - 1 + count - 1
    end_year, end_month = last // 12, last % 12 + 1
    return Days(date(year, month, 1), date(end_year, end_month, calendar.monthrange(end_year, end_month)[1]))


def days(period: Period) -> Days | None:
    """The days of a period that has a year; None when there is no such day, month or year."""
    try:
        whole = _whole(period)
        return _narrow(whole, period) if period.part else whole
    except (ValueError, OverflowError):
        return None


def _whole(period: Period) -> Days:
    year, number = period.year or 0, period.number
    match period.granularity:
        case Granularity.DAY:
            first = date(year, period.month, period.day)
            return Days(first, first.replace(day=period.last_day) if period.last_day else first)
        case Granularity.MONTH:
            return month_days(year, period.month)
        case Granularity.QUARTER:
            return month_days(year, 3 * number - 2, 3)
        case Granularity.HALF:
            return month_days(year, 6 * number - 5, 6)
        case Granularity.SEASON:
            return month_days(year, 3 * number, 3)
        case Granularity.DECADE:
            return Days(date(year, 1, 1), date(year + 9, 12, 31))
        case _:
            return Days(date(year, 1, 1), date(period.year_end or year, 12, 31))


def _narrow(whole: Days, period: Period) -> Days:
    part = period.part
    if period.granularity is Granularity.DECADE:
        first, last = {"early": (0, 3), "mid": (4, 6)}.get(part or "", (7, 9))
        return Days(date(whole.start.year + first, 1, 1), date(whole.start.year + last, 12, 31))
    months = (whole.end.year - whole.start.year) * 12 + whole.end.month - whole.start.month + 1
    if months == 1:
        return _narrow_month(whole, part)
    if part == "end" and months >= 12:
        return Days(month_days(whole.end.year, 10).start, whole.end)
    third = max(1, months // 3)
    first_month = {"early": 0, "mid": third}.get(part or "", months - third)
    begin = whole.start.month - 1 + first_month
    return month_days(whole.start.year + begin // 12, begin % 12 + 1, third)


def _narrow_month(whole: Days, part: str | None) -> Days:
    if part == "early":
        return Days(whole.start, whole.start.replace(day=10))
    if part == "mid":
        return Days(whole.start.replace(day=11), whole.start.replace(day=20))
    return Days(whole.end - timedelta(days=9) if part == "end" else whole.start.replace(day=21), whole.end)


# ------------------------------------------------------------------------------------------------------------------------ spans


def span(period: Period) -> DateSpan | None:
    """The value of a period that has a year; None when impossible (30 February)."""
    found = days(period)
    if found is None:
        return None
    granularity = period.granularity
    if period.year_end or period.last_day:
        granularity = Granularity.RANGE
    part = "late" if period.part == "end" else period.part
    return closed(found, granularity, part, relative=period.relative, yearless=period.yearless)


def closed(found: Days, granularity: Granularity, part: str | None = None, *, relative: bool = False, yearless: bool = False) -> DateSpan:
    """An interval with both ends; its EDTF follows from the days and the granularity."""
    edtf = between(found) if part else _edtf(found, granularity)
    return DateSpan(found.start, found.end, granularity, edtf, part, yearless, relative)


def opened(value: DateSpan, *, start: date | None, end: date | None) -> DateSpan:
    """The same precision with one end open: "by 2026" (start None) or "from 2026" (end None)."""
    edtf = f"{OPEN}/{end.isoformat()}" if end else f"{_end_edtf(replace(value, start=start), start)}/{OPEN}" if start else NO_DATE_EDTF
    return replace(value, start=start, end=end, edtf=edtf)


def joined(first: DateSpan, second: DateSpan) -> DateSpan | None:
    """The range from the start of one to the end of the other; None when it would run backwards."""
    if first.start is None or second.end is None or first.start > second.end:
        return None
    found = Days(first.start, second.end)
    value = closed(found, Granularity.RANGE, relative=first.relative or second.relative, yearless=first.yearless or second.yearless)
    plain = all(v.granularity in _PLAIN and not v.part for v in (first, second))
    return replace(value, edtf=f"{first.edtf}/{second.edtf}") if plain else value


def between(found: Days) -> str:
    """An EDTF interval with the coarsest ends that say the same days: "2029/2033", "2027-03/2027-05", "2026-06-01/2026-06-03"."""
    start, end = found
    month_ends = start.day == 1 and end == month_days(end.year, end.month).end
    if month_ends and start.month == 1 and end.month == 12:
        return f"{start.year:04d}/{end.year:04d}"
    if month_ends:
        return f"{start:%Y-%m}/{end:%Y-%m}"
    return f"{start.isoformat()}/{end.isoformat()}"


_PLAIN = (Granularity.DAY, Granularity.MONTH, Granularity.YEAR)  # what may stand as an end of an EDTF interval


def _end_edtf(value: DateSpan, day: date) -> str:
    """The start of a half-open interval at its written precision: "2027-01" for "from January 2027"."""
    if value.granularity is Granularity.DAY or day.day > 1:
        return day.isoformat()
    if value.granularity is Granularity.YEAR and day.month == 1 and not value.part:
        return f"{day.year:04d}"
    return f"{day.year:04d}-{day.month:02d}"


def _edtf(found: Days, granularity: Granularity) -> str:
    start = found.start
    year = f"{start.year:04d}"
    match granularity:
        case Granularity.DAY:
            return start.isoformat()
        case Granularity.MONTH:
            return f"{year}-{start.month:02d}"
        case Granularity.QUARTER:
            return f"{year}-{33 + (start.month - 1) // 3}"
        case Granularity.HALF:
            return f"{year}-{40 + (start.month - 1) // 6}"
        case Granularity.SEASON:
            return f"{year}-{20 + start.month // 3}"
        case Granularity.YEAR:
            return year
        case Granularity.DECADE:
            return f"{year[:3]}X"
        case _:
            return between(found)


# ------------------------------------------------------------------------------------------------------------------------- EDTF

_UNIT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-?([QHqh])([1-4]))?[?~%]?\Z|(\d{3})[Xxu][?~%]?\Z", re.ASCII)


def read_edtf(text: str) -> DateSpan | None:
    """The value of an EDTF string (level 1, quarters 33-36, halves 40-41, and "2026-Q3"); None when it is none.

    >>> read_edtf("2026-Q3").end
    datetime.date(2026, 9, 30)
    """
    left, slash, right = text.strip().partition("/")
    if not slash:
        return _read_unit(left)
    ends = [None if side in ("", OPEN) else _read_unit(side) for side in (left, right)]
    if [end is None for end in ends] != [side in ("", OPEN) for side in (left, right)]:
        return None
    first, second = ends
    if first and second:
        return joined(first, second)
    if second:
        return opened(second, start=None, end=second.end)
    return opened(first, start=first.start, end=None) if first else NO_DATE


def _read_unit(text: str) -> DateSpan | None:
    found = _UNIT.match(text.strip())
    if not found:
        return None
    year, second, day, letter, number, decade = found.groups()
    if decade:
        return span(Period(Granularity.DECADE, int(decade) * 10))
    if letter:
        kind = Granularity.QUARTER if letter in "Qq" else Granularity.HALF
        return span(Period(kind, int(year), number=int(number))) if kind is Granularity.QUARTER or int(number) < 3 else None
    if day:
        return span(Period(Granularity.DAY, int(year), int(second), int(day)))
    return span(_coded(int(year), int(second)) if second else Period(Granularity.YEAR, int(year)))


def _coded(year: int, code: int) -> Period:
    """The second field of EDTF: a month, or a season (21-24), quarter (33-36) or half (40-41)."""
    if 21 <= code <= 24:
        return Period(Granularity.SEASON, year, number=code - 20)
    if 33 <= code <= 36:
        return Period(Granularity.QUARTER, year, number=code - 32)
    if code in (40, 41):
        return Period(Granularity.HALF, year, number=code - 39)
    return Period(Granularity.MONTH, year, month=code)


# ------------------------------------------------------------------------------------------------------------------- calendar sums


def add_months(day: date, count: int) -> date | None:
    """The same day that many months on, clipped to the month's length; None beyond the calendar."""
    index = day.year * 12 + day.month - 1 + count
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= MAXYEAR:
        return None
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def nearest_year(period: Period, published_on: date) -> int:
    """The year that brings a yearless period closest to the publication date.

    >>> nearest_year(Period(Granularity.MONTH, month=12), date(2026, 1, 10))
    2025
    """
    best, best_distance = published_on.year, None
    for year in (published_on.year, published_on.year + 1, published_on.year - 1):
        found = days(replace(period, year=year))
        if found is None:
            continue
        distance = 0 if found.start <= published_on <= found.end else min(abs((d - published_on).days) for d in found)
        if best_distance is None or distance < best_distance:
            best, best_distance = year, distance
    return best
