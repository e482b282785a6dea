"""The labelled cases themselves: what their labels say stands in the captures, so that no change is owed that no page shows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from monitor.core.model import ChangeType
from monitor.core.text.words import plain
from tests.scoring import Case, load_case

FOLDERS = sorted(p.parent for p in Path(__file__).parent.glob("*/case.toml"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: str(folder.name))
def case(request: pytest.FixtureRequest) -> Case:
    folder: Path = request.param
    return load_case(folder)


def test_every_capture_is_a_file_of_its_own_and_every_file_is_a_capture(case: Case) -> None:
    named = [c["file"] for c in case.captures]
    stored = {f"captures/{p.name}" for p in (case.folder / "captures").iterdir()}

    assert len(named) == len(set(named))
    assert set(named) == stored


def test_captures_stand_in_order_and_a_minute_apart(case: Case) -> None:
    moments = [datetime.fromisoformat(c["captured_at"]) for c in case.captures]

    assert all(m.tzinfo is not None for m in moments)
    assert all((later - earlier).total_seconds() >= 60 for earlier, later in pairwise(moments))
    assert len({c["id"] for c in case.captures}) == len(case.captures)


def test_no_page_was_published_after_it_was_captured(case: Case) -> None:
    for capture in case.captures:
        if capture.get("published"):
            assert date.fromisoformat(capture["published"]) <= datetime.fromisoformat(capture["captured_at"]).date(), capture["id"]


def test_every_capture_belongs_to_a_source_of_the_programme(case: Case) -> None:
    sources = {s["id"]: s for s in _baseline(case, "programme")["source"]}

    for capture in case.captures:
        source = sources[capture["source"]]
        assert capture["url"] == source["url"] or capture["url"].startswith(source.get("follow") or source["url"]), capture["id"]


def test_labels_name_captures_facts_and_types_that_exist(case: Case) -> None:
    captures, facts = {c["id"] for c in case.captures}, {f["key"] for f in _baseline(case, "facts")["fact"]}

    for label in _labels(case):
        assert label["capture"] in captures
        assert {label.get("fact", "new"), *label.get("fact_any", ())} <= facts | {"new"}, label
        assert label.get("type", ChangeType.NEW_SITE) in set(ChangeType), label


def test_nothing_is_owed_on_a_capture_that_shows_nothing_new(case: Case) -> None:
    quiet = {c["id"] for c in case.captures if c["unchanged"]}

    assert not [e for e in case.expected if e["capture"] in quiet]
    assert {c["id"] for c in case.captures} - quiet == {e["capture"] for e in case.expected}


def test_every_keyword_stands_in_the_capture_it_is_owed_on(case: Case) -> None:
    texts = {c["id"]: _text(case.folder / c["file"]) for c in case.captures}

    for want in case.expected:
        for keyword in want.get("keywords", ()):
            assert texts[want["capture"]] is None or _flat(keyword) in str(texts[want["capture"]]), want


def test_dates_of_labels_run_forward(case: Case) -> None:
    for value in _values(case):
        if value.get("start") and value.get("end"):
            assert date.fromisoformat(value["start"]) <= date.fromisoformat(value["end"]), value


def _labels(case: Case) -> list[dict[str, Any]]:
    return [*case.expected, *case.optional, *case.must_not]


def _values(case: Case) -> Iterator[dict[str, Any]]:
    for label in _labels(case):
        yield from (v for v in (label.get("new"), label.get("old"), label.get("value"), *label.get("accept", ())) if isinstance(v, dict))


def _baseline(case: Case, name: str) -> dict[str, Any]:
    return tomllib.loads((case.folder / "baseline" / case.programme / f"{name}.toml").read_text("utf-8"))


def _text(path: Path) -> str | None:
    """The visible words of a capture, folded; None for what is not markup."""
    if path.suffix == ".pdf":
        return None
    soup = BeautifulSoup(path.read_bytes(), "xml" if path.suffix == ".xml" else "lxml")
    return _flat(soup.get_text(" "))


def _flat(text: str) -> str:
    return " ".join(plain(text).split())
