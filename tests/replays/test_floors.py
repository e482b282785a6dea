"""The gate: no change makes the labelled replays worse than what is pinned in floors.toml."""

from __future__ import annotations

import pytest

from tests import floors
from tests.scoring import Score, load_case, score

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("group", ["developed-on", "held-out"])
def test_replays_are_not_below_their_floor(group: str) -> None:
    values, pinned = floors.reached(floors.measured(group)), floors.floors()[group]
    assert {n: (v, pinned[n]) for n, v in values.items() if floors.is_below(n, v, pinned[n])} == {}


def test_floors_only_rise_without_a_reason() -> None:
    old = {"g": {"precision": 0.9, "false_per_100_unchanged": 2.0}}
    new = {"g": {"precision": 0.8, "false_per_100_unchanged": 1.0}}
    assert floors.pinned(old, new, lower=False) == {"g": {"precision": 0.9, "false_per_100_unchanged": 1.0}}
    assert floors.pinned(old, new, lower=True) == new


def test_marker_can_fail() -> None:
    case = load_case(floors.REPLAYS / "eurohpc-ai-factories")
    captures = {c["id"]: c for c in case.captures}

    def flag(label: dict[str, object], value: object, kind: str) -> dict[str, object]:
        capture = captures[label["capture"]]
        evidence = [{"captured_at": capture["captured_at"], "quote": " ... ".join(label.get("keywords", [""]))}]  # type: ignore[arg-type]
        fact = None if label.get("fact") in (None, "new") else label["fact"]
        return {"fact": fact, "type": kind, "old": None, "new": value, "label": "", "confidence": 0.9, "evidence": evidence}

    perfect = [flag(e, e.get("new"), e["type"]) for e in case.expected]
    everything = [*perfect, *(flag(n, n["value"], "budget_revised") for n in case.must_not if "currency" in n.get("value", {}))]
    facts = frozenset({"investment", "factories", "member-states", "lumi-money"})

    def marked(flags: list[dict[str, object]]) -> Score:
        return score(case, flags, facts)

    assert (marked(perfect).precision, marked(perfect).recall) == (1.0, 1.0)
    assert marked([]).recall == 0.0
    assert marked(everything).precision < 1.0
