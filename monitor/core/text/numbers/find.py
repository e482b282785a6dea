"""Finding numbers in running text: tokens in one scan, then neighbours that make one number.

1. One pattern finds digits and number words. 2. Digits take the scale behind them ("1,5 Mrd."). 3. Words are added up while they fit ("two million three
hundred thousand"), with fractions before ("half a billion") and after ("un milliard et demi"). 4. Vague words keep bounds instead of a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.text.numbers.digits import Digits, plain, precision_of, read_digits
from monitor.core.text.numbers.fold import fold
from monitor.core.text.numbers.vocabulary import DIGITS, Vocabulary, Word, append, precision_unit, vocabulary

ONE = Decimal(1)
_SMALLER = re.compile(r" (?:([^\W\d_]{1,3}) )?([1-9]\d{0,2})(?=[ a-zà-ž])")
MOST = 20_000  # numbers read of one text; what holds more is a data dump, and its beginning is enough
LARGEST = Decimal("1e17")  # nothing a public programme counts or pays is larger


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written at start..end of the folded text.

    `value` is None for a vague one, which has `low`/`high` instead. `value == mantissa * scale`; `bare_end` is where the mantissa ends. `loose` says that the
    scale is an abbreviation that could be a unit ("20m"). `about` is set by words that round themselves ("une douzaine"), `collective` by all words that a
    noun follows with "of" ("dos docenas de becas").
    """

    start: int
    end: int
    value: Decimal | None
    precision: Decimal
    mantissa: Decimal = ONE
    scale: Decimal = ONE
    bare_end: int = 0
    decimals: int = 0
    grouped: bool = False
    words: bool = False
    loose: bool = False
    about: bool = False
    collective: bool = False
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def scaled(self) -> bool:
        return self.scale != ONE

    @property
    def is_year(self) -> bool:
        """Four bare digits that are more likely a year than a number."""
        plain = not (self.words or self.grouped or self.scaled or self.decimals) and self.value is not None
        return plain and self.value is not None and 1900 <= self.value <= 2100

    def times(self, scale: Decimal) -> Number:
        """The same digits with a scale borrowed from elsewhere."""
        if self.value is None:
            return self
        return replace(self, value=plain(self.mantissa * scale), precision=self.precision / self.scale * scale, scale=scale, loose=False)

    def without_scale(self) -> Number:
        """The mantissa alone, where the abbreviation turns out to be a unit."""
        return replace(self, end=self.bare_end, value=self.mantissa, precision=self.precision / self.scale, scale=ONE, loose=False)

    def as_group(self) -> Number:
        """ "1.500" read as fifteen hundred where three decimals make no sense (money, things that are counted)."""
        if self.scaled or self.grouped or self.decimals != 3 or self.value is None or self.value < 1:
            return self
        value = self.value.scaleb(3)
        return replace(self, value=value, mantissa=value, precision=precision_of(value), decimals=0, grouped=True)


class _Token(NamedTuple):
    start: int
    end: int
    digits: str
    word: Word | None
    written: str


@lru_cache(maxsize=8)
def find_numbers(text: str, lexicon: Lexicon) -> tuple[Number, ...]:
    """All numbers of the text in order, none overlapping; offsets count code points of the text (and of `fold(text)`).

    >>> from monitor.core.lang import load
    >>> [str(n.value) for n in find_numbers("seven of 15", load("en"))]
    ['7', '15']
    """
    folded = fold(text)
    known = vocabulary(lexicon)
    return tuple(_assemble(folded, _tokens(folded, known), known))


def _tokens(folded: str, known: Vocabulary) -> list[_Token]:
    """Digits and number words in text order."""
    found = [_Token(match.start(), match.end(), match.group(), None, match.group()) for match in islice(DIGITS.finditer(folded), MOST)]
    for match in islice(known.scan.finditer(folded), MOST):
        written = match.group()
        if word := known.word(written):
            found.append(_Token(match.start(), match.end(), "", word, written))
    found.sort(key=itemgetter(0))
    return found


def _assemble(folded: str, tokens: list[_Token], known: Vocabulary) -> list[Number]:
    numbers: list[Number] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = numbers[-1].end if numbers else 0
        if token.start < end or _is_article(token):  # a scale word that digits have already taken, or an article
            at += 1
            continue
        if token.digits:
            number, at = _from_digits(folded, token, known), at + 1
        else:
            run = _run(folded, tokens, at, known)
            number, at = _from_words(folded, run, known), at + len(run)
        if number is not None and (number.value is None or number.value < LARGEST):
            numbers.append(number)
    return numbers


