"""What stands right before a name and says that it is a place: "the town of", "gmina", "au large de", "the hospital of"."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from monitor.core.lang import Lexicon

_REACH = 40  # characters before the name
_MOST_WORDS = 4
_OPENING = '("„“«['
# "The power station of Almaraz", "le chantier de Flamanville": what ties a thing to its place, and the ideas of such things.
_TIES = {
    "fr": ("de", "du", "d'", "d’"),
    "es": ("de", "del"),
    "it": ("di", "del", "della"),
    "pt": ("de", "do", "da"),
    "nl": ("van",),
    "en": ("of",),
}
_STANDING = ("plant", "reactor", "station", "factory", "hospital", "spaceport", "site", "datacentre", "hub", "campus", "park")


class TownCues(NamedTuple):
    """The nouns of one language."""

    phrases: frozenset[str]
    things: frozenset[str]  # that stand somewhere
    ties: frozenset[str]
    last: frozenset[str]  # words that phrases end in, and the ties

    def tell(self, text: str, start: int) -> bool:
        """Whether the words right before an offset say that a place follows."""
        before = text[max(0, start - _REACH) : start].rsplit("\n", 1)[-1].removesuffix(" ").split(" ")
        if before[-1].lstrip(_OPENING) not in self.last:
            return False
        if any(_phrase(before, 0, size) in self.phrases for size in range(1, min(_MOST_WORDS, len(before)) + 1)):
            return True
        return before[-1] in self.ties and any(_phrase(before, at, size) in self.things for at in (1, 2) for size in (1, 2))


def _phrase(before: list[str], skipped: int, size: int) -> str:
    """So many words before the last `skipped`, without an opening bracket or quote."""
    end = len(before) - skipped
    return " ".join(before[max(0, end - size) : end]).lstrip(_OPENING)


@lru_cache(maxsize=32)
def town_cues(lexicon: Lexicon) -> TownCues | None:
    """The cues of a language; None where it has none."""
    section = lexicon.section("names")
    if "towns" not in section:
        return None
    nouns = {f.lower() for idea in _STANDING for f in section.get("words", {}).get(idea, ()) if not f.startswith("-")}
    ties = frozenset(_TIES.get(lexicon.code, ()))
    phrases = frozenset(form for t in section["towns"] for form in (t, t[:1].upper() + t[1:]))
    things = frozenset({*nouns, *section.get("works", ())}) if ties else frozenset()
    return TownCues(phrases, things, ties, ties | {phrase.split()[-1] for phrase in phrases})
