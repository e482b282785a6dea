"""Organisations by the form of their names: "University of X", "Institut für Y", "Z GmbH", "Barcelona Supercomputing Centre (BSC)",
and by the names a programme knows.

A name is grown around a head word ("University", "Ministerium") or a legal form ("S.p.A.", "AB") over capitalised words and the small words of its language; in
Romance languages also over the adjectives that follow a head ("Commission européenne"). An acronym in brackets proves the words before it to be a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from monitor.core import lang
from monitor.core.lang import Lexicon
from monitor.core.model import Setting
from monitor.core.places import candidates
from monitor.core.text.acronyms import acronym_bodies, spelled_out_spans
from monitor.core.text.actors import KNOWN, acting_spans
from monitor.core.text.countries import read_country
from monitor.core.text.fold import fold
from monitor.core.text.legalforms import LEGAL, company_at, tail_end, with_legal_form
from monitor.core.text.names import common_words, find_names
from monitor.core.text.nametails import small_tail
from monitor.core.text.proper import FIRST_NAMES, Word, words

LONGEST = 300  # characters of a name
_MOST_WORDS = 9
_BY_ACRONYM = 0.65  # how sure a name is that only its acronym proves: it may be a programme's
# Ideas of [names.words] whose words make the name of an organisation.
HEADS = frozenset(
    """
    university institute ministry agency commission centre foundation council authority academy laboratory hospital bank company association office school
    observatory committee parliament court service consortium undertaking trust museum organisation network
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
# Heads that are everyday words: they need a second word that is no mere adjective of the sentence.
_WEAK = frozenset(
    """
    company service trust network centre office association council committee bank school
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
_SITE_OR_PROJECT = frozenset(
    """
    factory plant reactor site station telescope facility datacentre campus hub park antenna spaceport project
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
# Ideas whose words are always or, in the middle of a sentence, mostly the head of a name when they have a capital.
_ALWAYS_NAMES = frozenset({"ministry", "undertaking"})
_MOSTLY_NAMES = frozenset({"agency", "authority", "institute", "academy", "observatory", "office", "foundation"})
# Polish names that end in their seat: "Wojewódzki Sąd Administracyjny w Warszawie".
_SEATED = ("Sąd", "Uniwersyte")
_AND_THE = re.compile(r"(?<!\w)(?:and|und|et|y|e|i|en) (?:the|der|die|das|den|dem|le|la|les|el|los|las|il|lo|gli|het|o|a|os|as|l['’]) ?\Z")
# A lone preposition of place before a capitalised word says where, not what: "the Institute in Paris".
_WHERE = frozenset("in at to by a on en em w te bij per à al dans sur an im bei".split())  # noqa: SIM905 - shorter than a list
_WHERE_GERMANIC = frozenset({"in", "im", "an", "am", "bei", "beim", "op", "aan", "bij"})
# Behind these a German or Dutch adjective may stand in a name: "Gesellschaft für wissenschaftliche Datenverarbeitung".
_GERMANIC_TIES = frozenset({"für", "der", "des", "und", "von", "zur", "voor", "van", "en", "de", "het"})
_GERMANIC_ADJECTIVE = re.compile(r"[a-zäöüßéë]{4,}(?:e|en|er)")
_LANDS = frozenset({"England", "Scotland", "Wales", "Europe", "Africa", "Asia", "America", "Flanders", "Catalonia"})
_NO_NAME_GAP = frozenset(',;:()[]"“”„«»|/•–.')
_ROMAN = re.compile(r"[IVX]+|[A-Z]")
_OPENERS = frozenset(
    """
    The Das Der Die Den Dem Des Im Am Le La Les Il Lo L' El Los Las O A Os As De Het Een Ein Eine An Un Une Una Uma In At By For From With And Und Et Y E
    I Both This That Our Its Their Alla Al All Allo Agli Alle Dalla Dal Della Del Dell Nella Nel Sulla Sul Dello Degli Delle Dei Aux Au Du Sur Dans Pour
    Par Selon Según Secondo Segundo Volgens Laut Według Ao À Às Aos Na No Nas Nos Da Do Das Dos Pela Pelo Para Por Con Com Avec Mit Van Voor Met Bij Door
    Aan Naar Uit Op Te Bei Zum Zur Vom Beim Nach Aus Auf Für Durch W We Z Ze Od Dla Przez Po
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
# Conjunctions of the eight languages: what follows may be another name.
_AND = re.compile(r"(?<!\w)(?:and|und|et|y|e|ed|i|oraz|en|&)(?!\w)")
_CONJUNCTIONS = {
    "en": {"and"},
    "de": {"und"},
    "fr": {"et"},
    "es": {"y", "e"},
    "it": {"e", "ed"},
    "pl": {"i", "oraz"},
    "pt": {"e"},
    "nl": {"en"},
}
_OWNER = re.compile(r"([^'’]{3,30})['’]s? ")
_POLISH_ADJECTIVE_END = re.compile(r"(?:[yiaeą]|ej|ego|emu|[iy]mi?|[iy]ch)\Z")
_ADJECTIVE_END = re.compile(r"(?:e|en|er|es|em|s|isch|aal|lijk)\Z")


class OrganisationSpan(NamedTuple):
    """An organisation where it stands in a text; `name` is the slice as written."""

    start: int
    end: int
    name: str
    confidence: float


@lru_cache(maxsize=32)
def _heads(lexicon: Lexicon) -> Mapping[str, str]:
    """Head words of the language and of English with their ideas; compound endings keep their leading hyphen."""
    found: dict[str, str] = {}
    for source in dict.fromkeys((lexicon, lang.load("en"))):
        for idea, forms in source.section("names").get("words", {}).items():
            if idea in HEADS:
                for form in forms:
                    found.setdefault(form, idea)
    return found


@cache
def _own_heads(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(form for idea, forms in lexicon.section("names").get("words", {}).items() if idea in HEADS for form in forms)


@lru_cache(maxsize=32)
def _endings(lexicon: Lexicon) -> tuple[str, ...]:
    return tuple(h[1:] for h in _heads(lexicon) if h.startswith("-"))


@lru_cache(maxsize=32)
def _connectors(lexicon: Lexicon) -> frozenset[str]:
    """What may stand between two capitalised words of one name: one to three small words."""
    small = [w for w in lexicon.section("names").get("small", ()) if w.islower() or w == "&"]
    if lexicon.code != "en":
        small.append("of")
    return frozenset(small)


@cache
def _adjectives(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(lexicon.section("names").get("adjectives", ()))


@lru_cache(maxsize=16384)
def head_idea(word: str, lexicon: Lexicon) -> str | None:
    """The idea a capitalised word stands for as the head of an organisation's name; None when it is no head."""
    heads = _heads(lexicon)
    if word.islower():
        word = word.capitalize()
    if word in heads:
        return heads[word]
    if word.isupper() and word.capitalize() in heads and len(word) > 4:
        return heads[word.capitalize()]
    lower = word.lower()
    for ending in _endings(lexicon):
        if lower.endswith(ending) and len(lower) > len(ending) + 2:
            return heads["-" + ending]
    return None


@lru_cache(maxsize=16)
def organisation_spans(text: str, lexicon: Lexicon, setting: Setting) -> tuple[OrganisationSpan, ...]:
    """The organisations of a text in order, none overlapping another; longer and surer ones first where they compete."""
    acting = [OrganisationSpan(a.start, a.end, text[a.start : a.end], a.confidence) for a in acting_spans(text, lexicon)]
    by_form = _by_form(text, lexicon, {a.start: a.confidence for a in acting})
    kept = _apart(text, [*_known(text, setting), *by_form, *_by_acronym(text), *acting])
    acronyms = acronym_bodies(text, lexicon, [(s.start, s.end) for s in kept if s.confidence > _BY_ACRONYM])
    if not acronyms:
        return tuple(kept)
    return tuple(_apart(text, [*kept, *(OrganisationSpan(a.start, a.end, text[a.start : a.end], a.confidence) for a in acronyms)]))


def _apart(text: str, found: Sequence[OrganisationSpan]) -> list[OrganisationSpan]:
    """Those that overlap no longer or surer one, in order."""
    taken = bytearray(len(text))
    kept: list[OrganisationSpan] = []
    for span in sorted(found, key=lambda s: (-(s.end - s.start), -s.confidence)):
        if 1 not in taken[span.start : span.end]:
            taken[span.start : span.end] = b"\x01" * (span.end - span.start)
            kept.append(span)
    return sorted(kept)


def _known(text: str, setting: Setting) -> list[OrganisationSpan]:
    names = tuple(n for n in setting.names if n.kind in {"host", "organisation", "participant"})
    return [OrganisationSpan(s.start, s.end, text[s.start : s.end], 0.95) for s in find_names(text, names)]


# ---------------------------------------------------------------------------------------------------------------------------- form


def _by_form(text: str, lexicon: Lexicon, acting: Mapping[int, float]) -> list[OrganisationSpan]:
    """Names around a head or before a legal form; `acting` are the starts of names that stand for themselves, with how sure they are."""
    found: list[OrganisationSpan] = []
    capitalised = _with_small_heads(text, words(text), lexicon)
    themes = _national()
    skip_to = 0
    for at, word in enumerate(capitalised):
        if word.start < skip_to:
            continue
        span = (
            _at_head(text, capitalised, at, lexicon, acting)
            or (_at_legal_form(text, capitalised, at, lexicon) if word.text in LEGAL or tail_end(text, word.end) else None)
            or (_before_country(text, capitalised, at, lexicon) if word.text in themes else None)
        )
        if span is not None and span.end - span.start <= LONGEST:
            found.append(span)
            skip_to = span.end
    return found


def _at_legal_form(text: str, all_words: Sequence[Word], at: int, lexicon: Lexicon) -> OrganisationSpan | None:
    company = company_at(text, all_words, at, _OPENERS, lexicon)
    return OrganisationSpan(*company, text[slice(*company)], 0.9) if company else None


@cache
def _national() -> frozenset[str]:
    return frozenset(lang.load("en").section("names")["national"])


def _before_country(text: str, all_words: Sequence[Word], at: int, lexicon: Lexicon) -> OrganisationSpan | None:
    """An English name of themes and a country, and nothing more: "Transport Infrastructure Ireland"."""
    last = at + 1
    while last < len(all_words) and all_words[last].gap == " " and all_words[last].text in _national():
        last += 1
    if last >= len(all_words) or all_words[last].gap != " " or (last + 1 < len(all_words) and all_words[last + 1].gap == " "):
        return None
    name = all_words[last]
    if name.text not in _LANDS and not (read_country(name.text) and len(name.text) > 3):
        return None
    start = all_words[_grow_left(all_words, at, lexicon)].start
    return OrganisationSpan(start, name.end, text[start : name.end], 0.75)


@lru_cache(maxsize=32)
def _small_heads(lexicon: Lexicon) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"{re.escape(head)}(?!\w)") for head in lexicon.section("names").get("small_heads", ()))


