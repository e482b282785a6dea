"""Captures from archives go through the line at their own time, and twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor import watch
from monitor.baseline import read
from monitor.config import Settings
from monitor.core.model import ChangeStatus
from monitor.replay import Replay, Replayed, address_of, open_archive
from monitor.store import looks, outbox, queries
from monitor.store.engine import Store
from monitor.understanding import steps
from tests.homes import AGREES, CITY, FIRST, PAPER, REVISED, archive, make, seen


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make(tmp_path)


def run(home: Path, store: Store, *files: Path, accept_all: bool = False) -> Replayed:
    baseline = read(home / "baseline" / "tram")
    found = open_archive(store, baseline.sources, files)
    return Replay(store, steps(), home, baseline, accept_all=accept_all).run(found.captures, FIRST)


def test_change_is_dated_by_its_capture_and_flagged_once(home: Path) -> None:
    file = archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3), seen(REVISED + " ", 5), seen(REVISED, 6, PAPER))
    with watch.open_store(Settings(home=home)) as store:
        replayed = run(home, store, file)
        (change,) = queries.changes(store)
    assert replayed.raised == (change.id,)
    assert (change.fact, change.first_seen) == ("cost", seen(REVISED, 3).captured_at)
    assert {e.source_id for e in change.evidence} == {"city", "paper"}


def test_second_run_over_the_same_files_changes_nothing(home: Path) -> None:
    file = archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3))
    with watch.open_store(Settings(home=home)) as store:
        run(home, store, file)
        before = (queries.row_counts(store), queries.changes(store), queries.claims(store, "tram", ended=True))
        again = run(home, store, file)
        assert again.raised == ()
        assert (queries.row_counts(store), queries.changes(store), queries.claims(store, "tram", ended=True)) == before


def test_captures_of_several_files_are_taken_by_time(home: Path) -> None:
    late = archive(home / "late.warc.gz", seen(REVISED, 3))
    early = archive(home / "early.warc.gz", seen(AGREES, 0))
    with watch.open_store(Settings(home=home)) as store:
        baseline = read(home / "baseline" / "tram")
        found = open_archive(store, baseline.sources, [late, early])
        assert [d.capture.captured_at for d in found.captures] == [seen("", 0).captured_at, seen("", 3).captured_at]


def test_accepted_changes_make_versions_and_are_not_flagged_again(home: Path) -> None:
    file = archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3), seen(REVISED, 4, PAPER))
    with watch.open_store(Settings(home=home)) as store:
        replayed = run(home, store, file, accept_all=True)
        (change,) = queries.changes(store)
        assert change.status is ChangeStatus.ACCEPTED
        assert replayed.accepted == (change.id,)
        assert run(home, store, file, accept_all=True).accepted == ()
    baseline = read(home / "baseline" / "tram")
    assert baseline.version == 2
    assert baseline.revisions[0].recorded_at == seen("", 3).captured_at


def test_notices_of_the_past_are_not_sent(home: Path) -> None:
    with watch.open_store(Settings(home=home)) as store:
        run(home, store, archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3)))
        assert {n.state for n in outbox.notices(store)} == {"sent"}


def test_refused_capture_is_a_failed_look_until_the_source_is_back(home: Path) -> None:
    gone = archive(home / "a.warc.gz", seen(AGREES, 0), seen("gone", 1, status=503))
    back = archive(home / "b.warc.gz", seen(AGREES + " ", 2))
    with watch.open_store(Settings(home=home)) as store:
        assert run(home, store, gone).failing == [("city", "http_error", "the server answered 503")]
        assert run(home, store, gone, back).failing == []
        assert queries.changes(store) == []


def test_strangers_are_counted_and_bodies_of_nobody_are_not_kept(home: Path) -> None:
    file = archive(home / "a.warc.gz", seen("x", 0, "https://other.example/"), seen("y", 1, "https://other.example/"))
    with watch.open_store(Settings(home=home)) as store:
        found = open_archive(store, read(home / "baseline" / "tram").sources, [file])
        assert (found.captures, found.strangers) == ([], {"https://other.example/": 2})
        assert store.blobs.get(seen("x", 0).sha256) is None


def test_cut_file_gives_its_whole_records_and_one_problem(home: Path) -> None:
    file = archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3))
    file.write_bytes(file.read_bytes()[:-200])
    with watch.open_store(Settings(home=home)) as store:
        found = open_archive(store, read(home / "baseline" / "tram").sources, [file])
    assert len(found.captures) == 1
    assert len(found.problems) == 1


def test_address_is_the_sources_own_however_it_is_written(home: Path) -> None:
    source = replace(read(home / "baseline" / "tram").sources[0], follow="https://city.example/news")
    assert address_of("http://www.city.example/tram/", source) == CITY
    assert address_of("https://city.example/news/1", source) == "https://city.example/news/1"


def test_health_of_a_replayed_source_is_that_of_its_last_capture(home: Path) -> None:
    with watch.open_store(Settings(home=home)) as store:
        run(home, store, archive(home / "a.warc.gz", seen(AGREES, 0), seen(AGREES, 2)))
        (city, paper) = looks.sources(store)
    assert (city.status, city.last_ok) == ("unchanged", seen("", 2).captured_at)
    assert paper.status == "never"
