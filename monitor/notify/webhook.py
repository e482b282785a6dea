"""The webhook channel: every notice is posted as JSON to one address.

    Content-Type       application/json
    Idempotency-Key    the notice's stable key: the same for every try, so that a receiver can drop a second copy
    X-Monitor-Event    first | new | reverted | repeat
    X-Monitor-Signature   sha256=<hex HMAC of "<timestamp>.<body>">, only if a secret is set
    X-Monitor-Timestamp   seconds since 1970, part of what is signed: a receiver can refuse old copies

The answer decides: 2xx is taken, 408, 425, 429 and 5xx are tried again, anything else never again. Redirects are not followed: they could lead anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from monitor import __version__
from monitor.errors import ConfigError, DeliveryError
from monitor.notify import Outgoing

TIMEOUT_S = 10.0
_LONGEST_WAIT_S = 7 * 86400.0
_TRY_AGAIN = {408, 425, 429}


class Webhook:
    """Posts to `url`; `now_s` gives the wall clock for signatures. One connection pool for all notices; close it when done."""

    name = "webhook"

    def __init__(
        self,
        url: str,
        *,
        now_s: Callable[[], float],
        secret: str | None = None,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ConfigError("MONITOR_WEBHOOK_URL must be an http or https address")
        self._url = url
        self._secret = secret
        self._now_s = now_s
        self._client = httpx.Client(timeout=httpx.Timeout(timeout_s), trust_env=False, follow_redirects=False, transport=transport)

    def close(self) -> None:
        self._client.close()

    def send(self, notice: Outgoing) -> None:
        """Posts one notice. The body of the answer is never read: only its status counts."""
        content = notice.body.encode("utf-8", "replace")
        try:
            with self._client.stream("POST", self._url, content=content, headers=self._headers(notice, content)) as response:
                _judge(response)
        except httpx.HTTPError as error:
            raise DeliveryError(f"webhook: {self._host()} could not be reached ({type(error).__name__})", transient=True) from error
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise DeliveryError(f"webhook: the address is not usable ({type(error).__name__})", transient=False) from error

    def _headers(self, notice: Outgoing, content: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"programme-monitor/{__version__}",
            "Idempotency-Key": notice.key.encode("ascii", "replace").decode(),
            "X-Monitor-Event": notice.event,
        }
        if self._secret:
            stamp = str(int(self._now_s()))
            headers |= {"X-Monitor-Timestamp": stamp, "X-Monitor-Signature": sign(self._secret, stamp, content)}
        return headers

    def _host(self) -> str:
        """Only the host: the path of a webhook is often its password."""
        return urlsplit(self._url).hostname or "the address"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature header of a body: "sha256=<hex>" over "<timestamp>.<body>"."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _judge(response: httpx.Response) -> None:
    if response.is_success:
        return
    status = response.status_code
    transient = status in _TRY_AGAIN or status >= 500
    raise DeliveryError(f"webhook: answered {status}", transient=transient, retry_after_s=_retry_after_s(response) if transient else None)


def _retry_after_s(response: httpx.Response) -> float | None:
    """The wait in seconds the receiver asks for, at most seven days; nonsense and dates are ignored, our own back-off does for them."""
    written = response.headers.get("Retry-After", "").strip()
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        return None
    return min(float(written), _LONGEST_WAIT_S)


CHANNEL = Webhook
