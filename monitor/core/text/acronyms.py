"""Names and their acronyms: "Barcelona Supercomputing Centre (BSC)", and short names that can only be a body's: "volgens NRG", "le CNPEM", "a Anvisa informou".

Most acronyms of a page are bodies, but plans, taxes, techniques and machines have them too. One is taken for a body behind the name it shortens, where it says
or decides something, where somebody works for it or something is known from it, beside a body in a list, and in Romance languages, which give each noun an
article, behind one of its own - unless the lexicon lists it as something else. There, another name with an article that says something is a body too, as
people have no article. What is a body once is one all over the page.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from monitor.core import lang
from monitor.core.lang import Lexicon
from monitor.core.text.actors import LIST_GAP, is_doubtful_name, is_verb, may_be_body, verb_behind
from monitor.core.text.countries import code_of
from monitor.core.text.names import stands_for
from monitor.core.text.proper import Word, word_before, words

_BRACKET = re.compile(r"\(([A-ZÀ-Þ][\w&+-]{1,9})\)")
_SHAPE = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þa-zà-ÿ&]*[A-ZÀ-Þ][a-z]?")
_ROMAN = re.compile(r"[IVXLC]+")
_WITHIN_NAME = re.compile(r"[ -]?[A-ZÀ-Þ]|[ -]?\d")  # what follows an acronym that is only a part of a name
_LONGEST_GAP = 12
# Ideas of [names.words] whose words name a thing, not a body.
_THINGS = ("project", "factory", "plant", "reactor", "telescope", "facility", "datacentre", "park", "antenna", "campus", "hub", "station")
SHORT_FORM, SHOWN = 0.75, 0.6


class _Cues(NamedTuple):
    """What shows an acronym of one language to be a body."""

    says: re.Pattern[str]  # behind it
    staff: re.Pattern[str] | None  # right behind it: "CSIRO researchers"
    told: re.Pattern[str]  # right before it: "according to", "chercheurs du"
    articles: frozenset[str]  # right before it, one word
    others: frozenset[str]  # acronyms of other things
    things: frozenset[str]  # nouns that say right before it that it is one: "the project", "le télescope"


@lru_cache(maxsize=32)
def _cues(lexicon: Lexicon) -> _Cues | None:
    section = lexicon.section("names").get("acronyms")
    if not section:
        return None
    staff = "|".join(section["staff"])
    sources = "|".join(re.escape(s) for s in section["sources"])
    others = {w for code in ("en", lexicon.code) for w in lang.load(code).section("names")["acronyms"]["others"]}
    return _Cues(
        verb_behind(section["says"], lexicon),
        re.compile(rf"(?:['’]s?)? (?:[a-z-]+ )?(?:{staff})(?!\w)") if section["leads_staff"] else None,
        re.compile(rf"(?<!\w)(?:(?:{sources})|(?:{staff}) (?:{'|'.join(section['ties'])})) ?\Z"),
        frozenset(w for a in section["articles"] for w in (a, a.capitalize())),
        frozenset(others),
        frozenset(f.lower() for idea in _THINGS for f in lexicon.section("names").get("words", {}).get(idea, ()) if f[0] != "-"),
    )


def spelled_out_spans(text: str) -> list[tuple[int, int]]:
    """Names proved by the acronym that follows them in brackets."""
    found = []
    for match in _BRACKET.finditer(text):
        end = match.start() - (text[match.start() - 1 : match.start()] == " ")
        start = _spelled_out(text, end, match[1])
        if start is not None:
            found.append((start, end))
    return found


def _spelled_out(text: str, end: int, acronym: str) -> int | None:
    """Where the words that an acronym stands for begin; None when the words before it do not make it."""
    line = text[max(0, end - 120) : end].rsplit("\n", 1)[-1]
    starts = [m.start() for m in re.finditer(r"(?<![\w'’-])[\w]", line)][-10:]
    for start in reversed(starts[:-1]):
        piece = line[start:]
        if any(c in piece for c in ",;:()."):
            return None
        if piece[0].isupper() and stands_for(acronym, piece) and sum(w[0].isupper() for w in piece.split()) >= 2:
            return end - len(line) + start
    return None


class Acronym(NamedTuple):
    """An acronym of a body where it stands in a text."""

    start: int
    end: int
    confidence: float


def short_forms(text: str, named: Sequence[tuple[int, int]]) -> Iterator[Acronym]:
    """The acronyms in brackets right behind the names of bodies."""
    for _, end in named:
        match = _BRACKET.match(text, end + (text[end : end + 1] == " "))
        if match and sum(c.isupper() for c in match[1]) >= 2 and not code_of(match[1]):
            yield Acronym(match.start(1), match.end(1), SHORT_FORM)


def acronym_bodies(text: str, lexicon: Lexicon, named: Sequence[tuple[int, int]]) -> list[Acronym]:
    """Acronyms and other short names of bodies; `named` are the bodies surely found by name, in order."""
    cues = _cues(lexicon)
    others = cues.others if cues else frozenset()
    shorts = {s.start: s for s in short_forms(text, named) if text[s.start : s.end] not in others}
    proven = {text[s.start : s.end] for s in shorts.values()}
    able = [
        w for w in words(text) if _is_short_name(w.text) and (w.text in proven or (cues and w.text not in others)) and not _touches(text, w)
    ]
    if cues:
        proven |= {w.text for w in able if w.text not in proven and (_is_shown(text, w, cues, lexicon) or _is_listed(text, w, named))}
        proven -= {w.text for w in able if word_before(text, w.start).lower() in cues.things}
    found = {w.start: Acronym(w.start, w.end, SHOWN) for w in able if w.text in proven}
    if cues and cues.articles:
        found |= {w.start: Acronym(w.start, w.end, SHOWN) for w in words(text) if _speaks(text, w, cues, lexicon)}
    return list((found | shorts).values())


@lru_cache(maxsize=16384)
def _is_short_name(word: str) -> bool:
    """Whether a word is an acronym, or a known name that is also something else."""
    if len(word) < 3 or (word[1:].islower() and not is_doubtful_name(word)):
        return False
    return bool(_SHAPE.fullmatch(word) and not _ROMAN.fullmatch(word)) or is_doubtful_name(word)


def _touches(text: str, word: Word) -> bool:
    """Whether a capitalised word touches another one or a number, or stands in a bracket: then it is a part of something longer."""
    if _WITHIN_NAME.match(text, word.end) or text[word.start - 1 : word.start] == "(":
        return True
    return word.gap == " " and not _begins_sentence(text, word.start)


def _begins_sentence(text: str, start: int) -> bool:
    """Whether the word right before an offset begins a sentence or line: "La UNAM"."""
    first = text.rfind(" ", max(0, start - 12), start - 1)
    return first < 0 or text[first - 1] in ".!?:;\n–—" or "\n" in text[first:start]


def _is_shown(text: str, word: Word, cues: _Cues, lexicon: Lexicon) -> bool:
    """Whether the words around an acronym treat it as a body."""
    return (
        bool(cues.staff and cues.staff.match(text, word.end))
        or word_before(text, word.start) in cues.articles
        or _is_source(text, word, cues, lexicon)
    )


def _is_source(text: str, word: Word, cues: _Cues, lexicon: Lexicon) -> bool:
    """Whether a name says something, or something is known from it."""
    return is_verb(cues.says.match(text, word.end), lexicon) or bool(cues.told.search(text, max(0, word.start - 60), word.start))


def _speaks(text: str, word: Word, cues: _Cues, lexicon: Lexicon) -> bool:
    """Whether a name with an article, which no person has, says something: "a Anvisa informou"."""
    tail = text[max(0, word.start - 7) : word.start].split()
    return (
        bool(tail)
        and tail[-1] in cues.articles
        and word.text not in cues.others
        and not _touches(text, word)
        and _is_source(text, word, cues, lexicon)
        and may_be_body(word, lexicon)
    )


def _is_listed(text: str, word: Word, named: Sequence[tuple[int, int]]) -> bool:
    """Whether an acronym stands beside a body in a list."""
    at = bisect_left(named, (word.start, word.end))
    before = text[named[at - 1][1] : word.start] if at else "-"
    after = text[word.end : named[at][0]] if at < len(named) else "-"
    return any(len(gap) <= _LONGEST_GAP and LIST_GAP.fullmatch(gap) is not None for gap in (before, after))
