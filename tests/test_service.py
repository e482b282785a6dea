"""The service looks at what is due, picks up edits, takes notices out, writes its report, and stops cleanly."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import watch
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.journal import Journal
from monitor.notify import Outgoing
from monitor.service import Service, is_loopback, listening, refuse_open_bind, run
from monitor.store import looks, outbox, queries, reports, sources
from tests.homes import AGREES, REVISED, make
from tests.servers import Handler, Server, page

START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


class Clock:
    """A wall clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Inbox:
    """A channel that keeps what it is handed."""

    name = "inbox"

    def __init__(self) -> None:
        self.got: list[Outgoing] = []

    def send(self, notice: Outgoing) -> None:
        self.got.append(notice)


class Bench:
    """A service whose jobs are called by the test instead of by the scheduler."""

    def __init__(self, service: Service, clock: Clock, inbox: Inbox, log: io.StringIO) -> None:
        self.service, self.clock, self.inbox, self.log = service, clock, inbox, log

    def tick(self, hours: float = 0) -> None:
        self.clock.now += timedelta(hours=hours)
        self.service.guarded("tick", self.service.tick)


def text(body: str) -> Handler:
    return page(body.encode(), media_type="text/html; charset=utf-8")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/city": text(AGREES), "/paper": text(AGREES)}) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, server: Server) -> Settings:
    home = make(tmp_path / "home", server.url("/city"), server.url("/paper"))
    return Settings(home=home, allow_hosts=(server.netloc,), host_delay_s=0, fetch_retries=0, lock_wait_s=0.2)


@pytest.fixture
def bench(settings: Settings) -> Iterator[Bench]:
    clock, inbox, log = Clock(), Inbox(), io.StringIO()
    with watch.open_store(settings) as store:
        service = Service(settings, store, {"inbox": inbox}, Journal("text", clock, log), threading.Event(), clock)
        with service.opened():
            yield Bench(service, clock, inbox, log)


def test_tick_looks_at_what_is_due_and_nothing_else(bench: Bench, server: Server) -> None:
    bench.tick()
    bench.tick(0.1)
    assert sorted(server.paths) == ["/city", "/paper"]
    bench.tick(2)
    assert len(server.paths) == 4


def test_source_that_a_killed_run_held_is_looked_at_at_once(settings: Settings, server: Server) -> None:
    clock = Clock()
    with watch.open_store(settings) as store:
        watch.sync_all(store, watch.load_programmes(settings).baselines, clock())
        with store.write() as connection:
            for address in sources.due(connection, clock()):
                sources.claim(connection, address, "killed", clock())
        service = Service(settings, store, {}, Journal("text", clock, io.StringIO()), threading.Event(), clock)
        with service.opened():
            service.tick()
    assert sorted(server.paths) == ["/city", "/paper"]


def test_change_is_told_once_through_every_channel(bench: Bench, server: Server) -> None:
    bench.tick()
    server.handlers["/city"] = text(REVISED)
    bench.tick(2)
    for _ in range(2):
        bench.service.deliver()
    assert [n.event for n in bench.inbox.got] == ["new"]
    assert "change flagged" in bench.log.getvalue()


def test_archive_is_asked_once_for_the_page_of_a_change_and_a_refusal_is_a_line(bench: Bench, server: Server, settings: Settings) -> None:
    with Server({"*": page(status="403 Forbidden")}) as archive:
        archived = settings.model_copy(
            update={"archive_changes": True, "wayback_url": archive.url(""), "allow_hosts": (server.netloc, archive.netloc)}
        )
        with watch.new_fetcher(archived) as fetcher:
            bench.service.settings, bench.service.fetcher = archived, fetcher
            bench.tick()
            assert archive.paths == []
            server.handlers["/city"] = text(REVISED)
            bench.tick(2)
            bench.tick(2)
        assert archive.paths == [f"/save/{server.url('/city')}"]
    assert bench.log.getvalue().count(f"the archive did not save {server.url('/city')}") == 1


def test_failing_source_is_a_line_of_the_log(bench: Bench, server: Server) -> None:
    del server.handlers["/paper"]
    bench.tick()
    assert "source failed source=paper status=http_error" in bench.log.getvalue()