def _with_small_heads(text: str, capitalised: Sequence[Word], lexicon: Lexicon) -> Sequence[Word]:
    """The capitalised words and the heads that the language writes small, in order, each with what stands before it."""
    found = (match for head in _small_heads(lexicon) for match in head.finditer(text))
    small = [Word(m.start(), m.end(), m[0], None, False) for m in found if not text[m.start() - 1 : m.start()].isalnum()]
    if not small:
        return capitalised
    starts = {word.start for word in small}
    merged = sorted((*capitalised, *small))
    behind = [w._replace(gap=_gap(text, before.end, w.start)) if before.start in starts else w for before, w in pairwise(merged)]
    return [merged[0], *behind]


def _gap(text: str, start: int, end: int) -> str | None:
    gap = text[start:end] if end - start <= 60 else "\n"
    return None if "\n" in gap else gap


def _at_head(text: str, all_words: Sequence[Word], at: int, lexicon: Lexicon, acting: Mapping[int, float]) -> OrganisationSpan | None:
    word = all_words[at]
    idea = head_idea(word.text, lexicon) or (_head_of_two(all_words, at, lexicon) if word.gap == " " else None)
    if idea is None or (idea == "company" and word.start not in acting and at + 1 < len(all_words) and all_words[at + 1].start in acting):
        return None  # "the group EDF" is EDF
    is_name = idea in _ALWAYS_NAMES or (idea in _MOSTLY_NAMES and not word.first)
    first, last = _grow_left(all_words, at, lexicon), _grow_right(text, all_words, at, lexicon, acting, is_name=is_name)
    end = all_words[last].end
    if last == at or _follows_head(text, all_words, at):
        end = small_tail(text, end, lexicon, is_name=is_name and last == at).end
    start = _without_country(text, all_words[first].start, word.start)
    if _is_genitive_country(text, all_words[last], lexicon) and last == at + 1:
        last, end = at, word.end
    if last == at + 1 and _ROMAN.fullmatch(all_words[last].text) and all_words[last].gap == " ":
        return None  # "Section II"
    more = last > at or ((first < at or end > word.end) and not word.text.islower())
    is_compound = word.text not in _heads(lexicon)
    if (
        idea in _WEAK
        and lexicon.code == "de"
        and first == at < last
        and re.match(r" (?:der|des|von|vom|den|dem|in|am|im) ", text[word.end :][:6])
    ):
        return None
    if not more and not (is_compound and len(word.text) > 14 and (idea not in _WEAK or "-" in word.text)):
        return None
    if idea in _WEAK and end == word.end and first == at and not is_compound:
        return None
    end = with_legal_form(text, all_words[last], end)
    return OrganisationSpan(start, end, text[start:end], 0.9 if idea not in _WEAK else 0.8)


