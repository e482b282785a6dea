"""A small core behind the pipeline's protocols: pages are lines of "key: amount", so that store and order can be tested without any language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from monitor.core.model import (
    Baseline,
    Capture,
    Cause,
    Change,
    ChangeStatus,
    ChangeType,
    Claim,
    Comparison,
    Delta,
    Entry,
    Evidence,
    Fact,
    Form,
    KnownName,
    Linked,
    Money,
    NotModified,
    Observation,
    Page,
    Passage,
    Qualifier,
    Region,
    Role,
    Setting,
    Source,
)
from monitor.core.suspect import Usual
from monitor.errors import FetchError
from monitor.reading import Sight
from monitor.store.knowledge import Memory

DAY = datetime(2026, 3, 1, 6, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def eur(amount: int) -> Money:
    return Money(Decimal(amount), "EUR", precision=Decimal("1E+6"))


def fact(key: str, amount: int, version: int = 1) -> Fact:
    return Fact(key, "money", key.replace(".", " "), eur(amount), version=version)


def baseline(*sources: Source, facts: Sequence[Fact] = (), version: int = 1, digest: str = "d1", **more: object) -> Baseline:
    given = tuple(facts) or (fact("total", 1500), fact("first.part", 700))
    return replace(
        Baseline("ships", "Ships", (), (), ("en",), date(2026, 1, 1), given, sources, announced=given, version=version, digest=digest),
        **more,  # type: ignore[arg-type]
    )


def capture(source: Source, text: str, when: datetime, url: str | None = None, **more: object) -> Capture:
    body = text.encode()
    made = Capture(source.id, url or source.url, url or source.url, when, 200, "text/plain", body, hashlib.sha256(body).hexdigest())
    return replace(made, **more)  # type: ignore[arg-type]


PRESS = Source("press", "https://press.example/news", publisher="Press")
OFFICE = Source("office", "https://office.example/plan", authority="official", publisher="Office")


@dataclass
class Web:
    """Answers by address: a text, an error, or None for "not modified"."""

    pages: dict[str, str | FetchError | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, source: Source, validators: object, now: datetime, *, url: str | None = None) -> Capture | NotModified:
        address = url or source.url
        self.asked.append(address)
        answer = self.pages[address]
        if isinstance(answer, FetchError):
            raise answer
        if answer is None:
            return NotModified(source.id, address, now)
        return capture(source, answer, now, address, etag='"1"')


@dataclass(frozen=True)
class Doubted:
    status: str
    reason: str
    browser: bool = False


@dataclass(frozen=True)
class Unlinked:
    observation: Observation
    reason: str


@dataclass(frozen=True)
class Outcome:
    linked: tuple[Linked, ...]
    unlinked: tuple[Unlinked, ...]
    claims: tuple[Claim, ...]
    ended: tuple[Claim, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Told:
    key: str
    event: str
    change: str
    reason: str = "new"


class MiniCore:
    """One passage a line; "key: amount" is an observation, "> url" a link to an entry, "captcha" a doubtful page, "%PDF" an unreadable one."""

    extractor = "1"

    def __init__(self) -> None:
        self.extracted = 0

    def setting(self, baseline: Baseline, known: Memory, captured_at: datetime) -> Setting:
        return Setting(names=tuple(KnownName(f.key, "fact", f.key) for f in baseline.facts))

    def read(self, body: bytes, media_type: str, url: str, source: Source) -> Page:
        text = body.decode().split("<!--")[0]
        if text.startswith("%PDF"):
            raise FetchError("unsupported", f"{url} is no text")
        lines = text.splitlines()
        starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
        passages = tuple(Passage(s, s + len(line), Region.MAIN, Form.PARAGRAPH) for s, line in zip(starts, lines, strict=True))
        entries = tuple(Entry(line[2:], "entry") for line in lines if line.startswith("> "))
        return Page(url, "page", text, passages, "en", entries=entries)

    def doubt(self, page: Page, http_status: int, usual: Usual | None = None, fact_count: int | None = None) -> Doubted | None:
        return Doubted("suspect", "asks for a captcha") if "captcha" in page.text else None

    def extract(self, page: Page, source: Source, setting: Setting) -> list[Observation]:
        self.extracted += 1
        found = []
        for number, passage in enumerate(page.passages):
            line = page.text[passage.start : passage.end]
            key, colon, amount = line.partition(": ")
            if colon and amount.isdigit():
                found.append(observation(amount, passage.start + len(key) + 2, number))
        return found

    def digest(self, baseline: Baseline, known: Memory, sight: Sight, previous: Sequence[Claim]) -> Outcome:
        facts = {f.key: f for f in baseline.facts}
        linked, apart = [], []
        for seen in sight.observations:
            passage = sight.page.passages[seen.passage]
            key = sight.page.text[passage.start :].partition(":")[0]
            if key in facts:
                linked.append(Linked(seen, key, 0.9, ("named",)))
            else:
                apart.append(Unlinked(seen, f"nothing is called {key}"))
        claims = tuple(self.claim(sight, link, previous) for link in linked)
        ended = tuple(
            replace(c, ended_at=sight.captured_at) for c in previous if c.began_at not in [n.began_at for n in claims if n.fact == c.fact]
        )
        changes = tuple(c for claim in claims if (c := self.change(baseline, facts, claim, known.changes)) is not None)
        return Outcome(tuple(linked), tuple(apart), claims, ended, changes)

    def claim(self, sight: Sight, link: Linked, previous: Sequence[Claim]) -> Claim:
        seen = link.observation
        for old in previous:
            if old.fact == link.fact and old.value == seen.value:
                return replace(old, last_seen_at=sight.captured_at)
        source = sight.source
        evidence = Evidence(source.id, sight.url, sight.captured_at, sight.sha256, seen.quote, seen.start, seen.end, source.publisher)
        return Claim(
            source.id,
            sight.url,
            link.fact,
            "",
            "money",
            seen.value,
            Role.CURRENT,
            sight.captured_at,
            sight.captured_at,
            evidence,
            not previous,
            0.9,
            0.9,
        )

    def change(self, baseline: Baseline, facts: Mapping[str, Fact], claim: Claim, changes: Mapping[str, Change]) -> Change | None:
        assert claim.fact is not None
        of = facts[claim.fact]
        if claim.value == of.value:
            return None
        name = "c-" + hashlib.sha256(f"{of.key}{of.version}{claim.value}".encode()).hexdigest()[:8]
        old = changes.get(name)
        if old is not None:
            return (
                None if claim.evidence in old.evidence else replace(old, evidence=(*old.evidence, claim.evidence), last_seen=claim.began_at)
            )
        return Change(
            name, baseline.id, of.key, of.label, ChangeType.BUDGET_REVISED, "money", of.value, claim.value, Delta(Decimal(1)), 3, 0.8, Cause.PAGE,
            ("said so",), claim.began_at, claim.began_at, (claim.evidence,), fact_version=of.version,
        )  # fmt: skip

    def notice(self, change: Change, before: Change | None) -> Told | None:
        return Told(f"{change.id}:new", "new", change.id) if before is None and change.status is ChangeStatus.OPEN else None


def observation(amount: str, start: int, passage: int) -> Observation:
    end = start + len(amount)
    value = eur(int(amount))
    return Observation("money", value, amount, start, end, amount, Region.MAIN, Qualifier.EXACT, Role.CURRENT, 0.9, passage, start, end)


def same(a: object, b: object) -> Comparison:
    return Comparison("same" if a == b else "different", "")
