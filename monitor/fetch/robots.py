"""robots.txt as RFC 9309 has it: who may be asked for what, and how slowly.

| robots.txt answers                   | we may ask for                                                         |
| ------------------------------------ | ---------------------------------------------------------------------- |
| 2xx                                  | what its first 500 KiB allow                                           |
| 4xx; more than five redirects        | everything                                                             |
| 5xx, cut off, no answer in time      | nothing for now: robots_denied, worth trying again                     |
| no connection, no name, TLS refused  | nothing: the host's own failure is reported, the page would fail alike |
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from protego import Protego

from monitor.core.model import SourceStatus
from monitor.errors import FetchError
from monitor.fetch.addresses import Addresses, origin_of
from monitor.fetch.answers import REDIRECTS, redirect_target
from monitor.fetch.asking import PRODUCT
from monitor.fetch.body import ACCEPT_ENCODING, read_body
from monitor.fetch.deadline import POLL_S, Deadline
from monitor.fetch.limits import FetchLimits, FetchStoppedError, UnconnectedError, failure
from monitor.fetch.line import Line

KEPT_ORIGINS = 4_096
_OWN_FAILURES = frozenset({SourceStatus.TLS_ERROR, SourceStatus.BLOCKED_ADDRESS, SourceStatus.CONFIG_ERROR})
_BROKEN = frozenset({SourceStatus.NETWORK_ERROR, SourceStatus.TRUNCATED})
_AGENT_WORDS = ("user-agent", "useragent", "user agent")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says. `parser` None: everything is allowed, or with `refusal` nothing is."""

    expires_at: float  # monotonic seconds
    parser: Protego | None = None
    refusal: FetchError | None = None

    def check(self, url: httpx.URL) -> None:
        """Raises FetchError if `url` may not be asked for."""
        if self.refusal is not None:
            error = self.refusal
            raise FetchError(error.status, str(error), transient=error.transient, http_status=error.http_status)
        if self.parser is not None and not self.parser.can_fetch(str(url), PRODUCT):
            raise failure(SourceStatus.ROBOTS_DENIED, str(url), "robots.txt does not allow it")

    def crawl_delay_s(self) -> float:
        """Seconds between looks the site asks for, zero if it does not."""
        return (self.parser.crawl_delay(PRODUCT) or 0.0) if self.parser else 0.0


class Robots:
    """The rules of all origins, fetched when first needed and kept for at most a day."""

    def __init__(self, line: Line, addresses: Addresses, limits: FetchLimits, user_agent: str, monotonic: Callable[[], float]) -> None:
        self._line = line
        self._addresses = addresses
        self._limits = limits
        self._headers = (("User-Agent", user_agent), ("Accept", "text/plain,*/*;q=0.5"), ("Accept-Encoding", ACCEPT_ENCODING))
        self._monotonic = monotonic
        self._kept: dict[str, Rules] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def rules(self, url: httpx.URL, deadline: Deadline) -> Rules:
        """The rules that hold for `url` now; asks for robots.txt if they are not known. Raises FetchError when the look is over or stopped."""
        origin = origin_of(url)
        with self._guard:
            known = self._kept.get(origin)
            lock = self._locks.setdefault(origin, threading.Lock())
        if known and self._monotonic() < known.expires_at:
            return known
        with deadline.paused():
            while not lock.acquire(timeout=POLL_S):
                deadline.check_stopped()
        try:
            known = self._kept.get(origin)
            return known if known and self._monotonic() < known.expires_at else self._learn(origin, url, deadline)
        finally:
            lock.release()

    def _learn(self, origin: str, url: httpx.URL, deadline: Deadline) -> Rules:
        rules = self._ask(url.copy_with(raw_path=b"/robots.txt"), deadline)
        with self._guard:
            if len(self._kept) > KEPT_ORIGINS:
                self._kept.clear()
                self._locks = {name: lock for name, lock in self._locks.items() if lock.locked()}
            self._kept[origin] = rules
        return rules

    def _ask(self, url: httpx.URL, deadline: Deadline) -> Rules:
        try:
            with deadline.narrowed(self._limits.robots_timeout_s):
                text = self._text_in_two_tries(url, deadline)
        except FetchStoppedError:
            raise
        except FetchError as error:
            if deadline.is_over_in(0) and not isinstance(error, UnconnectedError):
                raise
            return self._refused(url, error)
        expires_at = self._monotonic() + self._limits.robots_max_age_s
        return Rules(expires_at, None if text is None else Protego.parse(relevant(text)))

    def _refused(self, url: httpx.URL, error: FetchError) -> Rules:
        """Nothing may be asked for, for a while; not remembered where the very next try may find the host back."""
        is_passing = isinstance(error, UnconnectedError) and error.transient and error.status == SourceStatus.NETWORK_ERROR
        expires_at = self._monotonic() + (0.0 if is_passing else self._limits.robots_retry_s)
        if error.status in _OWN_FAILURES or isinstance(error, UnconnectedError):
            return Rules(expires_at, refusal=error)
        cause = f"robots.txt cannot be read, so nothing may be asked for ({str(error).partition(': ')[2] or error.status})"
        return Rules(
            expires_at, refusal=failure(SourceStatus.ROBOTS_DENIED, str(url), cause, transient=True, http_status=error.http_status)
        )

    def _text_in_two_tries(self, url: httpx.URL, deadline: Deadline) -> str | None:
        """A connection that broke once says nothing about the rules of a site."""
        try:
            return self._text(url, deadline)
        except FetchError as error:
            if isinstance(error, UnconnectedError) or error.status not in _BROKEN:
                raise
        return self._text(url, deadline)

    def _text(self, url: httpx.URL, deadline: Deadline) -> str | None:
        """The text of robots.txt, None where there is none. Raises FetchError where it cannot be had."""
        for _hop in range(self._limits.robots_max_redirects + 1):
            with self._line.ask(url, self._headers, deadline) as answer:
                if answer.status in REDIRECTS:
                    url = redirect_target(answer, self._addresses)
                elif 200 <= answer.status < 300:
                    body = read_body(answer, max_bytes=self._limits.robots_max_bytes, cut=True)
                    return body.decode("utf-8-sig", errors="replace")
                elif 300 <= answer.status < 500:
                    return None
                else:
                    raise failure(SourceStatus.HTTP_ERROR, str(url), f"answered {answer.status}", http_status=answer.status)
        return None


def relevant(text: str) -> str:
    """The lines that can matter to us, with every other robot's name replaced by one.

    A file of thousands of names over thousands of rules would otherwise make the parser keep their product. Rules count for the exact product token
    only (RFC 9309, section 2.2.1): "monitor" is somebody else.
    """
    lines: list[str] = []
    for line in text.splitlines():
        name, found, value = line.partition("#")[0].strip().partition(":")
        if found and name.strip().lower() in _AGENT_WORDS:
            line = f"User-agent: {_whose(value)}"
            if lines and lines[-1] == line:
                continue
        lines.append(line)
    return "\n".join(lines)


def _whose(value: str) -> str:
    token = value.strip().lower().partition("/")[0].strip()
    return token if token in {"*", PRODUCT} else "another"
