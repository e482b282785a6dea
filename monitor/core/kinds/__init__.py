"""Fact kinds: one file each, all of one shape.

A kind finds its mentions in a page, parses what people write into a baseline, compares two values and shows one. A new kind is one new file with the same
names, registered under the entry point group `monitor.kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from monitor.core.lang import Lexicon
from monitor.core.model import Comparison, Mention, Page, Setting, Value

Span = tuple[int, int]

# Verdicts of `compare` under which two values say the same.
AGREE = frozenset({"same", "coarser", "refined"})


class Kind(Protocol):
    """What every kind offers. `parse`, `from_json` return None for what cannot be read; `find` never raises, whatever the text."""

    name: str

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        """All mentions in the page in text order, none overlapping `taken` (spans that stronger kinds have claimed) or another; none crosses a passage."""
        ...

    def parse(self, written: object, lexicon: Lexicon) -> Value | None:
        """The value of what a person wrote in a baseline folder: a string as on a page, or a table in the JSON shape."""
        ...

    def compare(self, old: Value, new: Value) -> Comparison:
        """How `new` relates to `old`, with tolerance from the written digits (design.md, section 7, rule 1)."""
        ...

    def show(self, value: Value, lexicon: Lexicon) -> str:
        """The value for a person; `parse(show(value))` is the value."""
        ...

    def to_json(self, value: Value) -> Mapping[str, Any]:
        """The value in the JSON shape of design.md, section 6."""
        ...

    def from_json(self, data: Mapping[str, Any]) -> Value | None:
        """The inverse of `to_json`; tolerant of missing optional keys."""
        ...
