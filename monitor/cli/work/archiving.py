"""The command that uses a web archive: the past of a programme's sources as a WARC file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from monitor import watch, wayback
from monitor.baseline import programme_folder, read
from monitor.cli.common import State
from monitor.cli.common import now as clock
from monitor.cli.output import complain, say
from monitor.config import Settings
from monitor.core.model import Capture, Source
from monitor.errors import FetchError, StoreError, UsageError
from monitor.warc import write_captures


def fetch_past(state: State, programme: str, source: str | None, since: date | None, until: date | None) -> Path:
    """Writes what the archive has of the programme's sources to a WARC file under var/ and returns it; an archive that fails is one line for each source.

    Raises UsageError for an unknown source, and when the archive has nothing.
    """
    settings = state.settings()
    sources = read(programme_folder(settings.home, programme)).sources
    wanted = [s for s in sources if source in (None, s.id)]
    if not wanted:
        raise UsageError(f"there is no source {(source or '')[:80]!r} (there are: {', '.join(s.id for s in sources[:30]) or 'none'})")
    target = settings.var / "archives" / f"{programme}-{f'{source}-' if source else ''}wayback.warc.gz"
    with watch.new_fetcher(settings) as fetcher:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            written = write_captures(_past(wanted, watch.getting(fetcher, clock), settings, since, until), target)
        except OSError as error:
            raise StoreError(f"{target} cannot be written: {error.strerror or error}") from error
    if not written:
        target.unlink(missing_ok=True)
        raise UsageError(f"{settings.wayback_url} has nothing of the sources of {programme}")
    say(f"{written} captures fetched from {settings.wayback_url} to {target}")
    return target


def _past(sources: list[Source], get: wayback.Get, settings: Settings, since: date | None, until: date | None) -> Iterator[Capture]:
    for source in sources:
        try:
            for found in wayback.past_of(source, get, settings.wayback_url.rstrip("/"), since, until):
                if isinstance(found, Capture):
                    yield found
                else:
                    complain(str(found))
        except FetchError as error:
            complain(f"{source.id}: {error.status}: {error}")
