"""What the core does at each station of the line, put together for the pipeline: the real `reading.Steps`.

Pure but for a memory of what was prepared (catalogue, lexicons): the same calls give the same results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from monitor import plugins
from monitor.core import notices
from monitor.core.claims import Look
from monitor.core.digest import Digest, Knowledge, digest
from monitor.core.extract import EXTRACTOR_VERSION, extract
from monitor.core.kinds import Kind
from monitor.core.lang import Lexicon, load
from monitor.core.model import Baseline, Change, Claim, Count, Money, Observation, Page, Setting, Source
from monitor.core.readers import read
from monitor.core.suspect import Doubt, Usual, doubt
from monitor.core.text.language import UNKNOWN
from monitor.reading import Sight
from monitor.store.knowledge import Memory


class Understanding:
    """The stations with the kinds they look for. One per process; not shared between threads."""

    extractor = EXTRACTOR_VERSION

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._known: dict[str, tuple[str, Knowledge]] = {}

    def knowledge(self, baseline: Baseline, memory: Memory) -> Knowledge:
        """What is known of the programme now; prepared again only where baseline or provisional facts moved."""
        digest_, known = self._known.get(baseline.id, ("", None))
        if known is None or digest_ != baseline.digest:
            known = Knowledge.of(baseline, tuple(memory.changes.values()), self._kinds)
        elif known.changes != memory.changes:
            known = known.after(tuple(memory.changes.values()))
        self._known[baseline.id] = (baseline.digest, known)
        return known

    def setting(self, baseline: Baseline, known: Memory, captured_at: datetime) -> Setting:
        catalogue = self.knowledge(baseline, known).catalogue
        return Setting(published_on=captured_at.date(), currency=catalogue.currency, names=catalogue.names)

    def read(self, body: bytes, media_type: str, url: str, source: Source) -> Page:
        return read(body, media_type, url, source)

    def doubt(self, page: Page, http_status: int, usual: Usual | None = None, fact_count: int | None = None) -> Doubt | None:
        return doubt(page, http_status, usual, fact_count)

    def extract(self, page: Page, source: Source, setting: Setting) -> Sequence[Observation]:
        return extract(page, self._kinds, lexicon_of(page, source), replace(setting, language=source.language or page.language))

    def digest(self, baseline: Baseline, known: Memory, sight: Sight, previous: Sequence[Claim]) -> Digest:
        first = not previous and not sight.is_seen_before
        look = Look(sight.source, sight.url, sight.captured_at, sight.sha256, sight.page, first)
        return digest(self.knowledge(baseline, known), look, sight.observations, previous, lexicon_of(sight.page, sight.source))

    def notice(self, change: Change, before: Change | None) -> notices.Notice | None:
        """The notice a change earns now; None where nothing is sent."""
        _, known = self._known.get(change.programme, ("", None))
        doubt = out_of_bounds(change, known.baseline) if known else None
        found = notices.judge(change, before, doubt=doubt)
        return found if found.is_sent else None


def lexicon_of(page: Page, source: Source) -> Lexicon:
    """The lexicon of the page's language, or of its source's where the page's cannot be told."""
    return load(page.language if page.language != UNKNOWN else source.language)


def out_of_bounds(change: Change, baseline: Baseline) -> str | None:
    """Why a value is not believed: the sanity bounds of its fact that it crosses. None when it keeps within them, or there are none."""
    number = _number(change)
    bounds = next((e for e in baseline.expectations if e.fact == change.fact), None)
    if number is None or bounds is None:
        return None
    if bounds.min is not None and number < bounds.min:
        return f"below the {bounds.min} that is expected at least"
    return f"above the {bounds.max} that is expected at most" if bounds.max is not None and number > bounds.max else None


def _number(change: Change) -> Decimal | None:
    match change.new:
        case Money(amount=amount):
            return amount
        case Count(count=count):
            return count
        case _:
            return None


def steps() -> Understanding:
    """The stations with every kind there is; what `isolation` makes in its children."""
    return Understanding(plugins.kinds())
