"""Spans of text that are already spoken for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class Taken:
    """A growing set of disjoint spans, asked whether a new one would overlap; logarithmic per question."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans = sorted(spans)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether any part of start..end is taken."""
        at = bisect_left(self._spans, (start, start))
        after = self._spans[at][0] < end if at < len(self._spans) else False
        return after or (at > 0 and self._spans[at - 1][1] > start)

    def add(self, start: int, end: int) -> None:
        """Take start..end."""
        at = bisect_left(self._spans, (start, end))
        self._spans.insert(at, (start, end))
