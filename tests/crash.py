"""A short history of checks over a loopback server, run in children that are killed; run as `python -m tests.crash PORT FOLDER`.

Every child is forked from one process that has imported everything, so a kill costs a fork, not a start. A child that comes after a killed one goes on with
the day the killed one was in, as a user would. What is printed is JSON: how many boundaries there are, and every place whose end differs from a run without kills.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from monitor.core.model import Capture, NotModified, Source
from monitor.errors import FetchError
from monitor.pipeline import check
from monitor.store import blobs, engine
from monitor.store.blobs import write_beside
from monitor.store.engine import Store
from monitor.store.tables import Row
from monitor.sync import sync
from tests.line import MiniCore, at, baseline

DAYS = 4
RANDOM_KILLS = 5


class LoopbackFetcher:
    """The plainest fetcher there is; the server learns the day from a header."""

    def __init__(self, port: int, day: int) -> None:
        self.port = port
        self.day = day

    def fetch(self, source: Source, validators: Any, now: datetime, *, url: str | None = None) -> Capture | NotModified:
        address = url or source.url
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"X-Day": str(self.day)} | ({"If-None-Match": validators.etag} if validators else {})
        connection.request("GET", "/" + address.split("/", 3)[3], headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status == 304:
            return NotModified(source.id, address, now)
        if answer.status != 200:
            raise FetchError("http_error", f"answered {answer.status}", transient=True, http_status=answer.status)
        etag = answer.headers["ETag"]
        return Capture(source.id, address, address, now, 200, "text/plain", body, hashlib.sha256(body).hexdigest(), etag)


def page(path: str, day: int) -> tuple[int, str]:
    """What the server says on a day: a revision on day 1, an outage on day 2, a second voice and an entry on day 3."""
    if path == "/press":
        return 200, ("total: 1500", "total: 2600\nyachts: 3", "total: 2600\nyachts: 3", "total: 2600")[day]
    if path == "/feed":
        return (503, "") if day == 2 else (200, "> http://127.0.0.1/entry/a" if day == 3 else "nothing")
    return 200, "first.part: 800\ntotal: 2600"


SHIPS = baseline(
    Source("press", "http://127.0.0.1/press", publisher="Press"),
    Source("feed", "http://127.0.0.1/feed", kind="feed", publisher="Feed", follow="http://127.0.0.1/entry/"),
)


def live(folder: Path, port: int, crash: Callable[[], None], days: int = DAYS) -> None:
    """The history from the day written in the folder on; `crash` is called at every boundary."""
    # The marker itself is written whole or not at all; a kill just before it repeats the day that is finished already.
    Store.before_commit = lambda self: crash()  # type: ignore[method-assign]
    sync_folder = blobs.sync_folder
    blobs.sync_folder = lambda at: (crash(), sync_folder(at))[1]
    marker = folder / "day"
    with engine.open(folder / "monitor.db") as store:
        for day in range(int(marker.read_text()), days):
            write_beside(marker, str(day).encode())
            now = at(24 * day)
            sync(store, SHIPS, now)
            crash()
            check(store, LoopbackFetcher(port, day), MiniCore(), [SHIPS], lambda now=now: now, workers=1)  # type: ignore[misc]
            crash()


def forked(run: Callable[[], None]) -> int:
    """Runs it in a child and returns how the child ended: 0, or the signal that killed it."""
    child = os.fork()
    if child == 0:
        try:
            run()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    return child


def ended(child: int) -> int:
    status = os.waitpid(child, 0)[1]
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


class Countdown:
    """Kills its own process at the n-th boundary (0: never); counts them otherwise."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.passed = 0

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self.n:
            os.kill(os.getpid(), signal.SIGKILL)


def content(folder: Path) -> dict[str, Any]:
    """Everything that is in the database, ids and all, and the names of the bodies."""
    with engine.open(folder / "monitor.db") as store, store.read() as connection:
        tables = {
            name: sorted([str(value) for value in row] for row in connection.execute(select(table)))
            for name, table in Row.metadata.tables.items()
        }
    return tables | {"blobs": sorted(f.name for f in (folder / "blobs").rglob("*.zst"))}


def fresh(template: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    (folder / "day").write_text("0")
    return folder


def finish(folder: Path, port: int) -> None:
    code = ended(forked(lambda: live(folder, port, Countdown(0))))
    if code:
        raise SystemExit(f"a run without kills ended with {code}")


def main(port: int, root: Path) -> dict[str, Any]:
    ended(forked(lambda: engine.open(root / "template" / "monitor.db").close()))
    whole = fresh(root / "template", root / "whole")
    began = time.monotonic()
    finish(whole, port)
    took_s = time.monotonic() - began
    expected = content(whole)
    differing: list[str] = []
    boundary = 0
    while True:
        boundary += 1
        folder = fresh(root / "template", root / "killed")
        if ended(forked(lambda f=folder, n=boundary: live(f, port, Countdown(n)))) == 0:  # type: ignore[misc]
            break
        finish(folder, port)
        if content(folder) != expected:
            differing.append(f"boundary {boundary}")
    chance = random.Random(7)
    for number in range(RANDOM_KILLS):
        folder = fresh(root / "template", root / "killed")
        for _ in range(3):
            child = forked(lambda f=folder: live(f, port, Countdown(0)))  # type: ignore[misc]
            time.sleep(chance.random() * took_s)
            os.kill(child, signal.SIGKILL)
            ended(child)
        finish(folder, port)
        if content(folder) != expected:
            differing.append(f"random {number}")
    alone = fresh(root / "template", root / "alone")
    ended(forked(lambda: live(alone, port, Countdown(0), days=1)))
    crowd = fresh(root / "template", root / "crowd")
    children = [forked(lambda: live(crowd, port, Countdown(0), days=1)) for _ in range(3)]
    if [ended(child) for child in children] != [0, 0, 0] or content(crowd) != content(alone):
        differing.append("three at once")
    sizes = {name: len(rows) for name, rows in expected.items()}
    return {"boundaries": boundary - 1, "differing": differing, "sizes": sizes, "took_s": took_s}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), Path(sys.argv[2]))))
