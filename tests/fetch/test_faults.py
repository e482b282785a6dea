"""Answers that are broken on the way: each has one right word, within the limits, whatever the server does."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.core.model import Capture, Source
from monitor.errors import FetchError
from monitor.fetch import Fetcher
from tests.fetch.conftest import LIMITS, NOW, PATIENT, look, refused
from tests.servers import HTML_HEAD as OK
from tests.servers import Connection, Handler, Server, dripping, endless, gzip_bomb, page, raw, reset_after, stalling

Serve = Callable[..., Server]

# Too much: cases 1-7, 23, 24


@pytest.mark.parametrize(
    ("encoding", "body", "word"),
    [
        ("gzip", gzip_bomb(100), "too_large"),
        ("x-gzip", gzip_bomb(100), "too_large"),
        ("deflate", zlib.compress(b"\0" * 100_000_000, 9), "too_large"),
        # inside the gzip is another
        ("gzip", gzip.compress(gzip_bomb(100), mtime=0), "unsupported"),
        # encodings we did not offer, and two at once
        ("gzip, gzip", gzip.compress(gzip_bomb(100), mtime=0), "unsupported"),
        ("br", b"\x0b\x02\x80", "unsupported"),
        ("zstd", b"\x28\xb5\x2f\xfd", "unsupported"),
        ("rot13", b"abc", "unsupported"),
    ],
)
def test_a_bomb_is_refused_at_the_limit(serve: Serve, encoding: str, body: bytes, word: str) -> None:
    assert refused(serve(page(body, headers={"Content-Encoding": encoding}))).status == word


def test_a_body_packed_twice_is_never_passed_on(serve: Serve) -> None:
    twice = gzip.compress(gzip.compress(b"<p>x</p>", mtime=0), mtime=0)
    assert refused(serve(page(twice, headers={"Content-Encoding": "gzip"}))).status == "unsupported"


@pytest.mark.parametrize("chunk", [b"x" * 8_192, b"1000\r\n" + b"x" * 4_096 + b"\r\n"])
def test_an_endless_body_is_too_large(serve: Serve, chunk: bytes) -> None:
    head = OK + (b"Transfer-Encoding: chunked\r\n\r\n" if chunk.startswith(b"1000") else b"\r\n")
    assert refused(serve(endless(chunk, head=head))).status == "too_large"


def test_endless_tiny_chunks_end_within_the_limits(serve: Serve) -> None:
    server = serve(endless(b"1\r\nx\r\n" * 1_000, head=OK + b"Transfer-Encoding: chunked\r\n\r\n"))
    assert refused(server).status in {"too_large", "timeout"}


def test_a_declared_length_over_the_limit_is_not_read(serve: Serve) -> None:
    started = time.monotonic()
    assert refused(serve(stalling(OK + b"Content-Length: 10000000000\r\n\r\nx"))).status == "too_large"
    assert time.monotonic() - started < PATIENT.timeout_s / 2


def test_the_limit_of_a_source_overrides_the_general_one(serve: Serve) -> None:
    server = serve(page(b"x" * 2_000))
    assert refused(server, max_bytes=1_999).status == "too_large"
    assert isinstance(look(server, max_bytes=2_000), Capture)


# Too slow: cases 8-12


@pytest.mark.parametrize(
    "handler",
    [
        dripping(OK + b"Content-Length: 1000\r\n\r\n", b"x" * 1_000),
        dripping(b"", OK + b"X: " + b"y" * 1_000),
        dripping(OK, b"".join(b"X-%d: y\r\n" % number for number in range(500))),
        stalling(b""),
        stalling(OK + b"Content-Length: 1000\r\n\r\n<p>half"),
        stalling(OK + b"\r\n<p>whole, but never closed</p>"),
        endless(b"HTTP/1.1 103 Early Hints\r\n\r\n", head=b""),
    ],
)
def test_a_slow_answer_ends_within_the_total_time(serve: Serve, handler: Handler) -> None:
    started = time.monotonic()
    assert refused(serve(handler), limits=LIMITS).status in {"timeout", "protocol_error"}
    assert time.monotonic() - started < LIMITS.timeout_s + 1.5


def test_redirects_and_robots_share_one_time(serve: Serve) -> None:
    def slow(connection: Connection) -> None:
        connection.server.ending.wait(0.2)
        step = int(connection.request.path.rpartition("/")[2] or 0) + 1
        connection.answer(status="302 Found", headers={"Location": f"/hop/{step}"})

    server = serve(handlers={"*": slow})
    started = time.monotonic()
    assert refused(server, "/hop/0", limits=LIMITS).status == "timeout"
    assert time.monotonic() - started < LIMITS.timeout_s + 1.5


def test_a_slow_name_service_is_given_up() -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(2.5)
        return ["93.184.216.34"]

    started = time.monotonic()
    with Fetcher(LIMITS, resolve=resolve) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(Source("s", "http://slow.example/"), None, NOW)
    assert caught.value.status in {"timeout", "robots_denied"}
    assert time.monotonic() - started < 2.4


# Cut short: cases 13-17


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (OK + b"Content-Length: 100\r\n\r\n<p>short", {"truncated"}),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<p>ab\r\n", {"truncated"}),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n<p>ab", {"truncated"}),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<p>ab\r\n0\r\n\r\n", {"protocol_error"}),
        (
            OK + b"Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n" + gzip.compress(b"<p>seven sites</p>" * 20, mtime=0)[:30],
            {"truncated"},
        ),
        (OK + b"Content-Encoding: gzip\r\n\r\n\x1f", {"truncated"}),
        (OK + b"Content-Length: 10", {"network_error", "protocol_error", "truncated"}),
    ],
)
def test_a_cut_answer_is_never_the_page(serve: Serve, answer: bytes, words: set[str]) -> None:
    assert refused(serve(raw(answer))).status in words


# Improper HTTP: cases 18-22, 25-33


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        OK + b"Content-Length: -5\r\n\r\nabcde",
        OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3;" + b"x" * 1_000_000 + b"\r\nabc\r\n0\r\n\r\n",
        OK + b"X: " + b"y" * 1_000_000 + b"\r\n\r\nabc",
        OK + b"".join(b"X-%d: y\r\n" % number for number in range(100_000)) + b"\r\nabc",
        OK + b"Set-Cookie: a=b\r\n" * 10_000 + b"\r\nabc",
        OK + b"X: a\x00b\r\n\r\nabc",
        b"<html>HTTP/0.9 has no head</html>",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00" * 500,
    ],
)
def test_improper_http_is_a_protocol_error(serve: Serve, answer: bytes) -> None:
    assert refused(serve(raw(answer))).status in {"protocol_error", "http_error"}


def test_latin_1_in_a_header_is_harmless(serve: Serve) -> None:
    capture = look(serve(raw(OK + b"X-Title: caf\xe9\r\nContent-Length: 1\r\n\r\nx")))
    assert dict(capture.headers)["x-title"] == "café"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (reset_after(b""), {"network_error"}),
        (reset_after(OK + b"Content-Length: 1000\r\n\r\n<p>"), {"network_error", "truncated"}),
        (raw(b""), {"network_error"}),
    ],
)
def test_a_broken_connection_is_a_network_error(serve: Serve, handler: Handler, words: set[str]) -> None:
    error = refused(serve(handler))
    assert error.status in words
    assert error.transient


def test_nobody_listening_is_a_network_error(serve: Serve) -> None:
    server = serve(page())
    server.__exit__(None, None, None)
    error = refused(server)
    assert error.status == "network_error"
    assert "no connection" in str(error)


# Packed otherwise than said: cases 34-36


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_plain_body_declared_as_packed_is_a_decode_error(serve: Serve, encoding: str) -> None:
    assert refused(serve(page(b"<p>plain</p>", headers={"Content-Encoding": encoding}))).status == "decode_error"


def test_a_packed_body_without_a_word_is_a_decode_error(serve: Serve) -> None:
    assert refused(serve(page(gzip.compress(b"<p>x</p>", mtime=0)))).status == "decode_error"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"<p>x</p>", mtime=0)),
        ("GZIP", gzip.compress(b"<p>x</p>", mtime=0)),
        ("identity, gzip", gzip.compress(b"<p>x</p>", mtime=0)),
        # two members are one file
        ("gzip", gzip.compress(b"<p>", mtime=0) + gzip.compress(b"x</p>", mtime=0)),
        ("gzip", gzip.compress(b"<p>x</p>", mtime=0) + b"\0" * 10),
        # both things that servers call deflate
        ("deflate", zlib.compress(b"<p>x</p>")),
        ("deflate", zlib.compress(b"<p>x</p>", wbits=-15)),
    ],
)
def test_a_packed_page_is_unpacked(serve: Serve, encoding: str, body: bytes) -> None:
    assert look(serve(page(body, headers={"Content-Encoding": encoding}))).body == b"<p>x</p>"  # type: ignore[union-attr]


def test_a_packed_sitemap_file_is_unpacked(serve: Serve) -> None:
    server = serve(page(gzip.compress(b"<urlset/>", mtime=0), media_type="application/x-gzip"))
    assert look(server, kind="sitemap").body == b"<urlset/>"  # type: ignore[union-attr]
    assert refused(server).status == "unsupported"


@pytest.mark.parametrize("media_type", ["video/mp4", "image/png", "application/zip", "AUDIO/ogg; x=y", "application/msword"])
def test_what_cannot_be_read_is_refused_before_its_body(serve: Serve, media_type: str) -> None:
    started = time.monotonic()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: 5000\r\n\r\n".encode()
    assert refused(serve(stalling(head))).status == "unsupported"
    assert time.monotonic() - started < PATIENT.timeout_s / 2


# Trying again


def test_a_passing_failure_is_tried_again(serve: Serve) -> None:
    def flaky(connection: Connection) -> None:
        if len(connection.server.paths) < 3:
            connection.answer(status="502 Bad Gateway")
        else:
            connection.answer(b"x")

    server = serve(flaky)
    with Fetcher(replace(LIMITS, retries=2, timeout_s=5), allow_hosts=[server.netloc], sleep=lambda _s: None) as fetcher:
        assert fetcher.fetch(Source("s", server.url("/page")), None, NOW).body == b"x"  # type: ignore[union-attr]
    assert server.paths == ["/page"] * 3


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "429 Too Many Requests", "503 Service Unavailable", "401 Unauthorized"])
def test_what_does_not_pass_by_itself_is_asked_once(serve: Serve, status: str) -> None:
    server = serve(page(status=status))
    refused(server, limits=replace(LIMITS, retries=2))
    assert server.paths == ["/page"]


def test_trying_again_stays_within_the_total_time(serve: Serve) -> None:
    server = serve(page(status="502 Bad Gateway"))
    started = time.monotonic()
    refused(server, limits=replace(LIMITS, retries=10, timeout_s=0.8))
    assert time.monotonic() - started < 2.5
    assert len(server.paths) <= 2


@pytest.mark.slow
def test_memory_stays_small_whatever_a_server_sends() -> None:
    """In a process of its own, so that the peak is the fetcher's: a 300 MB bomb, then an endless body, at the default limits."""
    script = """
import sys
from monitor.core.model import Source
from monitor.errors import FetchError
from monitor.fetch import Fetcher, FetchLimits
from datetime import UTC, datetime
for url in sys.argv[2:]:
    try:
        with Fetcher(FetchLimits(host_delay_s=0, retries=0), allow_hosts=[sys.argv[1]]) as fetcher:
            fetcher.fetch(Source("s", url), None, datetime(2026, 5, 4, tzinfo=UTC))
    except FetchError as error:
        print(error.status)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss would be that of the process that forked us, too
print(int(peak.split()[1]) // 1024)
"""
    handlers = {"/bomb": page(gzip_bomb(300), headers={"Content-Encoding": "gzip"}), "/endless": endless(b"x" * 65_536)}
    with Server(handlers) as server:
        run = subprocess.run(
            [sys.executable, "-c", script, server.netloc, server.url("/bomb"), server.url("/endless")],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    *words, peak_mb = run.stdout.split()
    assert words == ["too_large", "too_large"]
    assert int(peak_mb) < 300


def test_a_body_in_crumbs_is_given_up_early(serve: Serve) -> None:
    server = serve(endless(b"1\r\nx\r\n" * 1_000, head=OK + b"Transfer-Encoding: chunked\r\n\r\n"))
    assert refused(server, limits=replace(LIMITS, timeout_s=20, max_bytes=10_000_000)).status == "too_large"
