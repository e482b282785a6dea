"""What the command line, the report, the review and the web ask about changes, facts with their clocks, claims, and what was not linked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.engine import Connection, RowMapping

from monitor.core.model import Change, ChangeStatus, Claim, Fact, Observation
from monitor.store import codec
from monitor.store.digests import OBSERVATION
from monitor.store.engine import Store
from monitor.store.knowledge import BATCH, CHANGE, CLAIM, EVIDENCE, FACT, PROGRAMME, REVIEW, claim_of, read_changes, seen_until
from monitor.store.sources import SNAPSHOT, SOURCE, URL
from monitor.store.statements import literal
from monitor.store.tables import Row


@dataclass(frozen=True, slots=True)
class FactState:
    """A fact at its current version with its three clocks: last looked at a page that carries it, last found there, last confirmed by a person."""

    programme: str
    fact: Fact
    fetched_at: datetime | None
    found_at: datetime | None
    confirmed_at: datetime | None
    sources: int


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An observation that was tied to no fact, and why."""

    programme: str
    source_id: str
    url: str
    captured_at: datetime
    observation: Observation
    reasons: tuple[str, ...]


# --------------------------------------------------------------------------------------------------------------------------- changes


def changes(
    store: Store,
    *,
    programme: str | None = None,
    status: ChangeStatus | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Sequence[str] | None = None,
    today: date | None = None,
    limit: int | None = None,
) -> list[Change]:
    """Changes by first sight, with evidence and reviews; `since` and `until` bound the first sight (until excluded).

    `today` wakes those whose snooze is over; without it the snoozed stay so. An empty list where nothing fits.
    """
    where: list[ColumnElement[bool]] = []
    if programme is not None:
        where.append(CHANGE.c.programme == programme)
    if status is not None:
        where.append(has_status(status, today))
    if since is not None:
        where.append(CHANGE.c.first_seen >= since)
    if until is not None:
        where.append(CHANGE.c.first_seen < until)
    if ids is not None:
        where.append(CHANGE.c.id.in_(ids))
    with store.read() as connection:
        found = read_changes(connection, *where, limit=limit)
        seen = last_seen(connection, [c.id for c in found])
    return [woken(replace(c, last_seen=max(c.last_seen, seen.get(c.id, c.last_seen))), today) for c in found]


def changes_of_period(store: Store, programme: str, start_at: datetime, end_at: datetime) -> list[Change]:
    """What a report on a period may speak of, by first sight: first seen in it, decided in it or later, or still undecided at its end.

    The rest, most of what a long watch has gathered, was settled before and is left where it is: decoding ten thousand changes takes seconds.
    """
    decided_since = select(REVIEW.c.change).where(REVIEW.c.at >= start_at)
    is_undecided = CHANGE.c.status.in_(("open", "snoozed"))
    matters = or_(CHANGE.c.first_seen >= start_at, is_undecided, CHANGE.c.id.in_(decided_since))
    with store.read() as connection:
        return read_changes(connection, CHANGE.c.programme == programme, CHANGE.c.first_seen < end_at, matters)


def latest_changes(store: Store, programme: str, limit: int) -> list[Change]:
    """The latest ones that were not rejected, the latest first."""
    with store.read() as connection:
        wanted = (CHANGE.c.programme == programme, CHANGE.c.status != "rejected")
        return read_changes(connection, *wanted, order=(CHANGE.c.first_seen.desc(), CHANGE.c.id), limit=limit)


def change(store: Store, id: str, today: date | None = None) -> Change | None:
    """One change by its id or by the beginning of it, if only one begins so; None where there is none."""
    with store.read() as connection:
        matching = select(CHANGE.c.id).where(or_(CHANGE.c.id == id, CHANGE.c.id.like(literal(id) + "%", escape="\\"))).limit(3)
        names = list(connection.execute(matching).scalars())
    chosen = [id] if id in names else names
    return changes(store, ids=chosen, today=today)[0] if len(chosen) == 1 else None


def has_status(status: ChangeStatus, today: date | None) -> ColumnElement[bool]:
    if today is None or status not in (ChangeStatus.OPEN, ChangeStatus.SNOOZED):
        return CHANGE.c.status == status.value
    is_over = and_(CHANGE.c.status == "snoozed", CHANGE.c.snoozed_until.is_not(None), CHANGE.c.snoozed_until <= today)
    if status is ChangeStatus.OPEN:
        return or_(CHANGE.c.status == "open", is_over)
    return and_(CHANGE.c.status == "snoozed", or_(CHANGE.c.snoozed_until.is_(None), CHANGE.c.snoozed_until > today))


def woken(change: Change, today: date | None) -> Change:
    if change.status is not ChangeStatus.SNOOZED or today is None:
        return change
    until = next((r.until for r in reversed(change.reviews) if r.decision == "snooze"), None)
    return replace(change, status=ChangeStatus.OPEN) if until is not None and until <= today else change


