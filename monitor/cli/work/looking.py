"""The commands that look at pages, live or dated: check, replay, reread."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from monitor import delivery, pipeline, watch
from monitor.baseline import programme_folder, read
from monitor.cli.common import State
from monitor.cli.common import now as clock
from monitor.cli.output import clean, complain, say
from monitor.config import Settings
from monitor.core.model import Baseline, Change
from monitor.errors import UsageError
from monitor.pipeline import Digested, Pass
from monitor.reading import Reader
from monitor.render.view import flag
from monitor.replay import Archive, Replay, open_archive
from monitor.store.engine import Store
from monitor.understanding import steps

if TYPE_CHECKING:
    from monitor.fetch import Fetcher

SOME_FAILED = 3
NONE_USABLE = 2
STRANGERS_SHOWN = 20


def check(state: State, programme: str | None, source: str | None, *, everything: bool, now: datetime) -> int:
    """One pass over what is due; 3 when some source failed, 2 when no programme could be used."""
    settings = state.settings()
    loaded = watch.load_programmes(settings, programme)
    complain_all(loaded.problems)
    if not loaded.baselines:
        return NONE_USABLE
    refuse_unknown(source, loaded.baselines)
    with watch.open_store(settings) as store, watch.new_fetcher(settings) as fetcher, watch.new_reader(settings) as reader:
        watch.sync_all(store, loaded.baselines, now)
        if programme is None:
            watch.forget_missing(store, settings, now)
        due = pipeline.due(store, loaded.baselines, now, source, all=everything or source is not None)
        with progress_bar(len(due), "looking") as step, stopped_by_interrupt(fetcher):
            done = pipeline.check(
                store,
                watch.StoppingFetcher(fetcher),
                steps(),
                loaded.baselines,
                clock,
                source=source,
                all=everything or source is not None,
                workers=settings.fetch_workers,
                progress=lambda outcome: step(outcome.source_id),
                reader=reader,
            )
            complain_all(filter(None, watch.keep_pages(done.digests, fetcher, settings, clock)))
        code = tell_pass(done)
        tell_undelivered(store, settings)
    return code or (SOME_FAILED if loaded.problems else 0)


@contextmanager
def stopped_by_interrupt(fetcher: Fetcher) -> Iterator[None]:
    """Ctrl-C breaks off what is being fetched at once, instead of waiting for it; what was not finished is done by the next check."""

    def stop(number: int, frame: FrameType | None) -> None:
        fetcher.stop()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def tell_undelivered(store: Store, settings: Settings) -> None:
    """Takes the notices out; what does not arrive is tried again by the next check."""
    with delivery.channels_of(settings, clock) as channels:
        plan = delivery.plan_of(settings, store, clock)
        for error in delivery.deliver_due(store, channels, clock, plan=plan).errors:
            complain(f"a notice was not delivered and is tried again later: {error}")


def reread(state: State, programme: str | None, *, now: datetime) -> int:
    """Every newest snapshot again with today's code; differences are labelled as ours."""
    settings = state.settings()
    loaded = watch.load_programmes(settings, programme)
    complain_all(loaded.problems)
    with watch.open_store(settings) as store, watch.new_reader(settings) as reader, store.running():
        watch.sync_all(store, loaded.baselines, now)
        digests = [d for b in loaded.baselines for d in read_again(store, b, now, reader)]
    say(f"{counted(len(digests), 'page')} read again")
    return tell_pass(Pass((), tuple(digests)), summary=False)


def read_again(store: Store, baseline: Baseline, now: datetime, reader: Reader) -> list[Digested]:
    understanding = steps()
    waiting = pipeline.digest_backlog(store, understanding, baseline, now, reader)
    return waiting + pipeline.reread(store, understanding, baseline, now, reader)


