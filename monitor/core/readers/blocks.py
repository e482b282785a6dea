"""The blocks a reader collects, and how they become the text and the passages of a page.

All readers end here, so one rule holds for every format: passages stand in reading order, do not overlap, and joined by newlines they are the page's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.core.model import Form, Passage, Region
from monitor.core.readers.decode import clean

# Everything browsers collapse, and the Unicode line ends; NBSP and thin spaces are kept, since they hold numbers together.
_SPACE_RUN = re.compile("[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")


@dataclass(slots=True)
class Block:
    """One block before the page is put together; the fields are those of `Passage`."""

    text: str
    form: Form = Form.PARAGRAPH
    region: Region = Region.MAIN
    headings: tuple[str, ...] = ()
    row_header: str | None = None
    column_header: str | None = None
    label: str | None = None
    group: int | None = None
    row: int | None = None
    column: int | None = None
    rank: int = 0  # of a heading: 1 to 6; 0 for everything else
    frame: int = 0  # HTML only: the container it stands in
    link_chars: int = 0  # HTML only: how much of it is link text
    bold: bool = False  # HTML only: all of it is bold
    extra: dict[str, str] = field(default_factory=dict)


def words(listed: str) -> frozenset[str]:
    """The words of a table written as text.

    >>> sorted(words("nav menu"))
    ['menu', 'nav']
    """
    return frozenset(listed.split())


def fold(text: str) -> str:
    """The text on one line: white space folded (NBSP kept), invisible characters dropped.

    >>> fold(" 1,5\\xa0Mrd.\\n Eu\\xadro ")
    '1,5\\xa0Mrd. Euro'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    return _SPACE_RUN.sub(" ", clean(_SPACE_RUN.sub(" ", text))).strip(" ")


@dataclass(frozen=True, slots=True)
class Assembled:
    text: str
    passages: tuple[Passage, ...]


def assemble(blocks: Iterable[Block]) -> Assembled:
    """Page text and passages of blocks in reading order; empty blocks are left out."""
    texts: list[str] = []
    passages: list[Passage] = []
    start = 0
    for block in blocks:
        if not block.text:
            continue
        end = start + len(block.text)
        passages.append(
            Passage(
                start, end, block.region, block.form, block.headings, block.row_header, block.column_header,
                block.label, block.group, block.row, block.column,
            )
        )  # fmt: skip
        texts.append(block.text)
        start = end + 1
    return Assembled("\n".join(texts), tuple(passages))
