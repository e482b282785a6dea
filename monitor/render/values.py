"""Values and differences in the words a report uses: "EUR 1.5 billion", "Q3 2026", "+6 (+86 %)", "14 months later"."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from monitor.core.model import (
    Change,
    ChangeType,
    Count,
    Countries,
    Country,
    DateSpan,
    Money,
    Organisation,
    Place,
    Qualifier,
    Site,
    Status,
    Value,
)
from monitor.render.clean import line

_NAME_LIMIT = 300  # characters; design.md, section 6
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}  # EDTF level 1
_QUARTERS = {"33": "Q1", "34": "Q2", "35": "Q3", "36": "Q4", "40": "first half of", "41": "second half of"}  # EDTF level 2
_SCALES = ((Decimal(10) ** 12, "trillion"), (Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
_HEDGES = {Qualifier.ABOUT: "about ", Qualifier.OVER: "over ", Qualifier.UNDER: "up to "}
_MOST_DIGITS = 24  # before the point; three decimals more still fit the 28 digits Decimal counts with

TYPES = {
    ChangeType.NEW_SITE: "New site",
    ChangeType.SITE_REMOVED: "Site removed",
    ChangeType.NEW_BUDGET: "New budget",
    ChangeType.BUDGET_REVISED: "Budget revised",
    ChangeType.NEW_DATE: "New date",
    ChangeType.DATE_MOVED: "Date moved",
    ChangeType.DATE_REFINED: "Date more precise",
    ChangeType.COUNT_CHANGED: "Count changed",
    ChangeType.PARTICIPANT_JOINED: "Participant joined",
    ChangeType.PARTICIPANT_LEFT: "Participant left",
    ChangeType.STATUS_CHANGED: "Status changed",
    ChangeType.CONFLICT: "Sources disagree",
    ChangeType.WITHDRAWN: "Withdrawn",
}


def show_value(value: Value | None) -> str:
    """The value in words, on one line and free of control characters; "nothing" for None."""
    if value is None:
        return "nothing"
    return line(_words(value), _NAME_LIMIT)


def show_delta(change: Change) -> str:
    """How far a value moved, in words: "+EUR 1.1 billion (+73 %)", "14 months later"; empty when nothing can be said."""
    delta = change.delta
    if delta.days is not None:
        return _moved(delta.days)
    if delta.amount is None or not delta.amount.is_finite():
        return ""
    amount = _signed(delta.amount, change.new if change.new is not None else change.old)
    return f"{amount} ({_percent(delta.percent)})" if delta.percent is not None else amount


def _words(value: Value) -> str:
    match value:
        case Money():
            return _money(value)
        case DateSpan():
            return _dates(value)
        case Count():
            return _count(value)
        case Site():
            return _site(value)
        case Countries(countries=codes):
            return ", ".join(codes) or "no country"
        case Country(country=code):
            return code
        case Organisation(organisation=name, country=country) | Place(name=name, country=country):
            return f"{name} ({country})" if country else name
        case Status(status=status, of=of):
            return f"{status} ({of})" if of else status


def _money(value: Money) -> str:
    currency = value.currency or "/".join(value.currency_candidates)
    parts = [_HEDGES.get(value.qualifier, "") + (f"{currency} " if currency else "") + _bounded(value)]
    if value.per:
        parts.append(f"per {value.per}")
    if value.price_base:
        parts.append(f"({value.price_base} prices)")
    return " ".join(parts)


def _count(value: Count) -> str:
    unit = value.unit or ""
    joint = "" if unit == "%" or not unit else " "
    return _HEDGES.get(value.qualifier, "") + _bounded(value) + (" %" if unit == "%" else joint + unit)


def _bounded(value: Money | Count) -> str:
    amount = value.amount if isinstance(value, Money) else value.count
    if value.qualifier is Qualifier.RANGE and value.min is not None and value.max is not None:
        return f"{_number(value.min, isinstance(value, Money))} to {_number(value.max, isinstance(value, Money))}"
    known = next((a for a in (amount, value.min, value.max) if a is not None), None)
    return "an unstated amount" if known is None else _number(known, isinstance(value, Money))


def _number(number: Decimal, scaled: bool) -> str:
    """Grouped digits; sums of money from a million on in words, unless that would take more than three decimals."""
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(number)
    for scale, name in _SCALES if scaled else ():
        reduced = number / scale
        if number.copy_abs() >= scale and reduced == round(reduced, 3):
            return f"{_grouped(reduced)} {name}"
    return _grouped(number)


def _grouped(number: Decimal) -> str:
    shown = number.normalize() if len(number.as_tuple().digits) <= 28 else number
    written = f"{shown:,f}"
    return "0" if written == "-0" else written


def _dates(value: DateSpan) -> str:
    if value.is_no_date:
        return "no date"
    early = f"{value.part} " if value.part else ""
    return early + (_edtf(value.edtf) or _span(value.start, value.end))


def _edtf(edtf: str) -> str:
    """An EDTF expression in words; empty for one we do not write ourselves."""
    first, slash, second = edtf.partition("/")
    if not slash:
        return _moment(first)
    start, end = _moment(first), _moment(second)
    if start and end:
        return f"{start} to {end}"
    if first in ("", "..") and end:
        return f"by {end}"
    return f"from {start} on" if start and second in ("", "..") else ""


def _moment(edtf: str) -> str:
    """One EDTF date in words: "2026-03-12", "2026-Q3", "2026-21", "203X", "2026"; empty for anything else."""
    plain = edtf.rstrip("~?%")
    year, _, rest = plain.partition("-")
    if len(year) != 4 or not year.isascii():
        return ""
    if not rest:
        return f"{year[:3]}0s" if year[3] == "X" and year[:3].isdigit() else year if year.isdigit() else ""
    month, _, day = rest.partition("-")
    return _month_words(year, month, day)


def _month_words(year: str, month: str, day: str) -> str:
    named = _QUARTERS.get(month) or _SEASONS.get(month) or {"H1": "first half of", "H2": "second half of"}.get(month)
    if named or (month[:1] == "Q" and month[1:] in ("1", "2", "3", "4")):
        return f"{named or month} {year}"
    if not _is_two_digits(month) or not 1 <= int(month) <= 12:
        return ""
    if not day:
        return f"{_MONTHS[int(month) - 1]} {year}"
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}" if _is_two_digits(day) else ""


def _is_two_digits(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()


def _span(start: date | None, end: date | None) -> str:
    if start is None:
        return f"by {show_day(end)}"
    if end is None:
        return f"from {show_day(start)} on"
    return show_day(start) if start == end else f"{show_day(start)} to {show_day(end)}"


def show_day(day: date | None) -> str:
    """ "12 March 2025"; "never" for None."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day is not None else "never"


