"""What one look at a page amounts to: link, follow, diff - in one pure call over what is known.

Live runs, replays and rereads all go through here; whatever differs between them (fetcher, clock, store) stays outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.core.catalogue import Catalogue
from monitor.core.claims import Look, follow
from monitor.core.diff import diff, provisional_facts
from monitor.core.kinds import Kind
from monitor.core.lang import Lexicon
from monitor.core.link import link
from monitor.core.model import Baseline, Change, ChangeStatus, Claim, Fact, Linked, Observation, Unlinked, Value


@dataclass(frozen=True)
class Knowledge:
    """What the program knows of a programme when it looks at a page: the facts ready to be linked to, and every change so far.

    Good for as long as neither the baseline nor the provisional facts change; `after` gives the knowledge that includes a digest.
    """

    baseline: Baseline
    kinds: Mapping[str, Kind]
    changes: Mapping[str, Change]
    provisional: tuple[Fact, ...]
    catalogue: Catalogue

    @classmethod
    def of(cls, baseline: Baseline, changes: Sequence[Change], kinds: Mapping[str, Kind]) -> Knowledge:
        provisional = provisional_facts(changes)
        return cls(baseline, kinds, {c.id: c for c in changes}, provisional, Catalogue(baseline, provisional, kinds))

    def after(self, changes: Sequence[Change]) -> Knowledge:
        """The knowledge with these new or updated changes; the catalogue is made again only if a provisional fact came or went."""
        merged = {**self.changes, **{c.id: c for c in changes}}
        provisional = provisional_facts(merged.values())
        catalogue = self.catalogue if provisional == self.provisional else Catalogue(self.baseline, provisional, self.kinds)
        return Knowledge(self.baseline, self.kinds, merged, provisional, catalogue)


@dataclass(frozen=True, slots=True)
class Digest:
    """The outcome of one look: where every observation went, the page's live and ended claims, and the changes raised or added to."""

    linked: tuple[Linked, ...]
    unlinked: tuple[Unlinked, ...]
    claims: tuple[Claim, ...]
    ended: tuple[Claim, ...]
    changes: tuple[Change, ...]


def digest(knowledge: Knowledge, look: Look, observations: Sequence[Observation], previous: Sequence[Claim], lexicon: Lexicon) -> Digest:
    """Link, follow and compare the observations of one good look; `previous` are the live claims of the same page."""
    official = look.source.authority in ("official", "primary")
    known = known_values(knowledge)
    links = link(look.page, observations, knowledge.catalogue, lexicon, known, previous, official, look.captured_at.date())
    followed = follow(previous, links.linked, look, known, knowledge.kinds)
    changes = diff(
        knowledge.baseline,
        knowledge.provisional,
        followed.began,
        followed.live,
        knowledge.changes.values(),
        knowledge.kinds,
        look.captured_at,
    )
    return Digest(links.linked, links.unlinked, followed.live, followed.ended, changes)


def known_values(knowledge: Knowledge) -> dict[str, tuple[Value, ...]]:
    """For each fact the values known so far: the current one, then those flagged and not yet decided, in the order they came."""
    known: dict[str, list[Value]] = {f.key: [f.value] for f in (*knowledge.baseline.facts, *knowledge.provisional)}
    for change in sorted(knowledge.changes.values(), key=lambda c: c.first_seen):
        if change.fact in known and change.new is not None and change.status in (ChangeStatus.OPEN, ChangeStatus.SNOOZED):
            known[change.fact].append(change.new)
    return {key: tuple(values) for key, values in known.items()}
