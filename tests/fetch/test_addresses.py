"""Where a fetch may go: written forms, resolved names, and redirects, with a canary that must stay untouched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from monitor.core.model import Source, SourceStatus
from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.addresses import Addresses, is_public
from tests.fetch.conftest import LIMITS, NOW, PATIENT, look, refused
from tests.servers import Server, page, redirect

Serve = Callable[..., Server]


@pytest.mark.parametrize(
    "address",
    [
        *[
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
        ],
        *[
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "239.1.2.3",
            "240.0.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
        ],
        *[
            "::",
            "::1",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "100::1",
        ],
        # IPv4 in disguise
        *[
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::7f00:1",
            "2002:7f00:1::",
            "2002:a00:1::1",
        ],
        "nonsense",
    ],
)
def test_inside_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_machines_on_the_internet_are_public(address: str) -> None:
    assert is_public(address)


INSIDE = [
    # metadata services and other machines of the house
    *[
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://100.64.1.1/",
        "http://224.0.0.1/",
    ],
    # loopback in all spellings
    *[
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://LOCALHOST.:{port}/",
        "http://x.localhost:{port}/",
        "http://[::1]:{port}/",
    ],
    *[
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0x7f.0.0.1:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://017700000001:{port}/",
    ],
    *[
        "http://127.1:{port}/",
        "http://127.0.1:{port}/",
        "http://0:{port}/",
        "http://0.0.0.0:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://127%2e0.0.1:{port}/",
    ],
    *[
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://[::127.0.0.1]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
    ],
    *[
        "http://①②⑦.0.0.1:{port}/",
        "http://127。0。0。1:{port}/",
        "http://１２７.0.0.1:{port}/",
        "http://[fe80::1%25lo]:{port}/",
        "http://[::]:{port}/",
    ],
    # a host behind something that looks like one
    *["http://example.org@127.0.0.1:{port}/", "http://example.org:80@127.0.0.1:{port}/", "http://example.org\\@127.0.0.1:{port}/"],
    *[
        "http:\\\\127.0.0.1:{port}\\",
        "//127.0.0.1:{port}/",
        "\\\\127.0.0.1:{port}/",
        "/\\127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@example.org/",
    ],
]


@pytest.mark.parametrize("target", INSIDE)
def test_a_redirect_inside_is_blocked_and_nobody_is_asked(serve: Serve, target: str) -> None:
    canary = serve(page())
    server = serve(redirect(target.format(port=canary.port)))
    assert refused(server).status == "blocked_address"
    assert canary.connections == 0


@pytest.mark.parametrize("target", [target for target in INSIDE if target.startswith("http")])
def test_a_source_inside_is_blocked(serve: Serve, target: str) -> None:
    canary = serve(page())
    with Fetcher(LIMITS) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(Source("s", target.format(port=canary.port)), None, NOW)
    assert caught.value.status == "blocked_address"
    assert canary.connections == 0


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1:70/",
        "data:text/html,x",
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "about:blank",
        "jar:x!/",
    ],
)
def test_other_schemes_are_blocked(serve: Serve, target: str) -> None:
    assert refused(serve(redirect(target))).status == "blocked_scheme"
    with Fetcher(LIMITS) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(Source("s", target), None, NOW)
    assert caught.value.status == "blocked_scheme"


@pytest.mark.parametrize(
    "target",
    [
        "",
        "http://",
        "http:///x",
        "http:x",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://xn--a/",
        "http://xn--.example/",
        "http://exa mple.org/",
        "http://a..b/",
        "http://[::1/",
        "http://" + "a" * 300 + ".org/",
        "/" + "x" * 20_000,
        "/a\tb",
        "http://me:secret@example.org/",
        "http://\u2603..example/",
    ],
)
def test_an_address_that_is_none_is_a_redirect_error(serve: Serve, target: str) -> None:
    error = refused(serve(redirect(target)))
    assert error.status == "redirect_error"
    assert "secret" not in str(error)


def test_a_giant_location_is_refused(serve: Serve) -> None:
    assert refused(serve(redirect("/" + "x" * 1_000_000))).status in {"redirect_error", "protocol_error"}


@pytest.mark.parametrize("head", ["", "Location: /a\r\nLocation: /b\r\n"])
def test_a_redirect_to_nowhere_or_two_places_is_a_redirect_error(serve: Serve, head: str) -> None:
    server = serve(lambda connection: connection.send(f"HTTP/1.1 302 Found\r\n{head}Content-Length: 0\r\n\r\n".encode()))
    assert refused(server).status == "redirect_error"


@pytest.mark.parametrize("text", ["not an address", "", "example.org/news", "http://", "https://exa mple.org", "http://a:b:c/"])
def test_a_source_without_a_proper_address_is_a_config_error(text: str) -> None:
    with pytest.raises(FetchError) as caught:
        Addresses().parse(text)
    assert caught.value.status == "config_error"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("HTTP://EXAMPLE.org:80/A?b#c", "http://example.org/A?b"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
        ("https://example.org/a\\b?c\\d", "https://example.org/a/b?c\\d"),
        (" https://example.org/é ", "https://example.org/%C3%A9"),
        ("http://8.8.8.8:8080/", "http://8.8.8.8:8080/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_a_proper_address_is_read_in_one_way(text: str, read: str) -> None:
    assert str(Addresses().parse(text)) == read


@pytest.mark.parametrize(
    ("entry", "host", "port", "allowed"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8000, True),
        ("127.0.0.1:8000", "127.0.0.1", 8001, False),
        ("127.0.0.1:8000", "127.0.0.2", 8000, False),
        ("[::1]:8000", "::1", 8000, True),
        ("wiki.lan", "wiki.lan", 443, True),
        ("wiki.lan", "wiki.lan", 8443, False),
    ],
)
def test_only_named_hosts_and_ports_are_allowed(entry: str, host: str, port: int, allowed: bool) -> None:
    assert Addresses([entry]).is_allowed(host, port) is allowed


# Names: cases 62-65


def fetch_name(resolve: Callable[[str, int], list[str]], port: int) -> FetchError:
    with Fetcher(LIMITS, resolve=resolve) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(Source("s", f"http://outside.example:{port}/page"), None, NOW)
    return caught.value


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"], ["::1"], ["64:ff9b::7f00:1"], ["::ffff:127.0.0.1"]],
)
def test_a_name_that_resolves_inside_is_blocked_even_in_part(serve: Serve, answers: list[str]) -> None:
    canary = serve(page())
    assert fetch_name(lambda host, port: answers, canary.port).status == "blocked_address"
    assert canary.connections == 0


def test_a_name_is_resolved_once_for_a_connection_so_rebinding_gains_nothing(serve: Serve) -> None:
    canary = serve(page())
    asked = count()

    def rebinding(host: str, port: int) -> list[str]:
        return ["198.41.0.4"] if next(asked) == 0 else ["127.0.0.1"]

    assert fetch_name(rebinding, canary.port).status in {"network_error", "timeout", "robots_denied", "blocked_address"}
    assert canary.connections == 0
    assert next(asked) <= 2


def test_the_checked_address_is_the_one_connected_to(serve: Serve) -> None:
    server = serve(page(b"x"))
    asked: list[str] = []

    def resolve(host: str, port: int) -> Iterator[str] | list[str]:
        asked.append(host)
        return [server.host]

    with Fetcher(PATIENT, resolve=resolve, allow_hosts=[f"outlet.example:{server.port}"]) as fetcher:  # type: ignore[arg-type]
        fetcher.fetch(Source("s", f"http://outlet.example:{server.port}/page"), None, NOW)
    assert asked == ["outlet.example", "outlet.example"]  # once for robots.txt, once for the page
    assert server.requests[-1].headers["host"] == f"outlet.example:{server.port}"


@pytest.mark.parametrize("error", [UnicodeError("label too long"), OSError("no resolver"), ValueError("odd")])
def test_a_name_that_cannot_be_resolved_is_a_network_error(error: Exception) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise error

    assert fetch_name(resolve, 80).status == "network_error"


# Redirects: cases 37-40


def chain(length: int, status: str = "302 Found") -> dict[str, object]:
    hops = {f"/{number}": redirect(f"/{number + 1}", status) for number in range(length)}
    return hops | {f"/{length}": page(b"end")}


def test_three_hops_lead_to_the_page(serve: Serve) -> None:
    server = serve(handlers=chain(3))
    capture = look(server, "/0")
    assert (capture.body, capture.final_url, capture.url, capture.moved_to) == (b"end", server.url("/3"), server.url("/0"), None)  # type: ignore[union-attr]


def test_a_hundred_hops_are_given_up(serve: Serve) -> None:
    server = serve(handlers=chain(100))
    assert refused(server, "/0").status == "redirect_error"
    assert len(server.paths) <= 11


@pytest.mark.parametrize("targets", [["/page"], ["/b", "/page"], ["/b", "/c", "/b"]])
def test_a_circle_is_noticed(serve: Serve, targets: list[str]) -> None:
    paths = ["/page", *targets]
    server = serve(handlers={path: redirect(target) for path, target in zip(paths, targets, strict=False)})
    assert refused(server).status == "redirect_error"


@pytest.mark.parametrize("status", ["301 Moved Permanently", "308 Permanent Redirect"])
def test_a_permanent_redirect_proposes_the_new_address(serve: Serve, status: str) -> None:
    server = serve(handlers={"/page": redirect("news/../new", status), "/new": page(b"x")})
    assert look(server).moved_to == server.url("/new")  # type: ignore[union-attr]


def test_only_the_permanent_start_of_a_chain_is_proposed(serve: Serve) -> None:
    server = serve(handlers={"/page": redirect("/new", "301 Moved"), "/new": redirect("/today"), "/today": page(b"x")})
    assert look(server).moved_to == server.url("/new")  # type: ignore[union-attr]


def test_headers_of_a_source_stay_at_its_origin(serve: Serve) -> None:
    other = serve(page(b"x"))
    server = serve(handlers={"/page": redirect("/same"), "/same": redirect(other.url("/page"))})
    with Fetcher(PATIENT, allow_hosts=[server.netloc, other.netloc]) as fetcher:
        fetcher.fetch(Source("s", server.url("/page"), headers=(("Authorization", "Bearer secret"), ("Host", "evil"))), None, NOW)
    pages = [request for request in server.requests if request.path != "/robots.txt"]
    assert [request.headers.get("authorization") for request in pages] == ["Bearer secret", "Bearer secret"]
    assert {request.headers["host"] for request in pages} == {server.netloc}
    assert all("authorization" not in request.headers for request in other.requests)


def test_an_address_can_be_checked_before_it_is_a_source() -> None:
    with Fetcher(LIMITS) as fetcher:
        fetcher.check_address("https://example.org/")
        with pytest.raises(FetchError) as caught:
            fetcher.check_address("http://10.0.0.1/")
        assert caught.value.status == SourceStatus.BLOCKED_ADDRESS
        assert (fetcher.host_key("https://Example.org./x"), fetcher.host_key("nonsense")) == ("example.org", "")
