"""A short history of checks and notices over a loopback server, run in children that are killed; run as `python -m tests.crash PORT FOLDER`.

    --url postgresql://...   the same on a server: every run has a database of its own, copied from a template
    --every N                kill at every N-th boundary only
    --random N               kill at so many random moments

Boundaries are the last moment before every commit, every body that is written, and the moments before and after a notice was posted: between sending and marking.
Every child is forked from one process that has imported everything, so a kill costs a fork, not a start. A child that comes after a killed one goes on with
the day the killed one was in, as a user would. What is printed is JSON: how many boundaries there are, every place whose end differs from a run without kills, and
every place where a notice was lost, or sent again more often than there were kills.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, select, text

from monitor.core.model import Capture, NotModified, Source
from monitor.deliver import deliver
from monitor.errors import FetchError
from monitor.notify import Outgoing
from monitor.notify.webhook import Webhook
from monitor.pipeline import check_locked
from monitor.store import blobs, engine, sources
from monitor.store.blobs import write_beside
from monitor.store.engine import Store
from monitor.store.outbox import Outbox, release
from monitor.store.tables import Row
from monitor.sync import sync
from tests.line import MiniCore, at, baseline

DAYS = 4
KILLS_IN_A_ROW = 3  # at random moments, of one and the same history
TEMPLATE = "template"


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


class Post:
    """The real webhook, killed before and after a notice was posted; what is posted carries the name of the history it belongs to."""

    def __init__(self, port: int, place: Place, crash: Callable[[], None]) -> None:
        self.webhook = Webhook(f"http://127.0.0.1:{port}/hook/{place.name}", now_s=lambda: 0.0, timeout_s=10)
        self.crash = crash

    def send(self, notice: Outgoing) -> None:
        self.crash()
        self.webhook.send(notice)
        self.crash()


@dataclass(frozen=True)
class Place:
    """Where a history happens: a folder of its own, and with it a SQLite file or a database on a server."""

    root: Path
    name: str
    server: str = ""

    @property
    def folder(self) -> Path:
        return self.root / self.name

    def open(self) -> Store:
        where: str | Path = self.url(self.name) if self.server else self.folder / "monitor.db"
        return engine.open(where, self.folder / "blobs")

    def url(self, database: str) -> str:
        return make_url(self.server).set(database=database).render_as_string(hide_password=False)

    def made(self) -> Place:
        """Empty, but for the tables."""
        if self.server:
            self.administer(f'CREATE DATABASE "{self.name}"')
        self.folder.mkdir(parents=True, exist_ok=True)
        self.open().close()
        return self

    def like(self, template: Place) -> Place:
        """As the template is; what was here is gone."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(template.folder, self.folder)
        if self.server:
            self.administer(
                f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)', f'CREATE DATABASE "{self.name}" TEMPLATE "{template.name}"'
            )
        (self.folder / "day").write_text("0")
        return self

    def administer(self, *statements: str) -> None:
        """In a child: a connection must not be shared with the children that come later."""

        def run() -> None:
            with engine.connect(engine.parsed(self.server), 1).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for statement in statements:
                    connection.execute(text(statement))

        if ended(forked(run)):
            raise SystemExit(f"the server refused: {statements}")


def live(place: Place, port: int, crash: Callable[[], None], days: int = DAYS) -> None:
    """The history from the day written in the folder on; `crash` is called at every boundary."""
    # The marker itself is written whole or not at all; a kill just before it repeats the day that is finished already.
    Store.before_commit = lambda self: crash()  # type: ignore[method-assign]
    sync_folder = blobs.sync_folder
    blobs.sync_folder = lambda at: (crash(), sync_folder(at))[1]
    marker = place.folder / "day"
    with place.open() as store:
        for day in range(int(marker.read_text()), days):
            write_beside(marker, str(day).encode())
            one_day(store, place, port, crash, day)


def one_day(store: Store, place: Place, port: int, crash: Callable[[], None], day: int) -> None:
    """As `monitor run` does it: under the lock, what a killed run held is freed first; then a pass over what is due, then the notices."""
    now = at(24 * day)
    sync(store, SHIPS, now)
    with store.running():
        with store.write() as connection:
            sources.break_leases(connection)
        release(store)
        crash()
        check_locked(store, LoopbackFetcher(port, day), MiniCore(), [SHIPS], lambda: now, workers=1)
        crash()
        deliver(Outbox(store), {"webhook": Post(port, place, crash)}, lambda: now)  # type: ignore[arg-type, dict-item]
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


