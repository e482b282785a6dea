"""Places that words make a site: "a fab in Dresden", "sites in A, B and C", "will be built in Leeds", "Lund has been chosen as the site".

A region alone says too little and is left out, and so are the ends of a line ("links A with B").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.core.text.fold import fold
from monitor.core.text.sites.atoms import Atom, AtomKind, SiteSpan
from monitor.core.text.sites.here import SENTENCE_END, WORD, Here, country_after, is_noun, span_of

_LIST_GAP = re.compile(
    r"(?:,? (?:and|und|et|y|e|i|oraz|en|ed|as well as|sowie|ou|or|oder|o|of) (?:in |à |w |en |te |em |a |de |di |d'|d’|von )?"
    r"|, (?:in |à |en |w |a |de |di |d'|d’)?)\Z"
)
_NOT = frozenset("not nicht pas non no nie não niet over statt anstatt than".split())  # noqa: SIM905 - shorter than a list
_P, _C = AtomKind.PLACE, AtomKind.COUNTRY


def nameless(here: Here) -> Iterator[SiteSpan]:
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
            yield span_of(here, None, None, place, country_after(here, at), confidence + several)


def _built(here: Here, place: Atom) -> float:
    """ "Will be built in Leeds", whatever is built."""
    return 0.58 if here.scene.words.built.search(here.before(place, 40)) else 0.0


def _picked(here: Here, first: Atom, last: Atom) -> float:
    """ "Lund has been chosen as the site", "als Standort wurde Görlitz ausgewählt": a seat and a choosing around a place that no preposition leads in."""
    words = here.scene.words
    before = SENTENCE_END.split(here.before(first, 90))[-1]
    after = SENTENCE_END.split(here.after(last, 90))[0]
    lead = WORD.findall(before.lower())
    around = {*lead, *WORD.findall(after.lower())}
    if lead and ((lead[-1] in words.at and lead[-1] not in words.seat) or lead[-1] in _NOT):
        return 0.0
    return (
        0.62
        if around & words.picked
        and (around & words.seat or any(c in after for c in words.chosen) or any(is_noun(here.scene, w) for w in WORD.findall(after)[:8]))
        else 0.0
    )


def _is_connection(here: Here, first: Atom, last: Atom) -> bool:
    """Whether a place is an end of a line: "links A with B", "between A and B"."""
    before = WORD.findall(SENTENCE_END.split(here.before(first, 60))[-1].lower())
    after = WORD.findall(SENTENCE_END.split(here.after(last, 30))[0].lower())
    return any(w in here.scene.words.connects for w in (*before[-4:], *after[:1]))


def _place_lists(here: Here) -> Iterator[list[Atom]]:
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


def _noun_before(here: Here, place: Atom) -> float:
    """Whether a word for a site stands shortly before an "in" before the place, in the same sentence."""
    text = here.before(place, 80)
    text = SENTENCE_END.split(text)[-1]
    listed = text.rstrip(" \u00a0\u202f").endswith(":")
    text = text.rstrip(' \u00a0\u202f(:"“„«')
    tokens = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|[,:(]", text)
    if not tokens:
        return 0.0
    if listed and any(is_noun(here.scene, t) for t in tokens[-3:]):
        return 0.6
    if len(tokens) > 1 and tokens[-1].lower() in here.scene.words.of and is_noun(here.scene, tokens[-2]):
        return 0.55
    if tokens[-1].lower() not in here.scene.words.at:
        return 0.0
    before = fold(" ".join(tokens[:-1][-5:]))
    if any(before.endswith(n) for n in here.scene.words.nouns if " " in n):
        return 0.58
    for distance, token in enumerate(reversed(tokens[:-1][-8:])):
        if is_noun(here.scene, token):
            between = tokens[len(tokens) - 1 - distance : -1]
            if distance <= 1 and not (set(between) & {",", "("}):
                return 0.58
            verb = any(t.lower() in here.scene.words.building for t in between)
            return 0.6 if verb else 0.5 if distance <= 3 and "," not in between else 0.0
    return 0.0


def _noun_after(here: Here, place: Atom) -> float:
    """ "Dresden will host a new fab", "in Dresden entsteht eine Fabrik", "Dresden as the site": a cue and a word for a site behind the place."""
    text = SENTENCE_END.split(here.after(place, 70))[0]
    words = here.scene.words
    tokens = WORD.findall(text)
    noun_at = next((n for n, t in enumerate(tokens[:7]) if is_noun(here.scene, t)), None)
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
