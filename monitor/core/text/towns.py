"""Cities and regions in a text: which capitalised words are places, and which of the places of that name.

Nearly every word is a village somewhere, so a name alone proves little. What speaks for a place: its size, a word like "in" or "à" before it, a country beside
it or elsewhere on the page, other places in the same list, being all there is in a table cell. What speaks against: an everyday word, the same word in small
letters on the page, other capitalised words touching it, a first name or title before it. Each adds to or takes from one score; the weights were set by hand on
the examples of tests/examples/place.toml.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from math import log10
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import Page, Place, Setting
from monitor.core.places import Candidate, candidates
from monitor.core.text.countries import CountrySpan, code_of, country_spans, language_of, read_country
from monitor.core.text.fold import fold
from monitor.core.text.names import bases
from monitor.core.text.organisations import OrganisationSpan, organisation_spans
from monitor.core.text.proper import FIRST_NAMES, Word, free_of, is_person, once_per_page, word_before, words
from monitor.core.text.townscene import PageScene, page_scene

ACCEPTED = 0.5
_TOWN_PAIR = re.compile(r"[-–‐‑]")
_MOST_WORDS = 5
_CITY_OF_A_PAIR = 50_000  # people of the larger of two towns written as one word
# What may stand between the words of one place name.
_JOINTS = re.compile(
    r" |-| (?:am|an der|ob der|bei|im|in der|vor der|de|de la|de los|de las|del|la|le|les|do|da|dos|das|di|della"
    r"|upon|on|sur|sous|en|el|y|the|of|nad|aan den|aan de|op|bij|lez|lès) |[-'’]"
)
_SMALL_FIRST = re.compile(r"\A(?:[a-zà-ÿ]{1,5} ){1,2}")
_WORDS = re.compile(r"[^\W\d_]+")
_AFTER = re.compile(r" ?\(([^()\n]{2,40})\)|(?:,| in| en| im| w| em) ([^\W\d_][^,;.()\n]{1,30})")
# "Von Swinemünde bis Lubmin": what stands before and behind the first of two ends.
_FROM = frozenset({"from", "von", "de", "d'", "d’", "da", "dal", "desde", "od", "van"})
_TO = re.compile(r" (?:to|bis|à|a|fino a|hasta|até|do|po|tot) [A-ZÀ-Þ]")
_BEHIND_DATELINE = re.compile(
    r"(?:/[A-ZÀ-Þ][\w-]+)?(?: \([^()\n]{2,24}\))?"
    r"(?:, (?:[A-ZÀ-Þ][\w.]+, )?(?:[a-zà-ÿ]{2,3} )?\d{1,2}[ .]|,? [A-Z][a-z]{2,8}\.? \d{1,2}\b|, \d{1,2}(?:\.[ \d]| [a-zà-ÿ]{3})| ?[–—] | - |\. (?=[A-ZÀ-Þ]))"
)
_DATELINE = 0.35
# Territories that share many names with the country they belong to.
_OVERSEAS = frozenset({"RE", "GP", "MQ", "GF", "YT", "NC", "PF", "PR", "GU", "AW", "CW"})
_INFLECTING = frozenset(
    """
    pl cs sk sl hr fi et lv lt hu
    """.split()  # noqa: SIM905 - one word a line would hide the code
)


# What stands between two places of one list or line, in any of the languages; the first may have its country in brackets.
_LIST_GAP = re.compile(
    r"(?: \([^()]{1,18}\))?"
    r"(?:,? (?:and|und|et|y|e|i|oraz|en|ed|or|oder|ou|o|sowie|of|lub|a) (?:in |à |w |en |te |em |de |di |d')?|, (?:in |à |en |w |de |di |d')?"
    r"| / |/| ?[–—] ?| - | (?:to|and|nach|bis|à|jusqu'à|hasta|fino a|até|do|naar|tot|con|mit|met|with) )"
)
# Months and days: "in March" is never the town of March.
_NEVER = frozenset(
    """
    January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday Januar
    Jänner Februar März Mai Juni Juli Oktober Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Mars Avril Juin Juillet Août Mayo Marzo
    Maggio Março Maio Maart Mei Europe Europa EU
    """.split()  # noqa: SIM905 - one word a line would hide the code
)


_ARTICLES = ("L'", "L’", "'s-", "’s-", "'t ", "’t ")


class PlaceSpan(NamedTuple):
    """A city or region where it stands in a text."""

    start: int
    end: int
    place: Place
    confidence: float


@once_per_page
def place_spans(page: Page, lexicon: Lexicon, setting: Setting) -> tuple[PlaceSpan, ...]:
    """The cities and regions of a page in order, outside the names of organisations and countries."""
    countries = country_spans(page.text, lexicon, language_of(page, lexicon, setting))
    organisations = organisation_spans(page.text, lexicon, setting)
    scene = page_scene(page, lexicon, setting, countries, organisations)
    found = _with_neighbours(page.text, list(_scored(scene, countries, organisations)))
    sure = [s for s in found if s.confidence >= ACCEPTED]
    return tuple(_where_the_others_are(sure, scene))


def _where_the_others_are(sure: Sequence[PlaceSpan], scene: PageScene) -> Iterator[PlaceSpan]:
    """The places again, towns of a name that several countries have moved to the country most other places of the page are in."""
    all_countries = Counter(s.place.country for s in sure)
    if not any(count > 1 and code not in scene.met for code, count in all_countries.items()):
        yield from sure
        return
    same = Counter((s.place.name, s.place.country) for s in sure)
    for span in sure:
        met = _mostly(all_countries, span.place.country, same[span.place.name, span.place.country]) - scene.met - {span.place.country}
        if met and not _country_beside(scene.text, span.end):
            told = scene._replace(met=scene.met | met)
            options = _options(scene.text[span.start : span.end], scene.language, False)
            yield span._replace(place=max(options, key=lambda c: _fit(c, told, None)).place) if options else span
        else:
            yield span


def _mostly(countries: Mapping[str | None, int], own_country: str | None, own: int) -> frozenset[str]:
    """The country that more than two thirds of the places other than `own` are in, at least two of them; empty when there is none."""
    total = sum(countries.values()) - own
    counts = {code: count - (own if code == own_country else 0) for code, count in countries.items() if code}
    return frozenset(code for code, count in counts.items() if count > 1 and count * 3 > total * 2)


def _scored(scene: PageScene, countries: Sequence[CountrySpan], organisations: Sequence[OrganisationSpan]) -> Iterator[PlaceSpan]:
    is_free = free_of([*((c.start, c.end) for c in countries if c.confidence > ACCEPTED), *((o.start, o.end) for o in organisations)])
    all_words = words(scene.text)
    at = 0
    while at < len(all_words):
        word = all_words[at]
        if not is_free(word.start, word.end):
            at += 1
            continue
        span = _longest(scene, all_words, at)
        if span is None:
            yield from _pair(scene, word)
            at += 1
            continue
        yield span
        while at < len(all_words) and all_words[at].start < span.end:
            at += 1


def _pair(scene: PageScene, word: Word) -> Iterator[PlaceSpan]:
    """Two or three larger towns written as one word: the line "Madrid-Badajoz"."""
    parts = _TOWN_PAIR.split(word.text) if not word.text.isalpha() else ()
    if not 2 <= len(parts) <= 3 or not all(p[:1].isupper() and p not in FIRST_NAMES for p in parts):
        return
    found: list[PlaceSpan] = []
    largest, at = 0, word.start
    for part in parts:
        options = [c for c in _options(part, scene.language, False) if c.is_main and c.population >= 5_000]
        if not options:
            return
        best = max(options, key=lambda c: _fit(c, scene, None))
        largest = max(largest, best.population)
        found.append(PlaceSpan(at, at + len(part), best.place, 0.6))
        at += len(part) + 1
    if largest >= _CITY_OF_A_PAIR:
        yield from found


def _longest(scene: PageScene, all_words: Sequence[Word], at: int) -> PlaceSpan | None:
    """The longest place name that begins at a word, scored; None when no place is called so."""
    last = at
    while last + 1 < len(all_words) and last + 1 - at < _MOST_WORDS and _is_joint(all_words[last + 1].gap):
        last += 1
    for end_at in range(last, at - 1, -1):
        start, end = _with_article(scene.text, all_words[at].start), all_words[end_at].end
        written = scene.text[start:end]
        options = _options(written, scene.language, end_at > at)
        if not options and start < all_words[at].start:
            start = all_words[at].start
            written = scene.text[start:end]
            options = _options(written, scene.language, end_at > at)
        if options and not (end_at == at and written in _NEVER):
            return _judge(scene, all_words, at, end_at, start, options)
    return None


@lru_cache(maxsize=4096)
def _is_joint(gap: str | None) -> bool:
    return gap is not None and _JOINTS.fullmatch(gap) is not None


def _with_article(text: str, start: int) -> int:
    """The start of a name with the article that words() has cut off: "L'Aquila", "'s-Hertogenbosch"."""
    before = text[max(0, start - 3) : start]
    if "'" not in before and "’" not in before:
        return start
    return next((start - len(a) for a in _ARTICLES if before.endswith(a)), start)


@lru_cache(maxsize=8192)
def _options(written: str, language: str, several: bool) -> tuple[Candidate, ...]:
    """What a written name may mean; in languages that inflect names also by its base forms."""
    key = fold(written)
    if len(key) < 2 or len(written) > 60:
        return ()
    found = candidates(key)
    if language in _INFLECTING and not any((c.is_main and c.population > 20_000) or c.place.place_type == "region" for c in found):
        for base in islice(_base_names(key), 60):
            better = tuple(
                c for c in candidates(base) if c.population > (3_000 if len(key) < 6 else 1_000) or c.place.place_type == "region"
            )
            if base != key and better:
                found = (*found, *better)
        found = tuple(dict.fromkeys(found))
    if several:
        found = tuple(c for c in found if c.is_main or c.population > 1_000)
    return found


def _base_names(key: str) -> Iterator[str]:
    return (" ".join(parts) for parts in product(*(bases(t) for t in key.split()[:3])))


def _judge(scene: PageScene, all_words: Sequence[Word], at: int, end_at: int, start: int, options: Sequence[Candidate]) -> PlaceSpan:
    end = all_words[end_at].end
    beside = _country_beside(scene.text, end)
    best = max(options, key=lambda c: _fit(c, scene, beside))
    score = _size(best, scene.text[start:end])
    is_told = scene.towns is not None and scene.towns.tell(scene.text, start)
    score += _context(scene, start, end, best) + (0.35 if is_told else 0.0)
    if beside and best.place.country == beside:
        score += 0.55
    if end_at > at:
        score += 0.15 if end_at == at + 1 else 0.35
    if end_at == at:
        score += _ordinary(scene, all_words[at], best)
    score += _touching(scene, all_words, at, end_at, is_told=is_told)
    if _is_unique(best, options, strictly=all_words[at].first) and end - start > 4:
        striking = end - start > 5 and best.is_main and best.population >= (15_000 if scene.language != "de" else 100_000)
        score += 0.2 if striking else 0.08
        if best.is_main and all_words[at].text.count("-") > 1:
            score += 0.2  # "Saint-Jean-de-Maurienne" is nothing else
    return PlaceSpan(start, end, best.place, round(max(0.0, min(0.97, score)), 2))


def _is_unique(best: Candidate, options: Sequence[Candidate], *, strictly: bool) -> bool:
    """Whether a name means places of one country only; if not `strictly`, apart from small ones that have as a translation what is a town's own name."""
    others = [c for c in options if c.place.country != best.place.country]
    return not others or (not strictly and best.is_main and all(not c.is_main and c.population * 5 < best.population for c in others))


