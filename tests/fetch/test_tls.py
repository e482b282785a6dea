"""HTTPS with certificates made for the test: refused ones end before the page is asked for."""

from __future__ import annotations

import datetime
import ssl
import time
from collections.abc import Callable

import pytest
import trustme

from monitor.core.model import Capture, Source
from monitor.errors import FetchError
from monitor.fetch import Fetcher, FetchLimits
from tests.fetch.conftest import LIMITS, NOW, PATIENT
from tests.servers import Connection, Server, page

Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def look(server: Server, authority: trustme.CA, limits: FetchLimits = PATIENT) -> Capture:
    with Fetcher(limits, allow_hosts=[server.netloc], ssl_context=trusting(authority)) as fetcher:
        capture = fetcher.fetch(Source("s", f"https://{server.netloc}/page"), None, NOW)
    assert isinstance(capture, Capture)
    return capture


def test_a_trusted_certificate_is_enough(serve: Serve, authority: trustme.CA) -> None:
    server = serve(page(b"secret"), tls=server_context(authority.issue_cert("127.0.0.1")))
    assert look(server, authority).body == b"secret"


def wrong_certificates(authority: trustme.CA) -> dict[str, trustme.LeafCert]:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    return {
        "self-signed": trustme.CA().issue_cert("127.0.0.1"),
        "expired": authority.issue_cert("127.0.0.1", not_after=past),
        "wrong host": authority.issue_cert("elsewhere.example"),
    }


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong host"])
def test_a_wrong_certificate_is_a_tls_error_and_the_page_is_not_requested(serve: Serve, authority: trustme.CA, kind: str) -> None:
    server = serve(page(), tls=server_context(wrong_certificates(authority)[kind]))
    with pytest.raises(FetchError) as caught:
        look(server, authority)
    assert (caught.value.status, caught.value.transient) == ("tls_error", False)
    assert server.requests == []


class Plain(Server):
    """Sends bytes as soon as somebody connects."""

    start = b"HTTP/1.1 400 Bad Request\r\n\r\n"

    def _serve(self, sock: object) -> None:
        try:
            sock.sendall(self.start)  # type: ignore[attr-defined]
            Connection(self, sock, None).stall()  # type: ignore[arg-type]
        except OSError:
            pass
        finally:
            sock.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("start", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\xff" * 500, b""])
def test_no_tls_at_all_is_a_tls_error_in_time(authority: trustme.CA, start: bytes) -> None:
    started = time.monotonic()
    with Plain() as server:
        server.start = start
        with pytest.raises(FetchError) as caught:
            look(server, authority, LIMITS)
    assert caught.value.status == "tls_error"
    assert time.monotonic() - started < LIMITS.timeout_s + 1.5


def test_a_slow_body_over_tls_ends_in_time(serve: Serve, authority: trustme.CA) -> None:
    def handler(connection: Connection) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        connection.drip(b"x" * 1_000)

    server = serve(handler, tls=server_context(authority.issue_cert("127.0.0.1")))
    with pytest.raises(FetchError) as caught:
        look(server, authority, LIMITS)
    assert caught.value.status == "timeout"
