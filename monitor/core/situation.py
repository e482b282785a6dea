"""Where a value stands: everything around an observation that can tell what it is about, each with how near it is.

Nearness is one number: 1 for the clause, the row and the label, less for sentence, heading, sentence before, title. The weights were set by hand after the
order of linking-notes ("nearest of: clause, row or column header, list label, heading, previous sentence, title") and kept because the replays agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import KnownName, Observation, Page, Passage
from monitor.core.text.cues import JOINS
from monitor.core.text.names import find_names
from monitor.core.text.passages import sentences
from monitor.core.text.words import properties, tokens

CLAUSE, HEADER, SENTENCE, HEADING, BEFORE, TITLE, LEAD = 1.0, 0.95, 0.8, 0.6, 0.45, 0.4, 0.3

_STOP = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "from",
        "that",
        "this",
        "are",
        "was",
        "were",
        "will",
        "has",
        "have",
        "had",
        "its",
        "not",
        "but",
        "all",
        "any",
        "new",
        "first",
        "per",
        "into",
        "over",
        "under",
        "than",
        "then",
        "more",
        "about",
        "also",
        "been",
        "being",
        "les",
        "des",
        "une",
        "aux",
        "par",
        "pour",
        "sur",
        "dans",
        "est",
        "der",
        "die",
        "das",
        "und",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "von",
        "mit",
        "auf",
        "fur",
        "ist",
        "los",
        "las",
        "una",
        "del",
        "con",
        "por",
        "que",
        "para",
        "est",
        "sono",
        "gli",
        "dei",
        "delle",
        "della",
        "nel",
        "nella",
        "het",
        "een",
        "van",
        "met",
        "voor",
        "dos",
        "das",
        "uma",
        "com",
    ]
)


def stem(word: str) -> str:
    """A crude common part of a plain word's forms: without plural s, at most six letters.

    >>> stem("factories") == stem("factory")
    True
    """
    return word[:-1][:6] if len(word) > 3 and word.endswith("s") else word[:6]


def stems(text: str) -> frozenset[str]:
    """The stems of the content words of a text, and numbered nouns as one ("Unit 1" gives unit and unit_1); bare numbers say nothing."""
    words = tokens(text)
    found = {stem(t.word) for t in words if len(t.word) > 2 and t.word not in _STOP and not t.word.isdigit()}
    found.update(
        f"{stem(a.word)}_{b.word}"
        for a, b in pairwise(words)
        if len(b.word) <= 2 and b.word.isdigit() and a.word.isalpha() and len(a.word) > 2
    )
    return frozenset(found)


class Near(NamedTuple):
    """Something met around a value: how near, and where it was said in words ("in the clause", "in the title")."""

    nearness: float
    where: str


@dataclass
class Situation:
    """What stands around one observation: concepts, stems and known names by nearness (the nearest mention counts)."""

    concepts: dict[str, Near] = field(default_factory=dict)
    stems: dict[str, Near] = field(default_factory=dict)
    names: dict[KnownName, Near] = field(default_factory=dict)

    def add(self, layer: Layer, nearness: float, where: str) -> None:
        near = Near(nearness, where)
        for mine, theirs in ((self.concepts, layer.concepts), (self.stems, layer.stems)):
            for item in theirs:
                if item not in mine or mine[item].nearness < nearness:
                    mine[item] = near
        for name in layer.names:
            if name not in self.names or self.names[name].nearness < nearness:
                self.names[name] = near


class Layer(NamedTuple):
    """One piece of text around a value, digested: its concepts, stems and known names."""

    concepts: frozenset[str]
    stems: frozenset[str]
    names: tuple[KnownName, ...]


class Surroundings:
    """All situations of one page; pieces of text shared by several observations are digested once."""

    def __init__(self, page: Page, lexicon: Lexicon, names: tuple[KnownName, ...]) -> None:
        self.page = page
        self.lexicon = lexicon
        self.names = names
        self._found = sorted(find_names(page.text, names), key=lambda s: s.start)
        self._layers: dict[str, Layer] = {}
        self._spans: dict[tuple[int, int], Layer] = {}
        self._sentences: dict[int, list[tuple[int, int]]] = {}
        self.title = self.layer(page.title)
        self.lead = self._lead()

    def layer(self, text: str) -> Layer:
        """The digest of a text that stands elsewhere (a header, a heading, a title)."""
        if text not in self._layers:
            self._layers[text] = Layer(
                properties(self.lexicon).concepts(text), stems(text), tuple(n for s in find_names(text, self.names) for n in s.names)
            )
        return self._layers[text]

    def span(self, start: int, end: int) -> Layer:
        """The digest of a piece of the page."""
        if (start, end) not in self._spans:
            text = self.page.text[start:end]
            names = tuple(n for s in self._found if s.start >= start and s.end <= end for n in s.names)
            self._spans[start, end] = Layer(properties(self.lexicon).concepts(text), stems(text), names)
        return self._spans[start, end]

    def of(self, observation: Observation, clause: tuple[int, int]) -> Situation:
        """The situation of an observation; `clause` bounds the part of its sentence that is its own."""
        passage = self.page.passages[observation.passage]
        situation = Situation()
        situation.add(self.span(*clause), CLAUSE, "in the clause")
        for text, where in (
            (passage.row_header, "in the row header"),
            (passage.label, "in the label"),
            (passage.column_header, "in the column header"),
        ):
            if text:
                situation.add(self.layer(text), HEADER, where)
        situation.add(self.span(observation.sentence_start, observation.sentence_end), SENTENCE, "in the sentence")
        for distance, heading in enumerate(reversed(passage.headings)):
            situation.add(self.layer(heading), HEADING - 0.1 * min(distance, 2), "in the heading")
        before = self._before(observation, passage)
        if before:
            situation.add(self.span(*before), BEFORE, "in the sentence before")
        situation.add(self.title, TITLE, "in the title")
        situation.add(self.lead, LEAD, "in the lead")
        return situation

    def _before(self, observation: Observation, passage: Passage) -> tuple[int, int] | None:
        """The sentence before an observation's own: in its passage, or the last of the passage before."""
        index = observation.passage
        for start, end in reversed(self._of_passage(index)):
            if end <= observation.sentence_start:
                return start, end
        if index == 0 or passage.group is not None:
            return None
        earlier = self._of_passage(index - 1)
        return earlier[-1] if earlier and self.page.passages[index - 1].region is passage.region else None

    def _of_passage(self, index: int) -> list[tuple[int, int]]:
        if index not in self._sentences:
            passage = self.page.passages[index]
            self._sentences[index] = sentences(self.page.text, passage.start, passage.end, self.lexicon)
        return self._sentences[index]

    def _lead(self) -> Layer:
        """The first paragraph or two of the main text: what the page is about when its title does not say."""
        start = end = None
        for passage in self.page.passages:
            if passage.region == "main":
                start = passage.start if start is None else start
                end = passage.end
                if end - start > 400:
                    break
        return self.span(start, end) if start is not None and end is not None else Layer(frozenset(), frozenset(), ())


_BREAKS = re.compile(r";|\s[–—]\s")


def clause_of(page: Page, observation: Observation, others: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The part of a sentence that is an observation's own.

    `others` are the spans of the other values of its kind in the sentence. Words before a value belong to it as far as the value before; words after it as far
    as the next comma or "and" if another value follows ("EUR 500m for this round and EUR 2.6bn overall"), else to the end.
    """
    left = max((end for _, end in others if end <= observation.start), default=observation.sentence_start)
    right = min((start for start, _ in others if start >= observation.end), default=observation.sentence_end)
    if left > observation.sentence_start:
        joins = list(JOINS.finditer(page.text, left, observation.start))
        left = joins[0].end() if joins else left
    if right < observation.sentence_end:
        join = JOINS.search(page.text, observation.end, right)
        right = join.start() if join else right
    breaks = [m.end() for m in _BREAKS.finditer(page.text, left, observation.start)]
    left = breaks[-1] if breaks else left
    end = _BREAKS.search(page.text, observation.end, right)
    return left, end.start() if end else right
