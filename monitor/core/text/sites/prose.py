"""Sites in sentences: "LUMI in Kajaani", "hosted by CSC in Kajaani", "Kajaani will host LUMI", "Czechia (CZAI, Ostrava)", "sites in A, B and C".

Neighbouring atoms make a site when the words between them are few and of the right kind; a sentence without a name makes one only with a word for a site, and
is less sure. A place alone is no site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from monitor.core.model import Form, Passage
from monitor.core.text.fold import fold
from monitor.core.text.sites.atoms import Atom, AtomKind, Scene, SiteSpan
from monitor.core.text.sites.lines import compose

_FORMS = frozenset({Form.PARAGRAPH, Form.ITEM, Form.TITLE, Form.HEADING, Form.CAPTION, Form.DEFINITION, Form.META})
_LIST_GAP = re.compile(
    r"(?:,? (?:and|und|et|y|e|i|oraz|en|ed|as well as|sowie|ou|or|oder|o|of) (?:in |à |w |en |te |em |a |de |di |d'|d’|von )?"
    r"|, (?:in |à |en |w |a |de |di |d'|d’)?)\Z"
)
# How sure "NAME in PLACE" is with nothing else to support it.
_PLAIN_IN = 0.62
_SENTENCE_END = re.compile(r"[.!?;]\s")
_WORD = re.compile(r"[^\W\d_]+")
_P, _C, _O, _N = AtomKind.PLACE, AtomKind.COUNTRY, AtomKind.ORGANISATION, AtomKind.NAME


class _Passage(NamedTuple):
    """One passage with its atoms."""

    scene: Scene
    number: int
    passage: Passage
    atoms: Sequence[Atom]

    def gap(self, left: Atom, right: Atom) -> str:
        return self.scene.page.text[left.end : right.start]

    def after(self, atom: Atom, size: int = 60) -> str:
        return self.scene.page.text[atom.end : min(self.passage.end, atom.end + size)]

    def before(self, atom: Atom, size: int = 60) -> str:
        return self.scene.page.text[max(self.passage.start, atom.start - size) : atom.start]


def in_prose(scene: Scene) -> Iterator[SiteSpan]:
    """Sites of all sentences of the page."""
    for number, passage in enumerate(scene.page.passages):
        if passage.form not in _FORMS:
            continue
        atoms = scene.within(passage.start, passage.end)
        if not any(a.kind in {_P, _C} for a in atoms):
            continue
        here = _Passage(scene, number, passage, atoms)
        named = [*_bracketed(here), *_named(here), *_hosting(here)]
        yield from named
        told = {(s.site.place, s.site.country) for s in named}
        yield from (s for s in _nameless(here) if (s.site.place, s.site.country) not in told)


def _span(here: _Passage, name: Atom | None, host: Atom | None, place: Atom | None, country: Atom | None, confidence: float) -> SiteSpan:
    anchor = name or place or country or host
    assert anchor is not None
    surer = 0.15 if name is not None and name.sure else 0.0
    site = compose(name.text if name else None, host.text if host else None, place, country)
    return SiteSpan(anchor.start, anchor.end, site, min(0.95, round(confidence + surer, 2)), here.number)


# --------------------------------------------------------------------------------------------------------------------------- brackets


def _bracketed(here: _Passage) -> Iterator[SiteSpan]:
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
            yield _span(
                here,
                names[0],
                hosts[0] if hosts else None,
                places[0] if places else None,
                countries[0] if countries else None,
                0.8 if places else 0.68,
            )


def _inside(here: _Passage, at: int) -> Sequence[Atom]:
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
    return inside if all(w in here.scene.words.at or w in here.scene.words.small or len(w) < 3 for w in _WORD.findall(left)) else ()


# ------------------------------------------------------------------------------------------------------------------------------- names


def _named(here: _Passage) -> Iterator[SiteSpan]:
    """A name, perhaps a host, and the place: "MIMER in Linköping", "LUMI AI Factory, hosted by CSC in Kajaani", "X will be built in Y"."""
    for at, name in enumerate(here.atoms[:-1]):
        if (name.kind is not _N and not (name.kind is _O and _is_led_in(here, name))) or _is_host(here, name):
            continue
        follower = here.atoms[at + 1]
        link = _link(here, here.gap(name, follower))
        if not link:
            continue
        if set(_WORD.findall(here.gap(name, follower).lower())) & here.scene.words.connects:
            continue
        if follower.kind is _P:
            # "NXP in Dresden" is more often a company than a site; "HammerHAI in Stuttgart" is not.
            doubt = 0.17 if link == _PLAIN_IN and name.text.isupper() and len(name.text) <= 5 and not _is_led_in(here, name) else 0.0
            yield _span(here, name, None, follower, _country_after(here, at + 1), link - doubt)
        elif follower.kind is _O or (follower.kind is _N and _place_after(here, at + 1)):
            place = _place_after(here, at + 1)
            if place is not None:
                yield _span(here, name, follower, place, _country_after(here, at + 2), link)
            elif name.sure or follower.sure:
                yield _span(here, name, follower, None, None, link - 0.15)
        elif follower.kind is _C and (name.sure or link >= 0.75):
            yield _span(here, name, None, None, follower, link - 0.1)


def _is_led_in(here: _Passage, body: Atom) -> bool:
    """Whether a body stands in a list that a word for sites leads in: "four gigafactories: ACC in Termoli; Verkor in Dunkirk"."""
    before = here.before(body, 240)
    lead, colon, listed = before.rpartition(": ")
    if (
        not colon
        or "." in listed
        or not (not listed or listed.rstrip().endswith((";", ",", " and", " und", " et", " y", " e", " i", " en")))
    ):
        return False
    return any(_is_noun(here.scene, t) for t in _WORD.findall(lead)[-7:])


def _is_host(here: _Passage, name: Atom) -> bool:
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


def _place_after(here: _Passage, at: int) -> Atom | None:
    """The place that belongs to an atom before it ("CSC in Kajaani", "CSC, Kajaani", "CSC (Kajaani)")."""
    if at + 1 >= len(here.atoms) or here.atoms[at + 1].kind is not _P:
        return None
    gap = here.gap(here.atoms[at], here.atoms[at + 1]).strip()
    return here.atoms[at + 1] if gap in {",", "("} or gap in here.scene.words.at else None


def _country_after(here: _Passage, at: int) -> Atom | None:
    """The country right behind a place: "Linköping, Sweden", "Linköping (Sweden)"."""
    if at + 1 >= len(here.atoms) or here.atoms[at + 1].kind is not _C:
        return None
    gap = here.gap(here.atoms[at], here.atoms[at + 1])
    same = here.atoms[at].country == here.atoms[at + 1].country
    return here.atoms[at + 1] if gap in {", ", " (", " in "} and same else None


def _link(here: _Passage, gap: str) -> float:
    """How well the words between a name and a host or place tie them; 0 when they do not."""
    if len(gap) > 70 or _SENTENCE_END.search(gap + " ") or "\n" in gap:
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
    if any(_is_noun(here.scene, t) for t in tokens):
        # "ASML builds a campus in Eindhoven": the name is of the builder.
        return 0.0
    return 0.75 if len(tokens) <= 8 and any(t.strip(",").lower() in words.building for t in tokens) else 0.0


def _behind_noun(here: _Passage, tokens: Sequence[str]) -> bool | None:
    """Whether only small words follow a word for a site that explains a name ("X, the supercomputer of"); None when there is no such word."""
    nouns = [n for n, t in enumerate(tokens[:5]) if _is_noun(here.scene, t)]
    if not nouns:
        return None
    words = here.scene.words
    return all(t.lower() in words.small or t.lower() in words.at or t.lower() in words.of for t in tokens[nouns[-1] + 1 :])


def _hosting(here: _Passage) -> Iterator[SiteSpan]:
    """The place or host first: "Kajaani will host LUMI", "Stuttgart as the location for HammerHAI", "Poznań's PIAST"."""
    for left, right in pairwise(here.atoms):
        if left.kind is _N or right.kind is not _N:
            continue
        gap = here.gap(left, right)
        strength = _host_strength(here, gap) or _entstehen(here, left, gap)
        if strength and left.kind is _P:
            yield _span(here, right, None, left, None, strength)
        elif strength and left.kind is _C:
            yield _span(here, right, None, None, left, strength - 0.1)
        elif strength and left.kind is _O and left.sure:
            yield _span(here, right, left, None, None, strength - 0.1)


def _host_strength(here: _Passage, gap: str) -> float:
    if len(gap) > 60 or _SENTENCE_END.search(gap):
        return 0.0
    words = here.scene.words
    if any(f" {cue} " in f"{gap} " for cue in (*words.host, *words.chosen)):
        return 0.82
    return 0.66 if gap in {"'s ", "’s ", "-based "} else 0.6 if re.fullmatch(r": [\"“„«]?", gap) else 0.0


def _entstehen(here: _Passage, place: Atom, gap: str) -> float:
    """ "In Wien entsteht AI:AT", "w Poznaniu powstanie fabryka PIAST": an "in" before the place and a verb of building behind it."""
    before = here.before(place, 14).split()
    if not before or before[-1].lower() not in here.scene.words.at or len(gap) > 60 or _SENTENCE_END.search(gap):
        return 0.0
    tokens = _WORD.findall(gap)
    return 0.68 if 0 < len(tokens) <= 6 and "," not in gap and tokens[0].lower() in here.scene.words.building else 0.0


# ---------------------------------------------------------------------------------------------------------------------------- nameless


def _nameless(here: _Passage) -> Iterator[SiteSpan]:
    """Places that a word for a site is tied to: "a fab in Dresden", "sites in A, B and C", "Standorte entstehen in A und B", "will host a factory"."""
    for run in _place_lists(here):
        first, last = run[0], run[-1]
        confidence = max(_noun_before(here, first), _noun_after(here, last), _picked(here, first, last), _built(here, first))
        if not confidence or _is_connection(here, first, last):
            continue
        several = 0.08 if len(run) > 1 else 0.0
        for place in run:
            if place.place is not None and place.place.place_type == "region":
                continue  # a region alone says too little: "Galicia will get a factory"
            at = here.atoms.index(place)
            yield _span(here, None, None, place, _country_after(here, at), confidence + several)


def _built(here: _Passage, place: Atom) -> float:
    """ "Will be built in Leeds", whatever is built."""
    return 0.58 if here.scene.words.built.search(here.before(place, 40)) else 0.0


def _picked(here: _Passage, first: Atom, last: Atom) -> float:
    """ "Lund has been chosen as the site", "als Standort wurde Görlitz ausgewählt": a seat and a choosing around a place that no preposition leads in."""
    words = here.scene.words
    before = _SENTENCE_END.split(here.before(first, 90))[-1]
    after = _SENTENCE_END.split(here.after(last, 90))[0]
    lead = _WORD.findall(before.lower())
    around = {*lead, *_WORD.findall(after.lower())}
    if lead and lead[-1] in words.at and lead[-1] not in words.seat:
        return 0.0
    return (
        0.62 if around & words.picked and (around & words.seat or any(_is_noun(here.scene, w) for w in _WORD.findall(after)[:8])) else 0.0
    )


def _is_connection(here: _Passage, first: Atom, last: Atom) -> bool:
    """Whether a place is an end of a line: "links A with B", "between A and B"."""
    before = _WORD.findall(_SENTENCE_END.split(here.before(first, 60))[-1].lower())
    after = _WORD.findall(_SENTENCE_END.split(here.after(last, 30))[0].lower())
    return any(w in here.scene.words.connects for w in (*before[-4:], *after[:1]))


def _place_lists(here: _Passage) -> Iterator[list[Atom]]:
    """Runs of places joined by commas and conjunctions; countries in brackets or after a comma belong to the place before."""
    run: list[Atom] = []
    previous: Atom | None = None
    for atom in here.atoms:
        if atom.kind is _C and previous is not None and run and here.gap(previous, atom) in {", ", " ("}:
            previous = atom
            continue
        if previous is not None and run and _is_region_of(atom, run[-1]) and here.gap(previous, atom) in {", ", " ("}:
            previous = atom
            continue
        joined = run and previous is not None and _LIST_GAP.match(here.gap(previous, atom).lstrip(")"))
        if atom.kind is _P and joined:
            run.append(atom)
        else:
            if run:
                yield run
            run = [atom] if atom.kind is _P else []
        previous = atom
    if run:
        yield run


def _is_region_of(atom: Atom, place: Atom) -> bool:
    """Whether an atom is a region of the country of the place before it ("Ensdorf, Saarland"), which it then only qualifies."""
    return atom.place is not None and atom.place.place_type == "region" and atom.country == place.country


def _noun_before(here: _Passage, place: Atom) -> float:
    """Whether a word for a site stands shortly before an "in" before the place, in the same sentence."""
    text = here.before(place, 80)
    text = _SENTENCE_END.split(text)[-1]
    listed = text.rstrip(" \u00a0\u202f").endswith(":")
    text = text.rstrip(' \u00a0\u202f(:"“„«')
    tokens = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|[,:(]", text)
    if not tokens:
        return 0.0
    if listed and any(_is_noun(here.scene, t) for t in tokens[-3:]):
        return 0.6
    if len(tokens) > 1 and tokens[-1].lower() in here.scene.words.of and _is_noun(here.scene, tokens[-2]):
        return 0.55
    if tokens[-1].lower() not in here.scene.words.at:
        return 0.0
    before = fold(" ".join(tokens[:-1][-5:]))
    if any(before.endswith(n) for n in here.scene.words.nouns if " " in n):
        return 0.58
    for distance, token in enumerate(reversed(tokens[:-1][-8:])):
        if _is_noun(here.scene, token):
            between = tokens[len(tokens) - 1 - distance : -1]
            if distance <= 1 and not (set(between) & {",", "("}):
                return 0.58
            verb = any(t.lower() in here.scene.words.building for t in between)
            return 0.6 if verb else 0.5 if distance <= 3 and "," not in between else 0.0
    return 0.0


def _noun_after(here: _Passage, place: Atom) -> float:
    """ "Dresden will host a new fab", "in Dresden entsteht eine Fabrik", "Dresden as the site": a cue and a word for a site behind the place."""
    text = _SENTENCE_END.split(here.after(place, 70))[0]
    words = here.scene.words
    tokens = _WORD.findall(text)
    noun_at = next((n for n, t in enumerate(tokens[:7]) if _is_noun(here.scene, t)), None)
    if any(f" {cue}" in text[:50] for cue in words.chosen):
        return 0.62
    if noun_at is None:
        return 0.0
    if any(f" {cue} " in text for cue in words.host):
        return 0.6
    before = here.before(place, 14).split()
    preceded = bool(before) and before[-1].lower() in words.at
    # "Errichtet in Skellefteå ein Werk": the verb before the place, the thing behind it.
    verb_before = any(t.lower() in words.building for t in before[-3:-1]) and noun_at <= 2
    return 0.55 if preceded and (verb_before or any(t.lower() in words.building for t in tokens[:noun_at])) else 0.0


def _is_noun(scene: Scene, token: str) -> bool:
    key = fold(token)
    nouns = scene.words.nouns
    if key in nouns or key.split(" ")[-1] in nouns:
        return True
    return scene.lexicon.code in {"de", "nl"} and any(key.endswith(n) for n in nouns if len(n) >= 4 and len(key) > len(n) + 2)
