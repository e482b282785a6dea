"""The sockets under httpx: connected only to checked addresses, every wait under the deadline of the look, the header block bounded.

httpx and httpcore speak HTTP; they ask `GuardedBackend` for connections. Connections are not reused: sources are looked at hours apart, and a connection that
served one answer cannot smuggle in the next one.
"""

from __future__ import annotations

import errno
import functools
import os
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpcore
import httpx

from monitor.core.model import SourceStatus
from monitor.errors import ConfigError, FetchError
from monitor.fetch.addresses import Addresses
from monitor.fetch.deadline import Deadline, current_deadline
from monitor.fetch.limits import FetchStoppedError, UnconnectedError, failure

T = TypeVar("T")

MAX_CONNECTIONS = 256
MAX_MACHINES = 4
"""How many addresses of one name are tried."""


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over our own sockets. `proxy` is an http:// address from the settings, or None."""

    def __init__(self, addresses: Addresses, *, connect_timeout_s: float, proxy: str | None, ssl_context: ssl.SSLContext | None) -> None:
        context = ssl_context or _verifying()
        super().__init__(verify=context, trust_env=False)
        pool: dict[str, Any] = {"ssl_context": context, "max_connections": MAX_CONNECTIONS, "max_keepalive_connections": 0}
        if proxy is None:
            backend = GuardedBackend(addresses, connect_timeout_s)
            self._pool = httpcore.ConnectionPool(**pool, network_backend=backend)
        else:
            address = _proxy_address(proxy)
            backend = GuardedBackend(addresses, connect_timeout_s, proxy=(address.host, address.port or 80))
            auth = (address.username, address.password) if address.username else None
            origin = f"http://{address.netloc.decode('ascii')}"
            self._pool = httpcore.HTTPProxy(origin, proxy_auth=auth, **pool, network_backend=backend)


@functools.cache
def _verifying() -> ssl.SSLContext:
    """Certificates are checked against certifi's authorities; loading them takes 20 ms, so once is enough."""
    return httpx.create_ssl_context(trust_env=False)


