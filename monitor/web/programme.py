"""A programme at a glance: facts now against announced with their clocks, charts, map, participants, versions; and one fact in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitor.baseline import drift
from monitor.core.model import Baseline, Change, ChangeStatus, Countries, Country, Fact, Organisation, Value
from monitor.errors import UsageError
from monitor.render.clean import line
from monitor.store import browse, looks, queries
from monitor.store.browse import Filter
from monitor.store.queries import FactState
from monitor.web.charts import Chart, slip_chart, step_chart
from monitor.web.face import Face, Shared
from monitor.web.maps import site_map
from monitor.web.past import Version, versions
from monitor.web.people import Viewer
from monitor.web.queue import PageNumber

FACTS_SHOWN = 200
FLAGS_DRAWN = 500
STEPS_DRAWN = 8
DATES_DRAWN = 12
VERSIONS_SHOWN = 200

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Row:
    """A fact of the table: now, as announced (None: not there then), its clocks, and how many flags wait about it."""

    fact: Fact
    announced: Value | None
    state: FactState | None
    flags: int

    @property
    def has_moved(self) -> bool:
        return self.announced != self.fact.value


@router.get("/programmes")
def programmes(request: Request, face: Shared, person: Viewer) -> HTMLResponse:
    baselines = face.programmes()
    values = {
        "programmes": [(b, browse.count(face.store, Filter(b.id, ChangeStatus.OPEN), face.today())) for b in baselines],
        "unreadable": face.unreadable(),
    }
    return face.html(request, person, "programmes.html", values)


@router.get("/programmes/{programme}")
def show(request: Request, face: Shared, person: Viewer, programme: str, page: PageNumber, q: str = "", moved: str = "") -> HTMLResponse:
    baseline = face.baseline(programme)
    flagged = open_changes(face, programme)
    chosen = [f for f in baseline.facts if is_wanted(f, q)]
    if moved:
        changed = {d.key for d in drift(baseline)}
        chosen = [f for f in chosen if f.key in changed]
    pages = max(1, -(-len(chosen) // FACTS_SHOWN))
    page = min(page, pages)
    shown = chosen[(page - 1) * FACTS_SHOWN : page * FACTS_SHOWN]
    values = {
        "baseline": baseline,
        "rows": rows(face, baseline, shown, flagged),
        "total": len(chosen),
        "page": page,
        "pages": pages,
        "flag_count": browse.count(face.store, Filter(programme, ChangeStatus.OPEN), face.today()),
        "moved_count": len(drift(baseline)),
        "new": [c for c in flagged if c.fact is None][:20],
        "steps_drawn": step_charts(baseline, flagged, face),
        "slip": dates_chart(baseline, flagged, face),
        "map": site_map(baseline, flagged),
        "participants": participants(baseline.facts),
        "sources": looks.sources(face.store, programme),
    }
    return face.html(request, person, "programme.html", values)


def is_wanted(fact: Fact, words: str) -> bool:
    text = f"{fact.label} {fact.key} {fact.kind} {fact.scope or ''}".lower()
    return all(word in text for word in words.lower().split())


def open_changes(face: Face, programme: str) -> list[Change]:
    """Those that are drawn; a programme with more waiting has other worries than its charts."""
    return browse.changes(face.store, Filter(programme, ChangeStatus.OPEN), face.today(), limit=FLAGS_DRAWN)


def rows(face: Face, baseline: Baseline, shown: Sequence[Fact], flagged: Iterable[Change]) -> list[Row]:
    announced = {f.key: f.value for f in baseline.announced}
    states = {s.fact.key: s for s in queries.facts(face.store, baseline.id)}
    flags: Mapping[str, int] = counted(c.fact for c in flagged if c.fact)
    return [Row(f, announced.get(f.key), states.get(f.key), flags.get(f.key, 0)) for f in shown]


def counted(keys: Iterable[str]) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    for key in keys:
        found[key] += 1
    return found


def step_charts(baseline: Baseline, flagged: Sequence[Change], face: Face) -> list[Chart]:
    """Budgets and counts that moved, or are said to; those that moved most often first."""
    found = []
    moved = {r.fact for r in baseline.revisions} | {c.fact for c in flagged}
    for fact in baseline.facts:
        if fact.kind in ("money", "count") and not fact.removed and fact.key in moved:
            chart = step_chart(fact, versions(baseline, fact.key, flagged), face.today())
            found += [chart] if chart else []
    return sorted(found, key=lambda c: -len(c.dots))[:STEPS_DRAWN]


def dates_chart(baseline: Baseline, flagged: Sequence[Change], face: Face) -> Chart | None:
    dates = [f for f in baseline.facts if f.kind == "date" and not f.removed]
    histories: list[tuple[Fact, Sequence[Version]]] = [(f, versions(baseline, f.key, flagged)) for f in dates]
    histories.sort(key=lambda h: -len(h[1]))
    return slip_chart(histories[:DATES_DRAWN], face.today())


def participants(facts: Iterable[Fact]) -> list[tuple[Fact, list[str]]]:
    """The facts that list who takes part, with the names in them."""
    found = []
    for fact in facts:
        names = members(fact.value)
        if names and not fact.removed:
            found.append((fact, names))
    return found


def members(value: Value) -> list[str]:
    match value:
        case Countries(countries=codes):
            return [line(c, 40) for c in codes]
        case Country(country=code):
            return [code]
        case Organisation(organisation=name):
            return [line(name, 120)]
        case _:
            return []


@router.get("/programmes/{programme}/facts/{key}")
def fact(request: Request, face: Shared, person: Viewer, programme: str, key: str) -> HTMLResponse:
    """One fact: its versions, its clocks, and what every page says and said about it."""
    baseline = face.baseline(programme)
    found = next((f for f in baseline.facts if f.key == key), None)
    if found is None:
        raise UsageError(f"there is no fact {line(key, 100)!r} in {programme}")
    about = browse.changes(face.store, Filter(programme, fact=key), face.today(), limit=100, newest=True)
    flagged = [c for c in about if c.status is ChangeStatus.OPEN]
    claims = browse.claims_of_facts(face.store, programme, [key], limit=500)
    history = versions(baseline, key, flagged)
    chart = slip_chart([(found, history)], face.today()) if found.kind == "date" else step_chart(found, history, face.today())
    values = {
        "baseline": baseline,
        "fact": found,
        "state": next((s for s in queries.facts(face.store, programme) if s.fact.key == key), None),
        "history": history,
        "chart": chart,
        "changes": about,
        "now_said": [c for c in claims if c.ended_at is None],
        "once_said": [c for c in reversed(claims) if c.ended_at is not None],
    }
    return face.html(request, person, "fact.html", values)


@router.get("/programmes/{programme}/versions")
def history(request: Request, face: Shared, person: Viewer, programme: str, since: str = "1") -> HTMLResponse:
    """The versions of the baseline: who made each, from which change; and what differs between one and now."""
    baseline = face.baseline(programme)
    number = int(since) if since.isascii() and since.isdigit() and len(since) < 7 else 1
    number = max(1, min(number, baseline.version))
    values = {
        "baseline": baseline,
        "since": number,
        "revisions": list(reversed(baseline.revisions))[:VERSIONS_SHOWN],
        "drifts": drift(baseline, number),
        "blame": {f.key: next((r for r in reversed(baseline.revisions) if r.fact == f.key), None) for f in baseline.facts},
        "labels": {f.key: f.label for f in baseline.facts},
    }
    return face.html(request, person, "versions.html", values)
