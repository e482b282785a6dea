"""Decide which fact an observation is a statement of - or that it is something else.

1. Every fact has a signature: the concepts and distinctive words of its label and `about`, its unit, the names of its scope.
2. Every observation has a situation (`core/situation.py`): what stands around it, and how near.
3. Facts of the same kind compete for the observation by property, scope, role and plausibility; "none of these" wins below THRESHOLD.
4. The same page's aligned sentence that held the fact before is near-certain, whatever its words.
Reasons are kept in words. A right number about a wrong thing is worse than none (design.md, rule 5), so doubt means unlinked.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from rapidfuzz import fuzz

from monitor.core.kinds import Kind, exchange
from monitor.core.kinds.site import same_site
from monitor.core.lang import Lexicon, load
from monitor.core.model import (
    Baseline,
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
    THINGS,
    TITLE,
    Situation,
    Surroundings,
    clause_of,
    numbered,
    row_of,
    stem,
    stems,
)
from monitor.core.text import names as known_names
from monitor.core.text.cues import vocabulary
from monitor.core.text.words import Vocabulary, plain, properties, tokens

# What is done to a place that becomes a site of the programme.
_ADDING = frozenset({"select", "hosting", "announce", "open", "start_works", "approve", "build", "install", "decide", "implement"})

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

# Verdicts of a kind's `compare` under which two values say the same.
AGREE = frozenset({"same", "coarser", "refined"})

# Not a statement of what holds now: a part, an increase or a denied value is never the fact itself.
_PARTIAL = {Role.PART, Role.TRANCHE, Role.DELTA, Role.SUM}
# Roles that say a value does not hold now. A denied date is a claim all the same: that the date no longer holds.
NOT_NOW = frozenset({Role.PAST, Role.DENIED, Role.QUOTED})

# Events that are told in the same words about the same thing: a statement about one may stand for the other, with less weight.
_KIN: Mapping[str, frozenset[str]] = {
    "open": frozenset({"operate"}),
    "operate": frozenset({"open", "full", "implement", "first_plasma", "launch"}),
    "first_plasma": frozenset({"operate", "implement", "first_light"}),
    "first_light": frozenset({"operate", "first_plasma"}),
    "launch": frozenset({"operate"}),
    "full": frozenset({"operate"}),
    "complete": frozenset({"build", "deliver"}),
    "build": frozenset({"complete", "start_works"}),
    "start_works": frozenset({"build", "implement"}),
    "implement": frozenset({"start_works", "operate"}),
    "deliver": frozenset({"install", "complete"}),
    "install": frozenset({"deliver"}),
    "announce": frozenset({"select", "decide"}),
    "select": frozenset({"announce", "decide"}),
    "decide": frozenset({"select", "announce", "approve"}),
    "approve": frozenset({"decide", "force"}),
}
# Sorts of money that are often told in each other's words.
_MONEY_KIN: Mapping[str, frozenset[str]] = {
    "cost": frozenset({"budget", "investment"}),
    "budget": frozenset({"cost", "funding", "investment"}),
    "investment": frozenset({"cost", "budget", "funding"}),
    "funding": frozenset({"budget", "grant", "investment"}),
    "grant": frozenset({"funding"}),
}
# What is counted only in passing: a new number of these is a detail, not a fact of the programme.
_DETAILS = frozenset({"jobs", "homes", "students", "beds", "length", "power", "compute", "duration"})
_MONEY_KINDS = frozenset(["fine", "operation_cost", "loan", "private", "shareholding", "contingency"])


@dataclass(frozen=True)
class Signature:
    """What tells one fact from the others: weighed concepts and stems, the stems of its unit, and what its scope requires."""

    fact: Fact
    concepts: Mapping[str, float]
    stems: Mapping[str, float]
    unit: frozenset[str]
    unit_concepts: frozenset[str]
    scope: Mapping[str, float]
    scope_keys: frozenset[str]
    is_only_of_scope: bool  # no other fact of its kind has this scope


# Words that say how much, not of what; they stand in labels and `about` of many baselines.
VALUE_WORDS = stems(
    "eur euro euros usd gbp dollar dollars pound pounds zloty million millions billion billions thousand trillion mio mrd mln mld bn amount total"
)


# The announcement's facts come before flagged new ones that fit as well.
PROVISIONAL = 0.9

# How much of what sets a scope apart must be met: a quarter lets "Soure-Carregado" stand for "second phase, Soure-Carregado".
SCOPE_SHARE = 0.25

NO_DATE_THRESHOLD = 0.3  # "no new date has been set" seldom names its event in the same sentence
LIST_WORDS = 6  # a longer stretch between commas is no item of a list

# Facts looked at closely for one observation. With more facts of a kind than this, those that share nothing with the situation are passed over.
MOST_CANDIDATES = 24


def _size(value: Value) -> tuple[str, ...]:
    """The value as a feature, so that its fact is found by it: two significant digits and the magnitude."""
    amount = value.amount if isinstance(value, Money) else value.count if isinstance(value, Count) else None
    return (f"{amount:.1E}",) if amount else ()


class Target(NamedTuple):
    """A fact that an observation may be about, how well it fits, and why."""

    signature: Signature
    score: float
    reasons: tuple[str, ...]


class Catalogue:
    """The facts of a programme, ready to be linked to: signatures, known names, what is distinctive. Built once per baseline state."""

    def __init__(self, baseline: Baseline, provisional: Sequence[Fact], kinds: Mapping[str, Kind]) -> None:
        self.baseline = baseline
        self.kinds = kinds
        self.facts = {f.key: f for f in (*baseline.facts, *provisional) if not f.removed}
        self.programme = stems(" ".join((baseline.title, *baseline.aliases)))
        self.names = _names(baseline, self.facts.values(), self.programme)
        self.aliases = [a for a in (frozenset(stem(t.word) for t in tokens(n)) for n in (baseline.title, *baseline.aliases)) if a]
        self._finder = known_names.finder(self.names)
        self.narrower = _narrower(self.names, self.facts.values(), self.programme)
        vocabularies = [properties(load(code)) for code in dict.fromkeys(("en", *baseline.languages))]
        described = {
            key: frozenset(c for v in vocabularies for text in (f.label, *f.about) for c in v.concepts(text)) - THINGS
            for key, f in self.facts.items()
        }
        words = {
            key: stems(" ".join((f.label, *f.about))) | _numbered_words(baseline, (f.label, *f.about, f.scope or ""))
            for key, f in self.facts.items()
        }
        self._scopes = Counter(w for f in self.facts.values() for w in stems(f.scope or ""))
        self._alike = Counter((f.scope, f.kind) for f in self.facts.values())
        self._frequency = Counter((self.facts[key].kind, c) for key, cs in described.items() for c in cs)
        self._frequency.update((self.facts[key].kind, w) for key, ws in words.items() for w in ws)
        self.signatures = {key: self._signature(f, described[key], words[key], vocabularies) for key, f in self.facts.items()}
        self.by_kind: dict[str, list[Signature]] = {}
        for signature in self.signatures.values():
            self.by_kind.setdefault(signature.fact.kind, []).append(signature)
        named = " ".join((baseline.title, *baseline.aliases, *(f.label for f in baseline.facts)))
        self.things = frozenset(c for v in vocabularies for c in v.concepts(named)) & THINGS
        self.landmarks = frozenset(w for n in self.names if n.kind in ("place", "host", "scope") for w in stems(n.text)) - self.programme
        self._index: dict[tuple[str, str], list[Signature]] = {}
        for signature in self.signatures.values():
            for feature in {*signature.concepts, *signature.stems, *signature.unit, *signature.scope, *_size(signature.fact.value)}:
                self._index.setdefault((signature.fact.kind, feature), []).append(signature)

    def candidates(self, observation: Observation, situation: Situation) -> Sequence[Signature]:
        """The facts worth a closer look: all of the kind when they are few, else those that share most with the situation or have the value."""
        all_ = self.by_kind.get(observation.kind, ())
        if len(all_) <= MOST_CANDIDATES:
            return all_
        shared: dict[str, float] = {}
        near = {**{s: n.nearness for s, n in situation.stems.items()}, **{c: n.nearness for c, n in situation.concepts.items()}}
        near.update(dict.fromkeys(_size(observation.value), 1.0))
        for feature, nearness in near.items():
            found = self._index.get((observation.kind, feature), ())
            weight = nearness / (1 + len(found)) ** 0.5
            for signature in found:
                shared[signature.fact.key] = shared.get(signature.fact.key, 0.0) + weight
        best = heapq.nlargest(MOST_CANDIDATES, shared.items(), key=lambda item: item[1])
        return [self.signatures[key] for key, _ in best]

    def _signature(self, fact: Fact, concepts: frozenset[str], words: frozenset[str], vocabularies: Sequence[Vocabulary]) -> Signature:
        unit = stems(fact.value.unit or "") if isinstance(fact.value, Count) else frozenset()
        unit_text = " ".join((fact.value.unit or fact.label, *fact.about)) if isinstance(fact.value, Count) else ""
        unit_concepts = frozenset(c for v in vocabularies for c in v.concepts(unit_text))
        scope_keys = frozenset(
            name.key
            for span in known_names.names_in(fact.scope or "", self._finder)
            for name in span.names
            if name.key and name.kind in ("site", "organisation", "host", "place")
        )
        return Signature(
            fact,
            {c: self._weight(fact.kind, c) for c in concepts},
            {
                w: self._weight(fact.kind, w)
                for w in words - VALUE_WORDS
                if not w.isdigit() and (w not in self.programme or fact.kind == "count")
            },
            unit,
            unit_concepts,
            {w: 1.0 / max(1, self._scopes[w]) for w in self._scope_words(fact)}
            | dict.fromkeys(_numbered_words(self.baseline, (fact.scope or "",)), 1.0),
            scope_keys,
            bool(fact.scope) and self._alike[fact.scope, fact.kind] == 1,
        )

    def _scope_words(self, fact: Fact) -> frozenset[str]:
        """What a scope is recognised by: neither the programme's own name nor words for a property ("electricity price" is known by electricity)."""
        words = [
            t for t in tokens(fact.scope or "") if not properties(load("en")).concepts(t.word) or t.word in ("phase", "section", "lot")
        ]
        return stems(" ".join(t.word for t in words)) - self.programme

    def _weight(self, kind: str, feature: str) -> float:
        """How well a feature tells this kind's facts apart: 1 for one fact's own, falling with how many share it."""
        return 1.0 / self._frequency[kind, feature] ** 0.5 if self._frequency[kind, feature] else 1.0


