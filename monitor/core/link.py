"""Decide which fact an observation is a statement of - or that it is something else.

1. Every fact has a signature (`core/catalogue.py`): the concepts and distinctive words of its label and `about`, its unit, the names of its scope.
2. Every observation has a situation (`core/situation.py`): what stands around it, and how near.
3. Facts of the same kind compete for the observation by property, scope, role and plausibility (`core/fit.py`); "none of these" wins below THRESHOLD.
   What no fact covers may be new (`core/linknew.py`); sites, participants and states are told by their names (`core/linkthings.py`).
4. The same page's aligned sentence that held the fact before is near-certain, whatever its words.
Reasons are kept in words. A right number about a wrong thing is worse than none (design.md, rule 5), so doubt means unlinked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from rapidfuzz import fuzz

from monitor.core.anchors import HEAD_END, anchor_of
from monitor.core.catalogue import Catalogue, Signature
from monitor.core.fit import (
    Factor,
    foreign_to,
    is_just_past,
    is_same_sum,
    numbered_alike,
    plausible,
    property_said,
    role_said,
    scope_said,
    telling,
    worded,
)
from monitor.core.lang import Lexicon
from monitor.core.linknew import NewFacts
from monitor.core.linkpage import THRESHOLD, Target
from monitor.core.linkthings import Things
from monitor.core.model import (
    NOT_NOW,
    Claim,
    Count,
    Country,
    DateSpan,
    Linked,
    Money,
    Observation,
    Page,
    Place,
    Region,
    Role,
    Site,
    Status,
    Unlinked,
    Value,
)
from monitor.core.situation import (
    ROW,
    SENTENCE,
    Situation,
)
from monitor.core.text.words import properties

# Masked sentences more alike than this (0-100) are one sentence edited in place.
SAME_SENTENCE = 88
# The announcement's facts come before flagged new ones that fit as well.
PROVISIONAL = 0.9
NO_DATE_THRESHOLD = 0.3  # "no new date has been set" seldom names its event in the same sentence
ELSEWHERE = 0.6  # a sentence about a town that is not ours, where it names nothing of the programme
OF_OTHERS = 0.4  # prose that names another project before the value, and nothing of ours
NOUN_FOUND = 0.65  # of a bare number whose noun the link has found: what it counts was the doubt about it
KNOWN_BONUS = 0.25  # by which the fact whose known value it is goes before one that words fit better
LIKELY = 0.5  # the least plausibility of what stands beside a known value


class Links(NamedTuple):
    linked: tuple[Linked, ...]
    unlinked: tuple[Unlinked, ...]


def link(
    page: Page,
    observations: Sequence[Observation],
    catalogue: Catalogue,
    lexicon: Lexicon,
    known: Mapping[str, Sequence[Value]],
    previous: Sequence[Claim] = (),
    official: bool = False,
    today: date | None = None,
) -> Links:
    """Tie each observation of a page to the fact it is a statement of, to a new fact (`fact` None), or to nothing, with reasons in words.

    `known` holds per fact the values known so far (current and flagged ones). `previous` are the live claims of the same page: their sentences met again are
    near-certain. `official` is the source's standing with the programme, `today` the day of the look: what a page without a date of its own is read as of.
    """
    linker = _Linker(page, observations, catalogue, lexicon, known, previous, official, page.published_on or today)
    linked: list[Linked] = []
    unlinked: list[Unlinked] = []
    # What is said of a new site is known by it, and a state by the grant or contract it is said of.
    for observation in sorted(observations, key=lambda o: (o.kind != "site", o.kind == "status")):
        result = linker.place(observation)
        if isinstance(result, Linked):
            linked.append(replace(result, cues=result.cues or linker.now_cue(observation)))
        else:
            unlinked.append(result)
    again = {id(one): fact for one in linked if (fact := _told_on_this_page(one, linked))}
    unlinked += [Unlinked(one.observation, f"the page says it of {again[id(one)]}") for one in linked if id(one) in again]
    return Links(tuple(one for one in linked if id(one) not in again), tuple(unlinked))


def _told_on_this_page(one: Linked, linked: Sequence[Linked]) -> str | None:
    """The fact that another statement of the page gives the same sum: a lead tells it without the words that the text has."""
    value = one.observation.value
    if one.fact is not None or not isinstance(value, Money) or telling(value) < 0.68:
        return None
    facts = ((o.fact, o.observation.value) for o in linked if o.fact is not None)
    return next((fact for fact, known in facts if isinstance(known, Money) and is_same_sum(known, value)), None)


class _Linker(NewFacts, Things):
    """The linking of one page: amounts, dates and counts here, new facts and things by their own files."""

    def place(self, observation: Observation) -> Linked | Unlinked:
        """Where one observation belongs."""
        if observation.region not in (Region.MAIN, Region.ASIDE):
            return Unlinked(observation, f"stands in the {observation.region} part of the page")
        if Role.PUBLICATION in observation.roles:
            return Unlinked(observation, "is the page's own date")
        match observation.value:
            case Money() | Count() | DateSpan():
                return self._numeric(observation)
            case Site():
                return self._site(observation)
            case Status():
                return self._status(observation)
            case Country():
                return self._country(observation)
        if observation.kind == "organisation":
            return self._organisation(observation)
        if isinstance(observation.value, Place) and self._is_one_more_of_list(observation, observation.value):
            return self._listed_site(observation, observation.value)
        return Unlinked(observation, f"a {observation.kind} is context, not a fact of its own")

    def _numeric(self, observation: Observation) -> Linked | Unlinked:
        kept = self._same_statement(observation)
        if kept:
            return Linked(
                observation,
                kept.fact,
                0.97,
                ("the same sentence of this page said it before",),
                self.catalogue.facts[kept.fact or ""].label,
            )
        beside = self._beside_known(observation)
        if beside:
            return beside
        situation = self.situation(observation)
        foreign = (
            foreign_to(situation)
            or self._aside(observation, situation)
            or self._comparison(observation)
            or self._column_of_others(observation)
        )
        if foreign:
            return Unlinked(observation, foreign)
        situation.is_of_strangers = self._names_strangers(observation, situation)
        best = max(
            self._targets(observation, situation),
            key=lambda t: t.score + (KNOWN_BONUS if self._is_its_value(t, observation) else 0),
            default=None,
        )
        is_no_date = isinstance(observation.value, DateSpan) and observation.value.is_no_date
        if best and best.score >= (NO_DATE_THRESHOLD if is_no_date else THRESHOLD):
            self.told[observation.sentence_start] = best.signature.fact
            if isinstance(observation.value, Count) and not observation.value.unit:
                observation = replace(observation, confidence=max(observation.confidence, NOUN_FOUND))
            return Linked(observation, best.signature.fact.key, best.score, best.reasons, best.signature.fact.label)
        if best and best.score >= THRESHOLD * OF_OTHERS and self._is_told_of_others(best.signature, observation, situation):
            return Unlinked(observation, f"would be {best.signature.fact.key}, but its sentence names another")
        nearest = f"; nearest is {best.signature.fact.key} with {best.score:.2f}" if best else ""
        return self._new(observation, situation) or Unlinked(observation, f"no fact fits{nearest}")

    def _is_its_value(self, target: Target, observation: Observation) -> bool:
        """Is it the known value of that fact, and told exactly enough to be hardly another's?"""
        return telling(observation.value) >= 0.68 and self._agrees(target.signature.fact, observation)

    def _aside(self, observation: Observation, situation: Situation) -> str | None:
        """A margin holds fact boxes and teasers: only what stands under a label or names the programme in its own clause is ours."""
        passage = self.page.passages[observation.passage]
        if observation.region is Region.MAIN or passage.row_header or passage.form == "definition":
            return None
        named = any(n.nearness >= SENTENCE and name.kind in ("programme", "site") for name, n in situation.names.items())
        return None if named else "stands in the margin and does not name the programme"

    def _beside_known(self, observation: Observation) -> Linked | None:
        """The new half of a pair whose old half is the known value of a fact is about that fact, whatever the words."""
        if observation.pair is None or observation.role is Role.PAST:
            return None
        partner = next(
            (o for o in self.numbers if o.pair == observation.pair and o.kind == observation.kind and o is not observation), None
        )
        if partner is None or (isinstance(partner.value, Money) and telling(partner.value) < 0.68):
            return None
        facts = list(self._facts_saying(partner))
        if len(facts) != 1 or plausible(facts[0], observation.value, agrees=False).factor < LIKELY:
            return None
        return Linked(observation, facts[0].key, 0.95, ("the old value beside it is the known one",), facts[0].label)

    def _column_of_others(self, observation: Observation) -> str | None:
        """Where one column of a table is headed by the programme's name, a column headed by another name is about something else."""
        passage = self.page.passages[observation.passage]
        if passage.group is None or not passage.column_header or self._is_ours(passage.column_header):
            return None
        headers = {p.column_header for p in self.page.passages if p.group == passage.group and p.column_header}
        is_name = passage.column_header[:1].isupper() and not properties(self.lexicon).concepts(passage.column_header)
        ours = next((h for h in headers if is_name and self._is_ours(h)), None)
        return f"stands in the column of {passage.column_header}, not of {ours}" if ours else None

    def _same_statement(self, observation: Observation) -> Claim | None:
        """The claim of this page whose statement, value apart, is the observation's."""
        if observation.role in NOT_NOW and observation.pair is None:
            return None
        anchor = anchor_of(self.page, observation)
        head, _, body = anchor.partition(HEAD_END)
        same_head = [c for c in self.previous if c.kind == observation.kind and c.anchor.partition(HEAD_END)[0] == head]
        candidates = [(fuzz.ratio(body, c.anchor.partition(HEAD_END)[2]), c) for c in same_head]
        best = max(candidates, key=lambda pair: pair[0], default=None)
        return best[1] if best and best[0] >= SAME_SENTENCE else None

    def _targets(self, observation: Observation, situation: Situation) -> Iterable[Target]:
        signatures = self.catalogue.candidates(observation, situation)
        near = {s.fact.key: max(worded(s, situation), default=0.0) for s in signatures}
        scopes = [s.fact.scope or "" for s in signatures if near[s.fact.key] >= ROW]
        for signature in signatures:
            target = self._fit(signature, observation, situation)
            if target is not None and scopes and near[signature.fact.key] < ROW and signature.fact.kind != "count":
                target = Target(signature, round(target.score * 0.5, 3), (*target.reasons, f"speaks of {scopes[0]}"))
            if target is not None:
                yield target

    def _fit(self, signature: Signature, observation: Observation, situation: Situation) -> Target | None:
        """How well one fact explains one observation: property x scope x role x plausibility x topic."""
        agrees = self._agrees(signature.fact, observation)
        if not signature.fact.version and not agrees and not signature.fact.about:
            return None  # a new amount of nothing in particular can only be met again, not revised
        if not signature.fact.version and not agrees and isinstance(observation.value, DateSpan) and observation.pair is None:
            return None  # a new date is revised in the same sentence or by naming both, not by another date nearby
        row_header = self.page.passages[observation.passage].row_header
        prop = property_said(signature, observation, situation, agrees, self.lexicon, row_header)
        if prop is None or prop.factor < 0.2:
            return None
        scope = scope_said(signature, situation, self.catalogue.narrower, self.catalogue.programme)
        if agrees and scope.factor < 0.85 and (telling(observation.value) >= 0.8 or not signature.fact.version):
            scope = Factor(0.85, scope.reason)  # an amount as exact as this is hardly another's
        factors = [
            prop,
            numbered_alike(signature, situation),
            scope,
            role_said(signature, observation, agrees, self._is_said_anew(observation)),
            plausible(signature.fact, observation.value, agrees, self.today, self.known.get(signature.fact.key, ())),
            self._topic(situation),
        ]
        score = 1.0 if signature.fact.version else PROVISIONAL
        for factor in factors:
            score *= factor.factor
        if is_just_past(observation.value, self.today):
            score *= 0.4
        if observation.pair is None and not agrees:
            if self._is_told_of_others(signature, observation, situation):
                score *= OF_OTHERS
            elif situation.is_elsewhere:
                score *= ELSEWHERE
        return Target(signature, round(min(score, 1.0), 3), tuple(f.reason for f in factors if f.reason))

    def _is_told_of_others(self, signature: Signature, observation: Observation, situation: Situation) -> bool:
        """ "At Hinkley Point the bill has grown to 26 billion": prose that names another before the value, and nothing of ours nor of the fact's scope."""
        passage = self.page.passages[observation.passage]
        if passage.label or passage.row_header or max(worded(signature, situation), default=0.0) >= SENTENCE:
            return False
        return bool(signature.fact.version) and situation.is_of_strangers

    def _is_said_anew(self, observation: Observation) -> bool:
        """Does the value stand under a label, in a table or a fact box, or does its sentence speak of a change or of the present?"""
        passage = self.page.passages[observation.passage]
        return bool(passage.label or passage.row_header or self._cues_near(observation) & {"move", "now", "old_before", "old_after"})
