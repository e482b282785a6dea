"""The past of a source from an archive: a local stand-in with an index and mementos."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor import cli, wayback
from monitor.core.model import Capture, Source
from monitor.errors import FetchError, Problem
from tests.cli.conftest import Ran
from tests.homes import AGREES, CITY, REVISED, make
from tests.servers import Connection, Server, page

Run = Callable[..., Ran]
INDEX = [
    list(wayback.FIELDS),
    ["20250301060000", CITY, "200", "text/html", "A"],
    ["20250401060000", CITY, "404", "text/html", "B"],
    ["20250501060000", CITY, "200", "text/html", "C"],
]


@pytest.fixture
def archive() -> Iterator[Server]:
    """Knows the past of one page, and answers what it does not know with an empty index."""

    def answer(connection: Connection) -> None:
        path = connection.request.path
        if path.startswith("/cdx/"):
            rows = INDEX if "city.example" in path else []
            connection.answer(json.dumps(rows).encode(), media_type="application/json")
        elif path.startswith("/web/20250301060000id_/https://city"):
            connection.answer(AGREES.encode(), media_type="text/html; charset=utf-8")
        elif path.startswith("/web/20250501060000id_/https://city"):
            connection.answer(REVISED.encode(), media_type="text/html; charset=utf-8")
        elif path.startswith("/save/"):
            connection.answer(b"<p>saved</p>")
        else:
            connection.answer(status="404 Not Found")

    with Server({"*": answer}) as running:
        yield running


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, archive: Server) -> Run:
    for name, value in {"ALLOW_HOSTS": archive.netloc, "HOST_DELAY_S": "0", "FETCH_RETRIES": "0", "WAYBACK_URL": archive.url("")}.items():
        monkeypatch.setenv(f"MONITOR_{name}", value)

    def call(home: Path, *arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            cli.main(["--home", str(home), *(str(a) for a in arguments)])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, captured.out, captured.err)

    return call


def test_past_of_a_source_is_replayed_from_the_archive(run: Run, tmp_path: Path, archive: Server) -> None:
    home = make(tmp_path)
    ran = run(home, "replay", "--via", "wayback", "-p", "tram")
    assert (ran.code, ran.err) == (0, "")
    assert "3 captures fetched" in ran.out
    (change,) = json.loads(run(home, "changes", "--format", "json").out)
    assert (change["fact"], change["first_seen"], change["evidence"][0]["url"]) == ("cost", "2025-05-01T06:00:00Z", CITY)
    assert (
        "new change" in run(home, "replay", home / "var/archives/tram-wayback.warc.gz", "-p", "tram").out
    )  # it can be replayed without the archive
    assert not [p for p in archive.paths if "20250401" in p]  # an answer that was no page is not fetched


def test_archive_that_has_nothing_is_one_line(run: Run, tmp_path: Path) -> None:
    ran = run(make(tmp_path), "replay", "--via", "wayback", "-p", "tram", "--source", "paper")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert "has nothing" in ran.err


def test_replay_of_nothing_says_what_to_name(run: Run, tmp_path: Path) -> None:
    ran = run(make(tmp_path), "replay", "-p", "tram")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)


def test_archive_is_asked_to_keep_the_page_of_a_new_change(
    run: Run, tmp_path: Path, archive: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_ARCHIVE_CHANGES", "true")
    with Server({"*": page(AGREES.encode())}) as site:
        monkeypatch.setenv("MONITOR_ALLOW_HOSTS", f"{archive.netloc},{site.netloc}")
        home = make(tmp_path, site.url("/city"), site.url("/paper"))
        assert run(home, "check", "--all").code == 0
        assert not [p for p in archive.paths if p.startswith("/save/")]
        site.handlers["/city"] = page(REVISED.encode())
        assert run(home, "check", "--all").code == 0
        assert [p for p in archive.paths if p.startswith("/save/")] == [f"/save/{site.url('/city')}"]


def test_memento_that_is_missing_is_a_problem_and_the_others_come(archive: Server) -> None:
    def get(source: Source) -> Capture:
        if "/cdx/" in source.url:
            assert "from=20250101" in source.url
            return made(json.dumps(INDEX).encode(), source)
        if "20250301" in source.url:
            raise FetchError("http_error", "answered 404")
        return made(b"x", source)

    found = list(
        wayback.past_of(Source("s", CITY, headers=(("Authorization", "secret"),)), get, "https://archive.example", since=date(2025, 1, 1))
    )
    assert [type(one) for one in found] == [Problem, Capture, Capture]


def made(body: bytes, source: Source) -> Capture:
    assert source.headers == ()  # what is configured for the page's own host does not go to the archive
    return Capture(source.id, source.url, source.url, datetime(2026, 1, 1, tzinfo=UTC), 200, "", body, "0" * 64)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'"x"', b"[[[[" * 5000])
def test_answer_that_is_no_index_is_an_error(body: bytes) -> None:
    with pytest.raises(FetchError):
        wayback.lines(body)


def test_odd_lines_of_an_index_are_passed_over() -> None:
    rows = [
        ["x"],
        ["20259999999999", CITY, "200", "", ""],
        ["20250301060000", "ftp://x", "200", "", ""],
        [1, 2, 3, 4, 5],
        ["20250301060000", CITY, "-", "", ""],
    ]
    assert [entry.status for entry in wayback.lines(json.dumps(rows).encode())] == [200]
