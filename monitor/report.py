"""What a report says: which changes are news, which wait, what was decided, and what the watcher could not see.

A report is a pure function of stored data and a period: asked again it is the same, byte for byte. Whoever calls takes the facts as they were stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.decide import fold
from monitor.core.model import Baseline, Change, ChangeStatus, SourceStatus
from monitor.core.summary import Decision, FactClocks, Group, Period, Report, SourceHealth, Trouble, Unseen
from monitor.render.values import show_day
from monitor.render.view import publishers

UNSEEN_AFTER_DAYS = 90
FEWER_FACTS = 0.5
"""A source that gives less than this share of the facts it usually gives is pointed out: its page was probably rebuilt."""

OVERDUE_AFTER = timedelta(hours=6)
"""A source is called overdue when its look is late by more than this: one busy hour is no news."""

_SEEN: Set[str] = {SourceStatus.OK, SourceStatus.UNCHANGED}
_DOUBTED: Set[str] = {SourceStatus.SUSPECT, SourceStatus.EMPTY}
_SHOWN_AS_NEWS = {ChangeStatus.OPEN, ChangeStatus.ACCEPTED, ChangeStatus.REVERTED}
_IN_WORDS: Mapping[str, str] = {
    SourceStatus.SUSPECT: "answers with something that is not its page",
    SourceStatus.EMPTY: "answers with an empty page",
    SourceStatus.GONE: "says the page is gone",
    SourceStatus.TIMEOUT: "does not answer in time",
    SourceStatus.RATE_LIMITED: "asks us to come back later",
    SourceStatus.ROBOTS_DENIED: "does not allow robots here",
    SourceStatus.AUTH_REQUIRED: "asks for a log-in",
    SourceStatus.TOO_LARGE: "is larger than allowed",
    SourceStatus.UNSUPPORTED: "is in a format that cannot be read",
}


def compose(
    programme: str,
    changes: Iterable[Change],
    baseline: Baseline,
    sources_health: Iterable[SourceHealth],
    period: Period,
    now: datetime,
    *,
    clocks: Mapping[str, FactClocks] | None = None,
    watched_since: datetime | None = None,
    unseen_after_days: int = UNSEEN_AFTER_DAYS,
) -> Report:
    """The report on one programme for a period. `changes` are all of the programme that are open or touched the period, with their reviews;
    statuses are folded as of `now`, and decisions made after it do not count. `clocks` are by fact key; without them no fact is called unseen.
    `watched_since` is the first look at any of its sources: facts never found on a page are pointed out only after `unseen_after_days` of looking.
    """
    known = [_as_of(c, now) for c in changes if c.programme == programme and c.first_seen < period.end_at]
    health = [h for h in sources_health if h.programme == programme]
    news = [c for c in known if c.first_seen in period and c.status in _SHOWN_AS_NEWS]
    return Report(
        programme=programme,
        title=baseline.title or programme,
        baseline_version=baseline.version,
        period=period,
        groups=_grouped(news),
        waiting=tuple(sorted((c for c in known if c.status is ChangeStatus.OPEN and c.first_seen not in period), key=_importance)),
        decided=_decided(known, period),
        unseen=_unseen(baseline, clocks, watched_since, now, unseen_after_days) if clocks is not None else (),
        troubles=tuple(t for h in sorted(health, key=lambda h: h.id) for t in _troubles(h, now)),
        source_count=len(health),
        snoozed_count=sum(c.status is ChangeStatus.SNOOZED for c in known),
        unseen_after_days=unseen_after_days,
    )


def day_before(end_at: datetime, days: int = 1) -> Period:
    """The period of a daily (1), weekly (7) or longer report that ends at a moment."""
    return Period(end_at - timedelta(days=days), end_at)


def _as_of(change: Change, now: datetime) -> Change:
    """The change as it was known at a moment: what was heard and decided later does not rewrite an earlier report."""
    reviews = tuple(r for r in change.reviews if r.at <= now)
    heard = tuple(e for e in change.evidence if e.captured_at <= now) or change.evidence
    return replace(change, reviews=reviews, evidence=heard, status=fold(change, reviews, now.date()))


def _importance(change: Change) -> tuple[int, float, int, datetime, str]:
    """Sort key, most important first; ids make the order total."""
    return (-change.severity, -change.confidence, -len(publishers(change)), change.first_seen, change.id)


def _grouped(changes: Sequence[Change]) -> tuple[Group, ...]:
    """Changes of one announcement together, groups in the order of their most important change."""
    groups: dict[str, list[Change]] = {}
    for change in sorted(changes, key=_importance):
        groups.setdefault(change.group or change.id, []).append(change)
    return tuple(Group(tuple(members)) for members in groups.values())


def _decided(changes: Iterable[Change], period: Period) -> tuple[Decision, ...]:
    made = [Decision(c, r) for c in changes for r in c.reviews if r.at in period and r.decision != "comment"]
    return tuple(sorted(made, key=lambda d: (d.review.at, d.change.id)))


def _unseen(
    baseline: Baseline, clocks: Mapping[str, FactClocks], watched_since: datetime | None, now: datetime, after_days: int
) -> tuple[Unseen, ...]:
    """Facts no page has said for so long, longest first; then those never found since the watch began, once that is as long ago."""
    found: list[Unseen] = []
    for fact in (f for f in baseline.facts if not f.removed):
        read_at = clocks[fact.key].last_read_at if fact.key in clocks else None
        since = read_at if read_at is not None else watched_since
        if since is not None and (now - since).days >= after_days:
            found.append(Unseen(fact, (now - read_at).days if read_at is not None else None))
    return tuple(sorted(found, key=lambda u: (-(u.days if u.days is not None else -1), u.fact.key)))


def _troubles(health: SourceHealth, now: datetime) -> list[Trouble]:
    """What could not be seen at one source: why the last look gave nothing, that no look was made, or that it gave less than usual."""
    if health.status == SourceStatus.NEVER:
        return [_trouble(health, "never", "has not been looked at yet")]
    if health.status not in _SEEN:
        return [_trouble(health, "suspect" if health.status in _DOUBTED else "failing", _failure(health))]
    if _is_overdue(health, now):
        return [
            _trouble(
                health, "overdue", f"should have been looked at by {show_day(health.next_check.date() if health.next_check else None)}"
            )
        ]
    if _gives_less(health):
        return [_trouble(health, "fewer", f"gives {health.facts_last} facts where it usually gives {health.facts_usual}")]
    return []


def _trouble(health: SourceHealth, kind: str, text: str) -> Trouble:
    since = health.failing_since if health.failing_since is not None else health.last_ok
    return Trouble(health.id, health.url, kind, text, since if kind in ("failing", "suspect") else None)


def _failure(health: SourceHealth) -> str:
    words = _IN_WORDS.get(health.status) or f"could not be fetched ({health.status.replace('_', ' ')})"
    tries = f", {health.attempts} tries" if health.attempts > 1 else ""
    return f"{words}{tries}" + (f": {health.error}" if health.error else "")


def _is_overdue(health: SourceHealth, now: datetime) -> bool:
    return health.next_check is not None and now - health.next_check > OVERDUE_AFTER


def _gives_less(health: SourceHealth) -> bool:
    usual, last = health.facts_usual, health.facts_last
    return usual is not None and last is not None and usual >= 2 and last < usual * FEWER_FACTS
