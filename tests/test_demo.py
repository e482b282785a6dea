"""The demo flags what changed on its pages and nothing of the noise around it."""

from __future__ import annotations

import io
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.console import Console

from monitor import baseline
from monitor.core.model import Change, ChangeType, Count, Evidence, Money, Site
from monitor.core.readers import read
from monitor.demo import showing
from monitor.demo.bundle import Bundle, load
from monitor.demo.server import PageServer, serving
from monitor.demo.stepping import PROGRAMME, make_home
from monitor.errors import MonitorError, UsageError
from monitor.store import engine, looks, queries
from monitor.store.engine import Store

NOISE_DAYS = [date(2025, 1, 15), date(2025, 2, 10), date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 10), date(2026, 2, 17)]
SECOND_WAVE = {"AI:AT": "AT", "BRAIN++": "BG", "AI2F": "FR", "JAIF": "DE", "PIAST AI Factory": "PL", "SLAIF": "SI"}
THIRD_WAVE = {"CZAI": "CZ", "LitAI": "LT", "NLAIF": "NL", "Gaia AI Factory": "PL", "RO AI Factory": "RO", "1HealthAI": "ES"}

# type, fact of the baseline (None: new), value, day of the first sight
EXPECTED = [
    ("new_budget", None, "EUR 485000000", "2025-03-12"),  # the tranche of a wave is not the total
    ("count_changed", "sites.count", "13", "2025-03-12"),
    ("count_changed", "participants.member-states", "17", "2025-03-20"),  # edited in place
    ("new_budget", None, "EUR 430000000", "2025-04-10"),  # Italian, one site
    ("new_budget", None, "EUR 55000000", "2025-04-10"),  # German, one site
    ("new_budget", None, "EUR 85000000", "2025-06-25"),  # German, a sentence that is new on an old page
    ("new_budget", None, "EUR 80000000", "2025-06-25"),  # German, a site that is itself new; a comparison with a railway office beside it
    ("count_changed", "sites.count", "19", "2025-10-10"),
    ("budget_revised", "investment.total", "EUR 2600000000", "2025-10-10"),
    ("new_budget", None, "EUR 500000000", "2025-10-10"),
    ("new_budget", None, "EUR 200000000", "2025-10-14"),  # Dutch, one site
    ("new_budget", None, "EUR 54000000", "2025-12-19"),  # a contract under its label
]


class Run(NamedTuple):
    """One whole demo: what it printed, and the home it was told to keep."""

    text: str
    home: Path
    changes: list[Change]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("demo") / "home"
    screen = Console(file=io.StringIO(), width=200)
    assert showing.run(home=home, console=screen) == 0
    assert isinstance(screen.file, io.StringIO)
    with engine.open(home / "var" / "monitor.db") as store:
        return Run(screen.file.getvalue(), home, queries.changes(store))


@pytest.fixture
def store(run: Run) -> Iterator[Store]:
    with engine.open(run.home / "var" / "monitor.db") as opened:
        yield opened


def shown(change: Change) -> str:
    """The new value in a few characters."""
    match change.new:
        case Money(amount=Decimal() as amount, currency=currency):
            return f"{currency} {amount:f}"
        case Count(count=count):
            return f"{count:f}"
        case Site(name=name, country=country):
            return f"{name}, {country}"
        case _:
            return str(change.new)


def summary(change: Change) -> tuple[str, str | None, str, str]:
    return (str(change.type), change.fact, shown(change), str(change.first_seen.date()))


pytestmark = pytest.mark.slow  # one run of all days, about 20 s, for all tests of this file


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda e: f"{e[1] or e[0]} {e[2]}")
def test_each_expected_change_is_flagged_on_its_day_and_once(run: Run, expected: tuple[str, str | None, str, str]) -> None:
    assert [summary(change) for change in run.changes].count(expected) == 1


@pytest.mark.parametrize(("wave", "day"), [(SECOND_WAVE, "2025-03-12"), (THIRD_WAVE, "2025-10-10")], ids=["second wave", "third wave"])
def test_the_sites_of_a_wave_are_new_on_its_day(run: Run, wave: dict[str, str], day: str) -> None:
    new = {shown(c) for c in run.changes if c.type is ChangeType.NEW_SITE and str(c.first_seen.date()) == day}
    assert new == {f"{name}, {country}" for name, country in wave.items()}


def test_nothing_else_is_flagged(run: Run) -> None:
    rest = [summary(c) for c in run.changes if c.type not in (ChangeType.NEW_SITE, ChangeType.NEW_DATE) and summary(c) not in EXPECTED]
    assert rest == []


@pytest.mark.parametrize("day", NOISE_DAYS, ids=str)
def test_a_day_of_noise_alone_flags_nothing(run: Run, day: date) -> None:
    assert [summary(change) for change in run.changes if change.first_seen.date() == day] == []
    assert re.search(rf"^{day}  \d+ pages looked at.*: nothing changed$", run.text, re.M)


def test_an_error_page_withdraws_nothing_and_is_told(run: Run) -> None:
    assert re.search(r"^2026-01-20  .*, 1 not seen: nothing changed$", run.text, re.M)
    assert not [c for c in run.changes if c.type in (ChangeType.WITHDRAWN, ChangeType.SITE_REMOVED)]


def test_other_publishers_add_evidence_to_one_change(run: Run) -> None:
    nineteen = next(c for c in run.changes if summary(c)[:3] == ("count_changed", "sites.count", "19"))
    assert len({evidence.publisher for evidence in nineteen.evidence}) >= 3