def _names(baseline: Baseline, facts: Iterable[Fact], programme: frozenset[str]) -> tuple[KnownName, ...]:
    """Every name the programme knows: its own, its sisters', its sites' with host and place, its organisations'. `programme`: the stems of its own names."""
    found = [KnownName(n, "programme") for n in (baseline.title, *baseline.aliases)]
    found += [KnownName(n, "other") for n in baseline.not_about]
    for fact in facts:
        if isinstance(fact.value, Site):
            site = fact.value
            found += [KnownName(n, "site", fact.key) for n in (site.name, fact.label, *fact.aliases) if n]
            found += [KnownName(t, "site", fact.key) for t in _short_names(site.name, programme)]
            found += [KnownName(site.host, "host", fact.key)] if site.host else []
            found += [KnownName(site.place, "place", fact.key)] if site.place and site.place != site.name else []
        elif fact.kind in ("organisation", "status"):
            found += [
                KnownName(n, "organisation", fact.key)
                for n in (getattr(fact.value, "organisation", None) or fact.label, *fact.aliases)
                if n
            ]
        elif fact.scope:
            found.append(KnownName(fact.scope, "scope", fact.key))
    unique = {(n.text.casefold(), n.kind, n.key): n for n in found if len(n.text) > 1}
    return tuple(unique.values())


