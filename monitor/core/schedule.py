"""When to look again: a pure function of how a source is configured and of what the last looks brought.

    the last look ...              pause
    brought a page, changed or not the source's own interval
    ... that changed within a day  a quarter of the interval: one announcement seldom comes alone
    ... dull for a month, or three twice, three times the interval (pages only: feeds and listings are how news is found)
    ... of an entry of a source    a tenth of the entry's age, between the interval and 30 days: young pages are edited, old ones rest
    failed, trying again can help  15 minutes, doubling with every failure in a row, at most the interval (or a day)
    failed for good                the interval, doubling, at most 7 days
    said how long to wait          at least that long, at most 7 days
    was refused by robots.txt      a day
    said 410 for the third time    never again

Every pause is spread by a twentieth, by a hash of the address, so that sources added together do not stay together. A page that is another one at every look
(a clock, an advertisement) is neither fresh nor dull. The bounds of `Pace` hold for what is decided here, never against the interval a person wrote.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from monitor.core.model import Source, SourceStatus

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86400
FIRST_RETRY_S = 15 * MINUTE_S
LONGEST_S = 7 * DAY_S
OLDEST_S = 30 * DAY_S
NEVER_S = 3650 * DAY_S
GONE_LOOKS = 3
FRESH_S = DAY_S
DULL_S = 30 * DAY_S
VERY_DULL_S = 90 * DAY_S
STEADY_SHARE = 3
"""A page is steady when at most one look in so many brought another body."""

WHOLE_SOURCES = frozenset({"page", "pdf", "json"})
GOOD = frozenset({SourceStatus.OK, SourceStatus.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Pace:
    """How far the interval of a source may be shortened or stretched, in seconds."""

    fastest_s: float = 15 * MINUTE_S
    slowest_s: float = DAY_S


USUAL_PACE = Pace()


@dataclass(frozen=True, slots=True)
class LastLook:
    """What is known when the next look is planned. `failures` counts those in a row, this one included; `age_s` is None for a source's own address.

    `unchanged_s` is how long the body has been the same (0: it is new; None: not known), `is_steady` whether it usually is.
    """

    status: SourceStatus
    failures: int = 0
    transient: bool = False
    retry_after_s: float | None = None
    age_s: float | None = None
    unchanged_s: float | None = None
    is_steady: bool = False


def pause_s(source: Source, url: str, look: LastLook, pace: Pace = USUAL_PACE) -> int:
    """Seconds until this address should be looked at again.

    >>> 3420 <= pause_s(Source("a", "https://a.example", every_s=3600), "https://a.example", LastLook(SourceStatus.OK)) <= 3780
    True
    """
    if look.status is SourceStatus.GONE and look.failures >= GONE_LOOKS:
        return NEVER_S
    spread = int(_good_pause_s(source, look, pace) * _spread(url)) if look.status in GOOD else _failed_pause_s(source, look)
    asked = min(look.retry_after_s or 0, LONGEST_S)
    return max(spread, int(asked) + (asked > 0), 1)


def _good_pause_s(source: Source, look: LastLook, pace: Pace) -> float:
    if look.age_s is not None:
        return min(max(look.age_s / 10, source.every_s), max(OLDEST_S, source.every_s))
    if look.unchanged_s is None or not look.is_steady:
        return source.every_s
    if look.unchanged_s <= FRESH_S:
        return max(source.every_s / 4, min(pace.fastest_s, source.every_s))
    if look.unchanged_s > DULL_S and source.kind in WHOLE_SOURCES:
        times = 3 if look.unchanged_s > VERY_DULL_S else 2
        return min(source.every_s * times, max(pace.slowest_s, source.every_s))
    return source.every_s


def _failed_pause_s(source: Source, look: LastLook) -> int:
    doublings = 1 << min(max(look.failures - 1, 0), 16)
    if look.status is SourceStatus.ROBOTS_DENIED and not look.transient:
        return max(DAY_S, min(source.every_s, LONGEST_S))
    if look.transient:
        return min(FIRST_RETRY_S * doublings, max(min(source.every_s, DAY_S), MINUTE_S))
    return min(source.every_s * doublings, max(LONGEST_S, source.every_s))


def is_steady(attempts: int, bodies: int) -> bool:
    """Whether an address that gave so many different bodies in so many looks usually stays as it is; unknown in the first looks.

    >>> is_steady(12, 1), is_steady(12, 11), is_steady(2, 1)
    (True, False, False)
    """
    return attempts > STEADY_SHARE and bodies * STEADY_SHARE <= attempts


def _spread(url: str) -> float:
    """Between 0.95 and 1.05, always the same for the same address."""
    return 0.95 + 0.1 * (hashlib.blake2b(url.encode(errors="replace"), digest_size=1).digest()[0] / 255)
