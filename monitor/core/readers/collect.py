"""What the walk over an HTML tree collects: text until a block is complete, containers, headings, labels.

It knows nothing about elements: `walk` and `structure` say what begins and ends, here the blocks are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from monitor.core.model import Form, Region
from monitor.core.readers import regions, tables
from monitor.core.readers.blocks import Block, fold, words
from monitor.core.readers.regions import Frame, Hint

Attributes = dict[str, str | None]
Closer = Callable[[], None]

# Elements in which a heading holds for what is inside, and for nothing after them.
_SECTIONS = words("section article aside nav footer td th li dd details fieldset")
_LABEL = re.compile(r"^([^\d\W][^:\n\x02\x03]{1,58}?)\s?:\s(?=\S)")
_ENDED = re.compile(r"[.!?:;…»”\"]$")
_BULLET = re.compile(r"^[•‣◦▪–—*·-]\s")
_SPACES = re.compile(r"[ \t\r\n\f\x0b]+")
# Marks within a block while it is collected; control characters that are no white space, dropped by `fold` if a page contains them.
BREAK, BOLD, UNBOLD = "\x01", "\x02", "\x03"


class Anchor(NamedTuple):
    url: str
    text: str
    block: int  # the block its text stands in, or the next one


@dataclass(slots=True)
class Above:
    rank: int
    text: str
    frame: int


class Collector:
    """What has been read so far. Afterwards `blocks`, `frames`, `anchors` and `times` hold what the page has."""

    def __init__(self, url: str, controlled: frozenset[str] = frozenset(), skipped: frozenset[int] = frozenset()) -> None:
        self.url = url
        self.blocks: list[Block] = []
        self.frames: list[Frame] = [Frame(0, 0, 0, "html", None)]
        self.anchors: list[Anchor] = []
        self.times: list[tuple[int, Attributes]] = []  # <time> and microdata dates: block they stand in, attributes
        self.title_blocks: list[int] = []
        self._skipped_ids = skipped
        self._controlled = controlled
        self._origin = _origin(url)
        self._buffer: list[str] = []
        self._aside: list[str] = []  # unseen inline text, given out after the block it stands in
        self._frame = self.frames[0]
        self._headings: list[Above] = []
        self._forms: list[Form] = [Form.PARAGRAPH]
        self._labels: list[str | None] = [None]
        self._groups: list[int | None] = [None]
        self._tables: list[tables.Table] = []
        self._terms: list[str] = []
        self._group_count = 0
        self._in_link = 0
        self._in_pre = 0
        self._in_title = 0  # inside a heading everything is inline
        self._link_chars = 0
        self._pair_label: str | None = None
        self._previous_class_span = False

    def _text(self, text: str) -> None:
        if self._in_pre:
            text = text.replace("\n", BREAK)
        elif not text.strip():
            text = " "
        if self._in_link:
            self._link_chars += len(text.strip())
        if self._previous_class_span:
            self._previous_class_span = False
        self._buffer.append(text)

    def _flush(self, form: Form | None = None, rank: int = 0) -> int | None:
        """Ends the current block; returns the index of its (first) block, or None when there was no text."""
        if not self._buffer and not self._aside:
            return None
        raw = "".join(self._buffer)
        self._buffer.clear()
        links, self._link_chars = self._link_chars, 0
        first = len(self.blocks)
        if raw.strip():
            for part in _parts(raw) if BREAK in raw else (raw,):
                self._add(part, form, rank, links)
        self._flush_aside()
        return first if len(self.blocks) > first else None

    def _flush_aside(self) -> None:
        for text in self._aside:
            if folded := fold(text):
                self.blocks.append(Block(folded, Form.PARAGRAPH, frame=self._frame.index, extra={"unseen": "1"}))
        self._aside.clear()

    def _add(self, raw: str, form: Form | None, rank: int, links: int) -> None:
        bold_label, raw = _bold_start(raw) if BOLD in raw else (None, raw)
        text = fold(raw)
        if not text:
            return
        all_bold = bold_label is not None and len(bold_label) >= len(text) - 1
        block = Block(text, form or self._forms[-1], frame=self._frame.index, rank=rank, link_chars=min(links, len(text)), bold=all_bold)
        block.headings = tuple(h.text for h in self._headings)
        block.group = self._groups[-1]
        block.label = self._label_of(block, bold_label)
        if self._frame.meta and len(text) <= 160:
            block.form = Form.META
        self.blocks.append(block)

    def _label_of(self, block: Block, bold_label: str | None) -> str | None:
        """ "Budget: EUR 5 m" labels itself; a bold line of its own ("Budget", then "EUR 5 m") labels what follows it in the same element."""
        if block.rank or block.form in (Form.TERM, Form.CELL, Form.DEFINITION):
            return self._labels[-1]
        if bold_label and (block.bold or bold_label.endswith(":") or block.text[len(bold_label) :].lstrip().startswith((":", "–"))):
            own = bold_label.rstrip(": ")
            if block.bold:
                self._pair_label = own if len(own) <= 60 else None
                return self._labels[-1]
            return self._own_label(block, own)
        if bold_label and block.form is Form.ITEM and len(bold_label) <= 40 and block.text[len(bold_label) :].lstrip()[:1].isdigit():
            return self._own_label(block, bold_label.rstrip(": "))  # "<b>Cost</b> 3.3 bn"
        found = _LABEL.match(block.text)
        if found and len(found.group(1).split()) <= 6 and (block.form is Form.ITEM or len(block.text) <= 160):
            return self._own_label(block, found.group(1).strip())
        return self._pair_label or self._labels[-1]

    def _own_label(self, block: Block, label: str) -> str:
        """An item that labels itself keeps what its list is introduced by as the last of its headings."""
        if block.form is Form.ITEM and self._labels[-1]:
            block.headings = (*block.headings, self._labels[-1])
        return label

    def _capture(self, give: Callable[[str], None]) -> Closer:
        """Collects the text inside an inline element apart from the sentence it stands in."""
        outer, self._buffer = self._buffer, []

        def close() -> None:
            text = "".join(self._buffer)
            self._buffer = outer
            give(text)

        return close

    def _is_within(self, *tags: str) -> bool:
        frame = self._frame
        while frame.index:
            if frame.tag in tags:
                return True
            frame = self.frames[frame.parent]
        return False

    def _enter(self, tag: str, hint: Hint | None, meta: bool = False, before: Closer | None = None) -> Closer:
        outer = self._frame
        frame = Frame(
            len(self.frames), outer.index, outer.depth + 1, tag, hint, len(self.blocks), 0, len(self._headings), meta=meta or outer.meta
        )
        self.frames.append(frame)
        self._frame = frame
        pair, self._pair_label = self._pair_label, None

        def close() -> None:
            if before is not None:
                before()
            self._flush()
            frame.last = len(self.blocks)
            self._drop_headings(frame)
            self._frame = outer
            self._pair_label = pair

        return close

    def _in_frame(self, tag: str, attributes: Attributes, before: Closer) -> Closer:
        if not attributes:
            return self._enter(tag, None, False, before)
        class_ = attributes.get("class") or ""
        hint = regions.hint_of(tag, class_[:400], (attributes.get("id") or "")[:100], attributes.get("role") or "")
        return self._enter(tag, hint, regions.is_meta(class_), before)

    def _drop_headings(self, frame: Frame) -> None:
        """Headings end with the section they stand in; a plain <div> ends them only if it held more than the heading. The page's <h1> goes on."""
        if len(self._headings) <= frame.headings_before:
            return
        inner = self._headings[frame.headings_before :]
        others = any(not b.rank for b in self.blocks[max(frame.first, frame.last - 50) : frame.last])
        if frame.hint is not None and frame.hint.region is not Region.MAIN and frame.tag != "header":
            kept: list[Above] = []
        elif frame.tag in _SECTIONS or others:
            kept = [h for h in inner if h.rank == 1]
        else:
            kept = inner
        self._headings[frame.headings_before :] = kept

    def _become_heading(self, index: int, rank: int) -> None:
        block = self.blocks[index]
        block.form, block.rank, block.label = Form.HEADING, rank, None
        while self._headings and self._headings[-1].rank >= rank:
            self._headings.pop()
        block.headings = tuple(h.text for h in self._headings)
        self._headings.append(Above(rank, block.text[:300], self._frame.index))
        self._pair_label = None
        if rank == 1:
            self.title_blocks.append(index)


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def _bold_start(raw: str) -> tuple[str | None, str]:
    """The bold words a block starts with (None if it does not), and the block without the marks."""
    label = None
    if raw.lstrip().startswith(BOLD) and UNBOLD in raw:
        label = fold(raw.lstrip()[1 : raw.lstrip().index(UNBOLD)].replace(BOLD, ""))[:200] or None
    return label, raw.replace(BOLD, "").replace(UNBOLD, "")


def _parts(raw: str) -> list[str]:
    """A block with line breaks: lines of their own where they look like lines (sentences, bullets, labels, lists), one text where only the layout breaks it."""
    paragraphs = [p for p in re.split(rf"{BREAK}[ \t\r\n\f]*{BREAK}", raw) if p.strip()]
    parts: list[str] = []
    for paragraph in paragraphs:
        lines = [line for line in paragraph.split(BREAK) if line.strip()]
        parts += lines if _is_list_like(lines) else _joined(lines)
    return parts


def _is_list_like(lines: list[str]) -> bool:
    return len(lines) >= 3 and all(len(line) <= 90 for line in lines) and sum(line.strip()[:1].islower() for line in lines) == 0


def _joined(lines: list[str]) -> list[str]:
    parts: list[list[str]] = []
    for line in lines:
        stripped = _SPACES.sub(" ", line).strip()
        before = parts[-1][-1].rstrip() if parts else ""
        apart = not parts or line.lstrip().startswith(BOLD) or before.endswith(UNBOLD) or _BULLET.match(stripped)
        if apart or _ENDED.search(before.replace(UNBOLD, "").rstrip()):
            parts.append([line])
        else:
            parts[-1].append(line)
    return [" ".join(part) for part in parts]