@cache
def _second_words(lexicon: Lexicon) -> frozenset[str]:
    """The last words of heads that are two words."""
    return frozenset(head.split()[1] for head in _heads(lexicon) if head.count(" ") == 1)


def _head_of_two(all_words: Sequence[Word], at: int, lexicon: Lexicon) -> str | None:
    """The idea of a head that a word ends: "Gemeinsame Unternehmen"."""
    word = all_words[at]
    is_second = at > 0 and word.text in _second_words(lexicon)
    return _heads(lexicon).get(f"{all_words[at - 1].text} {word.text}") if is_second else None


def _follows_head(text: str, all_words: Sequence[Word], at: int) -> bool:
    return at + 1 >= len(all_words) or (all_words[at + 1].gap or "\n").strip() != ""


def _grow_left(all_words: Sequence[Word], at: int, lexicon: Lexicon) -> int:
    """The first word of the name whose head is at `at`: capitalised words right before it, without articles and what merely begins the sentence."""
    first = at
    is_own = all_words[at].text in _own_heads(lexicon) or all_words[at].text not in _heads(lexicon)
    while (
        first > 0
        and at - first < 5
        and all_words[first].gap in {" ", "'s ", "’s "}
        and not _stops(all_words[first - 1], lexicon, is_own=is_own)
    ):
        first -= 1
    return first


