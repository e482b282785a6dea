"""Texts side by side, word by word: a quote among the words around it, and what differs between two texts.

A text is shown as pieces, each with the way it is marked; the templates escape and mark them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import Indel, Opcodes

from monitor.render.clean import line

AROUND_CHARS = 240  # before and after a quote
WORDS_COMPARED = 4000  # of one changed stretch; longer ones are shown as a whole
LINES_COMPARED = 20_000
LINES_AROUND = 2
_WORD = re.compile(r"\d{1,40}(?:[.,]\d{1,40}){1,6}|\w+|[^\w\s]|\s+")  # an amount is one word


class Piece(NamedTuple):
    """A stretch of text and its mark: "" (plain), quote, new, gone, or fact."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One stretch of two texts compared by lines: `same` lines left out, or pieces with what is new and what is gone."""

    pieces: tuple[Piece, ...] = ()
    left_out: int = 0


def in_context(text: str | None, start: int, end: int, quote: str) -> list[Piece]:
    """The quote marked among the words around it; alone where the page no longer reads like that."""
    if text is None or text[start:end] != quote:
        return [Piece(line(quote, 1200), "quote")]
    first, last = edge(text, max(0, start - AROUND_CHARS), forward=True, stop=start), min(len(text), end + AROUND_CHARS)
    last = edge(text, last, forward=False, stop=end)
    before, after = flat(text[first:start]), flat(text[end:last])
    opening = "… " if first > 0 else ""
    closing = " …" if last < len(text) else ""
    return [Piece(opening + before.lstrip()), Piece(flat(quote), "quote"), Piece(after.rstrip() + closing)]


def edge(text: str, at: int, *, forward: bool, stop: int) -> int:
    """The next blank in a direction, so that no word is cut; `stop` where there is none."""
    if at in (0, len(text)):
        return at
    step = 1 if forward else -1
    while at != stop and not text[at - (0 if forward else 1)].isspace():
        at += step
    return at


def flat(text: str) -> str:
    """Without anything invisible, blanks folded, the ends of blocks kept: a cell must not run into its neighbour."""
    shown = "\n".join(part for part in map(line, text.split("\n")) if part)
    before = "\n" if text[: len(text) - len(text.lstrip())].count("\n") else " " if text[:1].isspace() else ""
    after = "\n" if text[len(text.rstrip()) :].count("\n") else " " if text[-1:].isspace() else ""
    return before + shown + after if shown else before or after


def compared(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Two short texts with the words marked that only one of them has."""
    ours, theirs = words(line(old, 4000)), words(line(new, 4000))
    before: list[Piece] = []
    after: list[Piece] = []
    for op in merged(bridged(opcodes(ours, theirs), ours)):
        gone, came = "".join(ours[op.src_start : op.src_end]), "".join(theirs[op.dest_start : op.dest_end])
        is_same = op.tag == "equal"
        if gone:
            before.append(Piece(gone, "" if is_same else "gone"))
        if came:
            after.append(Piece(came, "" if is_same else "new"))
    return before, after


def differences(old: str, new: str) -> list[Difference]:
    """Two pages compared: by lines first, then by words where lines changed; what is the same for long is left out and counted."""
    ours, theirs = old.splitlines()[:LINES_COMPARED], new.splitlines()[:LINES_COMPARED]
    found: list[Difference] = []
    codes = list(opcodes(ours, theirs))
    for number, op in enumerate(merged(codes)):
        if op.tag == "equal":
            found += same(ours[op.src_start : op.src_end], is_first=number == 0, is_last=op.src_end == len(ours))
        else:
            found.append(Difference(tuple(changed(ours[op.src_start : op.src_end], theirs[op.dest_start : op.dest_end]))))
    return found


class Step(NamedTuple):
    tag: str
    src_start: int
    src_end: int
    dest_start: int
    dest_end: int


def opcodes(ours: Sequence[str], theirs: Sequence[str]) -> list[Step]:
    """What makes one sequence of words or lines the other; common ends are cut off first, since the rest costs its square."""
    start = 0
    while start < min(len(ours), len(theirs)) and ours[start] == theirs[start]:
        start += 1
    end = 0
    while end < min(len(ours), len(theirs)) - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    inner_ours, inner_theirs = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    steps = [Step("equal", 0, start, 0, start)] if start else []
    found: Opcodes = Indel.opcodes(list(inner_ours), list(inner_theirs))
    steps += [Step(o.tag, o.src_start + start, o.src_end + start, o.dest_start + start, o.dest_end + start) for o in found]
    if end:
        steps.append(Step("equal", len(ours) - end, len(ours), len(theirs) - end, len(theirs)))
    return steps


def merged(steps: Iterable[Step]) -> list[Step]:
    """Deletions and insertions side by side as one replacement, so that they are compared by words."""
    found: list[Step] = []
    for step in steps:
        if found and found[-1].tag != "equal" and step.tag != "equal":
            last = found.pop()
            step = Step("replace", last.src_start, step.src_end, last.dest_start, step.dest_end)
        found.append(step)
    return found


def same(lines: Sequence[str], *, is_first: bool, is_last: bool) -> list[Difference]:
    """Unchanged lines: a few next to what changed, the rest only counted."""
    head = 0 if is_first else LINES_AROUND
    tail = 0 if is_last else LINES_AROUND
    if len(lines) <= head + tail + 1:
        return [Difference((Piece("\n".join(map(line, lines))),))]
    found = [Difference((Piece("\n".join(map(line, lines[:head]))),))] if head else []
    found.append(Difference(left_out=len(lines) - head - tail))
    return [*found, Difference((Piece("\n".join(map(line, lines[-tail:]))),))] if tail else found


def changed(gone: Sequence[str], came: Sequence[str]) -> list[Piece]:
    ours, theirs = words("\n".join(map(line, gone))), words("\n".join(map(line, came)))
    if not ours or not theirs or max(len(ours), len(theirs)) > WORDS_COMPARED:
        return [p for p in (Piece("".join(ours), "gone"), Piece("".join(theirs), "new")) if p.text]
    pieces: list[Piece] = []
    for op in merged(bridged(opcodes(ours, theirs), ours)):
        old, new = "".join(ours[op.src_start : op.src_end]), "".join(theirs[op.dest_start : op.dest_end])
        if op.tag == "equal":
            pieces.append(Piece(new))
            continue
        pieces += [p for p in (Piece(old, "gone"), Piece(new, "new")) if p.text]
    return pieces


def bridged(steps: Sequence[Step], ours: Sequence[str]) -> list[Step]:
    """A lone blank between two changed words counts as changed with them: whole phrases read better than a patchwork."""
    found = []
    for number, step in enumerate(steps):
        is_inner = 0 < number < len(steps) - 1
        is_blank = step.tag == "equal" and "".join(ours[step.src_start : step.src_end]).isspace()
        found.append(step._replace(tag="replace") if is_inner and is_blank else step)
    return found


def words(text: str) -> list[str]:
    return _WORD.findall(text)
