"""What follows the head of a name in small letters, in Romance languages: "Conseil national de recherches", "Ministero dell'università e della ricerca".

Adjectives and the nouns of public affairs that the lexicon lists go on any name. Other nouns do so only where the head already shows that it begins a name -
by an adjective of its own ("national", "européenne") or because it is always one ("Ministero") - and only behind a preposition that ties them ("de", "d'",
"della"). A verb never follows such a preposition but as an infinitive, so those are kept out by their endings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from monitor.core.lang import Lexicon

_MOST_NOUNS = 4  # in small letters
_REACH = 110  # characters
_TOKEN = re.compile(r"(?: |(?<=['’]))([^\W\d_][^\W\d_-]*(?:-[^\W\d_]+)*['’]?)")


class _Grammar(NamedTuple):
    """The small words of one language; empty sets where it builds no names so."""

    adjectives: frozenset[str]  # and nouns of public affairs
    demonyms: frozenset[str]  # "belges", only behind nouns it agrees with: "chemins de fer belges", but "Cour des comptes britannique"
    connectors: frozenset[str]
    links: frozenset[str]  # prepositions that tie a noun to the one before
    bare: frozenset[str]  # those of them that an infinitive may follow
    purpose: frozenset[str]  # "pour", only right behind a head that is always a name
    more: frozenset[str]  # prepositions that tie only to a noun in small letters: "appui à la performance"
    conjunctions: frozenset[str]
    never: frozenset[str]  # words that are no noun of a name: "de ce", "d'ici", "de lundi"
    infinitive: re.Pattern[str]


class Tail(NamedTuple):
    """How far a name goes on in small letters: the end of its last noun or adjective, and whether a preposition or article follows right behind."""

    end: int
    open_end: int  # behind the prepositions and articles that follow; `end` when there are none


@lru_cache(maxsize=32)
def _grammar(lexicon: Lexicon) -> _Grammar | None:
    section = lexicon.section("names")
    tail = section.get("tail")
    if not tail:
        return None
    demonyms = {form for forms in section.get("demonyms", {}).values() for form in forms if form.islower()}
    small = {w for w in section.get("small", ()) if w.islower() and w not in tail["conjunctions"]}
    return _Grammar(
        frozenset(section.get("adjectives", ())),
        frozenset(demonyms),
        frozenset({*small, *tail["links"], *tail["articles"]}),
        frozenset(tail["links"]),
        frozenset(tail["bare"]),
        frozenset(tail["purpose"]),
        frozenset(tail["more"]),
        frozenset(tail["conjunctions"]),
        frozenset(tail["never"]),
        re.compile(rf"(?:{'|'.join(tail['infinitive'])})\Z"),
    )


def small_tail(text: str, end: int, lexicon: Lexicon, *, is_name: bool) -> Tail:
    """How far the name that ends at `end` goes on in small letters; `is_name` says that its head alone lets any noun follow.

    >>> from monitor.core import lang
    >>> text = "Le Conseil national de recherches du Canada"
    >>> tail = small_tail(text, text.index(" national"), lang.load("fr"), is_name=False)
    >>> text[:tail.end], text[:tail.open_end]
    ('Le Conseil national de recherches', 'Le Conseil national de recherches du')
    """
    grammar = _grammar(lexicon)
    if grammar is None or text[end : end + 1] not in {" ", "'", "’"}:
        return Tail(end, end)
    walk = _Walk(end, end, grammar, is_name)
    at = end
    for match in _TOKEN.finditer(text, end, end + _REACH):
        word = match[1].rstrip("'’")
        if match.start() != at or not word.islower() or not walk.takes(word, match.end()):
            break
        at = match.end()
    return Tail(walk.end, max(walk.end, walk.open_end))


@dataclass(slots=True)
class _Walk:
    """A name on its way through the words behind its head."""

    end: int
    open_end: int
    grammar: _Grammar
    is_name: bool  # any noun may follow
    gap: list[str] = field(default_factory=list)  # prepositions and articles since the last noun or adjective
    is_and: bool = False  # a conjunction stands before them
    nouns: int = 0
    ends_in_plural: bool = False
    by_head: bool = field(init=False)

    def __post_init__(self) -> None:
        self.by_head = self.is_name

    def takes(self, word: str, end: int) -> bool:
        """Goes on over a word that ends at `end`; false when the name does not."""
        grammar = self.grammar
        if word in grammar.conjunctions and word not in grammar.connectors:
            may, self.is_and = self.nouns > 0 and not self.gap and not self.is_and, True
            return may
        if word in grammar.connectors or (self.nouns and word in grammar.more):
            if self.is_and and not self.gap and word not in grammar.links:
                return False
            self.gap.append(word)
            self.open_end = end
            return True
        if self.is_and and not self.gap:
            return False
        return self._takes_content(word, end)

    def _takes_content(self, word: str, end: int) -> bool:
        is_listed = word in self.grammar.adjectives or (
            self.ends_in_plural and not self.gap and word in self.grammar.demonyms and word.endswith("s")
        )
        if not is_listed and not self._is_noun(word):
            return False
        self.is_name = self.is_name or not self.gap
        self.nouns += bool(self.gap)
        self.end = self.open_end = end
        self.ends_in_plural = self.nouns > 0 and word.endswith(("s", "fer"))
        self.gap, self.is_and = [], False
        return True

    def _is_noun(self, word: str) -> bool:
        """Whether a word that the lexicon does not list is a noun of the name."""
        if not self.gap or not self.is_name or self.nouns >= _MOST_NOUNS or len(word) < 3 or word in self.grammar.never:
            return False
        first = self.gap[0]
        tied = (
            first in self.grammar.links
            or (first in self.grammar.purpose and self.by_head)
            or (self.nouns > 0 and first in self.grammar.more)
        )
        return tied and not (self.gap[-1] in self.grammar.bare and self.grammar.infinitive.search(word))
