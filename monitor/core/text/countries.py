"""Countries as pages name them: by name in the page's language, in English or in their own, in inflected forms, as adjectives and as codes.

A name counts most, an adjective ("Finnish", "polski") less: it says something comes from a country, not that the country does something. What is also a word,
a person or a state of the USA (Turkey, Jordan, Chad, Georgia, Jersey) needs words around it that fit a country.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.core import lang
from monitor.core.lang import Lexicon
from monitor.core.model import Page, Setting
from monitor.core.places import candidates, country_tables, region_names
from monitor.core.text.fold import fold
from monitor.core.text.proper import HONORIFICS, is_person, word_before

NAME_CONFIDENCE, CODE_CONFIDENCE, ADJECTIVE_CONFIDENCE = 0.95, 0.85, 0.5
# Forms that a page uses for something else more often than for the country, by language ("" = all): the drop list for CLDR names.
_DROPPED = {
    "es": {"Granada"},
    "pt": {"Granada"},
    "fr": {"Dominique", "Réunion"},
    "de": {"Réunion"},
    "pl": {"Reunion"},
    "": {"Réunion", "Saba", "Man", "Clipperton"},
}
# Also words, persons or states: taken only where the words around them fit a country.
_DOUBTFUL = {
    "Jordan",
    "Chad",
    "Georgia",
    "Turkey",
    "Jersey",
    "Guinea",
    "Niger",
    "Mali",
    "Cuba",
    "Dominica",
    "Grenada",
    "Holland",
    "America",
    "Togo",
    "Guernsey",
    "Malta",
    "Monaco",
    "Island",
}
# Longer names that hold a country's name and are not that country.
_NOT_COUNTRIES = (
    "New Mexico", "New Jersey", "New England", "New South Wales", "New Britain", "Mexico City", "Kuwait City", "Panama City", "Jersey City",
    "Northern Ireland", "Nordirland", "Irlande du Nord", "Irlanda del Norte", "Irlanda del Nord", "Irlanda do Norte", "Noord-Ierland", "Irlandia Północna",
    "Guinea pig", "Guinea pigs", "Monaco di Baviera", "Nuevo México", "Ciudad de México", "Nouveau-Mexique", "Gulf of Mexico", "Golf von Mexiko",
    "Indian Ocean", "China Sea", "Bank of America", "Air France", "Radio France", "Île-de-France", "Hauts-de-France", "Tour de France",
    "South America", "North America", "Latin America", "Nordamerika", "Südamerika", "Ciudad de Panamá", "Turkey Point", "Lebanon, Pennsylvania",
    "Stade de France", "Schweizer Franken", "Swiss franc", "Swiss francs", "US-Dollar", "US-Dollars", "US dollar", "US dollars", "Made in Italy",
    "Made in Germany", "Made in China", "Made in France", "Made in Europe",
)  # fmt: skip
_CODE_IN_BRACKETS = re.compile(r"\(([A-Z]{2})\)")
_CODE_LIST = re.compile(r"(?<![\w,] )(?<!\w)[A-Z]{2}(?:(?:, ?| ?/ ?| and | und | et | y | e | i | en | & )[A-Z]{2}){2,40}(?!\w)")
_CODE = re.compile(r"[A-Z]{2}")
_CODE_ALIASES = {"UK": "GB", "EL": "GR"}
# Codes that are also everyday abbreviations: in brackets they need a place or country of that code before them.
_EVERYDAY = {
    "AI",
    "IT",
    "ID",
    "PM",
    "TV",
    "CV",
    "AM",
    "IP",
    "IO",
    "CO",
    "PR",
    "MS",
    "MD",
    "PS",
    "CC",
    "CD",
    "GM",
    "HR",
    "LA",
    "PA",
    "VC",
    "NA",
    "AS",
    "TC",
    "SA",
    "ET",
    "DE",
    "IS",
    "NO",
    "SO",
    "BE",
    "TO",
}
_US_GEORGIA = re.compile(r"Atlanta|Savannah, |Augusta, |Kemp|Plant Vogtle|Georgia Power|Senator|U\.S\. state|state of Georgia")


class _Form(NamedTuple):
    code: str  # "" for what is no country
    confidence: float
    doubtful: bool


class CountrySpan(NamedTuple):
    """A country where it stands in a text."""

    start: int
    end: int
    code: str
    confidence: float


# ---------------------------------------------------------------------------------------------------------------------------- names


@cache
def codes() -> frozenset[str]:
    """All ISO 3166-1 alpha-2 codes with a name."""
    return frozenset(country_tables()["names"]["en"])


def code_of(written: str) -> str | None:
    """The code for a code as people write it ("UK", "el"), None when it is none."""
    code = _CODE_ALIASES.get(written.strip().upper(), written.strip().upper())
    return code if code in codes() else None


@lru_cache(maxsize=64)
def _forms(lexicon: Lexicon, language: str) -> Mapping[str, _Form]:
    """Every written form of every country for pages of one language."""
    forms: dict[str, _Form] = {}
    tables = country_tables()
    for code, name in tables["native"].items():
        _add(forms, name, code, NAME_CONFIDENCE)
    for source in dict.fromkeys(("en", language if language in tables["names"] else lexicon.code)):
        dropped = _DROPPED.get(source, set()) | _DROPPED[""]
        for code, name in tables["names"][source].items():
            if name not in dropped:
                _add(forms, name, code, NAME_CONFIDENCE)
    for source_lexicon in dict.fromkeys((lang.load("en"), lexicon)):
        _add_extra(forms, source_lexicon)
    for longer in (*_NOT_COUNTRIES, *(n for n in region_names() if " " in n and n not in forms)):
        forms[longer] = _Form("", 0, False)
    return forms


def _add(forms: dict[str, _Form], name: str, code: str, confidence: float) -> None:
    doubtful = name in _DOUBTFUL
    forms[name] = _Form(code, confidence, doubtful)
    if len(name) > 4 and confidence == NAME_CONFIDENCE:
        forms[name.upper()] = _Form(code, confidence, False)
    if "'" in name:
        forms[name.replace("'", "’")] = _Form(code, confidence, doubtful)


def _add_extra(forms: dict[str, _Form], lexicon: Lexicon) -> None:
    section = lexicon.section("names")
    genitive = section.get("genitive", "")
    for code, names in section.get("countries", {}).items():
        for name in names:
            _add(forms, name, code, NAME_CONFIDENCE)
    for ending, cases in section.get("country_cases", {}).items():
        for name, form in list(forms.items()):
            if form.code and name.endswith(ending) and " " not in name:
                for case in cases:
                    forms.setdefault(name[: -len(ending)] + case, form)
    if genitive:
        for name, form in list(forms.items()):
            if form.code and name[-1].isalpha() and name[-1] not in "sxz" and not name.isupper():
                forms.setdefault(name + genitive, form)
    for code, stems in section.get("demonyms", {}).items():
        for stem in stems:
            for ending in section.get("demonym_endings", [""]):
                for written in {stem + ending, (stem + ending).capitalize()}:
                    forms.setdefault(written, _Form(code, ADJECTIVE_CONFIDENCE, False))


@lru_cache(maxsize=64)
def _form_list(lexicon: Lexicon, language: str) -> tuple[_Form, ...]:
    """The forms by the number the automaton gives them."""
    return tuple(_forms(lexicon, language).values())


@lru_cache(maxsize=64)
def _automaton(lexicon: Lexicon, language: str) -> AhoCorasick:
    return AhoCorasick(list(_forms(lexicon, language)), matchkind=MatchKind.LeftmostLongest)


@lru_cache(maxsize=8)
def names_by_fold() -> Mapping[str, str]:
    """Every full country name of every language, folded, with its code."""
    found: dict[str, str] = {}
    for table in country_tables()["names"].values():
        for code, name in table.items():
            found.setdefault(fold(name), code)
    for language in lang.known():
        for code, names in lang.load(language).section("names").get("countries", {}).items():
            for name in names:
                found.setdefault(fold(name), code)
    return found


def read_country(written: str) -> str | None:
    """The code of a country written as a name in any language or as a code; None when it is neither.

    >>> read_country("Czechia"), read_country("Finnland"), read_country("AT"), read_country("Kajaani")
    ('CZ', 'FI', 'AT', None)
    """
    text = written.strip().strip("().")
    if len(text) == 2 and text.isupper():
        return code_of(text)
    key = fold(text)
    found = names_by_fold()
    return found.get(key) or (found.get(key.removeprefix("the ")) if key.startswith("the ") else None)


# -------------------------------------------------------------------------------------------------------------------------- finding


@lru_cache(maxsize=8)
def country_spans(text: str, lexicon: Lexicon, language: str) -> tuple[CountrySpan, ...]:
    """The countries of a text in order, adjectives included; codes only in brackets after a name and in lists of codes."""
    forms = _form_list(lexicon, language)
    found: list[CountrySpan] = []
    for index, start, end in _automaton(lexicon, language).find_matches_as_indexes(text):
        form = forms[index]
        if not form.code or not _stands_alone(text, start, end):
            continue
        if form.confidence == NAME_CONFIDENCE and is_person(text, start, HONORIFICS):
            continue
        confidence = _confidence(text, start, end, form)
        if confidence > 0:
            found.append(CountrySpan(start, end, form.code, confidence))
    found.extend(_codes(text, found))
    return tuple(apart(found))


def apart(spans: Sequence[CountrySpan]) -> list[CountrySpan]:
    kept: list[CountrySpan] = []
    for span in sorted(spans):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or before in {"_", "@", "/", "."} or after.isalnum() or after in {"_", "$"}:
        return False  # "US$" is money
    # "Deutschland-Takt" and "US-Präsident" still name the country; "Anglo-Dutch" does not.
    return not (before == "-" and text[start - 2 : start - 1].isalpha())


def _confidence(text: str, start: int, end: int, form: _Form) -> float:
    written = text[start:end]
    next_is_capital = text[end : end + 1] == " " and text[end + 1 : end + 2].isupper()
    if form.doubtful:
        return _doubtful(text, start, end, next_is_capital)
    if form.confidence == ADJECTIVE_CONFIDENCE and written[0].isupper() and next_is_capital:
        return ADJECTIVE_CONFIDENCE - 0.15
    return form.confidence


def _doubtful(text: str, start: int, end: int, next_is_capital: bool) -> float:
    """A name that is also something else: out beside another capitalised word, low at the start of a sentence."""
    before = word_before(text, start)
    if next_is_capital or (before[:1].isupper() and len(before) > 1 and text[start - 1 : start] == " " and before not in {"In", "And"}):
        return 0.0
    if text[start:end] == "Georgia" and _US_GEORGIA.search(text):
        return 0.0
    return 0.85 if (before and before[0].islower()) or text[start - 2 : start] == ", " or text[end : end + 2] == ", " else 0.6


def _codes(text: str, named: Sequence[CountrySpan]) -> list[CountrySpan]:
    found: list[CountrySpan] = []
    for match in _CODE_IN_BRACKETS.finditer(text):
        code = code_of(match[1])
        before = text[max(0, match.start() - 3) : match.start()].rstrip(" ")[-1:]
        if code and before.isalnum() and match[1] not in _EVERYDAY:
            found.append(CountrySpan(match.start(1), match.end(1), code, CODE_CONFIDENCE))
        elif code and match[1] in _EVERYDAY and _fits_everyday(text, match.start(), code):
            found.append(CountrySpan(match.start(1), match.end(1), code, CODE_CONFIDENCE - 0.1))
    for match in _CODE_LIST.finditer(text):
        members = [(m, code_of(m[0])) for m in _CODE.finditer(text, match.start(), match.end())]
        if all(code for _, code in members):
            found.extend(CountrySpan(m.start(), m.end(), code, CODE_CONFIDENCE) for m, code in members if code)
    return found


def _fits_everyday(text: str, bracket: int, code: str) -> bool:
    """Whether the word before "(IT)" is a place in Italy."""
    before = word_before(text, bracket)
    return (
        any(c.place.country == code and (c.is_main or c.population > 50_000) for c in candidates(fold(before))[:6])
        if before[:1].isupper()
        else False
    )


def language_of(page: Page, lexicon: Lexicon, setting: Setting) -> str:
    """The language whose country names to use: of the setting, else of the page, else of the lexicon."""
    code = setting.language or page.language
    return code.lower().split("-")[0] if code and code != "und" else lexicon.code


def is_country_cell(header: str | None, lexicon: Lexicon) -> bool:
    """Whether a column header says that its cells are countries."""
    return bool(header) and fold(header or "") in {fold(h) for h in lexicon.section("names").get("columns", {}).get("country", ())}


def show_country(code: str, lexicon: Lexicon) -> str:
    """The name of a country in the language of the lexicon, its code when there is none."""
    tables = country_tables()["names"]
    name: str = tables.get(lexicon.code, tables["en"]).get(code, code)
    return name if read_country(name) == code else code
