"""What stands around a date: the words before it that bound or deny it, and whether a bare number there is a year at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.core.model import DateSpan, Setting
from monitor.core.text.dategrammar import Core
from monitor.core.text.datewords import Token, Words


@dataclass(frozen=True, slots=True)
class Left:
    """What stands before a core: the bound letter if any, where it begins, and whether the core is introduced as a time at all."""

    letter: str = ""
    first: int = 0
    introduced: bool = False
    in_word: str = ""
    negated: bool = False
    article: bool = False
    hedges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """The tokens of one window and the texts they were read from (`flat` for words, `text` for capitals)."""

    tokens: Sequence[Token]
    flat: str
    text: str
    words: Words
    setting: Setting
    letters: str = field(default="")
    start: int = 0
    end: int = 0

    def word(self, index: int) -> str:
        """The flat text of a token; "" beyond the ends."""
        return self.flat[self.tokens[index].start : self.tokens[index].end] if 0 <= index < len(self.tokens) else ""

    def clause(self, start: int, end: int, before: int, after: int) -> str:
        """The flat text around a span, cut at sentence ends."""
        left = self.flat[max(self.start, start - before) : start]
        right = self.flat[end : min(self.end, end + after)]
        return after_stop(left) + self.flat[start:end] + re.split(r"[.!?;] ", right, maxsplit=1)[0]


_STOP = re.compile(r"[.!?;] ")


def after_stop(left: str) -> str:
    cut = max((m.end() for m in _STOP.finditer(left)), default=0)
    return left[cut:]


_OPENS = re.compile(r"(?:\A|[.!?:;\n\"“”„«»(•|–—-])[ \t\u00a0]*\Z")


def opens_sentence(text: str, start: int) -> bool:
    """Whether a sentence, a quotation or an entry of a list begins there."""
    return _OPENS.search(text, max(0, start - 4), start) is not None


# ------------------------------------------------------------------------------------------------------------- what stands before

_BOUNDS = "ABXZTf><wN"


def left_of(stretch: Stretch, first: int) -> Left:
    letters, tokens = stretch.letters, stretch.tokens
    hedges: list[str] = []
    in_word, article = "", False
    index = first - 1
    while index >= 0 and first - index <= 5:
        letter = letters[index]
        if letter == "L":
            article = True
        elif letter in "iIR" and not in_word:
            in_word = stretch.flat[tokens[index].start : tokens[index].end]
        elif letter == "c":
            hedges.append(stretch.flat[tokens[index].start : tokens[index].end])
        else:
            break
        index -= 1
    letter = letters[index] if index >= 0 else ""
    before = letters[index - 1] if index >= 1 else ""
    if not letter or letter not in _BOUNDS:
        in_word = in_word or (stretch.flat[tokens[index].start : tokens[index].end] if letter in ("t", "K") else "")
        introduced = bool(in_word) or not letter or letter in tuple("tGjK&Ve~(:-,")
        return Left("", first, introduced, in_word, letter in ("t", "K") and before == "N", article, tuple(hedges))
    if before == "N" and letter in "XT":  # "not before", "not until" where the language has no list entry for the two together
        return Left("A", index - 1, True, in_word, False, article, tuple(hedges))
    negated = letter == "N" or (before == "N" and letter in "BA<")
    begin = index if letter != "N" else first
    return Left("" if letter in "Nw" else letter, begin, True, in_word, negated, article, tuple(hedges))


def right_of(stretch: Stretch, last: int, following: Core | None) -> tuple[str, int]:
    """A bound after the core ("2028 at the earliest") and the last token it takes; not one that belongs to the next core."""
    tail = re.match(r"[,(]?[><]", stretch.letters[last + 1 : last + 4])
    if tail is None:
        return "", last
    index = last + tail.end()
    if following and re.fullmatch(r"[iILGc]{0,3}", stretch.letters[index + 1 : following.first]):
        return "", last
    return tail[0][-1], index


# --------------------------------------------------------------------------------------------------- a year, or some other number?

_ID_BEFORE = frozenset("/#_@$£€&=+")
_CURRENCIES = frozenset(["eur", "usd", "gbp", "chf", "pln", "czk", "sek", "nok", "dkk", "huf", "ron", "jpy", "inr", "aud", "cad"])
_MEASURE = re.compile(
    r" ?(?:[%°€$£]|[kmgt]?(?:w|wh|m|b|v|l|hz|bit|flops?|g)(?:/[a-z]|[²³])?(?!\w)|m²|m³|eur(?!\w)|usd(?!\w)|gbp(?!\w)|chf(?!\w)|pln(?!\w))"
)


def is_plausible(stretch: Stretch, core: Core, left: Left) -> bool:
    if core.form == "day":
        return not _names_a_place(stretch, core)
    if core.form == "today":  # "De Morgen", "am Morgen"
        start = stretch.tokens[core.first].start
        return stretch.text[start].islower() or opens_sentence(stretch.text, start)
    if core.form == "decade" and not _is_decade(stretch, core, left):
        return False
    if core.form not in ("year", "two_years", "decade", "numeric_month", "numeric_day"):
        return True
    start, end = stretch.tokens[core.first].start, stretch.tokens[core.last].end
    if core.form == "numeric_day" and _SMALL_ROMAN.search(stretch.text, start, end):
        return False
    before = stretch.flat[start - 1 : start]
    if (before in _ID_BEFORE and before) or _is_glued(stretch.flat, start, end):
        return False
    previous = stretch.tokens[core.first - 1] if core.first else None
    named = stretch.tokens[core.first - 2] if previous and previous.letter == "." and core.first > 1 else previous  # "art. 2016"
    if named and not left.introduced and stretch.flat[named.start : named.end] in stretch.words.not_year_before:
        return False
    if previous and stretch.flat[previous.start : previous.end] in _CURRENCIES:
        return False
    if previous and previous.letter == "*" and stretch.flat[previous.start] in "§$£€#" and core.first:
        return False
    if core.form != "year" or stretch.tokens[core.last].letter == "J":
        return True
    if stretch.tokens[core.last].letter == "6" and not _is_old_year(stretch, core):
        return False
    return not _is_counted(stretch, core, left, previous)


_SMALL_ROMAN = re.compile(r"[0-9][ .-]{1,2}[ivx]{1,4}[ .-]")  # "4 x 2000", while "17 IX 2025" is a day
_REACH_OF_NAME = 3  # "rue du 8 mai", "ul. 3 Maja", "calle del 2 de Mayo"


def _names_a_place(stretch: Stretch, core: Core) -> bool:
    """ "Ponte 25 de Abril", "rue du 8 mai 1945": a thing named after a day."""
    for index in range(core.first - 1, max(-1, core.first - 1 - _REACH_OF_NAME), -1):
        if stretch.word(index) in stretch.words.named_after_days:
            return True
        if stretch.letters[index] not in "GL.":
            return False
    return False


def _is_decade(stretch: Stretch, core: Core, left: Left) -> bool:
    """ "the 80s", "die neunziger Jahre"; "80s" and "neunziger" alone are other things."""
    inside = stretch.tokens[core.first : core.last + 1]
    short = next((t for t in inside if t.letter == "C"), None)
    if short is None or stretch.flat[short.start : short.start + 4].isdigit():
        return True
    return len(inside) > 1 or left.article


def _is_old_year(stretch: Stretch, core: Core) -> bool:
    """A number before 1900 is a year after "in", "since", "the year", or after "of" at the end of a clause; else it counts ("1500 to 1800 jobs")."""
    if "J" in stretch.letters[core.first : core.last]:
        return True
    before, after = stretch.word(core.first - 1), stretch.letters[core.last + 1 : core.last + 2]
    if before in stretch.words.old_year_after:
        return after != "x" or _is_no_plural(stretch.words, stretch.word(core.last + 1))
    return stretch.letters[: core.first][-1:] in ("G", "L") and after in ("", ".", ",", ";", ":", ")")


def _is_no_plural(words: Words, word: str) -> bool:
    return bool(words.plural) and re.search(rf"(?:{words.plural})\Z", word) is None


def is_dated(stretch: Stretch, bound: int) -> bool:
    """ "a programme dating from 2021", "figures from 2022": of that time, not since then."""
    return stretch.word(bound - 1) in stretch.words.dated


def is_only_then(stretch: Stretch, bound: int, value: DateSpan) -> bool:
    """ "pas in 2022", "dopiero w maju 2022", said later: it happened then."""
    today = stretch.setting.published_on
    is_over = today is not None and value.end is not None and value.end < today
    return is_over and stretch.word(bound) in stretch.words.only_in


def _is_glued(flat: str, start: int, end: int) -> bool:
    """Part of an identifier or address: "HORIZON-2025-02", "2024/EU", "/2025/"."""
    before, after = flat[max(0, start - 2) : start], flat[end : end + 2]
    if re.match(r"[-_/@][\w]", after) and not re.match(r"-[a-zà-ÿ]", after):
        return True
    return bool(re.match(r"[/_][a-z]", after) or re.search(r"[0-9][-/.,]$|[a-z0-9][/_]$", before))


def _is_counted(stretch: Stretch, core: Core, left: Left, previous: Token | None) -> bool:
    tokens, flat, words = stretch.tokens, stretch.flat, stretch.words
    end = tokens[core.last].end
    if _MEASURE.match(flat, end):
        return True
    if previous and previous.letter in "n1296v" and tokens[core.first].start - previous.end <= 1:
        return True
    following = tokens[core.last + 1] if core.last + 1 < len(tokens) else None
    if following is None or following.start - end > 1 or following.letter not in "xn1296":
        return False
    if following.letter in "n1296":
        return following.start - end == 1 and following.letter != "1" and not left.in_word  # "reserveerde in 2022 870 miljoen euro"
    word = flat[following.start : following.end]
    if word in words.price_words:
        return True  # "in 1998 dollars": the year of the prices
    if any(word.startswith(stem) for stem in words.counted):
        return words.code != "en" or left.in_word != "in"  # "in 2026 people will vote"; elsewhere a comma would stand there
    plural = bool(words.plural) and re.search(rf"(?:{words.plural})\Z", word) is not None and len(word) > 4
    return (
        plural
        and not left.introduced
        and stretch.text[following.start].islower() == (words.code != "de")
        and bool(left.hedges or not left.article)
    )


def is_adjective(stretch: Stretch, core: Core, left: Left) -> bool:
    """ "after the 2026 election": the year belongs to the noun, the preposition does not make it a bound."""
    if core.form != "year" or not left.article or left.letter not in tuple("XZAf"):
        return False
    following = stretch.tokens[core.last + 1] if core.last + 1 < len(stretch.tokens) else None
    return bool(
        following and following.letter == "x" and following.start - stretch.tokens[core.last].end == 1 and stretch.words.code == "en"
    )
