"""Sentences and clauses of a stretch of text, as offsets.

A full stop ends a sentence unless it belongs to a number, an initial, an ordinal ("10. Dezember") or an abbreviation; an abbreviation ends one after all
when a word follows that sentences begin with ("kostet 2 Mrd. Der Bau ..."). The words stand in [page] of `core/lang`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from monitor.core.lang import Lexicon, load

Span = tuple[int, int]

# A run of end marks, closing quotes and brackets after it, then white space or the end. Bounded, so that long runs of marks stay linear.
_END = re.compile(r"[.!?…‽。]{1,10}[\"'»”’“)\]]{0,4}(?=\s|$)|\n")
_OPENING = "\"'«„“‘([¿¡–—-•"
_WORD_BEFORE = re.compile(r"(?:[^\W\d_]{1,15}\.?-?){1,5}$")
_NEXT_WORD = re.compile(r"[^\W\d_]{1,25}")
_LOOK_BACK = 24  # characters; longer than any abbreviation with its inner full stops
_CLAUSE = re.compile(r"[;:](?=\s)|\s[–—-](?=\s)|[,](?=\s)|[()]")


@dataclass(frozen=True, slots=True)
class _Words:
    abbreviations: frozenset[str]
    titles: frozenset[str]
    ordinal_followers: frozenset[str]
    starters: frozenset[str]
    conjunctions: frozenset[str]


def sentences(text: str, start: int, end: int, lexicon: Lexicon) -> list[Span]:
    """The sentences of `text[start:end]` in order, trimmed of white space; every character that is no white space is in exactly one.

    >>> page = "Er kostet 1,5 Mrd. Euro. Start ist am 10. Dezember."
    >>> [page[a:b] for a, b in sentences(page, 0, len(page), load("de"))]
    ['Er kostet 1,5 Mrd. Euro.', 'Start ist am 10. Dezember.']
    """
    words = _words(lexicon.code)
    found: list[Span] = []
    begin = start
    for m in _END.finditer(text, start, end):
        stop = m.end()
        if text[m.start()] == "\n" or _ends(text, start, m, end, words):
            _add(found, text, begin, stop)
            begin = stop
    _add(found, text, begin, end)
    return found


def clauses(text: str, start: int, end: int, lexicon: Lexicon) -> list[Span]:
    """The clauses of a sentence: parted at ; : dashes and brackets, and at commas before a conjunction or a relative word.

    >>> page = "The first opens in 2026, while the second waits; costs are open."
    >>> [page[a:b] for a, b in clauses(page, 0, len(page), load("en"))]
    ['The first opens in 2026,', 'while the second waits;', 'costs are open.']
    """
    words = _words(lexicon.code)
    found: list[Span] = []
    begin = start
    for m in _CLAUSE.finditer(text, start, end):
        if m.group() == "," and not _opens_clause(text, m.end(), end, words):
            continue
        stop = m.start() if m.group() == "(" else m.end()
        if stop > begin:
            _add(found, text, begin, stop)
            begin = stop
    _add(found, text, begin, end)
    return found


def sentence_at(spans: list[Span], offset: int) -> Span | None:
    """The span of an ordered list that holds an offset; None between them."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle][1] <= offset:
            low = middle + 1
        else:
            high = middle
    return spans[low] if low < len(spans) and spans[low][0] <= offset else None


def _add(found: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        found.append((start, end))


def _opens_clause(text: str, at: int, end: int, words: _Words) -> bool:
    m = _NEXT_WORD.match(text, at + 1, end)
    return m is not None and m.group().lower() in words.conjunctions


def _ends(text: str, start: int, m: re.Match[str], end: int, words: _Words) -> bool:
    """Whether the marks at `m` end a sentence."""
    following = _following(text, m.end(), end)
    if not following:
        return True
    marks = m.group()
    if marks[0] in "!?" or len(marks.rstrip("\"'»”’“)]")) > 1:
        return not following[0].islower()
    if following[0].islower() or following[0] in ",;:":
        return False
    following_word = (_NEXT_WORD.match(following) or [""])[0].lower()
    before = text[max(start, m.start() - _LOOK_BACK) : m.start()]
    if before[-1:].isdigit():
        return not _is_ordinal(before, following_word, words)
    found = _WORD_BEFORE.search(before)
    return found is None or not _is_abbreviation(found.group().lower(), before, following, following_word, words)


def _following(text: str, at: int, end: int) -> str:
    """What comes next, without white space and opening quotes; up to 30 characters."""
    return text[at : min(end, at + 40)].lstrip().lstrip(_OPENING).lstrip()[:30]


def _is_ordinal(before: str, following_word: str, words: _Words) -> bool:
    digits = re.search(r"(?<![\d.,])\d{1,2}$", before)
    return digits is not None and following_word in words.ordinal_followers


def _is_abbreviation(word: str, before: str, following: str, following_word: str, words: _Words) -> bool:
    last = word.rsplit(".", 1)[-1].rsplit("-", 1)[-1]
    if word in words.titles or (last in words.titles and "." not in word):
        return True
    if len(last) == 1 and last.isalpha():  # initials ("J. R. Smith"), "z. B.", "U.S."
        if last.islower() and last in words.abbreviations and following_word in words.starters:  # Polish "r." (year)
            return False
        return not (following_word in words.starters and before[-1:].isupper() and before[-2:-1] in (" ", ".")) or following[:1].isdigit()
    known = word in words.abbreviations or (last in words.abbreviations and "." not in word)
    return known and following_word not in words.starters


@lru_cache(maxsize=64)
def _words(code: str) -> _Words:
    """The words of a language; English where a list is missing."""
    section, fallback = load(code).section("page"), load("en").section("page")

    def of(name: str) -> frozenset[str]:
        return frozenset(str(w).lower() for w in section.get(name, fallback.get(name, ())))

    return _Words(of("abbreviations"), of("titles"), of("ordinal_followers"), of("starters"), of("conjunctions"))
