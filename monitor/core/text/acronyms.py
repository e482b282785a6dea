"""Names proved by the acronym that follows them in brackets: "Barcelona Supercomputing Centre (BSC)"."""

from __future__ import annotations

import re

from monitor.core.text.names import stands_for

_ACRONYM = re.compile(r" ?\(([A-Z][\w&+-]{1,9})\)")


def spelled_out_spans(text: str) -> list[tuple[int, int]]:
    """Names proved by the acronym that follows them in brackets."""
    found = []
    for match in _ACRONYM.finditer(text):
        start = _spelled_out(text, match.start(), match[1])
        if start is None:
            continue
        found.append((start, match.start()))
    return found


def _spelled_out(text: str, end: int, acronym: str) -> int | None:
    """Where the words that an acronym stands for begin; None when the words before it do not make it."""
    line = text[max(0, end - 120) : end].rsplit("\n", 1)[-1]
    starts = [m.start() for m in re.finditer(r"(?<![\w'’-])[\w]", line)][-10:]
    for start in reversed(starts[:-1]):
        piece = line[start:]
        if any(c in piece for c in ",;:()."):
            return None
        if piece[0].isupper() and stands_for(acronym, piece) and sum(w[0].isupper() for w in piece.split()) >= 2:
            return end - len(line) + start
    return None
