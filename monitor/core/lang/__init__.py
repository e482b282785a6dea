"""Language knowledge: one TOML file per language, read once.

The code is language-free: every word it looks for stands in `<code>.toml`, in a section named for its reader ([numbers] and [money] for
`core/text/numbers.py` and `core/kinds/money.py`, [dates] for `core/kinds/date.py`, [cues] for `core/extract.py` ...). This is the only place in the core
that reads files, and only its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

FALLBACK = "en"


class Lexicon:
    """The words of one language. Equal and hashable by its code, so that readers may cache what they compile from it.

    A section is parsed when it is first asked for: most callers want one section of many languages or many of one.
    """

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self._chunks = _chunks(text)
        self._parsed: dict[str, Mapping[str, Any]] = {}

    def __hash__(self) -> int:
        return hash(self.code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexicon) and other.code == self.code

    def __reduce__(self) -> tuple[object, ...]:
        return load, (self.code,)

    def section(self, name: str) -> Mapping[str, Any]:
        """The section of that name, or an empty one."""
        if name not in self._parsed:
            self._parsed[name] = tomllib.loads(self._chunks.get(name, "")).get(name, {})
        return self._parsed[name]


_HEADER = re.compile(r"^\[{1,2}([A-Za-z_]+)[\].]", re.M)


def _chunks(text: str) -> dict[str, str]:
    """The text of each top-level section with its sub-tables."""
    found: dict[str, str] = {}
    headers = list(_HEADER.finditer(text))
    for header, following in zip(headers, [*headers[1:], None], strict=True):
        chunk = text[header.start() : following.start() if following else len(text)]
        found[header[1]] = found.get(header[1], "") + chunk
    return found


@cache
def known() -> tuple[str, ...]:
    """The codes of all languages there is a file for, sorted."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in files(__name__).iterdir() if f.name.endswith(".toml")))


@cache
def load(code: str | None) -> Lexicon:
    """The lexicon of a language ("de", "de-AT"); English where there is no file for it.

    >>> load("de-AT").code
    'de'
    """
    base = (code or FALLBACK).lower().replace("_", "-").split("-")[0]
    if base not in known():
        base = FALLBACK
    return Lexicon(base, (files(__name__) / f"{base}.toml").read_text("utf-8"))
