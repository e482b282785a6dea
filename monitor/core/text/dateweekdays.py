"""Weekdays as days near the day of publication: "last Tuesday", "samedi prochain", "Tuesday next week", "terça-feira (4)".

A bare weekday ("on Friday") is first taken for the last such day, that of publication included; `datetense` moves it ahead where its clause says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from monitor.core.model import DateSpan, Granularity, Setting
from monitor.core.text.datewords import Token, Words
from monitor.core.text.periods import Days, closed

_REACH = timedelta(
    days=45
)  # how far from publication a weekday and a day of the month may meet; they do so again after 28 days at the earliest


def weekday(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "next Friday" is the first after today, "last Friday" the last before it, "Friday" the last up to today."""
    wanted, today = _wanted(tokens), setting.published_on
    if wanted is None or today is None:
        return None
    letters = {t.letter for t in tokens}
    if "+" in letters:
        return first_after(wanted, today)
    return last_up_to(wanted, today - timedelta(days=1) if "_" in letters else today)


def first_after(wanted: int, today: date) -> DateSpan:
    return _one_day(today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1))


def last_up_to(wanted: int, today: date) -> DateSpan:
    return _one_day(today - timedelta(days=(today.weekday() - wanted) % 7))


def weekday_of_week(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "Tuesday next week", "mardi de la semaine prochaine"."""
    wanted, today = _wanted(tokens), setting.published_on
    unit = next(t for t in tokens if t.letter == "u")
    if wanted is None or today is None or unit.value != "week":
        return None
    letters = {t.letter for t in tokens}
    step = 1 if "+" in letters else -1 if "_" in letters else 0
    return _one_day(today + timedelta(days=wanted - today.weekday(), weeks=step))


def weekday_with_day(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "terça-feira (4)", "jeudi 12", "venerdì 13/3": the nearest day on which both agree; nothing when they do not."""
    wanted, today = _wanted(tokens), setting.published_on
    if wanted is None or today is None:
        return None
    numbers = [int(t.value) for t in tokens if t.letter in "12o"]
    month = numbers[1] if len(numbers) > 1 else None
    offsets = sorted(range(-_REACH.days, _REACH.days + 1), key=abs)
    days = (today + timedelta(days=offset) for offset in offsets if (today.weekday() + offset) % 7 == wanted)
    found = next((d for d in days if d.day == numbers[0] and d.month == (month or d.month)), None)
    return _one_day(found) if found else None


def weekday_of_month(tokens: Sequence[Token], words: Words, setting: Setting) -> DateSpan | None:
    """ "the last Friday of the month" is none of the days around publication."""
    return None


def _wanted(tokens: Sequence[Token]) -> int | None:
    value = next(t.value for t in tokens if t.letter == "W")
    return None if value is None else int(value)


def _one_day(day: date) -> DateSpan:
    return closed(Days(day, day), Granularity.DAY, relative=True)
