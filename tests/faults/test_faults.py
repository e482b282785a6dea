"""The outcome of every fault, end to end: `monitor check` in a process of its own against loopback servers, on a good day, a bad day and a good day.

One source's evil never touches another: exit code 3, one status word and one line for each, the last good snapshot stays, nothing is flagged from a bad
answer, a real change elsewhere is flagged once, memory stays small, and a canary that nobody may ask stays untouched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.cases import GOOD, Case, all_cases
from tests.faults.strange import strange_cases
from tests.homes import AGREES, REVISED, make
from tests.servers import Connection, Server

SHARED = 8  # servers for cases that are quickly over
TIME_S = 120  # for 350 sources and a machine that does other things, too
MEMORY_MB = 300


@dataclass(frozen=True)
class Day:
    """What one `monitor check` came to."""

    code: int
    err: list[str]
    seconds: float
    peak_mb: float
    sources: dict[str, dict[str, object]]
    changes: list[dict[str, object]]

    def lines_of(self, source: str) -> list[str]:
        return [line for line in self.err if line.startswith(f"{source}: ")]


class Peaks(threading.Thread):
    """The most memory a process or one of its children had; the system's own count of a child begins with ours, which it was forked from."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.ended, self.peak_kb = pid, threading.Event(), 0
        self.start()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            self.peak_kb = max(self.peak_kb, *(rss_kb(pid) for pid in (self.pid, *children_of(self.pid))), 0)

    def highest_mb(self) -> float:
        self.ended.set()
        self.join()
        return self.peak_kb / 1024


def rss_kb(pid: int) -> int:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


