"""What the parts of a folder must say about each other: versions without gaps, counts that match their lists, bounds that hold, names that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from monitor.baseline.facts import Placed
from monitor.baseline.fields import nearest
from monitor.baseline.programme import Programme
from monitor.core.model import Count, Countries, Country, Fact, Money, Qualifier
from monitor.core.text.toml import Block
from monitor.errors import Problem

_SLACK = Decimal("0.1")  # "about 20" agrees with 18 to 22


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a folder that could be read: the facts as they are now, and where everything stands."""

    programme: Programme
    placed: Placed
    facts: tuple[Fact, ...]

    def block_of(self, key: str) -> Block | None:
        """The block that gave a fact its present value: its last revision, or its announcement."""
        revised = [
            b for r, b in zip(self.placed.revisions, self.placed.revision_blocks, strict=True) if r.fact == key and r.value is not None
        ]
        return revised[-1] if revised else self.placed.fact_blocks.get(key)


def versions(whole: Whole) -> Iterator[Problem]:
    """Versions begin at 2 and grow by one; what was recorded later stands later."""
    expected, before = 2, None
    for revision, block in zip(whole.placed.revisions, whole.placed.revision_blocks, strict=True):
        if revision.version != expected:
            word = "a gap in the versions" if revision.version > expected else "a version that was there before"
            text = f"{word}: version {expected} was expected here, not {revision.version}"
            yield Problem(block.where("version"), text, "revisions are only ever added at the end; restore the missing ones")
        if before and revision.recorded_at < before:
            yield Problem(
                block.where("recorded"), "recorded before the revision above it", "revisions stand in the order of recording", "warning"
            )
        expected, before = revision.version + 1, revision.recorded_at


def counts(whole: Whole) -> Iterator[Problem]:
    """A fact that counts others agrees with the number of live ones."""
    for fact in whole.facts:
        block = whole.block_of(fact.key)
        if fact.counts and not fact.removed and block:
            yield from _count_problem(fact, whole, block)


def _count_problem(fact: Fact, whole: Whole, block: Block) -> Iterator[Problem]:
    where = block.where("value") if "value" in block.lines else block.where()
    if not isinstance(fact.value, Count):
        yield Problem(block.where("counts"), f"{fact.key!r} is no count, so it cannot count {fact.counts!r}", "remove 'counts'")
        return
    listed = members(fact.counts or "", whole.facts, fact.key)
    if not listed:
        keys = [f.key for f in whole.facts if f.key != fact.key]
        hint = nearest(fact.counts or "", keys, "a key, or a pattern like 'site.*'")
        yield Problem(block.where("counts"), f"{fact.key!r} counts {fact.counts!r}, but no fact has such a key", hint, "warning")
    elif not _agrees(fact.value, Decimal(len(listed))):
        yield Problem(where, _mismatch(fact, fact.value, listed), _mismatch_hint(fact.value, len(listed)), "warning")


def _mismatch(fact: Fact, value: Count, listed: Sequence[str]) -> str:
    shown = ", ".join(listed[:40]) + (", ..." if len(listed) > 40 else "")
    unit = f" {value.unit}" if value.unit else ""
    return f"{fact.key!r} states {value.count.normalize():f}{unit}, but {len(listed)} are named under {fact.counts!r}: {shown}"


def _mismatch_hint(value: Count, listed: int) -> str:
    missing = value.count - listed
    return f"{missing.normalize():f} are not named" if missing > 0 else f"{-missing.normalize():f} more are named than stated"


def members(pattern: str, facts: Sequence[Fact], counting: str) -> list[str]:
    """What the live facts under a key pattern name: a fact of kind countries names each of its countries, any other one itself."""
    found: dict[str, None] = {}
    for fact in facts:
        if fact.removed or fact.key == counting or not fnmatchcase(fact.key, pattern):
            continue
        match fact.value:
            case Countries(names):
                found.update(dict.fromkeys(names))
            case Country(name):
                found[name] = None
            case _:
                found[fact.key] = None
    return list(found)


def _agrees(value: Count, listed: Decimal) -> bool:
    match value.qualifier:
        case Qualifier.EXACT:
            return listed == value.count
        case Qualifier.OVER:
            return listed >= value.count
        case Qualifier.UNDER:
            return listed <= value.count
        case Qualifier.ABOUT:
            return abs(listed - value.count) <= value.count * _SLACK
        case Qualifier.RANGE:
            return (value.min is None or listed >= value.min) and (value.max is None or listed <= value.max)


def bounds(whole: Whole) -> Iterator[Problem]:
    """Expectations speak of facts there are, and the facts keep within them."""
    for expectation, block in zip(whole.programme.expectations, whole.programme.expect_blocks, strict=True):
        fact = next((f for f in whole.facts if f.key == expectation.fact), None)
        if fact is None:
            if expectation.fact and expectation.fact not in whole.placed.written:
                hint = nearest(expectation.fact, [f.key for f in whole.facts])
                yield Problem(block.where("fact"), f"[[expect]] speaks of {expectation.fact!r}, but there is no such fact", hint)
            continue
        number = _number(fact)
        if number is None:
            yield Problem(block.where("fact"), f"{fact.key!r} is a {fact.kind}, which has no bounds", "expect money or count facts only")
        elif (expectation.min is not None and number < expectation.min) or (expectation.max is not None and number > expectation.max):
            crossed = f"min {expectation.min:f}" if expectation.min is not None and number < expectation.min else f"max {expectation.max:f}"
            place = whole.block_of(fact.key)
            hint = f"the bound is at {block.where()}"
            yield Problem((place or block).where("value"), f"{fact.key!r} is {number:f}, which crosses its bound {crossed}", hint)


def _number(fact: Fact) -> Decimal | None:
    match fact.value:
        case Count(count=count):
            return count
        case Money(amount=amount, min=low, max=high):
            return amount if amount is not None else low if low is not None else high
        case _:
            return None


def complete_lists(whole: Whole) -> Iterator[Problem]:
    """`complete_for` of a source names a kind or the keys of facts."""
    kinds = {f.kind for f in whole.facts}
    for source, block in zip(whole.programme.sources, whole.programme.source_blocks, strict=True):
        pattern = source.complete_for
        if (
            pattern
            and pattern not in kinds
            and not any(fnmatchcase(f.key, pattern) or fnmatchcase(f.key, f"{pattern}.*") for f in whole.facts)
        ):
            text = f"source {source.id!r} is complete for {pattern!r}, but no fact has that kind or key"
            yield Problem(block.where("complete_for"), text, nearest(pattern, kinds | {f.key for f in whole.facts}), "warning")


def order_of_days(whole: Whole) -> Iterator[Problem]:
    """A fact cannot hold before the announcement by more than a year; such a day is a slip of the pen more often than not."""
    announced_on = whole.programme.announced_on
    for fact in whole.placed.facts:
        block = whole.placed.fact_blocks[fact.key]
        if announced_on and fact.valid_from and abs((fact.valid_from - announced_on).days) > 366:
            text = f"'from' is {fact.valid_from}, more than a year away from the announcement of {announced_on}"
            yield Problem(block.where("from"), text, "", "warning")


CHECKS: tuple[Callable[[Whole], Iterator[Problem]], ...] = (versions, counts, bounds, complete_lists, order_of_days)
