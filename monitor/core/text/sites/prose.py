"""Sites in sentences: "LUMI in Kajaani", "hosted by CSC in Kajaani", "Kajaani will host LUMI", "Czechia (CZAI, Ostrava)", "sites in A, B and C".

Neighbouring atoms make a site when the words between them are few and of the right kind; a sentence without a name makes one only with a word for a site, and
is less sure. A place alone is no site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.core.model import Form
from monitor.core.text.sites.atoms import Atom, AtomKind, Scene, SiteSpan
from monitor.core.text.sites.here import SENTENCE_END, WORD, Here, country_after, is_noun, span_of
from monitor.core.text.sites.nameless import nameless

_FORMS = frozenset({Form.PARAGRAPH, Form.ITEM, Form.TITLE, Form.HEADING, Form.CAPTION, Form.DEFINITION, Form.META})
# How sure "NAME in PLACE" is with nothing else to support it.
_PLAIN_IN = 0.62
_P, _C, _O, _N = AtomKind.PLACE, AtomKind.COUNTRY, AtomKind.ORGANISATION, AtomKind.NAME


def in_prose(scene: Scene) -> Iterator[SiteSpan]:
    """Sites of all sentences of the page."""
    for number, passage in enumerate(scene.page.passages):
        if passage.form not in _FORMS:
            continue
        atoms = scene.within(passage.start, passage.end)
        if not any(a.kind in {_P, _C} for a in atoms):
            continue
        here = Here(scene, number, passage, atoms)
        named = [*_bracketed(here), *_named(here), *_hosting(here)]
        yield from named
        told = {(s.site.place, s.site.country) for s in named}
        yield from (s for s in nameless(here) if (s.site.place, s.site.country) not in told)


# --------------------------------------------------------------------------------------------------------------------------- brackets


def _bracketed(here: Here) -> Iterator[SiteSpan]:
    """ "Czechia (CZAI, Ostrava)", "HammerHAI (Stuttgart)", "Vilnius (LitAI)", "AI2F (France)"."""
    for at, head in enumerate(here.atoms):
        inside = _inside(here, at)
        if not inside:
            continue
        parts = [head, *inside]
        names = [a for a in parts if a.kind is _N]
        places = [a for a in parts if a.kind is _P]
        countries = [a for a in parts if a.kind is _C]
        hosts = [a for a in parts if a.kind is _O]
        if len(names) == 1 and len(places) <= 1 and len(countries) <= 1 and (places or countries):
            yield span_of(
                here,
                names[0],
                hosts[0] if hosts else None,
                places[0] if places else None,
                countries[0] if countries else None,
                0.8 if places else 0.68,
            )


def _inside(here: Here, at: int) -> Sequence[Atom]:
    """The atoms of a bracket right behind an atom that hold all of it but commas and small words."""
    text, head = here.scene.page.text, here.atoms[at]
    opened = re.match(r" ?\(", text[head.end : head.end + 2])
    close = text.find(")", head.end, head.end + 90)
    if not opened or close < 0:
        return ()
    inside = [a for a in here.atoms[at + 1 : at + 5] if a.end <= close]
    left = text[head.end + opened.end() : close]
    for atom in reversed(inside):
        left = left[: atom.start - head.end - opened.end()] + left[atom.end - head.end - opened.end() :]
    return inside if all(w in here.scene.words.at or w in here.scene.words.small or len(w) < 3 for w in WORD.findall(left)) else ()


# ------------------------------------------------------------------------------------------------------------------------------- names


def _named(here: Here) -> Iterator[SiteSpan]:
    """A name, perhaps a host, and the place: "MIMER in Linköping", "LUMI AI Factory, hosted by CSC in Kajaani", "X will be built in Y"."""
    for at, name in enumerate(here.atoms[:-1]):
        if (name.kind is not _N and not (name.kind is _O and _is_led_in(here, name))) or _is_host(here, name):
            continue
        follower = here.atoms[at + 1]
        link = _link(here, here.gap(name, follower))
        if not link:
            continue
        if set(WORD.findall(here.gap(name, follower).lower())) & here.scene.words.connects:
            continue
        if follower.kind is _P:
            # "NXP in Dresden" is more often a company than a site; "HammerHAI in Stuttgart" is not.
            doubt = 0.17 if link == _PLAIN_IN and name.text.isupper() and len(name.text) <= 5 and not _is_led_in(here, name) else 0.0
            yield span_of(here, name, None, follower, country_after(here, at + 1), link - doubt)
        elif follower.kind is _O or (follower.kind is _N and _place_after(here, at + 1)):
            place = _place_after(here, at + 1)
            if place is not None:
                yield span_of(here, name, follower, place, country_after(here, at + 2), link)
            elif name.sure or follower.sure:
                yield span_of(here, name, follower, None, None, link - 0.15)
        elif follower.kind is _C and (name.sure or link >= 0.75):
            yield span_of(here, name, None, None, follower, link - 0.1)


def _is_led_in(here: Here, body: Atom) -> bool:
    """Whether a body stands in a list that a word for sites leads in: "four gigafactories: ACC in Termoli; Verkor in Dunkirk"."""
    before = here.before(body, 240)
    lead, colon, listed = before.rpartition(": ")
    if (
        not colon
        or "." in listed
        or not (not listed or listed.rstrip().endswith((";", ",", " and", " und", " et", " y", " e", " i", " en")))
    ):
        return False
    return any(is_noun(here.scene, t) for t in WORD.findall(lead)[-7:])


def _is_host(here: Here, name: Atom) -> bool:
    """Whether "at", "am", "by" before a name make it the host of something else ("director at CSC in Kajaani")."""
    before = here.before(name, 24)
    words = before.split()
    if name.sure or not words or before[-1:] not in {" ", "'", "’"}:
        return False
    last = words[-1].lower()
    second = words[-2].lower() if len(words) > 1 else ""
    by = {
        "by",
        "at",
        "am",
        "bei",
        "beim",
        "von",
        "vom",
        "par",
        "por",
        "pelo",
        "pela",
        "da",
        "dal",
        "dalla",
        "przez",
        "door",
        "bij",
        "presso",
        "of",
        "with",
        "du",
        "del",
        "della",
    }
    return last in by or (last in here.scene.words.small and second in by)


def _place_after(here: Here, at: int) -> Atom | None:
    """The place that belongs to an atom before it ("CSC in Kajaani", "CSC, Kajaani", "CSC (Kajaani)")."""
    if at + 1 >= len(here.atoms) or here.atoms[at + 1].kind is not _P:
        return None
    gap = here.gap(here.atoms[at], here.atoms[at + 1]).strip()
    return here.atoms[at + 1] if gap in {",", "("} or gap in here.scene.words.at else None


def _link(here: Here, gap: str) -> float:
    """How well the words between a name and a host or place tie them; 0 when they do not."""
    if len(gap) > 70 or SENTENCE_END.search(gap + " ") or "\n" in gap:
        return 0.0
    inner = gap.strip(" ,(\"“”„«»'’–—-")
    words = here.scene.words
    tokens = inner.split()
    if len(tokens) <= 8 and any(h in inner for h in words.hosted if " " in h):
        return 0.85
    if gap.startswith(",") and (appositive := _behind_noun(here, tokens)) is not None:
        return 0.75 if appositive else 0.0
    while len(tokens) > 1 and tokens[-1].lower() in words.small and tokens[-1].lower() not in words.at:
        tokens.pop()
    if not tokens:
        return 0.55 if gap.strip() in {",", "(", "–", "-", "”,", '",'} else 0.0
    if tokens[-1].lower() not in words.at:
        return 0.0
    if len(tokens) == 1:
        return _PLAIN_IN
    if any(is_noun(here.scene, t) for t in tokens):
        # "ASML builds a campus in Eindhoven": the name is of the builder.
        return 0.0
    return 0.75 if len(tokens) <= 8 and any(t.strip(",").lower() in words.building for t in tokens) else 0.0


def _behind_noun(here: Here, tokens: Sequence[str]) -> bool | None:
    """Whether only small words follow a word for a site that explains a name ("X, the supercomputer of"); None when there is no such word."""
    nouns = [n for n, t in enumerate(tokens[:5]) if is_noun(here.scene, t)]
    if not nouns:
        return None
    words = here.scene.words
    return all(t.lower() in words.small or t.lower() in words.at or t.lower() in words.of for t in tokens[nouns[-1] + 1 :])


def _hosting(here: Here) -> Iterator[SiteSpan]:
    """The place or host first: "Kajaani will host LUMI", "Stuttgart as the location for HammerHAI", "Poznań's PIAST"."""
    for left, right in pairwise(here.atoms):
        if left.kind is _N or right.kind is not _N:
            continue
        gap = here.gap(left, right)
        strength = _host_strength(here, gap) or _entstehen(here, left, gap)
        if strength and left.kind is _P:
            yield span_of(here, right, None, left, None, strength)
        elif strength and left.kind is _C:
            yield span_of(here, right, None, None, left, strength - 0.1)
        elif strength and left.kind is _O and left.sure:
            yield span_of(here, right, left, None, None, strength - 0.1)


def _host_strength(here: Here, gap: str) -> float:
    if len(gap) > 60 or SENTENCE_END.search(gap):
        return 0.0
    words = here.scene.words
    if any(f" {cue} " in f"{gap} " for cue in (*words.host, *words.chosen)):
        return 0.82
    return 0.66 if gap in {"'s ", "’s ", "-based "} else 0.6 if re.fullmatch(r": [\"“„«]?", gap) else 0.0


def _entstehen(here: Here, place: Atom, gap: str) -> float:
    """ "In Wien entsteht AI:AT", "w Poznaniu powstanie fabryka PIAST": an "in" before the place and a verb of building behind it."""
    before = here.before(place, 14).split()
    if not before or before[-1].lower() not in here.scene.words.at or len(gap) > 60 or SENTENCE_END.search(gap):
        return 0.0
    tokens = WORD.findall(gap)
    return 0.68 if 0 < len(tokens) <= 6 and "," not in gap and tokens[0].lower() in here.scene.words.building else 0.0
