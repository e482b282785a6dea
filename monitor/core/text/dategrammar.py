"""The forms a date takes, as regular expressions over the letters of `datewords`.

One grammar serves all languages: "10 December 2024", "10 de diciembre de 2024" and "10. prosince 2024" are all a number, a month and a year with glue between.
`read` gives the cores: periods without their surroundings. What stands around a core (by, from, until, not) is judged by `datefinder`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from monitor.core.model import DateSpan, Setting
from monitor.core.text.dateperiods import read_period
from monitor.core.text.datevalues import VALUES
from monitor.core.text.datewords import Token, Words
from monitor.core.text.periods import Period, span

# A year, said or relative, with what may stand before it: ", 2024", "de 2024", "im Jahr 2024", "next year", "of the year".
_SAID = r"(?:J\.?[GL]?)?[Yy](?:\.?J(?![+_]))?"
_OLD = r",?[GL]{0,3}(?:J[GL]?)?[64]"  # a year before 1900 or in words, beside a day or month
_RELATIVE = r"(?:[+_=]J|J[GL]?[+_]|=L?J|b)"
_YEAR = rf"(?:,?[GL]{{0,3}}(?:{_SAID}|{_RELATIVE})|[GL]{{1,3}}J(?![YyJ]))"
_NUMBER = r"[12o]\.?"
_PART = r"(?:[pP]-?[GLi]{0,3})?"
_MONTH = r"(?:[GL]?u[GL]?)?[Mm]\.?"
_NEXT = r"(?:[+_=]L?)?"  # "el próximo 15 de junio", "le 5 mai dernier": on which side of the day of publication
_WEEKDAY = rf"{_NEXT}(?:W[,.]{{0,2}}L?)?"
_WHICH = r"(?:[+_=]{1,2}L?)?"
_GONE = r"(?:[GL]?[+_](?![JuMmSsQ]))?"

FORMS = {
    "numeric_day": rf"{_WEEKDAY}D",
    "days": rf"{_NUMBER}L?[-tTK&/V]{{1}}(?:L|W|G)?{_NUMBER}[GL]{{0,2}}{_MONTH}(?:{_YEAR})?",
    "week_of_day": rf"u[GL]{{1,2}}{_NUMBER}[GL]{{0,2}}{_MONTH}(?:{_YEAR})?",
    "day": rf"{_WEEKDAY}(?:u[GL]?)?{_NUMBER}[GL]{{0,2}}{_MONTH}(?:{_YEAR}|{_OLD}|{_GONE})?",
    "word_day": rf"{_WEEKDAY}v[GL]{{0,2}}M(?:{_YEAR}|{_OLD}|{_GONE})?",
    "ordinal_day": rf"{_WEEKDAY}O[GL]{{0,2}}M(?:{_YEAR}|{_OLD}|{_GONE})?",
    "ordinal_of_month": rf"O[GL][Mm](?:{_YEAR}|{_OLD})?",
    "week_of_month": rf"[O1o_]\.?u[GL]{{0,3}}{_MONTH}{_YEAR}",
    "calendar_week": rf"(?:u[12]|u9|[129]\.?u)(?:[-/]?{_YEAR})|uE",
    "dash_day": r"[12]-[Mm]\.?-[Y9]",
    "year_day": rf"[Yy]\.?J?\.?,?{_MONTH}[12]\.?(?:u)?(?![12Mm])|Y\.?J\.?[12]\.?[Mm]",
    "year_first": rf"J?Y\.?J?\.?(?:{_MONTH}p?|[Ss]p?|[O1o]\.?[QH]p?|pB?)",
    "month_days": r"[Mm]\.?L?[12o]-L?[12o](?:,?[Yy])?(?![12Mm])",
    "month_day": rf"{_WEEKDAY}[Mm]\.?L?[12o](?![12Mmu.][12n]?)(?:,?G?[Yy6])?",
    "month_day_stop": rf"{_WEEKDAY}[Mm]\.?L?[12o](?=\.)",
    "weekday_of_month": r"(?:[O1o]\.?|_)L?W(?=[GLi]{1,2}[uMJ])",
    "weekday_of_week": r"W[GL]{0,2}(?:[+_=]L?u|u[GL]?[+_])",
    "weekday_day": rf"{_WHICH}W(?:\(|,?(?:i|L?u|L)[GL]?)?[12o]\.?(?:/1)?\)?(?![GL]{{0,2}}[Mm])",
    "weekday": rf"{_WHICH}W(?:[GL]?[+_])?",
    "numeric_month": rf"{_PART}E",
    "season_years": rf"{_PART}[SsHQ][GL]{{0,3}}F",
    "season_of_two": r"[Ss][GLj]{0,3}Y[iK]Y",
    "month": rf"{_PART}{_MONTH}(?:[-/]?{_YEAR}|{_OLD})",
    "month_of_short_year": r"[Mm]\.?/[29](?!/)",
    "quarters": rf"[O1o][-tT&V/][GL]?[O1o_]\.?G?Q\.?{_YEAR}",
    "quarter": rf"{_PART}[O1o_]\.?[GL]?Q\.?[-/]?(?:{_YEAR})?",
    "quarter_number": rf"{_PART}Q1(?:[-/]|{_YEAR}|/Y){{0,2}}",
    "quarter_mark": rf"{_PART}q[-/]?(?:{_YEAR}|k[Y29]|9|2)?",
    "half": rf"{_PART}[O1o_]\.?[GL]?[HP]\.?(?:[-/]?{_YEAR}|[GL]{{0,2}}{_MONTH}{_YEAR})",
    "half_mark": rf"{_PART}h[-/]?(?:{_YEAR}|9|2)",
    "year_mark": r"[Yy][-/]?[qh]",
    "marked": r"!",
    "season": rf"{_PART}[Ss]{_YEAR}",
    "decade": rf"{_PART}(?:C-?[uJ]?|(?<![v129n])[%u][GL]?[Y89y])",
    "fiscal": rf"{_PART}k[GL]{{0,2}}(?:[Yy]|F|9|2)",
    "fiscal_mark": rf"{_PART}\?",
    "two_years": rf"{_PART}F",
    "coming_units": r"[+_]G?[v12][uJ]|[v12][+_]u",
    "after_units": r"[IR~]c?L?[v12]G?[uJ]|[v12]G?u(?:[rZ](?!G?[LY])|\$)|[v1]?Jr",
    "before_units": r"[gX][v12]G?[uJ]|[v12]G?[uJ]a",
    "within_units": r"[wB]c?[GL]{0,2}[v12]G?[uJ]",
    "rest_of_year": r"rG?(?:=L?J)",
    "part_of_year": rf"[pP]-?[GLi]{{0,4}}(?:{_SAID}|{_RELATIVE}|[GL]?J(?![YyJ]))",
    "year_part": rf"z(?:{_YEAR})?",
    "part_of_unit": r"p-?[GL]{0,3}[=+_]?u[+_]?",
    "relative_unit": rf"{_PART}(?:[+_=](?:u|[Mm]|[Ss]|Q)|(?:u|[Mm]|[Ss]|Q)[GL]?[+_])",
    "today": r"@",
    "year": rf"{_SAID}|{_RELATIVE}|(?:J[GL]?)?6",
    "bare_month": rf"{_PART}{_MONTH}",
    "bare_season": rf"{_PART}[Ss]",
    "bare_numeric": r"d",
}
# Forms that only some languages have, by the flag of [dates] that allows them.
_ONLY_WITH = {
    "month_of_short_year": "day_first",
    "ordinal_day": "day_first",
    "ordinal_of_month": "month_first",
    "word_day": "cardinal_days",
    "month_days": "month_first",
    "month_day": "month_first",
    "month_day_stop": "month_first",
    "year_day": "year_first",
    "year_first": "year_first",
}


@cache
def _grammar(month_first: bool, year_first: bool, cardinal_days: bool) -> re.Pattern[str]:
    allowed = {"month_first": month_first, "day_first": not month_first, "year_first": year_first, "cardinal_days": cardinal_days}
    forms = "|".join(f"(?P<{name}>{source})" for name, source in FORMS.items() if allowed.get(_ONLY_WITH.get(name, ""), True))
    # What no form begins with: saying so first spares fifty tries at most places.
    return re.compile(rf"(?![{_NEVER_FIRST}]|[GL](?!u))(?:{forms})")


_NEVER_FIRST = r"xnN0cAZfjTtKe&V><ia.,*():;/-"


@dataclass(frozen=True, slots=True)
class Core:
    """A period as read: `first`/`last` index its tokens, `value` is None until a year is known from elsewhere."""

    form: str
    first: int
    last: int
    period: Period | None
    value: DateSpan | None


# No date holds another word, and every date at least one of these letters.
_CHUNK = re.compile(r"[^xn]*[MmSsQHPpYy6DEFCdqh!@?JuzbWv%][^xn]*")


def read(tokens: Sequence[Token], words: Words, setting: Setting) -> list[Core]:
    """The cores of a stretch of tokens, left to right; impossible dates are left out."""
    letters = "".join(token.letter for token in tokens)
    grammar = _grammar(words.month_first, words.year_first, words.cardinal_days)
    matches = (match for chunk in _CHUNK.finditer(letters) for match in grammar.finditer(letters, *chunk.span()))
    found = (_core(match.lastgroup or "", tokens, match.start(), match.end(), words, setting) for match in matches)
    return [core for core in found if core]


def _core(form: str, tokens: Sequence[Token], first: int, end: int, words: Words, setting: Setting) -> Core | None:
    inside = tokens[first:end]
    builder = VALUES.get(form)
    if builder:
        value = builder(inside, words, setting)
        return Core(form, first, end - 1, None, value) if value else None
    period = read_period(form, inside, words, setting)
    if period is None:
        return None
    value = span(period) if period.year is not None else None
    if period.year is not None and value is None:
        return None
    return Core(form, first, end - 1, period, value)
