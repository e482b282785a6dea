"""What a digest says of a programme: claims, and changes with their evidence; written in the transaction the caller holds.

Rows that only go on are not written: an unchanged claim costs nothing, a change keeps what a person decided about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from monitor.core.model import Change, ChangeStatus, Claim, Evidence, Fact
from monitor.store import codec
from monitor.store.digests import Result, Waiting
from monitor.store.knowledge import CHANGE, CLAIM, EVIDENCE, PROGRAMME, LiveClaim, Memory
from monitor.store.sources import Address
from monitor.store.statements import insert_many, limit_text, put, put_many

MACHINE = (ChangeStatus.REVERTED, ChangeStatus.SUPERSEDED)


def save_result(connection: Connection, memory: Memory, waiting: Waiting, result: Result) -> None:
    """Claims, and changes with evidence; under the next revision of the programme if anything is new."""
    programme = waiting.address.programme
    revision = memory.revision + 1
    wrote = save_claims(connection, memory, waiting, result, revision)
    for change in result.changes:
        save_change(connection, change, revision)
    if wrote or result.changes:
        connection.execute(update(PROGRAMME).where(PROGRAMME.c.id == programme).values(revision=revision))


# ---------------------------------------------------------------------------------------------------------------------------- claims


def save_claims(connection: Connection, memory: Memory, waiting: Waiting, result: Result, revision: int) -> bool:
    """The live claims of this address become those of the result; what is no longer among them ends. Claims that only go on are not written."""
    before = {c.id: c for c in memory.claims_at(waiting.address.id, None)}
    after = named(waiting.address.id, result.claims)
    ends = {claim_key(waiting.address.id, c): c.ended_at for c in result.ended}
    changed = [(key, c) for key, c in after.items() if key not in before or before[key].text != bare_claim(c)]
    put_many(connection, CLAIM, [claim_row(key, waiting.address, claim, revision) for key, claim in changed])
    gone = [c for key, c in before.items() if key not in after]
    for live in gone:
        end_claim(connection, live, waiting, ends.get(live.id), revision)
    return bool(changed or gone)


def named(source_url: str, claims: Iterable[Claim]) -> dict[str, Claim]:
    """Claims by their id; two that are alike in everything an id is made of are told apart by their order."""
    found: dict[str, Claim] = {}
    for claim in claims:
        key, again = claim_key(source_url, claim), 0
        while key in found:
            again += 1
            key = codec.key_of(claim_key(source_url, claim), again)
        found[key] = claim
    return found


def claim_key(source_url: str, claim: Claim) -> str:
    return codec.key_of("claim", source_url, claim.fact, claim.signature, claim.kind, claim.role, claim.value, claim.began_at)


def bare_claim(claim: Claim) -> str:
    """The claim as text, without what moves while it goes on."""
    return codec.dump(replace(claim, last_seen_at=claim.began_at, ended_at=None))


def claim_row(key: str, address: Address, claim: Claim, revision: int) -> dict[str, Any]:
    return {
        "id": key,
        "programme": address.programme,
        "source_url": address.id,
        "source": address.source.id,
        "fact": claim.fact,
        "signature": claim.signature,
        "kind": claim.kind,
        "value": codec.dump(claim.value),
        "began_at": claim.began_at,
        "last_seen_at": claim.last_seen_at,
        "ended_at": None,
        "evidence": evidence_key(claim.evidence),
        "revision": revision,
        "body": bare_claim(claim),
    }


def end_claim(connection: Connection, live: LiveClaim, waiting: Waiting, ended_at: datetime | None, revision: int) -> None:
    confirmed_at = waiting.address.row["confirmed_at"]
    seen_at = max(live.claim.last_seen_at, confirmed_at or live.claim.last_seen_at)
    values = {"ended_at": ended_at or waiting.captured_at, "last_seen_at": seen_at, "revision": revision}
    connection.execute(update(CLAIM).where(CLAIM.c.id == live.id).values(**values))


# --------------------------------------------------------------------------------------------------------------------------- changes


def save_change(connection: Connection, change: Change, revision: int) -> None:
    """The change with its evidence; what a person decided about it stays."""
    decided = connection.execute(select(CHANGE.c.decision).where(CHANGE.c.id == change.id)).scalar()
    machine = change.status if change.status in MACHINE else ChangeStatus.OPEN
    row = {
        "id": change.id,
        "programme": change.programme,
        "fact": change.fact,
        "type": change.type.value,
        "kind": change.kind,
        "label": limit_text(change.label, 300),
        "severity": change.severity,
        "first_seen": change.first_seen,
        "last_seen": change.last_seen,
        "machine": machine.value,
        "decision": decided or ChangeStatus.OPEN.value,
        "status": folded(machine, ChangeStatus(decided or "open")).value,
        "snoozed_until": None,
        "revision": revision,
        "body": bare_change(change),
    }
    put(connection, CHANGE, row, keep=("first_seen", "decision", "snoozed_until"))
    insert_many(connection, EVIDENCE, [evidence_row(change.id, number, e) for number, e in enumerate(change.evidence)])


def folded(machine: ChangeStatus, decision: ChangeStatus) -> ChangeStatus:
    """A person's decision outlives what was found later; without one (or asleep) what was found stands."""
    return decision if decision in (ChangeStatus.ACCEPTED, ChangeStatus.REJECTED) or machine not in MACHINE else machine


def bare_change(change: Change) -> str:
    """The change as text, without what has a place of its own."""
    return codec.dump(replace(change, status=ChangeStatus.OPEN, evidence=(), reviews=()))


def evidence_key(evidence: Evidence) -> str:
    return codec.key_of("evidence", evidence.source_id, evidence.url, evidence.sha256, evidence.captured_at, evidence.start, evidence.end)


def evidence_row(change: str, position: int, evidence: Evidence) -> dict[str, Any]:
    content = evidence_key(evidence)
    return {
        "id": codec.key_of(change, content),
        "change": change,
        "position": position,
        "content": content,
        "source": evidence.source_id,
        "url": evidence.url,
        "captured_at": evidence.captured_at,
        "sha256": evidence.sha256,
        "quote": limit_text(evidence.quote, 2000),
        "start": evidence.start,
        "end": evidence.end,
        "publisher": evidence.publisher,
        "published_on": evidence.published_on,
    }


def fact_row(programme: str, fact: Fact, at: datetime, revision: int, by: str = "") -> dict[str, Any]:
    return {
        "id": codec.key_of("fact", programme, fact.key, fact.version, fact.value),
        "programme": programme,
        "key": fact.key,
        "kind": fact.kind,
        "label": limit_text(fact.label, 300),
        "value": codec.dump_value(fact.value),
        "scope": fact.scope,
        "version": fact.version,
        "valid_from": fact.valid_from,
        "recorded_at": at,
        "superseded_at": None,
        "by": by,
        "change": fact.change,
        "removed": fact.removed,
        "provisional": False,
        "revision": revision,
        "body": codec.dump(fact),
    }
