"""One request and its answer: asked in turn, under the deadline, every way it can break put into a status word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from monitor.core.model import SourceStatus
from monitor.errors import FetchError
from monitor.fetch.addresses import Addresses, host_of, port_of
from monitor.fetch.deadline import Deadline
from monitor.fetch.limits import FetchLimits, failure
from monitor.fetch.politeness import Politeness
from monitor.fetch.wire import GuardedTransport, in_time

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, its body still to be read. Header names are lower case."""

    url: httpx.URL
    status: int
    headers: Headers
    stream: Iterator[bytes]

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key == name), None)


class Line:
    """Sends requests for pages and robots.txt alike."""

    def __init__(
        self, transport: GuardedTransport, addresses: Addresses, politeness: Politeness, limits: FetchLimits, *, through_proxy: bool
    ) -> None:
        self._transport = transport
        self._addresses = addresses
        self._politeness = politeness
        self._limits = limits
        self._through_proxy = through_proxy

    @contextmanager
    def ask(self, url: httpx.URL, headers: Sequence[tuple[str, str]], deadline: Deadline) -> Iterator[Answer]:
        """The answer to a GET of `url`; the host's turn is held until the block ends. Raises FetchError."""
        deadline.subject = str(url)
        if self._through_proxy:
            self._check_behind_proxy(url, deadline)
        with self._politeness.turn(self._addresses.host_key(url), self._limits.host_delay_s, deadline):
            response = self._send(_request(url, headers, deadline, self._limits.max_header_bytes), deadline)
            try:
                yield Answer(url, response.status_code, _checked_headers(response, str(url)), _chunks(response, deadline))
            finally:
                response.close()

    def _send(self, request: httpx.Request, deadline: Deadline) -> httpx.Response:
        deadline.remaining_s()
        try:
            return self._transport.handle_request(request)
        except Exception as error:
            if isinstance(error, httpx.RemoteProtocolError) and "disconnected" in str(error) and deadline.header_byte_count:
                raise failure(
                    SourceStatus.PROTOCOL_ERROR, str(request.url), "the connection closed before a whole HTTP header had arrived"
                ) from error
            raise _translated(error, str(request.url)) from error

    def _check_behind_proxy(self, url: httpx.URL, deadline: Deadline) -> None:
        """A proxy resolves names itself: refuse what resolves inside from here, and leave to it what only it can resolve."""
        try:
            in_time(lambda: self._addresses.machines(host_of(url), port_of(url)), deadline)
        except FetchError as error:
            if error.status != SourceStatus.NETWORK_ERROR:
                raise


def _request(url: httpx.URL, headers: Sequence[tuple[str, str]], deadline: Deadline, max_header_bytes: int) -> httpx.Request:
    def trace(event: str, _info: object) -> None:
        if event == "http11.receive_response_headers.started":
            deadline.expect_headers(max_header_bytes)
        elif event == "http11.receive_response_headers.complete":
            deadline.headers_done()

    deadline.headers_done()
    extensions = {"trace": trace, "timeout": {"pool": deadline.remaining_s()}}
    try:
        return httpx.Request("GET", url, headers=[*headers, ("Connection", "close")], extensions=extensions)
    except (UnicodeError, ValueError):
        raise failure(
            SourceStatus.CONFIG_ERROR, str(url), "a configured header cannot be sent: only plain characters fit into headers"
        ) from None


def _chunks(response: httpx.Response, deadline: Deadline) -> Iterator[bytes]:
    subject = str(deadline.subject)
    try:
        for chunk in response.stream:  # type: ignore[union-attr]
            deadline.remaining_s()
            yield chunk
    except (httpx.HTTPError, ValueError, OSError) as error:
        raise _translated(error, subject) from error


def _checked_headers(response: httpx.Response, subject: str) -> Headers:
    headers = tuple((name.decode("latin-1").lower(), _text(value)) for name, value in response.headers.raw)
    names = {name for name, _ in headers}
    if "transfer-encoding" in names and "content-length" in names:
        raise failure(SourceStatus.PROTOCOL_ERROR, subject, "the answer gives its length in two ways")
    return headers


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _translated(error: Exception, subject: str) -> FetchError:
    """The status word for whatever httpx, httpcore or h11 raise."""
    text = str(error)
    match error:
        case FetchError():
            return error
        case httpx.RemoteProtocolError() if "without sending complete" in text:
            return failure(SourceStatus.TRUNCATED, subject, "the connection closed before the whole answer had arrived", transient=True)
        case httpx.RemoteProtocolError() if "disconnected without sending" in text:
            return failure(SourceStatus.NETWORK_ERROR, subject, "the server closed the connection without an answer", transient=True)
        case httpx.LocalProtocolError():
            return failure(SourceStatus.CONFIG_ERROR, subject, "the request cannot be sent: a configured header is not proper HTTP")
        case httpx.TimeoutException():
            return failure(SourceStatus.TIMEOUT, subject, "no complete answer in time", transient=True)
        case httpx.ProxyError():
            return failure(SourceStatus.NETWORK_ERROR, subject, f"the proxy refused: {text}", transient=True)
        case httpx.NetworkError() | OSError():
            return failure(SourceStatus.NETWORK_ERROR, subject, f"the connection broke: {text}", transient=True)
        case _:
            return failure(SourceStatus.PROTOCOL_ERROR, subject, f"the answer is not proper HTTP: {text}")
