"""The date words of one language, as tokens of one letter each.

A stretch of text becomes a string of class letters ("by the end of March 2027" -> "BLpLMY"), over which `dategrammar` is written once for all languages.
The lists of [dates] in `core/lang/<code>.toml` say which words have which letter; a word stands in one list only.

    M m month (m: an everyday word too)   S s season (s: likewise)   Q quarter  H half  P middle or half  O ordinal  p part  z part of the year in one word
    1 2 9 n numbers 1-12, 13-31, other two digits, longer            o "3rd"    Y y 6 4 year, '27, before 1900, in words    v number word
    D day  E month and year  F two years  C 8 decade ("1990s", "nineties"), its number ("jaren negentig")  d day and month without year  q h Q2, H1  ! "1H26"
    A from on  B by  X before  Z after  f from  G of/from  j range from  T until  t to  K to (moved)  e ~ between  & and  V or  > earliest  < latest
    i I R in (I, R: before durations)  w within  L article, of  J year noun  u unit  + _ = next, last, this  a g ago  r $ later, from now  k fiscal  ? FY26
    % "the years"  b this or last year in one word   N not  0 none  c about  @ today  W weekday  x any other word ("por la mañana" too)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import Granularity
from monitor.core.text.periods import FIRST_YEAR, LAST_YEAR, OLDEST_YEAR, Period
from monitor.core.text.wordtrie import gathered, openings, pattern, stemmed


class Token(NamedTuple):
    """`letter` is the class; `value` what the word stands for (month number, year, Period ...); offsets into the text."""

    letter: str
    value: Any
    start: int
    end: int


LISTS = {
    "weekdays": "W",
    "quarter": "Q",
    "half": "H",
    "middle_or_half": "P",
    "in": "i",
    "in_or_after": "I",
    "after_duration": "R",
    "within": "w",
    "start_bound": "A",
    "end_bound": "B",
    "before": "X",
    "after": "Z",
    "from": "f",
    "of_from": "G",
    "range_from": "j",
    "until": "T",
    "to": "t",
    "moved_to": "K",
    "between": "e",
    "between_or_after": "~",
    "and": "&",
    "or": "V",
    "earliest": ">",
    "latest": "<",
    "glue": "L",
    "year": "J",
    "next": "+",
    "last": "_",
    "this": "=",
    "ago": "a",
    "ago_before": "g",
    "later": "r",
    "from_now": "$",
    "fiscal": "k",
    "decade": "%",
    "not": "N",
    "none": "0",
    "about": "c",
}
_SEASONS = ("spring", "summer", "autumn", "winter")
_PARTS = ("early", "mid", "late", "end")
# Letters alone that make a stretch worth reading; the rest (in, by, of ...) only matters beside them.
_STRONG = frozenset("MmSsQz@%JC")

_NUMERIC = (
    r"(?P<D>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:t[0-9]{2}:[0-9]{2}[0-9:.+z-]{0,16})?|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}\. ?[0-9]{1,2}\. ?[0-9]{1,2}"
    r"|[0-9]{1,2}[ .-]{1,2}[ivx]{1,4}[ .-]{1,2}[0-9]{4}"
    r"|[0-9]{1,2}\. ?[0-9]{1,2}\. ?(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}-[0-9]{1,2}-[0-9]{4})(?!\w|[.,/-]?[0-9]|[-/]\w)"
    r"|(?P<F>[0-9]{4} ?[-/] ?(?:[0-9]{4}|[0-9]{2}))(?!\w|[.,/-]?[0-9]|[-/]\w)"
    r"|(?P<E>[0-9]{1,2} ?/ ?[0-9]{4}|[0-9]{2}\.[0-9]{4})(?!\w|[.,/-]?[0-9]|[-/]\w)"
    r"|(?P<C>(?:[0-9]{3}|[4-9])0(?:'?s|ern?))(?!\w)"
    r"|(?P<d>[0-9]{1,2}\. ?[0-9]{1,2}\.)(?! ?[0-9]|\w)"
)
# After a month or weekday whose short form is a number as well: "dez./2025", "23.set.2025", "terça (4)".
_ABBREVIATED = r"(?=\.?[/-]|\.? ?(?:de )?[12][0-9]{3}(?!\w))"
_DAY_IN_BRACKETS = r"(?= ?\([0-9]{1,2}(?:/[0-9]{1,2})?\))"
_MARK, _DIGIT, _BANG_YEAR = re.compile(r"[a-z]{1,2}"), re.compile(r"(?<![0-9])[1-4](?![0-9])"), re.compile(r"[0-9]{4}|[0-9]{2}")


class Words:
    """Everything compiled from the [dates] section of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        section = lexicon.section("dates")
        self.code = lexicon.code
        self.year_first: bool = section.get("year_first", False)
        self.month_first: bool = section.get("month_first", False)
        self.capital_months: bool = section.get("capital_months", False)
        self.adverbial_seasons = frozenset(section.get("adverbial_seasons", []))
        self.until_after_not: bool = section.get("until_after_not", False)
        self.entries = _entries(section)
        self.number_months = _number_months(section)
        self.short_weekdays = _numbered(section.get("weekday_short", []))
        self.quarter_marks: tuple[str, ...] = tuple(section.get("quarter_marks", ["q"]))
        self.half_marks: tuple[str, ...] = tuple(section.get("half_marks", ["h"]))
        self.suffixes: tuple[str, ...] = tuple(section.get("ordinal_suffixes", []))
        self._token = re.compile(self._token_source(section))
        self._anchor = re.compile(self._anchor_source())
        self.moved = _lookup(section, "moved")
        self.tense = re.compile(_tense_source(section)) if "ahead" in section else None
        self.clause_openers = _lookup(section, "clause_openers")
        self.verb_last: bool = section.get("verb_last", False)
        self.cardinal_days: bool = section.get("cardinal_days", False)
        self.capital_weekdays: bool = section.get("capital_weekdays", False)
        self.this_weekday_ahead: bool = section.get("this_weekday_ahead", False)
        self.any_day_before = frozenset(section.get("any_day_before", []))
        self.any_day_after = frozenset(section.get("any_day_after", []))
        self.since = frozenset(section.get("since", []))
        self.only_in = frozenset(section.get("only_in", []))
        self.dated = frozenset(section.get("dated", []))
        self.named_after_days = frozenset(section.get("named_after_days", []))
        self.stamps = _lookup(section, "stamps")
        self.deadlines = _lookup(section, "deadlines")
        self.not_year_before = frozenset(section.get("not_year_before", []))
        self.old_year_after = frozenset(section.get("old_year_after", []))
        self.price_words = frozenset(section.get("price_words", []))
        self.counted = tuple(section.get("counted", []))
        self.plural: str = section.get("plural", "")
        self.no_date = _no_date(section)
        self.show: Mapping[str, str] = section.get("show", {})
        self.month_names: tuple[str, ...] = tuple(section.get("month_names", [m[0] for m in section.get("months", [])]))
        self.season_names: tuple[str, ...] = tuple(section.get("season_names", []))

    def anchors(self, flat_text: str) -> re.Pattern[str]:
        """The prefilter: where a date may stand."""
        return self._anchor

    def tokens(self, flat_text: str, start: int, end: int) -> list[Token]:
        """The tokens of `flat_text[start:end]` in order; white space gives none."""
        found = []
        entries = self.entries
        for match in self._token.finditer(flat_text, start, end):
            group, text = match.lastgroup, match[0]
            if group == "x":  # the two common cases first: this loop is most of the time a page takes
                found.append(Token("x", text, *match.span()))
            elif group == "word":
                letter, value = entries[text if "  " not in text else text.replace("  ", " ")]
                found.append(Token(letter, value, *match.span()))
            else:
                found.append(self._classify((group or "").rstrip("_"), text, *match.span()))
        return found

    def _token_source(self, section: Mapping[str, Any]) -> str:
        periods = pattern([w for w, (letter, _) in self.entries.items() if letter in "QHP"])
        marks = "|".join(sorted({*self.quarter_marks, *self.half_marks}, key=len, reverse=True))
        suffix = pattern(self.suffixes)
        number_months = pattern(self.number_months)
        short_weekdays = pattern([w for forms in section.get("weekday_short", []) for w in forms])
        return (
            rf"(?<!\w)(?:(?=[0-9])(?<![0-9][.,:/])(?:{_NUMERIC}"
            rf"|(?P<bang>[0-9]{{4}} ?-?(?:{marks})[1-4]|[1-4](?:{marks}) ?-?/?'?(?:[0-9]{{4}}|[0-9]{{2}}))(?!\w)"
            rf"|(?P<mark>[1-4] ?(?:{marks}))(?!\w)"
            rf"|(?P<o>[0-9]{{1,2}} ?{suffix})"
            r"|(?P<number>[0-9]{1,4}(?![0-9]))(?!\w|[.,][0-9]|:[0-9]))"
            r"|(?![0-9])(?:(?P<fy>fy ?'?[0-9]{2}(?:[0-9]{2})?(?:[-/][0-9]{2})?)(?!\w)"
            rf"|(?P<bang_>(?:{marks}) ?[1-4] ?[-/'] ?(?:20[0-9]{{2}}|[0-9]{{2}}))(?!\w)"
            rf"|(?P<mark_>(?:{marks}) ?[1-4])(?!\w)"
            rf"|(?P<roman>iii|iv|ii|i)(?!\w)(?=\.? ?{periods})"
            r"|(?P<short>'[0-9]{2})(?!\w)"
            rf"|(?P<M>(?:(?<=[0-9][ .])|(?<=[0-9] de )){number_months}|{number_months}{_ABBREVIATED})"
            rf"|(?P<W>{short_weekdays}){_DAY_IN_BRACKETS}"
            rf"|(?P<word>{pattern(self.entries)})))"
            r"|(?P<x>\w{1,60}\+?)|(?P<punctuation>[^\w\s])"
        )

    def _anchor_source(self) -> str:
        strong = [
            w for w, (letter, value) in self.entries.items() if letter in _STRONG or letter == "u" or (letter == "W" and value is not None)
        ]
        marks = "|".join(sorted({*self.quarter_marks, *self.half_marks}, key=len, reverse=True))
        numeric = (
            r"(?:(?:(?<=1)[5-9]|(?<=2)[01])[0-9]{2}(?!\d)|[0-9]?\. ?[0-9]{1,2}\.|[0-9]?[/-][0-9]{1,2}[/-][0-9]"
            rf"|(?<=[1-4])(?:{marks})|[0-9]? (?:de )?{pattern(self.number_months)})"
        )
        branches = [rf"{digit}(?<!\w{digit}){numeric}" for digit in "0123456789"]
        branches += [rf"{mark}(?<!\w{mark}) ?[1-4](?!\w)" for mark in (*self.quarter_marks, *self.half_marks)]
        branches += [opening + _ABBREVIATED for opening in openings(self.number_months)]
        branches += [opening + _DAY_IN_BRACKETS for opening in openings(self.short_weekdays)]
        return "|".join([*branches, r"fy(?<!\wfy) ?[0-9]", r"'[0-9]{2}(?!\w)", *openings(strong)])

    def _classify(self, group: str, text: str, start: int, end: int) -> Token:
        match group:
            case "number":
                return Token(*_number(text), start, end)
            case "punctuation":
                return Token(text if text in ",.-/():;" else "*", text, start, end)
            case "short":
                return Token("y", 2000 + int(text[1:]), start, end)
            case "o":
                return Token("o", int(re.match(r"[0-9]+", text)[0]), start, end)  # type: ignore[index]
            case "roman":
                return Token("O", {"i": 1, "ii": 2, "iii": 3, "iv": 4}[text], start, end)
            case "mark":
                return Token(*self._mark(text), start, end)
            case "bang":
                return Token("!", self._bang(text), start, end)
            case "fy":
                return Token("?", text, start, end)
            case "C":
                digits = int(re.match(r"[0-9]+", text)[0])  # type: ignore[index]
                return Token("C", digits if digits > 99 else 1900 + digits, start, end)
            case "M":
                return Token("M", self.number_months[text], start, end)
            case "W":
                return Token("W", self.short_weekdays[text], start, end)
            case _:
                return Token(group, text, start, end)

    def _mark(self, text: str) -> tuple[str, int]:
        digit = next(c for c in text if c in "1234")
        mark = text.replace(digit, "").strip()
        quarter = mark in self.quarter_marks
        return ("q" if quarter else "h"), int(digit)

    def _bang(self, text: str) -> Period | None:
        mark, digit, year = _MARK.search(text), _DIGIT.search(text), _BANG_YEAR.search(text)
        if not mark or not digit or not year:
            return None
        quarter, number, in_full = mark[0] in self.quarter_marks, int(digit[0]), int(year[0])
        if not quarter and number > 2:
            return None
        return Period(Granularity.QUARTER if quarter else Granularity.HALF, in_full if in_full > 99 else 2000 + in_full, number=number)


