"""What the status line and headers of an answer mean for a look: follow, nothing new, a page, or which failure.

| status              | outcome                                          | try again soon |
| ------------------- | ------------------------------------------------ | -------------- |
| 200, 203            | a page                                           |                |
| 301 302 303 307 308 | followed by hand; 301 and 308 propose a new home |                |
| 304                 | nothing new, if we asked; else http_error        | no             |
| 401, 407, 511       | auth_required                                    | no             |
| 410                 | gone                                             | no             |
| 429, 503            | rate_limited, Retry-After kept                   | later          |
| 408, 500, 502, 504  | http_error                                       | yes            |
| everything else     | http_error                                       | no             |
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from monitor.core.model import SourceStatus
from monitor.errors import FetchError
from monitor.fetch.addresses import Addresses
from monitor.fetch.limits import Validators, failure
from monitor.fetch.line import Answer, Headers

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
_PASSING = frozenset({408, 500, 502, 504})

# RFC 9110, section 8.8.3; unquoted ones are common and harmless, "*" and lists are not: they would match anything.
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,500}"|[\x21\x23-\x29\x2b\x2d-\x7e]{1,500}')
_SECONDS = re.compile(r"[0-9]+")

# Not kept with a capture: they describe the connection or the packing, or are cookies.
_DROPPED_HEADERS = frozenset(
    {
        "set-cookie",
        "set-cookie2",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-encoding",
        "content-length",
        "te",
        "trailer",
        "upgrade",
    }
)
_KEPT_HEADERS = 100
_KEPT_HEADER_LENGTH = 2_000


def failed(answer: Answer, now: datetime, cap_s: float) -> FetchError:
    """The failure an answer that is no page stands for."""
    subject, status = str(answer.url), answer.status
    match status:
        case 401 | 407 | 511:
            return failure(SourceStatus.AUTH_REQUIRED, subject, f"answered {status}: asks for a login", http_status=status)
        case 410:
            return failure(SourceStatus.GONE, subject, "answered 410: gone for good", http_status=status)
        case 429 | 503:
            wait_s = retry_after_s(answer, now, cap_s)
            cause = f"answered {status}: " + (f"ask again in {wait_s:.0f} s" if wait_s is not None else "too busy, ask again later")
            return failure(SourceStatus.RATE_LIMITED, subject, cause, transient=True, http_status=status, retry_after_s=wait_s)
        case 304:
            return failure(
                SourceStatus.HTTP_ERROR, subject, "answered 304 (not modified) to a question that had no condition", http_status=status
            )
        case _:
            return failure(SourceStatus.HTTP_ERROR, subject, f"answered {status}", transient=status in _PASSING, http_status=status)


def retry_after_s(answer: Answer, now: datetime, cap_s: float) -> float | None:
    """Seconds the server asks us to wait, at most `cap_s`; None when it says nothing usable (negative, past, no number and no date).

    A date is measured against the server's own clock where it sends one.
    """
    written = (answer.header("retry-after") or "").strip()
    if _SECONDS.fullmatch(written):
        return cap_s if len(written) > 9 else min(float(int(written)), cap_s)
    until, base = http_date(written), http_date(answer.header("date") or "") or now
    if until is None or until <= base:
        return None
    return min((until - base) / timedelta(seconds=1), cap_s)


def http_date(text: str) -> datetime | None:
    """A date of an HTTP header, or None if it is none.

    >>> http_date("Tue, 05 May 2026 06:00:00 GMT")
    datetime.datetime(2026, 5, 5, 6, 0, tzinfo=datetime.timezone.utc)
    """
    if not text.isascii() or len(text) > 40:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def redirect_target(answer: Answer, addresses: Addresses) -> httpx.URL:
    """Where a redirect leads. Raises FetchError: redirect_error, blocked_scheme, blocked_address."""
    locations = {value for name, value in answer.headers if name == "location"}
    if len(locations) != 1:
        cause = f"answered {answer.status} with {len(locations) or 'no'} address(es) to go to"
        raise failure(SourceStatus.REDIRECT_ERROR, str(answer.url), cause, http_status=answer.status)
    return addresses.parse(locations.pop(), base=answer.url, broken=SourceStatus.REDIRECT_ERROR)


def conditions(validators: Validators | None, url: httpx.URL) -> list[tuple[str, str]]:
    """The conditional headers to send to `url`; what cannot be a validator is left out."""
    if validators is None or (validators.url is not None and validators.url.partition("#")[0] != str(url)):
        return []
    headers = []
    if validators.etag and (etag := clean_etag(validators.etag)):
        headers.append(("If-None-Match", etag))
    if validators.last_modified and (moment := clean_last_modified(validators.last_modified)):
        headers.append(("If-Modified-Since", moment))
    return headers


def clean_etag(text: str | None) -> str | None:
    """The entity tag if it is safe to send back, else None."""
    text = (text or "").strip()
    return text if _ETAG.fullmatch(text) else None


def clean_last_modified(text: str | None) -> str | None:
    """The Last-Modified date as written if it is one, else None."""
    text = (text or "").strip()
    return text if http_date(text) else None


def kept_headers(answer: Answer) -> Headers:
    """The headers worth keeping with a capture, bounded in number and length."""
    kept = [(name[:100], value[:_KEPT_HEADER_LENGTH]) for name, value in answer.headers if name not in _DROPPED_HEADERS]
    return tuple(kept[:_KEPT_HEADERS])
