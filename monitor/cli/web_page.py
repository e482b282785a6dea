"""One polite look at an address from the command line."""

from __future__ import annotations

from pathlib import Path

from monitor.cli.common import call, now
from monitor.config import load
from monitor.core.model import Capture, Source
from monitor.errors import UsageError


def look_once(url: str, home: Path | None) -> Capture:
    """The capture of an address; nothing is stored. Raises FetchError, whose exit code is 3."""
    with call("monitor.fetch:fetcher_of", load(home)) as fetching:
        capture = fetching.fetch(Source("given", url), None, now())
    if not isinstance(capture, Capture):
        raise UsageError(f"{url}: nothing came back")
    return capture
