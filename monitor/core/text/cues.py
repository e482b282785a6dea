"""Cues: the words around a value that tell what it is said as - old or new, planned or past, part or total, denied, quoted, supposed.

Cues of voice and scenario hold for the clause; cues of part, tranche, delta and old value hold only for the value they stand next to, with no other
value of its kind in between. Which words these are is data: section [cues] of `core/lang`.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import QUOTATION, Role
from monitor.core.text.words import Sense, Token, Vocabulary, plain, tokens

# How many words may stand between a cue and its value: "of which more than EUR 300m" has two, "instead of the planned EUR 6.5bn" has two.
# Four lets a hedge and an article pass and still keeps the cue of a neighbour out.
REACH_WORDS = 4
REACH_AFTER_WORDS = 2
NOW_WORDS = 9  # "was put at A in the first study and is now B": words between the two values
HEDGE_WORDS = 3  # "to over EUR 2.6bn", "auf mehr als": a hedge may stand between "to" and its value

_CLAUSE_END = re.compile(r"[;:()\[\]]|\s[–—-]\s")
_QUOTES = re.compile(r"[\"“„«»”]")
# What parts two statements of one sentence, in all our languages.
JOINS = re.compile(r",\s|\s(?:and|und|et|y|e|i|en|oraz|sowie|while|whereas|während|tandis)\s")
_ITEMS = re.compile(r"\+\+\+|[|•·]|\s/\s")  # what stands between the headlines of a ticker
_ARROW = re.compile(r"^\s*(?:→|->|=>|⇒|➔)\s*$")

# The role a cue gives, and where it must stand: shortly "before" the value, right "at" it, directly "after" it, "around" it as far as the neighbouring
# values, or anywhere in its "clause". Order is precedence: the first that holds becomes the observation's role.
RULES: tuple[tuple[str, Role, str], ...] = (
    ("old_before", Role.PAST, "before"),
    ("old_after", Role.PAST, "after"),
    ("delta", Role.DELTA, "before"),
    ("delta_at", Role.DELTA, "at"),
    ("delta_after", Role.DELTA, "after"),
    ("part", Role.PART, "before"),
    ("part_after", Role.PART, "after"),
    ("tranche", Role.TRANCHE, "before"),
    ("tranche", Role.TRANCHE, "after"),
    ("denied", Role.DENIED, "before"),
    ("revoked", Role.DENIED, "clause"),
    ("scenario", Role.SCENARIO, "clause"),
    ("opponents", Role.SCENARIO, "clause"),
    ("quoted", Role.QUOTED, "clause"),
    ("target", Role.TARGET, "before"),
    ("sum", Role.SUM, "before"),
    ("total", Role.TOTAL, "around"),
    ("planned", Role.PLANNED, "clause"),
)


_start_of = attrgetter("start")


class Said(NamedTuple):
    """How one value is said: the roles that hold, most telling first, and the words that say so."""

    roles: tuple[Role, ...]
    cues: tuple[str, ...]


class Pair(NamedTuple):
    """Indexes of the old and the new value of one sentence, and the words that tie them."""

    old: int
    new: int
    cue: str


class Sentence(NamedTuple):
    """A sentence with everything marked once: its words, the cues in them, the clause bounds. Offsets are those of the page."""

    text: str
    start: int
    words: list[Token]
    bounds: tuple[int, ...]
    by_concept: dict[str, list[Sense]]

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def slice(self, start: int, end: int) -> str:
        return self.text[start - self.start : end - self.start]

    def words_between(self, start: int, end: int) -> list[Token]:
        """The words that begin from `start` on and before `end`, both offsets of the page."""
        # Halving, not looking through all: a line of ten thousand amounts asks ten thousand times (measured: 30 s).
        return self.words[bisect_left(self.words, start, key=_start_of) : bisect_left(self.words, end, key=_start_of)]

    def says(self, concept: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Is this cue said between these offsets of the page?"""
        return any(start <= s.start and s.end <= end for s in self.of(concept))

    def of(self, concept: str) -> Sequence[Sense]:
        """Where this cue is said, in order."""
        return self.by_concept.get(concept, ())


