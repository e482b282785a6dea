"""Letters made comparable: case, accents, German, Nordic and Polish letters, Greek and Cyrillic in Latin letters.

`fold` is for comparing names and loses punctuation; `plain` is for searching text, keeps every other character, and comes with a map back to the offsets
of the original. Both use one table, so that what `plain` finds is what `fold` compares.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

# Letters without a decomposition, and those whose customary spelling in Latin letters has more than one letter.
_SPECIAL = {
    "ß": "ss", "ẞ": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n", "ĸ": "k", "ŧ": "t",
    "ſ": "s", "ə": "e", "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n",
    "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o", "а": "a", "б": "b", "в": "v",
    "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "є": "ye", "і": "i", "ї": "yi", "ґ": "g", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "d", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz",
    "ў": "u",
}  # fmt: skip
# What separates words in one spelling of a name and not, or otherwise, in another.
_JOINERS = {
    "-": " ",
    "‐": " ",
    "‑": " ",
    "‒": " ",
    "–": "–",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
}
_NOT_PLAIN = re.compile(r"[^\x00-,./-\x7f]")
_NOT_WORD = re.compile(r"[^a-z0-9\n]+")


class Plain(NamedTuple):
    """Folded text and the way back: `shifts` are (offset in folded text, what to add from there on), in order."""

    text: str
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def original(self, offset: int) -> int:
        """The offset in the original text of an offset in the folded one."""
        at = bisect_right(self.starts, offset) - 1
        return offset + self.shifts[at] if at >= 0 else offset


@lru_cache(maxsize=4096)
def fold_letter(letter: str) -> str:
    """One lower-case character in plain letters: "" for a combining mark, several letters for "ß" or "θ", itself when there is nothing to do."""
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    if letter in _JOINERS:
        return _JOINERS[letter]
    parts = [c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c)]
    return "".join(_SPECIAL.get(c, c) for c in parts)


def plain(text: str) -> Plain:
    """The text in lower case and plain letters, hyphens and odd spaces as blanks, with the way back to its offsets.

    >>> plain("Universität Jülich-Straße").text
    'universitat julich strasse'
    """
    if text.isascii() and "-" not in text:
        return Plain(text.lower(), (), ())
    starts: list[int] = []
    shifts: list[int] = []
    shift = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal shift
        letter = found[0]
        new = fold_letter(letter.lower()) if len(letter.lower()) == 1 else fold_letter(letter.lower()[0])
        if len(new) != 1:
            # Every letter after the first of several leads to the end of the one they stand for, so that offsets never run backwards.
            first = found.start() - shift
            shift += 1 - len(new)
            for at in range(min(1, len(new)), len(new) + 1):
                starts.append(first + at)
                shifts.append(found.end() - first - at)
        return new

    folded = _NOT_PLAIN.sub(replace, text)
    return Plain(folded.lower(), tuple(starts), tuple(shifts))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """A name made comparable: lower-case plain letters and digits, words parted by single blanks.

    >>> fold("Poznań"), fold("Αθήνα"), fold("St. Pölten"), fold("AI:AT")
    ('poznan', 'athina', 'st polten', 'ai at')
    """
    return _NOT_WORD.sub(" ", plain(text).text).strip()
