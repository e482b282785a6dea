"""JSON documents: the text fields a source points to, or all of them; JSON Feeds become entries.

A pointer is a simple JSONPath: `$.news[*].title`, `news.*.title`, or `/news/0/title`. Numbers keep their written digits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from monitor.core.model import Form, Page, Source
from monitor.core.readers.blocks import Block, assemble, fold
from monitor.core.readers.decode import decode
from monitor.core.readers.metadata import day_of
from monitor.core.text.language import language_of
from monitor.errors import FetchError, Problem

_STEP = re.compile(r"""\[\s{0,3}["']?([^\]"']{1,200})["']?\s{0,3}\]|([^.\[\]/]{1,200})""")
_TAG = re.compile(r"<[^<>]{1,500}>")
_NO_TEXT = re.compile(r"^(?:https?://\S{1,2000}|[0-9a-f-]{16,64}|[A-Za-z0-9+/=_-]{40,})$")
MAX_FIELDS = 20_000


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page; raises FetchError("parse_error") for what is no JSON."""
    decoded = decode(body, media_type)
    data = _parsed(decoded.text)
    if isinstance(data, dict) and "jsonfeed.org" in str(data.get("version", ""))[:200]:
        return _feed(data, url, source)
    problems = list(decoded.problems)
    pointers = source.pointers if source else ()
    blocks: list[Block] = []
    for pointer in pointers:
        found = [Block(fold(_TAG.sub(" ", text)), Form.PARAGRAPH, label=name) for name, text in _pointed(data, pointer)]
        if not found:
            problems.append(Problem("json", f"nothing stands at {pointer[:80]!r}", "see pointers of the source", level="warning"))
        blocks += found
    if not pointers:
        blocks = [Block(fold(_TAG.sub(" ", text)), Form.PARAGRAPH, label=name) for name, text in _leaves(data) if not _NO_TEXT.match(text)]
    made = assemble(blocks[:MAX_FIELDS])
    title = data.get("title", data.get("name", "")) if isinstance(data, dict) else ""
    title = fold(title)[:500] if isinstance(title, str) else ""
    language = language_of(None, source.language if source else None, made.text[:6000])
    published = next(
        (d for key in ("datePublished", "published", "published_at", "date") if isinstance(data, dict) and (d := day_of(data.get(key)))),
        None,
    )
    return Page(url, title, made.text, made.passages, language, published, None, "json" if published else "", (), (), tuple(problems))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.strip(), parse_float=str, parse_int=str, parse_constant=str, strict=False)
    except RecursionError:
        raise FetchError("parse_error", "the JSON is nested too deeply to be read") from None
    except ValueError as error:
        raise FetchError("parse_error", f"no JSON: {str(error)[:120]}") from None


def _pointed(data: Any, pointer: str) -> list[tuple[str, str]]:
    """The texts at a pointer, each with the name of its field."""
    steps = [a or b for a, b in _STEP.findall(pointer.removeprefix("$"))]
    found: list[tuple[str, Any]] = [("", data)]
    for step in steps:
        found = [child for name, node in found for child in _children(node, step, name)][:MAX_FIELDS]
    return [leaf for name, node in found for leaf in _leaves(node, name)][:MAX_FIELDS]


def _children(node: Any, step: str, name: str) -> list[tuple[str, Any]]:
    if isinstance(node, dict):
        return list(node.items()) if step == "*" else [(step, node[step])] if step in node else []
    if isinstance(node, list):
        if step == "*":
            return [(name, child) for child in node]
        if step.isascii() and step.isdigit() and len(step) < 9 and int(step) < len(node):
            return [(name, node[int(step)])]
        return [child for item in node[:MAX_FIELDS] for child in _children(item, step, name)] if not step.isdigit() else []
    return []


def _leaves(data: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """All texts below a node in document order, with the name of their field."""
    stack: list[tuple[str, Any]] = [(name, data)]
    count = 0
    while stack and count < MAX_FIELDS * 5:
        count += 1
        field, node = stack.pop()
        if isinstance(node, str):
            if node.strip():
                yield field[:100], node
        elif isinstance(node, dict):
            stack.extend(reversed(node.items()))
        elif isinstance(node, list):
            stack.extend((field, child) for child in reversed(node))


def _feed(data: dict[str, Any], url: str, source: Source | None) -> Page:
    from monitor.core.readers.feed import assembled

    items = [_item(node, number) for number, node in enumerate(_list(data.get("items"))[:2000], 1) if isinstance(node, dict)]
    language = data.get("language")
    return assembled(items, str(data.get("title") or ""), language if isinstance(language, str) else None, url, source, ())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _item(node: dict[str, Any], number: int) -> Any:
    from monitor.core.readers.feed import Item

    def text(key: str) -> str:
        value = node.get(key)
        return value if isinstance(value, str) else ""

    published: date | None = day_of(node.get("date_published"))
    body = text("content_html") or text("content_text") or text("summary")
    return Item(text("url") or text("external_url"), text("title"), body, published, None, text("id") or f"#{number}")
