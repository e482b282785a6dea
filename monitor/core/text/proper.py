"""Capitalised words of a text, with what stands between them: the raw material of every name.

Names are runs of capitalised words; what may join two of them ("of the", "de la", a blank) depends on the kind of name, so this module only finds the words
and leaves the joining to the kinds.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Container, Sequence
from functools import lru_cache, wraps
from itertools import accumulate
from typing import NamedTuple, TypeVar

from monitor.core.lang import Lexicon
from monitor.core.model import Page, Setting

_UPPER = "".join(chr(c) for c in range(0x41, 0x530) if chr(c).isupper())
UPPER_CLASS = f"[{_UPPER}]"
# Hyphens, dots, ampersands, colons and apostrophes join ("Saint-Denis", "S.p.A", "AI:AT", "L'Aquila"), the English genitive does not.
_WORD = re.compile(rf"(?<![^\W_])\d{{0,3}}[{_UPPER}]\w*(?:[&.+:](?=\w)\w+|[-‐‑]\w+|['’](?!s\b)\w+)*(?:\+\+?(?!\w))?")
_LOWER_WORD = re.compile(r"(?<![\w'’.-])[^\W\d_A-Z]\w{2,}")
_ELISION = re.compile(r"(?:[LDSldsNn]|[Dd]ell|[Aa]ll|[Nn]ell|[Ss]ull|[Dd]all|[Uu]n|[Qq]u)['’](?=\w)")
# Given names common in the eight languages: what follows one is a person.
FIRST_NAMES = frozenset(
    """
    John Jack James David Michael Peter Paul Mark Thomas Robert Richard William Henry George Charles Edward Daniel Andrew Steve Stephen Simon Kevin Brian
    Anna Anne Mary Sarah Laura Emma Kate Jane Julia Maria Elena Eva Ursula Angela Christine Hans Klaus Wolfgang Stefan Andreas Markus Jürgen Pierre Jean
    Jacques François Michel Marie Claire Philippe José Juan Carlos Luis Miguel Pedro Pablo Javier Antonio Giuseppe Giovanni Marco Luca Matteo Giorgia
    Piotr Jan Andrzej Tomasz Krzysztof Donald Katarzyna Małgorzata Joanna Agnieszka João Manuel Rui Willem Kees Joris Mette Lars Erik Bjørn Sven Olaf
    Florence Nancy Victoria Sofia Sophie Carla Bruno Marta Ana Inês Teresa Isabel Sandra Monika Karin Petra Birgit Anja Sabine Anneliese Geert Pieter
    Emmanuel Elon Joe Boris Keir Rishi Theresa Margrethe Thierry Henna Michal Petr Tim Tom Ben Sam Max Alex Chris Nick Ron Jim Bill Bob
    """.split()  # noqa: SIM905 - one word a line would hide the code
)


# What only a person is called; titles of office ("President", "Minister") also stand before countries.
HONORIFICS = frozenset(
    """
    Mr Mrs Ms Miss Dr Prof Professor Sir Dame Lady Herr Herrn Frau Mme Mlle Monsieur Madame Professeur Docteur Sr Sra Señor Señora Don Doña Profesor Profesora
    Sig Signor Signora Dott Dottor Dottoressa Ingegner Pan Pani Pana Panią Profesora Senhor Senhora Dom Doutor Doutora Professora Dhr Mevr Mw Meneer Mevrouw
    Heer
    """.split()  # noqa: SIM905 - one word a line would hide the code
)


class Word(NamedTuple):
    """One capitalised word; `gap` is the text between it and the word before, None at the start of the text or after a line break."""

    start: int
    end: int
    text: str
    gap: str | None
    first: bool  # begins a sentence or a line, so that its capital says nothing


@lru_cache(maxsize=8)
def words(text: str) -> tuple[Word, ...]:
    """The capitalised words of the text, in order."""
    found: list[Word] = []
    last = -1
    for match in _WORD.finditer(text):
        start, written = match.start(), match[0]
        elided = None if written.isalpha() else _ELISION.match(written)
        if elided and len(written) > elided.end() and written[elided.end()].isupper():
            start, written = start + elided.end(), written[elided.end() :]
        gap = text[last:start] if last >= 0 and start - last <= 60 else None
        if gap is not None and "\n" in gap:
            gap = None
        found.append(Word(start, match.end(), written, gap, _begins(text, start)))
        last = match.end()
    return tuple(found)


def _begins(text: str, start: int) -> bool:
    """Whether nothing, a line break or the end of a sentence stands before."""
    at = start - 1
    if at > 0 and text[at] == " " and text[at - 1].isalnum():
        return False
    while at >= 0 and text[at] in ' \u00a0"“„«‘(':
        at -= 1
    return at < 0 or text[at] in "\n.!?:;•|–—" or (text[at] == "-" and at < start - 1)


@lru_cache(maxsize=8)
def lower_words(text: str) -> frozenset[str]:
    """All words the text also writes in small letters: a capitalised word that is among them is probably no name."""
    return frozenset(_LOWER_WORD.findall(text))


def word_before(text: str, start: int) -> str:
    """The word right before an offset, in its own spelling; "" when a line break or punctuation stands between."""
    floor, end = max(0, start - 24), start
    if end > floor and text[end - 1] in '"“„«‘(':
        end -= 1
    if end > floor and text[end - 1] in " \u00a0":
        end -= 1
    first = end - 1 if end > floor and text[end - 1] in "'’" else end
    last = first
    while first > floor and (text[first - 1].isalnum() or text[first - 1] in "._"):
        first -= 1
    return text[first:end] if first < last else ""


_PARTICLES = frozenset("van de der den von zu di da do dos del la le ten ter".split())  # noqa: SIM905 - shorter than a list


def is_person(text: str, start: int, titles: Container[str]) -> bool:
    """Whether a name is the last one of a person with a title: "Ms Chelsea Holland", "Mevrouw Van Leuven", "de heer Gent"."""
    end = start - 1
    while end > 0 and text[end] == " ":
        first = text.rfind(" ", max(0, end - 20), end) + 1
        bare = text[first:end].rsplit("\n", 1)[-1].rstrip(".")
        if bare in titles or bare.capitalize() in titles:
            return True
        if not (bare[:1].isupper() or bare in _PARTICLES) or bare[-1:] in ",;:" or first == 0:
            return False
        end = first - 1
    return False


def free_of(spans: Sequence[tuple[int, int]]) -> Callable[[int, int], bool]:
    """A question: whether a span (start, end) overlaps none of the given ones."""
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    reach = list(accumulate((end for _, end in ordered), max))

    def is_free(start: int, end: int) -> bool:
        at = bisect_left(starts, end)
        return at == 0 or reach[at - 1] <= start

    return is_free


Result = TypeVar("Result")


def once_per_page(function: Callable[[Page, Lexicon, Setting], Result]) -> Callable[[Page, Lexicon, Setting], Result]:
    """Remembers the results for the last few pages by identity: hashing a page with thousands of passages costs more than most kinds do."""
    latest: list[tuple[Page, Lexicon, Setting, Result]] = []

    @wraps(function)
    def remembered(page: Page, lexicon: Lexicon, setting: Setting) -> Result:
        for known in latest:
            if known[0] is page and known[1] == lexicon and known[2] == setting:
                return known[3]
        result = function(page, lexicon, setting)
        latest.insert(0, (page, lexicon, setting, result))
        del latest[3:]
        return result

    return remembered
