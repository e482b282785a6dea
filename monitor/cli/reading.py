"""The work behind `monitor extract`: a document or a short text in, its candidate facts out in the shape of design.md, section 6.

Nothing here may import the store, the web, the settings or typer: `extract` starts in a fraction of their import time, and `--batch` answers thousands of
short inputs a second.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from monitor import plugins
from monitor.cli.output import to_json
from monitor.core import lang
from monitor.core.kinds import Kind
from monitor.core.model import Form, Observation, Page, Passage, Region, Setting
from monitor.core.text.language import UNKNOWN
from monitor.errors import FetchError, Problem, UsageError

_MAX_LINE_CHARS = 20_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which JSON can carry but no encoder takes


@dataclass(frozen=True, slots=True)
class Extract:
    """A document with its candidate facts."""

    page: Page
    observations: tuple[Observation, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller knows or wants: language, publication date, address, and which kinds (empty: all)."""

    language: str | None = None
    published_on: date | None = None
    url: str = ""
    kinds: frozenset[str] = frozenset()


def read_document(body: bytes, media_type: str, wish: Wish) -> Page:
    """The page of a document's bytes. Raises UsageError when the format is none that is read."""
    from monitor.core import readers

    try:
        page = readers.read(body, media_type, wish.url)
    except FetchError as error:
        raise UsageError(f"{wish.url or 'input'}: {error.status}: {error}") from error
    return replace(page, language=wish.language or page.language, published_on=wish.published_on or page.published_on)


def read_line(text: str, wish: Wish) -> Page:
    """A short text as a page whose text is exactly what was given, so that offsets are offsets into it; every line is a passage."""
    passages = []
    start = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            begin = start + line.index(stripped[0])
            passages.append(Passage(begin, begin + len(stripped), Region.MAIN, Form.PARAGRAPH))
        start += len(line) + 1
    return Page(wish.url, "", text, tuple(passages), wish.language or detected(text), wish.published_on)


def detected(text: str) -> str:
    """The language of a text by its words, "und" when it cannot be told."""
    from monitor.core.text.language import language_of

    return language_of(None, None, text)


def observe(page: Page, wish: Wish) -> Extract:
    """The page with its candidate facts."""
    from monitor.core.extract import extract

    lexicon = lang.load(None if page.language == UNKNOWN else page.language)
    setting = Setting(language=wish.language or page.language, published_on=page.published_on)
    found = extract(page, plugins.kinds(), lexicon, setting)
    kept = tuple(o for o in found if not wish.kinds or o.kind in wish.kinds)
    return Extract(page, kept, tuple(str(p) for p in page.problems))


def as_json(extract: Extract, *, with_text: bool = False) -> dict[str, Any]:
    """The contract shape of `monitor extract --format json`."""
    page = extract.page
    data: dict[str, Any] = {
        "url": page.url,
        "title": page.title,
        "language": page.language,
        "published_on": page.published_on.isoformat() if page.published_on else None,
        "text_sha256": hashlib.sha256(page.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "observations": [observation_json(o, plugins.kinds()) for o in extract.observations],
        "problems": list(extract.problems),
    }
    return data | ({"text": page.text} if with_text else {})


def observation_json(observation: Observation, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """One candidate fact in the contract shape."""
    return {
        "kind": observation.kind,
        "value": dict(kinds[observation.kind].to_json(observation.value)),
        "raw": observation.raw,
        "start": observation.start,
        "end": observation.end,
        "quote": observation.quote,
        "region": observation.region.value,
        "hedge": observation.hedge.value,
        "role": observation.role.value,
        "pair": observation.pair,
        "confidence": round(observation.confidence, 3),
    }


# ---------------------------------------------------------------------------------------------------------------------------- batch


def batch(lines: Iterable[bytes], default: Wish, *, with_text: bool = False) -> Iterator[str]:
    """One line of JSON out for every line in, in order; a line that cannot be read gives its problem, and the next one follows."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield to_json(_answer(line, number, default, with_text))


def _answer(line: bytes, number: int, default: Wish, with_text: bool) -> dict[str, Any]:
    asked: Mapping[str, Any] = {}
    try:
        asked = _request(line)
        wish = _wish(asked, default)
        return {"id": asked.get("id")} | as_json(observe(_page(asked, wish), wish), with_text=with_text)
    except UsageError as error:
        complaint = str(error)
    except Exception as error:  # one line that meets a bug must not cost the thousands after it
        complaint = f"a bug: {type(error).__name__}: {error}"
    return {"id": asked.get("id"), "observations": [], "problems": [str(Problem(f"line {number}", complaint))]}


def _request(line: bytes) -> Mapping[str, Any]:
    if len(line) > _MAX_LINE_CHARS:
        raise UsageError(f"longer than {_MAX_LINE_CHARS:,} bytes")
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not readable as JSON: {str(error)[:120]}") from None
    if not isinstance(asked, dict):
        raise UsageError('not a JSON object; a line is like {"id": "1", "text": "..."}')
    return asked


def _wish(asked: Mapping[str, Any], default: Wish) -> Wish:
    language = _text(asked, "lang") or default.language
    published = _text(asked, "published")
    kinds = asked.get("kinds") or ()
    if not isinstance(kinds, list | tuple) or not all(isinstance(k, str) for k in kinds):
        raise UsageError("'kinds' must be a list of names")
    return Wish(
        language,
        parse_day(published) if published else default.published_on,
        _text(asked, "url") or default.url,
        checked_kinds(kinds) or default.kinds,
    )


def _page(asked: Mapping[str, Any], wish: Wish) -> Page:
    html = _text(asked, "html")
    text = _text(asked, "text")
    if html:
        return read_document(html.encode("utf-8", "replace"), "text/html; charset=utf-8", wish)
    if "text" not in asked and "html" not in asked:
        raise UsageError("neither 'text' nor 'html' is given")
    return read_line(_SURROGATE.sub("\ufffd", text), wish)


def _text(asked: Mapping[str, Any], key: str) -> str:
    value = asked.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{key!r} must be text")
    return value


def parse_day(text: str) -> date:
    """A publication date as given on the command line or in a batch line; a time after it is ignored."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no date; write it as 2026-04-30") from None


def checked_kinds(names: Collection[str]) -> frozenset[str]:
    """The names as a set. Raises UsageError for one that is no kind."""
    unknown = [n for n in names if n not in plugins.targets("monitor.kinds")]
    if unknown:
        raise UsageError(f"unknown kind {unknown[0][:60]!r}; known: {', '.join(plugins.targets('monitor.kinds'))}")
    return frozenset(names)
