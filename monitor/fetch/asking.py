"""What a request says about us: who asks, what can be read, and the headers a source is configured with, secrets filled in.

A header of a source may name a secret as `${MONITOR_SECRET_NAME}`; its value comes from the settings, never from the baseline folder. Only names with that
prefix are filled in, so that a baseline folder cannot send other settings away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from monitor.core.model import Source, SourceStatus
from monitor.fetch.body import ACCEPT_ENCODING
from monitor.fetch.limits import failure

PRODUCT = "programme-monitor"
"""Our product token: the name a robots.txt may address us by."""

ACCEPT = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,"
    "application/pdf;q=0.9,application/json;q=0.8,text/plain;q=0.8,*/*;q=0.5"
)

# What we decide ourselves: framing, packing, conditions.
_NOT_CONFIGURABLE = frozenset(
    {
        *("host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade", "expect", "range"),
        *("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "proxy-authorization", "proxy-connection"),
    }
)
_SECRET = re.compile(r"\$\{([A-Z0-9_]{1,100})\}")
_SECRET_PREFIX = "MONITOR_SECRET_"  # noqa: S105 - a name, not a value


def user_agent(version: str, contact: str) -> str:
    """The User-Agent: product, version and, if configured, whom to contact.

    >>> user_agent("0.1.0", "ops@example.org")
    'programme-monitor/0.1.0 (+ops@example.org)'
    """
    plain = "".join(character for character in contact if character.isascii() and character.isprintable() and character not in "()\\")
    return f"{PRODUCT}/{version} (+{plain.strip()[:200]})" if plain.strip() else f"{PRODUCT}/{version}"


def page_headers(source: Source, agent: str, secrets: Mapping[str, str], *, same_origin: bool) -> list[tuple[str, str]]:
    """The headers of a request for a page; the source's own ones only to its own origin. Raises FetchError config_error for a missing secret."""
    headers = {"user-agent": ("User-Agent", agent), "accept": ("Accept", ACCEPT)}
    if source.language:
        headers["accept-language"] = ("Accept-Language", f"{source.language}, *;q=0.5")
    if same_origin:
        headers |= {
            name.lower(): (name, _filled(value, source, secrets)) for name, value in source.headers if name.lower() not in _NOT_CONFIGURABLE
        }
    return [*headers.values(), ("Accept-Encoding", ACCEPT_ENCODING)]


def _filled(value: str, source: Source, secrets: Mapping[str, str]) -> str:
    def secret(match: re.Match[str]) -> str:
        name = match[1]
        if not name.startswith(_SECRET_PREFIX) or name not in secrets:
            raise failure(
                SourceStatus.CONFIG_ERROR,
                source.url,
                f"a header needs the secret {name}, which is not set (names begin with {_SECRET_PREFIX})",
            )
        return secrets[name].strip()

    return _SECRET.sub(secret, value)
