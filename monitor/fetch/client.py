"""The fetcher: one look at one address, from the robots rules to a capture, or the one status word that says why not."""

from __future__ import annotations

import hashlib
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from monitor import __version__
from monitor.config import Settings, secrets
from monitor.core.model import PAGE_STATUSES, Capture, NotModified, Source, SourceStatus
from monitor.errors import FetchError
from monitor.fetch.addresses import Addresses, Resolve, origin_of, system_resolve
from monitor.fetch.answers import (
    PERMANENT,
    REDIRECTS,
    clean_etag,
    clean_last_modified,
    conditions,
    failed,
    kept_headers,
    redirect_target,
)
from monitor.fetch.asking import page_headers, user_agent
from monitor.fetch.body import media_type_of, read_body
from monitor.fetch.deadline import Deadline, governed
from monitor.fetch.limits import FetchLimits, FetchStoppedError, Validators, failure
from monitor.fetch.line import Answer, Line
from monitor.fetch.politeness import Politeness
from monitor.fetch.robots import Robots
from monitor.fetch.wire import GuardedTransport

BACK_OFF_S = 0.5
"""First pause before trying again; it doubles each time, with up to half of it added by chance."""

_RETRIED = frozenset({SourceStatus.NETWORK_ERROR, SourceStatus.TRUNCATED, SourceStatus.HTTP_ERROR})


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look asks for; the same for all its attempts and hops."""

    source: Source
    written: str  # the address as configured or found
    start: httpx.URL
    validators: Validators | None
    now: datetime
    deadline: Deadline


class Fetcher:
    """Looks at sources. Safe to use from many threads at once; close it, or use it as a context manager.

    `allow_hosts` are "host:port" entries that may be private; `contact` is put into the User-Agent; `proxy` is an http:// address; `secrets` are the values
    for `${MONITOR_SECRET_...}` in headers of sources. Proxy variables, netrc and cookies are never used. The callables are there for tests: name
    resolution, the monotonic clock, sleeping, and chance (0 to 1) in pauses.
    """

    def __init__(
        self,
        limits: FetchLimits | None = None,
        *,
        allow_hosts: Iterable[str] = (),
        contact: str = "",
        proxy: str | None = None,
        secrets: Mapping[str, str] | None = None,
        resolve: Resolve = system_resolve,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        chance: Callable[[], float] = random.random,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.limits = limits or FetchLimits()
        self._stopped = threading.Event()
        self._monotonic = monotonic
        self._sleep = sleep or self._stopped.wait
        self._chance = chance
        self._user_agent = user_agent(__version__, contact)
        self._secrets = dict(secrets or {})
        self._addresses = Addresses(allow_hosts, resolve)
        self._politeness = Politeness(monotonic, self._sleep, chance)
        self._transport = GuardedTransport(
            self._addresses, connect_timeout_s=self.limits.connect_timeout_s, proxy=proxy or None, ssl_context=ssl_context
        )
        self._line = Line(self._transport, self._addresses, self._politeness, self.limits, through_proxy=bool(proxy))
        self._robots = Robots(self._line, self._addresses, self.limits, self._user_agent, monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def stop(self) -> None:
        """Makes every look under way, and every later one, end within a second with FetchStoppedError. May be called from any thread or signal handler."""
        self._stopped.set()

    def host_key(self, url: str) -> str:
        """What requests to `url` are queued by, so that a caller can spread its threads over hosts; "" for an address that cannot be fetched."""
        try:
            return self._addresses.host_key(self._addresses.parse(url))
        except FetchError:
            return ""

    def check_address(self, url: str) -> None:
        """Raises FetchError (config_error, blocked_scheme, blocked_address) for an address that would be refused unasked. Looks up no name."""
        self._addresses.parse(url)

    def fetch(self, source: Source, validators: Validators | None, now: datetime, *, url: str | None = None) -> Capture | NotModified:
        """One look at `source`, or at an entry of it by `url`. `now` (aware UTC) becomes `captured_at`.

        Returns NotModified only where the server said so to `validators` we sent. Raises FetchError with a status word of design.md, section 6, one line of at
        most 200 characters, and the seconds of a usable Retry-After; FetchStoppedError when the program is ending.
        """
        written = url or source.url
        deadline = Deadline(source.timeout_s or self.limits.timeout_s, self._monotonic, self._stopped)
        deadline.subject = written
        look = _Look(source, written, self._addresses.parse(written), None if source.browser else validators, now, deadline)
        with governed(deadline):
            found = self._persist(look)
            return self._shown(look, found) if source.browser and isinstance(found, Capture) else found

    def _shown(self, look: _Look, first: Capture) -> Capture:
        """The page as a browser shows it; the shell alone says nothing about what its scripts fetch, so it is never asked for conditionally."""
        from monitor.fetch.browser import browse

        source = replace(look.source, kind="part")

        def ask(url: str) -> Capture:
            with governed(look.deadline):  # the browser calls back outside of our context
                found = self._walk(_Look(source, url, self._addresses.parse(url), None, look.now, look.deadline))
                assert isinstance(found, Capture)  # nothing was asked conditionally
                return found

        return browse(look.source, first, ask, look.deadline, look.source.max_bytes or self.limits.max_bytes)

    def _persist(self, look: _Look) -> Capture | NotModified:
        """Tries again after failures that may pass, as often and as long as the limits allow."""
        for attempt in range(self.limits.retries + 1):
            try:
                return self._walk(look)
            except FetchStoppedError:
                raise
            except FetchError as error:
                pause_s = BACK_OFF_S * 2**attempt * (1 + self._chance() / 2)
                if attempt == self.limits.retries or not _is_retried(error) or look.deadline.is_over_in(pause_s):
                    raise
            self._sleep(pause_s)
        raise AssertionError("the last attempt returns or raises")

    def _walk(self, look: _Look) -> Capture | NotModified:
        """Follows redirects by hand: every hop is checked, asked for in its host's turn, and allowed by its own robots.txt."""
        url, moved_to, only_permanent = look.start, None, True
        seen = {str(url)}
        for _hop in range(self.limits.max_redirects + 1):
            self._check_robots(url, look)
            sent = conditions(look.validators, url)
            with self._line.ask(url, [*self._headers(look.source, url), *sent], look.deadline) as answer:
                if answer.status not in REDIRECTS:
                    return self._outcome(answer, look, moved_to, conditional=bool(sent))
                url = redirect_target(answer, self._addresses)
            if str(url) in seen:
                raise failure(SourceStatus.REDIRECT_ERROR, look.written, f"redirects lead in a circle through {url}")
            seen.add(str(url))
            only_permanent = only_permanent and answer.status in PERMANENT
            moved_to = str(url) if only_permanent else moved_to
        raise failure(SourceStatus.REDIRECT_ERROR, look.written, f"more than {self.limits.max_redirects} redirects")

    def _check_robots(self, url: httpx.URL, look: _Look) -> None:
        rules = self._robots.rules(url, look.deadline)
        rules.check(url)
        self._politeness.slow_down(self._addresses.host_key(url), min(rules.crawl_delay_s(), self.limits.crawl_delay_cap_s))

    def _headers(self, source: Source, url: httpx.URL) -> list[tuple[str, str]]:
        same_origin = bool(source.headers) and origin_of(url) == origin_of(self._addresses.parse(source.url))
        return page_headers(source, self._user_agent, self._secrets, same_origin=same_origin)

    def _outcome(self, answer: Answer, look: _Look, moved_to: str | None, *, conditional: bool) -> Capture | NotModified:
        if answer.status == 304 and conditional:
            return NotModified(look.source.id, look.written, look.now)
        if answer.status not in PAGE_STATUSES:
            raise failed(answer, look.now, self.limits.retry_after_cap_s)
        body = read_body(answer, max_bytes=look.source.max_bytes or self.limits.max_bytes, source_kind=look.source.kind)
        if not body.strip():
            raise failure(SourceStatus.EMPTY, str(answer.url), "the answer has no content", http_status=answer.status)
        return _capture(answer, body, look, moved_to)


