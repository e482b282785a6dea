"""The baseline folder into the tables: a projection keyed by the folder's digest.

Done twice it changes nothing; what left the folder is marked, not deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from monitor.core.model import Baseline, Fact, Revision, Source
from monitor.store import codec
from monitor.store.engine import Store
from monitor.store.knowledge import FACT, PROGRAMME
from monitor.store.results import fact_row
from monitor.store.sources import SOURCE, URL, new_url, source_key, url_key
from monitor.store.statements import insert_new, limit_text, put
from monitor.store.tables import BaselineVersionRow, table

VERSION = table(BaselineVersionRow)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync found: whether the folder differs from the tables, and whether the programme is new to them."""

    changed: bool
    is_new: bool


def sync(store: Store, baseline: Baseline, now: datetime) -> Synced:
    """Brings the tables to the state of the folder, in one transaction."""
    with store.write() as connection:
        known = connection.execute(select(PROGRAMME).where(PROGRAMME.c.id == baseline.id)).mappings().first()
        if known is not None and known["digest"] == baseline.digest and not known["removed"]:
            return Synced(changed=False, is_new=False)
        revision = (known["revision"] if known else 0) + 1
        put(connection, PROGRAMME, programme_row(baseline, revision))
        insert_new(connection, VERSION, [version_row(baseline, now)])
        sync_facts(connection, baseline, now, revision)
        sync_sources(connection, baseline, now)
    return Synced(changed=True, is_new=known is None)


def remove(store: Store, programme: str, now: datetime) -> None:
    """The folder is gone: its sources are no longer looked at, everything recorded stays."""
    with store.write() as connection:
        connection.execute(update(PROGRAMME).where(PROGRAMME.c.id == programme).values(removed=True))
        connection.execute(update(SOURCE).where(SOURCE.c.programme == programme, SOURCE.c.removed_at.is_(None)).values(removed_at=now))


def programme_row(baseline: Baseline, revision: int) -> dict[str, Any]:
    return {
        "id": baseline.id,
        "title": limit_text(baseline.title, 300),
        "version": baseline.version,
        "digest": baseline.digest,
        "revision": revision,
        "removed": False,
    }


def version_row(baseline: Baseline, now: datetime) -> dict[str, Any]:
    key = codec.key_of("baseline", baseline.id, baseline.digest)
    return {"id": key, "programme": baseline.id, "digest": baseline.digest, "version": baseline.version, "recorded_at": now}


# ----------------------------------------------------------------------------------------------------------------------------- facts


def sync_facts(connection: Connection, baseline: Baseline, now: datetime, revision: int) -> None:
    """Every version the folder tells of; rows it tells of no longer are superseded."""
    rows = {row["id"]: row for row in fact_rows(baseline, now, revision)}
    for row in rows.values():
        keep = () if row["recorded_at"] != now else ("recorded_at",)
        put(connection, FACT, row, keep=keep)
    ours = (FACT.c.programme == baseline.id, FACT.c.superseded_at.is_(None))
    standing = connection.execute(select(FACT.c.id).where(*ours)).scalars()
    supersede(connection, [key for key in standing if key not in rows], now, revision)


def supersede(connection: Connection, keys: Sequence[str], now: datetime, revision: int) -> None:
    for key in keys:
        connection.execute(update(FACT).where(FACT.c.id == key).values(superseded_at=now, revision=revision))


def fact_rows(baseline: Baseline, now: datetime, revision: int) -> Iterator[dict[str, Any]]:
    """The versions of each fact in order, each superseded by the moment the next was recorded."""
    announced = {fact.key: fact for fact in baseline.announced}
    current = {fact.key: fact for fact in baseline.facts}
    for key in announced | current:
        history = [r for r in baseline.revisions if r.fact == key]
        versions = [versioned(announced.get(key), r, current.get(key)) for r in history]
        first = announced.get(key) or (None if history else current[key])
        rows = [fact_row(baseline.id, first, now, revision)] if first else []
        rows += [fact_row(baseline.id, fact, r.recorded_at, revision, r.by) for fact, r in zip(versions, history, strict=True) if fact]
        for row, later in pairwise(rows):
            row["superseded_at"] = later["recorded_at"]
        yield from rows


def versioned(announced: Fact | None, made: Revision, current: Fact | None) -> Fact | None:
    """The fact as this revision left it."""
    if current is not None and current.version == made.version:
        return current
    base = announced or current
    if base is None:
        return None
    removed = made.value is None
    return replace(
        base, value=made.value or base.value, version=made.version, change=made.change, removed=removed, quote=made.quote, url=made.url
    )


# --------------------------------------------------------------------------------------------------------------------------- sources


def sync_sources(connection: Connection, baseline: Baseline, now: datetime) -> None:
    for source in baseline.sources:
        put(connection, SOURCE, source_row(baseline.id, source))
        sync_urls(connection, baseline.id, source, now)
    there = [source_key(baseline.id, s.id) for s in baseline.sources]
    gone = update(SOURCE).where(SOURCE.c.programme == baseline.id, SOURCE.c.removed_at.is_(None), SOURCE.c.id.not_in(there))
    connection.execute(gone.values(removed_at=now))


def source_row(programme: str, source: Source) -> dict[str, Any]:
    return {
        "id": source_key(programme, source.id),
        "programme": programme,
        "source": source.id,
        "url": source.url,
        "publisher": source.publisher,
        "authority": source.authority,
        "removed_at": None,
        "body": codec.dump(source),
    }


def sync_urls(connection: Connection, programme: str, source: Source, now: datetime) -> None:
    """The source's own address, and which of those found through it are still under its `follow`; a shorter interval holds at once."""
    insert_new(connection, URL, [new_url(programme, source.id, source.url, now, is_main=True)])
    mine = URL.c.source == source_key(programme, source.id)
    for row in connection.execute(select(URL).where(mine)).mappings().all():
        is_main = row["id"] == url_key(programme, source.id, source.url)
        is_followed = bool(source.follow) and row["url"].startswith(source.follow)
        values = {"is_main": is_main, "stopped": not is_main and not is_followed}
        if is_main and row["next_check_at"] and row["last_fetched_at"] and not row["failures"]:
            values["next_check_at"] = min(row["next_check_at"], row["last_fetched_at"] + timedelta(seconds=source.every_s * 1.05))
        connection.execute(update(URL).where(URL.c.id == row["id"]).values(**values))
