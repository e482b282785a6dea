"""Decide which fact an observation is a statement of - or that it is something else.

1. Every fact has a signature (`core/catalogue.py`): the concepts and distinctive words of its label and `about`, its unit, the names of its scope.
2. Every observation has a situation (`core/situation.py`): what stands around it, and how near.
3. Facts of the same kind compete for the observation by property, scope, role and plausibility (`core/fit.py`); "none of these" wins below THRESHOLD.
4. The same page's aligned sentence that held the fact before is near-certain, whatever its words.
Reasons are kept in words. A right number about a wrong thing is worse than none (design.md, rule 5), so doubt means unlinked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz

from monitor.core.anchors import HEAD_END, anchor_of
from monitor.core.catalogue import Catalogue, KnownSums, Signature, size_of
from monitor.core.fit import (
    Factor,
    coincide,
    foreign_to,
    is_just_past,
    money_about,
    numbered_alike,
    plausible,
    property_said,
    role_said,
    scope_said,
    subject_of,
    telling,
    times_apart,
    worded,
)
from monitor.core.kinds import AGREE
from monitor.core.kinds.site import same_site
from monitor.core.lang import Lexicon
from monitor.core.model import (
    NOT_NOW,
    Claim,
    Count,
    Countries,
    Country,
    DateSpan,
    Fact,
    KnownName,
    Linked,
    Money,
    Observation,
    Page,
    Passage,
    Place,
    Region,
    Role,
    Site,
    Status,
    Unlinked,
    Value,
)
from monitor.core.situation import (
    AROUND,
    BEFORE,
    EVENTS,
    ROW,
    SENTENCE,
    SORTS,
    TITLE,
    Situation,
    Surroundings,
    clause_of,
    row_of,
    stem,
    stems,
)
from monitor.core.text import names as known_names
from monitor.core.text.cues import vocabulary
from monitor.core.text.words import plain, properties, tokens

# What is done to a place that becomes a site of the programme.
_ADDING = frozenset({"select", "hosting", "announce", "open", "start_works", "approve", "build", "install", "decide", "implement"})

_CHOOSING = frozenset({"select", "hosting"})

# What happens to a site, contract or law suit that a reviewer wants to know even where no fact of it is kept.
_DECISIVE = frozenset({"cancelled", "withdrawn", "terminated", "dismissed", "suspended", "rejected"})
# What may become of money that was granted, contracted or lent.
_FATES = frozenset({"terminated", "cancelled", "withdrawn", "suspended", "resumed", "rejected"})
_STOPPED = frozenset({"suspended", "delayed", "cancelled", "terminated", "withdrawn"})
# How a contract or a grant comes about: news where one of these is named beside it.
_CONCLUDING = frozenset({"awarded", "signed", "approved"})
HEAD_CHARACTERS = 600

# A fact must explain at least this much of an observation to have it. Found on the developed-on replays: below 0.45 parts are taken for totals,
# above 0.6 figures whose property stands only in a heading are lost.
THRESHOLD = 0.5
# Masked sentences more alike than this (0-100) are one sentence edited in place.
SAME_SENTENCE = 88


# What is counted only in passing: a new number of these is a detail, not a fact of the programme.
_DETAILS = frozenset({"jobs", "homes", "students", "beds", "length", "power", "compute", "duration"})


# The announcement's facts come before flagged new ones that fit as well.
PROVISIONAL = 0.9


NO_DATE_THRESHOLD = 0.3  # "no new date has been set" seldom names its event in the same sentence
ELSEWHERE = 0.6  # a sentence about a town that is not ours, where it names nothing of the programme
RESTATED_WITHIN = Decimal("1.2")  # a sum restated in a foreign currency is hardly further off the rate of the years
KNOWN_BONUS = 0.25  # by which the fact whose known value it is goes before one that words fit better
ABOVE_ALL = Decimal("1.5")
MANY = 10  # projects that share the pot of a call
POT_REACH = 40  # letters between the pot and their number
LIKELY = 0.5  # the least plausibility of what stands beside a known value
HEAD_OF_ITEM = 24  # letters behind the length of a place's name within which an item of its list names its site
LIST_WORDS = 6  # a longer stretch between commas is no item of a list


class Target(NamedTuple):
    """A fact that an observation may be about, how well it fits, and why."""

    signature: Signature
    score: float
    reasons: tuple[str, ...]


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


def _is_same_sum(one: Value, other: Money) -> bool:
    return isinstance(one, Money) and one.currency == other.currency and coincide(one, other)


def _told_on_this_page(one: Linked, linked: Sequence[Linked]) -> str | None:
    """The fact that another statement of the page gives the same sum: a lead tells it without the words that the text has."""
    value = one.observation.value
    if one.fact is not None or not isinstance(value, Money) or telling(value) < 0.68:
        return None
    same = (
        o.fact for o in linked if o.fact is not None and isinstance(o.observation.value, Money) and coincide(o.observation.value, value)
    )
    return next(same, None)


# Names as European languages but German write them: capitalised words in a row.
_PROPER = re.compile(r"\b[A-ZÀ-Ý][\w’'-]{2,30}(?:(?:[ –-]| de | of | di | da )[A-ZÀ-Ý][\w’'-]{1,30}){0,4}")


class _Linker:
    """The linking of one page."""

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

    def situation(self, observation: Observation) -> Situation:
        others = [s for s in self.spans[observation.kind, observation.sentence_start] if s != (observation.start, observation.end)]
        situation = self.surroundings.of(observation, clause_of(self.page, observation, others))
        situation.is_elsewhere = self._names_strange_place(observation, situation)
        return situation

    def _names_strange_place(self, observation: Observation, situation: Situation) -> bool:
        own = any(n.nearness >= SENTENCE and name.kind in ("site", "place", "host") for name, n in situation.names.items())
        here = [o.value for o in self.others if o.sentence_start == observation.sentence_start]
        return not own and any(isinstance(v, Place) and v.place_type != "country" for v in here)

    # ------------------------------------------------------------------------------------------------ money, dates, counts

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
        best = max(
            self._targets(observation, situation),
            key=lambda t: t.score + (KNOWN_BONUS if self._is_its_value(t, observation) else 0),
            default=None,
        )
        is_no_date = isinstance(observation.value, DateSpan) and observation.value.is_no_date
        if best and best.score >= (NO_DATE_THRESHOLD if is_no_date else THRESHOLD):
            self.told[observation.sentence_start] = best.signature.fact
            return Linked(observation, best.signature.fact.key, best.score, best.reasons, best.signature.fact.label)
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

    def _comparison(self, observation: Observation) -> str | None:
        """ "By comparison", "elsewhere", "a survey of": the sentence is about something else on purpose."""
        cues = self._cues_near(observation)
        if observation.kind == "count" and "sample" in cues:
            return "counts those who were asked"
        return "is a comparison with something else" if "elsewhere" in cues else None

    def _column_of_others(self, observation: Observation) -> str | None:
        """Where one column of a table is headed by the programme's name, a column headed by another name is about something else."""
        passage = self.page.passages[observation.passage]
        if passage.group is None or not passage.column_header or self._is_ours(passage.column_header):
            return None
        headers = {p.column_header for p in self.page.passages if p.group == passage.group and p.column_header}
        is_name = passage.column_header[:1].isupper() and not properties(self.lexicon).concepts(passage.column_header)
        ours = next((h for h in headers if is_name and self._is_ours(h)), None)
        return f"stands in the column of {passage.column_header}, not of {ours}" if ours else None

    def _is_ours(self, header: str) -> bool:
        said = stems(header)
        return any(alias <= said for alias in self.catalogue.aliases) or any(
            n.kind in ("programme", "site", "organisation") for n in self.surroundings.layer(header).names
        )

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
        if situation.is_elsewhere and not agrees and observation.pair is None:
            score *= ELSEWHERE
        return Target(signature, round(min(score, 1.0), 3), tuple(f.reason for f in factors if f.reason))

    def _is_said_anew(self, observation: Observation) -> bool:
        """Does the value stand under a label, in a table or a fact box, or does its sentence speak of a change or of the present?"""
        passage = self.page.passages[observation.passage]
        return bool(passage.label or passage.row_header or self._cues_near(observation) & {"move", "now", "old_before", "old_after"})

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

    # --------------------------------------------------------------------------------------------------------- new facts

    def _new(self, observation: Observation, situation: Situation) -> Linked | None:
        """A statement about the programme that no known fact covers, if it has earned its place; None otherwise."""
        if (
            not self.on_topic
            or observation.region is not Region.MAIN
            or not observation.holds_now
            or observation.role in {Role.DELTA, Role.RESTATED, Role.SCENARIO}
        ):
            return None
        subject = subject_of(situation)
        about = self._about(observation, situation)
        passage = self.page.passages[observation.passage]
        is_prose = passage.form == "paragraph" and ":" not in self.page.text[observation.sentence_start : observation.start]
        if isinstance(observation.value, Money) and telling(observation.value) >= 0.68 and next(self._facts_saying(observation), None):
            return None  # another look at a known amount, in words that do not name its fact
        if isinstance(observation.value, Money) and self._is_known_in_another_currency(observation.value):
            return None
        if isinstance(observation.value, Money) and (self._is_above_all(observation.value) or self._is_pot_of_many(observation)):
            return None  # a part cannot be more than the whole; a call's pot is shared with others
        if about in SORTS and situation.concepts[about].nearness < SENTENCE and not self._is_ours_near(situation):
            return None  # neither what the money is nor whose is said by it
        if about is None or (not (self.official and is_prose) and self._is_of_strangers(observation, situation)):
            return None
        if passage.column_header and passage.row is not None and subject is None and not self._row_has_new_site(passage):
            return None  # one of many amounts in a table about other things
        if subject is None and not self._row_has_new_site(passage) and self._is_of_named_stranger(passage):
            return None
        label = self._label(observation, subject, about)
        reasons = (f"about {subject.text if subject else 'the programme'}, {about}", "no known fact covers it")
        score = 0.6 if situation.names else 0.5
        return Linked(observation, None, score, reasons, label, f"{observation.kind}|{subject.text if subject else ''}|{about}")

    def _is_known_in_another_currency(self, value: Money) -> bool:
        """A paper abroad tells a known amount in its readers' money only, in which the programme keeps none of its own."""
        if value.currency in self._sums.largest:
            return False
        return any((times := times_apart(v, value)) is not None and times <= RESTATED_WITHIN for v in self._sums.announced)

    def _is_pot_of_many(self, observation: Observation) -> bool:
        """ "EUR 6.2bn for 107 projects": what a call hands out to many, ours among them."""
        behind = (c for c in self.counts if c.sentence_start == observation.sentence_start and 0 <= c.start - observation.end <= POT_REACH)
        return any(isinstance(c.value, Count) and c.value.count >= MANY and self._counts_projects(c.value) for c in behind)

    def _counts_projects(self, count: Count) -> bool:
        return "projects" in properties(self.lexicon).concepts(count.unit or "")

    def _is_above_all(self, value: Money) -> bool:
        """Is it well more than every amount known in its currency?"""
        amount, largest = size_of(value), self._sums.largest.get(value.currency)
        return amount is not None and largest is not None and len(self._sums.announced) > 1 and amount > ABOVE_ALL * largest

    def _is_ours_near(self, situation: Situation) -> bool:
        return self.official or any(n.nearness >= BEFORE and name.kind != "other" for name, n in situation.names.items())

    def _row_has_new_site(self, passage: Passage) -> bool:
        return any(p.start in self.new_sites for p in self.page.passages if p.group == passage.group and p.row == passage.row)

    def _is_of_named_stranger(self, passage: Passage) -> bool:
        """Does the label or row head of a value name something in capitals that is not ours: "Marinus Link", "Rewiring the Nation"?"""
        head = passage.label or passage.row_header or ""
        words = [w for w in head.split() if len(w) > 3]
        is_name = self.lexicon.code != "de" and len(words) >= 2 and all(w[:1].isupper() for w in words) and not head.isupper()
        return is_name and not properties(self.lexicon).concepts(head) and not self._is_ours(head)

    def _is_of_strangers(self, observation: Observation, situation: Situation) -> bool:
        """Does the stretch before the value name others - places, projects - and nothing of this programme? Organisations may be its funders."""
        if observation.sentence_start in self.new_sites:
            return False
        if any(
            n.nearness >= SENTENCE and name.kind in ("programme", "site", "host", "place", "organisation")
            for name, n in situation.names.items()
        ):
            return False
        text = self.page.text[observation.sentence_start : observation.start]
        if self.catalogue.programme & stems(text):
            return False
        organisations = [o for o in self.others if o.kind == "organisation" and o.sentence_start == observation.sentence_start]
        for name in _PROPER.finditer(text.rsplit(", ", 1)[-1] if self.lexicon.code != "de" else ""):
            at = observation.start - len(text.rsplit(", ", 1)[-1]) + name.start()
            if not any(o.start <= at < o.end for o in organisations) and (
                at > observation.sentence_start or len(name[0].split()) > 1 or "–" in name[0] or "-" in name[0]
            ):
                return True
        return False

    def _about(self, observation: Observation, situation: Situation) -> str | None:
        """The property that makes a new fact worth knowing, in one word; None when there is none."""
        value = observation.value
        near = {c: n.nearness for c, n in situation.concepts.items()}
        if isinstance(value, Money):
            return money_about(value, observation, near)
        if isinstance(value, DateSpan):
            return self._date_about(value, observation, situation, near)
        return self._count_about(observation)

    def _date_about(self, value: DateSpan, observation: Observation, situation: Situation, near: Mapping[str, float]) -> str | None:
        events = [
            c for c, n in near.items() if c in EVENTS and n >= 0.9 and c not in ("announce", "review", "apply", "sign", "approve", "decide")
        ]
        named = any(n.nearness >= 0.8 and name.kind in ("site", "organisation", "programme") for name, n in situation.names.items())
        is_ahead = value.end is None or self.today is None or value.end >= self.today
        if not events or not is_ahead or value.yearless or value.relative or Role.DEADLINE in observation.roles:
            return None
        if not (named or self.page.passages[observation.passage].label or self.page.passages[observation.passage].row_header):
            return None
        return sorted(events)[0]

    def _count_about(self, observation: Observation) -> str | None:
        """A number that an official page lists under its own label ("Antennas: 13") is a fact of the programme; one in prose is a detail."""
        passage = self.page.passages[observation.passage]
        value = observation.value
        label = passage.label or passage.row_header
        is_listed = (
            label is not None and passage.form in ("cell", "definition", "item") and passage.column_header is None
        ) or ":" in observation.quote
        is_all = (
            observation.start - passage.start <= 2 and observation.role is Role.CURRENT
        )  # "eight, of which four are ready" says more than one number
        is_detail = bool(properties(self.lexicon).concepts(value.unit or "") & _DETAILS) if isinstance(value, Count) else True
        if (
            not self.official
            or not (is_listed and is_all)
            or is_detail
            or not isinstance(value, Count)
            or value.measure
            or value.count < 2
            or not value.unit
        ):
            return None
        return "number of " + value.unit

    def _label(self, observation: Observation, subject: KnownName | None, about: str) -> str:
        """What a new fact is called: the header it stands under, else its subject and sort, else the sentence that says it."""
        passage = self.page.passages[observation.passage]
        words = passage.label or passage.row_header or passage.column_header
        if words:
            return f"{subject.text}: {words}" if subject and subject.text not in words else words
        if subject:
            return f"{subject.text}: {about.replace('_', ' ')}"
        words = " ".join(self.page.text[observation.sentence_start : observation.sentence_end].split()).rstrip(".:;")
        return words if len(words) <= 90 else words[:87].rsplit(" ", 1)[0] + " ..."

    # ------------------------------------------------------------------------------------------------------------ sites

    def _site(self, observation: Observation) -> Linked | Unlinked:
        assert isinstance(observation.value, Site)
        unsure = None
        for signature in self.catalogue.by_kind.get("site", ()):
            fact = signature.fact
            assert isinstance(fact.value, Site)
            match = same_site(fact.value, observation.value, {fact.value.name or fact.label: fact.aliases})
            if match.verdict == "same":
                return Linked(observation, fact.key, 0.9, (match.reason,), fact.label, cues=self._dropped(observation))
            if match.verdict == "unsure" and not self._is_told_apart(fact.value, observation.value):
                unsure = unsure or (fact, match.reason)
        if unsure:
            return Unlinked(observation, f"may be {unsure[0].label}: {unsure[1]}")
        return self._new_site(observation)

    def _is_one_more_of_list(self, observation: Observation, place: Place) -> bool:
        """Does a place head an item or row of a list in which known sites head others, as "Noyon" below "Ribécourt" and "Pimprez"?"""
        passages = self.page.passages
        here = passages[observation.passage]
        if here.group is None or place.place_type == "country" or observation.start != here.start or self.catalogue.lists_some_sites:
            return False
        items = [range_ for k, p in enumerate(passages) if p.group == here.group and (range_ := self._item(k))[0] == p.start]
        sites = {start: self._sites_in(start, end) for start, end in items}
        heads = {key for start, end in items for key in self._sites_in(start, min(end, start + len(place.name) + HEAD_OF_ITEM))}
        return not sites.get(here.start, {""}) and len(heads) >= 2

    def _item(self, index: int) -> tuple[int, int]:
        """Where the item or table row that a passage is part of begins and ends."""
        passage = self.page.passages[index]
        return row_of(self.page, index) if passage.row is not None else (passage.start, passage.end)

    def _sites_in(self, start: int, end: int) -> set[str]:
        return {n.key or "" for n in self.surroundings.span(start, end).names if n.kind in ("site", "other")}

    def _listed_site(self, observation: Observation, place: Place) -> Linked:
        named = replace(observation, kind="site", value=Site(place.name, None, place.name, place.country, place.lat, place.lon))
        self.new_sites.setdefault(observation.sentence_start, []).append(place.name)
        signature = f"site|{plain(place.name)}|{place.country or ''}"
        return Linked(named, None, 0.6, ("heads one more item of the list of known sites",), place.name, signature, ("listed",))

    def _dropped(self, observation: Observation) -> tuple[str, ...]:
        """ "withdrawn" when the sentence says that the site is given up, and does not deny, suppose or recall it."""
        cues = self._cues_near(observation)
        is_said = "dropped" in cues and not cues & {"scenario", "quoted"} and observation.region is Region.MAIN
        return ("withdrawn",) if is_said and self._is_near_cue(observation, "dropped") else ()

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

    def _is_told_apart(self, known: Site, met: Site) -> bool:
        """A site known by its country alone is not mistaken for every place of that country, where the programme has several sites there."""
        if known.place is not None or met.place is None:
            return False
        others = [s.fact.value for s in self.catalogue.by_kind["site"] if isinstance(s.fact.value, Site)]
        return sum(s.country == known.country for s in others) >= 2

    def _new_site(self, observation: Observation) -> Linked | Unlinked:
        value = observation.value
        assert isinstance(value, Site)
        situation = self.situation(observation)
        foreign = foreign_to(situation) or self._comparison(observation)
        if foreign:
            return Unlinked(observation, foreign)
        if not self.on_topic or observation.region is not Region.MAIN:
            return Unlinked(observation, "a site on a page that does not say it is about this programme")
        if observation.confidence < 0.6 or observation.role in NOT_NOW or not self.catalogue.by_kind.get("site"):
            return Unlinked(observation, "not said clearly enough to be a site of the programme")
        if value.name is None and value.place is None:
            return Unlinked(observation, "a country alone does not name a new site")
        if not self._is_added(observation, situation):
            return Unlinked(observation, "named as a place, not as one more site of the programme")
        name = value.name or value.place or ""
        if any(n.kind in ("scope", "programme") and n.text.casefold() == name.casefold() for n in self.catalogue.names):
            return Unlinked(observation, f"{name} is a part of the programme already")
        self.new_sites.setdefault(observation.sentence_start, []).append(name)
        return Linked(
            observation,
            None,
            observation.confidence,
            ("matches no known site by name, place or host",),
            name,
            f"site|{plain(name)}|{value.country or ''}",
        )

    def _is_added(self, observation: Observation, situation: Situation) -> bool:
        """Is the site said to be chosen, new or one more - in its sentence, a heading or the title - or listed among known ones?"""
        assert isinstance(observation.value, Site)
        passage = self.page.passages[observation.passage]
        heads = " ".join((*passage.headings, passage.label or "", self.page.title)) if observation.value.name else ""
        text = self.page.text[observation.sentence_start : observation.sentence_end]
        cues = vocabulary(self.lexicon).concepts(f"{text} {heads}")
        is_named = observation.value.name is not None
        ways, least = (_ADDING, TITLE) if is_named else (_CHOOSING, SENTENCE)  # a bare place must be chosen in so many words
        chosen = {c for c, n in situation.concepts.items() if c in ways and n.nearness >= least}
        if len(self.catalogue.by_kind.get("site", ())) < 2:
            return "addition" in vocabulary(self.lexicon).concepts(text) and bool(chosen)
        if self.catalogue.lists_some_sites:
            return bool({"addition", "join"} & vocabulary(self.lexicon).concepts(text))
        return "addition" in cues or "join" in cues or bool(chosen) or self._is_listed_with_known(passage)

    def _is_listed_with_known(self, passage: Passage) -> bool:
        if passage.group is None:
            return False
        keys = {
            n.key
            for p in self.page.passages
            if p.group == passage.group
            for n in self.surroundings.span(p.start, p.end).names
            if n.kind == "site"
        }
        return len(keys) >= 2

    # ---------------------------------------------------------------------------------- participants, organisations, status

    def _country(self, observation: Observation) -> Linked | Unlinked:
        """A country that joins, leaves or is listed among the participants."""
        situation = self.situation(observation)
        assert isinstance(observation.value, Country)
        cues = self._cues_near(observation)
        single = [s for s in self.catalogue.by_kind.get("country", ()) if s.fact.value == observation.value]
        sets = self.catalogue.by_kind.get("countries", ())
        moving = "join" in cues or "leave" in cues
        alone = [
            s.fact
            for s in self.catalogue.by_kind.get("site", ())
            if isinstance(s.fact.value, Site) and s.fact.value.country == observation.value.country
        ]
        if self._dropped(observation) and len(alone) == 1 and alone[0].version:
            named = replace(observation, kind="site", value=Site(None, country=observation.value.country))
            return Linked(named, alone[0].key, 0.7, ("the one site in that country",), alone[0].label, cues=("withdrawn",))
        is_of_members = any(
            situation.concepts[c].nearness >= TITLE for c in ("states", "taking_part", "partners") if c in situation.concepts
        )
        listed = next((s for s in sets if is_of_members and self._is_listed_among(observation, s.fact)), None)
        if listed is not None and not foreign_to(situation):
            return Linked(observation, listed.fact.key, 0.8, ("listed with the known ones",), listed.fact.label, cues=("join",))
        for signature in single:
            return Linked(observation, signature.fact.key, 0.8, ("the participant itself",), signature.fact.label, cues=tuple(sorted(cues)))
        if not moving or foreign_to(situation) or not self.on_topic or observation.region is not Region.MAIN or observation.role in NOT_NOW:
            return Unlinked(observation, "a country named without joining or leaving")
        fitting = [s for s in sets if scope_said(s, situation, self.catalogue.narrower, self.catalogue.programme).factor >= 0.8]
        if fitting:
            return Linked(
                observation, fitting[0].fact.key, 0.8, ("joins or leaves, in the clause",), fitting[0].fact.label, cues=tuple(sorted(cues))
            )
        if not sets and self.catalogue.by_kind.get("country"):
            return Linked(observation, None, 0.6, ("joins, in the clause",), observation.raw, f"country|{observation.value.country}")
        return Unlinked(observation, "no list of participants to compare with")

    def _is_listed_among(self, observation: Observation, fact: Fact) -> bool:
        """Does the country stand in one list, or one sentence, with at least two known participants that make up a good part of it?"""
        if not isinstance(fact.value, Countries) or observation.region is not Region.MAIN or not self.on_topic:
            return False
        group = self.page.passages[observation.passage].group
        if group is not None and any(o.kind == "site" and self.page.passages[o.passage].group == group for o in self.others):
            return False  # a list of sites names their countries, not the participants
        here = {
            o.value.country
            for o in self.countries
            if (group is not None and self.page.passages[o.passage].group == group) or o.sentence_start == observation.sentence_start
            if isinstance(o.value, Country)
        }
        known = here & set(fact.value.countries)
        return len(known) >= 2 and len(known) * 5 >= len(here) * 2

    def _organisation(self, observation: Observation) -> Linked | Unlinked:
        cues = self._cues_near(observation)
        for signature in self.catalogue.by_kind.get("organisation", ()):
            fact = signature.fact
            named = (getattr(fact.value, "organisation", fact.label), fact.label, *fact.aliases)
            if any(known_names.same_name(n, observation.raw).verdict == "same" for n in named if n):
                return Linked(observation, fact.key, 0.85, ("the same organisation by name",), fact.label, cues=tuple(sorted(cues)))
        if (
            "join" in cues
            and self._is_near_cue(observation, "join")
            and self.catalogue.by_kind.get("organisation")
            and self.on_topic
            and observation.region is Region.MAIN
            and observation.role not in NOT_NOW
        ):
            return Linked(observation, None, 0.6, ("joins, in the clause",), observation.raw, f"organisation|{plain(observation.raw)}")
        return Unlinked(observation, "an organisation named without joining or leaving")

    def _status(self, observation: Observation) -> Linked | Unlinked:
        assert isinstance(observation.value, Status)
        situation = self.situation(observation)
        foreign = foreign_to(situation)
        if foreign:
            return Unlinked(observation, foreign)
        if self._is_column_head(self.page.passages[observation.passage]):
            return Unlinked(observation, "heads a column of a table")
        left = self._leaving(observation, observation.value)
        if left is not None:
            return left
        best = max(self._states(observation, observation.value, situation), key=lambda t: t.score, default=None)
        if best and best.score >= THRESHOLD:
            return Linked(observation, best.signature.fact.key, best.score, best.reasons, best.signature.fact.label)
        is_of_thing = bool(
            {"sites", "projects", "building", "machine", *self.catalogue.things}
            & {c for c, n in situation.concepts.items() if n.nearness >= AROUND}
        )
        kinds = (
            ("site", "place") if observation.value.status in _STOPPED and is_of_thing else ("site",)
        )  # a place is named for many reasons
        sites = [n for n, near in situation.names.items() if n.kind in kinds and near.nearness >= 0.95 and n.key]
        if len({n.key for n in sites}) == 1:
            return Linked(observation, sites[0].key, 0.75, (f"said of {sites[0].text}",), sites[0].text)
        deed = self.told.get(observation.sentence_start)
        is_deed = deed is not None and bool({"grant", "contract", "loan"} & set(self.catalogue.signatures[deed.key].concepts))
        if deed is not None and is_deed and deed.version and observation.value.status in _FATES:
            return Linked(observation, deed.key, 0.7, (f"said of {deed.label}, whose amount stands beside it",), deed.label)
        return self._new_status(observation, situation) or Unlinked(observation, "no fact with a status is named in the clause")

    def _is_column_head(self, passage: Passage) -> bool:
        text = self.page.text[passage.start : passage.end].strip()
        return passage.row is not None and any(p.group == passage.group and p.column_header == text for p in self.page.passages)

    def _states(self, observation: Observation, status: Status, situation: Situation) -> Iterator[Target]:
        """The facts that keep a state, each as far as this is said of it."""
        for signature in self.catalogue.by_kind.get("status", ()):
            if not signature.fact.version or observation.confidence < 0.5 or self._is_said_of_another(signature, status):
                continue
            prop = property_said(signature, observation, situation, False, self.lexicon)
            if prop is not None:
                scope = scope_said(signature, situation, self.catalogue.narrower, self.catalogue.programme)
                yield Target(signature, prop.factor * scope.factor * self._topic(situation).factor, (prop.reason,))

    def _leaving(self, observation: Observation, status: Status) -> Linked | None:
        """ "The withdrawal of Broadcom": a participant that is known and leaves."""
        keys = {n.key for n in self.surroundings.layer(status.of or "").names if n.kind == "organisation" and n.key}
        facts = [s.fact for s in self.catalogue.by_kind.get("organisation", ()) if s.fact.key in keys]
        if len(facts) != 1 or status.status != "withdrawn" or observation.role is not Role.CURRENT:
            return None
        named = replace(observation, kind="organisation", value=facts[0].value)
        return Linked(named, facts[0].key, 0.8, ("said to withdraw",), facts[0].label, cues=("leave",))

    def _is_said_of_another(self, signature: Signature, status: Status) -> bool:
        """Is the subject of a state the name of another fact: "the withdrawal of Broadcom" is no state of the plant in Vigo."""
        keys = {n.key for n in self.surroundings.layer(status.of or "").names if n.kind in ("site", "organisation") and n.key}
        return bool(keys) and signature.fact.key not in keys and not keys & signature.scope_keys

    def _new_status(self, observation: Observation, situation: Situation) -> Linked | None:
        """An end or a stop of something of the programme, said in the title or at the head of the page."""
        assert isinstance(observation.value, Status)
        is_head = observation.start - self.main_start <= HEAD_CHARACTERS
        is_of_deed = any(situation.concepts[c].nearness >= SENTENCE for c in ("contract", "grant") if c in situation.concepts)
        is_telling = observation.value.status in _DECISIVE or (is_of_deed and observation.value.status in _CONCLUDING)
        if not is_telling or not is_head or not self.on_topic or observation.region is not Region.MAIN:
            return None
        is_ours = any(n.nearness >= SENTENCE and name.kind in ("programme", "site") for name, n in situation.names.items())
        if (
            not is_ours
            and not is_of_deed
            and observation.value.status != "dismissed"
            and observation.start > self.main_start + len(self.page.title)
        ):
            return None
        own = stems(observation.value.of or "")
        if own and own <= self.catalogue.programme and observation.start > self.main_start + len(self.page.title):
            return None  # "most of HS2's eastern leg was dropped" is not the end of HS2; the end of a programme makes the title
        if observation.role not in (Role.CURRENT, Role.TOTAL) or observation.confidence < 0.5:
            return None
        label = observation.value.of or self.page.title
        return Linked(observation, None, 0.6, ("said at the head of the page",), label, f"status|{plain(label)}|{observation.value.status}")

    def now_cue(self, observation: Observation) -> tuple[str, ...]:
        """ "now" when the sentence says that this is how it stands at present."""
        return ("now",) if "now" in self._cues_near(observation) else ()

    def _cues_near(self, observation: Observation) -> frozenset[str]:
        """The cues of its sentence; each sentence is asked for several observations."""
        where = observation.sentence_start, observation.sentence_end
        if where not in self._cues:
            self._cues[where] = vocabulary(self.lexicon).concepts(self.page.text[slice(*where)])
        return self._cues[where]
