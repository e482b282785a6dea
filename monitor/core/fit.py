"""How well a fact explains an observation: one factor for each signal - property, scope, role, plausibility - with its reason in words.

The weights were found on the developed-on replays; `link` multiplies them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from monitor.core.catalogue import Signature
from monitor.core.kinds import exchange
from monitor.core.lang import Lexicon
from monitor.core.model import Count, DateSpan, Fact, KnownName, Money, Observation, Qualifier, Role, Status, Value
from monitor.core.situation import AROUND, BEFORE, EVENTS, ROW, SENTENCE, SORTS, TITLE, Near, Situation, stem, stems
from monitor.core.text.measures import in_common
from monitor.core.text.words import plain, properties

# Not a statement of what holds now: a part, an increase or a denied value is never the fact itself.
_PARTIAL = {Role.PART, Role.TRANCHE, Role.DELTA, Role.SUM}

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
_MONEY_KINDS = frozenset(["fine", "operation_cost", "loan", "private", "shareholding", "contingency"])

# Below this an amount is a price, not a budget of a public programme.
LEAST_NEW = 100_000

# How much earlier than planned an event may take place at most before the date is more likely another's.
FAR_EARLIER = timedelta(days=180)
# A number this close to the known one is its next state though a word more stands in its unit.
NEXT = Decimal("1.1")

# Weight of a date well before the known one in prose without a word of change.
EARLIER = 0.5
# Below this share of the known number a count is one of some of them.
SOME = Decimal("0.85")

# How much of what sets a scope apart must be met: a quarter lets "Soure-Carregado" stand for "second phase, Soure-Carregado".
SCOPE_SHARE = 0.25


class Factor(NamedTuple):
    """One signal of the score: a multiplier, and its reason in words (empty when it speaks neither for nor against)."""

    factor: float
    reason: str


def property_said(
    signature: Signature, observation: Observation, situation: Situation, agrees: bool, lexicon: Lexicon, row_header: str | None = None
) -> Factor | None:
    """Is it the fact's property that is spoken of?"""
    if observation.kind == "count":
        return _unit(signature, observation, situation, lexicon, row_header)
    if observation.kind == "date":
        return _event(signature, situation, agrees)
    if isinstance(observation.value, Status):
        return _stated(signature, observation.value, situation, lexicon)
    return _described(signature, observation, situation, agrees, row_header)


# States of money and contracts; that a site or a law was "funded" or "awarded" something is no state of it.
_DEEDS = frozenset({"funded", "awarded"})


def _stated(signature: Signature, status: Status, situation: Situation, lexicon: Lexicon) -> Factor | None:
    """A state is said of a subject: the words of the fact must stand by it, its concepts in the subject itself ("sites" are spoken of everywhere)."""
    if status.status in _DEEDS and not {"contract", "grant", "loan", "call"} & set(signature.concepts):
        return None
    of = status.of or ""
    said_of = properties(lexicon).concepts(of) - SORTS
    concepts = {c: situation.concepts[c] for c in said_of & set(signature.concepts) if c in situation.concepts}
    words = {w: situation.stems[w] for w in signature.stems if w in situation.stems}
    near = {w for w, n in situation.stems.items() if n.nearness >= BEFORE}
    if not concepts and not any(phrase <= near for phrase in signature.phrases):
        words = {}  # "south of Bordeaux" is not met in every sentence about Bordeaux
    if not words and not concepts:
        return Factor(0.9, f"said of {of}") if not signature.stems and stems(of) & signature.names else None
    return _explained(signature, concepts, words, {})


def _described(signature: Signature, observation: Observation, situation: Situation, agrees: bool, row_header: str | None) -> Factor | None:
    """Money and the rest: concepts and stems of the label; a total or an equal value may stand without them."""
    concepts = {c: situation.concepts[c] for c in signature.concepts if c in situation.concepts}
    words = {w: situation.stems[w] for w in signature.stems if w in situation.stems}
    kin = {k: situation.concepts[k] for c in signature.concepts for k in _MONEY_KIN.get(c, ()) if k in situation.concepts}
    score, reason = _explained(signature, concepts, words, kin)
    met = {**kin, **concepts, **words}
    named = sorted((near.nearness, word, near.where) for word, near in met.items())
    if named and named[-1][2] == "in the column header" and row_header and not _is_of_row(signature, row_header):
        score *= 0.6
    if observation.kind == "money":
        if {Role.TOTAL, Role.SUM} & set(observation.roles) and score < 0.6 and signature.fact.version:
            score, reason = 0.6, "said as a total"
        score *= _money_misfit(signature, situation, max((n.nearness for n in met.values()), default=0.0))
        known = telling(observation.value)
        if agrees and score < known:
            score, reason = known, "; ".join(r for r in (reason, "the amount is the known one") if r)
    return Factor(score, reason)


