"""Pages of rows for people who browse: changes by any filter, the next one of the queue, what a snapshot says, and a search over everything.

Every statement takes only the rows of one page, so that it costs the same with ten changes and with ten thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, Text, and_, cast, func, or_, select

from monitor.core.model import Change, ChangeStatus, ChangeType, Claim, Fact, Observation
from monitor.store import codec
from monitor.store.digests import OBSERVATION
from monitor.store.engine import Store
from monitor.store.knowledge import CHANGE, CLAIM, EVIDENCE, FACT, claim_of, read_changes, seen_until
from monitor.store.queries import has_status, observation_of, woken
from monitor.store.sources import SNAPSHOT, SOURCE, URL, source_key
from monitor.store.statements import literal

# The confidence stands in the body alone; SQLite keeps JSON as text, and would make a number of what is cast to JSON.
CONFIDENCE = cast(CHANGE.c.body, JSON().with_variant(Text(), "sqlite"))["confidence"].as_float()
QUEUE_ORDER = (CHANGE.c.severity.desc(), CONFIDENCE.desc(), CHANGE.c.first_seen, CHANGE.c.id)
NEWEST_ORDER = (CHANGE.c.first_seen.desc(), CHANGE.c.severity.desc(), CHANGE.c.id)
MOST_WORDS = 8  # of a search; more narrow it down no further


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes are wanted; what is None or empty asks for nothing. `text` stands in label, id, fact or a quote; `until` is excluded."""

    programme: str | None = None
    status: ChangeStatus | None = None
    type: ChangeType | None = None
    fact: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    least_severity: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A fact that a search found."""

    programme: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation of a snapshot, and the fact it was linked to (None: to none, or to a new one named by `label`)."""

    observation: Observation
    fact: str | None
    label: str
    linked: bool


# --------------------------------------------------------------------------------------------------------------------------- changes


def changes(store: Store, wanted: Filter, today: date, *, limit: int, offset: int = 0, newest: bool = False) -> list[Change]:
    """One page of the changes that fit: in the order of the queue (most important, then surest, then longest waiting), or the newest first."""
    order = NEWEST_ORDER if newest else QUEUE_ORDER
    page = select(CHANGE.c.id).where(*where(wanted, today)).order_by(*order).limit(limit).offset(offset)
    with store.read() as connection:
        ids = list(connection.execute(page).scalars())
        found = {c.id: c for c in read_changes(connection, CHANGE.c.id.in_(ids))}
    return [woken(found[key], today) for key in ids]


