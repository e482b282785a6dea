"""On which side of the day of publication a date lies that names no year or week: by its bound and by the tense of its clause.

"will meet on Tuesday" is the next one, "met on Tuesday" the last; "by Friday" lies ahead, "since Friday" behind. News mostly tells what happened, so a bare
weekday without any such word is the last one, the day of publication included.
"""

from __future__ import annotations

import re
from typing import Literal

from monitor.core.model import DateSpan
from monitor.core.text.datecontext import Left, Stretch, opens_sentence
from monitor.core.text.dategrammar import Core
from monitor.core.text.dateweekdays import first_after, last_up_to

Side = Literal["ahead", "behind"]

_LEFT_REACH, _RIGHT_REACH = 90, 70
_CUT = re.compile(r"[.!?;:,()\"“”„«»\n] ?| - ")
_OPENING_WORDS = 2  # with so few words before it in its clause a date stands before its verb


def day_meant(stretch: Stretch, core: Core, left: Left, bound: str) -> DateSpan | None:
    """The day that a weekday stands for; None where no one day is meant ("every Friday", "Monday to Friday", "Black Friday")."""
    letters = stretch.letters[core.first : core.last + 1]
    token = next(t for t in stretch.tokens[core.first : core.last + 1] if t.letter == "W")
    today = stretch.setting.published_on
    if today is None or not _is_one_day(stretch, core, left):
        return None
    if "+" in letters or "_" in letters:
        return core.value
    side = _side_of_bound(stretch, left, bound) or tense(stretch, core)
    if side is None and "=" in letters and stretch.words.this_weekday_ahead:
        side = "ahead"
    wanted = int(token.value)
    return first_after(wanted, today) if side == "ahead" and wanted != today.weekday() else last_up_to(wanted, today)


def tense(stretch: Stretch, core: Core) -> Side | None:
    """What the nearest telling word of the clause says, those before the date first; after it the verb stands only where the date opens the clause."""
    telling = stretch.words.tense
    if telling is None:
        return None
    start, end = stretch.tokens[core.first].start, stretch.tokens[core.last].end
    joint = stretch.letters.rfind("&", 0, core.first)  # "was signed in May and takes effect in July": another clause
    floor = stretch.tokens[joint].end if joint >= 0 else stretch.start
    before = _after_last_cut(stretch, stretch.flat[max(floor, start - _LEFT_REACH) : start])
    side = None
    for said in telling.finditer(before):
        side = said.lastgroup
    if side is None and (stretch.words.verb_last or len(before.split()) <= _OPENING_WORDS):
        after = _before_first_cut(stretch, stretch.flat[end : min(stretch.end, end + _RIGHT_REACH)].removeprefix(","))
        match = telling.search(after)
        side = match.lastgroup if match else None
    return "ahead" if side == "ahead" else "behind" if side == "behind" else None


def _after_last_cut(stretch: Stretch, text: str) -> str:
    ends = [m.end() for pattern in (_CUT, stretch.words.clause_openers) for m in pattern.finditer(text)]
    return text[max(ends, default=0) :]


def _before_first_cut(stretch: Stretch, text: str) -> str:
    starts = [m.start() for m in (_CUT.search(text), stretch.words.clause_openers.search(text)) if m]
    return text[: min(starts, default=len(text))]


def _side_of_bound(stretch: Stretch, left: Left, bound: str) -> Side | None:
    if bound in ("B", "T", "X", "<"):
        return "ahead"
    if bound in ("A", "f", ">"):
        return "behind" if stretch.word(left.first) in stretch.words.since else "ahead"
    return None


# ------------------------------------------------------------------------------------------------------------------ one day at all?

_RANGE_BEFORE, _RANGE_AFTER = re.compile(r"[WO],?[-tTK/&V,][GLiI]{0,2}\Z"), re.compile(r",?[-tTK/&V,][GLiI]{0,2}[WO]")
_AFTER_VERB, _BEFORE_NAME = re.compile(r"[a-zà-ÿ]{2} "), re.compile(r" [A-ZÀ-Þ]")  # "said Friday"; not "Black Friday", "the Sunday Times"
_FEWEST_WORDS = 4  # a shorter block is a heading, or a row of opening hours


def _is_one_day(stretch: Stretch, core: Core, left: Left) -> bool:
    """Whether a weekday is one day of some week: not part of a name, a habit, a list or opening hours."""
    any_before, any_after = stretch.words.any_day_before, stretch.words.any_day_after
    inside = stretch.letters[core.first : core.last + 1]
    if stretch.word(core.first) in any_before or {stretch.word(core.last), stretch.word(core.last + 1)} & any_after:
        return False
    if "+" in inside or "_" in inside:
        return True
    if stretch.words.tense is None:
        return False  # where the language has no words of tense, the week would be a guess
    if (
        stretch.word(core.first - 1) in any_before
        or len(stretch.tokens) < _FEWEST_WORDS
        or stretch.letters[core.last + 1 : core.last + 2] in tuple("129n")
    ):
        return False
    if _RANGE_BEFORE.search(stretch.letters[: core.first]) or _RANGE_AFTER.match(stretch.letters, core.last + 1):
        return False
    if stretch.letters[core.first - 1 : core.first] in tuple("O1o") and core.first:
        return False  # "the second Tuesday"
    return "=" in inside or _is_written_as_day(stretch, core, left)


def _is_written_as_day(stretch: Stretch, core: Core, left: Left) -> bool:
    """By the capital: where weekdays have none, one inside a sentence makes a name; where all have one, a word must introduce the day."""
    start = stretch.tokens[core.first].start
    is_capital = stretch.text[start].isupper()
    if not stretch.words.capital_weekdays:
        return not is_capital or opens_sentence(stretch.text, start)
    if not is_capital:
        return False
    if left.in_word or left.letter:
        return True
    before, after = stretch.text[max(0, start - 3) : start], stretch.text[stretch.tokens[core.last].end : stretch.tokens[core.last].end + 2]
    return _AFTER_VERB.fullmatch(before) is not None and not _BEFORE_NAME.match(after)