def _explained(signature: Signature, concepts: Mapping[str, Near], words: Mapping[str, Near], kin: Mapping[str, Near]) -> Factor:
    """How much of a fact the concepts and stems met around a value explain: the nearest alone, and all of them together by their weights."""
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
    named = max(((near.nearness, word, near.where) for word, near in {**kin, **concepts, **words}.items()), default=None)
    return Factor(base + 0.4 * (1 - miss), f"{named[1]} {named[2]}" if named else "")


def _is_of_row(signature: Signature, row_header: str) -> bool:
    """Is the row of a table the fact's own, or its total? Otherwise the column holds one amount for each of several things."""
    said = stems(row_header)
    return bool(said & ({*signature.stems, *signature.scope})) or bool(said & _TOTALS) or any(c.isdigit() for c in row_header)


# How tables head the row of their sums, in all our languages.
_TOTALS = stems("total totals overall sum gesamt summe insgesamt ensemble totale complessivo suma razem lacznie ogolem totaal totalt")


def telling(value: Value) -> float:
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
        if signature.is_only_of_scope and not close and max(worded(signature, situation), default=0.0) >= ROW:
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
    """Counts belong to unit nouns: the noun must agree; a further noun makes it a count of something else. Measures need their property as well."""
    value = observation.value
    assert isinstance(value, Count)
    if isinstance(signature.fact.value, Count) and signature.fact.value.measure:
        return _measured(signature, value, situation, properties(lexicon).concepts(value.unit or ""))
    known = signature.unit | stems(" ".join(signature.fact.about)) if signature.unit else frozenset(signature.stems)
    if not value.unit:
        spoken = [n for w in signature.unit or signature.stems if (n := situation.stems.get(w)) and n.nearness >= SENTENCE]
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
        is_near = (
            isinstance(signature.fact.value, Count) and (times_apart(signature.fact.value, value) or 9) <= NEXT
        )  # "62 road bridges" after 61 bridges
        score = 0.95 * ((0.6 if is_near else 0.35) if extra else 1.0) * (0.85 if missing and not missing <= set(situation.stems) else 1.0)
        return Factor(score, f"counts {value.unit}")
    means = properties(lexicon).concepts(value.unit) & signature.unit_concepts
    if not means:
        return None
    return Factor(0.75 if lexicon.code != "en" else 0.45, f"{value.unit} means {sorted(means)[0]}")


def _measured(signature: Signature, value: Count, situation: Situation, own: frozenset[str]) -> Factor | None:
    """So many km or MW say nothing by themselves: what is measured (length, capacity) must be said by the number.

    `own` are the concepts of the unit itself: every "km" speaks of a length.
    """
    if not value.measure or in_common(value.unit, signature.fact.value.unit if isinstance(signature.fact.value, Count) else None) is None:
        return None
    words = [
        (situation.stems[w].nearness, w, situation.stems[w].where)
        for w in signature.stems
        if w in situation.stems and w not in signature.unit
    ]
    concepts = [
        (situation.concepts[c].nearness, c, situation.concepts[c].where) for c in set(signature.concepts) - own if c in situation.concepts
    ]
    near, word, where = max([*words, *concepts], default=(0.0, "", ""))
    return Factor(0.95 * near if near >= SENTENCE else 0.35, f"{word} {where}" if word else "")


def scope_said(signature: Signature, situation: Situation, narrower: frozenset[KnownName], programme: frozenset[str]) -> Factor:
    """Does the statement speak of the part of the programme that the fact is about? `narrower` are the names of its parts."""
    if signature.scope_keys:
        return _named_scope(signature, situation, narrower, programme)
    if signature.label_keys and not any(name.key in signature.label_keys for name in situation.names):
        return Factor(0.4, "does not name the part its label names")
    part = Factor(1.0, "") if signature.fact.kind == "count" else _part_of(situation, narrower)
    if part.factor < 1 or not signature.scope:  # a scope like "programme" sets nothing apart
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
    nearness = max(named + worded(signature, situation), default=0.0)
    if nearness:
        return Factor(0.8 + 0.2 * nearness, f"within {signature.fact.scope}")
    others = any(n.nearness >= TITLE and name.key not in signature.scope_keys for name, n in situation.names.items() if name in narrower)
    is_namesake = bool(stems(signature.fact.scope or "") & programme)
    return Factor(0.75 if is_namesake and not others and not situation.is_elsewhere else 0.3, f"does not name {signature.fact.scope}")