def test_edited_folder_is_picked_up_on_the_next_tick(bench: Bench, server: Server, settings: Settings) -> None:
    bench.tick()
    file = settings.home / "baseline" / "tram" / "programme.toml"
    file.write_text(file.read_text("utf-8") + f'\n[[source]]\nid = "radio"\nurl = "{server.url("/radio")}"\n', "utf-8")
    server.handlers["/radio"] = text(REVISED)
    bench.tick(0.1)
    assert "/radio" in server.paths
    assert len(queries.changes(bench.service.store)) == 1


def test_folder_with_errors_is_told_once_and_watched_again_when_mended(bench: Bench, settings: Settings) -> None:
    file = settings.home / "baseline" / "tram" / "facts.toml"
    good = file.read_text("utf-8")
    file.write_text("[[fact]]\nkey = oops\n", "utf-8")
    bench.tick()
    bench.tick()
    assert bench.log.getvalue().count("facts.toml:2") == 1
    file.write_text(good, "utf-8")
    bench.tick()
    assert [h.status for h in looks.sources(bench.service.store)] == ["ok", "ok"]


def test_removed_folder_is_no_longer_watched(bench: Bench, settings: Settings, server: Server) -> None:
    bench.tick()
    folder = settings.home / "baseline" / "tram"
    for file in folder.iterdir():
        file.unlink()
    bench.tick(2)
    assert len(server.paths) == 2
    assert queries.programmes(bench.service.store) == []


def test_report_of_the_morning_is_kept_and_written(bench: Bench, settings: Settings, server: Server) -> None:
    bench.tick(-20)
    server.handlers["/city"] = text(REVISED)
    bench.tick(19)
    bench.clock.now = START + timedelta(minutes=5)
    bench.service.report()
    assert reports.periods(bench.service.store, "tram") == ["2026-03-01T0705", "2026-02-28", "2026-02"]  # February ended as well
    written = (settings.var / "reports" / "tram" / "2026-03-01T0705.json").read_text("utf-8")
    assert [c["fact"] for c in json.loads(written)["changes"]] == ["cost"]


def test_report_of_a_morning_before_the_watch_began_is_not_made(bench: Bench) -> None:
    bench.clock.now = START + timedelta(hours=5)
    bench.tick()
    bench.service.report_if_missed()
    assert reports.periods(bench.service.store, "tram") == []


def test_bug_in_a_job_is_a_line_and_the_job_comes_again(bench: Bench) -> None:
    def broken() -> None:
        raise KeyError("x")

    bench.service.guarded("tick", broken)
    assert "tick failed: a bug error=\"KeyError: 'x'\"" in bench.log.getvalue()


def test_stop_in_the_middle_of_a_look_is_no_failure_of_the_source(bench: Bench, server: Server) -> None:
    asked = threading.Event()

    def slow(connection: object) -> None:
        asked.set()
        connection.stall()  # type: ignore[attr-defined]

    server.handlers |= {"/city": slow, "/paper": slow}
    worker = threading.Thread(target=bench.tick)
    worker.start()
    assert asked.wait(10)
    bench.service.stop.set()
    bench.service.fetcher.stop()
    worker.join(10)
    assert not worker.is_alive()
    assert {h.status for h in looks.sources(bench.service.store)} == {"never"}
    assert "failed" not in bench.log.getvalue()


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=365)], ids=["a day back", "a year ahead"])
def test_clock_that_jumps_and_comes_back_loses_nothing_and_holds_nothing_up(bench: Bench, server: Server, jump: timedelta) -> None:
    bench.tick()
    bench.clock.now += jump
    server.handlers["/city"] = text(REVISED)
    bench.tick(2)
    looks_before = len(server.paths)
    bench.clock.now -= jump
    bench.tick(2)
    assert len(server.paths) > looks_before
    bench.service.deliver()
    assert [n.event for n in bench.inbox.got] == ["new"]
    (change,) = queries.changes(bench.service.store)
    assert change.fact == "cost"
    for _ in range(3):
        bench.tick(2)
    assert len(server.paths) >= looks_before + 6
    assert len(queries.changes(bench.service.store)) == 1


