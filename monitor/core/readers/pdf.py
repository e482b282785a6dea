"""PDF documents: lines in reading order, columns one after the other, tables as rows, headings by size, page furniture set aside.

A PDF has no structure, only glyphs at places. `layout` rebuilds lines, columns and rows from those places; here they become blocks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Any

from monitor.core.lang import load
from monitor.core.model import Form, Page, Region, Source
from monitor.core.readers.blocks import Block, assemble, fold
from monitor.core.readers.layout import Line, Segment, arrange
from monitor.core.readers.stamps import stamps
from monitor.core.readers.text import LABEL
from monitor.core.text.language import language_of
from monitor.errors import FetchError, Problem

MAX_PAGES = 3000
MAX_SEGMENTS = 40_000  # of the document: a line is one or two; 10,000 take about a second
_MAX_SEGMENTS = 4000  # per page; more is a drawing made of letters
_ENCRYPTED = 4  # FPDF_ERR_PASSWORD, https://pdfium.googlesource.com/pdfium/+/refs/heads/main/public/fpdfview.h
_BULLET = re.compile(r"^(?:[•‣◦▪●■–—*·-]|\d{1,2}[.)]|\uf0b7)\s+(?=\S)")
_PAGE_NUMBER = re.compile(r"^(?:\D{0,12}\s)?\d{1,4}(?:\s?(?:/|of|von|de|di|z|van|sur)\s?\d{1,4})?$", re.I)
_CREATED = re.compile(r"^D?:?((?:19|20)\d\d)(\d\d)(\d\d)")
_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})[-\xad\u2010\x02]$")
_HEADING_SIZE = 1.18  # times the height of the text; tight glyph boxes vary by about 10 %


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page; raises FetchError("unsupported") for encrypted and FetchError("parse_error") for damaged documents."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _ENCRYPTED or "password" in str(error).lower():
            raise FetchError("unsupported", "the PDF is encrypted with a password") from None
        raise FetchError("parse_error", f"damaged PDF: {str(error)[:120]}") from None
    try:
        return _read_document(document, url, source)
    except pypdfium2.PdfiumError as error:
        raise FetchError("parse_error", f"damaged PDF: {str(error)[:120]}") from None
    finally:
        document.close()


def _read_document(document: Any, url: str, source: Source | None) -> Page:
    pages, problems = _pages(document)
    _set_furniture_aside(pages)
    height = median([line.height for lines in pages for line in lines if line.region is Region.MAIN] or [10.0])
    blocks = _blocks(pages, height)
    about = document.get_metadata_dict()
    title = _title(blocks)
    language = language_of(None, source.language if source else None, " ".join(b.text for b in blocks[:80])[:6000])
    seen = stamps(blocks, title, load(language))
    for index in seen.blocks:
        if blocks[index].form in (Form.PARAGRAPH, Form.ITEM):
            blocks[index].form = Form.META
    if title is not None:
        blocks[title].form = Form.TITLE
    made = assemble(blocks)
    if not made.text:
        problems.append(Problem("pdf", "no text in it (scanned pages?)", level="warning"))
    created, modified = _day(about.get("CreationDate")), _day(about.get("ModDate"))
    published, where = (seen.published_on, "text") if seen.published_on else (created, "pdf" if created else "")
    name = blocks[title].text if title is not None else fold(about.get("Title") or "")
    return Page(
        url, name[:500], made.text, made.passages, language, published, seen.modified_on or modified, where, (), (), tuple(problems)
    )


def _pages(document: Any) -> tuple[list[list[Line]], list[Problem]]:
    """The lines of each page; what is too much is left out with a problem."""
    problems: list[Problem] = []
    count = len(document)
    if count > MAX_PAGES:
        problems.append(Problem("pdf", f"{count} pages; the first {MAX_PAGES} were read", level="warning"))
    pages: list[list[Line]] = []
    read = damaged = 0
    for number in range(min(count, MAX_PAGES)):
        segments = _segments(document, number)
        if segments is None:
            damaged += 1
            continue
        read += len(segments)
        pages.append(arrange(segments))
        if read > MAX_SEGMENTS and number + 1 < count:
            problems.append(Problem("pdf", f"{count} pages with more text than is read; read up to page {number + 1}", level="warning"))
            break
    if damaged:
        problems.append(Problem("pdf", f"{damaged} page(s) are damaged and were left out", level="warning"))
    if damaged and not pages:
        raise FetchError("parse_error", "damaged PDF: no page can be read")
    return pages, problems


def _segments(document: Any, number: int) -> list[Segment] | None:
    """The runs of text of a page with their places in points, origin at the top; None for a damaged page."""
    import pypdfium2

    try:
        page = document[number]
        text = page.get_textpage()
        top_of_page = page.get_height()
        found: list[Segment] = []
        for index in range(min(text.count_rects(), _MAX_SEGMENTS)):
            left, bottom, right, top = text.get_rect(index)
            written = fold(text.get_text_bounded(left, bottom, right, top).replace("\ufffe", "\x02").replace("\x02", "\u2010"))
            if written:
                found.append(Segment(left, top_of_page - top, right, top_of_page - bottom, written))
        text.close()
        page.close()
        return found
    except (pypdfium2.PdfiumError, ValueError, OverflowError):
        return None


def _set_furniture_aside(pages: Sequence[Sequence[Line]]) -> None:
    """Page numbers, and lines at the edge of a page that come back on most pages with other digits."""
    edges: Counter[str] = Counter()
    for lines in pages:
        edges.update({_pattern(line) for line in _edges(lines)})
    for lines in pages:
        for line in _edges(lines):
            if len(pages) > 1 and _PAGE_NUMBER.match(line.text) and line in (lines[0], lines[-1]):
                line.region = Region.FOOTER
            if len(pages) >= 3 and edges[_pattern(line)] >= max(3, len(pages) // 2):
                line.region = Region.FOOTER


def _edges(lines: Sequence[Line]) -> list[Line]:
    """The lines that may be furniture: two at each end of a full page, one of a short one."""
    reach = 2 if len(lines) >= 8 else 1
    return [*lines[:reach], *lines[max(reach, len(lines) - reach) :]]


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text)[:200]


def _blocks(pages: Sequence[Sequence[Line]], height: float) -> list[Block]:
    """Lines joined to paragraphs, with the headings above them."""
    made = _Maker(height)
    for lines in pages:
        for line in lines:
            made.add(line)
        made.end_page()
    made.end()
    return made.blocks


class _Maker:
    """Collects lines until a paragraph is complete."""

    def __init__(self, height: float) -> None:
        self.blocks: list[Block] = []
        self._height = height
        self._held: list[Line] = []
        self._form = Form.PARAGRAPH
        self._path: list[tuple[int, str]] = []
        self._group = 0
        self._lead: str | None = None
        self._heads: Line | None = None  # first row of the table being read
        self._row = 0

    def add(self, line: Line) -> None:
        if line.region is not Region.MAIN:
            self._held_then(lambda: self.blocks.append(Block(line.text, Form.PARAGRAPH, line.region)), keep=True)
        elif len(line.cells) > 1:
            self.end()
            self._add_row(line)
        else:
            self._heads = None
            self._add_line(line)

    def end_page(self) -> None:
        self._heads = None

    def _held_then(self, act: Any, keep: bool) -> None:
        """Furniture interrupts no paragraph: a sentence goes on after the page break."""
        held, self._held = self._held, []
        act()
        self._held = held if keep else []

    def _add_line(self, line: Line) -> None:
        bullet = _BULLET.match(line.text)
        if self._held and (bullet or not self._goes_on(line)):
            self.end()
        if not self._held:
            self._form = Form.ITEM if bullet else Form.PARAGRAPH
        self._held.append(line)

    def _goes_on(self, line: Line) -> bool:
        last = self._held[-1]
        if LABEL.match(line.text) and len(line.text) <= 120 and line.left <= last.left + 2:
            return bool(last.text[-1:] in ",;" or _HYPHEN.search(last.text))
        if self._is_large(line) != self._is_large(self._held[0]) or (
            self._is_large(line) and abs(line.height - last.height) > 0.25 * last.height
        ):
            return False
        gap = line.top - last.bottom
        if gap < -5:  # a new column or page: only an open sentence goes on
            return last.text[-1:] not in ".!?:" and (line.text[:1].islower() or bool(_HYPHEN.search(last.text)))
        short_before = last.right < last.block_right - 0.25 * (last.block_right - last.left)
        if short_before and not _HYPHEN.search(last.text) and not line.text[:1].islower():
            return False
        return gap <= 0.95 * max(self._height, last.height)

    def _is_large(self, line: Line) -> bool:
        return line.height >= _HEADING_SIZE * self._height

    def end(self) -> None:
        """Closes the paragraph that is being collected."""
        if not self._held:
            return
        lines, self._held = self._held, []
        text = _joined(lines)
        if self._is_large(lines[0]) and len(text) <= 200 and not text.endswith((".", ";", ",")) and self._form is not Form.ITEM:
            self._add_heading(text, lines[0].height)
            return
        bullet = _BULLET.match(text)
        if bullet:
            text = text[bullet.end() :]
        found = LABEL.match(text)
        own = found.group(1).strip() if found and len(found.group(1).split()) <= 6 and len(text) <= 200 else None
        form = Form.ITEM if self._form is Form.ITEM or own else Form.PARAGRAPH
        label = own or (self._lead if form is Form.ITEM else None)
        if form is Form.PARAGRAPH or not bullet:
            self._lead = text.rstrip(": ") if text.endswith(":") and len(text) <= 200 else None
        self.blocks.append(Block(text, form, headings=self._headings(), label=label))

    def _add_heading(self, text: str, height: float) -> None:
        rank = 1 if height >= 1.7 * self._height else 2 if height >= 1.35 * self._height else 3
        self._path = [entry for entry in self._path if entry[0] < rank]
        self.blocks.append(Block(text, Form.HEADING, headings=self._headings(), rank=rank))
        self._path.append((rank, text[:300]))
        self._lead = None

    def _headings(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._path)

    def _add_row(self, line: Line) -> None:
        """A row of cells; the first row of a table heads the columns if it holds words only."""
        new = self._heads is None
        if new:
            self._group += 1
            self._row = 0
            self._heads = line
        heads = self._heads
        assert heads is not None
        wordy = not any(c.isdigit() for cell in heads.cells for c in cell.text if len(cell.text) != 4)
        for column, cell in enumerate(line.cells):
            above = next((h.text for h in heads.cells if h.left < cell.right and cell.left < h.right), None) if wordy and not new else None
            row_head = line.cells[0].text if column and not (new and wordy and len(line.cells) > 2) else None
            block = Block(cell.text, Form.CELL, headings=self._headings(), row_header=row_head, column_header=above)
            block.group, block.row, block.column = self._group, self._row, column
            self.blocks.append(block)
        self._row += 1


def _joined(lines: Sequence[Line]) -> str:
    """The text of a paragraph; a word broken at the line end is whole again, a hyphen before a capital stays ("KI-Fabrik")."""
    text = lines[0].text
    for line in lines[1:]:
        if _HYPHEN.search(text):
            text = (text[:-1] if line.text[:1].islower() else text) + line.text
        else:
            text += " " + line.text
    return fold(text)


def _title(blocks: Sequence[Block]) -> int | None:
    """The first large heading of the beginning, else a short first line."""
    for rank in (1, 2, 3):
        for index, block in enumerate(blocks[:12]):
            if block.rank == rank:
                return index
    short = bool(blocks) and blocks[0].form is Form.PARAGRAPH and len(blocks[0].text) <= 150 and blocks[0].region is Region.MAIN
    return 0 if short and not blocks[0].text.endswith(".") else None


def _day(written: object) -> date | None:
    m = _CREATED.match(written) if isinstance(written, str) else None
    if not m:
        return None
    try:
        return date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        return None
