"""What is known of a programme while a page is digested: live claims, and changes with their evidence and reviews.

Kept in memory between digests, because decoding 10,000 claims takes a hundred times longer than one digest. The programme's `revision`, read inside the
writing transaction, says whether memory is still true; where it is not, only rows written since are read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, RowMapping

from monitor.core.model import Change, ChangeStatus, Claim, Evidence, Review
from monitor.store import codec
from monitor.store.engine import Store
from monitor.store.tables import ChangeRow, ClaimRow, EvidenceRow, FactRow, ProgrammeRow, ReviewRow, table

PROGRAMME = table(ProgrammeRow)
CLAIM = table(ClaimRow)
CHANGE = table(ChangeRow)
EVIDENCE = table(EvidenceRow)
REVIEW = table(ReviewRow)
FACT = table(FactRow)
BATCH = 500


@dataclass(slots=True)
class LiveClaim:
    """A live claim with its row id, its address, and the text it is stored as (to see whether it changed)."""

    id: str
    source_url: str
    text: str
    claim: Claim


@dataclass(slots=True)
class Memory:
    """The knowledge of one programme at one revision; altered only by `refresh`, so it never holds what was not committed."""

    revision: int = -1
    claims: dict[str, LiveClaim] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)

    def claims_at(self, source_url: str, confirmed_at: datetime | None) -> list[LiveClaim]:
        """The live claims of one address, seen last when the page was last found as it is."""
        here = [c for c in self.claims.values() if c.source_url == source_url]
        return [LiveClaim(c.id, c.source_url, c.text, seen_until(c.claim, confirmed_at)) for c in here]


def seen_until(claim: Claim, confirmed_at: datetime | None) -> Claim:
    """An unchanged page keeps saying it: such looks write one visit, not every claim."""
    return replace(claim, last_seen_at=confirmed_at) if confirmed_at and confirmed_at > claim.last_seen_at else claim


def recall(store: Store, connection: Connection, programme: str, *, hold: bool = False) -> Memory:
    """The knowledge of a programme as this transaction sees it; with `hold` nobody else digests for it until the end (SQLite's write lock does that anyway)."""
    statement = select(PROGRAMME.c.revision).where(PROGRAMME.c.id == programme)
    revision = connection.execute(statement.with_for_update() if hold else statement).scalar_one()
    memory: Memory = store.cache.setdefault(programme, Memory())
    if memory.revision > revision:  # restored from a backup under our feet
        memory = store.cache[programme] = Memory()
    if memory.revision < revision:
        refresh(memory, connection, programme)
        memory.revision = revision
    return memory


def refresh(memory: Memory, connection: Connection, programme: str) -> None:
    """Reads what was written after the revision that memory holds."""
    since = memory.revision
    for row in connection.execute(select(CLAIM).where(CLAIM.c.programme == programme, CLAIM.c.revision > since)).mappings():
        remember_claim(memory, row)
    for change in read_changes(connection, CHANGE.c.programme == programme, CHANGE.c.revision > since):
        memory.changes[change.id] = change


def remember_claim(memory: Memory, row: RowMapping) -> None:
    if row["ended_at"] is not None:
        memory.claims.pop(row["id"], None)
        return
    memory.claims[row["id"]] = LiveClaim(row["id"], row["source_url"], row["body"], claim_of(row))


def claim_of(row: RowMapping) -> Claim:
    return replace(codec.load(Claim, row["body"]), last_seen_at=row["last_seen_at"], ended_at=row["ended_at"])


# -------------------------------------------------------------------------------------------------------------------------- changes


def read_changes(connection: Connection, *where: Any, order: tuple[Any, ...] = (), limit: int | None = None) -> list[Change]:
    """Changes with evidence and reviews, in the order asked for (first seen, then id). Three statements however many there are."""
    statement = select(CHANGE).where(*where).order_by(*(order or (CHANGE.c.first_seen, CHANGE.c.id))).limit(limit)
    rows = connection.execute(statement).mappings().all()
    ids = [row["id"] for row in rows]
    evidence = grouped(connection, EVIDENCE, ids)
    reviews = grouped(connection, REVIEW, ids)
    return [change_of(row, evidence.get(row["id"], []), reviews.get(row["id"], [])) for row in rows]


def grouped(connection: Connection, rows_of: Any, changes: list[str]) -> dict[str, list[RowMapping]]:
    """The rows of these changes by change, in their order."""
    found: dict[str, list[RowMapping]] = {}
    for at in range(0, len(changes), BATCH):
        wanted = select(rows_of).where(rows_of.c.change.in_(changes[at : at + BATCH])).order_by(rows_of.c.change, rows_of.c.position)
        for row in connection.execute(wanted).mappings():
            found.setdefault(row["change"], []).append(row)
    return found


def change_of(row: RowMapping, evidence: list[RowMapping], reviews: list[RowMapping]) -> Change:
    bare = codec.load(Change, row["body"])
    return replace(
        bare,
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        status=ChangeStatus(row["status"]),
        evidence=tuple(evidence_of(e) for e in evidence),
        reviews=tuple(review_of(r) for r in reviews),
    )


def evidence_of(row: RowMapping) -> Evidence:
    return Evidence(
        source_id=row["source"],
        url=row["url"],
        captured_at=row["captured_at"],
        sha256=row["sha256"],
        quote=row["quote"],
        start=row["start"],
        end=row["end"],
        publisher=row["publisher"],
        published_on=row["published_on"],
    )


def review_of(row: RowMapping) -> Review:
    return Review(
        change=row["change"],
        decision=row["decision"],
        by=row["by"],
        at=row["at"],
        note=row["note"],
        until=row["until"],
        value=codec.load_value(row["value"]),
        fact=row["fact"],
    )