class Town:
    """A home with a source for every case, on servers that have good and bad days, and two healthy sources."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.is_bad = False
        self.revised = False
        self.canary = stack.enter_context(Server())
        self.cases = {case.name: case for case in (*all_cases(self.canary.port), *strange_cases(self.canary.port))}
        self.shared = [stack.enter_context(Server()) for _ in range(SHARED)]
        self.servers = list(self.shared)
        blocks = [self.block(case, stack) for case in self.cases.values()]
        healthy = stack.enter_context(Server({"*": self.healthy}))
        self.servers.append(healthy)
        self.home = make(folder / "home", healthy.url("/city"), healthy.url("/paper"))
        file = self.home / "baseline" / "tram" / "programme.toml"
        file.write_text(file.read_text("utf-8") + "".join(blocks), "utf-8")
        (folder / ".netrc").write_text("machine 127.0.0.1 login spy password spy\n", "utf-8")
        proxy = f"http://127.0.0.1:{self.canary.port}"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "COV_"))},
            "HOME": str(folder), "HTTP_PROXY": proxy, "http_proxy": proxy, "ALL_PROXY": proxy, "COLUMNS": "200",
            "MONITOR_HOME": str(self.home), "MONITOR_ALLOW_HOSTS": ",".join(s.netloc for s in self.servers), "MONITOR_HOST_DELAY_S": "0", "MONITOR_FETCH_RETRIES": "0",
            "MONITOR_FETCH_TIMEOUT_S": "2.5", "MONITOR_FETCH_WORKERS": "24", "MONITOR_READ_TIMEOUT_S": "2",
        }  # fmt: skip

    def block(self, case: Case, stack: ExitStack) -> str:
        if case.slow:
            server = stack.enter_context(Server(robots=self.robots_of(case)))
            self.servers.append(server)
        else:
            server = self.shared[sum(case.name.encode()) % SHARED]
        server.handlers[f"/{case.name}"] = lambda connection: self.answer(case, connection)
        if case.name.startswith("37-"):
            server.handlers["*"] = case.handler
        return f'\n[[source]]\nid = "{case.name}"\nurl = "{server.url(f"/{case.name}")}"\nkind = "{case.kind}"\nevery = "1h"\npublisher = "{case.name}"\n'

    def robots_of(self, case: Case):  # type: ignore[no-untyped-def]
        if case.robots is None:
            return None
        return lambda connection: case.robots(connection) if self.is_bad else connection.answer(status="404 Not Found")

    def answer(self, case: Case, connection: Connection) -> None:
        if self.is_bad:
            case.handler(connection)
        elif case.kind == "page":
            connection.answer(AGREES.encode(), media_type="text/html; charset=utf-8")
        else:
            connection.answer(status="404 Not Found")

    def healthy(self, connection: Connection) -> None:
        connection.answer((REVISED if self.revised else AGREES).encode(), media_type="text/html; charset=utf-8")

    def check(self) -> Day:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "check", "--all"],
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        peaks = Peaks(process.pid)
        _, err = process.communicate(timeout=120)
        seconds = time.monotonic() - began
        listed = {str(s["id"]): s for s in self.json("sources", "list")}
        return Day(process.returncode, err.splitlines(), seconds, peaks.highest_mb(), listed, self.json("changes"))

    def json(self, *command: str) -> list[dict[str, object]]:
        ran = subprocess.run(
            [sys.executable, "-m", "monitor", *command, "--format", "json"], env=self.environ, capture_output=True, text=True, check=True
        )
        found: list[dict[str, object]] = json.loads(ran.stdout)
        return found


@dataclass(frozen=True)
class Story:
    town: Town
    good: Day
    bad: Day
    after: Day


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with ExitStack() as stack:
        town = Town(tmp_path_factory.mktemp("faults"), stack)
        good = town.check()
        town.is_bad = town.revised = True
        bad = town.check()
        town.is_bad = False
        yield Story(town, good, bad, town.check())


def test_good_day_is_good(story: Story) -> None:
    pages = {name for name, case in story.town.cases.items() if case.kind == "page"}
    assert [story.good.lines_of(name) for name in pages if story.good.sources[name]["status"] not in GOOD] == []
    assert story.good.changes == []


def test_every_fault_has_its_word(story: Story) -> None:
    wrong = {
        name: (story.bad.sources[name]["status"], story.bad.sources[name]["error"], sorted(case.words))
        for name, case in story.town.cases.items()
        if story.bad.sources[name]["status"] not in case.words
    }
    assert wrong == {}


def test_every_failing_source_has_one_line_and_the_check_ends_with_3(story: Story) -> None:
    assert story.bad.code == 3
    for name, source in story.bad.sources.items():
        lines = story.bad.lines_of(name)
        assert len(lines) == (source["status"] not in GOOD), (name, lines)
        assert all(line.startswith(f"{name}: {source['status']}: ") and line.isprintable() and len(line) <= 300 for line in lines), lines
    assert all(": " in line and not line.startswith(("Traceback", "  File")) for line in story.bad.err)


def test_nothing_is_flagged_from_a_bad_answer_and_the_real_change_once(story: Story) -> None:
    told = [(c["fact"], c["type"], sorted(e["source"] for e in c["evidence"])) for c in story.bad.changes if c["fact"] is not None]  # type: ignore[attr-defined]
    assert told == [("cost", "budget_revised", ["city", "paper"])]
    assert [c for c in story.bad.changes if "9.9" in json.dumps(c) or "9900000000" in json.dumps(c)] == []


def test_last_good_snapshot_stays(story: Story) -> None:
    for name, case in story.town.cases.items():
        before, after = story.good.sources[name], story.bad.sources[name]
        if case.kind == "page" and after["status"] not in GOOD:
            assert after["last_ok"] == before["last_ok"], name
            assert after["snapshots"] >= before["snapshots"] == 1, name  # type: ignore[operator]


def test_time_and_memory_stay_within_the_limits(story: Story) -> None:
    assert story.bad.seconds < TIME_S
    assert story.bad.peak_mb < MEMORY_MB


def test_nobody_asks_the_canary_or_what_a_page_embeds(story: Story) -> None:
    assert story.town.canary.connections == 0
    asked = {request.path for server in story.town.servers for request in server.requests}
    assert not asked & {"/i", "/f", "/s", "/c", "/etc/passwd"}
    assert all(
        "authorization" not in request.headers and "cookie" not in request.headers
        for server in story.town.servers
        for request in server.requests
    )


def test_when_the_page_is_back_nothing_is_flagged_again(story: Story) -> None:
    pages = {name for name, case in story.town.cases.items() if case.kind == "page"}
    assert [(name, story.after.sources[name]["error"]) for name in pages if story.after.sources[name]["status"] not in GOOD] == []
    assert {c["id"] for c in story.after.changes if c["fact"]} == {c["id"] for c in story.bad.changes if c["fact"]}