def content(place: Place) -> dict[str, Any]:
    """Everything that is in the database, ids and all, and the names of the bodies."""
    with place.open() as store, store.read() as connection:
        tables = {
            name: sorted([str(value) for value in row] for row in connection.execute(select(table)))
            for name, table in Row.metadata.tables.items()
        }
    return tables | {"blobs": sorted(f.name for f in (place.folder / "blobs").rglob("*.zst"))}


def posted(port: int, place: Place) -> Counter[str]:
    """How often which notice of this history was posted since last asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/posted/{place.name}")
    found: Counter[str] = Counter(json.loads(connection.getresponse().read()))
    connection.close()
    return found


class History:
    """Runs the history with and without kills, and keeps what differs."""

    def __init__(self, port: int, root: Path, server: str) -> None:
        self.port, self.root, self.server = port, root, server
        self.template = Place(root, TEMPLATE, server).made()
        self.expected, self.notices = self.whole()
        self.differing: list[str] = []

    def place(self, name: str) -> Place:
        return Place(self.root, name, self.server).like(self.template)

    def whole(self) -> tuple[dict[str, Any], Counter[str]]:
        place = self.place("whole")
        began = time.monotonic()
        self.finish(place)
        self.took_s = time.monotonic() - began
        return content(place), posted(self.port, place)

    def finish(self, place: Place) -> None:
        code = ended(forked(lambda: live(place, self.port, Countdown(0))))
        if code:
            raise SystemExit(f"a run without kills ended with {code}")

    def killed_at(self, boundary: int) -> bool:
        """False when there is no such boundary."""
        place = self.place("killed")
        if ended(forked(lambda: live(place, self.port, Countdown(boundary)))) == 0:
            posted(self.port, place)
            return False
        self.compare(place, f"boundary {boundary}", kills=1)
        return True

    def killed_at_random(self, chance: random.Random, number: int) -> None:
        place = self.place("killed")
        for _ in range(KILLS_IN_A_ROW):
            child = forked(lambda: live(place, self.port, Countdown(0)))
            time.sleep(chance.random() * self.took_s)
            os.kill(child, signal.SIGKILL)
            ended(child)
        self.compare(place, f"random {number}", kills=KILLS_IN_A_ROW)

    def compare(self, place: Place, what: str, kills: int) -> None:
        self.finish(place)
        if content(place) != self.expected:
            self.differing.append(what)
        sent = posted(self.port, place)
        if set(sent) != set(self.notices):
            self.differing.append(f"{what}: notices {sorted(sent)}")
        if sent.total() - len(sent) > kills:
            self.differing.append(f"{what}: {sent.total() - len(sent)} notices too many")

    def crowded(self) -> None:
        alone, crowd = self.place("alone"), self.place("crowd")
        ended(forked(lambda: live(alone, self.port, Countdown(0), days=1)))
        children = [forked(lambda: live(crowd, self.port, Countdown(0), days=1)) for _ in range(3)]
        if [ended(child) for child in children] != [0, 0, 0] or content(crowd) != content(alone):
            self.differing.append("three at once")


def main(port: int, root: Path, server: str, every: int, random_kills: int) -> dict[str, Any]:
    history = History(port, root, server)
    boundary = 1
    while history.killed_at(boundary):
        boundary += every
    chance = random.Random(7)
    for number in range(-(-random_kills // KILLS_IN_A_ROW)):
        history.killed_at_random(chance, number)
    history.crowded()
    sizes = {name: len(rows) for name, rows in history.expected.items()}
    notices = dict(history.notices)
    return {"boundaries": boundary - every, "differing": history.differing, "sizes": sizes, "notices": notices, "took_s": history.took_s}


def parsed() -> argparse.Namespace:
    asked = argparse.ArgumentParser()
    asked.add_argument("port", type=int)
    asked.add_argument("root", type=Path)
    asked.add_argument("--url", default="")
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--random", type=int, default=15)
    return asked.parse_args()


if __name__ == "__main__":
    given = parsed()
    print(json.dumps(main(given.port, given.root, given.url, given.every, given.random)))
