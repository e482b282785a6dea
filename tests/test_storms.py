"""What a machine can do to a watch: locks, full disks, few file handles, clocks that jump. Nothing is lost, nothing is flagged twice, and one line says what is wrong."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.homes import AGREES, PROGRAMME, REVISED, make
from tests.servers import Handler, Server, page

LONG = bool(os.environ.get("MONITOR_TEST_LONG"))


class Ended(NamedTuple):
    """How a command in a process of its own ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/city": html(AGREES), "/paper": html(AGREES)}) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: Server) -> Path:
    return make(tmp_path / "home", server.url("/city"), server.url("/paper"))


def html(text: str) -> Handler:
    return page(text.encode(), media_type="text/html; charset=utf-8")


def monitor(home: Path, server: Server, *arguments: str, limit: Callable[[], None] | None = None, **settings: str) -> Ended:
    """One command, within limits that are set in its own process."""
    environment = os.environ | {
        "MONITOR_ALLOW_HOSTS": server.netloc,
        "MONITOR_HOST_DELAY_S": "0",
        "MONITOR_FETCH_RETRIES": "0",
        "MONITOR_LOCK_WAIT_S": "1",
        **settings,
    }
    command = [sys.executable, "-c", "from monitor.cli import main; main()", "--home", str(home), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, preexec_fn=limit)
    assert "Traceback" not in done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def flagged(home: Path, server: Server) -> list[str]:
    return [c["fact"] for c in json.loads(monitor(home, server, "changes", "--format", "json").out)]


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """The database is in the hands of another program."""
    with closing(sqlite3.connect(home / "var" / "monitor.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("COMMIT")


def one_line_and_four(ended: Ended, words: str) -> None:
    assert ended.code == 4, ended
    assert words in ended.err
    assert len([line for line in ended.err.splitlines() if line.startswith("monitor: ")]) == 1


# --- locks


@pytest.mark.slow
def test_database_locked_for_a_while_is_waited_for(home: Path, server: Server) -> None:
    """With MONITOR_TEST_LONG for the thirty seconds a backup of another program may take; else until the first page was asked for, and a second more."""
    monitor(home, server, "check")
    asked = threading.Event()
    server.handlers["/city"] = lambda connection: (asked.set(), html(REVISED)(connection))[1]
    pause = threading.Event()

    def hold() -> None:
        with locked(home):
            pause.wait(30 if LONG else 3)

    holder = threading.Thread(target=hold)
    holder.start()
    ended = monitor(home, server, "check", "--all", MONITOR_LOCK_WAIT_S="40")
    holder.join()
    assert ended.code == 0, ended
    assert asked.is_set()
    assert flagged(home, server) == ["cost"]


@pytest.mark.slow
def test_database_locked_for_too_long_is_told_and_nothing_is_lost(home: Path, server: Server) -> None:
    monitor(home, server, "check")
    server.handlers["/city"] = html(REVISED)
    with locked(home):
        one_line_and_four(monitor(home, server, "check", "--all", MONITOR_LOCK_WAIT_S="0.2"), "locked")
    assert monitor(home, server, "check", "--all").code == 0
    assert flagged(home, server) == ["cost"]


# --- disks


def file_size_limit(byte_count: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, byte_count))

    return limit


@pytest.mark.slow
def test_file_that_may_not_grow_is_told_and_the_next_check_goes_on(home: Path, server: Server) -> None:
    monitor(home, server, "check")
    server.handlers["/city"] = html(REVISED)
    size = (home / "var" / "monitor.db").stat().st_size
    ended = monitor(home, server, "check", "--all", limit=file_size_limit(8192))
    one_line_and_four(ended, str(home / "var"))
    assert (home / "var" / "monitor.db").stat().st_size == size
    assert monitor(home, server, "check", "--all").code == 0
    assert flagged(home, server) == ["cost"]
    assert monitor(home, server, "db", "check").code == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes; skipped where it may not be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no small disk here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
def test_full_disk_is_told_and_the_watch_goes_on_when_there_is_space_again(small_disk: Path, server: Server) -> None:
    home = make(small_disk / "home", server.url("/city"), server.url("/paper"))
    assert monitor(home, server, "check").code == 0
    server.handlers["/city"] = html(REVISED)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    ended = monitor(home, server, "check", "--all")
    one_line_and_four(ended, "space")
    filler.unlink()
    assert monitor(home, server, "check", "--all").code == 0
    assert flagged(home, server) == ["cost"]
    assert monitor(home, server, "db", "check").code == 0


@pytest.mark.slow
def test_read_only_database_is_one_line_and_untouched(home: Path, server: Server) -> None:
    monitor(home, server, "check")
    path = home / "var" / "monitor.db"
    before = path.read_bytes()
    path.chmod(0o444)
    one_line_and_four(monitor(home, server, "run", "--no-web"), "read-only")
    assert path.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "damaged"),
        (lambda path: mark_newer(path), "newer monitor"),
    ],
    ids=["cut", "newer"],
)
def test_unusable_database_is_one_line_and_untouched(home: Path, server: Server, spoil: Callable[[Path], object], words: str) -> None:
    monitor(home, server, "check")
    path = home / "var" / "monitor.db"
    spoil(path)
    before = path.read_bytes()
    one_line_and_four(monitor(home, server, "run", "--no-web"), words)
    one_line_and_four(monitor(home, server, "report"), words)
    assert path.read_bytes() == before


def mark_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")


# --- file handles


def few_handles(number: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))


@pytest.mark.slow
def test_sixty_four_file_handles_are_enough_for_many_hosts(tmp_path: Path) -> None:
    with Server({"*": html(AGREES)}, host="0.0.0.0") as server:
        hosts = [f"127.0.1.{n}:{server.port}" for n in range(1, 41)]
        home = make(tmp_path / "home", f"http://{hosts[0]}/a", f"http://{hosts[1]}/a")
        sources = "".join(f'\n[[source]]\nid = "s{n}"\nurl = "http://{host}/a"\n' for n, host in enumerate(hosts[2:]))
        (home / "baseline" / "tram" / "programme.toml").write_text(
            PROGRAMME.format(city=f"http://{hosts[0]}/a", paper=f"http://{hosts[1]}/a") + sources, "utf-8"
        )
        ended = monitor(home, server, "check", limit=few_handles(64), MONITOR_ALLOW_HOSTS=",".join(hosts))
    assert ended.code == 0, ended
    assert "40 sources looked at" in ended.out
