"""Tables: which cells are headers, and of which cells.

Headers come from <th>, scope and <thead>; where a page marks none, the first row heads columns when it holds words over figures, and the first column heads
rows. Tables used for layout (nested, or with whole articles in a cell) have no headers: their cells are paragraphs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.core.model import Form
from monitor.core.readers.blocks import Block

MAX_SPAN = 100  # wider spans are mistakes ("colspan=1000" for "the rest of the row")
_LAYOUT_CHARS = 700  # a cell with more text holds an article, not a value
_HEADER_CHARS = 120


@dataclass(slots=True)
class Cell:
    row: int
    column: int
    row_span: int
    column_span: int
    header: bool
    scope: str
    first: int  # its blocks: first to last, exclusive
    last: int = 0


@dataclass(slots=True)
class Table:
    """A table as it is walked: where the next cell goes, and what is spanned from above."""

    group: int
    row: int = -1
    column: int = 0
    in_head: bool = False
    layout: bool = False
    head_rows: set[int] = field(default_factory=set)
    cells: list[Cell] = field(default_factory=list)
    spanned: dict[int, int] = field(default_factory=dict)  # column -> first row that is free again

    def open_row(self) -> None:
        self.row += 1
        self.column = 0
        if self.in_head:
            self.head_rows.add(self.row)

    def open_cell(self, header: bool, scope: str, row_span: int, column_span: int, first: int) -> Cell:
        """Places the next cell of the current row, beside whatever reaches down from above."""
        if self.row < 0:
            self.open_row()
        while self.spanned.get(self.column, 0) > self.row:
            self.column += 1
        cell = Cell(self.row, self.column, row_span, column_span, header, scope, first)
        if row_span > 1:
            for column in range(self.column, self.column + column_span):
                self.spanned[column] = self.row + row_span
        self.column += column_span
        self.cells.append(cell)
        return cell


def span(written: str | None) -> int:
    """The value of a colspan/rowspan attribute: 1 for anything unreadable.

    >>> span("2"), span("0"), span("²"), span(None)
    (2, 1, 1, 1)
    """
    if not written or not (written.isascii() and written.isdigit() and len(written) < 6):
        return 1
    return max(1, min(int(written), MAX_SPAN))


def finish(table: Table, blocks: Sequence[Block]) -> None:
    """Gives the blocks of the table their place and headers; to be called when the table is closed."""
    texts = [_text(cell, blocks) for cell in table.cells]
    if table.layout or not table.cells or any(len(text) > _LAYOUT_CHARS for text in texts):
        _unmark(table, blocks)
        return
    column_heads, row_heads = _headers(table, texts)
    for number, cell in enumerate(table.cells):
        of_column = _above(column_heads, cell) if number not in column_heads.cells else None
        of_row = row_heads.get(cell.row)
        for block in blocks[cell.first : cell.last]:
            block.row, block.column, block.group = cell.row, cell.column, table.group
            block.column_header = of_column or None
            block.row_header = of_row[1] if of_row and of_row[0] != number and number not in column_heads.cells else None


def _text(cell: Cell, blocks: Sequence[Block]) -> str:
    return " ".join(block.text for block in blocks[cell.first : cell.last])


def _unmark(table: Table, blocks: Sequence[Block]) -> None:
    for cell in table.cells:
        for block in blocks[cell.first : cell.last]:
            if block.form is Form.CELL:
                block.form, block.group, block.row, block.column = Form.PARAGRAPH, None, None, None


@dataclass(slots=True)
class _ColumnHeads:
    cells: set[int]  # numbers of the header cells
    by_column: dict[int, list[tuple[int, str]]]  # column -> (row, text), top down


def _headers(table: Table, texts: Sequence[str]) -> tuple[_ColumnHeads, dict[int, tuple[int, str]]]:
    """Column headers, and for each row the cell (number, text) that heads it."""
    rows: dict[int, list[int]] = defaultdict(list)
    for number, cell in enumerate(table.cells):
        rows[cell.row].append(number)
    head_rows = _head_rows(table, texts, rows)
    heads = _ColumnHeads(set(), defaultdict(list))
    for number, cell in enumerate(table.cells):
        if cell.scope in ("col", "colgroup") or (cell.row in head_rows and cell.scope not in ("row", "rowgroup")):
            heads.cells.add(number)
            for column in range(cell.column, cell.column + cell.column_span):
                if texts[number] and len(texts[number]) <= _HEADER_CHARS:
                    heads.by_column[column].append((cell.row, texts[number]))
    return heads, _row_heads(table, texts, rows, head_rows)


def _head_rows(table: Table, texts: Sequence[str], rows: dict[int, list[int]]) -> set[int]:
    """Rows of <thead>; leading rows of nothing but <th>; else a first row of words over a column of figures."""
    if table.head_rows:
        return table.head_rows
    found: set[int] = set()
    for row in sorted(rows):
        if len(rows[row]) < 2 or not all(table.cells[n].header or not texts[n] for n in rows[row]):
            break
        found.add(row)
    if found or len(rows) < 2 or any(cell.header for cell in table.cells):
        return found if len(found) < len(rows) else set()
    first, *others = sorted(rows)
    titles = [texts[n] for n in rows[first]]
    wide = len(titles) >= 2 and all(len(t) <= 60 and (not _has_digit(t) or _is_year(t)) for t in titles)
    figures = any(_has_digit(texts[n]) for row in others for n in rows[row][1:])
    three = len(titles) >= 3 or all(len(texts[n]) > 0 for n in rows[first])
    return {first} if wide and figures and three and not _is_pair_table(rows, texts) else set()


def _is_pair_table(rows: dict[int, list[int]], texts: Sequence[str]) -> bool:
    """Two columns of label and value: its first row is a fact like the others unless it holds words where the others hold figures."""
    if any(len(numbers) != 2 for numbers in rows.values()):
        return False
    first, *others = (numbers[1] for _, numbers in sorted(rows.items()))
    return _has_digit(texts[first]) or not all(_has_digit(texts[n]) for n in others)


def _row_heads(table: Table, texts: Sequence[str], rows: dict[int, list[int]], head_rows: set[int]) -> dict[int, tuple[int, str]]:
    heads: dict[int, tuple[int, str]] = {}
    for row, numbers in rows.items():
        if row in head_rows or len(numbers) < 1:
            continue
        marked = [n for n in numbers if table.cells[n].header and table.cells[n].scope not in ("col", "colgroup")]
        number = marked[0] if marked else numbers[0]
        if (
            texts[number]
            and len(texts[number]) <= _HEADER_CHARS
            and (marked or table.cells[number].column == 0)
            and not _is_figure(texts[number])
        ):
            for below in range(row, row + table.cells[number].row_span):
                heads.setdefault(below, (number, texts[number]))
    return heads


def _above(heads: _ColumnHeads, cell: Cell) -> str:
    above = [text for row, text in heads.by_column.get(cell.column, ()) if row < cell.row]
    return " ".join(dict.fromkeys(above))


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit()


def _is_figure(text: str) -> bool:
    """Mostly digits: a value, not a name for a row; years may head rows."""
    return not _is_year(text) and sum(c.isdigit() for c in text) * 2 > len(text)