def _is_retried(error: FetchError) -> bool:
    return error.transient and error.retry_after_s is None and error.status in _RETRIED


def _capture(answer: Answer, body: bytes, look: _Look, moved_to: str | None) -> Capture:
    return Capture(
        source_id=look.source.id,
        url=look.written,
        final_url=str(answer.url),
        captured_at=look.now,
        http_status=answer.status,
        media_type=media_type_of(answer),
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        etag=clean_etag(answer.header("etag")),
        last_modified=clean_last_modified(answer.header("last-modified")),
        moved_to=moved_to,
        headers=kept_headers(answer),
    )


def fetcher_of(settings: Settings) -> Fetcher:
    """The fetcher with the limits, address rules and secrets of these settings; to be closed."""
    limits = FetchLimits(
        timeout_s=settings.fetch_timeout_s,
        connect_timeout_s=settings.fetch_connect_timeout_s,
        max_bytes=settings.fetch_max_bytes,
        max_redirects=settings.fetch_max_redirects,
        max_header_bytes=settings.fetch_max_header_bytes,
        host_delay_s=settings.host_delay_s,
        retries=settings.fetch_retries,
        retry_after_cap_s=settings.retry_after_max_days * 86_400.0,
    )
    return Fetcher(limits, allow_hosts=settings.allow_hosts, contact=settings.contact, proxy=settings.proxy or None, secrets=secrets())
