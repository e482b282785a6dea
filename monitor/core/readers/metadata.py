"""What an HTML page says about itself outside its text: JSON-LD, meta tags, OpenGraph, microdata, <time>.

Dates come with where they were read; texts (descriptions, events with their place and date) become `meta` passages unless the page says the same.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from monitor.core.readers.blocks import fold

_DAY = re.compile(r"^\s{0,5}((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)")
_SLASHED = re.compile(r"^\s{0,5}((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})(?!\d)")
_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dc.date.created",
    "dcterms.date", "dcterms.issued", "dcterms.created", "pubdate", "publishdate", "publish_date", "publish-date", "publication_date", "publication-date",
    "citation_publication_date", "citation_date", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "article.published", "cdate",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "last-modified", "dcterms.modified", "dc.date.modified",
    "lastmod", "revised",
)  # fmt: skip
_DESCRIPTIONS = ("description", "og:description", "twitter:description", "dcterms.description", "dc.description")
_TITLES = ("og:title", "twitter:title", "dcterms.title", "dc.title", "citation_title")
# Types whose dates are the page's own; an Event or a Product on the page has dates of its own.
_PAGE_TYPES = re.compile(
    r"Article|Posting|WebPage|NewsItem|Report|CreativeWork|Legislation|GovernmentService|Dataset|SpecialAnnouncement|PressRelease|ItemPage"
)
_TEXT_TYPES = re.compile(
    r"Event|Place|Project|Product|Service|Grant|Report|Dataset|Offer|FAQPage|Question|"
    r"ResearchProject|SpecialAnnouncement|Article|Posting|WebPage|CivicStructure"
)
_TEXT_KEYS = ("headline", "name", "description", "articleBody", "text", "abstract")
_FACT_KEYS = ("startDate", "endDate", "location", "address", "foundingDate", "funding", "amount", "budget", "organizer", "funder")
MAX_JSON = 2_000_000  # characters of one JSON-LD script
_MAX_NODES = 5_000


@dataclass(slots=True)
class Metadata:
    """`published`/`modified` map where a date was read ("json-ld", "meta") to the day; `texts` are candidates for meta passages."""

    title: str = ""
    document_title: str = ""
    published: dict[str, date] = field(default_factory=dict)
    modified: dict[str, date] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    labelled: list[tuple[str, str]] = field(default_factory=list)  # "startDate" -> "2027-03-01": facts of an event or place


def day_of(written: object) -> date | None:
    """The day of an ISO-like date or time stamp; None for anything else.

    >>> day_of("2025-06-25T08:00:00+02:00"), day_of("soon")
    (datetime.date(2025, 6, 25), None)
    """
    if not isinstance(written, str):
        return None
    m = _DAY.match(written[:40]) or _SLASHED.match(written[:40])
    if not m:
        return None
    try:
        return date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        return None


def metadata(tree: LexborHTMLParser, html: str) -> Metadata:
    """Everything the head of a page and its JSON-LD scripts say."""
    found = Metadata()
    title = tree.css_first("title")
    found.document_title = fold(title.text() or "")[:500] if title is not None else ""
    _meta_tags(tree, found)
    if "ld+json" in html:
        for script in tree.css('script[type*="ld+json"]')[:50]:
            _json_ld(script.text() or "", found)
    return found


def _meta_tags(tree: LexborHTMLParser, found: Metadata) -> None:
    named: dict[str, str] = {}
    for node in tree.css("meta[content]")[:1000]:
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").strip().lower()
        content = attributes.get("content") or ""
        if name and content.strip():
            named.setdefault(name, content)
    found.title = next((fold(named[n])[:500] for n in _TITLES if n in named), "")
    _first_day(found.published, (named.get(n) for n in _PUBLISHED_META))
    _first_day(found.modified, (named.get(n) for n in _MODIFIED_META))
    found.texts += [fold(named[n])[:2000] for n in _DESCRIPTIONS if n in named]


def _first_day(into: dict[str, date], written: Iterable[object]) -> None:
    day = next((d for d in map(day_of, written) if d), None)
    if day:
        into.setdefault("meta", day)


def _json_ld(text: str, found: Metadata) -> None:
    if len(text) > MAX_JSON:
        return
    try:
        data = json.loads(text.strip().removeprefix("<!--").removesuffix("-->").rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return
    for node in _nodes(data):
        kind = _type(node)
        if _PAGE_TYPES.search(kind):
            _own_dates(node, found)
        if _TEXT_TYPES.search(kind):
            _texts(node, kind, found)


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """All objects of the document, outer ones first; own queue, since JSON nests deeper than Python recurses."""
    queue: deque[Any] = deque([data])
    count = 0
    while queue and count < _MAX_NODES:
        count += 1
        node = queue.popleft()
        if isinstance(node, list):
            queue.extend(node[:1000])
        elif isinstance(node, dict):
            yield node
            queue.extend(value for value in node.values() if isinstance(value, dict | list))


def _type(node: dict[str, Any]) -> str:
    written = node.get("@type", "")
    return " ".join(map(str, written[:10])) if isinstance(written, list) else str(written)[:200]


def _own_dates(node: dict[str, Any], found: Metadata) -> None:
    published = day_of(node.get("datePublished")) or day_of(node.get("dateCreated"))
    modified = day_of(node.get("dateModified"))
    if published:
        found.published.setdefault("json-ld", published)
    if modified:
        found.modified.setdefault("json-ld", modified)


def _texts(node: dict[str, Any], kind: str, found: Metadata) -> None:
    is_page = bool(_PAGE_TYPES.search(kind))
    for key in _TEXT_KEYS:
        value = node.get(key)
        if isinstance(value, str) and len(value) >= 3 and not (is_page and key == "name"):
            found.texts.append(fold(re.sub(r"<[^<>]{1,200}>", " ", value))[:20_000])
    if is_page:
        return
    for key in _FACT_KEYS:
        for value in _plain(node.get(key)):
            found.labelled.append((key, fold(value)[:300]))


def _plain(value: Any) -> list[str]:
    """A JSON-LD value as words: a string, or the name and address of a place or organisation."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value[:20] for text in _plain_one(item)]
    return _plain_one(value)


def _plain_one(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return []
    if "currency" in value and isinstance(value.get("value", value.get("amount")), int | str):
        return [f"{value['currency']} {value.get('value', value.get('amount'))}"]
    address = value.get("address")
    keys = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")
    inner = {**value, **address} if isinstance(address, dict) else value
    parts = [
        value.get("name"),
        address if isinstance(address, str) else None,
        *(inner.get(key) for key in keys if key not in ("streetAddress", "postalCode")),
    ]
    joined = ", ".join(dict.fromkeys(part for part in parts if isinstance(part, str) and part.strip()))
    return [joined] if joined else []
