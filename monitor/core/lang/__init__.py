"""Language knowledge: one TOML file per language, read once.

The code is language-free: every word it looks for stands in `<code>.toml`, in a section named for its reader ([numbers] and [money] for
`core/text/numbers.py` and `core/kinds/money.py`, [dates] for `core/kinds/date.py`, [cues] for `core/extract.py` ...). This is the only place in the core
that reads files, and only its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

FALLBACK = "en"


@dataclass(frozen=True)
class Lexicon:
    """The words of one language. Hashable by its code, so that readers may cache what they compile from it."""

    code: str
    sections: Mapping[str, Any]

    def __hash__(self) -> int:
        return hash(self.code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexicon) and other.code == self.code

    def section(self, name: str) -> Mapping[str, Any]:
        """The section of that name, or an empty one."""
        found: Mapping[str, Any] = self.sections.get(name, {})
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
    return Lexicon(base, tomllib.loads((files(__name__) / f"{base}.toml").read_text("utf-8")))
