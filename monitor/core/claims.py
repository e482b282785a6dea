"""Follow what one page keeps saying about each fact: claims as stints, from the first capture that said so to the last that still did.

A page may state a fact several times - old and new, rounded and exact, in prose and in a table - and owes one claim per fact: the value it holds now.
A page that still states the known value is not revising it, unless it ties the two together as old and new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.anchors import anchor_of, quote_span
from monitor.core.kinds import AGREE, Kind
from monitor.core.model import NOT_NOW, Claim, Country, DateSpan, Evidence, Linked, Page, Role, Source, Status, Value

# A statement of the known value outweighs a deviating one of the same page that fits at most this much better.
KNOWN_BONUS = 0.2
# How well a deviating amount must fit to be taken for the successor of the known one beside it.
BESIDE = 0.6


@dataclass(frozen=True, slots=True)
class Look:
    """One good look at a page: what was seen, where and when."""

    source: Source
    url: str
    captured_at: datetime
    sha256: str
    page: Page
    first: bool  # no earlier good look at this address


@dataclass(frozen=True, slots=True)
class Followed:
    """The live claims of a page after a look (`began` are the new stints among them), and those that ended with it."""

    live: tuple[Claim, ...]
    began: tuple[Claim, ...]
    ended: tuple[Claim, ...]


def follow(
    previous: Sequence[Claim], linked: Sequence[Linked], look: Look, known: Mapping[str, tuple[Value, ...]], kinds: Mapping[str, Kind]
) -> Followed:
    """The page's claims after this look. `known` holds, per fact key, the values known so far (baseline first, then flagged ones)."""
    held = {c.signature: c for c in previous}
    live: dict[str, Claim] = dict(held)
    began: list[Claim] = []
    ended: list[Claim] = []
    for key, statements in _by_fact(linked).items():
        chosen = _choose(statements, known.get(statements[0].fact or "", ()), kinds)
        if chosen is None:
            continue
        claim = _claim(chosen, statements, look)
        old = held.get(key)
        if old is not None and _same(kinds[claim.kind], old.value, claim.value) and old.role is claim.role:
            live[key] = replace(old, last_seen_at=look.captured_at, anchor=claim.anchor, missed=0)
            continue
        if old is not None:
            ended.append(replace(old, ended_at=look.captured_at))
            claim = replace(claim, before=old.value, first_look=False)
        live[key] = claim
        began.append(claim)
    for key, claim in _missed(live, held, look).items():
        live[key] = claim
    return Followed(tuple(live.values()), tuple(began), tuple(ended))


def _by_fact(linked: Sequence[Linked]) -> dict[str, list[Linked]]:
    groups: dict[str, list[Linked]] = {}
    for statement in linked:
        groups.setdefault(_statement_key(statement), []).append(statement)
    return groups


def _statement_key(statement: Linked) -> str:
    """Statements under one key compete to be the page's claim; new facts are told apart by what they are about and how much they say."""
    value = statement.observation.value
    if isinstance(value, Country):
        return f"{statement.fact}|{value.country}|{statement.observation.role in NOT_NOW}"
    if isinstance(value, Status):
        return f"{statement.fact}|status"
    if "withdrawn" in statement.cues:
        return f"{statement.fact}|withdrawn"
    if statement.fact is None:
        return f"{statement.signature}|{statement.observation.raw.casefold()}"
    return statement.fact