def _worded_scope(signature: Signature, situation: Situation) -> Factor:
    """A scope in words ("first seven", "lot 2") helps where it is met, and is missed a little where it is not."""
    met = worded(signature, situation)
    if met:
        return Factor(0.8 + 0.2 * max(met), f"within {signature.fact.scope}")
    own = [w for w in signature.own if w in situation.stems and situation.stems[w].nearness >= AROUND]
    if own:
        return Factor(0.9, f"{own[0]}, said of nothing else, stands by it")  # the scope may be written in another language than the page
    return Factor(0.4 if _is_named_scope(signature) else 0.85, f"does not name {signature.fact.scope}")


def _is_named_scope(signature: Signature) -> bool:
    """A scope with a name or number of its own ("Artemis II", "Porto-Soure") must be met; one in plain words ("first seven") need not."""
    words = (signature.fact.scope or "").split()
    return any("_" in w for w in signature.scope) or any(w[:1].isupper() and stem(plain(w).strip(",.")) in signature.scope for w in words)


def worded(signature: Signature, situation: Situation) -> list[float]:
    """How near the words of the scope are met, when enough of what sets it apart from other scopes is."""
    met = {w: situation.stems[w].nearness for w in signature.scope if w in situation.stems and situation.stems[w].nearness >= TITLE}
    if not met:
        return []
    share = sum(signature.scope[w] for w in met) / (sum(signature.scope.values()) or 1)
    return list(met.values()) if share >= SCOPE_SHARE else []


def numbered_alike(signature: Signature, situation: Situation) -> Factor:
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


def _is_some_of(said: Value, known: Value) -> bool:
    """Well fewer than the known number? One or two fewer of many is a new figure."""
    return isinstance(said, Count) and isinstance(known, Count) and said.count < known.count * SOME


def _is_earlier(said: Value, known: Value) -> bool:
    """Well before the known date? Dates slip far more often than they are brought forward; steps towards an event are told of every day."""
    if not isinstance(said, DateSpan) or not isinstance(known, DateSpan) or known.start is None:
        return False
    last = said.end or said.start
    return last is not None and known.start - last > timedelta(days=90)


def _is_less(said: Value, known: Value) -> bool:
    """Less than half the known amount? Budgets grow more often than they are halved; parts are told of every day."""
    if not isinstance(said, Money) or not isinstance(known, Money) or said.currency != known.currency:
        return False
    a, b = said.amount or said.max, known.amount or known.min
    return a is not None and b is not None and a < b / 2


# What has a deadline for its date: an application, and a decision that is due.
_DUE = frozenset({"apply", "decide", "approve"})


def role_said(signature: Signature, observation: Observation, agrees: bool, said_anew: bool = False) -> Factor:
    """A part, a tranche or an increase is not the whole; a deadline is not the event. `said_anew`: the statement stands under a label of its own,

    or its sentence speaks of a change or of the present.
    """
    roles = set(observation.roles)
    said, known = observation.value, signature.fact.value
    if "progress" in observation.cues and isinstance(said, Count) and isinstance(known, Count) and said.count > known.count:
        roles.discard(Role.PART)  # "so far" below the figure is progress towards it, above it is a new figure
    if _is_some_of(said, known) and not ({Role.TOTAL, Role.TARGET} & roles or observation.pair or said_anew):
        return Factor(0.5, "fewer, without a word of change: some of them")
    if _is_less(said, known) and not ({Role.TOTAL, Role.SUM} & roles or observation.pair or said_anew or agrees or signature.fact.scope):
        return Factor(0.6, "well below the known sum, without a word of change: some of it")
    if isinstance(known, Count) and known.measure and not (agrees or said_anew or observation.pair or Role.PLANNED in roles):
        return Factor(0.5, "another measure, without a word of change")
    if Role.DELTA in roles:
        return Factor(0.1, "an increase or decrease, not the value")
    if Role.RESTATED in roles:
        return Factor(0.3, "restates another amount")
    if roles & _PARTIAL and not (agrees and isinstance(observation.value, Money)):
        part = next(r for r in observation.roles if r in _PARTIAL)
        is_whole = part is Role.SUM and not signature.scope_keys
        return Factor(0.9 if is_whole else 0.35, f"said as a {part}")
    if isinstance(observation.value, Money) and observation.value.per and not (signature.is_yearly and observation.value.per == "year"):
        return Factor(0.2, f"per {observation.value.per}")
    if Role.DEADLINE in roles and not _DUE & set(signature.concepts):
        return Factor(0.2, "a deadline")
    if isinstance(observation.value, DateSpan) and observation.value.is_told_from_today:
        return Factor(0.75, "a date relative to the page's own")
    if _is_earlier(said, known) and not (agrees or observation.pair or said_anew):
        return Factor(EARLIER, "earlier than known, without a word of change: perhaps a step towards it")
    if Role.SCENARIO in roles:
        return Factor(0.6, "only supposed")
    return Factor(1.0, "")


