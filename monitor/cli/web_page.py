"""A fetcher with the limits and address rules of the settings, and one polite look at an address from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitor.cli.common import call, now
from monitor.config import Settings, load, secrets
from monitor.core.model import Capture, Source
from monitor.errors import UsageError


def fetcher(settings: Settings) -> Any:
    """A `monitor.fetch.Fetcher` as the settings want it; a context manager."""
    limits = call(
        "monitor.fetch:FetchLimits",
        timeout_s=settings.fetch_timeout_s,
        connect_timeout_s=settings.fetch_connect_timeout_s,
        max_bytes=settings.fetch_max_bytes,
        max_redirects=settings.fetch_max_redirects,
        max_header_bytes=settings.fetch_max_header_bytes,
        host_delay_s=settings.host_delay_s,
        retries=settings.fetch_retries,
        retry_after_cap_s=settings.retry_after_max_days * 86_400.0,
    )
    rules = {"allow_hosts": settings.allow_hosts, "contact": settings.contact, "proxy": settings.proxy or None, "secrets": secrets()}
    return call("monitor.fetch:Fetcher", limits, **rules)


def look_once(url: str, home: Path | None) -> Capture:
    """The capture of an address; nothing is stored. Raises FetchError, whose exit code is 3."""
    with fetcher(load(home)) as fetching:
        capture = fetching.fetch(Source("given", url), None, now())
    if not isinstance(capture, Capture):
        raise UsageError(f"{url}: nothing came back")
    return capture
