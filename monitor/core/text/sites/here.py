"""One passage with its atoms, and what stands around each of them: the ground on which sentences are read for sites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from monitor.core.model import Passage
from monitor.core.text.fold import fold
from monitor.core.text.sites.atoms import Atom, AtomKind, Scene, SiteSpan
from monitor.core.text.sites.lines import compose

SENTENCE_END = re.compile(r"[.!?;]\s")
WORD = re.compile(r"[^\W\d_]+")


class Here(NamedTuple):
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


def span_of(here: Here, name: Atom | None, host: Atom | None, place: Atom | None, country: Atom | None, confidence: float) -> SiteSpan:
    anchor = name or place or country or host
    assert anchor is not None
    surer = 0.15 if name is not None and name.sure else 0.0
    site = compose(name.text if name else None, host.text if host else None, place, country)
    return SiteSpan(anchor.start, anchor.end, site, min(0.95, round(confidence + surer, 2)), here.number)


def country_after(here: Here, at: int) -> Atom | None:
    """The country right behind a place: "Linköping, Sweden", "Linköping (Sweden)"."""
    if at + 1 >= len(here.atoms) or here.atoms[at + 1].kind is not AtomKind.COUNTRY:
        return None
    gap = here.gap(here.atoms[at], here.atoms[at + 1])
    same = here.atoms[at].country == here.atoms[at + 1].country
    return here.atoms[at + 1] if gap in {", ", " (", " in "} and same else None


def is_noun(scene: Scene, token: str) -> bool:
    key = fold(token)
    nouns = scene.words.nouns
    if key in nouns or key.split(" ")[-1] in nouns:
        return True
    return scene.lexicon.code in {"de", "nl"} and any(key.endswith(n) for n in nouns if len(n) >= 4 and len(key) > len(n) + 2)
