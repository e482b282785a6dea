"""Where a fetch may go: which written addresses are taken at all, and which machines they may lead to.

    written address  ->  parse    one reading of it, everything ambiguous refused   ->  httpx.URL
    host name        ->  machines resolved once, all answers checked                ->  the numeric addresses to connect to

The connection is made to a checked numeric address, so a name that resolves differently the next time (DNS rebinding) changes nothing. A host that the
settings allow as `host:port` may be anywhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import unquote, urljoin

import httpx
import idna

from monitor.core.model import SourceStatus
from monitor.errors import FetchError
from monitor.fetch.limits import UnconnectedError, failure

Resolve = Callable[[str, int], Sequence[str]]

MAX_URL_LENGTH = 8_192
DEFAULT_PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]{0,40}):")
_ABSOLUTE = re.compile(r"(https?)://([^/?#]*)([^#]*)", re.IGNORECASE | re.DOTALL)
_BRACKETED = re.compile(r"\[([0-9a-fA-F:.]{2,45})\](?::([0-9]{0,5}))?")
_NAMED = re.compile(r"([^:\[\]@]{1,1000})(?::([0-9]{0,5}))?")
_NUMERIC_LABEL = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,126}\.?")

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052; passes is_global
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # RFC 3056
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291: everything else in IPv6 is special
_SPECIAL = (
    ipaddress.IPv6Network("3fff::/20"),  # documentation, RFC 9637; newer than our oldest Python
    ipaddress.IPv6Network("2001::/23"),  # IETF protocol assignments, Teredo among them
)
_RELAY_ANYCAST = ipaddress.IPv4Network("192.88.99.0/24")  # 6to4 relays, RFC 7526


def system_resolve(host: str, port: int) -> list[str]:
    """All numeric addresses of a host name, in the system's order. Raises OSError or UnicodeError where the name has none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def is_public(address: str) -> bool:
    """Whether a numeric address is a machine on the public internet. IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as the IPv4 address it is.

    >>> is_public("93.184.216.34"), is_public("::ffff:10.0.0.1"), is_public("64:ff9b::a9fe:a9fe")
    (True, False, False)
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        return _is_public_v6(ip)
    return _is_public_v4(ip)


def _is_public_v4(ip: ipaddress.IPv4Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip in _RELAY_ANYCAST)


def _is_public_v6(ip: ipaddress.IPv6Address) -> bool:
    if ip.scope_id is not None:
        return False
    inner = _inner_v4(ip)
    if inner is not None:
        return _is_public_v4(inner)
    return ip in _GLOBAL_UNICAST and ip.is_global and not any(ip in network for network in _SPECIAL)


def _inner_v4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(ip) >> 80) & 0xFFFFFFFF)
    return None


def host_of(url: httpx.URL) -> str:
    """The host as it is connected to: lower-case ASCII, IPv6 without brackets. (`url.host` shows international names decoded.)"""
    return url.raw_host.decode("ascii")


def port_of(url: httpx.URL) -> int:
    """The port an address means, default ports filled in."""
    return url.port or DEFAULT_PORTS[url.scheme]


def origin_of(url: httpx.URL) -> str:
    """Scheme, host and port: what credentials, robots rules and headers are bound to."""
    return f"{url.scheme}://{host_of(url)}:{port_of(url)}"


class Addresses:
    """The address rules with the exceptions a person allowed: `allow_hosts` are "host:port" entries ("host" alone means ports 80 and 443)."""

    def __init__(self, allow_hosts: Iterable[str] = (), resolve: Resolve = system_resolve) -> None:
        self._allowed = frozenset(entry for text in allow_hosts for entry in _allow_entries(text))
        self._resolve = resolve

    def is_allowed(self, host: str, port: int) -> bool:
        """Whether the settings name this host and port as free to use."""
        return (host.lower().rstrip("."), port) in self._allowed

    def host_key(self, url: httpx.URL) -> str:
        """What one request at a time is counted by: the host name; hosts that the settings allow count per port, each is a stand-in of its own."""
        host = host_of(url).rstrip(".")
        return f"{host}:{port_of(url)}" if self.is_allowed(host, port_of(url)) else host

    def parse(self, text: str, *, base: httpx.URL | None = None, broken: SourceStatus = SourceStatus.CONFIG_ERROR) -> httpx.URL:
        """The one reading of a written address, relative to `base` if given, without its fragment.

        Raises FetchError: blocked_scheme, blocked_address for hosts that are inside by what is written, and `broken` for what is no address.

        1. refuse what no address contains; 2. only http and https; 3. backslashes that another program could read as the end of a host are refused;
        4. split the authority ourselves; 5. check the host; 6. let httpx parse what is left and insist that it sees the same host.
        """
        text = text.strip(" \t")
        if not text or len(text) > MAX_URL_LENGTH or any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):  # 1
            raise failure(broken, text or "(empty)", "not an address: empty, longer than 8192 characters or with control characters in it")
        scheme = _SCHEME.match(text)  # 2
        if scheme and scheme[1].lower() not in DEFAULT_PORTS:
            raise failure(SourceStatus.BLOCKED_SCHEME, text, f"{scheme[1].lower()}: addresses are not fetched, only http and https")
        text = _without_backslashes(text)  # 3
        match = _ABSOLUTE.match(_absolute(text, base))  # 4
        if not match:
            raise failure(broken, text, "not an address: expected http://host/... or https://host/...")
        user, _, authority = match[2].rpartition("@")
        host, port = self._split(authority, DEFAULT_PORTS[match[1].lower()], text, broken)
        self._check_written_host(host, port, text, broken)  # 5
        if user:
            raise failure(broken, "(address with a user name)", "user names and passwords in addresses are not sent")
        return _rebuilt(match[1].lower(), host, port, match[3], text, broken)  # 6

    def _split(self, authority: str, default_port: int, text: str, broken: SourceStatus) -> tuple[str, int]:
        match = _BRACKETED.fullmatch(authority) or _NAMED.fullmatch(authority)
        if not match:
            if authority.startswith("[") and "%" in authority:
                raise failure(SourceStatus.BLOCKED_ADDRESS, text, "addresses with a network zone are inside")
            raise failure(broken, text, "not an address: its host or port cannot be read")
        port = int(match[2]) if match[2] else default_port
        if not 0 < port < 65_536:
            raise failure(broken, text, f"port {port} does not exist")
        return _plain_host(match[1], text, broken), port

    def _check_written_host(self, host: str, port: int, text: str, broken: SourceStatus) -> None:
        if self.is_allowed(host, port):
            return
        blocked = failure(SourceStatus.BLOCKED_ADDRESS, text, f"{host} is inside or written in a form that hides what it is; not fetched")
        try:
            ipaddress.ip_address(host)
        except ValueError:
            _check_name(host, text, broken, blocked)
        else:
            if not is_public(host):
                raise blocked

    def machines(self, host: str, port: int) -> list[str]:
        """The numeric addresses to connect to, all of them checked: one bad answer among good ones refuses the name. Raises FetchError.

        Asks the resolver, which may block: call it under a deadline.
        """
        subject = f"{host}:{port}"
        try:
            answers = [host] if _is_numeric(host) else list(self._resolve(host, port))
        except socket.gaierror as error:
            passing = error.errno == socket.EAI_AGAIN
            raise failure(
                SourceStatus.NETWORK_ERROR,
                subject,
                f"the name does not resolve: {error.strerror}",
                transient=passing,
                family=UnconnectedError,
            ) from None
        except (OSError, UnicodeError) as error:
            raise failure(SourceStatus.NETWORK_ERROR, subject, f"the name does not resolve: {error}", family=UnconnectedError) from None
        if not answers:
            raise failure(SourceStatus.NETWORK_ERROR, subject, "the name has no address", family=UnconnectedError)
        if not self.is_allowed(host, port):
            for answer in answers:
                if not is_public(answer):
                    raise failure(SourceStatus.BLOCKED_ADDRESS, subject, f"resolves to {answer}, which is not on the public internet")
        return answers


def _absolute(text: str, base: httpx.URL | None) -> str:
    if base is None or _SCHEME.match(text):
        return text
    try:
        return urljoin(str(base), text)
    except ValueError:
        return ""  # brackets that are no IPv6 address


def _allow_entries(text: str) -> list[tuple[str, int]]:
    host, _, port = text.strip().lower().rpartition(":")
    if host and port.isascii() and port.isdigit() and (":" not in host or host.endswith("]")):
        return [(host.strip("[]").rstrip("."), int(port))]
    return [(text.strip().lower().strip("[]").rstrip("."), port_number) for port_number in DEFAULT_PORTS.values()]


def _without_backslashes(text: str) -> str:
    """Browsers read a backslash as a slash, RFC 3986 does not: harmless inside a path, refused wherever it could move the end of the host."""
    head = re.split(r"[?#]", text, maxsplit=1)[0]
    if "\\" not in head:
        return text
    slashed = head.replace("\\", "/")
    has_host = _SCHEME.match(slashed) is not None or slashed.startswith("//")
    if has_host and not re.match(r"(?:[a-zA-Z]{4,5}:)?//[^/\\]+/", head):
        raise failure(SourceStatus.BLOCKED_ADDRESS, text, "a backslash before the path makes its host ambiguous; not fetched")
    return slashed + text[len(head) :]


def _plain_host(written: str, text: str, broken: SourceStatus) -> str:
    """The host in lower-case ASCII: escapes, wide characters and other alphabets resolved, so that what is checked is what is connected to."""
    host = unicodedata.normalize("NFKC", unquote(written)).replace("。", ".").lower()
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise failure(broken, text, "its host name is no valid international name") from None


def _check_name(host: str, text: str, broken: SourceStatus, blocked: FetchError) -> None:
    labels = host.rstrip(".").split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):  # 127.1, 0x7f000001, 0177.0.0.1, 2130706433: read as IPv4 by every resolver
        raise blocked
    if labels[-1] in {"localhost", "localdomain", "internal", "local", "home", "lan"} or host == "localhost":
        raise blocked
    if not _HOST_NAME.fullmatch(host) or len(host) > 253:
        raise failure(broken, text, "its host name cannot exist")
    for label in labels:
        if label.startswith("xn--"):
            try:
                idna.decode(label)
            except (idna.IDNAError, UnicodeError):
                raise failure(broken, text, "its host name is no valid international name") from None


def _rebuilt(scheme: str, host: str, port: int, rest: str, text: str, broken: SourceStatus) -> httpx.URL:
    written_host = f"[{host}]" if ":" in host else host
    path = rest if rest.startswith("/") else f"/{rest}"
    written_port = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    try:
        url = httpx.URL(f"{scheme}://{written_host}{written_port}{path}")
    except (httpx.InvalidURL, ValueError):
        raise failure(broken, text, "not an address that can be requested") from None
    if host_of(url) != host or port_of(url) != port:
        raise failure(broken, text, "its host can be read in two ways")
    return url


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
