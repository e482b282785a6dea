"""The facts of a programme, ready to be linked to: what each is recognised by, and what tells it from the others.

Every fact has a signature: the concepts and distinctive words of its label and `about`, its unit, the names of its scope.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice, takewhile

from monitor.core.kinds import Kind
from monitor.core.lang import load
from monitor.core.model import Baseline, Count, Fact, KnownName, Money, Observation, Site, Value
from monitor.core.situation import EVENTS, THINGS, Situation, numbered, stem, stems
from monitor.core.text import names as known_names
from monitor.core.text.cues import vocabulary
from monitor.core.text.words import Vocabulary, properties, tokens

# Words that say how much, not of what; they stand in labels and `about` of many baselines.
VALUE_WORDS = stems(
    "eur euro euros usd gbp dollar dollars pound pounds zloty zlotych million millions billion billions thousand trillion mio mrd mln mld bn mds md amount "
    "total millionen milliarden milliarde milliard milliards millon millones millardos miles milione milioni miliardo miliardi milion miliony milionow miliard "
    "miliardy miliardow milhao milhoes bilhao bilhoes miljoen miljard montant betrag summe importe cuantia importo kwota montante valor bedrag crore lakh"
)

# A little more than the widest slack under which two amounts coincide.
NEARLY = Decimal("0.06")

# Scopes that set nothing apart, as people write them.
WHOLE = stems(
    "programme program programa programma programm project projet projekt progetto proyecto projeto whole overall entire general all"
)

# Facts looked at closely for one observation. With more facts of a kind than this, those that share nothing with the situation are passed over.
MOST_CANDIDATES = 24


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
    label_keys: frozenset[str]
    is_only_of_scope: bool  # no other fact of its kind has this scope
    names: frozenset[str]  # the stems of its label that are the programme's own name
    own: frozenset[str]  # stems that no other fact of its kind has and that tell of no event
    is_yearly: bool  # an amount a year, by its value or by its label
    phrases: tuple[frozenset[str], ...]  # the stems of each of its names: what a state is of, and the words of `about`


def _size(value: Value) -> tuple[str, ...]:
    """The value as a feature, so that its fact is found by it: two significant digits and the magnitude."""
    amount = value.amount if isinstance(value, Money) else value.count if isinstance(value, Count) else None
    return (f"{amount:.1E}",) if amount else ()


class Catalogue:
    """The facts of a programme, ready to be linked to: signatures, known names, what is distinctive. Built once per baseline state."""

    def __init__(self, baseline: Baseline, provisional: Sequence[Fact], kinds: Mapping[str, Kind]) -> None:
        self.baseline = baseline
        self.kinds = kinds
        self.facts = {f.key: f for f in (*baseline.facts, *provisional) if not f.removed}
        self.currency = _currency(baseline.facts)
        self._sites = {f.key: stems(f"{f.label} {f.value.name or ''}") for f in self.facts.values() if isinstance(f.value, Site)}
        self.lists_some_sites = _lists_some_sites(self._sites.values(), self.facts.values())
        self.programme = stems(" ".join((baseline.title, *baseline.aliases)))
        self.names = _names(baseline, self.facts.values(), self.programme)
        self.aliases = [a for a in (frozenset(stem(t.word) for t in tokens(n)) for n in (baseline.title, *baseline.aliases)) if a]
        self._finder = known_names.finder(self.names)
        self.narrower = _narrower(self.names, self.facts.values(), self.programme)
        self._cues = [vocabulary(load(code)) for code in dict.fromkeys(("en", *baseline.languages))]
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
            self._scope_keys(fact),
            self._label_keys(fact),
            bool(fact.scope) and self._alike[fact.scope, fact.kind] == 1,
            (words | stems(getattr(fact.value, "of", None) or "")) & self.programme,
            self._own(fact, words, vocabularies),
            bool(getattr(fact.value, "per", None)) or any(v.concepts(fact.label) & {"yearly"} for v in self._cues),
            tuple(p for text in (getattr(fact.value, "of", None) or fact.label, *fact.about) if (p := stems(text) - self.programme)),
        )

    def _own(self, fact: Fact, words: frozenset[str], vocabularies: Sequence[Vocabulary]) -> frozenset[str]:
        said = [t for text in fact.about for t in tokens(text)]
        events = {stem(t.word) for t in said for v in vocabularies if v.concepts(t.word) & EVENTS}
        return frozenset(w for w in words - VALUE_WORDS - events - self.programme if self._frequency[fact.kind, w] == 1)

    def _scope_keys(self, fact: Fact) -> frozenset[str]:
        """The facts of the site or organisation that a scope names in full or in part ("Hillingdon" of "Hillingdon Hospital")."""
        if not fact.scope:
            return self._label_keys(fact)
        named = (n for span in known_names.names_in(fact.scope, self._finder) for n in span.names)
        found = frozenset(n.key for n in named if n.key and n.kind in ("site", "organisation", "host", "place"))
        words = stems(fact.scope)
        of_part = [key for key, named in self._sites.items() if words and words <= named] if not found and len(self._sites) > 1 else []
        return frozenset(of_part) if len(of_part) == 1 else found

    def _label_keys(self, fact: Fact) -> frozenset[str]:
        """The parts of the programme that a label names: "Jobs at the Trujillo plant"."""
        if fact.kind in ("site", "organisation"):
            return frozenset()
        return frozenset(
            n.key for span in known_names.names_in(fact.label, self._finder) for n in span.names if n.key and n in self.narrower
        )

    def _scope_words(self, fact: Fact) -> frozenset[str]:
        """What a scope is recognised by: neither the programme's own name nor words for a property ("electricity price" is known by electricity)."""
        words = [
            t for t in tokens(fact.scope or "") if not properties(load("en")).concepts(t.word) or t.word in ("phase", "section", "lot")
        ]
        return stems(" ".join(t.word for t in words)) - self.programme - WHOLE

    def _weight(self, kind: str, feature: str) -> float:
        """How well a feature tells this kind's facts apart: 1 for one fact's own, falling with how many share it."""
        return 1.0 / self._frequency[kind, feature] ** 0.5 if self._frequency[kind, feature] else 1.0


