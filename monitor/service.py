"""The service: a few fixed jobs over the schedule that stands in the tables, the web UI beside them, and a clean stop.

| job | when | does |
| --- | --- | --- |
| tick | every half minute | looks at what is due, under the baselines as their folders are now |
| backlog | every ten minutes | reads what was recorded and not yet read, and what was read against an older baseline |
| deliver | every twenty seconds | takes notices out |
| report | at `report_at` | keeps the report of the day before and of the 24 hours until now |
| prune | at night | drops what nobody will ask for |

The lock of the database is held while the service runs. A stop breaks off what is being fetched, finishes what is being written, and ends within ten seconds;
what was not finished is done after the next start.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from monitor import daily, delivery, pipeline, systemd, watch
from monitor.baseline import known_programmes
from monitor.config import Settings
from monitor.errors import ConfigError, MonitorError
from monitor.journal import Journal
from monitor.notify import Channel
from monitor.reading import Steps as AnySteps
from monitor.reading import Task, View
from monitor.store import outbox, people, sources
from monitor.store.engine import Store
from monitor.store.upkeep import prune
from monitor.understanding import Understanding, steps
from monitor.watch import Shelf, StoppedError, StoppingFetcher

TICK_S = 30
BACKLOG_S = 600
DELIVER_S = 20
GRACE_S = 6 * 3600
"""A job that a busy or sleeping machine missed by less is still run; the default of APScheduler is one second, and it drops the run without a word."""

STOP_WITHIN_S = 8.0
JUMP_S = 60.0
"""The wall clock is said to have jumped when it moved so much more, or less, than the monotonic one."""

PULSE_S = 5.0
SILENT_S = 900.0
"""So long without a look, a reading or a tick, and the service is taken for stuck: systemd is no longer told that all is well, and starts it again."""

SETTLED_S = 2 * 86_400.0


def wall_clock() -> datetime:
    return datetime.now(UTC)


def run(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000, with_web: bool = True) -> int:
    """Runs until SIGTERM or SIGINT, then returns 0.

    Raises ConfigError for a web UI that would be open to everybody, StoreError when another check or run has the database.
    """
    journal = Journal(settings.log_format, wall_clock)
    stop = threading.Event()
    with signals(stop) as started, ExitStack() as stack:
        known_programmes(settings.home)
        store = stack.enter_context(watch.open_store(settings))
        refuse_open_bind(host, settings, people.has_accounts(store))
        stack.enter_context(store.running())
        channels = stack.enter_context(delivery.channels_of(settings, wall_clock))
        service = Service(settings, store, channels, journal, stop)
        stack.enter_context(service.opened())
        web = start_web(settings, journal, host, port) if with_web else start_health(settings, store, journal, host, port)
        started.set()
        service.refreshed()
        service.start()
        systemd.tell("READY=1")
        journal.say(
            "watching",
            programmes=", ".join(b.id for b in service.shelf.baselines()) or "none",
            web=f"{host}:{port}" if with_web and web else "off",
        )
        service.wait()
        is_quiet = service.shut_down(web)
        journal.say("stopped")
        if not is_quiet:
            leave()
    return 0


class Web(Protocol):
    """A running web server (`uvicorn.Server`)."""

    should_exit: bool


class Service:
    """The jobs and what they share. Jobs that read pages take turns: the stations remember what they prepared and are not shared between threads."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        channels: dict[str, Channel] | Any,
        journal: Journal,
        stop: threading.Event,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self.settings, self.store, self.channels, self.journal, self.stop, self.clock = settings, store, channels, journal, stop, clock
        self.shelf = Shelf(settings)
        self.line = threading.Lock()
        self.prune_from_s = 0.0
        self.pulsed_s = time.monotonic()
        self.has_fed = False
        self.steps: Understanding = steps()
        self.scheduler = BackgroundScheduler(
            timezone=ZoneInfo(settings.timezone),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_S},
        )

    @contextmanager
    def opened(self) -> Iterator[Service]:
        """With a fetcher and a reading process."""
        self.free_what_was_held()
        with watch.new_fetcher(self.settings) as fetcher, watch.new_reader(self.settings) as reader:
            self.fetcher, self.isolation = fetcher, reader
            yield self

    def free_what_was_held(self) -> None:
        """What a killed run had in its hands is looked at, and sent, now: nobody else can hold it, because we have the lock of the database."""
        with self.store.write() as connection:
            sources.break_leases(connection)
        outbox.release(self.store)

    # ------------------------------------------------------------------------------------------------------------------ the schedule

    def start(self) -> None:
        """Puts the jobs on the schedule, all that can be late already first, and starts it."""
        zone = ZoneInfo(self.settings.timezone)
        hour, minute = self.settings.report_at.split(":")
        now = self.clock()
        for name, job, trigger, first in (
            ("tick", self.tick, IntervalTrigger(seconds=TICK_S), now),
            ("backlog", self.backlog, IntervalTrigger(seconds=BACKLOG_S), None),
            ("deliver", self.deliver, IntervalTrigger(seconds=DELIVER_S), now),
            ("report", self.report, CronTrigger(hour=int(hour), minute=int(minute), timezone=zone), None),
            ("prune", self.prune, CronTrigger(hour=3, minute=40, timezone=zone), None),
        ):
            more = {} if first is None else {"next_run_time": first}
            self.scheduler.add_job(self.guarded, trigger, args=(name, job), id=name, **more)
        self.scheduler.add_job(self.guarded, args=("report", self.report_if_missed), id="missed-report")
        self.scheduler.start()

    def wait(self) -> None:
        """Until the stop; a wall clock that jumps is noticed here, because the scheduler would sleep through the difference."""
        before = self.clock().timestamp() - time.monotonic()
        while not self.stop.wait(PULSE_S):
            if time.monotonic() - self.pulsed_s < SILENT_S:
                systemd.tell("WATCHDOG=1")
            offset = self.clock().timestamp() - time.monotonic()
            if abs(offset - before) > JUMP_S:
                self.clock_was_set(offset - before)
                self.reschedule()
            before = offset

    def clock_was_set(self, jump_s: float) -> None:
        """Says so, and keeps pruning back for a while: a clock that is a year ahead by mistake would make everything old."""
        self.journal.say("the clock of this machine was set", seconds=round(jump_s))
        self.prune_from_s = time.monotonic() + SETTLED_S

    def reschedule(self) -> None:
        """Plans every job anew from the clock as it is now."""
        for job in self.scheduler.get_jobs():
            self.scheduler.reschedule_job(job.id, trigger=job.trigger)
        for name in ("tick", "deliver"):
            self.scheduler.modify_job(name, next_run_time=self.clock())

    def shut_down(self, web: Web | None = None) -> bool:
        """Breaks off what is fetched and waits for what is written; False when a job is still busy after that."""
        self.stop.set()
        systemd.tell("STOPPING=1")
        if web is not None:
            web.should_exit = True
        self.fetcher.stop()
        self.scheduler.pause()
        waiter = threading.Thread(target=self.scheduler.shutdown, daemon=True)
        waiter.start()
        waiter.join(STOP_WITHIN_S)
        return not waiter.is_alive()

    def guarded(self, name: str, job: Callable[[], None]) -> None:
        """One run of a job: what fails is told in one line, and the job comes again at its time."""
        if self.stop.is_set():
            return
        try:
            job()
        except StoppedError:
            return
        except MonitorError as error:
            self.journal.say(f"{name} failed", error=str(error))
        except Exception as error:  # a bug in one job must not end the watch; its words are kept for whoever mends it
            self.journal.say(f"{name} failed: a bug", error=f"{type(error).__name__}: {error}")

    # ---------------------------------------------------------------------------------------------------------------------- the jobs

    def tick(self) -> None:
        """One pass over what is due, with the baselines as they stand in their folders now."""
        self.pulse()
        with self.line:
            baselines = self.refreshed()
            done = pipeline.check_locked(
                self.store,
                StoppingFetcher(self.fetcher),
                self.steps,
                baselines,
                self.clock,
                workers=self.settings.fetch_workers,
                owner="run",
                progress=lambda outcome: self.pulse(),
                reader=self.read,
            )
        self.pulse()
        for source, status, text in done.failures:
            self.journal.say("source failed", source=source, status=status, error=text)
        for change in dict.fromkeys(c for d in done.digests for c in d.raised):
            self.journal.say("change flagged", change=change)
        if done.digests or not self.has_fed:
            daily.write_feeds(self.store, self.settings, baselines)
            self.has_fed = True
        self.keep_pages(done.digests)

    def backlog(self) -> None:
        """What was recorded and not yet read, after a kill or a decision of a person."""
        digests: list[pipeline.Digested] = []
        with self.line:
            for baseline in self.refreshed():
                digests += pipeline.digest_backlog(self.store, self.steps, baseline, self.clock(), self.read)
                pipeline.reread(self.store, self.steps, baseline, self.clock(), self.read)
        self.keep_pages(digests)

    def keep_pages(self, digests: Sequence[pipeline.Digested]) -> None:
        """Has the archive save the pages of what was flagged, outside of the line: an archive that is slow holds up nobody's reading."""
        for error in watch.keep_pages(digests, StoppingFetcher(self.fetcher), self.settings, self.clock):
            self.pulse()
            if error:
                self.journal.say("a page was not archived", error=error)

    def deliver(self) -> None:
        plan = delivery.plan_of(self.settings, self.store, self.clock)
        told = delivery.deliver_due(self.store, self.channels, self.clock, lambda: not self.stop.is_set(), plan)
        for error in told.errors:
            self.journal.say("a notice was not delivered", error=error)

    def report(self) -> None:
        with self.line:
            baselines = self.refreshed()
        for report in daily.morning_reports(self.store, self.settings, baselines, self.clock()):
            self.journal.say("report written", programme=report.programme, changes=len(report.changes))

    def report_if_missed(self) -> None:
        """The report of this morning, when the service was not there at its time."""
        here = self.clock().astimezone(ZoneInfo(self.settings.timezone))
        if f"{here:%H:%M}" >= self.settings.report_at:
            self.report()

    def prune(self) -> None:
        if time.monotonic() < self.prune_from_s:
            self.journal.say("nothing is pruned until the clock has been right for two days")
            return
        dropped = prune(self.store, self.clock() - timedelta(days=self.settings.retention_days))
        self.journal.say("pruned", visits=dropped.visits, observations=dropped.observations, bodies=dropped.bodies)

    # ------------------------------------------------------------------------------------------------------------------------ helpers

    def refreshed(self) -> list[Any]:
        """The baselines as they are in their folders now, brought into the tables; folders with errors are told once and passed over."""
        for line in self.shelf.refresh():
            self.journal.say("programme", error=line)
        baselines = self.shelf.baselines()
        watch.sync_all(self.store, baselines, self.clock())
        watch.forget_missing(self.store, self.settings, self.clock())
        return baselines

    def read(self, understanding: AnySteps, task: Task) -> View:
        """Reading that ends between two pages when the service stops."""
        if self.stop.is_set():
            raise StoppedError("the service is stopping")
        self.pulse()
        return self.isolation(understanding, task)

    def pulse(self) -> None:
        """Touches `var/alive`, by which a container tells that the watch goes on, and keeps the watchdog of systemd calm."""
        self.pulsed_s = time.monotonic()
        self.settings.var.mkdir(parents=True, exist_ok=True)
        (self.settings.var / "alive").touch()