def _fit(candidate: Candidate, scene: PageScene, beside: str | None) -> float:
    """How well one place of a name fits the page."""
    country = candidate.place.country
    fit = log10(candidate.population + 10) + (0.8 if candidate.is_main else 0.0)
    if candidate.place.place_type == "region":
        fit += 4.5
    if beside == country:
        fit += 10
    if country in _OVERSEAS:
        fit -= 0.6
    if country in scene.home:
        # English is written everywhere, so it says little about where a page is from.
        if country == scene.variety:
            fit += 2.0
        else:
            fit += 0.3 if scene.language == "en" and country != scene.country else 1.2 if country == scene.home[0] else 0.8
    return fit + (1.2 if country in scene.met else 0.0)


def _size(candidate: Candidate, written: str) -> float:
    if candidate.place.place_type == "region":
        return 0.48
    people = candidate.population
    score = 0.48 if people >= 1_000_000 else 0.42 if people >= 100_000 else 0.3 if people >= 15_000 else 0.2 if people >= 3_000 else 0.08
    if not candidate.is_main:
        score -= 0.05 if people >= 200_000 else 0.15 if people >= 30_000 else 0.35
    return score - (0.25 if len(written) <= 3 else 0.0)


def _context(scene: PageScene, start: int, end: int, best: Candidate) -> float:
    """What the word before and the box around say."""
    before = word_before(scene.text, start)
    score = 0.0
    if before in scene.at or (before.lower() in scene.at and len(before) < 8):
        score += 0.4
    elif before.rstrip("'’") in scene.of or before in scene.of:
        score += 0.12
    if before.rstrip(".") in scene.titles or before.capitalize() in scene.titles or is_person(scene.text, start, scene.titles):
        score -= 0.9
    is_first_end = before.lower() in _FROM and _TO.match(scene.text, end) is not None
    if start in scene.seats or before in scene.connects or is_first_end:
        score += 0.3
    if end - start > 4 and scene.text.startswith(("'s ", "’s "), end):
        score += 0.08
    if _is_dateline(scene.text, start, end):
        score += _DATELINE
    if best.place.country in scene.home:
        score += 0.05 if scene.language == "en" else 0.1
    if best.place.country in scene.met:
        score += 0.08
    if any(scene.text.startswith(cue, end + 1) for cue in scene.hosting) or _is_picked(scene, start, end):
        score += 0.3
    if any(s <= start and end <= e for s, e in scene.cells):
        score += 0.2
        if scene.text[start - 1 : start] == "(" and scene.text[end : end + 1] in {")", ","}:
            score += 0.25
        elif any(s == start for s, _ in scene.cells) and scene.text[end : end + 1] == ":":
            score += 0.15
    return score