def _numbered_words(baseline: Baseline, texts: Iterable[str]) -> frozenset[str]:
    """The numbered things a fact speaks of ("phase_2"), read in every language of the programme."""
    return frozenset(n for code in dict.fromkeys(("en", *baseline.languages)) for text in texts for n in numbered(text, load(code)))


def _short_names(name: str | None, programme: frozenset[str]) -> list[str]:
    """The words of a site's name that stand for it alone: acronyms and made-up words ("LUMI" of "LUMI AI Factory"), not plain ones ("East")."""
    words = re.findall(r"[\w+]{3,}", name or "")
    return [w for w in words if len(words) > 1 and sum(c.isupper() or c.isdigit() for c in w) >= 2 and stem(w.casefold()) not in programme]


def _narrower(names: Sequence[KnownName], facts: Iterable[Fact], programme: frozenset[str]) -> frozenset[KnownName]:
    """The names of the programme's parts: of its sites, their hosts and places. A programme at one site, or named after its place, has none."""
    if sum(f.kind == "site" for f in facts) < 2:
        return frozenset()
    return frozenset(n for n in names if n.kind in ("site", "host", "place") and not (stems(n.text) and stems(n.text) <= programme))


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
) -> Links:
    """Tie each observation of a page to the fact it is a statement of, to a new fact (`fact` None), or to nothing, with reasons in words.

    `known` holds per fact the values known so far (current and flagged ones). `previous` are the live claims of the same page: their sentences met again are
    near-certain. `official` is the source's standing with the programme.
    """
    linker = _Linker(page, observations, catalogue, lexicon, known, previous, official)
    linked: list[Linked] = []
    unlinked: list[Unlinked] = []
    # What is said of a new site is known by it, and a state by the grant or contract it is said of.
    for observation in sorted(observations, key=lambda o: (o.kind != "site", o.kind == "status")):
        result = linker.place(observation)
        if isinstance(result, Linked):
            linked.append(replace(result, cues=result.cues or linker.now_cue(observation)))
        else:
            unlinked.append(result)
    return Links(tuple(linked), tuple(unlinked))


def anchor_of(page: Page, observation: Observation) -> str:
    """What a statement looks like apart from its value: headers and sentence, the value as a mark and all other digits masked.

    The same anchor on the next capture of a page is the same statement, edited in place.
    """
    passage = page.passages[observation.passage]
    head = " | ".join(h for h in (passage.row_header, passage.column_header, passage.label) if h)
    before = page.text[observation.sentence_start : observation.start]
    after = page.text[observation.end : observation.sentence_end]
    return f"{plain(head)[:160]}{_HEAD_END}{_DIGITS.sub('#', plain(before))[-160:]}\N{CURRENCY SIGN}{_DIGITS.sub('#', plain(after))[:160]}"