def _stops(word: Word, lexicon: Lexicon, *, is_own: bool) -> bool:
    """Whether a capitalised word cannot be part of a name that has its head further right; `is_own` is false for an English head in another language."""
    if word.text in _OPENERS or word.text in lexicon.section("names").get("titles", ()):
        return True
    if lexicon.code in {"de", "nl"}:
        return is_own and not (_ADJECTIVE_END.search(word.text) or "-" in word.text or word.text.isupper() or word.text in FIRST_NAMES)
    if lexicon.code == "pl" and word.first:
        return not (_POLISH_ADJECTIVE_END.search(word.text) or word.text.isupper())
    return lexicon.code in {"fr", "es", "it", "pt"} and word.first and not word.text.isupper() and len(word.text) < 4


def _grow_right(text: str, all_words: Sequence[Word], at: int, lexicon: Lexicon, acting: Mapping[int, float], *, is_name: bool) -> int:
    """The last word of the name whose head is at `at`; `is_name` says that the head alone lets any noun follow."""
    last = at
    is_seated = lexicon.code == "pl" and all_words[at].text.startswith(_SEATED)
    while last + 1 < len(all_words) and last - at < _MOST_WORDS and all_words[last].text not in LEGAL:
        following = all_words[last + 1]
        if not (
            _joins(following, _at_its_head(all_words, at, last, lexicon), lexicon, at_head=last == at)
            or _is_bridged(text, all_words, last, lexicon, is_name=is_name and last == at)
            or (is_name and last > at and _in_subject_list(all_words, last + 1, lexicon, acting))
            or (is_seated and following.gap in {" w ", " we "})
        ):
            break
        if _AND.search(following.gap or "") and _ends_before_and(all_words, at, last, lexicon, acting):
            break
        last += 1
    return last


