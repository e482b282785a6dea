"""A date in words, in the language of the reader, that reads back to the same value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from monitor.core.model import DateSpan, Granularity
from monitor.core.text.datewords import Words
from monitor.core.text.periods import Days, Period, closed, read_edtf, span


def show(value: DateSpan, words: Words) -> str:
    """ "end of 2027", "Q3 2026", "by 31 December 2026"; EDTF where the language has no words for it."""
    if not words.show or (value.granularity is Granularity.DECADE and "decade" not in words.show):
        return value.edtf
    if value.is_no_date:
        return words.show["none"]
    if value.start and value.end:
        return _closed(value, words)
    base = _period_at_bound(value)
    if base is None:
        return value.edtf
    return words.show["by" if value.start is None else "from"].format(date=_closed(base, words))


def _period_at_bound(value: DateSpan) -> DateSpan | None:
    """The closed period whose end (by) or start (from) is the bound, at the written precision; the day itself if nothing coarser fits."""
    day = value.end or value.start
    if day is None:
        return None
    for candidate in _candidates(day, value):
        if candidate and (candidate.end == value.end if value.end else candidate.start == value.start):
            return candidate
    return None


def _candidates(day: date, value: DateSpan) -> Iterator[DateSpan | None]:
    numbers = {
        Granularity.QUARTER: (day.month - 1) // 3 + 1,
        Granularity.HALF: (day.month - 1) // 6 + 1,
        Granularity.SEASON: day.month // 3 or 4,
    }
    year = day.year - 1 if value.granularity is Granularity.SEASON and day.month < 3 else day.year
    year = day.year // 10 * 10 if value.granularity is Granularity.DECADE else year
    base = Period(value.granularity, year, day.month, day.day, numbers.get(value.granularity, 0))
    if value.granularity is not Granularity.RANGE:
        parts = (value.part, "end") if value.part == "late" else (value.part,)
        yield from (span(replace(base, part=part)) for part in parts)
    yield closed(Days(day, day), Granularity.DAY)


def _closed(value: DateSpan, words: Words) -> str:
    if value.start is None or value.end is None:
        return value.edtf
    if value.part:
        return _part(value, words)
    if value.granularity is Granularity.RANGE:
        return _range(value, words)
    return _plain(value, words)


def _plain(value: DateSpan, words: Words) -> str:
    start = value.start
    if start is None:
        return value.edtf
    number = (start.month - 1) // (6 if value.granularity is Granularity.HALF else 3) + 1
    season = words.season_names[start.month // 3 - 1] if words.season_names else ""
    month = words.month_names[start.month - 1]
    template = words.show.get(value.granularity.value, "{year}")
    return template.format(day=start.day, month=month, year=start.year, number=number, season=season)


def _range(value: DateSpan, words: Words) -> str:
    first, slash, last = value.edtf.partition("/")
    ends = [read_edtf(end) for end in (first, last)]
    if not slash or not ends[0] or not ends[1]:
        return value.edtf
    if value.edtf == f"{first}/{first}":
        return value.edtf
    return words.show["range"].format(first=_plain(ends[0], words), last=_plain(ends[1], words))


def _part(value: DateSpan, words: Words) -> str:
    whole = _whole(value)
    if whole is None or value.part is None:
        return value.edtf
    names = (value.part, "end") if value.part == "late" else (value.part,)
    for name in names:
        again = span(replace(whole, part=name))
        if again and (again.start, again.end) == (value.start, value.end):
            return words.show[name].format(date=_plain(_without_part(whole), words))
    return value.edtf


def _without_part(period: Period) -> DateSpan:
    found = span(replace(period, part=None))
    assert found is not None  # it had days with a part
    return found


def _whole(value: DateSpan) -> Period | None:
    """The period a part belongs to: of that granularity, around the days."""
    day = value.start
    if day is None:
        return None
    year = day.year // 10 * 10 if value.granularity is Granularity.DECADE else day.year
    number = {
        Granularity.QUARTER: (day.month - 1) // 3 + 1,
        Granularity.HALF: (day.month - 1) // 6 + 1,
        Granularity.SEASON: day.month // 3 or 4,
    }.get(value.granularity, 0)
    if value.granularity is Granularity.SEASON and day.month < 3:
        year -= 1
    return Period(value.granularity, year, day.month, day.day, number)
