"""What a fetch may cost, what a source let us remember, and how a failure is put into one line."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.model import SourceStatus
from monitor.errors import FetchError

LINE_LENGTH = 200
"""Longest error line shown to people, in characters (design.md, section 6)."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of design.md, section 6, as settings. `timeout_s` covers robots, names, connecting, headers, body, redirects and retries together;
    only waiting for one's turn at a busy host is not counted."""

    timeout_s: float = 30.0
    connect_timeout_s: float = 10.0
    max_bytes: int = 10_000_000
    max_redirects: int = 10
    max_header_bytes: int = 64 * 1024
    host_delay_s: float = 1.0
    retries: int = 2
    retry_after_cap_s: float = 7 * 86_400
    crawl_delay_cap_s: float = 10.0
    robots_timeout_s: float = 10.0
    robots_max_bytes: int = 500 * 1024  # RFC 9309, section 2.5
    robots_max_redirects: int = 5  # RFC 9309, section 2.3.1.2
    robots_max_age_s: float = 86_400.0  # RFC 9309, section 2.4
    robots_retry_s: float = 300.0  # how long an unreachable robots.txt counts as unreachable


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last good answer gave us to ask "has it changed?" with. With `url` they are only sent to that address, without it on every hop."""

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None


class FetchStoppedError(FetchError):
    """The program is ending: the look was broken off and says nothing about the source."""


class UnconnectedError(FetchError):
    """No connection to the host came about: whatever else is asked of it now fails in the same way."""


def shown(text: str, length: int = 90) -> str:
    """Foreign text fit for a log line: control, bidi and other unprintable characters become "?", long text is cut.

    >>> shown("a\\x1b[31mb")
    'a?[31mb'
    """
    clean = "".join(character if character.isprintable() else "?" for character in text[: length + 1])
    return clean if len(clean) <= length else clean[: length - 3] + "..."


def failure(
    status: SourceStatus,
    subject: str,
    cause: str,
    *,
    transient: bool = False,
    http_status: int | None = None,
    retry_after_s: float | None = None,
    family: type[FetchError] = FetchError,
) -> FetchError:
    """The error for one failed look: its text is one line of at most 200 characters that names the address and the cause."""
    line = f"{shown(subject)}: {shown(cause, LINE_LENGTH)}"
    return family(status.value, line[:LINE_LENGTH], transient=transient, http_status=http_status, retry_after_s=retry_after_s)