def last_seen(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """When the pages that still say so were last found saying it: an unchanged look moves the address, not every change."""
    found: dict[str, datetime] = {}
    for at in range(0, len(ids), BATCH):
        statement = (
            select(EVIDENCE.c.change, func.max(URL.c.confirmed_at, type_=URL.c.confirmed_at.type))
            .join(CLAIM, CLAIM.c.evidence == EVIDENCE.c.content)
            .join(URL, URL.c.id == CLAIM.c.source_url)
            .where(EVIDENCE.c.change.in_(ids[at : at + BATCH]), CLAIM.c.ended_at.is_(None), URL.c.confirmed_at.is_not(None))
            .group_by(EVIDENCE.c.change)
        )
        found.update((change, seen) for change, seen in connection.execute(statement))
    return found


# ----------------------------------------------------------------------------------------------------------------------------- facts


def facts(store: Store, programme: str) -> list[FactState]:
    """The facts at their current version, by key, each with its clocks."""
    where = [FACT.c.programme == programme, FACT.c.superseded_at.is_(None)]
    with store.read() as connection:
        rows = connection.execute(select(FACT).where(*where).order_by(FACT.c.key)).mappings().all()
        seen = {row["fact"]: row for row in connection.execute(sightings(programme)).mappings()}
    return [fact_state(row, seen.get(row["key"])) for row in rows]


def sightings(programme: str) -> Any:
    """By fact: the last look at pages that carry it, the last time it was found, on how many publishers' pages."""
    is_live = and_(CLAIM.c.ended_at.is_(None), URL.c.confirmed_at > CLAIM.c.last_seen_at)
    found = case((is_live, URL.c.confirmed_at), else_=CLAIM.c.last_seen_at)
    clock = CLAIM.c.last_seen_at.type
    return (
        select(
            CLAIM.c.fact,
            func.max(URL.c.last_fetched_at, type_=clock).label("fetched_at"),
            func.max(found, type_=clock).label("found_at"),
            func.count(func.distinct(SOURCE.c.publisher)).label("sources"),
        )
        .join(URL, URL.c.id == CLAIM.c.source_url)
        .join(SOURCE, SOURCE.c.id == URL.c.source)
        .where(CLAIM.c.programme == programme, CLAIM.c.fact.is_not(None))
        .group_by(CLAIM.c.fact)
    )


def fact_state(row: RowMapping, seen: RowMapping | None) -> FactState:
    fact = codec.load(Fact, row["body"])
    confirmed_at = row["recorded_at"]
    if seen is None:
        return FactState(row["programme"], fact, None, None, confirmed_at, 0)
    return FactState(row["programme"], fact, seen["fetched_at"], seen["found_at"], confirmed_at, seen["sources"])


def claims(store: Store, programme: str, fact: str | None = None, *, ended: bool = False) -> list[Claim]:
    """What pages have been saying (about one fact, if named), by beginning; the ended ones only if asked."""
    where = [CLAIM.c.programme == programme]
    if fact is not None:
        where.append(CLAIM.c.fact == fact)
    if not ended:
        where.append(CLAIM.c.ended_at.is_(None))
    statement = select(CLAIM, URL.c.confirmed_at).join(URL, URL.c.id == CLAIM.c.source_url).where(*where)
    with store.read() as connection:
        rows = connection.execute(statement.order_by(CLAIM.c.began_at, CLAIM.c.id)).mappings().all()
    return [claim_of(row) if row["ended_at"] else seen_until(claim_of(row), row["confirmed_at"]) for row in rows]


def unlinked(store: Store, *, programme: str | None = None, source: str | None = None, limit: int = 200) -> list[Unlinked]:
    """Observations tied to no fact, with the reason, the latest first."""
    where: list[ColumnElement[bool]] = [~OBSERVATION.c.linked]
    if programme is not None:
        where.append(OBSERVATION.c.programme == programme)
    if source is not None:
        where.append(SOURCE.c.source == source)
    statement = (
        select(OBSERVATION, SOURCE.c.source, URL.c.url, SNAPSHOT.c.captured_at)
        .join(SNAPSHOT, SNAPSHOT.c.id == OBSERVATION.c.snapshot)
        .join(URL, URL.c.id == SNAPSHOT.c.source_url)
        .join(SOURCE, SOURCE.c.id == URL.c.source)
        .where(*where)
        .order_by(SNAPSHOT.c.captured_at.desc(), OBSERVATION.c.snapshot, OBSERVATION.c.start, OBSERVATION.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        return [unlinked_of(row) for row in connection.execute(statement).mappings()]


def unlinked_of(row: RowMapping) -> Unlinked:
    reasons = tuple(str(reason) for reason in json.loads(row["reasons"]))
    return Unlinked(row["programme"], row["source"], row["url"], row["captured_at"], observation_of(row), reasons)


def observation_of(row: RowMapping) -> Observation:
    """The observation from its columns and the rest of it in `body`."""
    columns = {name: row[name] for name in ("kind", "quote", "start", "end", "role", "confidence")}
    data = json.loads(row["body"]) | columns | {"value": json.loads(row["value"]), "raw": " ".join(row["quote"].split())}
    return codec.load(Observation, json.dumps(data))


# ---------------------------------------------------------------------------------------------------------------------------- counts


def programmes(store: Store) -> list[str]:
    """The programmes there are, by id."""
    with store.read() as connection:
        return list(connection.execute(select(PROGRAMME.c.id).where(~PROGRAMME.c.removed).order_by(PROGRAMME.c.id)).scalars())


def status_counts(store: Store, programme: str | None = None) -> dict[str, int]:
    """How many changes have which status."""
    statement = select(CHANGE.c.status, func.count()).group_by(CHANGE.c.status)
    if programme is not None:
        statement = statement.where(CHANGE.c.programme == programme)
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(statement)}


def row_counts(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(t)).scalar_one() for name, t in sorted(Row.metadata.tables.items())
        }


def decided_since(store: Store, since: datetime, programme: str | None = None) -> list[Change]:
    """Changes with a decision since then, by first sight."""
    where: list[ColumnElement[bool]] = [CHANGE.c.id.in_(select(REVIEW.c.change).where(REVIEW.c.at >= since))]
    if programme is not None:
        where.append(CHANGE.c.programme == programme)
    with store.read() as connection:
        return read_changes(connection, *where)
