"""One clock over a whole look at a source: every wait on the network, wherever it happens, asks it how long it may still take.

httpx restarts its time-out with every chunk, so a server that sends a byte a second is waited for without end. Here the sockets themselves (wire.py) ask
the deadline of the look they work for before each wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from monitor.core.model import SourceStatus
from monitor.fetch.limits import FetchStoppedError, failure, shown

POLL_S = 0.5
"""Longest single wait, so that a stop of the program is noticed."""


class _End(NamedTuple):
    at: float  # monotonic seconds
    limit_s: float


class Deadline:
    """The time and header bytes one look may still use. Not shared between threads."""

    def __init__(self, limit_s: float, monotonic: Callable[[], float], stopped: threading.Event) -> None:
        self.subject = ""
        self._monotonic = monotonic
        self._stopped = stopped
        self._ends = [_End(monotonic() + limit_s, limit_s)]
        self._header_bytes_left: int | None = None
        self.header_byte_count = 0  # of the answer under way, as far as it has arrived

    def remaining_s(self) -> float:
        """Seconds left, more than zero. Raises FetchError timeout when there are none, FetchStoppedError when the program is ending."""
        self.check_stopped()
        nearest = min(self._ends)
        left = nearest.at - self._monotonic()
        if left <= 0:
            raise failure(SourceStatus.TIMEOUT, self.subject, f"no complete answer within {nearest.limit_s:.3g} s", transient=True)
        return left

    def slice_s(self) -> float:
        """How long the next single wait may be."""
        return min(self.remaining_s(), POLL_S)

    def check_stopped(self) -> None:
        if self._stopped.is_set():
            raise FetchStoppedError(
                SourceStatus.TIMEOUT.value, f"{shown(self.subject)}: broken off, the program is stopping", transient=True
            )

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Time spent inside is not counted: waiting for one's turn at a host is our own doing."""
        begun = self._monotonic()
        try:
            yield
        finally:
            waited_s = self._monotonic() - begun
            self._ends = [_End(end.at + waited_s, end.limit_s) for end in self._ends]

    @contextmanager
    def narrowed(self, limit_s: float) -> Iterator[None]:
        """A shorter limit for a step that must not use up the whole look."""
        self._ends.append(_End(self._monotonic() + limit_s, limit_s))
        try:
            yield
        finally:
            self._ends.pop()

    def is_over_in(self, seconds: float) -> bool:
        """Whether the look as a whole will then have no time left; a narrower step may end earlier."""
        return self._ends[0].at - self._monotonic() <= seconds

    def expect_headers(self, byte_count: int) -> None:
        """From here to `headers_done` at most `byte_count` bytes may arrive: one header block and whatever interim answers precede it."""
        self._header_bytes_left = byte_count
        self.header_byte_count = 0

    def headers_done(self) -> None:
        self._header_bytes_left = None

    def readable(self, byte_count: int) -> int:
        """How much of `byte_count` may be read at once. Raises FetchError protocol_error when the header block is over its limit."""
        if self._header_bytes_left is None:
            return byte_count
        if self._header_bytes_left <= 0:
            raise failure(SourceStatus.PROTOCOL_ERROR, self.subject, "the header block of the answer is over the limit")
        return min(byte_count, self._header_bytes_left, 8_192)

    def count(self, byte_count: int) -> None:
        if self._header_bytes_left is not None:
            self._header_bytes_left -= byte_count
            self.header_byte_count += byte_count


_current: ContextVar[Deadline] = ContextVar("deadline")


def current_deadline() -> Deadline:
    """The deadline of the look this thread works for."""
    return _current.get()


@contextmanager
def governed(deadline: Deadline) -> Iterator[Deadline]:
    """Everything inside, on this thread, is done under `deadline`."""
    token = _current.set(deadline)
    try:
        yield deadline
    finally:
        _current.reset(token)
