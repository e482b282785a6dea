"""A fetcher with small limits, and shorthands for looking at a loopback server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.core.model import Capture, NotModified, Source
from monitor.errors import FetchError
from monitor.fetch import Fetcher, FetchLimits, Validators
from tests.servers import Handler, Server

NOW = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
PATIENT = FetchLimits(timeout_s=10, connect_timeout_s=5, max_bytes=100_000, host_delay_s=0, retries=0, robots_timeout_s=5)
LIMITS = replace(PATIENT, timeout_s=0.8, connect_timeout_s=0.6, robots_timeout_s=0.6)


def look(
    server: Server, path: str = "/page", *, limits: FetchLimits = PATIENT, validators: Validators | None = None, **source: object
) -> Capture | NotModified:
    """One look at a path of an allowed loopback server with a fresh fetcher."""
    with Fetcher(limits, allow_hosts=[server.netloc]) as fetcher:
        return fetcher.fetch(Source("s", server.url(path), **source), validators, NOW)  # type: ignore[arg-type]


def refused(
    server: Server, path: str = "/page", *, limits: FetchLimits = PATIENT, validators: Validators | None = None, **source: object
) -> FetchError:
    """The failure of one look, its line checked for length and cleanliness."""
    with pytest.raises(FetchError) as caught:
        look(server, path, limits=limits, validators=validators, **source)
    line = str(caught.value)
    assert len(line) <= 200
    assert line.isprintable()
    return caught.value


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers that end with the test: `serve(page_handler)` answers /page, `serve(handlers={...}, robots=...)` whatever is given."""
    started: list[Server] = []

    def start(handler: Handler | None = None, **options: object) -> Server:
        handlers = dict(options.pop("handlers", {}))  # type: ignore[call-overload]
        if handler:
            handlers["/page"] = handler
        server = Server(handlers, **options)  # type: ignore[arg-type]
        started.append(server.__enter__())
        return server

    yield start
    threads = [threading.Thread(target=server.__exit__, args=(None, None, None)) for server in started]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
