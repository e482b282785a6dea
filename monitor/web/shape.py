"""Facts, claims and captures as JSON: the shapes of the API that are not those of the report."""

from __future__ import annotations

from monitor.core.model import Baseline, Claim
from monitor.render.contract import JsonObject, evidence_json, moment, value_json
from monitor.store.looks import Snapshot
from monitor.store.queries import FactState


def fact_json(state: FactState) -> JsonObject:
    """A fact in the shape of `monitor export facts --format json`."""
    fact = state.fact
    return {
        "programme": state.programme,
        "key": fact.key,
        "kind": fact.kind,
        "label": fact.label,
        "value": value_json(fact.value),
        "version": fact.version,
        "scope": fact.scope,
        "status": fact.status,
        "removed": fact.removed,
        "quote": fact.quote,
        "url": fact.url,
        "last_fetched": moment(state.fetched_at),
        "last_read": moment(state.found_at),
        "last_confirmed": moment(state.confirmed_at),
    }


def claim_json(claim: Claim) -> JsonObject:
    """What one page has been saying about a fact."""
    return {
        "source": claim.source_id,
        "publisher": claim.publisher,
        "url": claim.url,
        "fact": claim.fact,
        "value": value_json(claim.value),
        "role": str(claim.role),
        "since": moment(claim.began_at),
        "last_seen": moment(claim.last_seen_at),
        "ended": moment(claim.ended_at),
        "evidence": evidence_json(claim.evidence),
    }


def programme_json(baseline: Baseline, open_count: int) -> JsonObject:
    return {
        "id": baseline.id,
        "title": baseline.title,
        "announced_on": baseline.announced_on.isoformat() if baseline.announced_on else None,
        "version": baseline.version,
        "digest": baseline.digest,
        "facts": len(baseline.facts),
        "sources": len(baseline.sources),
        "open_changes": open_count,
    }


def snapshot_json(snapshot: Snapshot) -> JsonObject:
    return {
        "id": snapshot.id,
        "source": snapshot.source_id,
        "url": snapshot.url,
        "captured_at": moment(snapshot.captured_at),
        "sha256": snapshot.sha256,
        "bytes": snapshot.byte_count,
        "media_type": snapshot.media_type,
        "status": snapshot.status,
        "facts": snapshot.observations,
    }
