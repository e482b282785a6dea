"""The JSON shapes other programs rely on (design.md, section 6): changes, reports, notices.

Quotes stay exactly as they stand in the capture, since their offsets count; what a terminal would act on is written as \\uXXXX, which changes no value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

from monitor.core.model import Change, Delta, Evidence, Review, Value
from monitor.core.notices import Notice
from monitor.core.summary import Report, SourceHealth
from monitor.render.clean import line
from monitor.render.view import flag, headline, unseen

# Everything the JSON grammar allows raw but a terminal or an editor acts on; such characters only occur inside JSON strings.
_UNSAFE = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_TAG_CHARACTERS = re.compile("[\U000e0000-\U000e007f]")
# Left out of a value's JSON while they hold what goes without saying.
_QUIET = {"currency_candidates": (), "price_base": None, "vague": False, "measure": False}
_MOST_DIGITS = 400  # beyond that a decimal is written with its exponent
_ERROR_LIMIT = 200

JsonObject = dict[str, object]


def to_json(data: object, *, indent: int | None = 2) -> str:
    """The data as JSON text, UTF-8 readable, without NaN or Infinity, and safe to print on a terminal."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent)
    text = _UNSAFE.sub(lambda m: f"\\u{ord(m.group()):04x}", text)
    return _TAG_CHARACTERS.sub(lambda m: json.dumps(m.group())[1:-1], text)


def change_json(change: Change) -> JsonObject:
    """One change in the shape of `monitor changes --format json`."""
    return {
        "id": change.id,
        "programme": change.programme,
        "fact": change.fact,
        "label": change.label,
        "type": str(change.type),
        "old": value_json(change.old),
        "new": value_json(change.new),
        "delta": delta_json(change.delta),
        "severity": change.severity,
        "confidence": round(change.confidence, 4) if 0 <= change.confidence <= 1 else 0,
        "status": str(change.status),
        "cause": str(change.cause),
        "reasons": list(change.reasons),
        "first_seen": moment(change.first_seen),
        "last_seen": moment(change.last_seen),
        "evidence": [evidence_json(e) for e in change.evidence],
        "reviews": [review_json(r) for r in change.reviews],
    }


def changes_json(changes: Iterable[Change]) -> list[JsonObject]:
    """The list of `monitor changes --format json`."""
    return [change_json(change) for change in changes]


def value_json(value: Value | None) -> JsonObject | None:
    """A value in the JSON shape of design.md, section 6; decimals are strings, days ISO 8601. None for None."""
    if value is None:
        return None
    items = ((f.name, getattr(value, f.name)) for f in fields(value))
    return {name: _plain(item) for name, item in items if not (name in _QUIET and item == _QUIET[name])}


def delta_json(delta: Delta) -> JsonObject | None:
    """The difference, or None where there is none to give."""
    if delta == Delta():
        return None
    return {"amount": _plain(delta.amount), "percent": _plain(delta.percent), "days": delta.days}


def evidence_json(evidence: Evidence) -> JsonObject:
    return {
        "source": evidence.source_id,
        "url": evidence.url,
        "captured_at": moment(evidence.captured_at),
        "sha256": evidence.sha256,
        "quote": evidence.quote,
        "start": evidence.start,
        "end": evidence.end,
        "publisher": evidence.publisher,
    }


def review_json(review: Review) -> JsonObject:
    return {
        "decision": review.decision,
        "by": review.by,
        "at": moment(review.at),
        "note": review.note,
        "until": _plain(review.until),
        "value": value_json(review.value),
        "fact": review.fact,
    }


def health_json(health: SourceHealth) -> JsonObject:
    """One source in the shape of `monitor sources list --format json`."""
    return {
        "id": health.id,
        "programme": health.programme,
        "url": health.url,
        "status": str(health.status),
        "error": line(health.error, _ERROR_LIMIT),
        "http_status": health.http_status,
        "attempts": health.attempts,
        "last_fetched": moment(health.last_fetched),
        "last_ok": moment(health.last_ok),
        "next_check": moment(health.next_check),
        "snapshots": health.snapshots,
        "final_url": health.final_url,
        "facts_usual": health.facts_usual,
        "facts_last": health.facts_last,
    }


def report_json(report: Report) -> JsonObject:
    """A report with its changes in their contract shape; groups hold the ids of what was announced together."""
    return {
        "programme": report.programme,
        "title": report.title,
        "headline": headline(report),
        "period": {"start": moment(report.period.start_at), "end": moment(report.period.end_at)},
        "baseline_version": report.baseline_version,
        "sources": report.source_count,
        "changes": changes_json(report.changes),
        "groups": [[change.id for change in group.changes] for group in report.groups],
        "waiting": changes_json(report.waiting),
        "decided": [{"change": d.change.id, "label": d.change.label, **review_json(d.review)} for d in report.decided],
        "unseen": [{"fact": u.fact.key, "label": u.fact.label, "days": u.days, "text": unseen(u)} for u in report.unseen],
        "troubles": [{"source": t.source, "url": t.url, "kind": t.kind, "text": t.text, "since": moment(t.since)} for t in report.troubles],
        "snoozed": report.snoozed_count,
    }


def notice_payload(change: Change, notice: Notice) -> JsonObject:
    """What a channel is handed for one notice: the change in its contract shape, and what happened as `event`, `notice` (the stable key), `why`,
    and `title` and `text` for people. It is stored with the notice, so that sending needs nothing else.
    """
    shown = flag(change)
    title = f"{shown.type}: {shown.title}"
    body = [
        shown.statement or shown.type,
        f"“{shown.quote}”" if shown.quote else "",
        f"{shown.source}: {shown.url}",
        f"{notice.reason}; {shown.heard}",
    ]
    return {
        **change_json(change),
        "event": str(notice.event),
        "notice": notice.key,
        "why": notice.reason,
        "title": line(title, _ERROR_LIMIT),
        "text": "\n".join(part for part in body if part),
    }


def moment(at: datetime | None) -> str | None:
    """ "2026-04-09T06:00:12Z"; None for None."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(item: object) -> object:
    match item:
        case Enum(value=value):
            return value
        case Decimal():
            return decimal_text(item)
        case date():
            return item.isoformat()
        case tuple():
            return [_plain(part) for part in item]
        case Mapping():
            return {str(key): _plain(part) for key, part in item.items()}
        case _:
            return item


def decimal_text(number: Decimal) -> str | None:
    """A decimal as plain digits; None for what is no number (NaN, Infinity)."""
    if not number.is_finite():
        return None
    return f"{number:f}" if abs(number.adjusted()) <= _MOST_DIGITS else str(number)
