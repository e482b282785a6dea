"""Reading and what came of it: which snapshots wait, and everything one digest writes, in the transaction the caller holds.

Derived rows (analysis, observation) belong to one reading of one snapshot and are replaced when it is read again; claims, changes and evidence are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from monitor.core.model import Change, Claim, Linked, Observation, Page
from monitor.store import codec
from monitor.store.sources import SNAPSHOT, SOURCE, URL, Address, address_of, is_patience_over
from monitor.store.statements import insert_many, limit_text, put
from monitor.store.tables import AnalysisRow, ObservationRow, OutboxRow, table

ANALYSIS = table(AnalysisRow)
OBSERVATION = table(ObservationRow)
OUTBOX = table(OutboxRow)
FRESH = timedelta(days=14)  # a page not seen for longer has every right to be another one; or three intervals of its source
USUAL_OF = 9  # facts_usual is the median over so many good readings
IN_COLUMNS = ("kind", "value", "quote", "raw", "start", "end", "role", "confidence")


class Apart(Protocol):
    """An observation that could not be linked, and why (`model.Unlinked`)."""

    @property
    def observation(self) -> Observation: ...
    @property
    def reason(self) -> str: ...


class Result(Protocol):
    """What the core makes of one look (`core/digest.Digest`)."""

    @property
    def linked(self) -> Sequence[Linked]: ...
    @property
    def unlinked(self) -> Sequence[Apart]: ...
    @property
    def claims(self) -> Sequence[Claim]: ...
    @property
    def ended(self) -> Sequence[Claim]: ...
    @property
    def changes(self) -> Sequence[Change]: ...


class Telling(Protocol):
    """A notice about a change (`core/notices.Notice`)."""

    @property
    def key(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def change(self) -> str: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored snapshot that is to be read, and the address it is of."""

    address: Address
    snapshot: str
    captured_at: datetime
    sha256: str
    http_status: int
    media_type: str


