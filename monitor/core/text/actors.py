"""Bodies known by what they do: "Siemens will supply", "led by Framatome", "der Konzern EDF", and names known the world over.

A name that does not tell what it is counts as an organisation where the sentence treats it as one: before a verb of building, supplying or signing, behind "by"
and such a verb, behind a noun for a company. What stands in one list with such a name is one too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.places import candidates
from monitor.core.text.countries import country_spans, read_country
from monitor.core.text.fold import fold
from monitor.core.text.names import bases, common_words
from monitor.core.text.proper import FIRST_NAMES, Word, word_before, words

KNOWN, DOUBTFUL, ACTING = 0.8, 0.7, 0.6
_MOST_WORDS = 5
_TOWN = 15_000  # people: from here on a lone name is more likely the town
_CITY = 100_000  # and by any of its names
# A stem of a verb that goes on like a noun is none: "Total investment", "the Siemens operation".
_NOUN_END = re.compile(r"(?:ments?|ions?|aisons?|ci[oó]n|ciones|zion[ei]|tur[ae]|cj[aeię]|ção|ções|ei)\Z")
_NOUN_END_GERMANIC = re.compile(r"(?:ments?|ions?|ers?|ors?|ing)\Z")
_NO_BODIES = frozenset({"Member State", "Member States", "EU-27", "Prime Minister", "State Secretary"})
LIST_GAP = re.compile(
    r",? (?:and|und|et|y|e|ed|i|oraz|en|sowie|or|oder|ou|o|of) (?:the |die |der |das |la |le |l['’]|el |il |a |o |de |het )?"
    r"|, (?:the |die |la |le |el |il |de |a |o )?"
)
_CASE_ENDINGS = {"pl": ("owi", "ami", "em", "ie", "a", "u", "y"), "de": ("s",), "nl": ("s",), "en": ()}
_ARTICLES = frozenset("The A An Die Der Das Den Dem La Le Les El Los Il Lo O Os As De Het Een".split())  # noqa: SIM905 - shorter than a list
_SMALL_ARTICLES = frozenset("the den dem der die das l la le el il lo o a de het".split())  # noqa: SIM905 - shorter than a list
_CONJUNCTIONS = frozenset("and und et y e ed i en oraz".split())  # noqa: SIM905 - shorter than a list
_PLURAL_OR_MASS = re.compile(r"(?:en|er|ern|ei|ung|heit|keit|ie|ik|ion|tät|schaft|ismus|nis)\Z")
_MODEL = re.compile(r"[A-Z]{1,4}-?\d+[a-zA-Z]?")  # "AP1000"
_FILE_NUMBER = re.compile(r" \d+/\d")  # "GSK 1289/22"
_ONE_WORD_NAME = re.compile(r"[A-ZÀ-Þ].*[A-ZÀ-Þ0-9&]|.*[a-z][A-Z]|.*\d")


class Actor(NamedTuple):
    """A name where it stands; `confidence` says how it was recognised."""

    start: int
    end: int
    confidence: float


class _Cues(NamedTuple):
    """The patterns of one language; None where it has no words for it."""

    acts: re.Pattern[str]  # behind a name
    told: re.Pattern[str]  # before one
    leads: frozenset[str]  # the words that `told` may end in


class _Run(NamedTuple):
    """Capitalised words that touch, as one name."""

    start: int
    end: int
    words: tuple[Word, ...]


@cache
def _names() -> Mapping[str, tuple[tuple[str, bool], ...]]:
    """Known names by their first word, longest first, each with whether it is nothing else."""
    table = tomllib.loads(files("monitor.core.places").joinpath("organisations.toml").read_text("utf-8"))
    found: dict[str, list[tuple[str, bool]]] = {}
    for section, groups in table.items():
        for name in (n for group in groups.values() for n in group):
            found.setdefault(re.split(r"[ '’]", name)[0], []).append((name, section == "sure"))
    return {first: tuple(sorted(names, key=lambda n: -len(n[0]))) for first, names in found.items()}


@lru_cache(maxsize=32)
def _cues(lexicon: Lexicon) -> _Cues | None:
    section = lexicon.section("names").get("acts")
    if not section:
        return None

    acts = verb_behind(section.get("verbs", ()), lexicon)
    by, deals, to = (_either(section.get(key, ())) for key in ("by", "deals", "to"))
    article = r"(?:the |den |dem |der |die |l['’]|la |le |el |il |o |a |de |het |[\"“„«] ?){0,2}"
    verb = rf"(?:{_either(section.get('verbs', ()))})\w{{0,9}}"
    told = re.compile(
        rf"(?<!\w)(?:(?:{_either(section.get('nouns', ()))}) [\"“„«]?|(?:ge|wy|z|u|ver|be|er|mis)?{verb} (?:[\w-]+ )?(?:{by}) ?['’]?{article}"
        rf"|(?:{deals}) (?:[\w-]+ ){{0,2}}(?:{to}) {article})\Z",
    )
    leads = {w for key in ("nouns", "by", "to") for w in section.get(key, ())} | _SMALL_ARTICLES
    return _Cues(acts, told, frozenset(leads))


def verb_behind(stems: Sequence[str], lexicon: Lexicon) -> re.Pattern[str]:
    """What matches right behind a name where one of these verbs follows it, with the words that may stand between."""
    helpers = _either(lexicon.section("names")["acts"].get("helpers", ()))
    return re.compile(rf"(?: \([A-Z]\w{{1,9}}\))?,? (?:(?:{helpers}) ?){{0,3}}(?:{_either(stems)})\w{{0,12}}(?!\w)")


def _either(forms: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(forms, key=len, reverse=True))


@cache
def _doubtful_names() -> frozenset[str]:
    return frozenset(name for names in _names().values() for name, is_sure in names if not is_sure)


def is_doubtful_name(word: str) -> bool:
    """Whether a word is a known name that is also something else."""
    return word in _doubtful_names()


@lru_cache(maxsize=16)
def acting_spans(text: str, lexicon: Lexicon) -> tuple[Actor, ...]:
    """Known and acting bodies of a text in order."""
    all_words = words(text)
    if not all_words:
        return ()
    found = dict(_known(text, all_words, lexicon))
    ends = dict(found.keys())
    cues = _cues(lexicon)
    if cues is None:
        return tuple(Actor(s, e, c) for (s, e), c in sorted(found.items()) if c == KNOWN)
    section = lexicon.section("names")
    leads = _Leads(frozenset(section["acts"].get("nouns", ())), frozenset(w for key in ("at", "of", "small") for w in section.get(key, ())))
    runs = [
        _Run(r[0].start, r[-1].end, r)
        for r in (_without_lead(r.words, leads) if (r.start, r.end) not in found else r.words for r in _runs(all_words, found))
        if r
    ]
    runs = [_Run(r.start, max(r.end, ends.get(r.start, 0)), r.words) for r in runs]
    sure = {(r.start, r.end): _strength(text, r, found, cues, lexicon) for r in runs}
    _spread(text, runs, sure, found, lexicon)
    sure |= {(m.start(), m.end()): KNOWN for name, word in _small_names().items() if name in text for m in word.finditer(text)}
    return tuple(Actor(s, e, c) for (s, e), c in sorted(sure.items()) if c)


@cache
def _small_names() -> Mapping[str, re.Pattern[str]]:
    """Known names that begin with a small letter ("imec", "dpa"), each with what finds it as a word."""
    small = (name for names in _names().values() for name, _ in names if name[0].islower())
    return {name: re.compile(rf"(?<![\w.@/-]){re.escape(name)}(?![\w@/-]|\.\w)") for name in small}


def _known(text: str, all_words: Sequence[Word], lexicon: Lexicon) -> Iterator[tuple[tuple[int, int], float]]:
    """Names of the shipped list, as (start, end) with how sure their form alone makes them."""
    names = _names()
    reach = 0
    for word in all_words:
        if word.start < reach:
            continue
        for name, is_sure in names.get(word.text, ()) or _inflected(word.text, lexicon):
            end = word.start + len(name)
            if text.startswith(name, word.start) or (len(name) < len(word.text) and word.text.startswith(name)):
                end = max(end, word.end) if " " not in name else end
                if not text[end : end + 1].isalnum() and not _FILE_NUMBER.match(text, end):
                    reach = end
                    yield (word.start, end), KNOWN if is_sure else DOUBTFUL
                    break


def _inflected(word: str, lexicon: Lexicon) -> tuple[tuple[str, bool], ...]:
    for ending in _CASE_ENDINGS.get(lexicon.code, ()):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and base in _names():
            return tuple(n for n in _names()[base] if n[0] == base)
    return ()


def _runs(all_words: Sequence[Word], known: Mapping[tuple[int, int], float]) -> Iterator[_Run]:
    """Known names, and between them the runs of capitalised words."""
    ends = dict(known.keys())
    run: list[Word] = []
    reach = 0
    for word in (*all_words, None):
        if word is not None and word.start < reach:
            continue
        known_end = ends.get(word.start) if word is not None else None
        if run and (word is None or known_end or word.gap not in {" ", " & "}):
            yield _Run(run[0].start, run[-1].end, tuple(run))
            run = []
        if word is not None and known_end:
            reach = known_end
            yield _Run(word.start, known_end, (word,))
        elif word is not None:
            run.append(word)


class _Leads(NamedTuple):
    """Words that stand before a name in one run of capitals."""

    nouns: frozenset[str]
    small: frozenset[str]  # prepositions and articles, in small letters


def _without_lead(run: Sequence[Word], leads: _Leads) -> tuple[Word, ...]:
    """The words of a run without what leads it in: "Der Hersteller X", "Spółka X", "L'entreprise X", "À Grenoble"."""
    first = 0
    while first < len(run) and (
        (run[first].first and (run[first].text in _ARTICLES or run[first].text.lower() in leads.small))
        or run[first].text in leads.nouns
        or run[first].text.lower() in leads.nouns
        or _elided(run[first].text)
    ):
        first += 1
    return tuple(run[first:])


def _elided(written: str) -> bool:
    """Whether only the article of a word has a capital: "L'entreprise"."""
    return written[1:2] in {"'", "’"} and written[2:3].islower()


def _strength(text: str, run: _Run, known: Mapping[tuple[int, int], float], cues: _Cues, lexicon: Lexicon) -> float:
    """How sure a run is a body by itself and the words around it; 0 when nothing says so."""
    at_hand = known.get((run.start, run.end), 0.0)
    if at_hand == KNOWN:
        return KNOWN
    if text[run.start - 1 : run.start] == "(" and text[run.end : run.end + 1] == ")":
        return 0.0  # the short form of the name before it
    if len(run.words) > _MOST_WORDS or run.end - run.start < 2:
        return 0.0
    before = word_before(text, run.start)
    told = before.rstrip("'’") in cues.leads and bool(cues.told.search(text, max(0, run.start - 60), run.start))
    acts = not told and is_verb(cues.acts.match(text, run.end), lexicon) and not _is_where(run, before, lexicon, known=bool(at_hand))
    if not (told or acts) or (not at_hand and not _may_be(run, lexicon)):
        return 0.0
    return at_hand or (ACTING if _is_name(run, lexicon, told=told) else 0.0)


def is_verb(verb: re.Match[str] | None, lexicon: Lexicon) -> bool:
    """Whether what follows a name is a verb, and not a noun of the same stem."""
    if verb is None:
        return False
    written = verb[0]
    if lexicon.code in {"en", "nl"} and not (lexicon.code == "en" and written.endswith("ing") and len(written.split()) > 1):
        return not _NOUN_END_GERMANIC.search(written)
    return not _NOUN_END.search(written)


def _is_where(run: _Run, before: str, lexicon: Lexicon, *, known: bool) -> bool:
    """Whether a preposition of place or the middle of a longer name stands before a run: "in Vallès", "Cerdanyola del Vallès"."""
    section = lexicon.section("names")
    gap = (run.words[0].gap or "").strip()
    if gap and gap in section.get("small", ()) and not known and gap not in _CONJUNCTIONS:
        return True
    return before in section.get("at", ()) and not (before == "a" and lexicon.code == "pt")


def may_be_body(word: Word, lexicon: Lexicon) -> bool:
    """Whether a word alone is no person, country, large town or everyday word."""
    return _may_be(_Run(word.start, word.end, (word,)), lexicon)


def _may_be(run: _Run, lexicon: Lexicon) -> bool:
    """Whether a run is no person, country, large town or everyday word."""
    section = lexicon.section("names")
    first = run.words[0].text
    written = " ".join(w.text for w in run.words)
    if (
        written in _NO_BODIES
        or first in FIRST_NAMES
        or first in section.get("titles", ())
        or read_country(written)
        or (len(run.words) < 3 and _is_country_word(run.words[-1].text, lexicon))
    ):
        return False
    if len(run.words) == 1 and (
        _MODEL.fullmatch(first) or first in section.get("not_places", ()) or fold(first) in common_words() or len(first) < 2
    ):
        return False
    key = fold(written)
    names = bases(key) if lexicon.code in _CASE_ENDINGS and lexicon.code not in {"en", "nl"} and len(run.words) == 1 else (key,)
    return not any(
        c.place.place_type == "region" or (c.is_main and c.population >= _TOWN) or c.population >= _CITY
        for name in names
        for c in candidates(name)
    )


@lru_cache(maxsize=4096)
def _is_country_word(word: str, lexicon: Lexicon) -> bool:
    """Whether a word is a country or an adjective of one."""
    return bool(read_country(word)) or bool(country_spans(word, lexicon, lexicon.code))


def _is_name(run: _Run, lexicon: Lexicon, *, told: bool) -> bool:
    """Whether the words themselves may be a name: a lone word that begins a sentence must look like one."""
    word = run.words[0]
    if len(run.words) > 1:
        return lexicon.code != "de" or told or any(w.gap == " & " for w in run.words[1:])
    if lexicon.code == "de":
        return bool(_ONE_WORD_NAME.match(word.text)) or (not _PLURAL_OR_MASS.search(word.text) and (told or word.first))
    return not word.first or bool(_ONE_WORD_NAME.match(word.text))


def _spread(
    text: str, runs: Sequence[_Run], sure: dict[tuple[int, int], float], known: Mapping[tuple[int, int], float], lexicon: Lexicon
) -> None:
    """Names in one list with a body are bodies: forwards, then backwards."""
    for step in (1, -1):
        order = range(len(runs) - 1) if step > 0 else range(len(runs) - 1, 0, -1)
        for at in order:
            run, other = runs[at], runs[at + step]
            left, right = (run, other) if step > 0 else (other, run)
            key = (other.start, other.end)
            if sure[run.start, run.end] and not sure[key] and LIST_GAP.fullmatch(text[left.end : right.start]):
                may = key in known or (len(other.words) <= _MOST_WORDS and _may_be(other, lexicon) and _may_be_listed(other, lexicon))
                sure[key] = (known.get(key) or ACTING - 0.05) if may else 0.0


def _may_be_listed(run: _Run, lexicon: Lexicon) -> bool:
    """Whether a run beside a body may be one: a lone word that begins the sentence must not look like a plural ("Engineers and Siemens")."""
    if lexicon.code == "de" and len(run.words) > 1:
        return False
    word = run.words[0]
    if len(run.words) == 1 and word.first:
        return not _PLURAL_OR_MASS.search(word.text) and not word.text.endswith("s")
    return _is_name(run, lexicon, told=True)
