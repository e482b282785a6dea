"""One request at a time per host, never closer than its delay, whatever many threads want; and stopping."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise

import pytest

from monitor.core.model import Capture, Source
from monitor.errors import FetchError
from monitor.fetch import Fetcher, FetchStoppedError
from tests.fetch.conftest import NOW, PATIENT
from tests.servers import Connection, Server, page, redirect

Serve = Callable[..., Server]

DELAY_S = 0.05


class Watched:
    """A handler that notes when each request came in and when its answer was out."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[float, float]]] = {}
        self._lock = threading.Lock()

    def __call__(self, connection: Connection) -> None:
        began = time.monotonic()
        connection.answer(b"x" * 20_000)
        with self._lock:
            self.spans.setdefault(connection.server.host, []).append((began, time.monotonic()))


def test_no_host_is_asked_twice_at_once_or_too_soon() -> None:
    watched = Watched()
    hosts = [f"127.0.0.{number}" for number in range(2, 22)]
    limits = replace(PATIENT, timeout_s=10, host_delay_s=DELAY_S)
    with ExitStack() as stack:
        servers = [stack.enter_context(Server({"*": watched}, robots=watched, host=host)) for host in hosts]
        sources = [Source(f"s{number}", server.url(f"/{number}")) for number in range(5) for server in servers]
        fetcher = stack.enter_context(Fetcher(limits, allow_hosts=[server.netloc for server in servers]))
        with ThreadPoolExecutor(16) as pool:
            captures = list(pool.map(lambda source: fetcher.fetch(source, None, NOW), sources))
    assert all(isinstance(capture, Capture) for capture in captures)
    assert {host: len(spans) for host, spans in watched.spans.items()} == dict.fromkeys(hosts, 6)
    for spans in watched.spans.values():
        ordered = sorted(spans)
        # The answer's end is noted by the server before the client has read it, so the gap can only be larger than the delay.
        assert all(later[0] - earlier[1] >= DELAY_S * 0.9 for earlier, later in pairwise(ordered))


def test_names_of_one_host_share_a_turn_across_ports_but_allowed_stand_ins_do_not() -> None:
    with Fetcher(PATIENT, allow_hosts=["127.0.0.1:81"]) as fetcher:
        assert fetcher.host_key("http://example.org:81/") == fetcher.host_key("https://example.org/") == "example.org"
        assert fetcher.host_key("http://127.0.0.1:81/") == "127.0.0.1:81"


def test_waiting_for_a_turn_does_not_use_up_the_time(serve: Serve) -> None:
    def slow(connection: Connection) -> None:
        time.sleep(0.3)
        connection.answer(b"x")

    server = serve(slow)
    with Fetcher(replace(PATIENT, timeout_s=1.2), allow_hosts=[server.netloc]) as fetcher, ThreadPoolExecutor(6) as pool:
        captures = list(pool.map(lambda number: fetcher.fetch(Source(str(number), server.url("/page")), None, NOW), range(6)))
    assert len(captures) == 6  # 1.8 s of answers, one after the other


def test_redirects_wait_for_their_turn_as_well(serve: Serve) -> None:
    server = serve(handlers={"/page": redirect("/next"), "/next": page(b"x")})
    clock, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    with Fetcher(
        replace(PATIENT, host_delay_s=1.0), allow_hosts=[server.netloc], monotonic=lambda: clock[0], sleep=sleep, chance=lambda: 0.0
    ) as fetcher:
        fetcher.fetch(Source("s", server.url("/page")), None, NOW)
    assert slept == [1.05, 1.05]


def test_a_host_that_stalls_does_not_hold_up_another(serve: Serve) -> None:
    stuck = serve(lambda connection: connection.stall())
    server = serve(page(b"x"))
    with Fetcher(replace(PATIENT, timeout_s=2.0), allow_hosts=[stuck.netloc, server.netloc]) as fetcher, ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(fetcher.fetch, Source("a", stuck.url("/page")), None, NOW)
        started = time.monotonic()
        fetcher.fetch(Source("b", server.url("/page")), None, NOW)
        assert time.monotonic() - started < 1.5
        assert isinstance(waiting.exception(), FetchError)


@pytest.mark.parametrize("phase", ["body", "headers", "turn"])
def test_a_stop_ends_every_look_within_a_second(serve: Serve, phase: str) -> None:
    def handler(connection: Connection) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\n" if phase == "headers" else b"HTTP/1.1 200 OK\r\n\r\n")
        connection.stall()

    server = serve(handler)
    limits = replace(PATIENT, timeout_s=30, host_delay_s=60.0 if phase == "turn" else 0.0)
    with Fetcher(limits, allow_hosts=[server.netloc]) as fetcher, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fetcher.fetch, Source("s", server.url("/page")), None, NOW)
        while not server.requests:
            time.sleep(0.01)
        started = time.monotonic()
        fetcher.stop()
        assert isinstance(waiting.exception(timeout=5), FetchStoppedError)
        assert time.monotonic() - started < 1.5


def test_a_configured_proxy_is_used_and_inside_addresses_stay_blocked(serve: Serve) -> None:
    proxy = serve(handlers={"*": page(b"through the proxy")})
    canary = serve(page())
    with Fetcher(PATIENT, proxy=proxy.url(), resolve=lambda host, port: ["93.184.216.34"]) as fetcher:
        proxy.robots = page(b"")
        capture = fetcher.fetch(Source("s", "http://outside.example/page"), None, NOW)
        assert isinstance(capture, Capture)
        assert capture.body == b"through the proxy"
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(Source("s", canary.url("/page")), None, NOW)
    assert caught.value.status == "blocked_address"
    assert canary.connections == 0