def _is_dateline(text: str, start: int, end: int) -> bool:
    """Whether a name at the start of a line is where a report was written: "CHAMBÉRY, 17 fév 2026 (AFP) -", "Berne, 22.01.2026 –"."""
    return (start == 0 or text[start - 1] == "\n") and _BEHIND_DATELINE.match(text, end) is not None


def _is_picked(scene: PageScene, start: int, end: int) -> bool:
    """Whether the words around say that something was chosen, and as a seat."""
    if not scene.picked:
        return False
    after, before = scene.text[end : end + 60].split(". ")[0], scene.text[max(0, start - 60) : start].split(". ")[-1]
    around = {*_WORDS.findall(before.lower()), *_WORDS.findall(after.lower())}
    return not scene.picked.isdisjoint(around) and not scene.seat.isdisjoint(around)


def _ordinary(scene: PageScene, word: Word, best: Candidate) -> float:
    """How much a single word looks like no name at all."""
    written = word.text
    score = 0.0
    if written in scene.ordinary:
        # In the middle of a sentence, after "in" and with nothing capitalised around it, even "Nice" is the town - but in German every noun has a capital.
        before = word_before(scene.text, word.start)
        noun_like = scene.language == "de" and not (
            before.lower() in {"in", "bei"}
            and (best.population >= 100_000 or best.place.place_type == "region")
            and best.place.country in scene.home
        )
        shown = not noun_like and not word.first and (before in scene.at or before.lower() in scene.at)
        score -= 0.2 if shown else 0.38
        if word.first and scene.text[word.end : word.end + 1] == ":":
            score -= 0.3  # a label
    elif written.lower() in scene.lower:
        score -= 0.3
    if best.population >= 100_000 and best.is_main and not word.first and len(written) > 4 and scene.language != "de":
        score += 0.1
    is_large_here = best.population >= 100_000 and best.place.country in scene.home
    if word.first and scene.language != "de" and not is_large_here:
        score -= 0.05
    if scene.language == "de" and re.search(r"(?:ung|heit|keit|schaft|tion|tät|nis|ismus|ment)(?:en|s)?\Z", written):
        score -= 0.4
    if written.isupper() and (len(written) <= 5 or not word.first) and not _is_dateline(scene.text, word.start, word.end):
        # An acronym, or a name written in capitals as projects are; towns are only at the head of a report ("BRUSSELS, 8 January").
        score -= 0.35
    return score