# ---------------------------------------------------------------------------------------------------------------------------- signals


@contextmanager
def signals(stop: threading.Event) -> Iterator[threading.Event]:
    """SIGTERM and SIGINT set the event; before the service has started (the event that is yielded) they end the program with 0 at once."""
    started = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        if not started.is_set():
            raise SystemExit(0)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield started
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave() -> None:
    """Ends the process although a job is still busy: everything it may leave undone is done after the next start."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


# -------------------------------------------------------------------------------------------------------------------------------- web


def refuse_open_bind(host: str, settings: Settings, has_accounts: bool) -> None:
    """Where nobody has to log in, only this machine may ask. Raises ConfigError.

    An account that is closed later closes the door too: the guard asks at every request whether somebody has to log in.
    """
    if settings.password is None and not has_accounts and not is_loopback(host):
        raise ConfigError(
            f"the web UI would be open to everybody on {host[:80]} (set MONITOR_PASSWORD, or make an account in the settings, "
            "or stay on --host 127.0.0.1, or --no-web)"
        )


def is_loopback(host: str) -> bool:
    """
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def start_web(settings: Settings, journal: Journal, host: str, port: int) -> Web | None:
    """The web UI in a thread of its own; None, and a line, where this installation has none."""
    if importlib.util.find_spec("monitor.web") is None or importlib.util.find_spec("monitor.web.app") is None:
        journal.say("this installation has no web UI; the watch goes on without")
        return None
    return serve(importlib.import_module("monitor.web.app").create_app(settings, wall_clock), listening(host, port))


def start_health(settings: Settings, store: Store, journal: Journal, host: str, port: int) -> Web | None:
    """`/healthz`, `/readyz` and `/metrics` alone; the watch goes on without when the port is taken."""
    from monitor.web.health import Health

    try:
        listener = listening(host, port)
    except ConfigError as error:
        journal.say("no health page", error=str(error))
        return None
    return serve(Health(store, settings.var, wall_clock), listener)


def serve(app: Any, listener: socket.socket) -> Web:
    """In a thread of its own."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3, proxy_headers=False))
    threading.Thread(target=server.run, args=([listener],), name="web", daemon=True).start()
    return server


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ConfigError, before anything has started, when the address is taken or none of ours."""
    plain = host.strip("[]")
    try:
        return socket.create_server((plain, port), family=socket.AF_INET6 if ":" in plain else socket.AF_INET)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no usable address"
        raise ConfigError(f"the web UI cannot listen on {host[:80]}:{port}: {reason} (choose another --port, or --no-web)") from error
