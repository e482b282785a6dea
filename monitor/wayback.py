"""The past of a page from a web archive (the Wayback Machine, or any with its CDX index and mementos), and asking it to keep a page as it is now.

The archive is fetched from like any other host: its robots.txt, its pace, the same limits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import quote

from monitor.core.model import Capture, Source
from monitor.errors import FetchError, Problem

FIELDS = ("timestamp", "original", "statuscode", "mimetype", "digest")
MOST = 500  # captures of one source; the archive thins them out itself by `collapse`

Get = Callable[[Source], Capture]
"""Fetches the address of a source; raises FetchError."""


class Entry(NamedTuple):
    """A line of the index: when an address was captured, and what it answered."""

    at: datetime
    stamp: str
    url: str
    status: int


def past_of(source: Source, get: Get, archive: str, since: date | None = None, until: date | None = None) -> Iterator[Capture | Problem]:
    """The captures of a source and of what it follows, oldest first, as if we had made them; those that cannot be had are problems.

    Of equal bodies the archive gives the first only. Raises FetchError when the index itself cannot be read.
    """
    for entry in index_of(source, get, archive, since, until):
        if entry.status != 200:
            yield Capture(source.id, entry.url, entry.url, entry.at, entry.status, "", b"", hashlib.sha256(b"").hexdigest())
            continue
        try:
            found = get(archived(source, f"{archive}/web/{entry.stamp}id_/{entry.url}"))
        except FetchError as error:
            yield Problem(entry.url[:200], f"the archive does not give its capture of {entry.at:%Y-%m-%d %H:%M}: {error}")
            continue
        yield replace(found, url=entry.url, final_url=entry.url, captured_at=entry.at, moved_to=None, etag=None, headers=())


def index_of(source: Source, get: Get, archive: str, since: date | None, until: date | None) -> list[Entry]:
    """What the archive has, oldest first. Raises FetchError."""
    entries = lines(get(archived(source, query(archive, source.url, "exact", since, until), "json")).body)
    if source.follow:
        entries += lines(get(archived(source, query(archive, source.follow, "prefix", since, until), "json")).body)
    return sorted(set(entries))


def archived(source: Source, url: str, kind: str = "page") -> Source:
    """The source as it is asked for at the archive: nothing that is configured for its own host goes there."""
    return Source(source.id, url, kind=kind, max_bytes=source.max_bytes)


def query(archive: str, url: str, match: str, since: date | None, until: date | None) -> str:
    span = "".join(f"&{name}={day:%Y%m%d}" for name, day in (("from", since), ("to", until)) if day is not None)
    fields = ",".join(FIELDS)
    return (
        f"{archive}/cdx/search/cdx?url={quote(url, safe='')}&matchType={match}&output=json&fl={fields}&collapse=digest&limit={MOST}{span}"
    )


def lines(body: bytes) -> list[Entry]:
    """The entries of an index answer; lines of another shape are passed over. Raises FetchError for what is no index."""
    import json

    try:
        rows = json.loads(body or b"[]")
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        raise FetchError("parse_error", "the index of the archive cannot be read")
    return [entry for row in rows if (entry := entry_of(row)) is not None]


def entry_of(row: object) -> Entry | None:
    if not isinstance(row, list) or len(row) != len(FIELDS) or not all(isinstance(cell, str) for cell in row):
        return None
    stamp, url, status = row[0], row[1], row[2]
    if len(stamp) != 14 or not stamp.isascii() or not stamp.isdigit() or not url.startswith(("http://", "https://")):
        return None
    try:
        at = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Entry(at, stamp, url, int(status) if status.isascii() and status.isdigit() and len(status) == 3 else 200)


def keep(url: str, get: Get, archive: str) -> None:
    """Asks the archive to save the page as it is now. Raises FetchError when it does not."""
    get(Source("archive", f"{archive}/save/{url}"))
