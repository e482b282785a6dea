"""What a whole page says about which places to expect on it: its language and country, the countries it names, and the words of its language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.core import lang
from monitor.core.lang import Lexicon
from monitor.core.model import Form, Page, Setting
from monitor.core.text.countries import CountrySpan, language_of
from monitor.core.text.organisations import OrganisationSpan
from monitor.core.text.proper import lower_words
from monitor.core.text.towncues import TownCues, town_cues

_MAIN_COUNTRIES = {
    "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH"), "en": ("GB", "IE", "US"), "es": ("ES",), "it": ("IT", "CH"), "pl": ("PL",), "pt": ("PT", "BR"),
    "nl": ("NL", "BE"), "fi": ("FI",), "sv": ("SE", "FI"), "da": ("DK",), "cs": ("CZ",), "sk": ("SK",), "sl": ("SI",), "hr": ("HR",), "hu": ("HU",),
    "ro": ("RO",), "bg": ("BG",), "el": ("GR", "CY"), "et": ("EE",), "lv": ("LV",), "lt": ("LT",),
}  # fmt: skip


class PageScene(NamedTuple):
    """What the whole page says about which places to expect."""

    text: str
    lexicon: Lexicon
    language: str
    country: str | None  # of the setting
    variety: str | None  # the country whose way of writing the language the page shows
    home: tuple[str, ...]  # countries the page is probably from
    met: frozenset[str]  # countries it names
    lower: frozenset[str]
    at: frozenset[str]
    of: frozenset[str]
    titles: frozenset[str]
    towns: TownCues | None
    hosting: tuple[str, ...]  # verbs that only a place or a body has for a subject: "will host"
    ordinary: frozenset[str]
    cells: tuple[tuple[int, int], ...]
    picked: frozenset[str]  # "chosen"
    seat: frozenset[str]  # "site", "home", "to host"
    connects: frozenset[str]  # verbs before the first of two ends: "ligará Oiã a Soure"
    seats: frozenset[int]  # where what follows an organisation and a comma begins
    breaks: frozenset[int]  # where the label at the start of a passage ends: what stands on either side does not touch


@lru_cache(maxsize=32)
def _word_sets(lexicon: Lexicon) -> tuple[frozenset[str], ...]:
    section = lexicon.section("names")
    ordinary = {*section.get("not_places", ()), *lang.load("en").section("names").get("not_places", ())}
    forms = {f for forms in section.get("words", {}).values() for f in forms if not f.startswith("-")}
    return tuple(frozenset(s) for s in (section.get("at", ()), section.get("of", ()), section.get("titles", ()), ordinary | forms))


@lru_cache(maxsize=32)
def _varieties(lexicon: Lexicon) -> tuple[AhoCorasick, tuple[str, ...]] | None:
    """What finds the marks of the countries a language is written in, and the country of each mark."""
    marks = {mark: country for country, found in lexicon.section("names").get("varieties", {}).items() for mark in found}
    return (AhoCorasick(list(marks), matchkind=MatchKind.LeftmostLongest), tuple(marks.values())) if marks else None


def variety_of(text: str, lexicon: Lexicon) -> str | None:
    """The country whose marks a text has most of: "R$" and "usina" are of Brazil, "mil milhões" and "comboio" of Portugal; None when it has none."""
    known = _varieties(lexicon)
    if known is None:
        return None
    automaton, countries = known
    found = Counter(countries[number] for number, start, end in automaton.find_matches_as_indexes(text) if _is_whole(text, start, end))
    return found.most_common(1)[0][0] if found else None


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalpha()) and not (after.isalnum() and text[end - 1].isalpha())


def page_scene(
    page: Page, lexicon: Lexicon, setting: Setting, countries: Sequence[CountrySpan], organisations: Sequence[OrganisationSpan]
) -> PageScene:
    language = language_of(page, lexicon, setting)
    variety = variety_of(page.text, lexicon)
    home = tuple(dict.fromkeys(c for c in (setting.country, variety, *_MAIN_COUNTRIES.get(language, ())) if c))
    at, of, titles, ordinary = _word_sets(lexicon)
    if lexicon.code != "en":
        # An English everyday word is no obstacle on a page in another language ("Split", "Bath"), but its own are.
        ordinary = ordinary - (_word_sets(lang.load("en"))[3] - frozenset(lexicon.section("names").get("not_places", ())))
    sites = lexicon.section("names").get("sites", {})
    hosting = tuple(sites.get("host", ()))
    cells = tuple(
        (p.start, p.end)
        for p in page.passages
        if p.form in {Form.CELL, Form.ITEM, Form.DEFINITION, Form.TERM, Form.META} and p.end - p.start <= 80
    )
    breaks = frozenset(p.start + len(p.label) for p in page.passages if p.label and page.text.startswith(p.label, p.start))
    met = frozenset(c.code for c in countries if c.confidence > 0.4)
    return PageScene(
        page.text,
        lexicon,
        language,
        setting.country,
        variety,
        home,
        met,
        lower_words(page.text),
        at,
        of,
        titles,
        town_cues(lexicon),
        hosting,
        ordinary,
        cells,
        frozenset(sites.get("picked", ())),
        frozenset(
            (*sites.get("seat", ()), *(w.split()[-1] for w in sites.get("chosen", ()) if w.startswith(("to ", "para ", "pour ", "per "))))
        ),
        frozenset(sites.get("connects", ())),
        frozenset(o.end + 2 for o in organisations if page.text.startswith(", ", o.end)),
        breaks,
    )


def home_countries(language: str) -> tuple[str, ...]:
    """The countries pages of a language are mostly from, the largest first."""
    return _MAIN_COUNTRIES.get(language.lower().split("-")[0], ())