def _is_article(token: _Token) -> bool:
    """ "uma" where it ends no number: alone it is an article."""
    return token.word is not None and token.word.role == "last"


def _from_digits(folded: str, token: _Token, known: Vocabulary) -> Number | None:
    digits = read_digits(token.digits, known.decimal)
    if digits is None:
        return None
    scale, end, loose = _scale_after(folded, token.end, known)
    if scale == ONE and folded[token.end : token.end + 1] == "e" and folded[token.end + 1 : token.end + 2].isdigit():
        return None  # 1e400
    number = _number(token.start, token.end, digits, scale, end, loose)
    return _continued(folded, number, known) if scale >= 1000 and not loose else number


def _continued(folded: str, number: Number, known: Vocabulary) -> Number:
    """ "1 mld 200 mln", "15 milioni e 400mila": a smaller scale goes on counting."""
    match = _SMALLER.match(folded, number.end)
    if match is None or number.value is None or (match.group(1) and f" {match.group(1)} " not in known.joiners):
        return number
    scale, end, loose = _scale_after(folded, match.end(), known)
    hundreds = scale == ONE and number.scale == 1000 and len(match.group(2)) == 3 and not match.group(1)  # "12 mil 300 viviendas"
    if (scale == ONE and not hundreds) or scale >= number.scale or loose:
        return number
    value = number.value + plain(Decimal(match.group(2)) * scale)
    return replace(number, end=end, value=value, precision=precision_of(value), mantissa=plain(value / number.scale))


def _number(start: int, bare_end: int, digits: Digits, scale: Decimal, end: int, loose: bool) -> Number:
    return Number(
        start=start,
        end=end,
        value=plain(digits.value * scale),
        precision=digits.precision * scale,
        mantissa=digits.value,
        scale=scale,
        bare_end=bare_end,
        decimals=digits.decimals,
        grouped=digits.grouped,
        loose=loose,
    )


def _scale_after(folded: str, at: int, known: Vocabulary) -> tuple[Decimal, int, bool]:
    """The scale words that follow, multiplied ("1500 mille millions", "1.2 lakh crore"), where they end, and whether the only one could be a unit."""
    scale, end, loose = ONE, at, False
    for _ in range(3):
        match = known.scale_after.match(folded, end)
        if match is None:
            match = _linked_scale(folded, end, known)
        if match is None:
            break
        written = match.group(1)
        loose = scale == ONE and written in known.loose
        scale, end = scale * known.scales[written], match.end()
    return scale, end, loose


def _linked_scale(folded: str, at: int, known: Vocabulary) -> re.Match[str] | None:
    """ "10 mil de millones", "20 de milioane": a scale behind a linking word."""
    for link in known.links:
        if len(link) > 1 and folded.startswith(link, at):
            return known.scale_after.match(folded, at + len(link))
    return None


def _run(folded: str, tokens: list[_Token], at: int, known: Vocabulary) -> list[_Token]:
    """The word tokens from `at` on that may belong to one number by what stands between them."""
    run = [tokens[at]]
    for token in tokens[at + 1 : at + 16]:
        last = run[-1].word
        if token.digits or last is None or token.word is None:
            break
        gap = folded[run[-1].end : token.start]
        linked = last.role in ("vague", "collective", "scale", "fraction") and gap in known.links
        if not (linked or gap in known.joiners or gap == "") or not _follows(run, token.word, gap):
            break
        run.append(token)
    return run


def _follows(run: list[_Token], word: Word, gap: str) -> bool:
    """Whether the words so far and the next one still make a number; "two three" and "twenty and thirty" do not."""
    if word.role == "tail":
        return gap in (" ", "-")
    if word.role == "fraction":
        return False
    if word.role == "vague":
        return word.each is not None and all(t.word is not None and t.word.role == "cardinal" for t in run)
    if word.role == "scale":
        return _parts(run, word) is not None
    last = run[-1].word
    if last is None or last.role in ("vague", "fraction", "tail"):
        return word.role == "collective" and last is not None and last.role != "tail"
    return _parts(run, word) is not None


def _parts(run: list[_Token], extra: Word | None = None) -> list[Decimal] | None:
    """The parts of a run of words as `append` leaves them; None when they do not fit together."""
    parts: list[Decimal] = []
    for word in [*(t.word for t in run), extra]:
        if word is None:
            continue
        if word.role == "tail":
            parts.append(word.value * _tail_unit(parts))
        elif word.role == "collective" and parts:
            parts[-1] *= word.value
        elif word.each is not None and parts:
            parts = [sum(parts, Decimal(0)) * word.each]
        elif not append(parts, word.value, scale=word.role == "scale"):
            return None
    return parts


