"""RSS, Atom and RDF feeds: each entry's title and summary as passages, and the entries themselves as things to fetch.

An entry's date is context of the page, never a fact. Documents with entity declarations are refused before any parser sees them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor.core.model import Entry, Form, Page, Source
from monitor.core.readers.blocks import Block, assemble, fold
from monitor.core.readers.decode import decode
from monitor.core.text.language import language_of
from monitor.errors import FetchError, Problem

MAX_BYTES = 20_000_000
MAX_ENTRIES = 1000  # newest first in practice; feedparser reads about 5,000 a second
_ENTITY = re.compile(r"<!DOCTYPE[^>]{0,2000}\[|<!ENTITY", re.I)
_DECLARATION = re.compile(r"^\s{0,50}<\?xml[^>]{0,300}\?>")
_END = re.compile(r"</(?:item|entry|(?:rss|atom|a):(?:item|entry))\s{0,5}>", re.I)
_CLOSED = re.compile(r"</(?:[\w-]{1,20}:)?(?:rss|feed|rdf)\s{0,10}>\s{0,1000}(?:<!--[^>]{0,1000}-->\s{0,1000}){0,5}$", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry before it is laid out; `body` may be HTML."""

    url: str
    title: str
    body: str
    published_on: date | None
    modified_at: datetime | None
    entry_id: str


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page with its entries; raises FetchError("parse_error") for what is no whole feed."""
    if len(body) > MAX_BYTES:
        raise FetchError("too_large", f"the feed has {len(body)} bytes; at most {MAX_BYTES} are read")
    decoded = decode(body, media_type)
    refuse_entities(decoded.text)
    text, problems = _capped(_DECLARATION.sub("", decoded.text, count=1))
    if not _CLOSED.search(text[-3000:]):
        raise FetchError("parse_error", "the feed is cut off: its last element is not closed")
    parsed = _parsed(text)
    items = [_item(entry, number) for number, entry in enumerate(parsed.entries, 1)]
    if not items and parsed.bozo:
        raise FetchError("parse_error", f"no feed: {str(parsed.get('bozo_exception', ''))[:120]}")
    if parsed.bozo:
        problems = (*problems, Problem("feed", f"not well-formed: {str(parsed.get('bozo_exception', ''))[:120]}", level="warning"))
    channel = parsed.feed
    page = assembled(items, str(_field(channel, "title") or ""), _field(channel, "language"), url, source, (*decoded.problems, *problems))
    modified = _moment(_field(channel, "updated_parsed") or _field(channel, "published_parsed"))
    return replace(page, modified_on=modified.date()) if modified else page


def refuse_entities(text: str) -> None:
    """Raises FetchError("parse_error") for XML that declares entities: bombs and file readers need them, feeds do not."""
    if _ENTITY.search(text[:20_000]) or "<!ENTITY" in text:
        raise FetchError("parse_error", "the document declares XML entities, which are refused")


def assembled(
    items: Sequence[Item], title: str, language: str | None, url: str, source: Source | None, problems: tuple[Problem, ...]
) -> Page:
    """The page of a feed: its title, then the entries in the order given."""
    blocks = [Block(fold(title)[:500], Form.TITLE, rank=1)]
    bounds: list[tuple[int, int]] = []
    for item in items:
        first = len(blocks)
        blocks += _blocks(item)
        bounds.append((first, len(blocks)))
    kept = [block for block in blocks if block.text]
    made = assemble(kept)
    spans = _spans(blocks, bounds)
    entries = tuple(
        Entry(_absolute(url, i.url), fold(i.title)[:500], i.published_on, i.modified_at, i.entry_id[:500], start, end)
        for i, (start, end) in zip(items, spans, strict=True)
    )
    code = language_of(language, source.language if source else None, made.text[:6000])
    return Page(url, fold(title)[:500], made.text, made.passages, code, None, None, "", (), entries, problems)


def _capped(text: str) -> tuple[str, tuple[Problem, ...]]:
    """The feed without the entries past MAX_ENTRIES."""
    ends = [m.end() for m in _END.finditer(text)]
    if len(ends) <= MAX_ENTRIES:
        return text, ()
    return text[: ends[MAX_ENTRIES - 1]] + text[ends[-1] :], (
        Problem("feed", f"{len(ends)} entries; the first {MAX_ENTRIES} were read", level="warning"),
    )


def _parsed(text: str) -> Any:
    import feedparser

    try:
        headers = {"content-type": "application/xml; charset=utf-8"}
        return feedparser.parse(text.encode("utf-8", "replace"), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # whatever foreign markup does to the parser is the feed's fault
        raise FetchError("parse_error", f"no feed: {type(error).__name__}: {str(error)[:100]}") from None


def _item(entry: Any, number: int) -> Item:
    bodies = [str(c.get("value") or "") for c in _field(entry, "content") or ()] + [str(_field(entry, "summary") or "")]
    published = _moment(_field(entry, "published_parsed") or _field(entry, "updated_parsed") or _field(entry, "created_parsed"))
    link = str(_field(entry, "link") or "")
    return Item(
        link, str(_field(entry, "title") or ""), max(bodies, key=len), published.date() if published else None,
        _moment(_field(entry, "updated_parsed")), str(_field(entry, "id") or link or f"#{number}"),
    )  # fmt: skip


def _field(entry: Any, name: str) -> Any:
    """A field as the feed has it: feedparser's own lookup invents missing dates from others, with a warning."""
    return dict.get(entry, name)


def _moment(parsed: Sequence[int] | None) -> datetime | None:
    """An aware moment; None for what is missing or outside the calendar."""
    if parsed is None or not 1990 <= parsed[0] <= 2200:
        return None
    try:
        return datetime(parsed[0], parsed[1], parsed[2], parsed[3], parsed[4], parsed[5], tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def _blocks(item: Item) -> list[Block]:
    title = fold(_text_of(item.title))[:1000]
    heading = Block(title, Form.HEADING, rank=2)
    body = _body(item.body)
    for block in body:
        block.headings = (title, *block.headings) if title else block.headings
        block.rank = block.rank and max(block.rank, 3)
    return [heading, *(b for b in body if b.text != title)]


def _text_of(title: str) -> str:
    return " ".join(b.text for b in _body(title)) if "<" in title or "&" in title else title


def _body(markup: str) -> list[Block]:
    """The blocks of an entry's text, which is HTML more often than not."""
    if "<" not in markup and "&" not in markup:
        return [Block(fold(line)) for line in markup[:200_000].split("\n\n") if line.strip()]
    from monitor.core.readers.html import fragment

    return fragment(markup[:200_000])


def _spans(blocks: Sequence[Block], bounds: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Start and end in the page text of each run of blocks."""
    starts: list[int] = []
    at = 0
    for block in blocks:
        starts.append(at)
        at += len(block.text) + 1 if block.text else 0
    starts.append(at)
    length = max(0, at - 1)
    return [(min(starts[first], length), max(min(starts[first], length), min(starts[last] - 1, length))) for first, last in bounds]


def _absolute(base: str, link: str) -> str:
    """An absolute http(s) address, or "" for anything else."""
    try:
        joined = urljoin(base, link.strip()) if link.strip() else ""
        return joined[:2000] if urlsplit(joined).scheme in ("http", "https") and urlsplit(joined).hostname else ""
    except ValueError:
        return ""
