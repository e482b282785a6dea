"""What a fact has been, version by version, and what pages say it will be: the rows under every chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitor.core.model import Baseline, Change, Count, DateSpan, Fact, Money, Revision, Status, Value


@dataclass(frozen=True, slots=True)
class Version:
    """A fact at one version; `number` 0 is a flag that waits for a decision. `value` is None where the fact was withdrawn."""

    when: date | None
    value: Value | None
    number: int
    by: str = ""
    change: str | None = None
    quote: str = ""
    url: str = ""
    note: str = ""


def versions(baseline: Baseline, key: str, flagged: Iterable[Change] = ()) -> list[Version]:
    """As announced, each revision of the value, and what is flagged but not decided, in that order."""
    announced = next((f for f in baseline.announced if f.key == key), None)
    found = [of_announced(announced, baseline)] if announced else []
    kind = next((f.kind for f in baseline.facts if f.key == key), "")
    found += [of_revision(r) for r in baseline.revisions if r.fact == key and is_of_value(r, kind)]
    return found + [of_flag(c) for c in flagged if c.fact == key]


def is_of_value(revision: Revision, kind: str) -> bool:
    """Not one that only gave a name, or only a status to a fact of another kind."""
    if revision.value is None:
        return not revision.aliases
    return kind == "status" or not isinstance(revision.value, Status)


def of_announced(fact: Fact, baseline: Baseline) -> Version:
    return Version(fact.valid_from or baseline.announced_on, fact.value, 1, quote=fact.quote, url=fact.url)


def of_revision(made: Revision) -> Version:
    when = made.valid_from or made.recorded_at.date()
    return Version(when, made.value, made.version, made.by, made.change, made.quote, made.url, made.note)


def of_flag(change: Change) -> Version:
    first = change.evidence[0] if change.evidence else None
    when = (first.published_on if first else None) or change.first_seen.date()
    return Version(when, change.new, 0, change=change.id, quote=first.quote if first else "", url=first.url if first else "")


def amount_of(value: Value | None) -> Decimal | None:
    """The number to draw; None for what is none."""
    match value:
        case Money(amount=amount, min=low, max=high):
            found = next((a for a in (amount, low, high) if a is not None), None)
        case Count(count=found):
            pass
        case _:
            return None
    return found if found is not None and found.is_finite() and abs(found.adjusted()) < 30 else None


def is_drawable(day: date | None) -> bool:
    """Within the years a programme can be about; the ends of the calendar would leave no room for the rest."""
    return day is not None and 1900 <= day.year <= 2200


def day_of(value: Value | None) -> date | None:
    """The day to draw of a date: its end, or its beginning where it has no end; None for what no chart can show."""
    found = (value.end or value.start) if isinstance(value, DateSpan) else None
    return found if is_drawable(found) else None
