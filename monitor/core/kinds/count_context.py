"""What the finding of counts knows of a language and a page before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from monitor.core.lang import Lexicon, load
from monitor.core.model import Setting
from monitor.core.text.amounts import MoneyWords, money_words
from monitor.core.text.hedges import Hedges, hedges
from monitor.core.text.numbers import Vocabulary, fold, vocabulary
from monitor.core.text.numbers.vocabulary import forms
from monitor.core.text.units import UnitWords, unit_words


@dataclass(frozen=True)
class CountWords:
    """The [counts] words that decide what is no count."""

    before_never: frozenset[str]
    before_cues: frozenset[str]
    verbs: frozenset[str]
    partitive: tuple[str, ...]
    elliptical_before: tuple[str, ...]
    label_never: frozenset[str]
    label_prefixes: tuple[str, ...]
    generic: frozenset[str]
    singular_before: frozenset[str]
    states: frozenset[str]  # words of the states of a plan, as headers use them
    ratios: frozenset[str]
    of: frozenset[str]
    echoes: frozenset[str]  # what stands between a number with its noun and one that shares it: "318 votes against 201"
    which: tuple[str, ...]  # "of which": a part of what was counted just before
    out_of: frozenset[str]  # "of", "von" before the number that a part is taken from
    links: frozenset[str]  # the last words of echoes and which: without one of them before it a number is no echo
    streets: tuple[str, ...]


@dataclass(frozen=True)
class CountContext:
    text: str
    folded: str
    lexicon: Lexicon
    setting: Setting
    known: Vocabulary
    money: MoneyWords
    hedges: Hedges
    units: UnitWords
    words: CountWords


@lru_cache(maxsize=64)
def count_words(lexicon: Lexicon) -> CountWords:
    section = lexicon.section("counts")

    def listed(name: str) -> list[str]:
        return forms(section.get(name, ""))

    echoes = frozenset(listed("echoes")) | {sign.strip() for sign in vocabulary(lexicon).pair_signs}
    return CountWords(
        before_never=frozenset(listed("before_never")),
        before_cues=frozenset(listed("before_cues")),
        verbs=frozenset(listed("verbs")),
        partitive=tuple(listed("partitive")),
        elliptical_before=tuple(listed("elliptical_before")),
        label_never=frozenset((*listed("label_never"), *forms(load("en").section("counts").get("label_never", "")))),
        label_prefixes=tuple(sorted(listed("label_prefixes"), key=len, reverse=True)),
        generic=frozenset(listed("generic_headers")),
        singular_before=frozenset(listed("singular_before")),
        states=frozenset((*listed("states"), *forms(load("en").section("counts").get("states", "")))),
        ratios=frozenset(f" {word} " for word in listed("ratios")),
        of=frozenset(f" {word} " for word in listed("of")),
        echoes=echoes,
        links=frozenset(phrase.split()[-1] for phrase in (*echoes, *listed("which"))),
        which=tuple(f" {word} " for word in listed("which")),
        out_of=frozenset(listed("out_of")),
        streets=tuple(listed("streets")) or ("\0",),
    )


def context_of(text: str, lexicon: Lexicon, setting: Setting) -> CountContext:
    return CountContext(
        text,
        fold(text),
        lexicon,
        setting,
        vocabulary(lexicon),
        money_words(lexicon),
        hedges(lexicon),
        unit_words(lexicon),
        count_words(lexicon),
    )