@lru_cache(maxsize=64)
def vocabulary(lexicon: Lexicon) -> Vocabulary:
    """The [cues] of a language."""
    return Vocabulary(lexicon.section("cues"))


def mark(text: str, start: int, lexicon: Lexicon) -> Sentence:
    """The sentence with its cues marked; `start` is its offset on the page."""
    words = tokens(text, start)
    bounds = tuple(start + m.end() for m in _CLAUSE_END.finditer(text))
    by_concept: dict[str, list[Sense]] = {}
    for sense in vocabulary(lexicon).senses(words):
        if sense.concept != "denied" or text[sense.end - start : sense.end - start + 1] not in (
            "-",
            "\u2011",
        ):  # "Pas-de-Calais" denies nothing
            by_concept.setdefault(sense.concept, []).append(sense)
    return Sentence(text, start, words, bounds, by_concept)


def said(sentence: Sentence, spans: Sequence[tuple[int, int]], index: int, lexicon: Lexicon) -> Said:
    """How the value at `spans[index]` is said; `spans` are the values of its kind in the sentence, in order."""
    start, end = spans[index]
    left, right = _clause(sentence, start, end)
    before = max(left, _own_words(sentence, spans[index - 1][1], start)) if index else left
    after = min(right, spans[index + 1][0]) if index + 1 < len(spans) else right
    roles: list[Role] = []
    words: list[str] = []
    for name, role, where in RULES:
        floor = (
            before if name != "denied" else max(before, *(b for b in sentence.bounds if b <= start), before)
        )  # "is not: 2032" denies no date
        sense = _sense(sentence, name, where, (floor, start, end, after, left, right)) if name in sentence.by_concept else None
        if sense and role not in roles:
            roles.append(role)
            words.append(sentence.slice(sense.start, sense.end))
    step = _step(sentence, before, start, lexicon)
    if step and Role.DELTA not in roles:
        roles.insert(0, Role.DELTA)
        words.append(step)
    if _is_quoted(sentence, start) and Role.QUOTED not in roles:
        roles.append(Role.QUOTED)
        words.append(QUOTATION)
    return Said(tuple(roles), tuple(words))


def _step(sentence: Sentence, floor: int, start: int, lexicon: Lexicon) -> str | None:
    """ "Rises by EUR 2bn", "um 1,7 Milliarden erhöht": the words of a move by that much, or None."""
    before = sentence.words_between(floor, start)
    by = lexicon.section("cues").get("by", ())
    if not before or before[-1].word not in by:
        return None
    moved = next(iter(sentence.of("move")), None)
    return sentence.slice(moved.start, moved.end) + " " + before[-1].word if moved else None


def pairs(sentence: Sentence, spans: Sequence[tuple[int, int]], lexicon: Lexicon) -> list[Pair]:
    """The old/new pairs among neighbouring values of one kind in a sentence ("from 6.5 to 7.9", "7.9 instead of 6.5", "6.5 -> 7.9")."""
    found: list[Pair] = []
    for i in range(len(spans) - 1):
        if found and i in (found[-1].old, found[-1].new):
            continue
        pair = _pair(sentence, spans, i, lexicon)
        if pair:
            found.append(pair)
    return found


