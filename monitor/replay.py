"""Dated captures run through the same code as live pages, each at its own time: a backtest, or the past of a programme taken in.

Only the fetcher (an archive) and the clock (the time of each capture) differ from a check. Done twice it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from monitor import pipeline
from monitor.baseline import read
from monitor.core.model import PAGE_STATUSES, Baseline, Capture, Review, Source
from monitor.errors import MonitorError, Problem, StoreError
from monitor.pipeline import Digested, Pass
from monitor.reading import Reader, Steps
from monitor.review import decide
from monitor.review.storing import open_desk
from monitor.store.engine import Store
from monitor.store.outbox import settle
from monitor.store.sources import Outcome
from monitor.sync import sync
from monitor.warc import match_source, read_captures

REVIEWER = "replay"


@dataclass(frozen=True, slots=True)
class Dated:
    """A capture of a source, its body kept in the blobs, under the address it is looked at by."""

    source: Source
    url: str
    capture: Capture


@dataclass(slots=True)
class Archive:
    """What the files hold for a programme, by time; the addresses of nobody; and what could not be read."""

    captures: list[Dated] = field(default_factory=list)
    strangers: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to: all it did, as one pass, the ids of changes it raised, those it accepted, and what it could not."""

    done: Pass
    raised: tuple[str, ...]
    accepted: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def failing(self) -> list[tuple[str, str, str]]:
        """Source, status word and line of each whose last look gave nothing: what failed in between and came back is history."""
        last = {(o.programme, o.source_id, o.url): o for o in self.done.looks}
        good = {(d.programme, d.source_id, d.url): d for d in self.done.digests}
        found = {(o.programme, o.source_id): (o.source_id, str(o.status), o.error) for o in last.values() if o.is_failure}
        found |= {
            (d.programme, d.source_id): (d.source_id, d.status, d.reason)
            for key, d in good.items()
            if d.is_failure and not (key in last and last[key].is_failure)
        }
        return list(found.values())


def open_archive(store: Store, sources: Sequence[Source], files: Iterable[Path]) -> Archive:
    """Reads the files once. Bodies of good captures go to the blobs at once, so that an archive may be larger than memory."""
    found = Archive()
    for capture in read_all(files, found.problems):
        source = match_source(capture.url, sources)
        if source is None:
            found.strangers[capture.url] = found.strangers.get(capture.url, 0) + 1
            continue
        if capture.http_status in PAGE_STATUSES:
            store.blobs.put(capture.body)
        found.captures.append(Dated(source, address_of(capture.url, source), replace(capture, source_id=source.id, body=b"")))
    found.captures.sort(key=lambda dated: dated.capture.captured_at)
    return found


def read_all(files: Iterable[Path], problems: list[Problem]) -> Iterator[Capture]:
    for file in files:
        for item in read_captures(file):
            if isinstance(item, Capture):
                yield item
            else:
                problems.append(item)


def address_of(url: str, source: Source) -> str:
    """The source's own address for its page however an archive spells it; entries found through it keep theirs."""
    return source.url if match_source(url, [replace(source, follow=None)]) else url


class Replay:
    """One run over an archive, under the lock of the database. `reader` reads the pages (None: in this process)."""

    def __init__(
        self, store: Store, steps: Steps, home: Path, baseline: Baseline, *, accept_all: bool = False, reader: Reader | None = None
    ) -> None:
        self.store, self.steps, self.baseline, self.reader = store, steps, baseline, reader
        self.accept_all = accept_all
        self.desk = open_desk(store, home)
        self.looks: list[Outcome] = []
        self.digests: list[Digested] = []
        self.accepted: list[str] = []
        self.problems: list[str] = []

    def run(self, captures: Sequence[Dated], now: datetime, progress: Callable[[Dated], None] = lambda dated: None) -> Replayed:
        """Looks at each capture as if at its own time, digests it, and (`accept_all`) takes over what it flags before the next one.

        `now` dates what is no look: the sync of a programme whose archive is empty, and that notices of the past are not sent.
        """
        with self.store.running():
            sync(self.store, self.baseline, captures[0].capture.captured_at if captures else now)
            for dated in captures:
                self.look(dated)
                progress(dated)
            if captures:
                self.reread(captures[-1].capture.captured_at)
            raised = tuple(dict.fromkeys(change for d in self.digests for change in d.raised))
            settle(self.store, list(dict.fromkeys(change.id for d in self.digests for change in d.changes)), now)
        return Replayed(Pass(tuple(self.looks), tuple(self.digests)), raised, tuple(self.accepted), tuple(self.problems))

    def look(self, dated: Dated) -> None:
        at = dated.capture.captured_at
        capture = self.with_body(dated.capture)
        self.looks.append(pipeline.record_capture(self.store, self.baseline.id, dated.source, dated.url, capture, at))
        self.took(pipeline.digest_backlog(self.store, self.steps, self.baseline, at, self.reader), at)

    def with_body(self, capture: Capture) -> Capture:
        body = self.store.blobs.get(capture.sha256) if capture.http_status in PAGE_STATUSES else b""
        if body is None:
            raise StoreError(f"the body of {capture.url} was dropped while it was replayed (run it again)")
        return replace(capture, body=body)

    def reread(self, at: datetime) -> None:
        """As at the end of every check: pages read by older code or against an older baseline are read again."""
        self.took(pipeline.reread(self.store, self.steps, self.baseline, at, self.reader), at)

    def took(self, digests: Sequence[Digested], at: datetime) -> None:
        self.digests += digests
        if self.accept_all:
            self.accept([change for d in digests for change in d.raised], at)

    def accept(self, changes: Sequence[str], at: datetime) -> None:
        """Accepts them one by one; the baseline grows by a version each, and the next page is compared with the last."""
        for change in changes:
            try:
                decide(self.desk, Review(change, "accept", REVIEWER, at))
            except StoreError:
                raise
            except MonitorError as error:
                self.problems.append(f"{change} was not accepted: {error}")
                continue
            self.accepted.append(change)
        if changes:
            self.baseline = read(self.desk.folder / self.baseline.id)
            sync(self.store, self.baseline, at)