def _ends_before_and(all_words: Sequence[Word], at: int, last: int, lexicon: Lexicon, acting: Mapping[int, float]) -> bool:
    """Whether what follows "and" is another name; offices have several subjects ("Department for Energy Security and Net Zero")."""
    following = all_words[last + 1]
    if last == at or _next_has_article(all_words, at, last, lexicon):
        return True
    if head_idea(all_words[at].text, lexicon) == "ministry":
        return acting.get(following.start, 0.0) >= KNOWN or head_idea(following.text, lexicon) not in {None, "company"}
    return following.start in acting or _begins_another(all_words, last + 1, lexicon)


def _is_bridged(text: str, all_words: Sequence[Word], last: int, lexicon: Lexicon, *, is_name: bool) -> bool:
    """Whether nouns in small letters lead on to the next capitalised word: "Conseil national de recherches du Canada"."""
    following = all_words[last + 1]
    if not (following.gap or "").strip():
        return False
    tail = small_tail(text, all_words[last].end, lexicon, is_name=is_name)
    parts = text[tail.end : tail.open_end].split()
    return text[tail.open_end : following.start] in {"", " "} and bool(parts) and parts[-1] not in _WHERE


def _in_subject_list(all_words: Sequence[Word], at: int, lexicon: Lexicon, acting: Mapping[int, float]) -> bool:
    """Whether a comma stands between the subjects of one office, the last of them behind "and": "Ministério da Ciência, Tecnologia e Inovação"."""
    if not (all_words[at].gap or "").startswith(", "):
        return False
    for word in all_words[at : at + 6]:
        gap = word.gap or "\n"
        parts = gap.split()
        if word.start != all_words[at].start and parts and parts[0] in _CONJUNCTIONS.get(lexicon.code, ()):
            return True
        small = gap.removeprefix(", ").replace("'", " ").replace("’", " ").split()
        if (gap.strip() and not gap.startswith(", ")) or any(s not in _connectors(lexicon) or s in _WHERE for s in small):
            return False
        if word.start in acting or read_country(word.text) or head_idea(word.text, lexicon):
            return False
    return False


