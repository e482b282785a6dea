"""One polite look at an address from the command line, with the limits and address rules of the settings."""

from __future__ import annotations

from pathlib import Path

from monitor.cli.common import call, now
from monitor.config import load
from monitor.core.model import Capture, Source
from monitor.errors import UsageError


def look_once(url: str, home: Path | None) -> Capture:
    """The capture of an address. Raises FetchError, whose exit code is 3."""
    settings = load(home)
    limits = call("monitor.fetch:FetchLimits")
    with call("monitor.fetch:Fetcher", limits, allow_hosts=settings.allow_hosts, contact=settings.contact, proxy=settings.proxy) as fetcher:
        capture = fetcher.fetch(Source("given", url), None, now())
    if not isinstance(capture, Capture):
        raise UsageError(f"{url}: nothing came back")
    return capture
