"""New facts: statements about the programme that no known fact covers, where they have earned their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from monitor.core.fit import (
    is_same_sum,
    money_about,
    subject_of,
    telling,
    times_apart,
)
from monitor.core.linkpage import PageLinking
from monitor.core.model import (
    Count,
    DateSpan,
    KnownName,
    Linked,
    Money,
    Observation,
    Passage,
    Region,
    Role,
)
from monitor.core.situation import (
    BEFORE,
    EVENTS,
    SENTENCE,
    SORTS,
    Situation,
    stems,
)
from monitor.core.text.words import properties

# What is counted only in passing: a new number of these is a detail, not a fact of the programme.
_DETAILS = frozenset({"jobs", "homes", "students", "beds", "length", "power", "compute", "duration"})
RESTATED_WITHIN = Decimal("1.2")  # a sum restated in a foreign currency is hardly further off the rate of the years
ABOVE_ALL = Decimal("1.5")  # so many times the largest known amount is no part of the programme
MANY = 10  # projects that share the pot of a call
POT_REACH = 40  # letters between the pot and their number

# Names as European languages but German write them: capitalised words in a row.
_PROPER = re.compile(r"\b[A-ZÀ-Ý][\w’'-]{2,30}(?:(?:[ –-]| de | of | di | da )[A-ZÀ-Ý][\w’'-]{1,30}){0,4}")


class NewFacts(PageLinking):
    """The judgement of what is new."""

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
        if isinstance(observation.value, Money) and self._is_no_sum_of_its_own(observation, observation.value):
            return None
        if about in SORTS and situation.concepts[about].nearness < SENTENCE and not self._is_ours_near(situation):
            return None  # neither what the money is nor whose is said by it
        if about is None or (not (self.official and is_prose) and situation.is_of_strangers):
            return None
        if passage.column_header and passage.row is not None and subject is None and not self._row_has_new_site(passage):
            return None  # one of many amounts in a table about other things
        if subject is None and not self._row_has_new_site(passage) and self._is_of_named_stranger(passage):
            return None
        label = self._label(observation, subject, about)
        reasons = (f"about {subject.text if subject else 'the programme'}, {about}", "no known fact covers it")
        score = 0.6 if situation.names else 0.5
        return Linked(observation, None, score, reasons, label, f"{observation.kind}|{subject.text if subject else ''}|{about}")

    def _is_no_sum_of_its_own(self, observation: Observation, value: Money) -> bool:
        """Is it a known amount told without its fact's words, or in another currency, the step by which one moved, or more than a part can be?"""
        if telling(value) >= 0.68 and next(self._facts_saying(observation), None):
            return True
        if any(is_same_sum(step, value) for step in self._sums.steps):
            return True
        return self._is_known_in_another_currency(value) or self._is_above_all(value) or self._is_pot_of_many(observation)

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
        amount, largest = value.size, self._sums.largest.get(value.currency)
        return amount is not None and largest is not None and len(self._sums.announced) > 1 and amount > ABOVE_ALL * largest

    def _is_ours_near(self, situation: Situation) -> bool:
        return self.official or any(n.nearness >= BEFORE and name.kind != "other" for name, n in situation.names.items())

    def _is_of_named_stranger(self, passage: Passage) -> bool:
        """Does the label or row head of a value name something in capitals that is not ours: "Marinus Link", "Rewiring the Nation"?"""
        head = passage.label or passage.row_header or ""
        words = [w for w in head.split() if len(w) > 3]
        is_name = self.lexicon.code != "de" and len(words) >= 2 and all(w[:1].isupper() for w in words) and not head.isupper()
        return is_name and not properties(self.lexicon).concepts(head) and not self._is_ours(head)

    def _names_strangers(self, observation: Observation, situation: Situation) -> bool:
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
