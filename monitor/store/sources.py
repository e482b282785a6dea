"""Addresses to look at: which are due, whose turn it is, and what a look brought.

A look is claimed by compare-and-set on its lease (one row changed = mine), made without a transaction, and recorded in one: visit, snapshot and cursor
together. A visit has the id of its content, so recording it again (after a kill, or in a second replay) changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from monitor.core.model import Capture, Source, SourceStatus
from monitor.core.schedule import GOOD, USUAL_PACE, LastLook, Pace, is_steady, pause_s
from monitor.store import codec
from monitor.store.statements import insert_many, insert_new, limit_text
from monitor.store.tables import AnalysisRow, SnapshotRow, SourceRow, SourceUrlRow, VisitRow, table

LEASE_S = 600  # longer than any look may take; a runner that holds the database lock breaks old ones at once
ERROR_CHARS = 200
SKEW = timedelta(minutes=5)  # between the clocks of two hosts
PATIENCE, PATIENT_LOOKS = timedelta(days=1), 3
"""How long, and for how many good answers, a page that is unlike itself is set aside before it is taken as the new page. An error page with status 200 rarely
outlives a day; a redesign always does."""
DOUBTFUL = frozenset({SourceStatus.SUSPECT.value, SourceStatus.EMPTY.value})

SOURCE = table(SourceRow)
URL = table(SourceUrlRow)
VISIT = table(VisitRow)
ANALYSIS = table(AnalysisRow)
SNAPSHOT = table(SnapshotRow)


class Validators(NamedTuple):
    """What a server gave us to ask with: `etag` for If-None-Match, `last_modified` for If-Modified-Since, and the address that gave it."""

    etag: str | None
    last_modified: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a source with its cursor: `row` holds the columns of `source_url`."""

    id: str
    programme: str
    source: Source
    url: str
    row: Mapping[str, Any]

    @property
    def is_main(self) -> bool:
        return bool(self.row["is_main"])

    @property
    def validators(self) -> Validators | None:
        """None where nothing was given, or where the page they belong to was never kept."""
        if not self.row["latest_sha256"] or not (self.row["etag"] or self.row["last_modified"]):
            return None
        return Validators(self.row["etag"], self.row["last_modified"], self.row["final_url"] or None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look brought: a capture (`ok`), nothing new (`unchanged`), or the status word and the line of a failure."""

    at: datetime
    status: SourceStatus
    capture: Capture | None = None
    error: str = ""
    http_status: int | None = None
    transient: bool = False
    retry_after_s: float | None = None
    pause_s: int | None = None  # planned elsewhere (cron); None: `core/schedule`


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a look: its status, and the snapshot it made (None: no new body)."""

    programme: str
    source_id: str
    url: str
    status: SourceStatus
    error: str = ""
    snapshot: str | None = None

    @property
    def is_failure(self) -> bool:
        return self.status not in GOOD


def source_key(programme: str, source_id: str) -> str:
    return f"{programme}/{source_id}"


def url_key(programme: str, source_id: str, url: str) -> str:
    return codec.key_of("url", programme, source_id, url)


# ------------------------------------------------------------------------------------------------------------------------- whose turn


def due(
    connection: Connection, now: datetime, *, programme: str | None = None, source: str | None = None, all: bool = False
) -> list[Address]:
    """The addresses whose time has come (with `all`: every one), longest overdue first; those in somebody's hands are left out."""
    wanted = [SOURCE.c.removed_at.is_(None), ~URL.c.stopped, not_(is_leased(now))]
    if not all:
        wanted.append(is_due(now))
    if programme is not None:
        wanted.append(SOURCE.c.programme == programme)
    if source is not None:
        wanted.append(SOURCE.c.source == source)
    order = (URL.c.next_check_at.is_not(None), URL.c.next_check_at, URL.c.is_main.desc(), URL.c.found_at, URL.c.id)
    return addresses(connection, and_(*wanted), order)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Never planned, past, or planned by a clock that was ahead: a next check further away than its own pause means a last look in the future."""
    return or_(URL.c.next_check_at.is_(None), URL.c.next_check_at <= now, URL.c.last_fetched_at > now + SKEW)


def is_leased(now: datetime) -> ColumnElement[bool]:
    """Held by somebody, and not since the future."""
    return and_(URL.c.lease.is_not(None), URL.c.lease_until > now, URL.c.lease_until <= now + timedelta(seconds=LEASE_S))


def addresses(connection: Connection, where: ColumnElement[bool], order: Iterable[Any] = ()) -> list[Address]:
    statement = select(URL, SOURCE.c.programme.label("programme"), SOURCE.c.body.label("body")).join(SOURCE, URL.c.source == SOURCE.c.id)
    return [address_of(row) for row in connection.execute(statement.where(where).order_by(*order)).mappings()]


def address_of(row: RowMapping) -> Address:
    return Address(row["id"], row["programme"], codec.load(Source, row["body"]), row["url"], {**row})


def ensure_address(connection: Connection, programme: str, source_id: str, url: str, at: datetime) -> Address:
    """The address with its cursor, made if it is new."""
    insert_new(connection, URL, [new_url(programme, source_id, url, at)])
    return addresses(connection, URL.c.id == url_key(programme, source_id, url))[0]


def reload(connection: Connection, address: Address) -> Address:
    """The address with its cursor as it is now."""
    return addresses(connection, URL.c.id == address.id)[0]


def claim(connection: Connection, address: Address, owner: str, now: datetime) -> bool:
    """Takes the lease of an address; False when somebody else has it. One row changed = mine."""
    statement = update(URL).where(URL.c.id == address.id, not_(is_leased(now)))
    return connection.execute(statement.values(lease=owner, lease_until=now + timedelta(seconds=LEASE_S))).rowcount == 1


def give_back(connection: Connection, address: Address, owner: str) -> None:
    """Frees an address that was claimed but not looked at."""
    connection.execute(update(URL).where(URL.c.id == address.id, URL.c.lease == owner).values(lease=None, lease_until=None))


def break_leases(connection: Connection) -> None:
    """Frees what killed runs held; only for a runner that holds the lock of the whole database."""
    connection.execute(update(URL).where(URL.c.lease.is_not(None)).values(lease=None, lease_until=None))


def add_urls(connection: Connection, address: Address, urls: Iterable[str], at: datetime) -> None:
    """Remembers further addresses of the same source, due at once; those known already are passed over."""
    insert_many(connection, URL, [new_url(address.programme, address.source.id, url, at) for url in urls])


def hasten(connection: Connection, address: Address, changed: Mapping[str, datetime], at: datetime) -> None:
    """Makes addresses of the same source due that were last looked at before they changed; `changed` is by address."""
    for url, changed_at in changed.items():
        key = url_key(address.programme, address.source.id, url)
        is_stale = and_(URL.c.id == key, ~URL.c.stopped, URL.c.last_fetched_at < changed_at, URL.c.next_check_at > at)
        connection.execute(update(URL).where(is_stale).values(next_check_at=at))


def new_url(programme: str, source_id: str, url: str, at: datetime, *, is_main: bool = False) -> dict[str, Any]:
    key = url_key(programme, source_id, url)
    return {"id": key, "source": source_key(programme, source_id), "url": url, "is_main": is_main, "found_at": at} | FRESH


FRESH: dict[str, Any] = {
    name: field.default for name, field in SourceUrlRow.model_fields.items() if name not in ("id", "source", "url", "is_main", "found_at")
}

# -------------------------------------------------------------------------------------------------------------------- what it brought


def record(connection: Connection, address: Address, seen: Seen, pace: Pace = USUAL_PACE) -> Outcome:
    """Visit, snapshot and cursor of one look. The body must be in the blobs already.

    1. A body equal to the last one stored is no snapshot. 2. The visit is written unless it is there: then all of it is. 3. The snapshot. 4. The cursor;
    not for a replay of what is older than it, but for every look under a lease, whatever the clock says (it may have been set back).
    """
    row = connection.execute(select(URL).where(URL.c.id == address.id)).mappings().one()
    seen = as_seen_before(row, address.id, seen)  # 1
    snapshot = snapshot_id(address.id, seen.capture) if seen.capture else None
    if not insert_new(connection, VISIT, [visit_row(address.id, seen, snapshot)]):  # 2
        return outcome_of(address, seen, snapshot)
    if seen.capture is not None:  # 3
        insert_new(connection, SNAPSHOT, [snapshot_row(address.id, seen.capture)])
    columns = cursor_after(address, row, seen, age_s(connection, row, seen.at), pace)
    if columns["status"] in DOUBTFUL and is_patience_over(connection, row, seen.at):
        columns["digested_by"] = ""  # read again, and no longer compared with what the page once was
    if row["lease"] is not None or row["last_fetched_at"] is None or row["last_fetched_at"] <= seen.at:  # 4
        connection.execute(update(URL).where(URL.c.id == address.id).values(**columns))
    doubted = replace(seen, status=SourceStatus(columns["status"]), error=columns.get("error", row["error"]))
    return outcome_of(address, doubted, snapshot)


def is_patience_over(connection: Connection, row: RowMapping | Mapping[str, Any], at: datetime) -> bool:
    """Whether the page has been doubted for so many looks in a row, and so long, that it must have changed for good: health is judged over a window.

    The answers themselves were good (visits that failed say nothing about the page).
    """
    since = row["failing_since"]
    if since is None or row["digested_status"] in ("", "ok") or at - since < PATIENCE:
        return False
    good = [status.value for status in GOOD]
    statement = select(func.count()).where(VISIT.c.source_url == row["id"], VISIT.c.at >= since, VISIT.c.at <= at, VISIT.c.status.in_(good))
    return int(connection.execute(statement).scalar_one()) >= PATIENT_LOOKS


def as_seen_before(row: RowMapping, url_id: str, seen: Seen) -> Seen:
    """A capture with the body of the last snapshot is an unchanged page; unless it is that very capture, recorded again."""
    capture = seen.capture
    if capture is None or capture.sha256 != row["latest_sha256"] or snapshot_id(url_id, capture) == row["latest_snapshot"]:
        return seen
    return Seen(seen.at, SourceStatus.UNCHANGED, http_status=seen.http_status, pause_s=seen.pause_s)


def snapshot_id(url_id: str, capture: Capture) -> str:
    return codec.key_of("snapshot", url_id, capture.captured_at, capture.sha256)


def visit_row(url_id: str, seen: Seen, snapshot: str | None) -> dict[str, Any]:
    return {
        "id": codec.key_of("visit", url_id, seen.at, seen.capture.sha256 if seen.capture else ""),
        "source_url": url_id,
        "at": seen.at,
        "status": seen.status.value,
        "http_status": seen.http_status,
        "error": limit_text(seen.error, ERROR_CHARS) or None,
        "snapshot": snapshot,
    }


def snapshot_row(url_id: str, capture: Capture) -> dict[str, Any]:
    return {
        "id": snapshot_id(url_id, capture),
        "source_url": url_id,
        "captured_at": capture.captured_at,
        "sha256": capture.sha256,
        "byte_count": len(capture.body),
        "http_status": capture.http_status,
        "media_type": limit_text(capture.media_type, 300),
        "final_url": limit_text(capture.final_url, 4000),
        "headers": codec.dump(capture.headers),
    }


def cursor_after(address: Address, row: RowMapping, seen: Seen, age_s: float | None, pace: Pace = USUAL_PACE) -> dict[str, Any]:
    """The columns of the cursor that a look moves."""
    failures = 0 if seen.status in GOOD else row["failures"] + 1
    pause = seen.pause_s or pause_s(address.source, address.url, last_look(row, seen, failures, age_s), pace)
    common: dict[str, Any] = {
        "lease": None,
        "lease_until": None,
        "next_check_at": seen.at + timedelta(seconds=pause),
        "attempts": row["attempts"] + 1,
        "failures": failures,
        "last_fetched_at": seen.at,
        "http_status": seen.http_status,
    }
    if seen.status not in GOOD:
        return common | {
            "status": seen.status.value,
            "error": limit_text(seen.error, ERROR_CHARS),
            "failing_since": row["failing_since"] or seen.at,
        }
    return common | (after_capture(address.id, row, seen.capture) if seen.capture else after_unchanged(row, seen.at))


def last_look(row: RowMapping, seen: Seen, failures: int, age_s: float | None) -> LastLook:
    is_new = seen.capture is not None
    since = seen.at if is_new else row["latest_at"]
    unchanged_s = None if since is None or (is_new and not row["snapshots"]) else max((seen.at - since).total_seconds(), 0)
    steady = is_steady(row["attempts"] + 1, row["snapshots"] + is_new)
    return LastLook(seen.status, failures, seen.transient, seen.retry_after_s, age_s, unchanged_s, steady)


def age_s(connection: Connection, row: RowMapping, at: datetime) -> float | None:
    """How old an entry is, in seconds: since we found it, or since the day it says it was published, whichever is longer. None for a source's own address."""
    if row["is_main"]:
        return None
    statement = select(func.max(ANALYSIS.c.published_on)).join(SNAPSHOT, ANALYSIS.c.snapshot == SNAPSHOT.c.id)
    published: date | None = connection.execute(statement.where(SNAPSHOT.c.source_url == row["id"])).scalar_one()
    born: datetime = min(row["found_at"], datetime.combine(published, time(), UTC)) if published is not None else row["found_at"]
    return max(float((at - born).total_seconds()), 0.0)


def after_capture(url_id: str, row: RowMapping, capture: Capture) -> dict[str, Any]:
    """A new body: whether it is good is known when it has been read (`digests.moved_past`)."""
    return {
        "status": SourceStatus.OK.value,
        "error": "",
        "etag": capture.etag,
        "last_modified": capture.last_modified,
        "final_url": limit_text(capture.final_url, 4000),
        "moved_to": capture.moved_to,
        "snapshots": row["snapshots"] + 1,
        "latest_snapshot": snapshot_id(url_id, capture),
        "latest_sha256": capture.sha256,
        "latest_at": capture.captured_at,
    }


def after_unchanged(row: RowMapping, at: datetime) -> dict[str, Any]:
    """The page is as it was: good if it was read as good, doubtful if it was doubted, and unread if reading has not come to it yet."""
    is_read = row["digested_snapshot"] is not None and row["digested_snapshot"] == row["latest_snapshot"]
    if is_read and row["digested_status"] not in ("", "ok"):
        return {"status": row["digested_status"], "failing_since": row["failing_since"] or at}
    good: dict[str, Any] = {"status": SourceStatus.UNCHANGED.value, "error": "", "failing_since": None, "last_ok_at": at}
    return good | ({"confirmed_at": at} if is_read else {})


def outcome_of(address: Address, seen: Seen, snapshot: str | None) -> Outcome:
    return Outcome(address.programme, address.source.id, address.url, seen.status, limit_text(seen.error, ERROR_CHARS), snapshot)
