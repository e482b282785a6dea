"""What the command line, the report and the web ask about looking: sources with their health, visits, snapshots and how they were read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.engine import RowMapping

from monitor.store.digests import ANALYSIS
from monitor.store.engine import Store
from monitor.store.sources import SNAPSHOT, SOURCE, URL, VISIT


@dataclass(frozen=True, slots=True)
class Health:
    """How a source does: the fields of `monitor sources list` (design.md, section 6), and what the report tells besides."""

    id: str
    programme: str
    url: str
    status: str
    error: str
    http_status: int | None
    attempts: int
    last_fetched: datetime | None
    last_ok: datetime | None
    next_check: datetime | None
    snapshots: int
    final_url: str
    facts_usual: int | None
    facts_last: int | None
    failing_since: datetime | None = None
    failures: int = 0
    moved_to: str | None = None
    publisher: str = ""
    urls: int = 1
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    programme: str
    source_id: str
    url: str
    at: datetime
    status: str
    http_status: int | None
    error: str
    snapshot: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stored answer and how it was read; the body is `store.blobs.get(sha256)`."""

    id: str
    programme: str
    source_id: str
    url: str
    captured_at: datetime
    sha256: str
    byte_count: int
    http_status: int
    media_type: str
    final_url: str
    status: str | None
    reason: str
    title: str
    observations: int


def sources(store: Store, programme: str | None = None, *, removed: bool = False) -> list[Health]:
    """Every source with its health, by programme and id; those no longer in the folder only if asked."""
    where: list[ColumnElement[bool]] = [URL.c.is_main]
    if programme is not None:
        where.append(SOURCE.c.programme == programme)
    if not removed:
        where.append(SOURCE.c.removed_at.is_(None))
    statement = select(URL, SOURCE.c.programme, SOURCE.c.source.label("name"), SOURCE.c.publisher, SOURCE.c.removed_at)
    totals = select(URL.c.source, func.count().label("urls"), func.sum(URL.c.snapshots).label("snapshots")).group_by(URL.c.source)
    with store.read() as connection:
        counted = {row["source"]: row for row in connection.execute(totals).mappings()}
        rows = connection.execute(statement.join(SOURCE, URL.c.source == SOURCE.c.id).where(*where).order_by(SOURCE.c.id)).mappings().all()
    return [health_of(row, counted[row["source"]]) for row in rows]


def health_of(row: RowMapping, counted: RowMapping) -> Health:
    same = ("programme", "url", "status", "error", "http_status", "attempts", "final_url", "facts_usual", "facts_last")
    more = ("failing_since", "failures", "moved_to", "publisher")
    return Health(
        id=row["name"],
        last_fetched=row["last_fetched_at"],
        last_ok=row["last_ok_at"],
        next_check=row["next_check_at"],
        snapshots=int(counted["snapshots"]),
        urls=counted["urls"],
        removed=row["removed_at"] is not None,
        **{name: row[name] for name in same + more},
    )


def visits(store: Store, *, programme: str | None = None, source: str | None = None, limit: int = 100) -> list[Visit]:
    """Looks, the latest first."""
    statement = (
        select(VISIT, SOURCE.c.programme, SOURCE.c.source, URL.c.url)
        .join(URL, URL.c.id == VISIT.c.source_url)
        .join(SOURCE, SOURCE.c.id == URL.c.source)
        .where(*of_source(programme, source))
        .order_by(VISIT.c.at.desc(), VISIT.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        return [
            Visit(r["programme"], r["source"], r["url"], r["at"], r["status"], r["http_status"], r["error"] or "", r["snapshot"])
            for r in connection.execute(statement).mappings()
        ]


def first_look(store: Store, programme: str) -> datetime | None:
    """When any address of the programme was looked at first; None before that."""
    statement = select(VISIT.c.at).join(URL, URL.c.id == VISIT.c.source_url).join(SOURCE, SOURCE.c.id == URL.c.source)
    with store.read() as connection:
        return connection.execute(statement.where(SOURCE.c.programme == programme).order_by(VISIT.c.at).limit(1)).scalar()


def of_source(programme: str | None, source: str | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if programme is not None:
        where.append(SOURCE.c.programme == programme)
    if source is not None:
        where.append(SOURCE.c.source == source)
    return where


def snapshots(
    store: Store,
    *,
    programme: str | None = None,
    source: str | None = None,
    id: str | None = None,
    sha256: str | None = None,
    limit: int = 100,
) -> list[Snapshot]:
    """Stored answers, the latest first, each with its last reading."""
    where = of_source(programme, source) + ([] if id is None else [SNAPSHOT.c.id == id])
    where += [] if sha256 is None else [SNAPSHOT.c.sha256 == sha256]
    reading = select(ANALYSIS.c.snapshot, func.max(ANALYSIS.c.at).label("at")).group_by(ANALYSIS.c.snapshot).subquery()
    names = ("status", "reason", "title", "observations")
    statement = (
        select(SNAPSHOT, SOURCE.c.programme, SOURCE.c.source, URL.c.url, *(ANALYSIS.c[n] for n in names))
        .join(URL, URL.c.id == SNAPSHOT.c.source_url)
        .join(SOURCE, SOURCE.c.id == URL.c.source)
        .outerjoin(reading, reading.c.snapshot == SNAPSHOT.c.id)
        .outerjoin(ANALYSIS, and_(ANALYSIS.c.snapshot == reading.c.snapshot, ANALYSIS.c.at == reading.c.at))
        .where(*where)
        .order_by(SNAPSHOT.c.captured_at.desc(), SNAPSHOT.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        rows = connection.execute(statement).mappings().all()
    return list({row["id"]: snapshot_of(row) for row in rows}.values())


def snapshot_of(row: RowMapping) -> Snapshot:
    same = ("id", "programme", "url", "captured_at", "sha256", "byte_count", "http_status", "media_type", "final_url", "status")
    return Snapshot(
        source_id=row["source"],
        reason=row["reason"] or "",
        title=row["title"] or "",
        observations=row["observations"] or 0,
        **{name: row[name] for name in same},
    )
