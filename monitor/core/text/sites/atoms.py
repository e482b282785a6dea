"""What sites are composed of: the places, countries, organisations and proper names of a page, passage by passage."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from monitor.core import lang
from monitor.core.lang import Lexicon
from monitor.core.model import Page, Place, Setting, Site
from monitor.core.places import candidates
from monitor.core.text.countries import country_spans, language_of
from monitor.core.text.fold import fold
from monitor.core.text.names import common_words, find_names
from monitor.core.text.organisations import organisation_spans
from monitor.core.text.proper import FIRST_NAMES, Word, free_of, word_before, words
from monitor.core.text.towns import place_spans

# Ideas of [names.words] that make a site, and those that may stand in its name without telling anything.
SITE_IDEAS = frozenset(
    """
    factory plant reactor site station telescope facility datacentre campus hub park antenna spaceport hospital observatory laboratory
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
# Acronyms that are never a site's name.
_COMMON_ACRONYMS = frozenset(
    """
    EU UE US USA UK UN EUR USD GBP CHF AI KI IA SI HPC GPU CPU IT ICT R&D RD CEO CTO CFO PDF RSS FAQ GDP VAT MW GW TW KW MWH GWH TWH PFLOPS EFLOPS TV PR
    HR NGO SME SMEs KMU PME PYME JU EIB BMBF BMFTR BMWK DOE NSF MEP MP PM AM CET GMT UTC LLM LLMs API ID ISBN DOI URL QR CO2 COVID-19 COVID EFTA NATO
    NATO's IMF ECB EuroHPC EUROHPC DIGITAL RRF FAZ BBC ARD ZDF DPA AFP EFE PAP GmbH AG SE SpA S.p.A S.A Ltd Inc PhD MSc BSc STEM ESG NRW PLN SEK NOK DKK
    CZK HUF RON 5G 6G 4G 3D 2D 2G
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
_QUOTED = re.compile(r"[\"“„«‹»]\s?([^\W\d_a-z][^\"“”„«»‹›\n]{1,58}?)\s?[\"”“»›«]")
# "MareNostrum 5": a number that nothing is counted by.
_NUMBER = re.compile(r" (?:\d{1,3}|[IVX]{1,4})(?=\s?(?:[,;:()–—\n.]|- |\Z))")
_MOST_WORDS_TIED = 6
_ARTICLES = frozenset("The A An Die Der Das La Le Les L' El Los Il Lo I O A Os De Het".split())  # noqa: SIM905 - shorter than a list
_APPOSITION = re.compile(r", ((?:[^\W\d_]+[ '’]){0,3}[^\W\d_]+)")
_TWO_CAPITALS = re.compile(r"[A-ZÀ-Þ].{0,12}[A-ZÀ-Þ]|\+\+|\d[A-Z]|[A-Z]\d")


class AtomKind(StrEnum):
    PLACE = "P"
    COUNTRY = "C"
    ORGANISATION = "O"
    NAME = "N"


class Atom(NamedTuple):
    """One building block where it stands; `place` for places, `country` for places and countries. A known name is `sure`."""

    start: int
    end: int
    kind: AtomKind
    text: str
    place: Place | None = None
    country: str | None = None
    sure: bool = False


class SiteSpan(NamedTuple):
    """A site and the slice that names it, in the passage of that number."""

    start: int
    end: int
    site: Site
    confidence: float
    passage: int


class Scene(NamedTuple):
    """A page with its atoms in order, and the words of its language for what stands between them."""

    page: Page
    lexicon: Lexicon
    atoms: tuple[Atom, ...]
    starts: tuple[int, ...]
    words: SiteWords

    def within(self, start: int, end: int) -> tuple[Atom, ...]:
        """The atoms of a slice."""
        return self.atoms[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


class SiteWords(NamedTuple):
    """The words of a language about sites."""

    nouns: frozenset[str]  # words for sites, folded
    at: frozenset[str]
    hosted: tuple[str, ...]
    host: tuple[str, ...]
    chosen: tuple[str, ...]
    building: frozenset[str]
    small: frozenset[str]
    of: frozenset[str]
    picked: frozenset[str]  # "chosen"
    seat: frozenset[str]  # "site", "home"
    built: re.Pattern[str]  # "built in" and the like, right before a place
    under_way: re.Pattern[str]  # the same, at the start of what follows a name and a comma
    connects: frozenset[str]  # "links": what stands between its ends is no site
    general: frozenset[str]  # words of headings that make no name
    columns: Mapping[str, str]  # folded header -> name, place, host or country
    leading: re.Pattern[str]  # punctuation, phrases and small words that may stand before a name
    trailing: re.Pattern[str]  # and behind one


@lru_cache(maxsize=32)
def site_words(lexicon: Lexicon) -> SiteWords:
    """The words of one language, with those of English for tables and programme jargon."""
    sections = [x.section("names") for x in dict.fromkeys((lexicon, lang.load("en")))]
    section = sections[0]
    sites = section.get("sites", {})
    nouns = {fold(f.lstrip("-")) for s in sections for idea in SITE_IDEAS for f in s.get("words", {}).get(idea, ())}
    columns: dict[str, str] = {}
    for each in sections:
        for role in ("country", "place", "region", "host", "name"):
            for header in each.get("columns", {}).get(role, ()):
                columns.setdefault(fold(header), role)
    return SiteWords(
        frozenset(nouns),
        frozenset(section.get("at", ())),
        tuple(sorted(sites.get("hosted", ()), key=len, reverse=True)),
        tuple(sorted(sites.get("host", ()), key=len, reverse=True)),
        tuple(sites.get("chosen", ())),
        frozenset(w.lower() for w in sites.get("building", ())),
        frozenset(section.get("small", ())),
        frozenset(section.get("of", ())),
        frozenset(sites.get("picked", ())),
        frozenset(sites.get("seat", ())),
        *_built(sites.get("built", ())),
        frozenset(sites.get("connects", ())),
        frozenset(fold(w) for s in sections for w in s.get("sites", {}).get("general", ())),
        columns,
        *_edges(section),
    )


def _built(phrases: Sequence[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    either = "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))
    either = either or "(?!)"
    before_place = re.compile(rf"(?<!\w)(?:{either}) (?:[^\W\d_]{{2,4}} )?\Z", re.IGNORECASE)
    return before_place, re.compile(rf"(?:[^\W\d_]+ ){{0,2}}(?:{either}) ", re.IGNORECASE)


def _edges(section: Mapping[str, Any]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for what is cut off the words left over in a line, at the start and at the end."""
    sites = section.get("sites", {})
    words_ = sorted(
        {*section.get("at", ()), *section.get("small", ()), *sites.get("hosted", ()), *sites.get("host", ())}, key=len, reverse=True
    )
    either = "|".join(re.escape(w) for w in words_)
    marks = r"[ \t\u00a0,;:()\[\]–—\-|/\"“”„«»'’‘.•·*]"
    return re.compile(rf"(?:{marks}|(?:{either})(?!\w))+", re.IGNORECASE), re.compile(rf"(?:{marks}|(?<!\w)(?:{either}))+\Z")


def gather(page: Page, lexicon: Lexicon, setting: Setting) -> Scene:
    """The atoms of a page: known names first, then places and countries, organisations, quoted and striking proper names."""
    atoms = [*_known(page, setting)]
    free = free_of([(a.start, a.end) for a in atoms])
    for place in place_spans(page, lexicon, setting):
        if free(place.start, place.end):
            atoms.append(Atom(place.start, place.end, AtomKind.PLACE, page.text[place.start : place.end], place.place, place.place.country))
    for country in country_spans(page.text, lexicon, language_of(page, lexicon, setting)):
        if country.confidence > 0.5 and free(country.start, country.end):
            atoms.append(Atom(country.start, country.end, AtomKind.COUNTRY, page.text[country.start : country.end], None, country.code))
    bodies = organisation_spans(page.text, lexicon, setting)
    clear_of_names = free_of([(a.start, a.end) for a in atoms if a.kind is AtomKind.NAME])
    bodies = tuple(b for b in bodies if clear_of_names(b.start, b.end))
    outside = free_of([(b.start, b.end) for b in bodies])
    atoms = [a for a in atoms if outside(a.start, a.end)]
    atoms.extend(Atom(b.start, b.end, AtomKind.ORGANISATION, b.name) for b in bodies)
    atoms.extend(_names(page, lexicon, atoms))
    atoms.sort()
    return Scene(page, lexicon, tuple(atoms), tuple(a.start for a in atoms), site_words(lexicon))


def _known(page: Page, setting: Setting) -> list[Atom]:
    kinds = {"site": AtomKind.NAME, "host": AtomKind.ORGANISATION}
    names = tuple(n for n in setting.names if n.kind in kinds)
    return [Atom(s.start, s.end, kinds[s.names[0].kind], page.text[s.start : s.end], sure=True) for s in find_names(page.text, names)]


def _names(page: Page, lexicon: Lexicon, others: Sequence[Atom]) -> list[Atom]:
    """Quoted names, and runs of capitalised words that look like the name of a project or a site."""
    text = page.text
    free = free_of([(a.start, a.end) for a in others if a.sure or a.kind is AtomKind.ORGANISATION])
    found = [
        Atom(m.start(1), m.end(1), AtomKind.NAME, m[1])
        for m in _QUOTED.finditer(text)
        if len(m[1].split()) <= 6 and free(m.start(1), m.end(1))
    ]
    free = free_of([(a.start, a.end) for a in (*others, *found)])
    known = site_words(lexicon)
    run: list[Word] = []
    for word in (*words(text), None):
        if word is not None and run and word.gap in {" ", "-"} and free(word.start, word.end):
            run.append(word)
            continue
        atom = _name_of_run(text, run, known.nouns) or _tied_to_noun(text, run, known)
        if atom is not None:
            found.append(atom)
        run = [word] if word is not None and free(word.start, word.end) else []
    return found


def _name_of_run(text: str, run: Sequence[Word], nouns: frozenset[str]) -> Atom | None:
    """A run of capitalised words as a name: from its first striking word on, or the words around a word for a site."""
    if not run or run[-1].end - run[0].start < 3 or any(w.text in FIRST_NAMES for w in run[:2]) or _is_pair_of_places(run):
        return None
    striking = [n for n, w in enumerate(run) if is_striking(w.text)]
    heads = [n for n, w in enumerate(run) if fold(w.text) in nouns or fold(w.text).split(" ")[-1] in nouns]
    if striking:
        first = striking[0]
        last = max([*striking, *(h for h in heads if h > first)])
    elif heads and len(run) > 1 and heads[-1] > 0:
        first, last = (1 if run[0].first and len(run) > 2 and len(run[0].text) < 4 else 0), heads[-1]
        if run[first].text in {
            "The",
            "A",
            "An",
            "New",
            "Die",
            "Der",
            "Das",
            "La",
            "Le",
            "El",
            "Il",
            "O",
            "De",
            "Het",
            "Three",
            "Two",
            "Six",
            "Seven",
            "First",
        }:
            first += 1
        if first >= last:
            return None
    else:
        return None
    start, end = run[first].start, run[last].end
    number = _NUMBER.match(text, end)
    end = number.end() if number else end
    if all(t in nouns or t in common_words() for t in fold(text[start:end]).split()):
        return None
    return Atom(start, end, AtomKind.NAME, text[start:end])


def _is_pair_of_places(run: Sequence[Word]) -> bool:
    """Whether a lone word is two places with a hyphen between: a line or a border, no name."""
    if len(run) != 1 or "-" not in run[0].text:
        return False
    parts = run[0].text.split("-")
    return len(parts) == 2 and all(any(c.is_main or c.population > 1000 for c in candidates(fold(p))) for p in parts)


def _tied_to_noun(text: str, run: Sequence[Word], known: SiteWords) -> Atom | None:
    """A run that a word for a site introduces or explains: "le supercalculateur Jules Verne", "Snellius, de supercomputer", "X, under construction in"."""
    if not run or len(run) > _MOST_WORDS_TIED or run[-1].end - run[0].start < 3 or any(w.text in _COMMON_ACRONYMS for w in run):
        return None
    first = run
    if run[0].first and run[0].text in _ARTICLES:
        first = run[1:]
    if not first:
        return None
    start, end = first[0].start, first[-1].end
    number = _NUMBER.match(text, end)
    end = number.end() if number else end
    before = fold(word_before(text, start))
    introduced = before in known.nouns and text[start - 1 : start] == " " and not first[0].first
    apposition = _APPOSITION.match(text, end)
    explained = apposition is not None and _explains(apposition[1].split(), known)
    if run[0].text in FIRST_NAMES and not explained:
        return None
    under_way = len(first) > 1 and text[end : end + 2] == ", " and known.under_way.match(text, end + 2) is not None
    if not (introduced or explained or under_way):
        return None
    words_of_name = fold(text[start:end]).split()
    if all(t in known.nouns or t in common_words() or t in known.general for t in words_of_name):
        return None
    return Atom(start, end, AtomKind.NAME, text[start:end])


def _explains(tokens: Sequence[str], known: SiteWords) -> bool:
    """Whether a word for a site comes at once or behind articles and small words only: "the supercomputer", not "director of the plant"."""
    at = next((n for n, t in enumerate(tokens) if fold(t) in known.nouns), None)
    return at is not None and at <= 2 and all(len(t) <= 4 for t in tokens[: min(at, 1)]) and not any(t in known.of for t in tokens[1:at])


def is_striking(word: str) -> bool:
    """Whether one word has the look of a project's name: two capitals, a digit among capitals, "++" - and is no everyday acronym."""
    return len(word) > 2 and word not in _COMMON_ACRONYMS and bool(_TWO_CAPITALS.search(word)) and not word.rstrip("s").isdigit()
