"""From runs of glyphs at places to lines in reading order: rows, table cells, columns.

Lengths are points (1/72 inch), the origin is the top left corner of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from monitor.core.model import Region


@dataclass(slots=True)
class Segment:
    """A run of text without a gap; the box is tight around the glyphs."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(slots=True)
class Line:
    """A line of running text (one cell) or a row of a table (several)."""

    cells: list[Segment]
    region: Region = Region.MAIN
    block_right: float = 0.0  # how far lines of its column reach
    text: str = field(init=False)
    left: float = field(init=False)
    right: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)
    height: float = field(init=False)

    def __post_init__(self) -> None:
        self.text = " ".join(cell.text for cell in self.cells)
        self.left, self.right = self.cells[0].left, self.cells[-1].right
        self.top, self.bottom = min(c.top for c in self.cells), max(c.bottom for c in self.cells)
        self.height = self.bottom - self.top


def arrange(segments: Sequence[Segment]) -> list[Line]:
    """The lines of a page in reading order: across for tables, column by column for prose in columns."""
    if not segments:
        return []
    rows = _rows(segments)
    gutter = _gutter(rows)
    lines = _by_columns(rows, gutter) if gutter is not None else [Line(row) for row in rows]
    reach = max(line.right for line in lines)
    for line in lines:
        if not line.block_right:
            line.block_right = reach
    return lines


def _rows(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments on one line, left to right; those closer than a word space are one cell."""
    rows: list[list[Segment]] = []
    bottom = float("-inf")
    for segment in sorted(segments, key=lambda s: (s.top + s.bottom, s.left)):
        middle = (segment.top + segment.bottom) / 2
        if rows and middle < bottom and segment.bottom - segment.top < 4 * _height(rows[-1]):
            rows[-1].append(segment)
        else:
            rows.append([segment])
            bottom = segment.bottom
        bottom = max(bottom, min(segment.bottom, bottom + 2))
    return [_cells(sorted(row, key=lambda s: s.left)) for row in rows]


def _height(row: Sequence[Segment]) -> float:
    return max(s.bottom - s.top for s in row) or 1.0


def _cells(row: Sequence[Segment]) -> list[Segment]:
    cells: list[Segment] = []
    for segment in row:
        wide = max(9.0, 1.4 * (segment.bottom - segment.top))
        if cells and segment.left - cells[-1].right < wide:
            last = cells[-1]
            space = "" if segment.left - last.right < 0.12 * (segment.bottom - segment.top) else " "
            top, bottom = min(last.top, segment.top), max(last.bottom, segment.bottom)
            cells[-1] = Segment(last.left, top, max(last.right, segment.right), bottom, last.text + space + segment.text)
        else:
            cells.append(segment)
    return cells


def _gutter(rows: Sequence[Sequence[Segment]]) -> float | None:
    """Where two columns of prose are parted, or None: most rows have a gap there and long text on both sides."""
    split = [row for row in rows if len(row) == 2]
    if len(split) < 6 or len(split) < 0.4 * len(rows):
        return None
    place = median(row[1].left for row in split)
    agreeing = [row for row in split if row[0].right < place and abs(row[1].left - place) < 12]
    if len(agreeing) < 0.7 * len(split):
        return None
    left, right = (median(len(row[side].text) for row in agreeing) for side in (0, 1))
    return place if left >= 28 and right >= 28 else None


def _by_columns(rows: Sequence[Sequence[Segment]], gutter: float) -> list[Line]:
    """Full-width lines part the page into bands; within a band the left column is read before the right one."""
    lines: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for row in rows:
        if any(cell.left < gutter - 6 and cell.right > gutter + 6 for cell in row):
            lines += [*_reaching(left), *_reaching(right), Line(list(row))]
            left, right = [], []
            continue
        for side, cells in ((left, [c for c in row if c.left < gutter - 6]), (right, [c for c in row if c.left >= gutter - 6])):
            if cells:
                side.append(Line(cells))
    return [*lines, *_reaching(left), *_reaching(right)]


def _reaching(column: list[Line]) -> list[Line]:
    reach = max((line.right for line in column), default=0.0)
    for line in column:
        line.block_right = reach
    return column