def _next_has_article(all_words: Sequence[Word], at: int, last: int, lexicon: Lexicon) -> bool:
    """Whether "and the" follows a name that has no article itself: "Agenzia Spaziale Italiana e la NASA", but "Fundação para a Ciência e a Tecnologia"."""
    gap = all_words[last + 1].gap or ""
    plain = all(not (w.gap or "").strip() for w in all_words[at + 1 : last + 1])
    return plain and (bool(_AND_THE.search(gap)) or (lexicon.code == "nl" and " en de " in gap))


def _at_its_head(all_words: Sequence[Word], at: int, last: int, lexicon: Lexicon) -> bool:
    """Whether only the head and its adjectives stand there yet, so that an article may begin the name proper ("Hospital Universitario La Paz")."""
    return lexicon.code in {"es", "pt", "it", "fr"} and all(w.text.lower() in _adjectives(lexicon) for w in all_words[at + 1 : last + 1])


def _without_country(text: str, start: int, head: int) -> int:
    """The start of a name without the country it is said to be of: "New Zealand's Ministry of Health"."""
    owner = _OWNER.match(text[start:head])
    if not owner:
        return start
    large = any(c.is_main and (c.place.place_type == "region" or c.population >= 100_000) for c in candidates(fold(owner[1])))
    return start + owner.end() if large or read_country(owner[1]) else start


def _is_genitive_country(text: str, word: Word, lexicon: Lexicon) -> bool:
    return (
        lexicon.code == "de"
        and word.gap == " "
        and word.text.endswith("s")
        and not read_country(word.text)
        and bool(read_country(word.text[:-1]))
    )


def _begins_another(all_words: Sequence[Word], at: int, lexicon: Lexicon) -> bool:
    """Whether the words after a conjunction are a name of their own: a head or a legal form stands among them."""
    for word in all_words[at : at + 5]:
        if word.start != all_words[at].start and word.gap not in {" ", "-"}:
            return False
        if head_idea(word.text, lexicon) or word.text in LEGAL:
            return True
    return False


def _joins(word: Word, after_head: bool, lexicon: Lexicon, *, at_head: bool) -> bool:
    """Whether the gap before a capitalised word lets a name go on: a blank, small words, or adjectives and small words."""
    gap = word.gap
    if gap is None or (word.text in _OPENERS and gap == " " and not after_head) or len(gap) > 45:
        return False
    if gap in {" ", "-"}:
        return True
    if not gap.strip() or gap[0] not in " -" or not _NO_NAME_GAP.isdisjoint(gap):
        return False
    parts = gap.replace("'", "' ").replace("’", "' ").split()
    connectors, adjectives = _connectors(lexicon), _adjectives(lexicon)
    if lexicon.code in {"de", "nl"}:
        if not _is_germanic_tie(parts, at_head=at_head):
            return False
        parts = [p for before, p in pairwise(("", *parts)) if before not in _GERMANIC_TIES or not _GERMANIC_ADJECTIVE.fullmatch(p)]
    if all(p.rstrip("'") in connectors or p in adjectives for p in parts) and len(parts) <= 5:
        return len(parts) > 1 or parts[0] not in _WHERE or (parts[0] == "en" and lexicon.code == "nl")
    return False


def _is_germanic_tie(parts: Sequence[str], *, at_head: bool) -> bool:
    """Whether small German or Dutch words go on with a name: no article that begins the next phrase, no place where the body is."""
    if parts[0] in _WHERE_GERMANIC and len(parts) > 1:
        return False
    return parts[0] not in {"die", "das", "den", "dem", "het"} and (at_head or parts not in (["der"], ["de"]))


def _by_acronym(text: str) -> Iterator[OrganisationSpan]:
    """Bodies among the names an acronym proves; names of sites and projects are none."""
    for start, end in spelled_out_spans(text):
        name = text[start:end]
        ideas = {common_words().get(fold(w)) for w in name.split()}
        if not ideas & _SITE_OR_PROJECT:
            yield OrganisationSpan(start, end, name, 0.9 if ideas & HEADS else _BY_ACRONYM)
