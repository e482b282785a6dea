"""programme.toml: what the programme is called, which sources are watched, and between which bounds its numbers are believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from monitor.baseline.fields import Fields, nearest
from monitor.baseline.folder import PROGRAMME, Files, is_programme_id
from monitor.core.lang import known as known_languages
from monitor.core.model import Expectation, Source
from monitor.core.text.toml import Block
from monitor.errors import Problem

TOP_KEYS = ("id", "title", "aliases", "not_about", "languages", "announced_on")
SOURCE_KEYS = (
    *("id", "url", "kind", "authority", "every", "cron", "language", "publisher", "include", "exclude", "follow", "complete_for"),
    *("browser", "headers", "timeout_s", "max_bytes", "pointers"),
)
EXPECT_KEYS = ("fact", "min", "max")
SOURCE_KINDS = ("page", "feed", "sitemap", "listing", "pdf", "json")
AUTHORITIES = ("official", "primary", "press")
DEFAULT_EVERY_S = 6 * 3600
_SOURCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,#?-]{1,60}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")
_SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "x-api-key")


@dataclass(frozen=True, slots=True)
class Programme:
    """programme.toml as read; the blocks tell where each source and expectation stands."""

    id: str
    title: str
    aliases: tuple[str, ...]
    not_about: tuple[str, ...]
    languages: tuple[str, ...]
    announced_on: date | None
    sources: tuple[Source, ...]
    source_blocks: tuple[Block, ...]
    expectations: tuple[Expectation, ...]
    expect_blocks: tuple[Block, ...]


def read_programme(files: Files, problems: list[Problem]) -> Programme:
    """Reads programme.toml; whatever does not fit is added to `problems`."""
    document = files.documents[PROGRAMME]
    is_whole = bool(document.top.values) or not document.problems
    top = Fields(document.top, (*TOP_KEYS, "source", "expect"), problems)
    programme_id = top.text("id", required=is_whole and bool(files.bodies[PROGRAMME]))
    _check_id(top, programme_id, files.folder.name)
    title = top.text("title", required=bool(programme_id))
    languages = tuple(_language(top, "languages", code) for code in top.texts("languages"))
    pairs = [(_source(b, problems), b) for b in document.blocks if b.name == "source"]
    usable = [(s, b) for s, b in pairs if s.id and s.url]
    expect_blocks = tuple(b for b in document.blocks if b.name == "expect")
    expectations = tuple(_expectation(b, problems) for b in expect_blocks)
    _report_strangers(document.blocks, problems)
    _report_duplicates([b for b in document.blocks if b.name == "source"], problems)
    if not pairs and programme_id:
        top.report("id", "no source is configured, so nothing is watched", "add a [[source]] block with id and url", "warning")
    return Programme(
        programme_id or files.folder.name, title or files.folder.name, top.texts("aliases"), top.texts("not_about"), languages or ("en",),
        top.day("announced_on"), tuple(s for s, _ in usable), tuple(b for _, b in usable), expectations, expect_blocks,
    )  # fmt: skip


def _check_id(top: Fields, programme_id: str, folder_name: str) -> None:
    if not programme_id:
        return
    if not is_programme_id(programme_id):
        top.report("id", f"'id' is {programme_id[:100]!r}", "an id has small letters, digits and hyphens only")
    elif programme_id != folder_name:
        top.report(
            "id", f"'id' is {programme_id!r} but the folder is called {folder_name[:100]!r}", "both must be the same and never change"
        )


def _report_strangers(blocks: Sequence[Block], problems: list[Problem]) -> None:
    for block in blocks:
        if block.name not in ("source", "expect"):
            hint = nearest(block.name, ("source", "expect"), "known here: [[source]], [[expect]]")
            problems.append(Problem(block.where(), f"unknown block [[{block.name}]]", hint))


def _report_duplicates(blocks: Sequence[Block], problems: list[Problem]) -> None:
    for key, level in (("id", "error"), ("url", "warning")):
        seen: dict[str, Block] = {}
        for block in blocks:
            value = str(block.values.get(key, "")).strip()
            first = seen.setdefault(value, block)
            if value and first is not block:
                text = f"source {key} {value[:200]!r} stands twice; the first is at {first.where(key)}"
                problems.append(Problem(block.where(key), text, "", "error" if level == "error" else "warning"))


def _source(block: Block, problems: list[Problem]) -> Source:
    fields = Fields(block, SOURCE_KEYS, problems)
    every_s, cron = fields.seconds("every", DEFAULT_EVERY_S), _cron(fields)
    language = fields.text("language")
    max_bytes = fields.number("max_bytes")
    return Source(
        id=_source_id(fields),
        url=fields.url("url", required=True),
        kind=fields.one_of("kind", SOURCE_KINDS, "page"),
        authority=fields.one_of("authority", AUTHORITIES, "press"),
        every_s=every_s,
        cron=cron,
        language=_language(fields, "language", language) if language else None,
        publisher=fields.text("publisher"),
        include=_selectors(fields, "include"),
        exclude=_selectors(fields, "exclude"),
        follow=fields.url("follow") or None,
        complete_for=fields.text("complete_for") or None,
        browser=fields.flag("browser"),
        headers=_headers(fields),
        timeout_s=fields.number("timeout_s"),
        max_bytes=int(max_bytes) if max_bytes else None,
        pointers=fields.texts("pointers"),
    )


def _source_id(fields: Fields) -> str:
    source_id = fields.text("id", required=True)
    if source_id and not _SOURCE_ID.fullmatch(source_id):
        fields.report("id", f"source id {source_id[:100]!r}", "use letters, digits, dots, hyphens and underscores only")
    return source_id


def _cron(fields: Fields) -> str | None:
    cron = fields.text("cron")
    if not cron:
        return None
    parts = cron.split()
    if len(parts) != 5 or not all(_CRON_FIELD.fullmatch(p) for p in parts):
        hint = 'five fields: minute hour day month weekday, like "0 6 * * *"'
        fields.report("cron", f"'cron' is {cron[:80]!r}, which is no schedule", hint)
        return None
    if "every" in fields.block.values:
        fields.report("cron", "both 'every' and 'cron' are given; 'cron' wins", "keep one of them", "warning")
    return cron


def _language(fields: Fields, key: str, code: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        fields.report(key, f"{code[:40]!r} is no language code", 'two letters, like "en"')
    elif code.lower().replace("_", "-").split("-")[0] not in known_languages():
        fields.report(key, f"language {code!r} has no word lists; it is read with the English ones", "", "warning")
    return code.lower()


def _selectors(fields: Fields, key: str) -> tuple[str, ...]:
    selectors = fields.texts(key)
    if selectors:
        import soupsieve

        for selector in selectors:
            try:
                soupsieve.compile(selector)
            except (soupsieve.SelectorSyntaxError, ValueError, NotImplementedError):
                fields.report(key, f"{selector[:80]!r} is no CSS selector", 'like "main article" or ".news-list"')
    return selectors


def _headers(fields: Fields) -> tuple[tuple[str, str], ...]:
    value = fields.block.values.get("headers", {})
    if not isinstance(value, dict) or not all(isinstance(v, str) and "\n" not in v and "\r" not in v for v in value.values()):
        fields.report("headers", "'headers' must be a table of texts on one line", 'like headers = { Accept = "text/html" }')
        return ()
    for name, content in value.items():
        if name.lower() in _SECRET_HEADERS and not content.startswith("${"):
            hint = 'write "${MONITOR_SECRET_...}" and set that variable'
            fields.report("headers", f"header {name!r} carries a secret in the baseline folder", hint, "warning")
    return tuple(value.items())


def _expectation(block: Block, problems: list[Problem]) -> Expectation:
    fields = Fields(block, EXPECT_KEYS, problems)
    low, high = _bound(fields, "min"), _bound(fields, "max")
    if low is None and high is None:
        fields.report(None, "an [[expect]] block has neither 'min' nor 'max'", 'like min = "5"')
    if low is not None and high is not None and low > high:
        fields.report("min", f"'min' {low} is greater than 'max' {high}")
    return Expectation(fields.text("fact", required=True), low, high)


def _bound(fields: Fields, key: str) -> Decimal | None:
    value = fields.block.values.get(key)
    if value is None:
        return None
    try:
        found = Decimal(str(value).replace(" ", "").replace("_", "")) if not isinstance(value, bool | float) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or found.adjusted() > 40:
        fields.report(key, f"{key!r} is no plain number", f'write the digits as text, like {key} = "40" or {key} = "1500000000"')
        return None
    return found