def quote_span(page: Page, observation: Observation) -> tuple[int, int]:
    """What to quote for an observation: its sentence; for a cell its row, for a definition its term too. At most QUOTE_CHARACTERS around the value."""
    passage = page.passages[observation.passage]
    start, end = observation.sentence_start, observation.sentence_end
    first = observation.passage
    if passage.group is not None and passage.row is not None:
        start, end = row_of(page, first)
    elif passage.form == "definition" and first > 0 and page.passages[first - 1].form == "term":
        start = page.passages[first - 1].start
    if end - start > QUOTE_CHARACTERS:
        start = max(start, observation.start - QUOTE_CHARACTERS // 2)
        end = min(end, start + QUOTE_CHARACTERS)
    return min(start, observation.start), max(end, observation.end)


QUOTE_CHARACTERS = 600


_DIGITS = re.compile(r"\d[\d.,]*")
_HEAD_END = " : "  # what stands before it in an anchor - row, column, label - must be the very same ("Unit 1" is not "Unit 2")


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
    ) -> None:
        self.page = page
        self.catalogue = catalogue
        self.lexicon = lexicon
        self.known = known
        self.official = official
        self.surroundings = Surroundings(page, lexicon, catalogue.names)
        self.previous = [c for c in previous if c.fact in catalogue.facts and len(c.anchor) >= 16]
        self._cues: dict[tuple[int, int], frozenset[str]] = {}
        self.told: dict[int, Fact] = {}  # the fact of an amount, by sentence
        self.new_sites: dict[int, list[str]] = {}
        self.countries = [o for o in observations if o.kind == "country" and o.role not in NOT_NOW]
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
        foreign = _foreign(situation) or self._aside(observation, situation) or self._comparison(observation)
        if foreign:
            return Unlinked(observation, foreign)
        best = max(self._targets(observation, situation), key=lambda t: t.score, default=None)
        is_no_date = isinstance(observation.value, DateSpan) and observation.value.start is None and observation.value.end is None
        if best and best.score >= (NO_DATE_THRESHOLD if is_no_date else THRESHOLD):
            self.told[observation.sentence_start] = best.signature.fact
            return Linked(observation, best.signature.fact.key, best.score, best.reasons, best.signature.fact.label)
        nearest = f"; nearest is {best.signature.fact.key} with {best.score:.2f}" if best else ""
        return self._new(observation, situation) or Unlinked(observation, f"no fact fits{nearest}")

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
        if partner is None or (isinstance(partner.value, Money) and _telling(partner.value) < 0.68):
            return None
        facts = list(self._facts_saying(partner))
        if len(facts) != 1:
            return None
        return Linked(observation, facts[0].key, 0.95, ("the old value beside it is the known one",), facts[0].label)

    def _comparison(self, observation: Observation) -> str | None:
        """ "By comparison", "elsewhere": the sentence is about something else on purpose."""
        return "is a comparison with something else" if "elsewhere" in self._cues_near(observation) else None

    def _same_statement(self, observation: Observation) -> Claim | None:
        """The claim of this page whose statement, value apart, is the observation's."""
        if observation.role in NOT_NOW and observation.pair is None:
            return None
        anchor = anchor_of(self.page, observation)
        head, _, body = anchor.partition(_HEAD_END)
        same_head = [c for c in self.previous if c.kind == observation.kind and c.anchor.partition(_HEAD_END)[0] == head]
        candidates = [(fuzz.ratio(body, c.anchor.partition(_HEAD_END)[2]), c) for c in same_head]
        best = max(candidates, key=lambda pair: pair[0], default=None)
        return best[1] if best and best[0] >= SAME_SENTENCE else None

    def _targets(self, observation: Observation, situation: Situation) -> Iterable[Target]:
        signatures = self.catalogue.candidates(observation, situation)
        near = {s.fact.key: max(_worded(s, situation), default=0.0) for s in signatures}
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
        prop = _property(signature, observation, situation, agrees, self.lexicon, row_header)
        if prop is None or prop.factor < 0.2:
            return None
        scope = _scope(signature, situation, self.catalogue.narrower, self.catalogue.programme)
        if agrees and scope.factor < 0.85 and (_telling(observation.value) >= 0.8 or not signature.fact.version):
            scope = Factor(0.85, scope.reason)  # an amount as exact as this is hardly another's
        factors = [
            prop,
            _numbered(signature, situation),
            scope,
            _role(signature, observation, agrees),
            _plausible(signature.fact.value, observation.value, agrees, _has_happened(signature.fact)),
            self._topic(situation),
        ]
        score = 1.0 if signature.fact.version else PROVISIONAL
        for factor in factors:
            score *= factor.factor
        if _is_just_past(observation.value, self.page.published_on):
            score *= 0.4
        return Target(signature, round(min(score, 1.0), 3), tuple(f.reason for f in factors if f.reason))

    def _agrees(self, fact: Fact, observation: Observation) -> bool:
        """Is it a value known of this fact - the current one, or one that was flagged?"""
        kind = self.catalogue.kinds[observation.kind]
        values = self.known.get(fact.key, (fact.value,))
        return any(_coincide(v, observation.value) and kind.compare(v, observation.value).verdict in AGREE for v in values)

    def _facts_saying(self, observation: Observation) -> Iterator[Fact]:
        """The facts of its kind of which the observation is a known value."""
        return (s.fact for s in self.catalogue.by_kind.get(observation.kind, ()) if self._agrees(s.fact, observation))

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
            or observation.role in NOT_NOW | {Role.DELTA, Role.RESTATED, Role.SCENARIO}
        ):
            return None
        subject = _subject(situation)
        about = self._about(observation, situation)
        passage = self.page.passages[observation.passage]
        is_prose = passage.form == "paragraph" and ":" not in self.page.text[observation.sentence_start : observation.start]
        if isinstance(observation.value, Money) and _telling(observation.value) >= 0.68 and next(self._facts_saying(observation), None):
            return None  # another look at a known amount, in words that do not name its fact
        if about is None or (not (self.official and is_prose) and self._is_of_strangers(observation, situation)):
            return None
        if passage.column_header and passage.row is not None and subject is None and not self._row_has_new_site(passage):
            return None  # one of many amounts in a table about other things
        label = self._label(observation, subject, about)
        reasons = (f"about {subject.text if subject else 'the programme'}, {about}", "no known fact covers it")
        score = 0.6 if situation.names else 0.5
        return Linked(observation, None, score, reasons, label, f"{observation.kind}|{subject.text if subject else ''}|{about}")

    def _row_has_new_site(self, passage: Passage) -> bool:
        return any(p.start in self.new_sites for p in self.page.passages if p.group == passage.group and p.row == passage.row)

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
            return _money_about(value, observation, near)
        if isinstance(value, DateSpan):
            return self._date_about(value, observation, situation, near)
        return self._count_about(observation)

    def _date_about(self, value: DateSpan, observation: Observation, situation: Situation, near: Mapping[str, float]) -> str | None:
        events = [
            c for c, n in near.items() if c in EVENTS and n >= 0.9 and c not in ("announce", "review", "apply", "sign", "approve", "decide")
        ]
        named = any(n.nearness >= 0.8 and name.kind in ("site", "organisation", "programme") for name, n in situation.names.items())
        published = self.page.published_on
        is_ahead = value.end is None or published is None or value.end >= published
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
        is_detail = bool(properties(self.lexicon).concepts(value.unit or "") & _DETAILS) if isinstance(value, Count) else True
        if (
            not self.official
            or not is_listed
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
        foreign = _foreign(situation)
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
        passage = self.page.passages[observation.passage]
        heads = " ".join((*passage.headings, passage.label or "", self.page.title))
        text = self.page.text[observation.sentence_start : observation.sentence_end]
        cues = vocabulary(self.lexicon).concepts(f"{text} {heads}")
        chosen = {c for c, n in situation.concepts.items() if c in _ADDING and n.nearness >= 0.4}
        if len(self.catalogue.by_kind.get("site", ())) < 2:
            return "addition" in vocabulary(self.lexicon).concepts(text) and bool(chosen)
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
        if listed is not None and not _foreign(situation):
            return Linked(observation, listed.fact.key, 0.8, ("listed with the known ones",), listed.fact.label, cues=("join",))
        for signature in single:
            return Linked(observation, signature.fact.key, 0.8, ("the participant itself",), signature.fact.label, cues=tuple(sorted(cues)))
        if not moving or _foreign(situation) or not self.on_topic or observation.region is not Region.MAIN or observation.role in NOT_NOW:
            return Unlinked(observation, "a country named without joining or leaving")
        fitting = [s for s in sets if _scope(s, situation, self.catalogue.narrower, self.catalogue.programme).factor >= 0.8]
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
        foreign = _foreign(situation)
        if foreign:
            return Unlinked(observation, foreign)
        for signature in self.catalogue.by_kind.get("status", ()):
            if not signature.fact.version or observation.confidence < 0.5:
                continue
            prop = _property(signature, observation, situation, False, self.lexicon)
            score = (
                (prop.factor if prop else 0.0)
                * _scope(signature, situation, self.catalogue.narrower, self.catalogue.programme).factor
                * self._topic(situation).factor
            )
            if score >= THRESHOLD:
                return Linked(observation, signature.fact.key, score, (prop.reason if prop else "",), signature.fact.label)
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


class Factor(NamedTuple):
    """One signal of the score: a multiplier, and its reason in words (empty when it speaks neither for nor against)."""

    factor: float
    reason: str


def _property(
    signature: Signature, observation: Observation, situation: Situation, agrees: bool, lexicon: Lexicon, row_header: str | None = None
) -> Factor | None:
    """Is it the fact's property that is spoken of?"""
    if observation.kind == "count":
        return _unit(signature, observation, situation, lexicon, row_header)
    if observation.kind == "date":
        return _event(signature, situation, agrees)
    return _described(signature, observation, situation, agrees, row_header)


def _described(signature: Signature, observation: Observation, situation: Situation, agrees: bool, row_header: str | None) -> Factor | None:
    """Money and the rest: concepts and stems of the label; a total or an equal value may stand without them."""
    concepts = {c: situation.concepts[c] for c in signature.concepts if c in situation.concepts}
    words = {w: situation.stems[w] for w in signature.stems if w in situation.stems}
    kin = {k: situation.concepts[k] for c in signature.concepts for k in _MONEY_KIN.get(c, ()) if k in situation.concepts}
    base = max(
        [0.6 * n.nearness for n in concepts.values()]
        + [0.5 * n.nearness for n in words.values()]
        + [0.5 * n.nearness for n in kin.values()],
        default=0.0,
    )
    miss = 1.0
    for c, near in concepts.items():
        miss *= 1 - 0.6 * signature.concepts[c] * near.nearness
    for w, near in words.items():
        miss *= 1 - 0.5 * signature.stems[w] * near.nearness
    score = base + 0.4 * (1 - miss)
    met = {**kin, **concepts, **words}
    named = sorted((near.nearness, word, near.where) for word, near in met.items())
    if named and named[-1][2] == "in the column header" and row_header and not _is_of_row(signature, row_header):
        score *= 0.6
    reason = f"{named[-1][1]} {named[-1][2]}" if named else ""
    if observation.kind == "money":
        if {Role.TOTAL, Role.SUM} & set(observation.roles) and score < 0.6 and signature.fact.version:
            score, reason = 0.6, "said as a total"
        score *= _money_misfit(signature, situation, max((n.nearness for n in met.values()), default=0.0))
        known = _telling(observation.value)
        if agrees and score < known:
            score, reason = known, "; ".join(r for r in (reason, "the amount is the known one") if r)
    return Factor(score, reason)


def _is_of_row(signature: Signature, row_header: str) -> bool:
    """Is the row of a table the fact's own, or its total? Otherwise the column holds one amount for each of several things."""
    said = stems(row_header)
    return bool(said & ({*signature.stems, *signature.scope})) or bool(said & _TOTALS) or any(c.isdigit() for c in row_header)


# How tables head the row of their sums, in all our languages.
_TOTALS = stems("total totals overall sum gesamt summe insgesamt ensemble totale complessivo suma razem lacznie ogolem totaal totalt")


def _telling(value: Value) -> float:
    """How much an equal amount tells by itself: 22,516 crore is hardly another sum, 500 million may well be."""
    if not isinstance(value, Money) or not value.amount:
        return 0.0
    digits = len(str(int(value.amount / value.precision)))
    return {1: 0.62, 2: 0.68}.get(digits, 0.8)


def _money_misfit(signature: Signature, situation: Situation, nearest: float) -> float:
    """Money of another sort (fine, rent, loan) or of a component (machine, building, contract) said as near as the property is not the fact's,

    unless the fact says so too. `nearest` is how near the fact's own property is said.
    """
    near = {c for c, n in situation.concepts.items() if n.nearness >= max(nearest, BEFORE)}
    factor = 1.0
    if near & _MONEY_KINDS - set(signature.concepts):
        factor *= 0.4
    if near & {"machine", "building", "contract"} - set(signature.concepts):
        factor *= 0.6
    sorts = {"grant", "loan", "private", "national", "union", "fine", "contract"} & set(signature.concepts)
    if {"national", "union"} <= sorts:  # "national plus EU" is the whole, which needs no name
        sorts -= {"national", "union"}
    for _ in sorts - set(situation.concepts):
        factor *= 0.7
    return factor


def _event(signature: Signature, situation: Situation, agrees: bool) -> Factor | None:
    """Dates belong to events: like is compared only with like, or with its kin."""
    events = {c for c in signature.concepts if c in EVENTS}
    near = {c: n for c, n in situation.concepts.items() if c in EVENTS}
    close = {c for c, n in near.items() if n.nearness >= 0.9}
    hits = [(near[c].nearness, c, near[c].where) for c in events if c in near]
    kin = [(0.7 * near[k].nearness, k, near[k].where) for c in events for k in _KIN.get(c, ()) if k in near]
    words = [
        (0.8 * situation.stems[w].nearness * signature.stems[w], w, situation.stems[w].where)
        for w in signature.stems
        if w in situation.stems and not w.isdigit()
    ]
    best = max(hits + kin, default=None)
    if best is None and not events:
        best = max(words, default=None)
    if best is None:
        if signature.is_only_of_scope and not close and max(_worded(signature, situation), default=0.0) >= ROW:
            return Factor(0.62, f"the one date of {signature.fact.scope}")
        return Factor(0.55, "the date is the known one") if agrees and not close else None
    score, word, where = best
    if "close" in close - events:
        score *= 0.3
    if {"machine", "building"} & {c for c, n in situation.concepts.items() if n.nearness >= 0.9} - set(signature.concepts):
        score *= 0.7
    if close and not close & (events | {k for c in events for k in _KIN.get(c, ())}):
        score *= 0.4
    bonus = max((w[0] for w in words), default=0.0)
    return Factor(min(1.0, 0.75 * score + 0.25 * bonus + (0.1 if agrees else 0.0)), f"{word} {where}")


def _unit(signature: Signature, observation: Observation, situation: Situation, lexicon: Lexicon, row_header: str | None) -> Factor | None:
    """Counts belong to unit nouns: the noun must agree; a further noun makes it a count of something else."""
    value = observation.value
    assert isinstance(value, Count)
    known = signature.unit | stems(" ".join(signature.fact.about)) if signature.unit else frozenset(signature.stems)
    if not value.unit:
        spoken = [situation.stems[w] for w in signature.unit or signature.stems if w in situation.stems]
        return (
            Factor(0.5 + 0.3 * min(n.nearness for n in spoken), f"counts {signature.fact.label}, named {spoken[0].where}")
            if spoken and len(spoken) >= len(signature.unit)
            else None
        )
    unit = stems(value.unit)
    if not unit & known and row_header:  # the column may be headed by a year or a state, the row by what is counted
        unit = stems(row_header)
    shared = unit & known
    if shared:
        extra = {w for w in unit - known if not w.isdigit()}
        missing = signature.unit - unit
        score = 0.95 * (0.35 if extra else 1.0) * (0.85 if missing and not missing <= set(situation.stems) else 1.0)
        return Factor(score, f"counts {value.unit}")
    means = properties(lexicon).concepts(value.unit) & signature.unit_concepts
    if not means:
        return None
    return Factor(0.75 if lexicon.code != "en" else 0.45, f"{value.unit} means {sorted(means)[0]}")


def _scope(signature: Signature, situation: Situation, narrower: frozenset[KnownName], programme: frozenset[str]) -> Factor:
    """Does the statement speak of the part of the programme that the fact is about? `narrower` are the names of its parts."""
    if signature.scope_keys:
        return _named_scope(signature, situation, narrower, programme)
    part = Factor(1.0, "") if signature.fact.kind == "count" else _part_of(situation, narrower)
    if part.factor < 1 or not signature.fact.scope:
        return part
    return _worded_scope(signature, situation)


def _part_of(situation: Situation, narrower: frozenset[KnownName]) -> Factor:
    """A statement about one site is none about the programme: named alone in its clause, or nearer than the programme itself."""
    parts = [(n.nearness, name.key, name.text) for name, n in situation.names.items() if name in narrower and n.nearness >= TITLE]
    if not parts:
        return Factor(1.0, "")
    nearness, _, text = max(parts, key=lambda p: p[0])
    programme = max((n.nearness for name, n in situation.names.items() if name.kind == "programme"), default=0.0)
    if len({key for n, key, _ in parts if n >= SENTENCE}) >= 3:
        return Factor(1.0, "")  # a list of parts stands for the whole
    in_clause = len({key for n, key, _ in parts if n >= 0.9})
    is_part = in_clause == 1 or (in_clause == 0 and nearness > programme)
    return Factor(0.5, f"speaks of {text}, a part of the programme") if is_part else Factor(1.0, "")


def _named_scope(signature: Signature, situation: Situation, narrower: frozenset[KnownName], programme: frozenset[str]) -> Factor:
    """A fact of one site needs that site named; the site a programme is named after is meant where no other is."""
    named = [n.nearness for name, n in situation.names.items() if name.key in signature.scope_keys]
    nearness = max(named + _worded(signature, situation), default=0.0)
    if nearness:
        return Factor(0.8 + 0.2 * nearness, f"within {signature.fact.scope}")
    others = any(n.nearness >= TITLE and name.key not in signature.scope_keys for name, n in situation.names.items() if name in narrower)
    is_namesake = bool(stems(signature.fact.scope or "") & programme)
    return Factor(0.75 if is_namesake and not others and not situation.is_elsewhere else 0.3, f"does not name {signature.fact.scope}")


def _worded_scope(signature: Signature, situation: Situation) -> Factor:
    """A scope in words ("first seven", "lot 2") helps where it is met, and is missed a little where it is not."""
    met = _worded(signature, situation)
    if met:
        return Factor(0.8 + 0.2 * max(met), f"within {signature.fact.scope}")
    return Factor(0.4 if _is_named_scope(signature) else 0.85, f"does not name {signature.fact.scope}")


def _is_named_scope(signature: Signature) -> bool:
    """A scope with a name or number of its own ("Artemis II", "Porto-Soure") must be met; one in plain words ("first seven") need not."""
    words = (signature.fact.scope or "").split()
    return any("_" in w for w in signature.scope) or any(w[:1].isupper() and stem(plain(w).strip(",.")) in signature.scope for w in words)


def _worded(signature: Signature, situation: Situation) -> list[float]:
    """How near the words of the scope are met, when enough of what sets it apart from other scopes is."""
    met = {w: situation.stems[w].nearness for w in signature.scope if w in situation.stems and situation.stems[w].nearness >= TITLE}
    if not met:
        return []
    share = sum(signature.scope[w] for w in met) / (sum(signature.scope.values()) or 1)
    return list(met.values()) if share >= SCOPE_SHARE else []


def _numbered(signature: Signature, situation: Situation) -> Factor:
    """Unit 2 is not Unit 1: a fact of one numbered thing is not told of by a sentence that names another of its sort."""
    mine = {w for w in (*signature.stems, *signature.scope) if "_" in w}
    if not mine:
        return Factor(1.0, "")
    said = {
        w for w, n in situation.stems.items() if "_" in w and n.nearness >= SENTENCE and w.split("_")[0] in {m.split("_")[0] for m in mine}
    }
    if said and not said & mine:
        return Factor(0.3, f"speaks of {sorted(said)[0].replace('_', ' ')}")
    return Factor(1.0, "")


def _role(signature: Signature, observation: Observation, agrees: bool) -> Factor:
    """A part, a tranche or an increase is not the whole; a deadline is not the event."""
    roles = set(observation.roles)
    counts = (observation.value, signature.fact.value)
    if (
        "progress" in observation.cues
        and isinstance(counts[0], Count)
        and isinstance(counts[1], Count)
        and counts[0].count > counts[1].count
    ):
        roles.discard(Role.PART)  # "so far" below the figure is progress towards it, above it is a new figure
    if Role.DELTA in roles:
        return Factor(0.1, "an increase or decrease, not the value")
    if Role.RESTATED in roles:
        return Factor(0.3, "restates another amount")
    if roles & _PARTIAL and not (agrees and isinstance(observation.value, Money)):
        part = next(r for r in observation.roles if r in _PARTIAL)
        is_whole = part is Role.SUM and not signature.scope_keys
        return Factor(0.9 if is_whole else 0.35, f"said as a {part}")
    if (
        isinstance(observation.value, Money)
        and observation.value.per
        and not (isinstance(signature.fact.value, Money) and signature.fact.value.per)
    ):
        return Factor(0.2, f"per {observation.value.per}")
    if Role.DEADLINE in roles and "apply" not in signature.concepts:
        return Factor(0.2, "a deadline")
    if isinstance(observation.value, DateSpan) and observation.value.relative:
        return Factor(0.75, "a date relative to the page's own")
    if Role.SCENARIO in roles:
        return Factor(0.75, "only supposed")
    return Factor(1.0, "")


def _plausible(old: Value, new: Value, agrees: bool, happened: bool) -> Factor:
    """How likely one value follows the other: the same is likeliest, another order of magnitude hardly."""
    if agrees:
        return Factor(1.1, "")
    if isinstance(old, DateSpan) and isinstance(new, DateSpan):
        if happened:
            return Factor(0.3, "the event had happened when it was announced")
        first = next((d for d in (old.start, old.end) if d), None)
        second = next((d for d in (new.start, new.end) if d), None)
        years = abs(first.year - second.year) if first and second else 0
        return Factor(1.0 if years <= 4 else 0.8 if years <= 12 else 0.4, "" if years <= 12 else f"{years} years apart")
    ratio = _ratio(old, new)
    if ratio is None:
        return Factor(0.6, "")
    if ratio <= Decimal("3"):
        return Factor(1.0, "")
    if ratio <= Decimal("6"):
        return Factor(0.75, "of another size")
    return Factor(0.35, "of quite another size")


def _is_just_past(value: Value, published: date | None) -> bool:
    """ "Last week": when something was said or done, hardly the date of what is planned."""
    return isinstance(value, DateSpan) and value.relative and value.end is not None and published is not None and value.end <= published


def _has_happened(fact: Fact) -> bool:
    """Was the date already past when it was announced? Then it is history, which later dates do not move."""
    return (
        isinstance(fact.value, DateSpan)
        and fact.valid_from is not None
        and fact.value.end is not None
        and fact.value.end <= fact.valid_from
    )


def _coincide(old: Value, new: Value) -> bool:
    """Are the bare numbers the same, at the precision of the coarser? Tighter than `compare`, which lets a hedge agree with much."""
    if isinstance(old, Money) and isinstance(new, Money):
        a, b, unit = old.amount or old.max or old.min, new.amount or new.max or new.min, max(old.precision, new.precision)
        return a is not None and b is not None and abs(a - b) <= min(unit / 2, max(a, b) / 50)
    return old.count == new.count if isinstance(old, Count) and isinstance(new, Count) else True


def _ratio(old: Value, new: Value) -> Decimal | None:
    """How many times the larger is the smaller; None when unlike or zero."""
    pair: tuple[Decimal | None, Decimal | None] = (None, None)
    if isinstance(old, Money) and isinstance(new, Money):
        if None not in (old.currency, new.currency) and old.currency != new.currency:
            rate = exchange.rate(old.currency or "", new.currency or "")
            return (
                None
                if rate is None
                else _times((old.amount or old.max or old.min or Decimal(0)) * rate, new.amount or new.max or new.min or Decimal(0))
            )
        pair = (old.amount or old.max or old.min, new.amount or new.max or new.min)
    elif isinstance(old, Count) and isinstance(new, Count):
        pair = (old.count, new.count)
    return _times(pair[0], pair[1])


def _times(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return max(a, b) / min(a, b) if a and b else None


# What stands around a whole part of the page says less of one sentence than the sentence before it does.
_WIDE = frozenset({"in the heading", "in the title", "in the lead"})


def _foreign(situation: Situation) -> str | None:
    """Is something else spoken of - a sister programme - nearer than this one? First by the sentence and the one before it, then by title and headings."""
    others = [(n, name.text) for name, n in situation.names.items() if name.kind == "other"]
    if not others:
        return None
    own = [n for name, n in situation.names.items() if name.kind in ("programme", "site")]
    near, text = max(others, key=lambda o: (o[0].where not in _WIDE, o[0].nearness))
    local = max((n.nearness for n in own if n.where not in _WIDE), default=0.0)
    if near.where not in _WIDE:
        return f"speaks of {text}" if near.nearness >= local else None
    return f"speaks of {text}" if near.nearness >= 0.4 and near.nearness >= max((n.nearness for n in own), default=0.0) else None


def _subject(situation: Situation) -> KnownName | None:
    """The part of the programme a statement speaks of: the nearest named site or organisation, if any."""
    found = [
        (n.nearness, name.kind == "site", name.text, name)
        for name, n in situation.names.items()
        if name.kind in ("site", "organisation", "host") and n.nearness >= 0.4
    ]
    return max(found, key=lambda f: f[:3])[3] if found else None


def _money_about(value: Money, observation: Observation, near: Mapping[str, float]) -> str | None:
    """The sort of money of a new amount; None for prices, vague sums and amounts of nothing in particular."""
    if value.currency is None or value.per or value.vague or Role.PART in observation.roles:
        return None
    if near.get("fine", 0) >= 0.8 or near.get("operation_cost", 0) >= 0.9:
        return None
    for sort in (
        "contract",
        "grant",
        "loan",
        "building",
        "machine",
        "private",
        "national",
        "union",
        "cost",
        "budget",
        "investment",
        "funding",
    ):
        if near.get(sort, 0) >= 0.6:
            return sort
    return "total" if {Role.TOTAL, Role.SUM, Role.TRANCHE} & set(observation.roles) else None
