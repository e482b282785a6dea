"""The programme folder that comes with monitor, read by the real kinds."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import baseline, plugins
from monitor.core.lang import load
from monitor.core.model import Count, Countries, Money, Revision, Site

FOLDER = Path(baseline.__file__).parents[2] / "baseline" / "eurohpc-ai-factories"


@pytest.fixture(scope="module")
def checked() -> baseline.Checked:
    return baseline.check(FOLDER)


def test_the_only_problem_is_the_gap_of_the_announcement(checked: baseline.Checked) -> None:
    assert len(checked.problems) == 1
    line = str(checked.problems[0])
    assert line.startswith("eurohpc-ai-factories/facts.toml:")
    assert "warning: 'participants.count' states 17 states, but 13 are named under 'participants.named'" in line
    assert line.endswith("(4 are not named)")


def test_the_announced_values_are_read(checked: baseline.Checked) -> None:
    assert checked.baseline is not None
    values = {f.key: f.value for f in checked.baseline.facts}
    total, sites, named = values["investment.total"], values["sites.count"], values["participants.named"]
    assert isinstance(total, Money)
    assert (total.amount, total.currency) == (1_500_000_000, "EUR")
    assert isinstance(sites, Count)
    assert sites.count == 7
    assert isinstance(named, Countries)
    assert len(named.countries) == 13
    assert sum(isinstance(v, Site) for v in values.values()) == 7


def test_every_fact_has_its_proof_and_every_source_its_publisher(checked: baseline.Checked) -> None:
    assert checked.baseline is not None
    assert all(f.quote and f.url for f in checked.baseline.facts)
    assert all(s.publisher for s in checked.baseline.sources)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("money", "over EUR 2.6 billion"),
        ("money", "EUR 485 million"),
        ("money", "EUR 20-40 million"),
        ("money", "up to EUR 40 million per year"),
        ("date", "2026-Q3"),
        ("date", "2029/2033"),
        ("date", "2035/.."),
        ("date", "by the end of 2027"),
        ("count", "19 AI Factories"),
        ("status", "under construction"),
        ("countries", ["PT", "RO"]),
        ("site", {"name": "X", "place": "Linz", "country": "AT"}),
        ("organisation", "University of Linz"),
    ],
)
def test_an_accepted_value_of_any_kind_is_read_back_as_it_was(tmp_path: Path, kind: str, written: object) -> None:
    folder = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, folder)
    value = plugins.kinds()[kind].parse(written, load("en"))
    revision = Revision(
        2, datetime(2026, 1, 1, tzinfo=UTC), "Ada", None, "new.fact", value, kind, "New", quote="q", url="https://a.example"
    )
    baseline.append_revision(folder, baseline.folder_digest(folder), revision)
    assert baseline.read(folder).revisions == (revision,)