class KnownSums:
    """The amounts known of a programme's facts, to be asked by size. `announced` are those of facts that the baseline holds."""

    def __init__(self, known: Sequence[tuple[Fact, Money]]) -> None:
        self.announced = [v for f, v in known if f.version]
        self.largest: dict[str | None, Decimal] = {}
        for value in self.announced:
            self.largest[value.currency] = max(self.largest.get(value.currency, Decimal(0)), value.size or Decimal(0))
        by_fact: dict[str, list[Money]] = {}
        for fact, value in known:
            by_fact.setdefault(fact.key, []).append(value)
        self.steps = [step for values in by_fact.values() for a, b in combinations(values, 2) if (step := _step(a, b)) is not None]
        self._sorted = sorted((size, fact.key) for fact, value in known if (size := value.size) is not None)

    def near(self, value: Money) -> list[str]:
        """The keys of the facts with an amount near this one."""
        size = value.size
        if size is None:
            return []
        low, high = size * (1 - NEARLY), size * (1 + NEARLY)
        first = bisect_left(self._sorted, (low, ""))
        return [key for amount, key in takewhile(lambda pair: pair[0] <= high, islice(self._sorted, first, None))]


def _step(one: Money, other: Money) -> Money | None:
    """By how much two known values of a fact differ: "the additional two billion"."""
    a, b = one.size, other.size
    if a is None or b is None or one.currency != other.currency or a == b:
        return None
    return Money(abs(a - b), one.currency, precision=max(one.precision, other.precision))


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


def _lists_some_sites(named: Collection[frozenset[str]], facts: Iterable[Fact]) -> bool:
    """Does the programme count more sites ("40 hospitals") than it has facts of ("West Suffolk Hospital")? Then a name it does not hold may be an old one.

    `named` are the stems of each known site's name.
    """
    counted = [(f.value.count, stems(f.value.unit or "")) for f in facts if isinstance(f.value, Count)]
    return any(len(named) < count and 2 * sum(bool(unit & names) for names in named) > len(named) for count, unit in counted)


def _currency(facts: Iterable[Fact]) -> str | None:
    """The currency in which most of the programme's amounts are kept: what a bare "$" or "kr" means on pages about it."""
    kept = Counter(f.value.currency for f in facts if isinstance(f.value, Money) and f.value.currency)
    return kept.most_common(1)[0][0] if kept else None


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
