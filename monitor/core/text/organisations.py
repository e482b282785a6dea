"""Organisations by the form of their names: "University of X", "Institut für Y", "Z GmbH", "Barcelona Supercomputing Centre (BSC)",
and by the names a programme knows.

A name is grown around a head word ("University", "Ministerium") or a legal form ("S.p.A.", "AB") over capitalised words and the small words of its language; in
Romance languages also over the adjectives that follow a head ("Commission européenne"). An acronym in brackets proves the words before it to be a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from monitor.core import lang
from monitor.core.lang import Lexicon
from monitor.core.model import Setting
from monitor.core.places import candidates
from monitor.core.text.acronyms import spelled_out_spans
from monitor.core.text.actors import acting_spans
from monitor.core.text.countries import read_country
from monitor.core.text.fold import fold
from monitor.core.text.names import common_words, find_names
from monitor.core.text.proper import Word, words

LONGEST = 300  # characters of a name
_MOST_WORDS = 9
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
_AND_THE = re.compile(r"(?<!\w)(?:and|und|et|y|e|i|en) (?:the|der|die|das|den|dem|le|la|les|el|los|las|il|lo|gli|het|o|a|os|as|l['’]) ?\Z")
# A lone preposition of place before a capitalised word says where, not what: "the Institute in Paris".
_WHERE = frozenset("in at to by a on en em w te bij per à al dans sur an im bei".split())  # noqa: SIM905 - shorter than a list
_LEGAL = frozenset(
    """
    GmbH AG SE KG KGaA mbH eV S.p.A SpA S.r.l Srl S.A SA SAS SARL Ltd Limited Inc Corp LLC LLP PLC Plc NV N.V BV B.V Oy Oyj AB ASA AS A/S ApS S.L SL Lda
    Ltda SIA UAB OÜ Kft Zrt Nyrt SpA ASBL VZW
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
_LEGAL_TAIL = re.compile(
    r",? (?:a\.s\.|s\.r\.o\.|sp\. z o\.o\.|sp\. z o\. o\.|plc|mbH|e\.V\.|e\. V\.|d\.o\.o\.|d\.d\.|p\.l\.c\.)(?!\w)|(?<=\w)/S\b"
)
_OPENERS = frozenset(
    """
    The Das Der Die Den Dem Des Im Am Le La Les Il Lo L' El Los Las O A Os As De Het Een Ein Eine An Un Une Una Uma In At By For From With And Und Et Y E
    I Both This That Our Its Their
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
# Conjunctions of the eight languages: what follows may be another name.
_AND = re.compile(r"(?<!\w)(?:and|und|et|y|e|ed|i|oraz|en|&)(?!\w)")
_OWNER = re.compile(r"([^'’]{3,30})['’]s? ")
_ADJECTIVE_END = re.compile(r"(?:e|en|er|es|em|s)\Z")
# Bodies known by acronym the world over; everything else must be spelled out once or be known to the programme.
_WELL_KNOWN = frozenset(
    """
    NASA ESA CERN JAXA ISRO ESO SKAO EIB EBRD NATO UNESCO WHO OECD IAEA DARPA NOAA NSF ESRF ECMWF EMBL CNES DLR ASI CNRS INRIA CEA CNR INFN CSIC TSMC
    CINECA GENCI GRNET SURF Rijkswaterstaat
    """.split()  # noqa: SIM905 - one word a line would hide the code
)


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
    by_form = _by_form(text, lexicon, frozenset(a.start for a in acting))
    found = [*_known(text, setting), *by_form, *_by_acronym(text), *acting]
    taken = bytearray(len(text))
    kept: list[OrganisationSpan] = []
    for span in sorted(found, key=lambda s: (-(s.end - s.start), -s.confidence)):
        if 1 not in taken[span.start : span.end]:
            taken[span.start : span.end] = b"\x01" * (span.end - span.start)
            kept.append(span)
    return tuple(sorted(kept))


def _known(text: str, setting: Setting) -> list[OrganisationSpan]:
    names = tuple(n for n in setting.names if n.kind in {"host", "organisation", "participant"})
    return [OrganisationSpan(s.start, s.end, text[s.start : s.end], 0.95) for s in find_names(text, names)]


# ---------------------------------------------------------------------------------------------------------------------------- form


def _by_form(text: str, lexicon: Lexicon, acting: frozenset[int]) -> list[OrganisationSpan]:
    """Names around a head or before a legal form; `acting` are the starts of names that stand for themselves."""
    found: list[OrganisationSpan] = []
    capitalised = words(text)
    skip_to = 0
    for at, word in enumerate(capitalised):
        if word.start < skip_to:
            continue
        span = _at_head(text, capitalised, at, lexicon, acting) or _at_legal_form(text, capitalised, at)
        if span is None and word.text in _WELL_KNOWN and text[word.start - 1 : word.start] != "(":
            span = OrganisationSpan(word.start, word.end, word.text, 0.75)
        if span is not None and span.end - span.start <= LONGEST:
            found.append(span)
            skip_to = span.end
    return found


def _at_head(text: str, all_words: Sequence[Word], at: int, lexicon: Lexicon, acting: frozenset[int]) -> OrganisationSpan | None:
    word = all_words[at]
    idea = head_idea(word.text, lexicon)
    if idea is None or (idea == "company" and word.start not in acting and at + 1 < len(all_words) and all_words[at + 1].start in acting):
        return None  # "the group EDF" is EDF
    first, last = _grow_left(all_words, at, lexicon), _grow_right(all_words, at, lexicon, acting)
    end = _with_adjectives(text, all_words[last].end, lexicon) if last == at or _follows_head(text, all_words, at) else all_words[last].end
    start = _without_country(text, all_words[first].start, word.start)
    if _is_genitive_country(text, all_words[last], lexicon) and last == at + 1:
        last, end = at, word.end
    more = last > at or first < at or end > word.end
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
    end = _with_legal_form(text, all_words, last, end)
    return OrganisationSpan(start, end, text[start:end], 0.9 if idea not in _WEAK else 0.8)


def _with_legal_form(text: str, all_words: Sequence[Word], last: int, end: int) -> int:
    """The end of a name with its legal form and the last dot of "S.p.A."."""
    tail = _LEGAL_TAIL.match(text, end)
    if tail:
        return tail.end()
    dotted = all_words[last].end == end and "." in all_words[last].text and all_words[last].text in _LEGAL
    return end + 1 if dotted and text[end : end + 1] == "." else end


def _follows_head(text: str, all_words: Sequence[Word], at: int) -> bool:
    return at + 1 >= len(all_words) or (all_words[at + 1].gap or "\n").strip() != ""


def _grow_left(all_words: Sequence[Word], at: int, lexicon: Lexicon) -> int:
    """The first word of the name whose head is at `at`: capitalised words right before it, without articles and what merely begins the sentence."""
    first = at
    while first > 0 and at - first < 5 and all_words[first].gap in {" ", "'s ", "’s "} and not _stops(all_words[first - 1], lexicon):
        first -= 1
    return first


def _stops(word: Word, lexicon: Lexicon) -> bool:
    """Whether a capitalised word cannot be part of a name that has its head further right."""
    if word.text in _OPENERS or word.text in lexicon.section("names").get("titles", ()):
        return True
    if lexicon.code in {"de", "nl"}:
        return not (_ADJECTIVE_END.search(word.text) or "-" in word.text or word.text.isupper())
    return lexicon.code in {"fr", "es", "it", "pt"} and word.first and not word.text.isupper() and len(word.text) < 4


def _grow_right(all_words: Sequence[Word], at: int, lexicon: Lexicon, acting: frozenset[int]) -> int:
    """The last word of the name whose head is at `at`."""
    last = at
    while (
        last + 1 < len(all_words)
        and last - at < _MOST_WORDS
        and _joins(all_words[last + 1], _at_its_head(all_words, at, last, lexicon), lexicon)
    ):
        following = all_words[last + 1]
        if _AND.search(following.gap or "") and (
            last == at
            or _next_has_article(all_words, at, last, lexicon)
            or following.start in acting
            or _begins_another(all_words, last + 1, lexicon)
        ):
            break
        last += 1
    return last


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
        if head_idea(word.text, lexicon) or word.text in _LEGAL:
            return True
    return False


def _joins(word: Word, after_head: bool, lexicon: Lexicon) -> bool:
    """Whether the gap before a capitalised word lets a name go on: a blank, small words, or adjectives and small words."""
    gap = word.gap
    if gap is None or (word.text in _OPENERS and gap == " " and not after_head) or len(gap) > 45:
        return False
    if gap in {" ", "-"}:
        return True
    if not gap.strip() or gap[0] not in " -" or any(c in gap for c in ',;:()[]"“”„«»|/•–.'):
        return False
    parts = gap.replace("'", "' ").replace("’", "' ").split()
    connectors, adjectives = _connectors(lexicon), _adjectives(lexicon)
    if all(p.rstrip("'") in connectors or p in adjectives for p in parts) and len(parts) <= 5:
        return len(parts) > 1 or parts[0] not in _WHERE or (parts[0] == "en" and lexicon.code == "nl")
    return False


def _with_adjectives(text: str, end: int, lexicon: Lexicon) -> int:
    """The end of a name with the small-letter adjectives that follow its head in Romance languages ("Conseil national de la recherche")."""
    adjectives = _adjectives(lexicon)
    if not adjectives or text[end : end + 1] != " ":
        return end
    best = at = end
    for word in re.finditer(r"(?: |(?<=['’]))([^\W\d_]+['’]?)", text[end : end + 90]):
        if word.start() + end != at:
            break
        at = end + word.end()
        part = word[1].rstrip("'’")
        if _AND.fullmatch(part):
            break
        if part in adjectives:
            best = at
        elif part not in _connectors(lexicon):
            break
    return best


def _at_legal_form(text: str, all_words: Sequence[Word], at: int) -> OrganisationSpan | None:
    """A name that ends in a legal form: the capitalised words before it."""
    word = all_words[at]
    tail = _LEGAL_TAIL.match(text, word.end)
    is_legal = word.text in _LEGAL and at > 0 and word.gap in {" ", ", "}
    if not tail and not is_legal:
        return None
    first = at - 1 if is_legal else at
    while first > 0 and at - first < 5 and all_words[first].gap in {" ", " & "} and all_words[first - 1].text not in _OPENERS:
        if all_words[first - 1].text in _LEGAL or (all_words[first - 1].first and all_words[first].gap != " "):
            break
        first -= 1
    if first < at and all_words[first].text in _OPENERS:
        first += 1
    end = tail.end() if tail else word.end
    if text[end : end + 1] == "." and "." in word.text and not tail:
        end += 1
    start = all_words[first].start
    return OrganisationSpan(start, end, text[start:end], 0.9) if first < at or tail else None


def _by_acronym(text: str) -> Iterator[OrganisationSpan]:
    """Bodies among the names an acronym proves; names of sites and projects are none."""
    for start, end in spelled_out_spans(text):
        name = text[start:end]
        ideas = {common_words().get(fold(w)) for w in name.split()}
        if not ideas & _SITE_OR_PROJECT:
            yield OrganisationSpan(start, end, name, 0.9 if ideas & HEADS else 0.65)
