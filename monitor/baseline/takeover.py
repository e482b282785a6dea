"""Sources from other tools as `[[source]]` blocks: OPML, urlwatch and webchanges YAML, changedetection.io JSON, CSV, or a plain list of addresses."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from monitor.baseline.draft import slug
from monitor.baseline.fields import url_complaint
from monitor.baseline.written import block
from monitor.core.model import Source
from monitor.errors import Problem

MOST_SOURCES = 10_000
_YAML_KEY = re.compile(r"(?:- )?\s{0,8}(url|navigate|name|kind):\s{1,20}(\S.{0,2000})")
_FEED = re.compile(r"(?:\b|_)(?:rss|atom|feed)(?:\b|_)|\.xml$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One address of another tool, with what it was called there and where it stands."""

    url: str
    title: str
    kind: str
    where: str


@dataclass(frozen=True, slots=True)
class Takeover:
    """The sources to add, and the entries that cannot be taken over."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]


def take_over(name: str, text: str, known: Sequence[Source] = ()) -> Takeover:
    """The sources in a file of another tool that are not `known` yet, each with a fresh id. Never raises; `name` is shown in problems."""
    problems: list[Problem] = []
    sources: list[Source] = []
    ids = {s.id for s in known}
    urls = {s.url for s in known}
    for found in _entries(name, text.removeprefix("\ufeff"), problems):
        complaint = url_complaint(found.url)
        if complaint:
            problems.append(Problem(found.where, f"the address {complaint}", "left out"))
        elif found.url not in urls and len(sources) < MOST_SOURCES:
            urls.add(found.url)
            sources.append(Source(_fresh_id(found, ids), found.url, found.kind, publisher=urlsplit(found.url).hostname or ""))
    if not sources and not problems:
        problems.append(
            Problem(
                name, "no address was found in it", "it may be OPML, YAML, JSON, CSV with a column 'url', or one address a line", "warning"
            )
        )
    return Takeover(tuple(sources), tuple(problems))


def source_blocks(sources: Sequence[Source]) -> str:
    """The sources as TOML blocks, to be looked through by a person."""
    return "\n".join(
        block(
            "source",
            [("id", s.id), ("url", s.url), ("kind", s.kind), ("authority", s.authority), ("every", "6h"), ("publisher", s.publisher)],
        )
        for s in sources
    )


def _entries(name: str, text: str, problems: list[Problem]) -> Iterator[Found]:
    start = text.lstrip()[:200].lower()
    if start.startswith("<"):
        yield from _from_opml(name, text, problems)
    elif start.startswith(("{", "[")):
        yield from _from_json(name, text, problems)
    elif re.search(r"(?m)^(?:- )?\s{0,8}(?:url|navigate):\s", text[:1_000_000]):
        yield from _from_yaml(name, text)
    elif "url" in [cell.strip().lower() for cell in re.split(r"[,;\t]", start.split("\n", 1)[0])]:
        yield from _from_csv(name, text)
    else:
        yield from _from_list(name, text)


def _from_opml(name: str, text: str, problems: list[Problem]) -> Iterator[Found]:
    from lxml import etree

    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        problems.append(Problem(f"{name}:{error.lineno or 1}", f"not readable as XML: {error.msg}", "export it again"))
        return
    for outline in root.iter("outline"):
        url = outline.get("xmlUrl") or outline.get("url") or outline.get("htmlUrl") or ""
        if url:
            kind = "feed" if outline.get("xmlUrl") else "page"
            yield Found(url.strip(), outline.get("title") or outline.get("text") or "", kind, f"{name}:{outline.sourceline}")


def _from_json(name: str, text: str, problems: list[Problem]) -> Iterator[Found]:
    """changedetection.io keeps its watches by id, in the whole file or under "watching"; other tools write lists of objects."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        problems.append(Problem(f"{name}:{getattr(error, 'lineno', 1)}", "not readable as JSON", "export it again"))
        return
    if isinstance(data, dict):
        data = data.get("watching", data)
    entries: Collection[Any] = data.values() if isinstance(data, dict) else data
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, Mapping) and isinstance(entry.get("url"), str):
            title = entry.get("title") or entry.get("name")
            yield _found(entry["url"], title if isinstance(title, str) else "", f"{name}: entry {number}")


def _from_yaml(name: str, text: str) -> Iterator[Found]:
    """urlwatch and webchanges write one document per job with plain `name:` and `url:` lines, so no YAML reader is needed."""
    title = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("---"):
            title = ""
        match = _YAML_KEY.match(line)
        if match and match[1] == "name":
            title = _unquoted(match[2])
        elif match and match[1] in ("url", "navigate"):
            yield _found(_unquoted(match[2]), title, f"{name}:{number}")


def _from_csv(name: str, text: str) -> Iterator[Found]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = [cell.strip().lower() for cell in next(rows)]
        for row in rows:
            cells = dict(zip(header, row, strict=False))
            if cells.get("url"):
                yield _found(cells["url"].strip(), cells.get("title") or cells.get("name") or "", f"{name}:{rows.line_num}")
    except csv.Error:
        return


def _from_list(name: str, text: str) -> Iterator[Found]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split(maxsplit=1)
        if words and not words[0].startswith("#"):
            yield _found(words[0], words[1] if len(words) > 1 else "", f"{name}:{number}")


def _found(url: str, title: str, where: str) -> Found:
    return Found(url, title, "feed" if _FEED.search(urlsplit_path(url)) else "page", where)


def urlsplit_path(url: str) -> str:
    """Path and query of an address, "" when it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}".rstrip("?")


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text.split(" #")[0].strip()


def _fresh_id(found: Found, ids: set[str]) -> str:
    host = (urlsplit(found.url).hostname or "").removeprefix("www.")
    stem = slug(found.title) or slug(f"{host} {urlsplit(found.url).path}") or "source"
    fresh = stem if stem not in ids else next(f"{stem}-{n}" for n in range(2, len(ids) + 3) if f"{stem}-{n}" not in ids)
    ids.add(fresh)
    return fresh
