"""Whose dollar, peso or crown a page means: the country it clearly speaks of, where the money is written as that country writes it at home.

"$", "dollars" and "pesos" stand for another currency in each country; a paper of Melbourne writes "$16.4b" and means Australian dollars. The [money] section
lists the countries (`home`) and the words (`home_words`) this holds for in a language. A page speaks clearly of a country when it names it, its people, its
regions or its larger towns more often than any other country, and more than twice as often as the United States.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import islice

from monitor.core.lang import Lexicon
from monitor.core.model import Page, Setting
from monitor.core.places import candidates
from monitor.core.text.countries import country_spans, language_of
from monitor.core.text.currencies import DOLLAR_SIGNS
from monitor.core.text.fold import fold
from monitor.core.text.numbers.vocabulary import forms
from monitor.core.text.proper import Word, lower_words, words

_UNITED_STATES = "US"
_MOST_NAMES = 120  # capitalised words looked at: what a page is about shows at its beginning
_SIZES = (3, 2, 1)  # words of a name
_SHORTEST = 4  # letters of a name
_LARGE_TOWN = 30_000  # inhabitants; smaller ones bear the names of families and things
# "A$640 million ($420m)": beside another dollar the bare sign is the US dollar.
_TOLD_IN_US_DOLLARS = re.compile(r"[a-z]{1,3}\$ ?\d[^\n$]{0,24}(?:\(|\bor |/ ?)(?:[a-z]{2,9} )?\$\d", re.IGNORECASE)
_AMERICAN = re.compile(r"\b(?:NASA|Pentagon|White House|Congress|Capitol Hill|DARPA)\b")
_ENOUGH, _CHARACTERS_A_MENTION = 3, 1000  # mentions that make a page clear: one in a short text, three in a long one
_US_DOLLARS = re.compile(r"(?i)(?<!\w)(?:us\$|\$ ?us\b|u\.?s\.? dollar|usd\b|american dollar|dollars? américain|dollars us\b)")


def at_home(page: Page, lexicon: Lexicon, setting: Setting) -> Setting:
    """The setting with the country whose money the page means; unchanged where the reader's own country settles it or the page does not say."""
    section = lexicon.section("money")
    home = forms(section.get("home", ""))
    if setting.currency or setting.country in (*home, _UNITED_STATES):
        return setting
    lowered = page.text.lower()
    if not any(word in lowered for word in forms(section.get("home_words", ""))) or _TOLD_IN_US_DOLLARS.search(page.text):
        return setting
    country = _spoken_of(page, lexicon, setting)
    return replace(setting, country=country) if country in home else setting


def _spoken_of(page: Page, lexicon: Lexicon, setting: Setting) -> str | None:
    """The country a page names most, if it clearly is one and not the United States; who writes "US$" means another dollar by the bare sign."""
    said = Counter((*_countries(page, lexicon, setting), *_places(page.text)))
    american = 0 if _US_DOLLARS.search(page.text) else said[_UNITED_STATES] + len(_AMERICAN.findall(page.text))
    del said[_UNITED_STATES]
    (country, most), (_, second) = [*said.most_common(2), ("", 0), ("", 0)][:2]
    return country if most > max(second, 2 * american) and most >= min(_ENOUGH, len(page.text) / _CHARACTERS_A_MENTION) else None


def _countries(page: Page, lexicon: Lexicon, setting: Setting) -> Iterator[str]:
    """The country of each name, adjective and dollar sign that tells it."""
    yield from (
        span.code
        for span in country_spans(page.text, lexicon, language_of(page, lexicon, setting))
        if page.text[span.end : span.end + 1] != "$"
    )
    for sign, country in DOLLAR_SIGNS.items():
        yield from (country for _ in re.finditer(rf"(?<!\w){re.escape(sign)} ?\d", page.text))


def _places(text: str) -> Iterator[str]:
    """The country of each region and larger town named, once a name; the longest name that fits counts."""
    seen: set[str] = set()
    common = lower_words(text)
    found = list(islice(words(text), _MOST_NAMES))
    at = 0
    while at < len(found):
        size, country = next(((size, code) for size in _SIZES if (code := _country_of(found[at : at + size], common))), (1, ""))
        key = " ".join(word.text for word in found[at : at + size])
        if country and key not in seen:
            seen.add(key)
            yield country
        at += size


def _country_of(name: Sequence[Word], common: Set[str]) -> str | None:
    """The country of the largest town or the region that some neighbouring words name; None for small ones and everyday words."""
    key = fold(" ".join(word.text for word in name))
    if any(word.gap != " " for word in name[1:]) or key in common or len(key) < _SHORTEST:
        return None
    known = candidates(key)
    region = next((c for c in known if c.place.place_type == "region"), None)
    place = region or next((c for c in known[:1] if c.population >= _LARGE_TOWN and (c.is_main or len(name) > 1)), None)
    return place.place.country if place else None