def _proxy_address(proxy: str) -> httpx.URL:
    try:
        address = httpx.URL(proxy)
    except httpx.InvalidURL:
        raise ConfigError("MONITOR_PROXY is not an address; expected http://host:port") from None
    if address.scheme != "http" or not address.host:
        raise ConfigError("MONITOR_PROXY must be http://host:port; other kinds of proxy are not supported")
    return address


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections: resolve once, check every answer, connect to a checked one."""

    def __init__(self, addresses: Addresses, connect_timeout_s: float, *, proxy: tuple[str, int] | None = None) -> None:
        self._addresses = addresses
        self._connect_timeout_s = connect_timeout_s
        self._proxy = proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        deadline = current_deadline()
        with deadline.narrowed(self._connect_timeout_s):
            if (host, port) == self._proxy:
                machines = in_time(
                    lambda: [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)], deadline
                )
            else:
                machines = in_time(lambda: self._addresses.machines(host, port), deadline)
            connected = _connect_any(machines[:MAX_MACHINES], port, f"{host}:{port}", deadline)
        return GuardedStream(connected, self._connect_timeout_s)


class GuardedStream(httpcore.NetworkStream):
    """One connection. Its waits end with the deadline of the look, not with a time-out of their own."""

    def __init__(self, connected: socket.socket, handshake_timeout_s: float) -> None:
        self._socket = connected
        self._handshake_timeout_s = handshake_timeout_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = current_deadline()
        byte_count = deadline.readable(max_bytes)
        data = self._wait(lambda: self._socket.recv(byte_count), deadline)
        deadline.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        deadline = current_deadline()
        while buffer:
            pending = buffer
            sent = self._wait(lambda: self._socket.send(pending), deadline)  # noqa: B023 - called before the next turn of the loop
            buffer = buffer[sent:]

    def _wait(self, action: Callable[[], T], deadline: Deadline) -> T:
        while True:
            self._socket.settimeout(deadline.slice_s())
            try:
                return action()
            except TimeoutError:
                continue
            except ssl.SSLError as error:
                raise failure(
                    SourceStatus.TLS_ERROR, deadline.subject, f"the encrypted connection broke: {_reason(error)}", transient=True
                ) from None
            except OSError as error:
                cause = f"the connection broke: {error.strerror or error}"
                raise failure(SourceStatus.NETWORK_ERROR, deadline.subject, cause, transient=True) from None

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        deadline = current_deadline()
        try:
            # The socket given away here is replaced by the wrapped one; a failed handshake closes both.
            self._socket = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname, do_handshake_on_connect=False)
            self._shake_hands(self._socket, deadline)
        except BaseException:
            self.close()
            raise
        return self

    def _shake_hands(self, secured: ssl.SSLSocket, deadline: Deadline) -> None:
        try:
            with deadline.narrowed(self._handshake_timeout_s):
                self._handshake(secured, deadline)
        except FetchError as error:
            if error.status != SourceStatus.TIMEOUT or isinstance(error, FetchStoppedError):
                raise
            raise failure(SourceStatus.TLS_ERROR, deadline.subject, "the TLS handshake was not finished in time", transient=True) from None

    def _handshake(self, secured: ssl.SSLSocket, deadline: Deadline) -> None:
        while True:
            secured.settimeout(deadline.slice_s())
            try:
                return secured.do_handshake()
            except TimeoutError:
                continue
            except ssl.SSLCertVerificationError as error:
                raise failure(SourceStatus.TLS_ERROR, deadline.subject, f"the certificate is refused: {error.verify_message}") from None
            except (OSError, ValueError) as error:
                broken = not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError)
                raise failure(
                    SourceStatus.TLS_ERROR, deadline.subject, f"no encrypted connection: {_reason(error)}", transient=broken
                ) from None

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return self._socket if info == "socket" else None


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return str(error.reason).replace("_", " ").lower()
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def in_time(action: Callable[[], T], deadline: Deadline) -> T:
    """The result of a blocking call that knows no time-out (a name look-up), given up when the deadline passes; its thread then ends by itself."""
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(action())
        except Exception as error:
            errors.append(error)

    worker = threading.Thread(target=run, daemon=True, name="name look-up")
    worker.start()
    try:
        while worker.is_alive():
            worker.join(deadline.slice_s())
    except FetchError as error:
        deadline.check_stopped()
        raise failure(
            SourceStatus.TIMEOUT, deadline.subject, "the name does not resolve in time", transient=True, family=UnconnectedError
        ) from error
    if not errors:
        return results[0]
    if isinstance(errors[0], FetchError):
        raise errors[0]
    cause = f"the name does not resolve: {errors[0]}"
    raise failure(SourceStatus.NETWORK_ERROR, deadline.subject, cause, transient=True, family=UnconnectedError)


def _connect_any(machines: list[str], port: int, subject: str, deadline: Deadline) -> socket.socket:
    """A connection to the first machine that takes one; each gets its share of the time. Raises UnconnectedError with the last failure."""
    last = "the name has no address"
    status = SourceStatus.NETWORK_ERROR
    for tried, machine in enumerate(machines):
        try:
            with deadline.narrowed(deadline.remaining_s() / (len(machines) - tried)):
                return _connect(machine, port, deadline)
        except OSError as error:
            status, last = SourceStatus.NETWORK_ERROR, f"no connection: {error.strerror or error}"
        except FetchError:
            deadline.check_stopped()
            status, last = SourceStatus.TIMEOUT, "no connection in time"
    raise failure(status, subject, last, transient=True, family=UnconnectedError)


def _connect(machine: str, port: int, deadline: Deadline) -> socket.socket:
    connecting = socket.socket(socket.AF_INET6 if ":" in machine else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        begun = connecting.connect_ex((machine, port))
        if begun not in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
            raise OSError(begun, os.strerror(begun))
        _wait_until_connected(connecting, deadline)
        failed = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise OSError(failed, os.strerror(failed))
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connecting.close()
        raise
    return connecting


def _wait_until_connected(connecting: socket.socket, deadline: Deadline) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(connecting, selectors.EVENT_WRITE)
        while not selector.select(deadline.slice_s()):
            pass
