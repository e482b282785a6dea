"""`sources list` beyond the status word, and what was fetched taken out and replayed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor import cli
from tests.cli.conftest import Ran
from tests.homes import AGREES, REVISED, html, make
from tests.servers import Connection, Server, page

Run = Callable[..., Ran]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, server: Server) -> Run:
    for name, value in {"ALLOW_HOSTS": server.netloc, "HOST_DELAY_S": "0", "FETCH_RETRIES": "0"}.items():
        monkeypatch.setenv(f"MONITOR_{name}", value)
    monkeypatch.setenv("COLUMNS", "400")

    def call(home: Path, *arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            cli.main(["--home", str(home), *(str(a) for a in arguments)])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, captured.out, captured.err)

    return call


def served(markup: str, **options: object) -> Callable[[Connection], None]:
    return page(markup.encode(), media_type="text/html; charset=utf-8", **options)


def test_noisy_moved_and_silent_sources_are_pointed_out(run: Run, tmp_path: Path, server: Server) -> None:
    home = make(tmp_path, server.url("/city"), server.url("/paper"))
    server.handlers |= {
        "/city": lambda connection: connection.answer(status="301 Moved Permanently", headers={"Location": "/new"}),
        "/new": lambda connection: served(html(f"Cars pass the harbour. Visitors today: {'x' * len(server.requests)}"))(connection),
        "/paper": served(AGREES),
    }
    for _ in range(5):
        run(home, "check", "--all")
    city, paper = json.loads(run(home, "sources", "list", "--format", "json").out)
    assert (city["noisy"], city["never_yielding"], city["moved_to"]) == (True, True, server.url("/new"))
    assert (paper["noisy"], paper["never_yielding"], paper["moved_to"], paper["overdue"]) == (False, False, None, False)
    shown = run(home, "sources", "list").out
    assert "moved for good" in shown
    assert "its text" in shown


def test_what_was_fetched_is_exported_and_replayed_byte_for_byte(run: Run, tmp_path: Path, server: Server) -> None:
    home, again = (
        make(tmp_path / "a", server.url("/city"), server.url("/paper")),
        make(tmp_path / "b", server.url("/city"), server.url("/paper")),
    )
    odd = AGREES.replace("Harbour Tram</h1>", "Harbour Tram \r\n caf\u00e9</h1>")
    server.handlers |= {"/city": served(odd, headers={"ETag": '"v1"', "X-Odd": "a: b"}), "/paper": served(AGREES)}
    run(home, "check", "--all")
    server.handlers["/city"] = served(REVISED)
    run(home, "check", "--all")
    files = [tmp_path / "1.warc.gz", tmp_path / "2.warc.gz"]
    assert run(home, "export", "captures", "--format", "warc", "-o", files[0]).code == 0
    assert run(again, "replay", files[0], "-p", "tram").code == 0
    assert run(again, "export", "captures", "--format", "warc", "-o", files[1]).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    assert run(again, "changes", "--format", "json").out == run(home, "changes", "--format", "json").out