def _touching(scene: PageScene, all_words: Sequence[Word], at: int, end_at: int, *, is_told: bool) -> float:
    """What capitalised words right beside the name say: usually that it is part of a longer one."""
    first, score = all_words[at], 0.0
    soft = scene.language == "de"
    if at > 0 and first.gap == " " and all_words[at - 1].end not in scene.breaks and not is_told:
        before = all_words[at - 1].text
        if before in FIRST_NAMES or before in scene.titles:
            score -= 0.9
        elif before.lower() not in scene.at | scene.of and before not in scene.ordinary and not before.isupper():
            score -= 0.15 if soft else 0.4
    if first.text in FIRST_NAMES:
        score -= 0.4
    if end_at + 1 < len(all_words) and all_words[end_at + 1].gap in {" ", "-"}:
        after = all_words[end_at + 1].text
        if after not in scene.titles:
            score -= 0.2 if soft else 0.4
    return score


@lru_cache(maxsize=4096)
def _read_beside(written: str) -> str | None:
    return code_of(written) if len(written) == 2 and written.isupper() else read_country(written)


@lru_cache(maxsize=4096)
def _region_country(written: str) -> str | None:
    return next((c.place.country for c in candidates(fold(written)) if c.place.place_type == "region"), None)


def _country_beside(text: str, end: int) -> str | None:
    """The country in brackets or after a comma right behind a name."""
    found = _AFTER.match(text, end)
    if not found:
        return None
    if found[1]:
        return next((c for c in (_read_beside(p.strip()) for p in found[1].split(",")) if c), None)
    part = _SMALL_FIRST.sub("", found[2])
    for size in (3, 2, 1):
        written = " ".join(part.split()[:size])
        code = _read_beside(written) or _region_country(written)
        if code:
            return code
    return None


def _with_neighbours(text: str, spans: Sequence[PlaceSpan]) -> list[PlaceSpan]:
    """Raises places that stand in a list with surer ones ("Bologna, Kajaani and Bissen"), from either side."""
    result = list(spans)
    raised: set[int] = set()
    for order in (range(1, len(result)), range(len(result) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for number in order:
            span, other = result[number], result[number + step]
            gap = text[min(other.end, span.end) : max(other.start, span.start)]
            if number not in raised and other.confidence >= ACCEPTED and _is_list_gap(gap):
                raised.add(number)
                result[number] = span._replace(confidence=min(0.97, round(span.confidence + 0.35, 2)))
    return result


def _is_list_gap(gap: str) -> bool:
    return len(gap) <= 24 and "\n" not in gap and bool(_LIST_GAP.fullmatch(gap))
