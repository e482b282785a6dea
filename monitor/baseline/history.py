"""The facts over the versions: revisions applied to what was announced, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.core.model import Baseline, Fact, Revision, Status, Value


@dataclass(frozen=True, slots=True)
class Drift:
    """One fact as announced and as it is now; a side is None where the fact was not there or is withdrawn."""

    key: str
    label: str
    kind: str
    old: Value | None
    new: Value | None
    revisions: tuple[Revision, ...]


def apply(announced: Sequence[Fact], revisions: Iterable[Revision]) -> tuple[Fact, ...]:
    """The facts after the revisions, in the order in which they came; withdrawn ones stay, marked `removed`."""
    facts = {fact.key: fact for fact in announced}
    for revision in revisions:
        known = facts.get(revision.fact)
        revised = _revise(known, revision) if known else _begin(revision)
        if revised:
            facts[revision.fact] = revised
    return tuple(facts.values())


def at_version(baseline: Baseline, version: int) -> tuple[Fact, ...]:
    """The facts as they were at a version; 1 is the announcement."""
    return apply(baseline.announced, (r for r in baseline.revisions if r.version <= version))


def drift(baseline: Baseline, since_version: int = 1) -> tuple[Drift, ...]:
    """Every fact that is no longer as announced (or as in a later version), with the revisions that made it so."""
    before = {fact.key: fact for fact in at_version(baseline, since_version)}
    later = tuple(r for r in baseline.revisions if r.version > since_version)
    now = {fact.key: fact for fact in baseline.facts}
    found = [_drift(key, before.get(key), now.get(key), later) for key in now]
    return tuple(d for d in found if d.old != d.new)


def _drift(key: str, before: Fact | None, now: Fact | None, revisions: Sequence[Revision]) -> Drift:
    shown = now or before
    assert shown is not None
    new = now.value if now and not now.removed else None
    old = before.value if before and not before.removed else None
    return Drift(key, shown.label, shown.kind, old, new, tuple(r for r in revisions if r.fact == key))


def _begin(revision: Revision) -> Fact | None:
    if revision.value is None:
        return None
    return Fact(
        key=revision.fact, kind=revision.kind, label=revision.label or revision.fact, value=revision.value, about=revision.about, scope=revision.scope,
        aliases=revision.aliases, valid_from=revision.valid_from, quote=revision.quote, url=revision.url, version=revision.version, change=revision.change,
    )  # fmt: skip


def _revise(fact: Fact, revision: Revision) -> Fact:
    aliases = fact.aliases + tuple(a for a in revision.aliases if a not in fact.aliases)
    stamped = replace(fact, version=revision.version, change=revision.change, aliases=aliases, about=revision.about or fact.about)
    if revision.value is None:
        return stamped if revision.aliases else replace(stamped, removed=True)
    if isinstance(revision.value, Status) and fact.kind != "status":
        return replace(stamped, status=revision.value.status)
    return replace(
        stamped,
        value=revision.value,
        label=revision.label or fact.label,
        scope=revision.scope or fact.scope,
        valid_from=revision.valid_from or fact.valid_from,
        quote=revision.quote or fact.quote,
        url=revision.url or fact.url,
        removed=False,
    )
