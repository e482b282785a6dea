"""Sites of a programme as pages present them: in lines and cards, in tables, in sentences.

All forms are read over the same atoms - places, countries, organisations and proper names of a page - and differ only in what they allow between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.core.lang import Lexicon
from monitor.core.model import Page, Region, Setting
from monitor.core.text.proper import once_per_page
from monitor.core.text.sites.atoms import SiteSpan, gather
from monitor.core.text.sites.lines import in_lines
from monitor.core.text.sites.prose import in_prose
from monitor.core.text.sites.tables import in_tables

LOWEST = 0.3
_ELSEWHERE = {Region.NAV: 0.4, Region.RELATED: 0.35, Region.FOOTER: 0.35, Region.HIDDEN: 0.25, Region.ASIDE: 0.15}


@once_per_page
def site_spans(page: Page, lexicon: Lexicon, setting: Setting) -> tuple[SiteSpan, ...]:
    """The sites of a page in order, none overlapping another; what stands outside the main part is doubted."""
    scene = gather(page, lexicon, setting)
    found = [*in_tables(scene), *in_lines(scene)]
    read = {s.passage for s in found}
    found.extend(s for s in in_prose(scene) if s.passage not in read)
    weighed = (s._replace(confidence=round(s.confidence - _ELSEWHERE.get(page.passages[s.passage].region, 0.0), 2)) for s in found)
    return tuple(_apart(s for s in _without_echoes(list(weighed)) if s.confidence >= LOWEST))


def _without_echoes(spans: Sequence[SiteSpan]) -> list[SiteSpan]:
    """The sites without the bare places right below a heading or line that has named the site there."""
    named = {(s.site.place, s.site.country, s.passage + below) for s in spans if s.site.name for below in range(1, 4)}
    return [s for s in spans if s.site.name or (s.site.place, s.site.country, s.passage) not in named]


def _apart(spans: Iterable[SiteSpan]) -> list[SiteSpan]:
    """The surest of overlapping spans, in order."""
    kept: list[SiteSpan] = []
    taken: set[int] = set()
    for span in sorted(spans, key=lambda s: (-s.confidence, s.start)):
        here = range(span.start, span.end)
        if taken.isdisjoint(here):
            taken.update(here)
            kept.append(span)
    return sorted(kept, key=lambda s: s.start)
