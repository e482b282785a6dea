"""One request at a time per host, and a pause before the next one.

The pause is counted from the end of the last answer, so it holds however slow the host is. Waiting for one's turn is not part of a look's time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from monitor.fetch.deadline import POLL_S, Deadline

KEPT_HOSTS = 4_096
"""How many hosts are remembered before those at rest are forgotten."""

MARGIN, JITTER = 1.05, 0.1
"""Pauses are a little longer than asked, and not all alike: a busy server notes the end of its answer later than we see it (measured: 19 ms of 1 s)."""


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = float("-inf")  # monotonic seconds
    delay_s: float = 0.0
    waiting: int = 0


class Politeness:
    """The turns of all hosts; safe to use from many threads."""

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], object], chance: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._chance = chance
        self._sleep = sleep
        self._turns: dict[str, _Turn] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, host: str, delay_s: float, deadline: Deadline) -> Iterator[None]:
        """Waits until no other request to `host` is under way and its pause is over; afterwards the host rests for `delay_s`."""
        turn = self._enter(host)
        try:
            with deadline.paused():
                self._acquire(turn, deadline)
            try:
                with deadline.paused():
                    self._rest(turn, deadline)
                yield
            finally:
                turn.free_at = max(turn.free_at, self._monotonic() + max(delay_s, turn.delay_s) * (MARGIN + JITTER * self._chance()))
                turn.lock.release()
        finally:
            self._leave(turn)

    def slow_down(self, host: str, delay_s: float) -> None:
        """From the next request on `host` rests for at least `delay_s`: its robots.txt asks for it."""
        turn = self._enter(host)
        turn.delay_s = delay_s
        self._leave(turn)

    def _enter(self, host: str) -> _Turn:
        with self._guard:
            if len(self._turns) > KEPT_HOSTS:
                now = self._monotonic()
                self._turns = {name: turn for name, turn in self._turns.items() if turn.waiting or turn.delay_s or turn.free_at > now}
            turn = self._turns.setdefault(host, _Turn())
            turn.waiting += 1
            return turn

    def _leave(self, turn: _Turn) -> None:
        with self._guard:
            turn.waiting -= 1

    def _acquire(self, turn: _Turn, deadline: Deadline) -> None:
        while not turn.lock.acquire(timeout=POLL_S):
            deadline.check_stopped()

    def _rest(self, turn: _Turn, deadline: Deadline) -> None:
        while (pause_s := turn.free_at - self._monotonic()) > 0:
            deadline.check_stopped()
            self._sleep(min(pause_s, 60.0))
