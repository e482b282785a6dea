"""What every request must pass before anything else is done, and what every answer carries.

1. The Host is one we answer to (else a name rebound to loopback could read everything). 2. Without a password only loopback is served. 3. The body is small.
4. A request that changes something comes from our own pages (Origin, else Sec-Fetch-Site); forms carry a token besides (`people`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1_000_000
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {  # in the answers of `app.told` to bugs as well, which leave by another way
    b"content-security-policy": PAGE_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",  # under "no-referrer" browsers send "Origin: null" with our own forms
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cache-control": b"private, no-cache",
}


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """The request is answered here: status and one line."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(text)


class TooLarge(Exception):  # noqa: N818
    """The body went over the limit while it was read."""


class Guard:
    """The outermost layer of the application. `is_open` tells whether nobody has to log in, so that only loopback may be served."""

    def __init__(self, app: App, hosts: Iterable[str], is_open: Callable[[], bool]) -> None:
        self.app = app
        self.hosts = {name.lower() for name in (*LOOPBACK_NAMES, *hosts)}
        self.is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = {"started": False, "too_large": False}
        guarded = with_headers(send, state)
        try:
            self.check(scope)
            await self.app(scope, limited(receive, state), guarded)
        except Refused as refused:
            await answer(guarded, refused.status, refused.text)
        except TooLarge:
            if not state["started"]:
                state["too_large"] = False
                await answer(guarded, 413, f"the body is larger than {MAX_BODY_BYTES:,} bytes")

    def check(self, scope: Scope) -> None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if sum(name.lower() == b"host" for name, _ in scope["headers"]) != 1 or not self.knows(host):
            raise Refused(421, "this host name is not served here (setting web_hosts names those that are)")
        if self.is_open() and not is_loopback(scope.get("client")):
            raise Refused(403, "without a password only this machine is served (set MONITOR_PASSWORD)")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 12 or int(length) > MAX_BODY_BYTES:
            raise Refused(413, f"the body is larger than {MAX_BODY_BYTES:,} bytes")
        if scope["method"] not in SAFE_METHODS and not is_from_here(headers, host):
            raise Refused(403, "this request comes from another site; nothing was done")

    def knows(self, host: str) -> bool:
        """With or without a port; the port is ours, whatever it says."""
        name, colon, port = host.rpartition(":")
        is_plain = not colon or (host.startswith("[") and host.endswith("]"))
        if not is_plain and not (port.isascii() and port.isdigit()):
            return False
        return (host if is_plain else name) in self.hosts or host in self.hosts


class Proxied:
    """Tells the guard and the pages who asks where a proxy stands in between: address and scheme as the proxy gives them, if it is one that is believed.

    The neighbour itself, who cannot be made up, is kept as `monitor.peer`: who may name a person (`people`) is asked of it alone.
    """

    def __init__(self, app: App, proxies: Sequence[str]) -> None:
        self.app = ProxyHeadersMiddleware(app, ["127.0.0.1", "::1", *proxies])  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        scope["monitor.peer"] = client[0] if client else ""
        await self.app(scope, receive, send)  # type: ignore[arg-type]


def is_loopback(client: tuple[str, int] | None) -> bool:
    """A request without an address came over a socket of our own (or from a test)."""
    if client is None:
        return True
    try:
        return ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return client[0] in ("localhost", "testclient", "")


def is_from_here(headers: MutableMapping[bytes, bytes], host: str) -> bool:
    """Programs with a token send no Origin; browsers always do when they post."""
    origin = headers.get(b"origin")
    if origin is not None:
        try:
            return urlsplit(origin.decode("latin-1")).netloc.lower() == host
        except ValueError:
            return False
    return headers.get(b"sec-fetch-site", b"same-origin") in (b"same-origin", b"none")


def limited(receive: Receive, state: dict[str, bool]) -> Receive:
    """The same stream, ended where it grows too long: a body may come in chunks without saying its length."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            state["too_large"] = True
            raise TooLarge
        return message

    return bounded


def with_headers(send: Send, state: dict[str, bool]) -> Send:
    """Adds our headers where the page has not set its own."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            if state["too_large"] and not state["started"]:
                raise TooLarge  # whoever read the body took our error for a broken form
            state["started"] = True
            own = list(message.get("headers", []))
            names = {name.lower() for name, _ in own}
            message["headers"] = own + [(name, value) for name, value in HEADERS.items() if name not in names]
        await send(message)

    return sending


async def answer(send: Send, status: int, text: str) -> None:
    body = (text + "\n").encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