def count(store: Store, wanted: Filter, today: date) -> int:
    """How many changes fit."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(CHANGE).where(*where(wanted, today))).scalar_one())


def next_id(store: Store, wanted: Filter, today: date, after: str | None) -> str | None:
    """The next change of the queue that fits, behind the one of that id (which may be decided by now); None at the end."""
    conditions = where(wanted, today)
    with store.read() as connection:
        if after is not None:
            row = connection.execute(
                select(CHANGE.c.severity, CONFIDENCE, CHANGE.c.first_seen, CHANGE.c.id).where(CHANGE.c.id == after)
            ).first()
            conditions += [] if row is None else [is_behind(*row)]
        found = connection.execute(select(CHANGE.c.id).where(*conditions).order_by(*QUEUE_ORDER).limit(1)).scalar()
    return None if found is None else str(found)


def is_behind(severity: int, confidence: float, first_seen: datetime, id: str) -> ColumnElement[bool]:
    later = or_(CHANGE.c.first_seen > first_seen, and_(CHANGE.c.first_seen == first_seen, CHANGE.c.id > id))
    less_sure = or_(confidence > CONFIDENCE, and_(confidence == CONFIDENCE, later))
    return or_(CHANGE.c.severity < severity, and_(CHANGE.c.severity == severity, less_sure))


def announced_with(store: Store, change: Change) -> list[Change]:
    """The other changes of the same announcement, most important first."""
    if not change.group:
        return []
    same = (CHANGE.c.programme == change.programme, CHANGE.c.first_seen == change.first_seen, CHANGE.c.id != change.id)
    with store.read() as connection:
        return [c for c in read_changes(connection, *same, order=QUEUE_ORDER, limit=200) if c.group == change.group]


def where(wanted: Filter, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.programme:
        found.append(CHANGE.c.programme == wanted.programme)
    if wanted.status is not None:
        found.append(has_status(wanted.status, today))
    if wanted.type is not None:
        found.append(CHANGE.c.type == wanted.type.value)
    if wanted.fact:
        found.append(CHANGE.c.fact == wanted.fact)
    if wanted.since is not None:
        found.append(CHANGE.c.first_seen >= wanted.since)
    if wanted.until is not None:
        found.append(CHANGE.c.first_seen < wanted.until)
    if wanted.least_severity > 1:
        found.append(CHANGE.c.severity >= wanted.least_severity)
    quoted = select(EVIDENCE.c.change)
    for word in words_of(wanted.text):
        columns = (CHANGE.c.label, CHANGE.c.id, CHANGE.c.fact)
        found.append(or_(*(has(c, word) for c in columns), CHANGE.c.id.in_(quoted.where(has(EVIDENCE.c.quote, word)))))
    return found


# ---------------------------------------------------------------------------------------------------------------------------- search


def facts(store: Store, text: str, programme: str | None = None, *, limit: int = 50) -> list[Found]:
    """The facts now whose label, key, value or quote holds every word."""
    conditions: list[ColumnElement[bool]] = [FACT.c.superseded_at.is_(None)]
    if programme:
        conditions.append(FACT.c.programme == programme)
    for word in words_of(text):
        conditions.append(or_(*(has(c, word) for c in (FACT.c.label, FACT.c.key, cast(FACT.c.body, String)))))
    statement = select(FACT).where(*conditions).order_by(FACT.c.programme, FACT.c.key).limit(limit)
    with store.read() as connection:
        rows = connection.execute(statement).mappings().all()
    return [Found(row["programme"], codec.load(Fact, row["body"])) for row in rows]


def words_of(text: str) -> list[str]:
    return text.split()[:MOST_WORDS]


def has(column: Any, word: str) -> ColumnElement[bool]:
    """Whether the column holds the word, whatever its case; what LIKE would read as a pattern is taken as it is."""
    found: ColumnElement[bool] = column.ilike(f"%{literal(word)}%", escape="\\")
    return found


# --------------------------------------------------------------------------------------------------------------- pages as they were read


def observations(store: Store, snapshot: str, *, limit: int = 500) -> list[Seen]:
    """What was read in a snapshot, in the order of the page."""
    statement = select(OBSERVATION).where(OBSERVATION.c.snapshot == snapshot).order_by(OBSERVATION.c.start, OBSERVATION.c.id).limit(limit)
    with store.read() as connection:
        rows = connection.execute(statement).mappings().all()
    return [Seen(observation_of(row), row["fact"], row["label"], row["linked"]) for row in rows]


def snapshot_ids(store: Store, sha256: str, url: str = "") -> list[str]:
    """The snapshots with that body, those of that address first, the latest first."""
    statement = select(SNAPSHOT.c.id, URL.c.url).join(URL, URL.c.id == SNAPSHOT.c.source_url).where(SNAPSHOT.c.sha256 == sha256)
    with store.read() as connection:
        rows = connection.execute(statement.order_by(SNAPSHOT.c.captured_at.desc(), SNAPSHOT.c.id).limit(50)).all()
    return [key for key, _ in sorted(rows, key=lambda row: row[1] != url)]


def claims_of_source(store: Store, programme: str, source: str, *, limit: int = 200) -> list[Claim]:
    """What the pages of one source say now, by fact."""
    here = (SOURCE.c.id == source_key(programme, source), CLAIM.c.ended_at.is_(None))
    statement = select(CLAIM, URL.c.confirmed_at).join(URL, URL.c.id == CLAIM.c.source_url).join(SOURCE, SOURCE.c.id == URL.c.source)
    ordered = statement.where(*here).order_by(CLAIM.c.fact.is_(None), CLAIM.c.fact, CLAIM.c.began_at, CLAIM.c.id).limit(limit)
    with store.read() as connection:
        return [seen_until(claim_of(row), row["confirmed_at"]) for row in connection.execute(ordered).mappings()]


def claims_of_facts(store: Store, programme: str, keys: Sequence[str], *, limit: int = 2000) -> list[Claim]:
    """What pages have been saying about these facts, ended stints as well, by beginning."""
    wanted = select(CLAIM).where(CLAIM.c.programme == programme, CLAIM.c.fact.in_(keys)).order_by(CLAIM.c.began_at, CLAIM.c.id).limit(limit)
    with store.read() as connection:
        return [claim_of(row) for row in connection.execute(wanted).mappings()]
