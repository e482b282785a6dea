"""Loopback servers for tests: raw sockets that answer exactly what a case needs, and remember what they were asked.

A `Server` listens on one loopback address and hands each connection with its request to the handler of its path. Handlers get the connection and may do
anything with it: drip, stall, lie, reset. `robots` is what /robots.txt answers, by default 404.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Handler = Callable[["Connection"], None]

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HTML_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"  # without the empty line that ends it


@dataclass(frozen=True)
class Request:
    """What a server was asked; header names are lower case. Times are monotonic seconds."""

    line: str
    headers: dict[str, str]
    host: str
    began: float
    ended: float = 0.0

    @property
    def path(self) -> str:
        parts = self.line.split(" ")
        return parts[1] if len(parts) > 1 else ""


class Connection:
    """One accepted connection and the request read from it."""

    def __init__(self, server: Server, sock: socket.socket, request: Request) -> None:
        self.server = server
        self.sock = sock
        self.request = request

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(
        self, body: bytes = b"", *, status: str = "200 OK", headers: Mapping[str, str] | None = None, media_type: str = "text/html"
    ) -> None:
        """A proper answer."""
        fields = {"Content-Type": media_type, "Content-Length": str(len(body)), "Connection": "close"} | dict(headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
        self.send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    def drip(self, data: bytes, *, every_s: float = 0.05) -> None:
        """Byte by byte, until the client is tired of it."""
        for position in range(len(data)):
            self.send(data[position : position + 1])
            if self.server.ending.wait(every_s):
                return

    def stall(self) -> None:
        """Nothing, until the server ends or the client goes."""
        self.sock.settimeout(0.05)
        while not self.server.ending.is_set():
            try:
                if not self.sock.recv(1):
                    return
            except TimeoutError:
                continue

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@dataclass
class Server:
    """Answers on `host` at a free port, each connection in its own thread; use as a context manager."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    robots: Handler | None = None
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    port: int = 0

    def __post_init__(self) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self.port), family=family, backlog=128)
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.ending.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the acceptor
        self._acceptor.join(5)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def url(self, path: str = "/") -> str:
        return f"{'https' if self.tls else 'http'}://{self.netloc}{path}"

    @property
    def netloc(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """The pages asked for, robots.txt left out."""
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    def _accept(self) -> None:
        while not self.ending.is_set():
            try:
                sock, _peer = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        began = time.monotonic()
        try:
            sock.settimeout(10)
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            request = self._read(sock, began)
            if request is None:
                return
            self.requests.append(request)
            self._handler(request.path)(Connection(self, sock, request))
        except OSError:
            pass  # the client went away, as many cases want it to
        finally:
            _close(sock)

    def _handler(self, path: str) -> Handler:
        if path == "/robots.txt":
            return self.robots or (lambda connection: connection.send(NOT_FOUND))
        return self.handlers.get(path.partition("?")[0]) or self.handlers.get("*") or (lambda connection: connection.send(NOT_FOUND))

    def _read(self, sock: socket.socket, began: float) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = sock.recv(65_536)
            if not chunk:
                return None
            data += chunk
        lines = data.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return Request(lines[0], headers, self.host, began)


def _close(sock: socket.socket) -> None:
    """Ends a connection without a reset: unread input is drained first."""
    try:
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(0.2)
        while sock.recv(65_536):
            pass
    except OSError:
        pass
    finally:
        sock.close()


def raw(data: bytes) -> Handler:
    """A handler that sends these bytes and closes."""
    return lambda connection: connection.send(data)


def page(body: bytes = b"<p>Seven sites, EUR 1.5 billion</p>", **options: object) -> Handler:
    """A handler with a proper page; options as for `Connection.answer`."""
    return lambda connection: connection.answer(body, **options)  # type: ignore[arg-type]


def redirect(target: str, status: str = "302 Found") -> Handler:
    return lambda connection: connection.answer(status=status, headers={"Location": target})


def endless(chunk: bytes, head: bytes = HTML_HEAD + b"\r\n") -> Handler:
    """A handler that goes on sending for as long as the server lives."""

    def handler(connection: Connection) -> None:
        connection.send(head)
        while not connection.server.ending.is_set():
            connection.send(chunk)

    return handler


def dripping(head: bytes, body: bytes) -> Handler:
    def handler(connection: Connection) -> None:
        connection.send(head)
        connection.drip(body)

    return handler


def stalling(start: bytes) -> Handler:
    """A handler that says no more after its start, and does not close."""

    def handler(connection: Connection) -> None:
        connection.send(start)
        connection.stall()

    return handler


def reset_after(start: bytes) -> Handler:
    def handler(connection: Connection) -> None:
        connection.send(start)
        time.sleep(0.05)  # else the reset overtakes what was sent
        connection.reset()

    return handler


def gzip_bomb(megabytes: int) -> bytes:
    """A small body that unpacks to so many megabytes of zeros."""
    return _bomb(megabytes, 31)


def deflate_bomb(megabytes: int) -> bytes:
    """As `gzip_bomb`, in the wrapping of zlib."""
    return _bomb(megabytes, 15)


def _bomb(megabytes: int, bits: int) -> bytes:
    pack = zlib.compressobj(9, zlib.DEFLATED, bits)
    block = b"\0" * 1_000_000
    return b"".join(pack.compress(block) for _ in range(megabytes)) + pack.flush()