def _tail_unit(parts: list[Decimal]) -> Decimal:
    """What "and a half" is half of: the last scale ("un milliard et demi"), or one ("two and a half million")."""
    if not parts or parts[-1] < 1000:
        return ONE
    unit = precision_unit(parts[-1])
    return Decimal(1000) ** (unit.adjusted() // 3)


def _from_words(folded: str, run: list[_Token], known: Vocabulary) -> Number | None:
    start, end, first = run[0].start, run[-1].end, run[0].word
    if first is None or first.role == "tail":
        return None
    if first.role == "vague":
        return _vague(run, first)
    if len(run) == 1 and first.role == "fraction" and first.value < 1:
        return None
    if first.role in ("scale", "collective"):
        with_article = _article_before(folded, start, known)
        if with_article is None and run[0].written in known.alone_vague:
            return _plural_alone(run, first)
        goes_on = any(t.word is not None and t.word.role in ("cardinal", "last") for t in run[1:])  # "ciento cuatro"
        if with_article is None and run[0].written not in known.alone_one and not goes_on:
            return None
        start = start if with_article is None else with_article
    parts = _parts(run)
    if parts is None:
        return None
    return _composed(start, end, plain(sum(parts, Decimal(0))), run, folded, known)


def _composed(start: int, end: int, value: Decimal, run: list[_Token], folded: str, known: Vocabulary) -> Number:
    scale = _scale_of(run, value)
    bare_end = run[-2].end if len(run) > 1 and scale != ONE else end
    if scale == ONE:  # "zwanzig Mio."
        scale, end, _ = _scale_after(folded, end, known)
        value = plain(value * scale)
    first = run[0].word
    half = any(t.word is not None and t.word.role in ("fraction", "tail") for t in run)
    precision = precision_of(value) if value == value.to_integral_value() else precision_unit(value)
    collective = any(t.word is not None and (t.word.role == "collective" or t.word.each is not None) for t in run)
    about = collective and first is not None and first.role in ("collective", "fraction")
    return Number(
        start,
        end,
        value,
        precision,
        plain(value / scale),
        scale,
        bare_end,
        words=True,
        about=about,
        collective=collective,
        decimals=1 if half and value % 1 else 0,
    )


def _scale_of(run: list[_Token], value: Decimal) -> Decimal:
    """The largest scale of a run from a thousand on, or the hundred it ends with: what a neighbour in a range may borrow."""
    scales = [t.word.value for t in run if t.word is not None and t.word.role == "scale"]
    largest = max(scales, default=ONE)
    if largest >= 1000:
        return largest
    last = run[-1].word
    return last.value if last is not None and last.role == "scale" and value % last.value == 0 else ONE


def _article_before(folded: str, start: int, known: Vocabulary) -> int | None:
    """Where the article that stands for one begins ("a million"), or None."""
    before = folded[max(0, start - 12) : start]
    if not before or before[-1] not in " -'":
        return None
    word = before[:-1].rsplit(" ", 1)[-1].rsplit("\n", 1)[-1] if before[-1] != "'" else before.rsplit(" ", 1)[-1]
    word = word.rsplit("(", 1)[-1].rsplit("'", 1)[-1] or word
    return start - 1 - len(word) if word in known.articles else None


def _plural_alone(run: list[_Token], first: Word) -> Number:
    """ "millions", "tausende": some of them, at least two."""
    scale = first.value
    for token in run[1:]:
        scale *= token.word.value if token.word else ONE
    return Number(
        run[0].start,
        run[-1].end,
        None,
        _magnitude(2 * scale),
        scale=scale,
        bare_end=run[0].start,
        words=True,
        low=plain(2 * scale),
        high=plain(1000 * scale),
    )


def _vague(run: list[_Token], first: Word) -> Number:
    scale = ONE
    for token in run[1:]:
        scale *= token.word.value if token.word else ONE
    low, high = plain(first.value * scale), plain((first.high or first.value) * scale)
    return Number(run[0].start, run[-1].end, None, _magnitude(low), scale=scale, bare_end=run[0].end, words=True, low=low, high=high)


def _magnitude(value: Decimal) -> Decimal:
    """The power of ten of a vague number: all that is precise about it."""
    return Decimal(1).scaleb(value.adjusted())
