"""Many words as one regular expression: a trie keeps a search over hundreds of words linear and fast.

`flat` brings a text into the shape the tries are written for without moving a single offset: lower case, one kind of space, apostrophe and hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_FLAT = {
    " ": "\t\n\r\x0b\x0c\u00a0\u2007\u2009\u200a\u202f\u2002\u2003",
    "'": "\u2019\u02bc\u2018\u00b4",
    "-": "\u2010\u2011\u2012\u2013\u2212",
}
_END = ""


def flat(text: str) -> str:
    """The text in lower case with plain spaces, apostrophes and hyphens; same length, so offsets hold.

    >>> flat("L’Été\\u00a02027")
    "l'été 2027"
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # "İ" becomes two characters
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for plain, written in _FLAT.items():
        for char in written:  # most are not there, and replacing nothing is ten times faster than `translate`
            lowered = lowered.replace(char, plain)
    return lowered


def pattern(words: Iterable[str], *, whole: bool = True) -> str:
    """A regular expression (uncompiled) that matches the longest of the words, whole unless told otherwise; words are in `flat` form.

    >>> import re
    >>> re.findall(pattern(["q", "quarter", "quarter of"]), "quarter of a quarter")
    ['quarter of', 'quarter']
    """
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[_END] = word
    return _render(root, whole) if root else r"(?!)"


def _render(node: dict[str, Any], whole: bool) -> str:
    branches = [_char(char) + _render(child, whole) for char, child in sorted(node.items()) if char != _END]
    if _END in node:  # the shortest comes last: longer words win
        branches.append(r"(?!\w)" if whole and re.match(r"\w", node[_END][-1]) else "")
    return branches[0] if len(branches) == 1 else "(?:" + "|".join(branches) + ")"


def _char(char: str) -> str:
    return " {1,2}" if char == " " else re.escape(char)


def stemmed(entries: Iterable[str]) -> str:
    """A regular expression for whole words, and for every word that begins with an entry ending in "*".

    >>> import re
    >>> re.findall(stemmed(["delay*", "put off"]), "delayed or put off")
    ['delayed', 'put off']
    """
    branches = openings(entries)
    return "(?:" + "|".join(branches) + ")" if branches else r"(?!)"


def openings(entries: Iterable[str]) -> list[str]:
    """The alternatives of `stemmed`, one for each first letter, with the look back for the start of the word behind that letter.

    A regular expression whose alternatives all begin with a letter is searched many times faster than one that begins with a look back.
    """
    root: dict[str, Any] = {}
    for entry in entries:
        stem = entry.endswith("*")
        node = root
        for char in entry[:-1] if stem else entry:
            node = node.setdefault(char, {})
        node[_STEM if stem else _END] = entry
    return [rf"{_char(char)}(?<!\w{_char(char)}){_render_ends(child)}" for char, child in sorted(root.items()) if char]


_STEM = "*"


def _render_ends(node: dict[str, Any]) -> str:
    branches = [_char(char) + _render_ends(child) for char, child in sorted(node.items()) if char not in (_END, _STEM)]
    if _STEM in node:
        branches.append(r"\w{0,15}(?!\w)")
    elif _END in node:  # the shortest comes last: longer words win
        branches.append(r"(?!\w)" if re.match(r"\w", node[_END][-1]) else "")
    return branches[0] if len(branches) == 1 else "(?:" + "|".join(branches) + ")"


def gathered(sources: Iterable[str]) -> str:
    """Regular expressions that begin with a letter of their own as one, by that letter and at the start of a word only; in the order given.

    >>> import re
    >>> re.findall(gathered(["no date", "not set", "tba"]), "notes: no date, not set")
    ['no date', 'not set']
    """
    rests: dict[str, list[str]] = {}
    for source in sources:
        rests.setdefault(source[0], []).append(source[1:])
    branches = [rf"{_char(char)}(?<!\w{_char(char)})(?:{'|'.join(listed)})" for char, listed in rests.items()]
    return "(?:" + "|".join(branches) + ")" if branches else r"(?!)"