def _site(value: Site) -> str:
    where = ", ".join(p for p in (value.place, value.country) if p)
    names = [n for n in (value.name, value.host) if n]
    who = f"{names[0]} ({names[1]})" if len(names) == 2 and names[0] != names[1] else (names or [""])[0]
    return ", ".join(p for p in (who, where) if p) or "an unnamed site"


def _moved(days: int) -> str:
    if days == 0:
        return ""
    return f"{_duration(abs(days))} {'later' if days > 0 else 'earlier'}"


def _duration(days: int) -> str:
    """Days up to eight weeks, then months up to two years, then years: as precise as a reader needs."""
    if days < 57:
        return f"{days} day{'s' if days != 1 else ''}"
    months = round(days / 30.44)
    if months < 24:
        return f"{months} months"
    years, rest = divmod(months, 12)
    return f"{years} years" + (f" {rest} month{'s' if rest > 1 else ''}" if rest else "")


def _signed(amount: Decimal, like: Value | None) -> str:
    if isinstance(like, Money):
        return f"{_sign(amount)}{like.currency + ' ' if like.currency else ''}{_number(amount.copy_abs(), True)}"
    return _sign(amount) + _number(amount.copy_abs(), False)


def _percent(percent: Decimal | None) -> str:
    if percent is None or not percent.is_finite() or abs(percent.adjusted()) > _MOST_DIGITS:
        return "?"
    digits = 0 if percent.copy_abs() >= 10 else 1
    return f"{_sign(percent)}{_grouped(round(percent.copy_abs(), digits))} %"


def _sign(amount: Decimal) -> str:
    return "+" if amount > 0 else "−" if amount < 0 else "±"
