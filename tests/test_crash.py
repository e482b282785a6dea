"""Killed anywhere, the database ends as if nothing had happened: nothing lost, nothing flagged twice, every notice out, ids included.

MONITOR_TEST_RANDOM_KILLS=200 kills at so many random moments instead of a few, and at every boundary on PostgreSQL too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.crash import page
from tests.postgres import server_url

RANDOM_KILLS = int(os.environ.get("MONITOR_TEST_RANDOM_KILLS", "0"))


class Pages(BaseHTTPRequestHandler):
    """The pages of a day, and a receiver of notices that remembers their keys."""

    posted: dict[str, Counter[str]]

    def do_GET(self) -> None:
        if self.path.startswith("/posted/"):
            self.answer(200, json.dumps(self.posted.pop(self.path.removeprefix("/posted/"), {})))
            return
        status, text = page(self.path, int(self.headers["X-Day"]))
        etag = f'"{hash(text)}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status, text = 304, ""
        self.answer(status, text, etag)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert body
        self.posted.setdefault(self.path.removeprefix("/hook/"), Counter())[self.headers["Idempotency-Key"]] += 1
        self.answer(200, "")

    def answer(self, status: int, text: str, etag: str = "") -> None:
        self.send_response(status)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            """The client was killed."""

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    handler = type("Handler", (Pages,), {"posted": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def crashed(port: int, folder: Path, *options: str) -> dict[str, Any]:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "tests.crash", str(port), str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=3600)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def as_uninterrupted(found: dict[str, Any]) -> None:
    assert found["differing"] == []
    assert found["sizes"]["change"] == 2
    assert found["sizes"]["outbox"] == 4  # two notices, each once for everybody and once for the webhook
    assert sorted(found["notices"].values()) == [1, 1]


@pytest.mark.slow
def test_killed_at_every_write_and_at_random_it_ends_the_same(port: int, tmp_path: Path) -> None:
    found = crashed(port, tmp_path, "--random", str(RANDOM_KILLS or 9))
    as_uninterrupted(found)
    assert found["boundaries"] > 40


@pytest.mark.slow
def test_on_postgresql_it_ends_the_same_as_well(port: int, tmp_path: Path) -> None:
    every = 1 if RANDOM_KILLS else 7
    found = crashed(port, tmp_path, "--url", server_url(), "--every", str(every), "--random", str(RANDOM_KILLS or 3))
    as_uninterrupted(found)
    assert found["boundaries"] > 40 - every
