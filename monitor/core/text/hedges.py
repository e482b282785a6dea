"""Words around a number that make it about, over or under ("nearly", "up to", "mindestens", "or more").

The [hedges] section lists them by the side they stand on: [hedges.before], [hedges.after] and [hedges.glued] ("$2bn-plus"), each about/over/under;
`fillers` may stand between a hedge and its number ("up to a total of 40"), `money_over` holds words that are a bound before amounts only ("from EUR 5 m").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import Qualifier
from monitor.core.text.numbers.vocabulary import forms

_SIGNS = {
    "~": Qualifier.ABOUT,
    "≈": Qualifier.ABOUT,
    "±": Qualifier.ABOUT,
    ">": Qualifier.OVER,
    "≥": Qualifier.OVER,
    "<": Qualifier.UNDER,
    "≤": Qualifier.UNDER,
}
# "26 hospitals and over 90 clinics", "y más de 90": the words belong to the next number.
_OPENS_NEXT = re.compile(r" (?:\d|(?:de|di|d'|than|als|dan|niż|que|do) ?\d)")
_GLUED = re.compile(r"-([^\W\d_]+)(?![\w-])")
_LONGEST = 5  # words of a hedge
_LOOK_BACK = 48  # characters


class Hedge(NamedTuple):
    """A qualifier and the words that say it."""

    qualifier: Qualifier
    words: str


@dataclass(frozen=True)
class Hedges:
    """The hedges of one language."""

    before: Mapping[str, Qualifier]
    after: Mapping[str, Qualifier]
    fillers: frozenset[str]
    money_over: frozenset[str]
    shown: Mapping[str, str]
    glued: Mapping[str, Qualifier]
    spreading: tuple[str, ...] = ("\0",)  # beginnings of verbs behind which "over" is a place: "stretches over 65 km"

    def around(self, folded: str, start: int, end: int, *, money: bool = False) -> Hedge | None:
        """The hedge right before `start` or right after `end` of the folded text, or None."""
        return self._before(folded[max(0, start - _LOOK_BACK) : start], money) or self._after(folded[end : end + 24])

    def glued_to(self, folded: str, end: int) -> Hedge | None:
        """The hedge grown to a number, or None."""
        word = _GLUED.match(folded, end)
        return Hedge(self.glued[word.group(1)], word.group(1)) if word is not None and word.group(1) in self.glued else None

    def glued_end(self, folded: str, end: int) -> int:
        """Where a number ends with the hedge grown to it: behind "plus" in "12,000-plus drivers"."""
        hedge = self.glued_to(folded, end)
        return end + 1 + len(hedge.words) if hedge else end

    def _before(self, text: str, money: bool) -> Hedge | None:
        text = text.rsplit("\n", 1)[-1]
        text = text.removesuffix(", ") + " " if text.endswith(", ") else text  # "de, pelo menos, trezentos mil euros"
        stripped = text.rstrip(" (")
        if stripped and stripped[-1] in _SIGNS:
            return Hedge(_SIGNS[stripped[-1]], stripped[-1])
        glued = text[-1:] not in (" ", "(", "")
        if glued and text[-1:] != "'":
            return None
        words = [word.lstrip('("„“«') for word in text.split(" ") if word]
        while words:
            if hedge := self._last(words, money):
                return hedge
            if words[-1] not in self.fillers:
                return None
            words.pop()
        return None

    def _last(self, words: list[str], money: bool) -> Hedge | None:
        for size in range(min(_LONGEST, len(words)), 0, -1):
            phrase = " ".join(words[-size:])
            if phrase in self.before and not (words[: -size or None] and words[-size - 1].startswith(self.spreading)):
                return Hedge(self.before[phrase], phrase)
            if money and phrase in self.money_over:
                return Hedge(Qualifier.OVER, phrase)
        return None

    def _after(self, text: str) -> Hedge | None:
        if text[:1] == "+" and not text[1:2].isdigit():
            return Hedge(Qualifier.OVER, "+")
        if text[:1] == "-":
            word = re.split(r"[^\w]", text[1:], maxsplit=1)[0]
            if word in self.glued:
                return Hedge(self.glued[word], word)
        text = text.split("\n", 1)[0].lstrip(" -")
        for size in range(4, 0, -1):
            phrase = " ".join(text.split(" ")[:size]).rstrip(".,;:)")
            if phrase in self.after and not _OPENS_NEXT.match(text, len(phrase)):
                return Hedge(self.after[phrase], phrase)
        return None


@lru_cache(maxsize=64)
def hedges(lexicon: Lexicon) -> Hedges:
    """The hedges of a language."""
    section = lexicon.section("hedges")
    return Hedges(
        before=_by_phrase(section.get("before", {})),
        after=_by_phrase(section.get("after", {})),
        fillers=frozenset(forms(section.get("fillers", ""))),
        money_over=frozenset(forms(section.get("money_over", ""))),
        shown=dict(section.get("shown", {})),
        glued=_by_phrase(section.get("glued", {})),
        spreading=tuple(forms(section.get("spreading", ""))) or ("\0",),
    )


def _by_phrase(table: Mapping[str, str]) -> dict[str, Qualifier]:
    return {phrase: Qualifier(name) for name, listed in table.items() for phrase in forms(listed)}