def _choose(statements: Sequence[Linked], known: Sequence[Value], kinds: Mapping[str, Kind]) -> Linked | None:
    """The statement that tells what the page holds now; None when it only speaks of the past."""
    now = [s for s in statements if s.observation.holds_now or (s.observation.pair and s.observation.role is not Role.PAST)]
    denied = [s for s in statements if s.observation.kind == "date" and s.observation.role is Role.DENIED]
    if denied and _is_revoked(denied, now, known, kinds):
        return denied[0]
    if not now:
        return denied[0] if denied else None
    if isinstance(now[0].observation.value, Status):
        return min(now, key=lambda s: s.observation.start)  # what happened stands first; how it came about follows
    undated = [s for s in now if isinstance(s.observation.value, DateSpan) and s.observation.value.is_no_date]
    if undated and all(s in undated or any(_same(kinds["date"], v, s.observation.value) for v in known) for s in now):
        return undated[0]
    tied = [s for s in now if s.observation.pair]
    if tied:
        return max(tied, key=_rank)
    best = max(now, key=_rank)
    if known:
        confirming = [s for s in now if _rank(s)[0] and _same(kinds[s.observation.kind], known[-1], s.observation.value)]
        beside = [s for s in confirming if s is not best and s.observation.sentence_start == best.observation.sentence_start]
        is_told_as_new = "now" in best.cues and not any("now" in s.cues for s in confirming)
        rival = next(
            (s for s in sorted(now, key=_rank, reverse=True) if best in confirming and s not in confirming and _is_beside(s, best)), None
        )
        if rival is not None:
            return rival  # the known value and another in one sentence: the other is what became of it
        if confirming and not beside and not is_told_as_new and max(s.score for s in confirming) >= best.score - KNOWN_BONUS:
            return max(confirming, key=_rank)
    return best


def _is_beside(one: Linked, other: Linked) -> bool:
    """Do two statements of a fact share a sentence, each by its own words and not by a list of dates and parts?"""
    a, b = one.observation, other.observation
    return a.sentence_start == b.sentence_start and a.kind == b.kind == "money" and one.score >= BESIDE and _rank(one)[0]


def _rank(statement: Linked) -> tuple[bool, bool, float, int]:
    """A date of its own before one relative to the page's; the column headed as current before the others; then the better fit, then the later column."""
    value = statement.observation.value
    is_relative = isinstance(value, DateSpan) and value.is_told_from_today
    return not is_relative, "current column" in statement.reasons, round(statement.score, 1), statement.observation.start


def _is_revoked(denied: Sequence[Linked], now: Sequence[Linked], known: Sequence[Value], kinds: Mapping[str, Kind]) -> bool:
    """Is the date last known denied, and every other date the page gives one that was known before?"""
    kind = kinds["date"]
    if not known or not any(_same(kind, known[-1], s.observation.value) for s in denied):
        return False
    return all(any(_same(kind, v, s.observation.value) for v in known) for s in now)


def _same(kind: Kind, old: Value, new: Value) -> bool:
    return type(old) is type(new) and kind.compare(old, new).verdict in AGREE


def _claim(chosen: Linked, statements: Sequence[Linked], look: Look) -> Claim:
    observation = chosen.observation
    partner = next(
        (s.observation.value for s in statements if observation.pair and s.observation.pair == observation.pair and s is not chosen), None
    )
    start, end = quote_span(look.page, observation)
    quote, publisher, published_on = look.page.text[start:end], look.source.publisher or look.source.id, look.page.published_on
    return Claim(
        source_id=look.source.id,
        url=look.url,
        fact=chosen.fact,
        signature=_statement_key(chosen),
        kind=observation.kind,
        value=observation.value,
        role=observation.role,
        roles=observation.roles,
        began_at=look.captured_at,
        last_seen_at=look.captured_at,
        evidence=Evidence(look.source.id, look.url, look.captured_at, look.sha256, quote, start, end, publisher, published_on),
        first_look=look.first,
        score=chosen.score,
        confidence=observation.confidence,
        authority=look.source.authority,
        publisher=publisher,
        published_on=published_on,
        label=chosen.label,
        reasons=chosen.reasons,
        hedge=observation.hedge,
        pair_old=partner,
        anchor=anchor_of(look.page, observation),
        cues=chosen.cues,
    )


def _missed(live: Mapping[str, Claim], held: Mapping[str, Claim], look: Look) -> dict[str, Claim]:
    """Claims that a source declares complete and this look did not show: one more good look without them."""
    if not look.source.complete_for:
        return {}
    return {
        key: replace(claim, missed=claim.missed + 1)
        for key, claim in live.items()
        if claim.kind == look.source.complete_for and key in held and claim.last_seen_at != look.captured_at
    }
