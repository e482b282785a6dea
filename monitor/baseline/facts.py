"""facts.toml and revisions.toml: what was announced, and what was accepted since, each value read by the code of its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.baseline.fields import Fields, nearest
from monitor.baseline.folder import FACTS, REVISIONS, Files
from monitor.core.kinds import Kind
from monitor.core.lang import Lexicon
from monitor.core.model import Fact, Revision, Status, Value
from monitor.core.text.toml import Block
from monitor.errors import Problem

FACT_KEYS = ("key", "kind", "label", "value", "about", "scope", "from", "quote", "url", "aliases", "status", "counts")
REVISION_KEYS = (
    *("version", "recorded", "by", "change", "fact", "kind", "label", "value", "withdrawn", "from", "quote", "url", "captured"),
    *("scope", "about", "aliases", "note"),
)
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,149}")
EXAMPLES: Mapping[str, str] = {
    "money": '"EUR 1.5 billion" or { amount = "1500000000", currency = "EUR" }',
    "date": '"2026", "March 2027", "2026-Q3" or "2029/2033"',
    "count": '"seven AI Factories" or { count = "7", unit = "AI Factories" }',
    "site": '{ name = "LUMI AI Factory", host = "CSC", place = "Kajaani", country = "FI" }',
    "organisation": '"University of Stuttgart"',
    "place": '"Kajaani" or { name = "Kajaani", place_type = "city", country = "FI" }',
    "country": '"Finland" or "FI"',
    "countries": '["PT", "RO", "TR"]',
    "status": '"under construction"',
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are read: the kinds by name, and the lexicons of the programme's languages in order of preference."""

    kinds: Mapping[str, Kind]
    lexicons: Sequence[Lexicon]

    def parse(self, kind: str, written: object) -> Value | None:
        """The value of what is written, in the first language that makes sense of it; None when none does."""
        reader = self.kinds.get(kind)
        if reader is None:
            return None
        return next((v for lexicon in self.lexicons if (v := _parse(reader, written, lexicon)) is not None), None)


@dataclass(frozen=True, slots=True)
class Placed:
    """The facts and revisions that could be read, and where each of them stands ("file:line")."""

    facts: tuple[Fact, ...]
    revisions: tuple[Revision, ...]
    fact_blocks: Mapping[str, Block]
    revision_blocks: tuple[Block, ...]
    written: frozenset[str]  # the keys of all facts that are written down, readable or not


def read_facts(files: Files, reading: Reading, problems: list[Problem]) -> Placed:
    """Reads both files; whatever does not fit is added to `problems`."""
    facts: dict[str, Fact] = {}
    blocks: dict[str, Block] = {}
    for block in _blocks(files, FACTS, "fact", problems):
        fact = _fact(block, reading, problems)
        first = blocks.get(fact.key) if fact else None
        if fact and first:
            problems.append(
                Problem(block.where("key"), f"fact {fact.key!r} stands twice; the first is at {first.where('key')}", "give it another key")
            )
        elif fact:
            facts[fact.key], blocks[fact.key] = fact, block
    known = _known_kinds(files, facts)
    is_torn = bool(files.documents[FACTS].problems)
    found = [
        (r, b) for b in _blocks(files, REVISIONS, "revision", problems) if (r := _revision(b, known, reading, problems, is_torn=is_torn))
    ]
    return Placed(tuple(facts.values()), tuple(r for r, _ in found), blocks, tuple(b for _, b in found), frozenset(known))


def _known_kinds(files: Files, facts: Mapping[str, Fact]) -> dict[str, str]:
    """Kind by fact key: of the readable facts, and of those whose value could not be read."""
    written = {str(b.values.get("key")): str(b.values.get("kind")) for b in files.documents[FACTS].blocks if b.name == "fact"}
    return written | {key: fact.kind for key, fact in facts.items()}


def _blocks(files: Files, file: str, name: str, problems: list[Problem]) -> list[Block]:
    document = files.documents[file]
    Fields(document.top, (name,), problems)
    for block in document.blocks:
        if block.name != name:
            problems.append(
                Problem(block.where(), f"unknown block [[{block.name}]]", nearest(block.name, (name,), f"known here: [[{name}]]"))
            )
    return [b for b in document.blocks if b.name == name]


def _fact(block: Block, reading: Reading, problems: list[Problem]) -> Fact | None:
    fields = Fields(block, FACT_KEYS, problems)
    key, kind = _key(fields, "key"), _kind(fields, reading, required=True)
    label = fields.text("label", required=True)
    value = _value(fields, kind, reading)
    status = fields.text("status")
    if status:
        _check_status(fields, status, reading)
    _warn_unproven(fields, f"fact {key!r}")
    rest = (fields.texts("about"), fields.text("scope") or None, fields.texts("aliases"), fields.day("from"), fields.text("quote"))
    about, scope, aliases, valid_from, quote = rest
    url, counts = fields.url("url"), fields.text("counts") or None
    if not key or value is None:
        return None
    return Fact(key, kind, label or key, value, about, scope, aliases, valid_from, quote, url, status or None, counts)