def _pair(sentence: Sentence, spans: Sequence[tuple[int, int]], i: int, lexicon: Lexicon) -> Pair | None:
    (a_start, a_end), (b_start, b_end) = spans[i], spans[i + 1]
    between = sentence.slice(a_end, b_start)
    if _ARROW.match(between):
        return Pair(i, i + 1, between.strip())
    floor = spans[i - 1][1] if i else sentence.start
    lead = sentence.words_between(floor, a_start)
    link = sentence.words_between(a_end, b_start)
    moved = next((s for s in sentence.of("move") if floor <= s.start < b_start), None)
    words = lexicon.section("cues")
    is_from = any(t.word in words.get("from", ()) for t in lead[-HEDGE_WORDS:])
    is_to = any(t.word in words.get("to", ()) for t in link[-HEDGE_WORDS:])
    if is_from and is_to and len(link) <= REACH_WORDS + 2:
        after = next((s for s in sentence.of("move") if s.start >= b_end), None)
        if moved or after:
            return Pair(i, i + 1, f"{lead[-1].word} ... {link[-1].word}")
    is_further = bool(_near(sentence, "tranche", floor, a_start))  # "another 300 million brings the total to ..."
    if is_to and moved and moved.start >= a_end and not is_further:
        return Pair(i, i + 1, sentence.slice(moved.start, moved.end))
    old = _near(sentence, "old_before", a_end, b_start)
    if old:
        return Pair(i + 1, i, sentence.slice(old.start, old.end))
    now = next((s for s in sentence.of("now") if a_end <= s.start and s.end <= b_start), None)
    if now and not is_further and len(link) <= NOW_WORDS and not _ITEMS.search(between) and not _near(sentence, "now", floor, a_start):
        return Pair(i, i + 1, sentence.slice(now.start, now.end))
    old = _near(sentence, "old_before", floor, a_start) or _directly_after(sentence, "old_after", a_end, b_start)
    if old and (len(link) <= 12):
        return Pair(i, i + 1, sentence.slice(old.start, old.end))
    old = _directly_after(sentence, "old_after", b_end, sentence.end)
    return Pair(i + 1, i, sentence.slice(old.start, old.end)) if old else None


def _clause(sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """The bounds of the clause around a span; a colon or bracket right before the value belongs to it ("Cost: EUR 3m")."""
    left = max((b for b in sentence.bounds if b <= start), default=sentence.start)
    if start - left <= 1 and sentence.slice(left - 1, left) == ":":
        left = max((b for b in sentence.bounds if b < left), default=sentence.start)
    right = min((b for b in sentence.bounds if b > end), default=sentence.end)
    return left, right


def _sense(sentence: Sentence, concept: str, where: str, at: tuple[int, int, int, int, int, int]) -> Sense | None:
    before, start, end, after, left, right = at
    if where == "before":
        return _near(sentence, concept, before, start)
    if where == "after":
        return _directly_after(sentence, concept, end, after)
    if where == "at":
        return _near(sentence, concept, before, start, reach=0)
    low, high = (before, after) if where == "around" else (left, right)
    return next((s for s in sentence.of(concept) if low <= s.start and s.end <= high and not start <= s.start < end), None)


def _own_words(sentence: Sentence, end: int, start: int) -> int:
    """Where the words of a value begin after the value before it: behind the first comma or "and" between the two, if there is one."""
    join = JOINS.search(sentence.slice(end, start))
    return end + join.end() if join else end


def _near(sentence: Sentence, concept: str, floor: int, start: int, reach: int = REACH_WORDS) -> Sense | None:
    """The last cue of that name that ends before `start` with at most `reach` words in between, not reaching back over `floor`."""
    for sense in reversed(sentence.of(concept)):
        if floor <= sense.start and sense.end <= start:
            gap = len(sentence.words_between(sense.end, start))
            return sense if gap <= reach else None
    return None


def _directly_after(sentence: Sentence, concept: str, end: int, ceiling: int) -> Sense | None:
    for sense in sentence.of(concept):
        if end <= sense.start and sense.end <= ceiling:
            gap = len(sentence.words_between(end, sense.start))
            return sense if gap <= REACH_AFTER_WORDS and "," not in sentence.slice(end, sense.start) else None
    return None


def _is_quoted(sentence: Sentence, start: int) -> bool:
    return len(_QUOTES.findall(sentence.slice(sentence.start, start))) % 2 == 1


@lru_cache(maxsize=1024)
def header_roles(header: str | None, lexicon: Lexicon) -> tuple[Role, ...]:
    """What a column header says of its cells: "Original budget" and "Baseline" make them past, "Change" a delta."""
    if not header:
        return ()
    names = lexicon.section("cues")
    words = {t.word for t in tokens(header)}
    text = plain(header)
    if any(plain(w) in text for w in names.get("header_old", ())):
        return (Role.PAST,)
    return (Role.DELTA,) if words & {plain(w) for w in names.get("header_delta", ())} else ()
