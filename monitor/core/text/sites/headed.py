"""Sites of a heading and the paragraph below it: "Small Modular Reactor Darlington", then "Four units are being built in Clarington".

The heading is the whole name where it is written like one and holds a word for a site, a body or a striking word; where the site is, the first sentences
below say with a preposition of place.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from monitor.core.model import Form, Passage
from monitor.core.text.fold import fold
from monitor.core.text.names import common_words
from monitor.core.text.sites.atoms import Atom, AtomKind, Scene, is_striking

_MOST_BELOW = 2
_FAR = 260  # characters of a paragraph in which it says where the thing is
_NO_NAME = re.compile(r"[?!:;,()]|\.\s*\Z|\d{3}")
_SENTENCE_END = re.compile(r"[.!?;]\s")


def headed_name(scene: Scene, passage: Passage) -> str | None:
    """The text of a heading that is a name as a whole; None when it is a sentence, a general word or a place alone."""
    text = scene.page.text[passage.start : passage.end].strip()
    parts = text.split()
    if not 1 <= len(parts) <= 7 or _NO_NAME.search(text) or passage.form is not Form.HEADING:
        return None
    words = scene.words
    if any(p[0].islower() and p not in words.small and len(p) > 3 for p in parts):
        return None
    folded = fold(text).split()
    atoms = scene.within(passage.start, passage.end)
    proper = any(is_striking(p) for p in parts) or any(a.kind in {AtomKind.NAME, AtomKind.ORGANISATION} for a in atoms)
    thing = any(t in words.nouns or t in common_words() for t in folded) or (
        scene.lexicon.code in {"de", "nl"} and any(t.endswith(n) for t in folded for n in words.nouns if len(n) > 5)
    )
    plain = all(t in words.nouns or t in words.general for t in folded)
    return text if (proper or (thing and len(parts) > 1)) and not plain else None


def place_below(scene: Scene, number: int, is_key: Callable[[str], bool]) -> Atom | None:
    """The place that the paragraphs below a heading give it; None when they name none, or none behind a preposition of place."""
    text = scene.page.text
    for below in scene.page.passages[number + 1 : number + 1 + _MOST_BELOW]:
        if below.form not in {Form.PARAGRAPH, Form.ITEM}:
            return None
        for atom in scene.within(below.start, min(below.end, below.start + _FAR)):
            if (
                atom.kind is AtomKind.PLACE
                and atom.place is not None
                and atom.place.place_type != "region"
                and _is_where(scene, below, atom, text, is_key)
            ):
                return atom
    return None


def _is_where(scene: Scene, below: Passage, atom: Atom, text: str, is_key: Callable[[str], bool]) -> bool:
    """Whether the words before a place say that the thing of the heading is there: "located in", "builds ... in", "Location:"."""
    before = _SENTENCE_END.split(text[below.start : atom.start])[-1]
    key = before.rstrip(" :")
    if before.rstrip().endswith(":") and is_key(key):
        return True
    tokens = re.findall(r"[^\W\d_]+", before)
    if not tokens or tokens[-1].lower() not in scene.words.at:
        return False
    if any(t.lower() in scene.words.connects for t in tokens[-5:]):
        return False
    after = re.findall(r"[^\W\d_]+", _SENTENCE_END.split(text[atom.end : min(below.end, atom.end + 80)])[0])
    thing = any(fold(t) in scene.words.nouns or t.lower() in scene.words.building for t in (*tokens, *after))
    return bool(scene.words.built.search(before)) or thing or any(h in before for h in scene.words.hosted if " " in h)
