"""Words and what they mean to us: text made plain without moving an offset, and vocabularies that map words of a language to concepts.

A vocabulary entry is a word ("cost"), a stem ("cost*"), an ending for compounds ("*kosten"), an inner part ("*kosten*") or a phrase of such ("price tag*").
All are compared plain: lower case, without diacritics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.core.lang import Lexicon

SHORT = 120  # labels, headers and names are asked for again and again, once a language
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_APOSTROPHES = re.compile(r"^(?:l|d|qu|c|s|n|j|m|all|dell|nell|sull|dall|un)['’]")


def _plain_table() -> dict[int, str]:
    """One plain character for every letter with a diacritic below U+2000: the same length before and after."""
    table: dict[int, str] = {}
    special = {"ß": "s", "ł": "l", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "ı": "i", "þ": "t", "ð": "d"}
    for code in range(0x41, 0x2000):
        letter = chr(code).lower()
        base = special.get(letter) or unicodedata.normalize("NFKD", letter)[0]
        if base != chr(code) and not unicodedata.combining(chr(code)):
            table[code] = base
    table.update({0xA0: " ", 0x2009: " ", 0x202F: " ", 0x2019: "'", 0x2018: "'", 0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-"})
    return table


_PLAIN = _plain_table()


def plain(text: str) -> str:
    """The text in lower case without diacritics, every character at its old offset.

    >>> plain("Über Łódź")
    'uber lodz'
    """
    return text.translate(_PLAIN)


class Token(NamedTuple):
    """One plain word, and where it stands in the text it was taken from."""

    word: str
    start: int
    end: int


def tokens(text: str, start: int = 0) -> list[Token]:
    """The plain words of `text` in order; offsets are moved by `start`. French and Italian elisions ("l'usine") lose their article."""
    return list(_short(text)) if not start and len(text) <= SHORT else _cut(text, start)


@lru_cache(maxsize=4096)
def _short(text: str) -> tuple[Token, ...]:
    return tuple(_cut(text, 0))


def _cut(text: str, start: int) -> list[Token]:
    found = []
    for match in WORD.finditer(plain(text)):
        word, at = match[0], match.start()
        if elided := _APOSTROPHES.match(word):
            at += elided.end()
            word = word[elided.end() :]
        elif "'" in word:
            word = word.split("'")[0]
        if word:
            found.append(Token(word, start + at, start + match.end()))
    return found


class Sense(NamedTuple):
    """A concept met in a text, and the span of the words that say it."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    concept: str
    parts: tuple[str, ...]  # the entries of the words after the first


class Vocabulary:
    """Concepts by word, for one section of one lexicon. Looking up a word costs a dictionary access once it has been met."""

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        self._exact: dict[str, list[_Phrase]] = {}
        self._stems: dict[str, list[_Phrase]] = {}
        self._endings: dict[str, list[_Phrase]] = {}
        self._inner: dict[str, list[_Phrase]] = {}
        for concept, words in entries.items():
            for entry in words:
                self._add(concept, entry)
        self._stem_lengths = sorted({len(s) for s in self._stems}, reverse=True)
        self._ending_lengths = sorted({len(s) for s in self._endings}, reverse=True)
        self._cached = lru_cache(maxsize=50_000)(self._phrases_of)

    def _add(self, concept: str, entry: str) -> None:
        first, *rest = plain(entry).replace("'", " ").split()
        phrase = _Phrase(concept, tuple(rest))
        core = first.strip("*")
        if first.startswith("*") and first.endswith("*"):
            self._inner.setdefault(core, []).append(phrase)
        elif first.endswith("*"):
            self._stems.setdefault(core, []).append(phrase)
        elif first.startswith("*"):
            self._endings.setdefault(core, []).append(phrase)
        else:
            self._exact.setdefault(core, []).append(phrase)

    def _phrases_of(self, word: str) -> tuple[_Phrase, ...]:
        found = list(self._exact.get(word, ()))
        for n in self._stem_lengths:
            if n <= len(word):
                found += self._stems.get(word[:n], ())
        for n in self._ending_lengths:
            if n <= len(word):
                found += self._endings.get(word[-n:], ())
        for core, phrases in self._inner.items():
            if core in word:
                found += phrases
        return tuple(found)

    def senses(self, words: list[Token]) -> list[Sense]:
        """Every concept said in these words, in order of its first word. One word may carry several."""
        found = []
        for i, token in enumerate(words):
            for phrase in self._cached(token.word):
                if not phrase.parts:
                    found.append(Sense(phrase.concept, token.start, token.end))
                elif end := _end_of(phrase, words, i):
                    found.append(Sense(phrase.concept, token.start, end))
        return found

    def concepts(self, text: str) -> frozenset[str]:
        """The concepts said anywhere in a text."""
        return frozenset(s.concept for s in self.senses(tokens(text)))


def _end_of(phrase: _Phrase, words: list[Token], first: int) -> int | None:
    """Where a phrase that begins with the word at `first` ends; None when its other words do not follow."""
    at = first
    for part in phrase.parts:
        at += 1
        if at == len(words) or not _fits(part, words[at].word):
            return None
    return words[at].end


@lru_cache(maxsize=50_000)
def _fits(entry: str, word: str) -> bool:
    core = entry.strip("*")
    if entry.startswith("*"):
        return core in word if entry.endswith("*") else word.endswith(core)
    return word.startswith(core) if entry.endswith("*") else word == core


@lru_cache(maxsize=64)
def properties(lexicon: Lexicon) -> Vocabulary:
    """The [properties] of a language: words for what a fact can be about."""
    return Vocabulary(lexicon.section("properties"))
