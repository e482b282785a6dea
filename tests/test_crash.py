"""Killed anywhere, the database ends as if nothing had happened: nothing lost, nothing flagged twice, ids included."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.crash import page


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, text = page(self.path, int(self.headers["X-Day"]))
        etag = f'"{hash(text)}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status, text = 304, ""
        self.send_response(status)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_killed_at_every_write_and_at_random_it_ends_the_same(port: int, tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "tests.crash", str(port), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["differing"] == []
    assert found["boundaries"] > 30
    assert found["sizes"]["change"] == 2
    assert found["sizes"]["outbox"] == 2
