"""What linking knows of one page: its topic, what stands around each observation, the values known so far. The ground of `link`, `linknew` and `linkthings`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from monitor.core.catalogue import Catalogue, KnownSums, Signature
from monitor.core.fit import (
    Factor,
    coincide,
)
from monitor.core.kinds import AGREE
from monitor.core.lang import Lexicon
from monitor.core.model import (
    NOT_NOW,
    Claim,
    Fact,
    Money,
    Observation,
    Page,
    Passage,
    Place,
    Region,
    Value,
)
from monitor.core.situation import (
    SENTENCE,
    Situation,
    Surroundings,
    clause_of,
    stem,
    stems,
)
from monitor.core.text.cues import vocabulary
from monitor.core.text.words import tokens

# A fact must explain at least this much of an observation to have it. Found on the developed-on replays: below 0.45 parts are taken for totals,
# above 0.6 figures whose property stands only in a heading are lost.
THRESHOLD = 0.5
LIST_WORDS = 6  # a longer stretch between commas is no item of a list


class Target(NamedTuple):
    """A fact that an observation may be about, how well it fits, and why."""

    signature: Signature
    score: float
    reasons: tuple[str, ...]


class PageLinking:
    """One page being linked."""

    def __init__(
        self,
        page: Page,
        observations: Sequence[Observation],
        catalogue: Catalogue,
        lexicon: Lexicon,
        known: Mapping[str, Sequence[Value]],
        previous: Sequence[Claim],
        official: bool,
        today: date | None,
    ) -> None:
        self.page = page
        self.catalogue = catalogue
        self.lexicon = lexicon
        self.known = known
        self.official = official
        self.today = today
        self.surroundings = Surroundings(page, lexicon, catalogue.names)
        self.previous = [c for c in previous if c.fact in catalogue.facts and len(c.anchor) >= 16]
        self._cues: dict[tuple[int, int], frozenset[str]] = {}
        self.told: dict[int, Fact] = {}  # the fact of an amount, by sentence
        self.new_sites: dict[int, list[str]] = {}
        self.countries = [o for o in observations if o.kind == "country" and o.role not in NOT_NOW]
        self.counts = [o for o in observations if o.kind == "count"]
        self.numbers = [o for o in observations if o.pair]
        self.others = [o for o in observations if o.kind in ("place", "organisation", "site")]
        self.spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for o in observations:
            self.spans.setdefault((o.kind, o.sentence_start), []).append((o.start, o.end))
        self.main_start = next((p.start for p in page.passages if p.region is Region.MAIN), 0)
        self.on_topic = official or self._is_on_topic()

    def _is_on_topic(self) -> bool:
        """Does the title, a top heading or the lead name the programme or something of it?"""
        named = (*self.surroundings.title.names, *self.surroundings.lead.names)
        if any(n.kind in ("programme", "site") for n in named):
            return True
        said = {stem(t.word) for t in tokens(self.page.title)} | self.surroundings.lead.stems
        if any(alias <= said for alias in self.catalogue.aliases) or len(said & self.catalogue.landmarks) >= 2:
            return True
        things = self.surroundings.title.things | self.surroundings.lead.things
        return bool(things & self.catalogue.things) or bool(self.catalogue.programme & said and not things)

    def situation(self, observation: Observation) -> Situation:
        others = [s for s in self.spans[observation.kind, observation.sentence_start] if s != (observation.start, observation.end)]
        situation = self.surroundings.of(observation, clause_of(self.page, observation, others))
        situation.is_elsewhere = self._names_strange_place(observation, situation)
        return situation

    def _names_strange_place(self, observation: Observation, situation: Situation) -> bool:
        own = any(n.nearness >= SENTENCE and name.kind in ("site", "place", "host") for name, n in situation.names.items())
        here = [o.value for o in self.others if o.sentence_start == observation.sentence_start]
        return not own and any(isinstance(v, Place) and v.place_type != "country" for v in here)

    def _comparison(self, observation: Observation) -> str | None:
        """ "By comparison", "elsewhere", "a survey of": the sentence is about something else on purpose."""
        cues = self._cues_near(observation)
        if observation.kind == "count" and "sample" in cues:
            return "counts those who were asked"
        return "is a comparison with something else" if "elsewhere" in cues else None

    def _is_ours(self, header: str) -> bool:
        said = stems(header)
        return any(alias <= said for alias in self.catalogue.aliases) or any(
            n.kind in ("programme", "site", "organisation") for n in self.surroundings.layer(header).names
        )

    def _agrees(self, fact: Fact, observation: Observation) -> bool:
        """Is it a value known of this fact - the current one, or one that was flagged?"""
        kind = self.catalogue.kinds[observation.kind]
        values = self.known.get(fact.key, (fact.value,))
        return any(coincide(v, observation.value) and kind.compare(v, observation.value).verdict in AGREE for v in values)

    def _facts_saying(self, observation: Observation) -> Iterator[Fact]:
        """The facts of its kind of which the observation is a known value."""
        value = observation.value
        if isinstance(value, Money):
            keys = dict.fromkeys(self._sums.near(value))
            signatures = [self.catalogue.signatures[key] for key in keys]
        else:
            signatures = self.catalogue.by_kind.get(observation.kind, [])
        return (s.fact for s in signatures if self._agrees(s.fact, observation))

    @cached_property
    def _sums(self) -> KnownSums:
        facts = [s.fact for s in self.catalogue.by_kind.get("money", ())]
        return KnownSums([(f, v) for f in facts for v in self.known.get(f.key, (f.value,)) if isinstance(v, Money)])

    def _topic(self, situation: Situation) -> Factor:
        near = max((n.nearness for name, n in situation.names.items() if name.kind in ("programme", "site", "organisation")), default=0.0)
        if self.on_topic or near >= 0.8:
            return Factor(1.0, "")
        return Factor(0.4, "the page does not say it is about this programme")

    def _row_has_new_site(self, passage: Passage) -> bool:
        return any(p.start in self.new_sites for p in self.page.passages if p.group == passage.group and p.row == passage.row)

    def _is_near_cue(self, observation: Observation, cue: str) -> bool:
        """Is the cue said in the name's own stretch between commas, or behind a list of short stretches that begins with it?"""
        text = self.page.text[observation.sentence_start : observation.sentence_end]
        at = observation.start - observation.sentence_start
        parts, start = [], 0
        for part in re.split(r"[,;]", text):
            parts.append((start, part))
            start += len(part) + 1
        own = next((k for k, (begin, part) in enumerate(parts) if begin <= at <= begin + len(part)), 0)
        for k in range(own, len(parts)):
            if cue in vocabulary(self.lexicon).concepts(parts[k][1]):
                return True
            if len(parts[k][1].split()) > LIST_WORDS:
                break
        return False

    def now_cue(self, observation: Observation) -> tuple[str, ...]:
        """ "now" when the sentence says that this is how it stands at present."""
        return ("now",) if "now" in self._cues_near(observation) else ()

    def _cues_near(self, observation: Observation) -> frozenset[str]:
        """The cues of its sentence; each sentence is asked for several observations."""
        where = observation.sentence_start, observation.sentence_end
        if where not in self._cues:
            self._cues[where] = vocabulary(self.lexicon).concepts(self.page.text[slice(*where)])
        return self._cues[where]
