"""Values and revisions as TOML text: what the program appends to or proposes for files that people edit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from monitor.core.kinds import Kind
from monitor.core.lang import Lexicon
from monitor.core.model import Countries, DateSpan, Organisation, Place, Revision, Site, Value

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]')


def toml(value: object) -> str:
    """Any plain value as TOML on one line; text is always quoted, with control and direction characters escaped.

    >>> toml({"name": 'The "new" site', "country": "FI"})
    '{ name = "The \\\\"new\\\\" site", country = "FI" }'
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime():
            return f'"{value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}"'
        case date():
            return f'"{value.isoformat()}"'
        case Mapping():
            inner = ", ".join(f"{_key(str(k))} = {toml(v)}" for k, v in value.items() if v is not None)
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(toml(v) for v in value)}]"
        case _:
            return f'"{_TO_ESCAPE.sub(_escape, str(value))}"'


def written_value(value: Value, kind: Kind, lexicon: Lexicon) -> object:
    """The value as a person would write it, if the kind reads exactly this value back from it; else the table in the JSON shape."""
    table = {k: v for k, v in kind.to_json(value).items() if v is not None and v != ()}
    match value:
        case Countries(names):
            return list(names)
        case Site() | Organisation() | Place():
            return table
        case DateSpan(edtf=edtf):
            return next((text for text in (kind.show(value, lexicon), edtf) if _same_days(kind.parse(text, lexicon), value)), table)
        case _:
            shown = kind.show(value, lexicon)
            return shown if kind.parse(shown, lexicon) == value else table


def _same_days(read: Value | None, value: DateSpan) -> bool:
    """Whether both mean the same days; that a date came without its year, or as "next spring", is over once it stands in a baseline."""
    return isinstance(read, DateSpan) and (read.start, read.end, read.granularity) == (value.start, value.end, value.granularity)


def revision_block(revision: Revision, written: object, *, with_kind: bool) -> str:
    """A revision as the text of one `[[revision]]` block; `written` is its value as TOML shows it, None when it has none."""
    lines: list[tuple[str, object]] = [
        ("version", revision.version),
        ("recorded", revision.recorded_at),
        ("by", revision.by),
        ("change", revision.change),
        ("fact", revision.fact),
        ("kind", revision.kind if with_kind else None),
        ("label", revision.label),
        ("value", written),
        ("withdrawn", True if written is None and not revision.aliases else None),
        ("aliases", revision.aliases),
        ("about", revision.about),
        ("scope", revision.scope),
        ("from", revision.valid_from),
        ("quote", revision.quote),
        ("url", revision.url),
        ("captured", revision.captured_at),
        ("note", revision.note),
    ]
    return block("revision", lines)


def block(name: str, lines: Sequence[tuple[str, object]]) -> str:
    """One `[[name]]` block; keys whose value is None or empty are left out."""
    body = "".join(f"{key} = {toml(value)}\n" for key, value in lines if value is not None and value not in ("", (), []))
    return f"[[{name}]]\n{body}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else toml(key)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xD800 <= code <= 0xDFFF:
        return "\\uFFFD"
    return _ESCAPES.get(match[0], f"\\u{code:04X}")