def plausible(fact: Fact, new: Value, agrees: bool, published: date | None = None, known: Sequence[Value] = ()) -> Factor:
    """How likely one value follows the other: the same is likeliest, another order of magnitude hardly.

    `published` is the day of the page, `known` are the values said of the fact so far: what was flagged counts like what was announced.
    """
    old = fact.value
    if agrees:
        return Factor(1.1, "")
    if isinstance(old, DateSpan) and isinstance(new, DateSpan):
        if _has_happened(fact):
            return Factor(0.3, "the event had happened when it was announced")
        if fact.valid_from and new.end and new.end < fact.valid_from:
            return Factor(0.0, "was past when the event was announced as still to come")
        if published and new.end and old.start and new.end <= published < old.start and old.start - new.end > FAR_EARLIER:
            return Factor(0.3, "is past already, long before the event was due")
        first = next((d for d in (old.start, old.end) if d), None)
        second = next((d for d in (new.start, new.end) if d), None)
        years = abs(first.year - second.year) if first and second else 0
        return Factor(1.0 if years <= 4 else 0.8 if years <= 12 else 0.4, "" if years <= 12 else f"{years} years apart")
    ratio = min((r for v in (old, *known) if (r := times_apart(v, new)) is not None), default=None)
    if ratio is None:
        return Factor(0.6, "")
    if ratio <= Decimal("3"):
        return Factor(1.0, "")
    if ratio <= Decimal("6"):
        return Factor(0.75, "of another size")
    return Factor(0.35, "of quite another size")


def is_just_past(value: Value, published: date | None) -> bool:
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


def coincide(old: Value, new: Value) -> bool:
    """Are the bare numbers the same, at the precision of the coarser? Tighter than `compare`, which lets a hedge agree with much."""
    if isinstance(old, Money) and isinstance(new, Money):
        a, b, unit = old.size, new.size, max(old.precision, new.precision)
        if a is None or b is None:
            return False
        is_hedged = (new.qualifier is Qualifier.OVER and a > b) or (new.qualifier is Qualifier.UNDER and a < b)  # 12.25 is "over 12"
        return abs(a - b) <= min(unit if is_hedged else unit / 2, max(a, b) / (20 if is_hedged else 40))
    return old.count == new.count if isinstance(old, Count) and isinstance(new, Count) else True


def is_same_sum(one: Money, other: Money) -> bool:
    return one.currency == other.currency and coincide(one, other)


def times_apart(old: Value, new: Value) -> Decimal | None:
    """How many times the larger is the smaller; None when unlike or zero."""
    pair: tuple[Decimal | None, Decimal | None] = (None, None)
    if isinstance(old, Money) and isinstance(new, Money):
        if None not in (old.currency, new.currency) and old.currency != new.currency:
            rate = exchange.rate(old.currency or "", new.currency or "")
            return None if rate is None else _times((old.size or Decimal(0)) * rate, new.size)
        pair = (old.size, new.size)
    elif isinstance(old, Count) and isinstance(new, Count):
        factor = in_common(new.unit, old.unit) if old.measure and new.measure else Decimal(1)
        pair = (old.count, new.count * factor) if factor is not None else (None, None)
    return _times(pair[0], pair[1])


def _times(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return max(a, b) / min(a, b) if a and b else None


# What stands around a whole part of the page says less of one sentence than the sentence before it does.
_WIDE = frozenset({"in the heading", "in the title", "in the lead"})


def foreign_to(situation: Situation) -> str | None:
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


def subject_of(situation: Situation) -> KnownName | None:
    """The part of the programme a statement speaks of: the nearest named site or organisation, if any."""
    found = [
        (n.nearness, name.kind == "site", name.text, name)
        for name, n in situation.names.items()
        if name.kind in ("site", "organisation", "host") and n.nearness >= 0.4
    ]
    return max(found, key=lambda f: f[:3])[3] if found else None


def money_about(value: Money, observation: Observation, near: Mapping[str, float]) -> str | None:
    """The sort of money of a new amount; None for prices, vague sums and amounts of nothing in particular."""
    if value.currency is None or value.per or value.vague or Role.PART in observation.roles or (value.amount or value.max or 0) < LEAST_NEW:
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
