"""The marker of the replays: flagged changes against what a reviewer wants flagged.

A case is a folder `tests/replays/<case>/`: `case.toml` (captures with their labels), `captures/` (the pages) and `baseline/<programme>/`. Each expected
change is owed once, from the first capture that shows it; a second flag for it is a false alarm. A change of a baseline fact must be linked to that fact, a
new one to none. Money agrees within 0.6 % and the same currency, dates within 31 days at both ends or overlapping by half, sites by name or place but never
across countries, counts exactly. `optional` changes are neutral; so are `new_date` and `date_refined` nobody asked for, but they are counted as noise.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from monitor.core.text.words import plain

Flag = Mapping[str, Any]  # a change as `monitor changes --format json` prints it

FAMILY = {
    "new_site": "joined",
    "participant_joined": "joined",
    "site_removed": "left",
    "participant_left": "left",
    "withdrawn": "left",
    "new_budget": "money",
    "budget_revised": "money",
    "new_date": "date",
    "date_moved": "date",
    "date_refined": "date",
    "count_changed": "count",
    "status_changed": "status",
    "conflict": "any",
}
LOW_VALUE = frozenset({"new_date", "date_refined"})


@dataclass
class Case:
    """A labelled case as read from its folder."""

    folder: Path
    group: str
    programme: str
    captures: list[dict[str, Any]]
    expected: list[dict[str, Any]]
    optional: list[dict[str, Any]]
    must_not: list[dict[str, Any]]


@dataclass
class Score:
    """What came of one case, or of several added up."""

    expected: int = 0
    flagged: int = 0
    hits: int = 0
    false: int = 0
    neutral: int = 0
    low_value: int = 0
    right_type: int = 0
    right_quote: int = 0
    unchanged: int = 0
    false_on_unchanged: int = 0
    captures: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    confident: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.expected if self.expected else 1.0

    @property
    def false_per_100_unchanged(self) -> float:
        return 100 * self.false_on_unchanged / self.unchanged if self.unchanged else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})


def load_case(folder: Path) -> Case:
    data = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    return Case(
        folder,
        data.get("group", "developed-on"),
        data["programme"],
        data.get("capture", []),
        data.get("expected", []),
        data.get("optional", []),
        data.get("must_not", []),
    )


def score(case: Case, flags: Sequence[Flag], facts: frozenset[str]) -> Score:
    """Marks the flags of one case; `facts` are the keys of its baseline."""
    result = Score(expected=len(case.expected), flagged=len(flags), captures=len(case.captures))
    result.unchanged = sum(bool(c.get("unchanged")) for c in case.captures)
    pairs = sorted(
        ((_fit(want, flag, case, facts), i, j) for i, want in enumerate(case.expected) for j, flag in enumerate(flags)),
        key=lambda p: (-p[0], p[1], p[2]),
    )
    owner = _match([p for p in pairs if p[0] > 0], len(case.expected))
    used = set(owner.values())
    for i, want in enumerate(case.expected):
        if i in owner:
            flag = flags[owner[i]]
            result.hits += 1
            result.right_type += flag["type"] == want["type"]
            result.right_quote += any(_holds(e["quote"], k) for e in flag["evidence"] for k in want.get("keywords", [""]))
            result.confident.append((flag["confidence"], True))
        else:
            result.missed.append(f"{case.folder.name} {want['capture']} {want['type']} {want.get('fact') or 'new'} {want.get('new')}")
    for j, flag in enumerate(flags):
        if j not in used:
            _leftover(case, flag, facts, result)
    return result


def _leftover(case: Case, flag: Flag, facts: frozenset[str], result: Score) -> None:
    if any(_fit(o, flag, case, facts) > 0 for o in case.optional):
        result.neutral += 1
        return
    if flag["type"] in LOW_VALUE:
        result.low_value += 1
        return
    result.false += 1
    result.confident.append((flag["confidence"], False))
    capture = _capture(case, flag)
    result.false_on_unchanged += bool(capture and capture.get("unchanged"))
    result.wrong.append(
        f"{case.folder.name} {capture and capture['id']} {flag['type']} {flag['fact']} {flag['new']} {flag['evidence'][0]['quote'][:100]!r}"
    )


def _match(pairs: list[tuple[float, int, int]], count: int) -> dict[int, int]:
    """A largest matching of expected to flags, better fits first (augmenting paths)."""
    wishes: dict[int, list[int]] = {i: [] for i in range(count)}
    for _, i, j in pairs:
        wishes[i].append(j)
    owner: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in owner.values() and j not in owner:
            owner[j] = i

    def place(i: int, seen: set[int]) -> bool:
        for j in wishes[i]:
            if j not in seen:
                seen.add(j)
                if j not in owner or place(owner[j], seen):
                    owner[j] = i
                    return True
        return False

    for i in range(count):
        if i not in owner.values():
            place(i, set())
    return {i: j for j, i in owner.items()}


def _fit(want: Mapping[str, Any], flag: Flag, case: Case, facts: frozenset[str]) -> float:
    """0 when the flag is not the wanted change; more for the exact type and the first day."""
    families = {FAMILY.get(want["type"]), FAMILY.get(flag["type"])}
    if len(families) > 1 and "any" not in families:
        return 0
    allowed = {want.get("fact") or None, *(want.get("fact_any") or ())}
    linked = flag["fact"] if flag["fact"] in facts else None
    if linked not in {None if a in (None, "new") else a for a in allowed}:
        return 0
    if not any(_agrees(v, flag, want) for v in (want.get("new"), *want.get("accept", ()))):
        return 0
    capture = next((c for c in case.captures if c["id"] == want.get("capture")), None)
    on_time = capture is not None and any(str(e["captured_at"])[:10] == str(capture["captured_at"])[:10] for e in flag["evidence"])
    return 1.0 + float(flag["type"] == want["type"]) + float(on_time)


def _capture(case: Case, flag: Flag) -> dict[str, Any] | None:
    first = min((str(e["captured_at"]) for e in flag["evidence"]), default="")
    return next((c for c in case.captures if str(c["captured_at"])[:16] == first[:16]), None)


def _holds(quote: str, keyword: str) -> bool:
    return " ".join(plain(keyword).split()) in " ".join(plain(quote).split())


# ------------------------------------------------------------------------------------------------------------------------- values


def _agrees(want: Any, flag: Flag, label: Mapping[str, Any]) -> bool:
    got = flag["new"] if flag["new"] is not None else (flag["old"] if FAMILY.get(flag["type"]) == "left" else None)
    if not want:
        return not got or (got.get("start") is None and got.get("end") is None and "amount" not in got)
    if not isinstance(got, Mapping):
        return FAMILY.get(flag["type"]) == "left" and _names(want, {"name": flag["label"]})
    for key, agree in _AGREE.items():
        if key in want:
            return agree(want, got)
    if "status" in want:
        return plain(str(want["status"])) == plain(str(got.get("status"))) or any(
            _holds(e["quote"], k) for e in flag["evidence"] for k in label.get("keywords", ())
        )
    if "country" in want and "name" not in want:
        return bool(want["country"] == got.get("country"))
    return _names(want, got)


def _money(want: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    if got.get("currency") not in (None, want["currency"]):
        return False
    a, b = (Decimal(str(v.get("amount") or v.get("max") or v.get("min") or 0)) for v in (want, got))
    return abs(a - b) <= Decimal("0.006") * max(abs(a), abs(b), Decimal(1))


def _count(want: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    return Decimal(str(want["count"])) == Decimal(str(got.get("count", "-1")))


def _date(want: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    bounds = [[date.fromisoformat(v[k]) if v.get(k) else None for k in ("start", "end")] for v in (want, got)]
    (a, b), (c, d) = bounds
    if None in (a, b, c, d):
        same = a is not None and c is not None and abs(a - c) <= timedelta(days=92)
        return same or (a is None and c is None and b is not None and d is not None and abs(b - d) <= timedelta(days=92))
    assert a
    assert b
    assert c
    assert d
    if abs(a - c) <= timedelta(days=31) and abs(b - d) <= timedelta(days=31):
        return True
    shared = (min(b, d) - max(a, c)).days + 1
    return shared > 0 and shared * 2 >= (max(b, d) - min(a, c)).days + 1


def _names(want: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    if want.get("country") and got.get("country") and want["country"] != got["country"]:
        return False
    a = {plain(str(want[k])) for k in ("name", "organisation", "place") if want.get(k)}
    b = {plain(str(got[k])) for k in ("name", "organisation", "place") if got.get(k)}
    return any(x == y or x in y or y in x or fuzz.ratio(x, y) >= 78 for x in a for y in b)


_AGREE: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = {
    "currency": _money,
    "count": _count,
    "start": _date,
    "edtf": _date,
}


def table(scores: Mapping[str, Score]) -> str:
    """The scores as a table for people."""
    lines = [
        f"{'case':28} {'want':>4} {'flag':>4} {'hit':>4} {'false':>5} {'low':>4} {'prec':>6} {'rec':>6} {'FA/100':>7} {'type':>6} {'quote':>6}"
    ]
    for name, s in scores.items():
        lines.append(
            f"{name:28} {s.expected:4} {s.flagged:4} {s.hits:4} {s.false:5} {s.low_value:4} {s.precision:6.3f} {s.recall:6.3f} {s.false_per_100_unchanged:7.1f}"
            f" {s.right_type / max(1, s.hits):6.2f} {s.right_quote / max(1, s.hits):6.2f}"
        )
    return "\n".join(lines)


def calibration(pairs: Sequence[tuple[float, bool]]) -> dict[str, tuple[int, int]]:
    """Per band of stated confidence: how many flags, how many of them right."""
    bands: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for confidence, is_right in pairs:
        band = f"{int(min(confidence, 0.99) * 10) / 10:.1f}"
        bands[band] += 1
        right[band] += is_right
    return {band: (bands[band], right[band]) for band in sorted(bands)}
