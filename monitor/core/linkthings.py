"""Things that are named rather than counted: sites, participants, organisations, and the states they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.core.catalogue import Signature
from monitor.core.fit import (
    foreign_to,
    property_said,
    scope_said,
)
from monitor.core.kinds.site import same_site
from monitor.core.linkpage import THRESHOLD, PageLinking, Target
from monitor.core.model import (
    NOT_NOW,
    Countries,
    Country,
    Fact,
    Linked,
    Observation,
    Passage,
    Place,
    Region,
    Role,
    Site,
    Status,
    Unlinked,
)
from monitor.core.situation import (
    AROUND,
    SENTENCE,
    TITLE,
    Situation,
    row_of,
    stems,
)
from monitor.core.text import names as known_names
from monitor.core.text.cues import vocabulary
from monitor.core.text.words import plain

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
HEAD_OF_ITEM = 24  # letters behind the length of a place's name within which an item of its list names its site


class Things(PageLinking):
    """The linking of sites, participants and states."""

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