def test_nothing_is_pruned_by_a_clock_that_has_just_been_set(bench: Bench) -> None:
    bench.tick()
    bench.clock.now += timedelta(days=800)
    bench.service.clock_was_set(800 * 86_400)
    bench.service.prune()
    assert queries.row_counts(bench.service.store)["visit"] == 2
    assert "nothing is pruned" in bench.log.getvalue()


def test_what_a_killed_service_held_is_looked_at_and_sent_at_once(bench: Bench, server: Server) -> None:
    bench.tick()
    server.handlers["/city"] = text(REVISED)
    with bench.service.store.write() as connection:
        for address in sources.due(connection, bench.clock.now, all=True):
            sources.claim(connection, address, "killed", bench.clock.now + timedelta(hours=2))
    bench.tick(2)
    assert len(server.paths) == 2
    bench.service.free_what_was_held()
    bench.tick()
    assert len(server.paths) == 4
    outbox.claim_notices(bench.service.store, bench.clock.now)
    bench.service.deliver()
    assert bench.inbox.got == []
    bench.service.free_what_was_held()
    bench.service.deliver()
    assert [n.event for n in bench.inbox.got] == ["new"]


def test_jobs_are_planned_with_a_grace_and_never_twice_at_once(bench: Bench) -> None:
    service = bench.service
    service.stop.set()
    service.start()
    try:
        jobs = {job.id: job for job in service.scheduler.get_jobs()}
        assert {"tick", "backlog", "deliver", "report", "prune"} <= set(jobs)
        assert all(job.coalesce and job.max_instances == 1 and job.misfire_grace_time > 3600 for job in jobs.values())
    finally:
        assert service.shut_down()


def test_log_lines_stay_lines_whatever_they_carry() -> None:
    for form in ("text", "json"):
        log = io.StringIO()
        Journal(form, Clock(), log).say("source failed", error="a\nb \x1b[31m")
        assert log.getvalue().count("\n") == 1
        assert "\x1b" not in log.getvalue()


def test_open_bind_without_a_password_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(ConfigError, match="MONITOR_PASSWORD"):
        run(settings, host="0.0.0.0")
    refuse_open_bind("127.0.0.1", Settings(home=tmp_path), False)
    refuse_open_bind("0.0.0.0", Settings(home=tmp_path), True)  # accounts close the door as well
    refuse_open_bind("0.0.0.0", Settings(home=tmp_path, password="secret"), False)  # type: ignore[arg-type]
    assert [is_loopback(h) for h in ("[::1]", "localhost", "example.org", "::")] == [True, True, False, False]


def test_port_that_is_taken_is_one_clear_line(server: Server) -> None:
    with pytest.raises(ConfigError, match="--port"):
        listening("127.0.0.1", server.port)


# --- the real thing, in a process of its own


@contextmanager
def running(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "MONITOR_ALLOW_HOSTS": ",".join(settings.allow_hosts),
        "MONITOR_HOST_DELAY_S": "0",
        "MONITOR_LOCK_WAIT_S": "0.2",
        "MONITOR_FETCH_RETRIES": "0",
    }
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", "from monitor.cli import main; main()", "--home", str(settings.home)]
    process = subprocess.Popen([*command, "run", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def wait_until(is_so: Callable[[], bool], within_s: float = 40) -> None:
    until = time.monotonic() + within_s
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < until
        pause.wait(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_within_ten_seconds_and_with_zero(settings: Settings, server: Server, number: int) -> None:
    server.handlers["/paper"] = lambda connection: connection.stall()
    port = free_port()
    with running(settings, "--no-web", "--port", str(port)) as process:
        wait_until(lambda: "/paper" in server.paths)
        for path in ("healthz", "readyz", "metrics"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
                assert answer.status == 200
        began = time.monotonic()
        process.send_signal(number)
        _, error = process.communicate(timeout=20)
    assert process.returncode == 0
    assert time.monotonic() - began < 10
    assert error.splitlines()[-1].endswith(" stopped")
    assert "Traceback" not in error


@pytest.mark.slow
def test_second_service_on_the_same_database_is_refused(settings: Settings, server: Server) -> None:
    with running(settings, "--no-web") as first:
        wait_until(lambda: bool(server.paths))
        with running(settings, "--no-web") as second:
            _, error = second.communicate(timeout=30)
        assert second.returncode == 4
        assert "another monitor is working on" in error
        assert first.poll() is None