def replay(state: State, files: Sequence[Path], programme: str, *, accept_all: bool, only_sources: bool) -> int:
    """Dated captures through the same code; 3 when a file is damaged or a source's last capture is no page."""
    settings = state.settings()
    baseline = read(programme_folder(settings.home, programme))
    refuse_missing(files)
    with watch.open_store(settings) as store:
        archive = open_archive(store, baseline.sources, files)
        complain_all(str(p) for p in archive.problems)
        if not only_sources:
            complain_strangers(archive, baseline)
        run = Replay(store, steps(), settings.home, baseline, accept_all=accept_all)
        with progress_bar(len(archive.captures), "replaying") as step:
            replayed = run.run(archive.captures, clock(), lambda dated: step(dated.source.id))
    complain_all(replayed.problems)
    tell_failures(replayed.failing)
    tell_changes(replayed.done)
    accepted = f", {len(replayed.accepted)} accepted" if accept_all else ""
    say(f"{counted(len(archive.captures), 'capture')} replayed: {counted(len(replayed.raised), 'new change')}{accepted}")
    return SOME_FAILED if archive.problems or replayed.problems or replayed.failing else 0


# ------------------------------------------------------------------------------------------------------------------------- what is said


def tell_pass(done: Pass, *, summary: bool = True) -> int:
    """Prints new changes, failing sources and how it went; returns the exit code."""
    failures = done.failures
    tell_failures(failures)
    tell_changes(done)
    if summary:
        raised = sum(len(d.raised) for d in done.digests)
        looked = len({(o.programme, o.source_id) for o in done.looks})
        failed = f", {len(failures)} failed" if failures else ""
        say(
            f"{counted(looked, 'source')} looked at{failed}: {counted(raised, 'new change')}"
            if looked
            else "nothing is due (look anyway: --all)"
        )
    return SOME_FAILED if failures else 0


def tell_failures(failures: Sequence[tuple[str, str, str]]) -> None:
    """One line a failing source, as other programs may read it (design.md, section 6)."""
    for source, status, text in failures:
        sys.stderr.write(f"{source}: {status}: {clean(text)}\n")


def tell_changes(done: Pass) -> None:
    """One line for every change that is new, as it is at the end of the pass."""
    last: dict[str, Change] = {c.id: c for d in done.digests for c in d.changes}
    for change_id in dict.fromkeys(c for d in done.digests for c in d.raised):
        say(change_line(last[change_id]))


def change_line(change: Change) -> str:
    """A change in one line: id, type, what about, old and new."""
    shown = flag(change)
    values = f"{shown.old} → {shown.new}" if shown.old else shown.new
    return clean(f"{change.id}  {shown.type}: {shown.title}: {values}")


def complain_all(lines: Sequence[str] | Iterator[str]) -> None:
    for line in lines:
        complain(line)


def complain_strangers(archive: Archive, baseline: Baseline) -> None:
    """Addresses that belong to no source, once each, the first of them by name."""
    for url in sorted(archive.strangers)[:STRANGERS_SHOWN]:
        complain(f"{url[:300]} belongs to no source of {baseline.id} and is left out")
    more = len(archive.strangers) - STRANGERS_SHOWN
    if more > 0:
        complain(f"and {counted(more, 'further address', 'further addresses')} that belong to no source (quiet: --only-sources)")


def counted(number: int, one: str, many: str = "") -> str:
    """
    >>> counted(1, "page"), counted(2, "page")
    ('1 page', '2 pages')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def refuse_unknown(source: str | None, baselines: Sequence[Baseline]) -> None:
    names = [s.id for b in baselines for s in b.sources]
    if source is not None and source not in names:
        raise UsageError(f"there is no source {source[:80]!r} (there are: {', '.join(names[:30]) or 'none'})")


def refuse_missing(files: Sequence[Path]) -> None:
    """When not one of the files is there, the command was called wrongly; of several, the missing ones are told and the rest is replayed."""
    if not files:
        raise UsageError("name the WARC files to replay, or an archive: --via wayback")
    if not any(file.is_file() for file in files):
        raise UsageError(f"{files[0]}: {'is a folder' if files[0].is_dir() else 'there is no such file'}; expected a WARC file")


class Step(Protocol):
    def __call__(self, what: str) -> None: ...


@contextmanager
def progress_bar(total: int, doing: str) -> Iterator[Step]:
    """A bar on a terminal, nothing anywhere else; what it returns moves it on by one."""
    if not sys.stderr.isatty() or total == 0:
        yield lambda what: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda what: bar.update(task, advance=1, description=f"{doing} {escape(clean(what)[:40])}")
