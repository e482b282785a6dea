"""What the statuses and headers of real answers become."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.core.model import Capture, NotModified, Source
from monitor.errors import FetchError
from monitor.fetch import Fetcher, Validators
from tests.fetch.conftest import NOW, PATIENT, look, refused
from tests.servers import Connection, Server, page, raw, redirect

Serve = Callable[..., Server]


def test_a_page_becomes_a_capture(serve: Serve) -> None:
    server = serve(page(b"<p>x</p>", headers={"ETag": '"v1"', "Last-Modified": "Mon, 04 May 2026 06:00:00 GMT", "Set-Cookie": "a=b"}))
    capture = look(server)
    assert isinstance(capture, Capture)
    assert (capture.body, capture.http_status, capture.captured_at, capture.media_type) == (b"<p>x</p>", 200, NOW, "text/html")
    assert (capture.etag, capture.last_modified) == ('"v1"', "Mon, 04 May 2026 06:00:00 GMT")
    assert "set-cookie" not in dict(capture.headers)
    assert capture.final_url == server.url("/page")


def test_an_http_1_0_answer_without_length_is_a_page(serve: Serve) -> None:
    assert look(serve(raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>old</p>"))).body == b"<p>old</p>"  # type: ignore[union-attr]


def test_interim_answers_before_the_page_are_passed_over(serve: Serve) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 5
    assert look(serve(raw(hints + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"))).body == b"x"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        # statuses that ask for a login
        ("401 Unauthorized", "auth_required"),
        ("407 Proxy Authentication Required", "auth_required"),
        # statuses that say no page is there
        ("402 Payment Required", "http_error"),
        ("403 Forbidden", "http_error"),
        ("404 Not Found", "http_error"),
        ("418 I'm a teapot", "http_error"),
        ("451 Unavailable For Legal Reasons", "http_error"),
        ("500 Internal Server Error", "http_error"),
        ("502 Bad Gateway", "http_error"),
        ("999 Request denied", "http_error"),
        ("410 Gone", "gone"),
        # answers that are no whole page
        ("204 No Content", "http_error"),
        ("205 Reset Content", "http_error"),
        ("206 Partial Content", "http_error"),
        ("202 Accepted", "http_error"),
        ("300 Multiple Choices", "http_error"),
        # statuses that are none
        ("000 Nothing", "protocol_error"),
        ("abc Nothing", "protocol_error"),
    ],
)
def test_a_status_that_is_no_page_has_its_word(serve: Serve, status: str, word: str) -> None:
    error = refused(serve(raw(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nxx".encode())))
    assert error.status == word
    assert error.http_status in {None, int(status[:3]) if status[:3].isdigit() else None}


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        # absurd: capped at seven days
        ("9" * 15, 604_800.0),
        ("9" * 5_000, 604_800.0),
        # a date against the server's own clock
        ("Mon, 04 May 2026 08:10:00 GMT", 600.0),
        # nonsense is ignored
        ("-5", None),
        ("soon", None),
        ("١٢", None),
        ("1e9", None),
        ("Mon, 04 May 2020 08:10:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_kept_when_it_makes_sense(serve: Serve, status: str, written: str, seconds: float | None) -> None:
    head = f"HTTP/1.1 {status}\r\nDate: Mon, 04 May 2026 08:00:00 GMT\r\nRetry-After: {written}\r\nContent-Length: 0\r\n\r\n"
    error = refused(serve(raw(head.encode())))
    assert (error.status, error.retry_after_s, error.transient) == ("rate_limited", seconds, True)


def test_not_modified_counts_only_as_an_answer_to_our_question(serve: Serve) -> None:
    server = serve(raw(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n<p>a body it must not have</p>'))
    assert isinstance(look(server, validators=Validators(etag='"v1"')), NotModified)
    assert refused(server).status == "http_error"


def test_stored_validators_are_sent_and_a_new_body_wins(serve: Serve) -> None:
    server = serve(page(b"new", headers={"ETag": '"v1"'}))
    capture = look(server, validators=Validators('"v1"', "Mon, 04 May 2026 06:00:00 GMT"))
    asked = server.requests[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"v1"', "Mon, 04 May 2026 06:00:00 GMT")
    assert isinstance(capture, Capture)
    assert capture.body == b"new"


@pytest.mark.parametrize("etag", ["*", '"a", "b"', "a\r\nX-Evil: 1", "\x00", '"' + "x" * 5_000 + '"', "", "a,b"])
def test_a_hostile_etag_is_never_sent_back(serve: Serve, etag: str) -> None:
    server = serve(page(b"x"))
    look(server, validators=Validators(etag, "yesterday"))
    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(server.requests[-1].headers)


def test_validators_bound_to_an_address_go_only_there(serve: Serve) -> None:
    server = serve(handlers={"/page": redirect("/new"), "/new": page(b"x")})
    look(server, validators=Validators('"v1"', url=server.url("/new")))
    first, second = (request for request in server.requests if request.path != "/robots.txt")
    assert "if-none-match" not in first.headers
    assert second.headers["if-none-match"] == '"v1"'


def test_an_answer_without_content_is_empty(serve: Serve) -> None:
    assert refused(serve(page(b" \r\n "))).status == "empty"


def test_the_request_says_who_asks_and_nothing_else(serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    server = serve(page())
    (tmp_path / ".netrc").write_text("default login someone password secret\n")  # type: ignore[operator]
    for name, value in {
        "HOME": str(tmp_path),
        "NETRC": f"{tmp_path}/.netrc",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    look(server)
    asked = server.requests[-1].headers
    assert asked["user-agent"].startswith("programme-monitor/")
    assert asked["accept-encoding"] == "gzip, deflate"
    assert not {"authorization", "cookie", "proxy-authorization"} & set(asked)


def test_cookies_are_not_kept(serve: Serve) -> None:
    def handler(connection: Connection) -> None:
        connection.answer(status="302 Found", headers={"Location": "/next", "Set-Cookie": "session=1; Path=/"})

    server = serve(handlers={"/page": handler, "/next": page(b"x")})
    look(server)
    assert all("cookie" not in request.headers for request in server.requests)


def test_what_a_page_asks_a_browser_to_load_is_not_requested(serve: Serve) -> None:
    canary = serve(page())
    body = f'<base href="{canary.url()}"><meta http-equiv="refresh" content="0;url={canary.url()}"><img src="{canary.url("/i")}"><script src="/s"></script>'
    server = serve(page(body.encode(), headers={"Refresh": f"0;url={canary.url()}", "Link": f"<{canary.url()}>; rel=preload"}))
    look(server)
    assert server.paths == ["/page"]
    assert canary.connections == 0


def test_a_secret_of_a_header_comes_from_the_settings_and_is_never_shown(serve: Serve) -> None:
    server = serve(page(b"x"))

    def ask(value: str, secrets: dict[str, str]) -> None:
        with Fetcher(PATIENT, allow_hosts=[server.netloc], secrets=secrets) as fetcher:
            fetcher.fetch(Source("s", server.url("/page"), headers=(("Authorization", value),)), None, NOW)

    ask("Bearer ${MONITOR_SECRET_KEY}", {"MONITOR_SECRET_KEY": "abc\n"})
    assert server.requests[-1].headers["authorization"] == "Bearer abc"
    for value, secrets in [
        ("${MONITOR_SECRET_KEY}", {}),
        ("${MONITOR_PASSWORD}", {"MONITOR_PASSWORD": "hidden"}),
        ("${MONITOR_SECRET_KEY}", {"MONITOR_SECRET_KEY": "hid\r\nden"}),
        ("${MONITOR_SECRET_KEY}", {"MONITOR_SECRET_KEY": "hid\u2603den"}),
    ]:
        with pytest.raises(FetchError) as caught:
            ask(value, secrets)
        assert caught.value.status == "config_error"
        assert "hid" not in str(caught.value)


def test_the_language_of_a_source_is_asked_for(serve: Serve) -> None:
    server = serve(page(b"x"))
    look(server, language="de")
    assert server.requests[-1].headers["accept-language"] == "de, *;q=0.5"