def test_every_quote_stands_in_its_capture(run: Run, store: Store) -> None:
    every = [evidence for change in run.changes for evidence in change.evidence]
    assert len(every) >= 23
    assert [evidence for evidence in every if quoted(store, evidence) != evidence.quote] == []


def quoted(store: Store, evidence: Evidence) -> str:
    body = store.blobs.get(evidence.sha256)
    assert body is not None
    media_type = "application/rss+xml" if evidence.url.endswith(".xml") else "text/html; charset=utf-8"
    page = read(body, media_type, evidence.url)
    return page.text[evidence.start : evidence.end]


def test_unchanged_answers_are_not_stored_again(store: Store) -> None:
    feed = next(source for source in looks.sources(store) if source.id == "ju-feed")
    assert (feed.snapshots, feed.status) == (3, "unchanged")


def test_the_end_tells_old_and_new_with_quote_and_link(run: Run) -> None:
    lines = [line.strip() for line in run.text.splitlines()]
    at = next(i for i, line in enumerate(lines) if line.startswith("Budget revised: "))
    assert "EUR 1.5 billion → over EUR 2.6 billion" in lines[at]
    assert lines[at + 1].startswith("“The AI Factories are now worth over EUR 2.6 billion")
    assert re.search(r"publishers?; http://127\.0\.0\.1:\d+/ai-factories\.example/news/nineteen$", lines[at + 2])
    assert "Since 10 October 2025" in lines


def test_a_kept_home_is_refused_a_second_time(run: Run) -> None:
    with pytest.raises(UsageError, match="a home already"):
        showing.run(home=run.home, console=Console(file=io.StringIO()))


# ------------------------------------------------------------------------------------------------------------------ home, web UI


def test_the_programme_of_the_demo_has_no_errors(tmp_path: Path) -> None:
    make_home(tmp_path, "http://127.0.0.1:1")
    checked = baseline.check(tmp_path / "baseline" / PROGRAMME)
    assert [p for p in checked.problems if p.level == "error"] == []


def test_a_folder_of_its_own_is_gone_afterwards() -> None:
    with showing.home_of(None) as home:
        (home / "var").mkdir()
        assert home.is_dir()
    assert not home.exists()


def test_a_missing_web_ui_is_said_before_anything_is_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(showing, "WEB", "monitor.no_such_web.app")
    with pytest.raises(MonitorError, match="no web UI"):
        showing.run(serve=True, home=tmp_path / "home")
    assert not (tmp_path / "home").exists()


# ------------------------------------------------------------------------------------------------------------------ pages and server


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load()


@pytest.fixture
def server(bundle: Bundle) -> Iterator[PageServer]:
    with serving(bundle, bundle.days[0]) as running:
        yield running


def ask(url: str, etag: str = "") -> tuple[int, str, str]:
    """Status, ETag and body of an answer."""
    request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["ETag"] or "", answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["ETag"] or "", error.read().decode()


def test_a_page_stays_as_it_was_until_a_later_day_replaces_it(server: PageServer) -> None:
    url = f"{server.base}/ai-factories.example/ai-factories"
    assert "seven consortia" in ask(url)[2]
    server.today = date(2025, 3, 19)
    assert "seven consortia" in ask(url)[2]
    server.today = date(2025, 3, 20)
    assert "thirteen consortia" in ask(url)[2]


def test_the_noise_of_a_page_is_another_one_every_day_and_the_same_all_day(server: PageServer) -> None:
    url = f"{server.base}/calcul.example/sept-usines"
    first, again = ask(url), ask(url)
    server.today = date(2025, 1, 16)
    assert first == again
    assert ask(url)[2] != first[2]


def test_what_did_not_change_is_answered_with_304(server: PageServer) -> None:
    url = f"{server.base}/ai-factories.example/feed.xml"
    etag = ask(url)[1]
    server.today = date(2025, 2, 1)
    assert ask(url, etag)[0] == 304
    server.today = date(2025, 3, 12)
    assert ask(url, etag)[0] == 200


def test_unknown_pages_and_error_pages_are_404(server: PageServer) -> None:
    assert ask(f"{server.base}/ai-factories.example/no-such-page")[0] == 404
    server.today = date(2026, 1, 20)
    assert ask(f"{server.base}/kajaani.example/lumi-ai-factory")[0] == 404
    server.today = date(2026, 2, 3)
    assert ask(f"{server.base}/kajaani.example/lumi-ai-factory")[0] == 200


def test_there_are_at_least_ten_days_and_every_page_has_an_outlet(bundle: Bundle) -> None:
    assert len(bundle.days) >= 10
    assert {path.split("/")[0] for path in bundle.pages} == set(bundle.sites)
    assert {site["language"] for site in bundle.sites.values()} == set(bundle.noise)


def test_every_link_leads_to_a_page_that_is_there_on_its_day(bundle: Bundle) -> None:
    links = [
        (version.since, target)
        for versions in bundle.pages.values()
        for version in versions
        for target in re.findall(r"\{\{pages\}\}/([^\"<]{1,200})", version.text)
    ]
    assert len(links) >= 20
    assert [(day, target) for day, target in links if bundle.answer(target, day, "") is None] == []


def test_no_field_of_a_layout_stays_empty(bundle: Bundle) -> None:
    for path in bundle.pages:
        answer = bundle.answer(path, bundle.days[-1], "http://127.0.0.1:1")
        assert answer is not None
        assert b"{{" not in answer.body