def _revision(block: Block, known: dict[str, str], reading: Reading, problems: list[Problem], *, is_torn: bool) -> Revision | None:
    """The revision, or None; where facts.toml is torn, its fact may be in the unreadable part, so that is not complained about."""
    fields = Fields(block, REVISION_KEYS, problems)
    fact, kind = _key(fields, "fact"), _kind(fields, reading, required=False)
    is_new = bool(fact) and fact not in known and not is_torn
    if is_new:
        _check_new(fields, fact, kind, known)
    kind = kind or known.get(fact, "")
    names, is_withdrawn = fields.texts("aliases"), fields.flag("withdrawn")
    has_value = "value" in block.values or not (is_withdrawn or names)
    value = _value(fields, kind, reading) if has_value and kind else None
    if is_withdrawn and "value" in block.values:
        fields.report("withdrawn", "a revision has either a value or 'withdrawn = true'", "remove one of the two")
    if not names:
        _warn_unproven(fields, f"version {block.values.get('version', '?')} of {fact!r}")
    version, recorded_at = _version(fields), fields.moment("recorded") or _recorded(fields)
    if not fact or version is None or (has_value and value is None):
        return None
    known.setdefault(fact, kind)
    return Revision(
        version, recorded_at, fields.text("by"), fields.text("change") or None, fact, value, kind, fields.text("label"), fields.text("scope") or None,
        fields.texts("about"), fields.day("from"), fields.text("quote"), fields.url("url"), fields.moment("captured"), fields.text("note"), names,
    )  # fmt: skip


def _recorded(fields: Fields) -> datetime:
    if "recorded" not in fields.block.values:
        fields.report(None, "'recorded' is missing in [[revision]]", 'write it as "2026-04-30T09:12:00Z"')
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _version(fields: Fields) -> int | None:
    version = fields.block.values.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and 1 < version < 10**9:
        return version
    if version is None:
        fields.report(None, "'version' is missing in [[revision]]", "the announcement is version 1, the first revision is version = 2")
    else:
        fields.report("version", f"'version' is {str(version)[:40]!r}", "a whole number from 2 on; facts.toml is version 1")
    return None


def _check_new(fields: Fields, fact: str, kind: str, known: Mapping[str, str]) -> None:
    """A revision may bring a new fact, if it says its kind and label; otherwise its key is a slip of the pen."""
    if not kind:
        otherwise = "a new fact needs `kind` and `label` beside its key"
        fields.report("fact", f"there is no fact {fact!r} to revise", nearest(fact, known, otherwise))
    elif not fields.block.values.get("label"):
        fields.report(None, f"the new fact {fact!r} has no label", 'add a line: label = "..."')


def _key(fields: Fields, name: str) -> str:
    key = fields.text(name, required=True)
    if key and not _KEY.fullmatch(key):
        fields.report(name, f"{name!r} is {key[:100]!r}", "a key has small letters, digits, dots, hyphens and underscores only")
        return ""
    return key


def _kind(fields: Fields, reading: Reading, *, required: bool) -> str:
    kind = fields.text("kind", required=required)
    if kind and kind not in reading.kinds:
        fields.report("kind", f"unknown kind {kind[:60]!r}", nearest(kind, reading.kinds, f"known: {', '.join(reading.kinds)}"))
        return ""
    return kind


def _value(fields: Fields, kind: str, reading: Reading) -> Value | None:
    if "value" not in fields.block.values:
        fields.text("value", required=True)
        return None
    if not kind:
        return None
    written = fields.block.values["value"]
    value = reading.parse(kind, written)
    if value is None:
        shown = repr(written) if isinstance(written, str) else str(written)
        hint = f"write it like {EXAMPLES[kind]}" if kind in EXAMPLES else ""
        fields.report("value", f"no {kind} can be read from {shown[:160]}", hint)
    if isinstance(value, Status):
        _check_status(fields, value.status, reading)
    return value


def _parse(reader: Kind, written: object, lexicon: Lexicon) -> Value | None:
    try:
        return reader.parse(written, lexicon)
    except (ValueError, ArithmeticError, TypeError, AttributeError, KeyError):
        return None  # what a kind of another package stumbles over is unreadable, not a reason to stop


def _check_status(fields: Fields, status: str, reading: Reading) -> None:
    if "status" in reading.kinds and not isinstance(reading.parse("status", status), Status):
        hint = 'like "selected", "under construction", "operational" or "cancelled"'
        key = "status" if "status" in fields.block.values else "value"
        fields.report(
            key,
            f"{status[:80]!r} is not in the status vocabulary: no page is read for it, any state that is read differs from it",
            hint,
            "warning",
        )


def _warn_unproven(fields: Fields, what: str) -> None:
    for key in ("quote", "url"):
        if not fields.text(key):
            fields.report(
                key if key in fields.block.values else None, f"{what} has no {key}", "a fact that can be proven has both", "warning"
            )
