"""The latest changes of a programme as a feed: Atom (RFC 4287) and JSON Feed 1.1. Pure: the same changes give the same text.

Ids are those of the changes, so a reader shows each once; `updated` moves when a change is decided or goes back, not with every further sighting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.core.model import Change
from monitor.render.clean import line
from monitor.render.contract import moment, to_json
from monitor.render.view import Flag, flag

ENTRIES = 100
_TITLE_CHARS = 200


def atom_feed(programme: str, title: str, changes: Sequence[Change]) -> str:
    """The feed, the latest change first. What pages said is text, never markup."""
    entries = [_atom_entry(c) for c in _latest(changes)]
    updated = max((_updated(c) for c in changes), default=None)
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>urn:programme-monitor:{escape(programme)}</id>",
        f"<title>{escape(line(title, _TITLE_CHARS))}: changes</title>",
        f"<updated>{moment(updated) or '1970-01-01T00:00:00Z'}</updated>",
        "<author><name>programme-monitor</name></author>",
    ]
    return "\n".join([*head, *entries, "</feed>", ""])


def json_feed(programme: str, title: str, changes: Sequence[Change]) -> str:
    """The same as JSON Feed."""
    items = [_json_item(c) for c in _latest(changes)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": f"{line(title, _TITLE_CHARS)}: changes", "items": items}
    return to_json(feed) + "\n"


def _latest(changes: Sequence[Change]) -> list[Change]:
    return sorted(changes, key=lambda c: (_updated(c), c.id), reverse=True)[:ENTRIES]


def _updated(change: Change) -> datetime:
    return max([change.first_seen, *(r.at for r in change.reviews)])


def _words(shown: Flag) -> str:
    quote = f"“{shown.quote}”" if shown.quote else ""
    return "\n".join(part for part in (shown.statement or shown.type, quote, f"{shown.source}: {shown.url}", shown.heard) if part)


def _atom_entry(change: Change) -> str:
    shown = flag(change)
    link = f"<link href={quoteattr(shown.link)}/>" if shown.link else ""
    return (
        f"<entry><id>urn:programme-monitor:{escape(change.programme)}:{escape(change.id)}</id>"
        f"<title>{escape(line(f'{shown.type}: {shown.title}', _TITLE_CHARS))}</title>"
        f"<published>{moment(change.first_seen)}</published><updated>{moment(_updated(change))}</updated>{link}"
        f'<category term="{change.type}"/><category term="{change.status}"/><content type="text">{escape(_words(shown))}</content></entry>'
    )


def _json_item(change: Change) -> dict[str, object]:
    shown = flag(change)
    item: dict[str, object] = {
        "id": f"urn:programme-monitor:{change.programme}:{change.id}",
        "title": line(f"{shown.type}: {shown.title}", _TITLE_CHARS),
        "content_text": _words(shown),
        "date_published": moment(change.first_seen),
        "date_modified": moment(_updated(change)),
        "tags": [str(change.type), str(change.status)],
    }
    return item | ({"external_url": shown.link} if shown.link else {})
