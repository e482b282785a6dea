"""`/healthz`, `/readyz` and `/metrics`: a small ASGI application, mounted by the web face or served alone by `run --no-web`.

| path | 200 when |
| --- | --- |
| `/healthz` | the watch goes on: something was looked at or read, or a tick began, in the last 15 minutes |
| `/readyz` | the database can be read and there is space on the disk |
| `/metrics` | always, unless the database cannot be read (503): figures for Prometheus |

Nothing here tells what pages said; programme ids and counts are all that leaves.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from starlette.concurrency import run_in_threadpool

from monitor import __version__
from monitor.errors import MonitorError
from monitor.store.engine import Store
from monitor.store.figures import Figures, figures

PATHS = ("/healthz", "/readyz", "/metrics")
ALIVE_S = 900
LEAST_FREE_BYTES = 50_000_000
JSON = "application/json"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Answer:
    """A status, a media type and a body."""

    def __init__(self, status: int, body: str | bytes | dict[str, object], media_type: str = JSON) -> None:
        self.status, self.media_type = status, media_type
        self.body = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body


class Health:
    """The application. `var` is the folder of the home whose `alive` file the service touches."""

    def __init__(self, store: Store, var: Path, clock: Callable[[], datetime]) -> None:
        self.store, self.var, self.clock = store, var, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        answer = await run_in_threadpool(self.answer, scope["method"], scope["path"])
        headers = [
            (b"content-type", answer.media_type.encode()),
            (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    def answer(self, method: str, path: str) -> Answer:
        """The answer to a request; 404 for any other path, 405 for anything but GET and HEAD."""
        if method not in ("GET", "HEAD"):
            return Answer(405, {"error": "only GET"})
        match "/" + path.strip("/").rsplit("/", 1)[-1]:
            case "/healthz":
                return self.healthz()
            case "/readyz":
                return self.readyz()
            case "/metrics":
                return self.metrics()
            case _:
                return Answer(404, {"error": f"there are {', '.join(PATHS)}"})

    def healthz(self) -> Answer:
        age_s = self.silent_s()
        if age_s is None or age_s > ALIVE_S:
            return Answer(503, {"status": "silent", "silent_s": age_s})
        return Answer(200, {"status": "ok", "silent_s": age_s})

    def silent_s(self) -> int | None:
        """Seconds since the service last gave a sign; None when it never did. A sign from the future (the clock was set) is one of now."""
        try:
            return max(0, round(self.clock().timestamp() - (self.var / "alive").stat().st_mtime))
        except OSError:
            return None

    def readyz(self) -> Answer:
        problems = []
        try:
            with self.store.read() as connection:
                connection.exec_driver_sql("SELECT 1 FROM programme LIMIT 1")
        except MonitorError as error:
            problems.append(str(error))
        free = shutil.disk_usage(self.var if self.var.exists() else self.var.parent).free
        if free < LEAST_FREE_BYTES:
            problems.append(f"only {free // 1_000_000} MB free on the disk")
        return Answer(503 if problems else 200, {"status": "not ready" if problems else "ok", "problems": problems})

    def metrics(self) -> Answer:
        try:
            found = figures(self.store, self.clock())
        except MonitorError as error:
            return Answer(503, f"# {error}\n", PROMETHEUS)
        return Answer(200, generate_latest(self.registry(found)), PROMETHEUS)

    def registry(self, found: Figures) -> CollectorRegistry:
        """A registry of its own for every answer: figures come from the tables, so that each process says the same and a restart loses none."""
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        def gauge(name: str, text: str, values: dict[tuple[str, ...], float], *labels: str) -> None:
            made = Gauge(f"monitor_{name}", text, labels, registry=registry)
            for label, value in values.items():
                (made.labels(*label) if labels else made).set(value)

        now = self.clock()
        gauge("build", "Version of the program.", {(__version__,): 1}, "version")
        gauge("sources", "Sources by programme and status.", pairs(found.sources), "programme", "status")
        gauge("sources_overdue", "Sources whose look is late by more than an hour.", ones(found.overdue), "programme")
        gauge("sources_never_ok", "Sources that were looked at and never worked.", ones(found.never_ok), "programme")
        gauge("changes", "Flagged changes by programme and status.", pairs(found.changes), "programme", "status")
        gauge("notices", "Notices by state: waiting, sent, dead.", ones(found.notices), "state")
        late_s = (now - found.oldest_waiting).total_seconds() if found.oldest_waiting else 0.0
        gauge("notice_late_seconds", "How long the oldest due notice has been waiting.", {(): max(late_s, 0.0)})
        gauge("backlog_pages", "Pages recorded and not yet read.", {(): found.backlog})
        gauge("looks", "Looks made since the beginning.", {(): found.looks})
        gauge("snapshots", "Different bodies stored since the beginning.", {(): found.snapshots})
        silent_s = self.silent_s()
        gauge("silent_seconds", "Since the service last gave a sign; -1: never.", {(): -1 if silent_s is None else silent_s})
        gauge(
            "disk_free_bytes",
            "Space left where the database is.",
            {(): shutil.disk_usage(self.var if self.var.exists() else self.var.parent).free},
        )
        if self.store.path is not None and self.store.path.exists():
            gauge("database_bytes", "Size of the database file.", {(): self.store.path.stat().st_size})
        return registry


def ones(counts: dict[str, int]) -> dict[tuple[str, ...], float]:
    return {(name,): n for name, n in counts.items()}


def pairs(counts: dict[tuple[str, str], int]) -> dict[tuple[str, ...], float]:
    return {names: n for names, n in counts.items()}  # noqa: C416 - another type of dict


async def lifespan(receive: Receive, send: Send) -> None:
    """Nothing is opened and nothing closed: the store belongs to whoever made it."""
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
