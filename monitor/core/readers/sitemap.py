"""Sitemaps and sitemap indexes: addresses with the day they last changed; news sitemaps carry titles too."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime
from io import BytesIO

from monitor.core.model import Entry, Form, Page, Source
from monitor.core.readers.blocks import Block, assemble, fold
from monitor.core.readers.decode import decode
from monitor.core.readers.feed import refuse_entities
from monitor.core.readers.metadata import day_of
from monitor.core.text.language import language_of
from monitor.errors import FetchError, Problem

MAX_ENTRIES = 50_000  # the protocol's own limit, https://www.sitemaps.org/protocol.html
MAX_BYTES = 50_000_000  # the same, uncompressed


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page with one entry per address; raises FetchError("parse_error") for damaged XML or one with entities."""
    if body.startswith(b"\x1f\x8b"):
        body = _inflated(body)
    decoded = decode(body, media_type)
    refuse_entities(decoded.text)
    problems: tuple[Problem, ...] = decoded.problems
    found, cut = _entries(decoded.text)
    if cut:
        problems = (*problems, Problem("sitemap", f"more than {MAX_ENTRIES} addresses; the rest was not read", level="warning"))
    blocks: list[Block] = []
    entries: list[Entry] = []
    at = 0
    for address, title, moment in found:
        entries.append(Entry(address, title, None, moment, address[:500], at, at + len(title)))
        if title:
            blocks.append(Block(title, Form.ITEM))
            at += len(title) + 1
    made = assemble(blocks)
    entries = [e if e.title else Entry(e.url, "", None, e.modified_at, e.entry_id) for e in entries]
    language = language_of(None, source.language if source else None, made.text[:6000])
    return Page(url, "", made.text, made.passages, language, entries=tuple(entries), problems=problems)


def _inflated(body: bytes) -> bytes:
    try:
        engine = zlib.decompressobj(31)
        inflated = engine.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise FetchError("parse_error", f"damaged gzip: {error}") from None
    if engine.unconsumed_tail:
        raise FetchError("too_large", f"the sitemap has more than {MAX_BYTES} bytes uncompressed")
    return inflated


def _entries(text: str) -> tuple[list[tuple[str, str, datetime | None]], bool]:
    """Address, title and moment of change of each entry; and whether there were more than MAX_ENTRIES."""
    from lxml import etree

    found: list[tuple[str, str, datetime | None]] = []
    fields: dict[str, str] = {}
    try:
        stream = BytesIO(_undeclared(text).encode("utf-8", "replace"))
        for _, node in etree.iterparse(stream, events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False):
            name = node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""
            if name in ("loc", "lastmod", "title", "publication_date"):
                fields.setdefault(name, (node.text or "").strip())
            elif name in ("url", "sitemap"):
                if fields.get("loc", "").startswith(("http://", "https://")):
                    moment = moment_of(fields.get("lastmod") or fields.get("publication_date"))
                    found.append((fields["loc"][:2000], fold(fields.get("title", ""))[:500], moment))
                fields = {}
                node.clear(keep_tail=False)
                if len(found) >= MAX_ENTRIES:
                    return found, True
    except etree.XMLSyntaxError as error:
        raise FetchError("parse_error", f"damaged sitemap: {str(error)[:120]}") from None
    return found, False


def _undeclared(text: str) -> str:
    """Without the XML declaration: it names the encoding the bytes had before they were decoded."""
    text = text.lstrip("\ufeff \t\r\n")
    return text[text.find("?>") + 2 :] if text.startswith("<?xml") else text


def moment_of(written: str | None) -> datetime | None:
    """An aware UTC moment of an ISO date or time stamp; None if it is none."""
    day: date | None = day_of(written)
    if written is None or day is None:
        return None
    try:
        moment = datetime.fromisoformat(written.strip()[:40])
    except ValueError:
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
