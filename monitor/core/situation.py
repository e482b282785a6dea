"""Where a value stands: everything around an observation that can tell what it is about, each with how near it is.

Nearness is one number: 1 for the clause, the row and the label, less for sentence, heading, sentence before, title. The weights were set by hand after the
order of linking-notes ("nearest of: clause, row or column header, list label, heading, previous sentence, title") and kept because the replays agree.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import KnownName, Observation, Page, Passage
from monitor.core.text.cues import JOINS, vocabulary
from monitor.core.text.names import finder, names_in
from monitor.core.text.passages import sentences
from monitor.core.text.words import Token, properties, tokens

CLAUSE, HEADER, BEHIND, ROW, AROUND, SENTENCE, HEADING, BEFORE, TITLE, LEAD = 1.0, 0.95, 0.95, 0.88, 0.85, 0.8, 0.6, 0.45, 0.4, 0.3

_STOP_WORDS = """current
the and for with from that this are was were will has have had its not but all any new first per into over under than then more about also
been being les des une aux par pour sur dans est der die das und den dem ein eine von mit auf fur ist los las una del con por que para sono gli dei delle
della nel nella het een van met voor dos uma com"""
_STOP = frozenset(_STOP_WORDS.split())


def stem(word: str) -> str:
    """A crude common part of a plain word's forms: without plural s, at most six letters.

    >>> stem("factories") == stem("factory")
    True
    """
    return word[:-1][:6] if len(word) > 3 and word.endswith("s") else word[:6]


def stems(text: str) -> frozenset[str]:
    """The stems of the content words of a text; bare numbers say nothing."""
    return stems_of(tokens(text))


def stems_of(words: Iterable[Token]) -> frozenset[str]:
    """The same for a text whose words are known."""
    return frozenset(stem(t.word) for t in words if len(t.word) > 2 and t.word not in _STOP and not t.word.isdigit())


class Numbered(NamedTuple):
    """A numbered thing at its place in a text: "Unit 1" is unit_1, "zweite Phase" and "2.ª fase" are phase_2, "Artemis II" is artemi_2."""

    start: int
    feature: str


def numbered_in(text: str, lexicon: Lexicon) -> list[Numbered]:
    """The numbered things of a text, in one notation for all languages.

    An ordinal without a noun has that of the one before ("the first unit ..., the second").
    """
    words = tokens(text)
    senses = vocabulary(lexicon).senses(words)
    nouns = {s.start: s.concept.removeprefix("noun_") for s in senses if s.concept.startswith("noun_")}
    orders = {s.start: s.concept.removeprefix("ordinal_") for s in senses if s.concept.startswith("ordinal_")}
    found: list[Numbered] = []
    last = ""
    for k, token in enumerate(words):
        order = orders.get(token.start) or _number_of(text[token.start : token.end])
        if not order:
            continue
        noun = next((nouns[w.start] for w in _neighbours(words, k, text) if w.start in nouns), "")
        if not noun and token.start in orders:  # "the first of the three reactors"
            noun = next((nouns[w.start] for w in words[k + 1 : k + 4] if w.start in nouns), "")
        if not noun and k and token.start not in orders and _is_name(text, words[k - 1]) and _is_beside(text, words[k - 1], token):
            noun = stem(words[k - 1].word)
        if not noun and token.start in orders:
            noun = last
        if noun:
            found.append(Numbered(token.start, f"{noun}_{order}"))
            last = noun if token.start in orders else last
    return found


def numbered(text: str, lexicon: Lexicon) -> frozenset[str]:
    """The features of the numbered things of a text."""
    return frozenset(n.feature for n in numbered_in(text, lexicon))


_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "X": "10"}
_SPELLED = {"One": "1", "Two": "2", "Three": "3", "Four": "4"}
_SHORT = re.compile(r"\d{1,2}[a-z]?")


def _number_of(written: str) -> str:
    """What a word counts to as the number of a thing: 2, 2a, II, One; empty for others."""
    return _ROMAN.get(written) or _SPELLED.get(written) or (written.lstrip("0") if _SHORT.fullmatch(written) else "")


def _neighbours(words: list[Token], k: int, text: str) -> list[Token]:
    near = [w for w in words[max(0, k - 1) : k + 2] if w is not words[k]]
    return [w for w in near if _is_beside(text, min(w, words[k], key=lambda t: t.start), max(w, words[k], key=lambda t: t.start))]


def _is_name(text: str, token: Token) -> bool:
    return len(token.word) > 2 and text[token.start].isupper() and token.word.isalpha()


def _is_beside(text: str, a: Token, b: Token) -> bool:
    """Nothing but blanks, a full stop, a dash or an ordinal sign between two words."""
    return len(text[a.end : b.start].strip(" .-–ªº°\N{NO-BREAK SPACE}")) == 0


# What programmes are about: a page about the same sort of thing, from a source watched for it, is taken to be about the programme.
THINGS = frozenset(
    {"rail", "road", "airport", "bridge", "telescope", "reactor", "chip", "satellite", "computer", "hospital", "defence", "housing"}
)
# What a date can be the date of.
EVENTS = frozenset(
    [
        "announce",
        "select",
        "decide",
        "approve",
        "force",
        "sign",
        "apply",
        "start_works",
        "build",
        "deliver",
        "install",
        "complete",
        "test",
        "open",
        "operate",
        "full",
        "launch",
        "arrive",
        "first_light",
        "first_plasma",
        "close",
        "implement",
        "review",
    ]
)
# What an amount can be.
_SORTS = "cost budget investment funding grant loan contract national union private fine operation_cost contingency shareholding"
SORTS = frozenset(_SORTS.split())


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
    is_of_strangers: bool = False  # the stretch before the value names others - places, projects - and nothing of this programme
    is_elsewhere: bool = False  # the sentence names a town or region that the programme does not know, and none that it does

    def add(self, layer: Layer, nearness: float, where: str) -> None:
        near = Near(nearness, where)
        for mine, theirs in ((self.concepts, layer.concepts), (self.stems, layer.stems)):
            for item in theirs:
                if item not in mine or mine[item].nearness < nearness:
                    mine[item] = near
        for name in layer.names:
            if name not in self.names or self.names[name].nearness < nearness:
                self.names[name] = near


def _moved(found: list[Numbered], by: int) -> list[Numbered]:
    return [Numbered(n.start + by, n.feature) for n in found]


def row_of(page: Page, index: int) -> tuple[int, int]:
    """Where the table row of a cell begins and ends."""
    passages, here = page.passages, page.passages[index]
    first = last = index
    while first > 0 and passages[first - 1].group == here.group and passages[first - 1].row == here.row:
        first -= 1
    while last + 1 < len(passages) and passages[last + 1].group == here.group and passages[last + 1].row == here.row:
        last += 1
    return passages[first].start, passages[last].end


class Layer(NamedTuple):
    """One piece of text around a value, digested: its concepts, stems and known names."""

    concepts: frozenset[str]
    stems: frozenset[str]
    names: tuple[KnownName, ...]
    things: frozenset[str] = frozenset()


class Surroundings:
    """All situations of one page; pieces of text shared by several observations are digested once."""

    def __init__(self, page: Page, lexicon: Lexicon, names: tuple[KnownName, ...]) -> None:
        self.page = page
        self.lexicon = lexicon
        self._finder = finder(names)
        self._found = names_in(page.text, self._finder)
        self._starts = [p.start for p in page.passages]
        self._numbered: dict[int, list[Numbered]] = {}  # by passage, read when asked for
        self._layers: dict[str, Layer] = {}
        self._spans: dict[tuple[int, int], Layer] = {}
        self._sentences: dict[int, list[tuple[int, int]]] = {}
        self.title = self.layer(page.title)
        self.lead = self._lead()

    def layer(self, text: str) -> Layer:
        """The digest of a text that stands elsewhere (a header, a heading, a title)."""
        if text not in self._layers:
            names = tuple(n for s in names_in(text, self._finder) for n in s.names)
            self._layers[text] = self._digest(text, numbered(text, self.lexicon), names)
        return self._layers[text]

    def span(self, start: int, end: int) -> Layer:
        """The digest of a piece of the page."""
        if (start, end) not in self._spans:
            names = tuple(n for s in self._found if s.start >= start and s.end <= end for n in s.names)
            features = frozenset(n.feature for n in self._numbered_between(start, end))
            self._spans[start, end] = self._digest(self.page.text[start:end], features, names)
        return self._spans[start, end]

    def _numbered_between(self, start: int, end: int) -> list[Numbered]:
        found: list[Numbered] = []
        for index in range(max(0, bisect_right(self._starts, start) - 1), bisect_left(self._starts, end)):
            if index not in self._numbered:
                passage = self.page.passages[index]
                self._numbered[index] = _moved(numbered_in(self.page.text[passage.start : passage.end], self.lexicon), passage.start)
            found += (n for n in self._numbered[index] if start <= n.start < end)
        return found

    def _digest(self, text: str, features: frozenset[str], names: tuple[KnownName, ...]) -> Layer:
        words = tokens(text)
        said = frozenset(s.concept for s in properties(self.lexicon).senses(words))
        return Layer(said - THINGS, stems_of(words) | features, names, said & THINGS)

    def of(self, observation: Observation, clause: tuple[int, int]) -> Situation:
        """The situation of an observation; `clause` bounds the part of its sentence that is its own."""
        passage = self.page.passages[observation.passage]
        situation = Situation()
        core = self._core(observation, clause)
        situation.add(self.span(core[0], observation.end), CLAUSE, "in the clause")
        is_purpose = _PURPOSE.match(self.page.text, observation.end, core[1]) is not None
        after = CLAUSE if is_purpose else AROUND if observation.kind == "money" else BEHIND  # verbs follow dates ("geht 2026 in Betrieb")
        situation.add(self.span(observation.end, core[1]), after, "in the clause")
        situation.add(self.span(*clause), AROUND, "in the clause")
        if passage.row is not None:
            situation.add(self._row(observation.passage), ROW, "in the row")
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
        self._keep_last_numbered(observation, situation)
        situation.add(self.title, TITLE, "in the title")
        situation.add(self.lead, LEAD, "in the lead")
        return situation

    def _keep_last_numbered(self, observation: Observation, situation: Situation) -> None:
        """Of several numbered things of one sort in a sentence, the last before the value is the one spoken of."""
        said = self._numbered_between(observation.sentence_start, observation.start)
        last = {n.feature.split("_")[0]: n.feature for n in said}
        for feature in {n.feature for n in said} - set(last.values()):
            situation.stems[feature] = Near(min(BEFORE, situation.stems[feature].nearness), "earlier in the sentence")

    def _core(self, observation: Observation, clause: tuple[int, int]) -> tuple[int, int]:
        """The smallest stretch between commas around a value that says a property at all; the whole clause when none does."""
        text = self.page.text
        wanted = {"money": SORTS, "date": EVENTS}.get(observation.kind, frozenset())
        commas = [m.start() for m in _COMMA.finditer(text, *clause)]
        right = min((c for c in commas if c >= observation.end), default=clause[1])
        starts = [clause[0], *(c + 1 for c in commas if c < observation.start)]
        for left in reversed(starts):
            said = self.span(left, right).concepts
            if said & wanted if wanted else said:
                return left, right
        return clause

    def _row(self, index: int) -> Layer:
        """The other cells of a table row."""
        return self.span(*row_of(self.page, index))

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


_COMMA = re.compile(r",\s")
# What a sum is for stands behind it; what else stands there (with, including, by) is company.
_PURPOSE = re.compile(r"\s{1,3}(?:for|towards|für|pour|para|per|dla|na|voor)\s", re.I)
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
