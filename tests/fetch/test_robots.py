"""robots.txt of every kind, and what may then be asked for."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.core.model import Capture, Source
from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.robots import relevant
from tests.fetch.conftest import NOW, PATIENT, look, refused
from tests.servers import Handler, Server, page, raw, redirect

Serve = Callable[..., Server]

DENY = b"User-agent: *\nDisallow: /\n"


def robots(body: bytes, **options: object) -> Handler:
    return page(body, media_type="text/plain", **options)


@pytest.mark.parametrize(
    "body",
    [
        DENY,
        b"\xef\xbb\xbf" + DENY,
        b"User-agent: *\r\nDisallow: /pa\r\n",
        b"User-Agent: Programme-Monitor/2.0\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
        b"user-agent: *\ndisallow: /*ge$\n",
        b"User-agent: other\nUser-agent: *\nDisallow: /page # comment\n",
        b"\x00\xff garbage\n" + DENY,
        b"# " + b"x" * 300_000 + b"\n" + DENY,
    ],
)
def test_what_robots_txt_forbids_is_not_asked_for(serve: Serve, body: bytes) -> None:
    server = serve(page(), robots=robots(body))
    error = refused(server)
    assert (error.status, error.transient) == ("robots_denied", False)
    assert server.paths == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"User-agent: *\nDisallow:\n",
        b"User-agent: other\nDisallow: /\n",
        b"User-agent: monitor\nDisallow: /\n",
        b"User-agent: *\nDisallow: /\nAllow: /page\n",
        b"User-agent: *\nDisallow: /\n\nUser-agent: programme-monitor\nDisallow: /private\n",
        b"Disallow: /\n",
        b"<html><body>Not found</body></html>",
        b"User-agent: *\nDisallow: /PAGE\n",
        # a rule beyond the first 500 KiB is not read
        b"# " + b"x" * 600_000 + b"\n" + DENY,
    ],
)
def test_what_robots_txt_leaves_open_is_asked_for(serve: Serve, body: bytes) -> None:
    assert isinstance(look(serve(page(), robots=robots(body))), Capture)


@pytest.mark.parametrize(
    "status",
    ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "429 Too Many Requests", "304 Not Modified"],
)
def test_an_unavailable_robots_txt_allows_everything(serve: Serve, status: str) -> None:
    assert isinstance(look(serve(page(), robots=page(DENY, status=status))), Capture)


@pytest.mark.parametrize(
    "handler",
    [
        page(b"", status="500 Internal Server Error"),
        page(b"", status="503 Service Unavailable"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nUser-agent: *"),
        raw(b""),
        raw(b"garbage\r\n\r\n"),
        lambda connection: connection.stall(),
        lambda connection: connection.reset(),
        page(b"x", headers={"Content-Encoding": "br"}),
        redirect("http://10.0.0.1/robots.txt"),
    ],
)
def test_an_unreachable_robots_txt_forbids_everything_for_now(serve: Serve, handler: Handler) -> None:
    server = serve(page(), robots=handler)
    error = refused(server, limits=replace(PATIENT, robots_timeout_s=0.5))
    assert error.status in {"robots_denied", "blocked_address"}
    assert server.paths == []


def test_robots_txt_may_be_redirected_five_times(serve: Serve) -> None:
    def chain(length: int) -> Server:
        hops = {f"/r{number}": redirect(f"/r{number + 1}") for number in range(1, length)}
        return serve(handlers={"/page": page()} | hops | {f"/r{length}": robots(DENY)}, robots=redirect("/r1"))

    assert refused(chain(5)).status == "robots_denied"
    assert isinstance(look(chain(6)), Capture)


def test_a_packed_robots_txt_is_read_with_a_bound(serve: Serve) -> None:
    body = gzip.compress(DENY + b"\n" * 50_000_000)
    assert refused(serve(page(), robots=robots(body, headers={"Content-Encoding": "gzip"}))).status == "robots_denied"


def test_an_endless_robots_txt_is_read_no_further_than_needed(serve: Serve) -> None:
    def handler(connection: object) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n" + DENY)  # type: ignore[attr-defined]
        while True:
            connection.send(b"# filler\n" * 1_000)  # type: ignore[attr-defined]

    assert refused(serve(page(), robots=handler)).status == "robots_denied"


def test_a_redirect_is_not_followed_where_robots_txt_forbids_it(serve: Serve) -> None:
    other = serve(page(), robots=robots(DENY))
    server = serve(redirect(other.url("/page")))
    with Fetcher(PATIENT, allow_hosts=[server.netloc, other.netloc]) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(Source("s", server.url("/page")), None, NOW)
    assert caught.value.status == "robots_denied"
    assert other.paths == []


def test_robots_txt_is_asked_for_once_a_day(serve: Serve) -> None:
    server = serve(page(b"x"))
    clock = [0.0]
    with Fetcher(PATIENT, allow_hosts=[server.netloc], monotonic=lambda: clock[0]) as fetcher:
        for hour in (0, 1, 23, 25):
            clock[0] = hour * 3_600.0
            fetcher.fetch(Source("s", server.url("/page")), None, NOW)
    assert [request.path for request in server.requests].count("/robots.txt") == 2


def test_a_failed_robots_txt_is_asked_for_again_soon(serve: Serve) -> None:
    answers = [page(b"", status="500 Oops"), robots(b"")]
    server = serve(page(b"x"), robots=lambda connection: answers.pop(0)(connection))
    clock = [0.0]
    with Fetcher(PATIENT, allow_hosts=[server.netloc], monotonic=lambda: clock[0]) as fetcher:
        with pytest.raises(FetchError):
            fetcher.fetch(Source("s", server.url("/page")), None, NOW)
        clock[0] = 301.0
        assert isinstance(fetcher.fetch(Source("s", server.url("/page")), None, NOW), Capture)


def test_thousands_of_names_over_thousands_of_rules_stay_small() -> None:
    text = (
        "\n".join(f"User-agent: robot{number}" for number in range(16_000))
        + "\n"
        + "\n".join(f"Disallow: /{number}" for number in range(20_000))
    )
    started = time.monotonic()
    assert relevant(text).count("User-agent") == 1
    assert time.monotonic() - started < 1


def test_a_pattern_full_of_wildcards_costs_nothing(serve: Serve) -> None:
    body = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 2_000 + b"b$\n" * 1
    started = time.monotonic()
    look(serve(handlers={"/" + "a" * 1_000: page()}, robots=robots(body)), "/" + "a" * 1_000)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(("written", "pauses"), [("2", [2.1]), ("100000", [10.5]), ("-1", []), ("nan", []), ("soon", [])])
def test_a_crawl_delay_is_honoured_up_to_a_cap(serve: Serve, written: str, pauses: list[float]) -> None:
    server = serve(page(b"x"), robots=robots(f"User-agent: *\nCrawl-delay: {written}\n".encode()))
    clock, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        clock[0] += seconds

    with Fetcher(PATIENT, allow_hosts=[server.netloc], monotonic=lambda: clock[0], sleep=sleep, chance=lambda: 0.0) as fetcher:
        for _look in range(2):
            fetcher.fetch(Source("s", server.url("/page")), None, NOW)
    assert slept == pauses


def test_a_connection_that_breaks_once_on_robots_txt_is_tried_again(serve: Serve) -> None:
    answers = [raw(b""), robots(b"")]
    assert isinstance(look(serve(page(b"x"), robots=lambda connection: answers.pop(0)(connection))), Capture)


def test_a_host_that_comes_back_is_asked_again(serve: Serve) -> None:
    server = serve(page(b"x"))
    server.__exit__(None, None, None)
    source = Source("s", server.url("/page"))
    with Fetcher(PATIENT, allow_hosts=[server.netloc]) as fetcher:
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(source, None, NOW)
        assert caught.value.status == "network_error"
        with Server({"/page": page(b"x")}, port=server.port):
            assert isinstance(fetcher.fetch(source, None, NOW), Capture)
