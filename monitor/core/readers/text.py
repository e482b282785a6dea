"""Plain text and Markdown: paragraphs between blank lines, headings, list items, "Label: value" lines and pipe tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.core.lang import load
from monitor.core.model import Form, Link, Page, Region, Source
from monitor.core.readers.blocks import Block, assemble, fold
from monitor.core.readers.decode import decode
from monitor.core.readers.stamps import stamps
from monitor.core.text.language import language_of

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.{1,300}?)\s{0,20}#{0,6}\s{0,20}$")
_UNDERLINE = re.compile(r"^ {0,3}(={3,200}|-{3,200})\s{0,20}$")
_BULLET = re.compile(r"^\s{0,20}(?:[-*+•‣◦▪–]|\d{1,3}[.)])\s+(?=\S)")
_ROW = re.compile(r"^\s{0,3}\|.{1,5000}\|\s{0,20}$")
_RULE_ROW = re.compile(r"^[\s|:+-]{3,5000}$")
LABEL = re.compile(r"^([^\W\d_][^:\n]{1,58}?)\s?:\s(?=\S)")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\((https?://[^\s()]{1,1000})(?:\s\"[^\"]{0,200}\")?\)")
_MARKS = re.compile(r"(\*\*|__|`)(?=\S)([^*_`\n]{1,500}?)\1")
_LIST_BREAK = 70  # characters; paragraphs of shorter lines that look like entries are lists, longer ones are wrapped prose


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page; raises FetchError("decode_error") when the bytes are no text."""
    decoded = decode(body, media_type)
    blocks, links = blocks_of(decoded.text.replace("\r\n", "\n").replace("\r", "\n"))
    language = language_of(None, source.language if source else None, decoded.text[:6000])
    title = next((i for i, b in enumerate(blocks) if b.rank == 1), None)
    if (
        title is None
        and len(blocks) > 1
        and len(blocks[0].text) <= 150
        and not blocks[0].text.endswith((".", ":", ";"))
        and blocks[0].form is Form.PARAGRAPH
    ):
        title = 0
    if title is not None:
        blocks[title].form = Form.TITLE
    seen = stamps(blocks, title, load(language))
    for index in seen.blocks:
        if blocks[index].form is not Form.TITLE:
            blocks[index].form = Form.META
    made = assemble(blocks)
    name = blocks[title].text[:500] if title is not None else ""
    where = "text" if seen.published_on else ""
    return Page(
        url, name, made.text, made.passages, language, seen.published_on, seen.modified_on, where, tuple(links), (), decoded.problems
    )


def blocks_of(text: str) -> tuple[list[Block], list[Link]]:
    """The blocks of a text and the links written in it as Markdown."""
    blocks: list[Block] = []
    links: list[Link] = []
    path: list[tuple[int, str]] = []
    for group, lines in enumerate(_paragraphs(text), 1):
        for block in _blocks(lines, group):
            block.text = _unmarked(block.text, links)
            if block.rank:
                path = [entry for entry in path if entry[0] < block.rank]
            block.headings = tuple(name for _, name in path)
            if block.rank:
                path.append((block.rank, block.text[:300]))
            if block.text:
                blocks.append(block)
    return blocks, links


def _paragraphs(text: str) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            lines.append(line)
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _blocks(lines: list[str], group: int) -> Iterator[Block]:
    """The blocks of one run of lines without a blank one between them."""
    if len(lines) >= 2 and all(_ROW.match(line) for line in lines):
        yield from _table(lines, group)
        return
    if len(lines) == 2 and _UNDERLINE.match(lines[1]) and len(lines[0]) <= 300:
        yield Block(fold(lines[0]), Form.HEADING, rank=1 if lines[1].strip()[0] == "=" else 2)
        return
    lead: str | None = None
    held: list[str] = []
    form, label = Form.PARAGRAPH, None
    listed = _is_list(lines)
    for line in lines:
        heading = _HEADING.match(line)
        bullet = None if heading else _BULLET.match(line)
        own = heading or bullet or (listed or _is_labelled(line))
        if own and held:
            yield _made(held, form, label, group)
            lead = _lead(held, form, lead)
            held = []
        if heading:
            yield Block(fold(heading.group(2)), Form.HEADING, rank=len(heading.group(1)))
            continue
        if bullet or not held:
            form, label = (Form.ITEM, lead) if bullet else (Form.PARAGRAPH, None)
        held.append(line[bullet.end() :] if bullet else line)
    if held:
        yield _made(held, form, label, group)


def _lead(held: Sequence[str], form: Form, lead: str | None) -> str | None:
    text = held[-1].strip()
    return text.rstrip(": ") if form is Form.PARAGRAPH and text.endswith(":") else lead


def _is_labelled(line: str) -> bool:
    """Whether a line is "Label: value" and stands for itself."""
    return len(line) <= 160 and LABEL.match(line.strip()) is not None


def _is_list(lines: Sequence[str]) -> bool:
    """Whether the lines are entries: several, short, and none that goes on with a small letter."""
    return len(lines) >= 3 and all(len(line) <= _LIST_BREAK and not line.strip()[:1].islower() for line in lines)


def _made(held: Sequence[str], form: Form, label: str | None, group: int) -> Block:
    text = fold(" ".join(held))
    found = LABEL.match(text)
    if found and len(found.group(1).split()) <= 6 and len(text) <= 160:
        return Block(text, Form.ITEM, label=found.group(1).strip("*_ "), group=group)
    return Block(text, form, label=label, group=group if form is Form.ITEM else None)


def _table(lines: Sequence[str], group: int) -> Iterator[Block]:
    rows = [[fold(cell) for cell in line.strip().strip("|").split("|")] for line in lines if not _RULE_ROW.match(line)]
    headed = len(lines) > 1 and _RULE_ROW.match(lines[1]) is not None
    for number, row in enumerate(rows):
        for column, cell in enumerate(row[:100]):
            above = rows[0][column] if headed and number and column < len(rows[0]) else None
            beside = row[0] if column and not (headed and not number) else None
            yield Block(cell, Form.CELL, row_header=beside, column_header=above, group=group, row=number, column=column)


def _unmarked(text: str, links: list[Link]) -> str:
    """The text without Markdown's marks; links are kept aside."""
    if "](" in text:
        links.extend(Link(m.group(2), m.group(1), Region.MAIN) for m in _LINK.finditer(text))
        text = _LINK.sub(r"\1", text)
    return fold(_MARKS.sub(r"\2", text)) if "*" in text or "_" in text or "`" in text else text