class Kept(NamedTuple):
    """A stored answer: the hash of its body and its declared type."""

    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a snapshot gave: `status` is ok or a status word with its `reason`; `page` is None where it could not be read."""

    extractor: str
    baseline: str
    at: datetime
    status: str
    reason: str = ""
    page: Page | None = None
    observation_count: int = 0
    text_sha256: str = ""


# --------------------------------------------------------------------------------------------------------------------------- waiting


def waiting(connection: Connection, programme: str) -> list[Waiting]:
    """Snapshots that nothing was made of yet, oldest first.

    What is older than the last one read of its address stays unread (a replay of the past), unless it is the newest we got (a clock set back).
    """
    unread = select(ANALYSIS.c.id).where(ANALYSIS.c.snapshot == SNAPSHOT.c.id).exists()
    is_next = or_(URL.c.digested_at.is_(None), SNAPSHOT.c.captured_at >= URL.c.digested_at, SNAPSHOT.c.id == URL.c.latest_snapshot)
    return snapshots(connection, SOURCE.c.programme == programme, is_unread(), is_next, ~unread)


def is_unread() -> ColumnElement[bool]:
    """Whether the newest snapshot of an address is not the one that was read last."""
    return and_(URL.c.latest_snapshot.is_not(None), URL.c.latest_snapshot.is_distinct_from(URL.c.digested_snapshot))


def outdated(connection: Connection, programme: str, extractor: str, baseline: str) -> list[Waiting]:
    """The newest snapshot of each address whose reading was by other code or against another state of the baseline."""
    is_read = and_(URL.c.digested_snapshot.is_not(None), URL.c.digested_snapshot == URL.c.latest_snapshot)
    is_old = or_(URL.c.digested_by != extractor, URL.c.digested_baseline != baseline)
    return snapshots(connection, SOURCE.c.programme == programme, is_read, is_old, SNAPSHOT.c.id == URL.c.latest_snapshot)


def snapshots(connection: Connection, *where: Any) -> list[Waiting]:
    columns = [SNAPSHOT.c[n].label(f"snapshot_{n}") for n in ("id", "captured_at", "sha256", "http_status", "media_type")]
    statement = (
        select(URL, SOURCE.c.programme.label("programme"), SOURCE.c.body.label("body"), *columns)
        .join(SOURCE, URL.c.source == SOURCE.c.id)
        .join(SNAPSHOT, SNAPSHOT.c.source_url == URL.c.id)
        .where(SOURCE.c.removed_at.is_(None), *where)
        .order_by(SNAPSHOT.c.captured_at, URL.c.is_main.desc(), URL.c.source, URL.c.url, SNAPSHOT.c.id)
    )
    return [
        Waiting(
            address_of(r),
            r["snapshot_id"],
            r["snapshot_captured_at"],
            r["snapshot_sha256"],
            r["snapshot_http_status"],
            r["snapshot_media_type"],
        )
        for r in connection.execute(statement).mappings()
    ]


def before(connection: Connection, waiting: Waiting) -> Kept | None:
    """The last good answer of the same address, if recent enough to compare with and our doubts are not so old that the page must have changed."""
    row = waiting.address.row
    seen_at = row["confirmed_at"]
    fresh_for = max(FRESH, 3 * timedelta(seconds=waiting.address.source.every_s))
    if seen_at is None or not timedelta(0) <= waiting.captured_at - seen_at <= fresh_for:
        return None
    at = max(waiting.captured_at, row["last_fetched_at"] or waiting.captured_at)
    if is_patience_over(connection, row, at):
        return None
    statement = (
        select(SNAPSHOT.c.sha256, SNAPSHOT.c.media_type)
        .join(ANALYSIS, ANALYSIS.c.snapshot == SNAPSHOT.c.id)
        .where(SNAPSHOT.c.source_url == waiting.address.id, SNAPSHOT.c.id != waiting.snapshot, ANALYSIS.c.status == "ok")
        .where(SNAPSHOT.c.captured_at <= waiting.captured_at)
        .order_by(SNAPSHOT.c.captured_at.desc(), SNAPSHOT.c.id)
        .limit(1)
    )
    found = connection.execute(statement).first()
    return Kept(found[0], found[1]) if found is not None else None


def usual(connection: Connection, source_url: str) -> int | None:
    """How many observations this address usually gives: the median of its last good readings; None before the first."""
    statement = (
        select(ANALYSIS.c.observations)
        .join(SNAPSHOT, ANALYSIS.c.snapshot == SNAPSHOT.c.id)
        .where(SNAPSHOT.c.source_url == source_url, ANALYSIS.c.status == "ok")
        .order_by(SNAPSHOT.c.captured_at.desc(), ANALYSIS.c.id)
        .limit(USUAL_OF)
    )
    counts = sorted(connection.execute(statement).scalars())
    return counts[(len(counts) - 1) // 2] if counts else None


# --------------------------------------------------------------------------------------------------------------------------- writing


def save_reading(connection: Connection, waiting: Waiting, reading: Reading) -> str:
    """The analysis row, and the address moved past this snapshot. Returns the id of the analysis."""
    key = codec.key_of("analysis", waiting.snapshot, reading.extractor, reading.baseline)
    page = reading.page
    connection.execute(delete(OBSERVATION).where(OBSERVATION.c.snapshot == waiting.snapshot))
    row = {
        "id": key,
        "snapshot": waiting.snapshot,
        "extractor": reading.extractor,
        "digest": reading.baseline,
        "at": reading.at,
        "status": reading.status,
        "reason": limit_text(reading.reason, 300),
        "title": limit_text(page.title, 300) if page else "",
        "language": page.language if page else "",
        "published_on": page.published_on if page else None,
        "text_sha256": reading.text_sha256,
        "observations": reading.observation_count,
        "problems": codec.dump(page.problems) if page else "[]",
    }
    put(connection, ANALYSIS, row)
    cursor = connection.execute(select(URL).where(URL.c.id == waiting.address.id)).mappings().one()
    passed = moved_past(cursor, waiting, reading) | ({} if reading.status != "ok" else counted(connection, waiting, reading))
    connection.execute(update(URL).where(URL.c.id == waiting.address.id).values(**passed))
    return key


def counted(connection: Connection, waiting: Waiting, reading: Reading) -> dict[str, Any]:
    return {"facts_last": reading.observation_count, "facts_usual": usual(connection, waiting.address.id)}


def moved_past(cursor: RowMapping, waiting: Waiting, reading: Reading) -> dict[str, Any]:
    """The columns of the address: how far reading has come, and whether the page is good."""
    done: dict[str, Any] = {
        "digested_snapshot": waiting.snapshot,
        "digested_at": waiting.captured_at,
        "digested_by": reading.extractor,
        "digested_status": reading.status,
        "digested_baseline": reading.baseline,
        "digested_text": reading.text_sha256,
    }
    is_current = waiting.snapshot == cursor["latest_snapshot"] and not cursor["failures"]
    if reading.status == "ok":
        return done | after_good(cursor, waiting, is_current=is_current)
    doubt = {
        "status": reading.status,
        "error": limit_text(reading.reason, 200),
        "failing_since": cursor["failing_since"] or waiting.captured_at,
    }
    return done | (doubt if is_current else {})


def after_good(cursor: RowMapping, waiting: Waiting, *, is_current: bool) -> dict[str, Any]:
    """Looks that found the page unchanged before it was read confirm it as well."""
    seen_at = cursor["last_fetched_at"] if is_current else waiting.captured_at
    columns = {"confirmed_at": seen_at, "last_ok_at": max(seen_at, cursor["last_ok_at"] or seen_at)}
    status = "unchanged" if cursor["status"] == "unchanged" else "ok"
    return columns | ({"status": status, "error": "", "failing_since": None} if is_current else {})


def save_observations(connection: Connection, waiting: Waiting, analysis: str, result: Result, most: int) -> None:
    """The observations of one page, linked or not; at most so many, the linked ones first. What they came to - claims and changes - is kept whole."""
    programme = waiting.address.programme
    rows = [observation_row(programme, waiting.snapshot, one.observation) | link_columns(one) for one in result.linked]
    rows += [observation_row(programme, waiting.snapshot, one.observation) | apart_columns(one) for one in result.unlinked]
    numbered = [row | {"id": codec.key_of("observation", analysis, number)} for number, row in enumerate(rows[:most])]
    insert_many(connection, OBSERVATION, numbered)


def observation_row(programme: str, snapshot: str, seen: Observation) -> dict[str, Any]:
    return {
        "programme": programme,
        "snapshot": snapshot,
        "kind": seen.kind,
        "value": codec.dump(seen.value),
        "quote": limit_text(seen.quote, 2000),
        "start": seen.start,
        "end": seen.end,
        "role": seen.role.value,
        "confidence": seen.confidence,
        "body": codec.dump({name: item for name, item in codec.plain(seen).items() if name not in IN_COLUMNS}),
    }


def link_columns(linked: Linked) -> dict[str, Any]:
    return {
        "linked": True,
        "fact": linked.fact,
        "signature": linked.signature,
        "label": linked.label,
        "score": linked.score,
        "reasons": codec.dump(linked.reasons),
    }


def apart_columns(apart: Apart) -> dict[str, Any]:
    return {"linked": False, "fact": None, "signature": "", "label": "", "score": None, "reasons": codec.dump([apart.reason])}


# --------------------------------------------------------------------------------------------------------------------------- notices


def save_notices(connection: Connection, programme: str, notices: Iterable[Telling], at: datetime) -> None:
    """Puts notices in the outbox; the same key is put there once, for ever."""
    insert_many(connection, OUTBOX, [notice_row(programme, notice, at) for notice in notices])


def notice_row(programme: str, notice: Telling, at: datetime) -> dict[str, Any]:
    body = codec.dump({"reason": notice.reason})
    return waiting_row(at, key=notice.key, programme=programme, change=notice.change, event=str(notice.event), body=body)


def waiting_row(at: datetime, *, key: str, channel: str = "", **columns: Any) -> dict[str, Any]:
    """A row of the outbox that nobody has tried to send yet."""
    return {
        "id": codec.key_of("notice", key, channel),
        "key": key,
        "channel": channel,
        **columns,
        "created_at": at,
        "due_at": at,
        "state": "waiting",
        "attempts": 0,
        "lease_until": None,
        "sent_at": None,
        "error": "",
    }
