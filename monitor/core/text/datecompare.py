"""How two dates relate, as intervals of days.

Comparing (design.md, section 7, rule 1), with open ends as infinity:

    the same days                                    same
    "2026" and "from 2026" or "by 2026"              same: one end agrees, the other is open
    the new one inside the old and finer             refined ("2027" -> "end of 2027"); also a date that a bound allows ("by 2026" -> "March 2025")
    the new one around the old                       coarser
    partly overlapping, one a vague season or part   same when at least half of the shorter one is shared
    anything else                                    different, `Delta.days` says how far the start (or an only end) moved
    no date any more, a date at last                 different, without days
"""

from __future__ import annotations

from datetime import date

from monitor.core.model import Comparison, DateSpan, Delta, Granularity

_RANK = {g: rank for rank, g in enumerate(("day", "month", "quarter", "season", "half", "year", "range", "decade"))}


def compare(old: DateSpan, new: DateSpan) -> Comparison:
    """How the new date relates to the old one, with the reason in words; by the table above."""
    if (old.start, old.end) == (new.start, new.end):
        return Comparison("same", "the same days")
    if old.is_no_date:
        return Comparison("different", "a date where there was none")
    if new.is_no_date:
        return Comparison("different", "no date any more")
    if _same_side_open(old, new):
        return _moved(old, new)
    if _shares_bound(old, new):
        return Comparison("same", "one is the open-ended form of the other")
    if _inside(new, old):
        return (
            Comparison("refined", "inside what was said, and more precise")
            if _is_finer(new, old)
            else Comparison("same", "inside what was said")
        )
    if _inside(old, new):
        return (
            Comparison("coarser", "around what was said, and less precise")
            if _is_finer(old, new)
            else Comparison("same", "around what was said")
        )
    if _is_vague(old, new) and _shared_days(old, new) * 2 >= min(_length(old), _length(new)):
        return Comparison("same", "overlapping, and one of them vague")
    return _moved(old, new)


def _same_side_open(old: DateSpan, new: DateSpan) -> bool:
    return (old.start is None and new.start is None) or (old.end is None and new.end is None)


def _shares_bound(old: DateSpan, new: DateSpan) -> bool:
    """ "2026" and "from 2026": equal where both say something, only one of them open, and the closed one not finer than the bound."""
    if (None in (old.start, old.end)) == (None in (new.start, new.end)):
        return False
    bound, whole = (old, new) if None in (old.start, old.end) else (new, old)
    comparable = bound.part == whole.part and bound.granularity in (whole.granularity, Granularity.DAY)
    return comparable and (bound.start or whole.start, bound.end or whole.end) == (whole.start, whole.end)


def _inside(inner: DateSpan, outer: DateSpan) -> bool:
    return (inner.start or date.min) >= (outer.start or date.min) and (inner.end or date.max) <= (outer.end or date.max)


def _is_finer(inner: DateSpan, outer: DateSpan) -> bool:
    """Finer by its unit, by a part of it, or because it closes an end the other leaves open."""
    if _RANK[inner.granularity] != _RANK[outer.granularity]:
        return _length(inner) < _length(outer)
    if inner.part != outer.part or inner.granularity is Granularity.RANGE:
        return True
    return (outer.start is None or outer.end is None) and inner.start is not None and inner.end is not None


def _is_vague(old: DateSpan, new: DateSpan) -> bool:
    both_closed = None not in (old.start, old.end, new.start, new.end)
    vague = any(v.part or v.granularity is Granularity.SEASON for v in (old, new))
    return both_closed and vague and old.granularity is not new.granularity


def _length(value: DateSpan) -> int:
    return ((value.end or date.max) - (value.start or date.min)).days + 1


def _shared_days(old: DateSpan, new: DateSpan) -> int:
    first = max(old.start or date.min, new.start or date.min)
    last = min(old.end or date.max, new.end or date.max)
    return max(0, (last - first).days + 1)


def _moved(old: DateSpan, new: DateSpan) -> Comparison:
    """How far: the start where both have one and it moved, else the end, else what each has."""
    day = date.toordinal
    if old.start and new.start and old.start != new.start:
        shift = day(new.start) - day(old.start)
    elif old.end and new.end:
        shift = day(new.end) - day(old.end)
    else:
        shift = day(new.start or new.end or date.min) - day(old.end or old.start or date.min)
    way = "later" if shift > 0 else "earlier"
    return Comparison("different", f"{abs(shift)} days {way}", Delta(days=shift))
