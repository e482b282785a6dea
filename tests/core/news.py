"""News text in a test's docstring, read as a page of a watched programme: the input of the tests of linking, following and comparing.

The first line of the docstring is the page's head: language, publication date, title. A line of three dashes begins the next capture of the same page; one of
three plus signs begins another page by another publisher.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from monitor import plugins
from monitor.core.claims import Look
from monitor.core.digest import Digest, Knowledge, digest
from monitor.core.extract import extract
from monitor.core.lang import load
from monitor.core.model import Baseline, Change, Claim, Fact, Page, Setting, Source
from monitor.core.readers import read

KINDS = plugins.kinds()
FIRST_LOOK = datetime(2025, 6, 1, 7, tzinfo=UTC)


def fact(key: str, kind: str, label: str, value: object, *about: str, scope: str | None = None) -> Fact:
    """A fact with its value as a person would write it."""
    parsed = KINDS[kind].parse(value, load("en"))
    assert parsed is not None, value
    return Fact(key, kind, label, parsed, about, scope, valid_from=date(2024, 1, 1))


RAIL = Baseline(
    id="tunnel",
    title="Alpine Base Tunnel",
    aliases=("the base tunnel", "Alpen-Basistunnel", "tunnel de base"),
    not_about=("Coastal Metro",),
    languages=("en", "de", "fr"),
    announced_on=date(2024, 1, 1),
    facts=(
        fact("cost", "money", "Total cost", "EUR 8.6 billion", "cost", "budget"),
        fact("grant", "money", "EU grant", "EUR 700 million", "grant", "European Union"),
        fact("opening", "date", "Opening", "2032", "opening", "in service"),
        fact("works", "date", "Start of works", "2025", "start of construction"),
        fact("stations", "count", "Stations", "seven stations", "stations"),
        fact("states", "count", "Participating countries", "three countries", "countries"),
        fact("site.east", "site", "East Portal", {"name": "East Portal", "place": "Innsbruck", "country": "AT"}),
        fact("site.west", "site", "West Portal", {"name": "West Portal", "place": "Lyon", "country": "FR"}),
    ),
)


@dataclass
class Watch:
    """A programme being watched through the pages of one docstring; `changes` are all flags, in the order raised."""

    baseline: Baseline
    knowledge: Knowledge
    digests: list[Digest] = field(default_factory=list)
    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)

    @property
    def changes(self) -> list[Change]:
        return sorted(self.knowledge.changes.values(), key=lambda c: (c.first_seen, c.id))

    def flags(self) -> list[str]:
        """The flags in short: type, fact, new value as shown."""
        return [f"{c.type} {c.fact or 'new'} {KINDS[c.kind].show(c.new, load('en')) if c.new is not None else '-'}" for c in self.changes]

    def look(self, text: str, url: str, publisher: str, at: datetime, authority: str = "official") -> Digest:
        head, _, body = text.strip().partition("\n")
        language, published, title = head.split(" ", 2)
        paragraphs = "".join(f"<p>{line.strip()}</p>" for line in body.splitlines() if line.strip())
        html = (
            f"<html lang='{language}'><head><title>{title}</title><meta property='article:published_time' content='{published}'></head>"
            f"<body><main><h1>{title}</h1>{paragraphs}</main></body></html>"
        )
        source = Source(publisher, url, authority=authority, language=language, publisher=publisher)
        page: Page = read(html.encode(), "text/html", url, source)
        lexicon = load(language)
        observations = extract(page, KINDS, lexicon, Setting(language=language, names=self.knowledge.catalogue.names))
        sha256 = hashlib.sha256(html.encode()).hexdigest()
        look = Look(source, url, at, sha256, page, url not in self.claims)
        result = digest(self.knowledge, look, observations, self.claims.get(url, ()), lexicon)
        self.claims[url] = result.claims
        self.knowledge = self.knowledge.after(result.changes)
        self.digests.append(result)
        return result


def watched(text: str, baseline: Baseline = RAIL, authority: str = "official") -> Watch:
    """The watch after all captures of the text."""
    watch = Watch(baseline, Knowledge.of(baseline, (), KINDS))
    at = FIRST_LOOK
    for number, publisher in enumerate(_parts(inspect.cleandoc(text), "+++")):
        for capture in _parts(publisher, "---"):
            watch.look(capture, f"https://outlet{number}.example/page", f"Outlet {number}", at, authority)
            at += timedelta(days=7)
    return watch


def _parts(text: str, mark: str) -> Sequence[str]:
    return [part for part in ("\n" + text).split(f"\n{mark}\n") if part.strip()]