@cache
def words_of(lexicon: Lexicon) -> Words:
    """The compiled words of a language; built once."""
    return Words(lexicon)


def _entries(section: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    for name, letter in LISTS.items():
        found.update(dict.fromkeys(section.get(name, []), (letter, None)))
    weak = {*section.get("weak_months", []), *section.get("weak_seasons", [])}
    for number, forms in enumerate(section.get("months", []), 1):
        found.update({word: ("m" if word in weak else "M", number) for word in forms})
    for number, season in enumerate(_SEASONS, 1):
        found.update({word: ("s" if word in weak else "S", number) for word in section.get("seasons", {}).get(season, [])})
    for number, forms in enumerate(section.get("ordinals", []), 1):
        found.update(dict.fromkeys(forms, ("O", number)))
    for part in _PARTS:
        found.update(dict.fromkeys(section.get(part, []), ("p", part)))
        found.update(dict.fromkeys(section.get("year_parts", {}).get(part, []), ("z", part)))
    found.update({word: ("W", number) for word, number in _numbered(section.get("weekday_names", [])).items()})
    for letter, name in (("8", "decade_numbers"), ("C", "decade_names")):
        for tens, forms in section.get(name, {}).items():
            found.update(dict.fromkeys(forms, (letter, 1900 + int(tens))))
    for unit, forms in section.get("units", {}).items():
        found.update(dict.fromkeys(forms, ("u", unit)))
    for offset, forms in section.get("days_from_today", {}).items():
        found.update({word: ("@", int(offset)) for word in forms})
    for offset, forms in section.get("this_year", {}).items():
        found.update({word: ("b", int(offset)) for word in forms})
    for number, forms in section.get("small_numbers", {}).items():
        found.update({word: ("v", int(number)) for word in forms})
        for opening in section.get("year_openings", []):
            found.update({opening + word: ("4", 2000 + int(number)) for word in forms})
    for number, forms in section.get("day_ordinals", {}).items():
        found.update({word: ("o", int(number)) for word in forms})
    found.update(dict.fromkeys(section.get("not_dates", []), ("x", None)))
    return found


def _numbered(listed: Sequence[Sequence[str]]) -> dict[str, int]:
    return {word: number for number, forms in enumerate(listed) for word in forms}


def _number_months(section: Mapping[str, Any]) -> dict[str, int]:
    """Short months that are numbers as well ("sept" in French, "dez" in Portuguese): months only where an abbreviation's mark or a year follows."""
    numbers = {word for forms in section.get("small_numbers", {}).values() for word in forms}
    return {word: number for number, forms in enumerate(section.get("months", []), 1) for word in forms if word in numbers}


def _number(text: str) -> tuple[str, int]:
    value = int(text)
    if len(text) == 4:
        return ("Y" if FIRST_YEAR <= value <= LAST_YEAR else "6" if OLDEST_YEAR <= value < FIRST_YEAR else "n"), value
    if len(text) == 3:
        return "n", value
    return ("1" if 1 <= value <= 12 else "2" if 13 <= value <= 31 else "9"), value


def _lookup(section: Mapping[str, Any], name: str) -> re.Pattern[str]:
    """A search for any of the words; an entry ending in "*" matches every word that begins so."""
    return re.compile(stemmed(section.get(name, [])))


def _tense_source(section: Mapping[str, Any]) -> str:
    """Words and verb endings that tell that something is to come ("ahead"), and words that tell that it is over."""
    endings = pattern(section.get("ahead_endings", []))
    return rf"(?P<ahead>{stemmed(section.get('ahead', []))}|(?<!\w)\w{{3,16}}?{endings})|(?P<behind>{stemmed(section.get('behind', []))})"


_GAP = r"(?:[ ,]{1,2}[\w'-]{1,24}){0,4},? "


def _no_date(section: Mapping[str, Any]) -> re.Pattern[str] | None:
    """Sentences that say there is no date. "no date ~ set": "~" stands for up to four words; the words in [ ] are alternatives."""
    sources = [source for entry in section.get("no_date", []) for source in _openings(_phrase(entry))]
    return re.compile(gathered(sources) + r"(?!\w)") if sources else None


def _openings(source: str) -> list[str]:
    """The phrase once for every word it may begin with, as `gathered` wants them."""
    group = re.match(r"\(\?:([^()]*)\)", source)
    return [option + source[group.end() :] for option in group[1].split("|")] if group else [source]


def _phrase(entry: str) -> str:
    pieces = re.split(r"( ~ |\[[^\]]*\](?:\? ?)?)", entry)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    if piece == " ~ ":
        return _GAP
    if piece.startswith("["):
        inner, _, tail = piece[1:].partition("]")
        options = "|".join(re.escape(w).replace(r"\ ", " {1,2}") for w in inner.split("|"))
        return f"(?:(?:{options}) )?" if tail.strip() == "?" else f"(?:{options})" + tail
    return re.escape(piece).replace(r"\ ", " {1,2}")
