"""What the demo shows: a line or a bar while it runs, the report at the end, and the web UI if asked."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from textwrap import shorten
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from monitor.config import Settings
from monitor.core.model import ChangeType
from monitor.demo.bundle import Bundle, load
from monitor.demo.server import serving
from monitor.demo.stepping import Day, Outcome, Tell, make_home, settings_for, step_through
from monitor.errors import MonitorError
from monitor.render.values import TYPES, show_day
from monitor.render.view import Flag, flag, headline, looked

WEB = "monitor.web.app"
SERVICE = "monitor.service"
WIDTH = 120
"""Longest line of a change, in characters; addresses stay whole."""


def run(*, serve: bool = False, host: str = "127.0.0.1", port: int = 8000, home: Path | None = None, console: Console | None = None) -> int:
    """Steps through the days of the example pages and prints the report; 0. With `serve` the web UI stays open until Ctrl-C.

    Without `home` everything happens in a folder that is removed afterwards. Raises UsageError for a `home` that is in use, MonitorError where the web UI
    is asked for and not installed (before anything else is done).
    """
    screen = console or Console(highlight=False, soft_wrap=True)
    start = web_ui() if serve else None
    bundle = load()
    with home_of(home) as folder, serving(bundle, bundle.days[0]) as server:
        make_home(folder, server.base)
        settings = settings_for(folder, server)
        say(screen, opening(bundle, server.base))
        with telling(screen, len(bundle.days)) as tell:
            outcome = step_through(settings, bundle, server, tell)
        say(screen, closing(outcome, bold=screen.is_terminal))
        if start is not None:
            open_web(start, settings, host, port, screen)
    return 0


@contextmanager
def home_of(home: Path | None) -> Iterator[Path]:
    """The folder to work in: the one given, kept; else one that is gone afterwards."""
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        yield home
        return
    folder = Path(tempfile.mkdtemp(prefix="monitor-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --------------------------------------------------------------------------------------------------------------------------- saying


def say(screen: Console, text: str) -> None:
    """Prints as it is: text of pages is no markup."""
    screen.out(text, highlight=False)


def opening(bundle: Bundle, base: str) -> str:
    days = bundle.days
    languages = len({site["language"] for site in bundle.sites.values()})
    span = f"{len(days)} days from {show_day(days[0])} to {show_day(days[-1])}"
    return f"{len(bundle.pages)} example pages of {len(bundle.sites)} outlets in {languages} languages on {base}: {span}\n"


def closing(outcome: Outcome, *, bold: bool) -> str:
    """The end of the demo: every change in the order of time, then the report in one line."""
    report = outcome.report
    changes = sorted(outcome.changes, key=lambda change: (change.first_seen.date(), -change.severity, change.label))
    lines = ["", heading(f"{report.title}: what changed against the announcement, where it says so, and since when", bold)]
    for day, told in groupby(changes, key=lambda change: change.first_seen.date()):
        lines += ["", heading(f"Since {show_day(day)}", bold)]
        lines += [line for change in told for line in in_full(flag(change))]
    lines += ["", f"{headline(report)}; {looked(report)}, on {len(outcome.days)} days."]
    return "\n".join(lines)


def heading(text: str, bold: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if bold else text


def in_full(shown: Flag) -> list[str]:
    """A change in three lines: what it is, the words that say so, and where they stand."""
    title = f"{shown.type}: {shown.sentence}" + (f" ({shown.status})" if shown.status else "")
    quote = shorten(shown.quote, WIDTH, placeholder=" ...")
    return [f"  {shorten(title, WIDTH, placeholder=' ...')}", f"      “{quote}”", f"      {shown.source}; {shown.heard}; {shown.url}"]


@contextmanager
def telling(screen: Console, day_count: int) -> Iterator[Tell]:
    """What to call after each day: on a terminal a bar moves on above which the days with news stand, else each day gives a line."""
    if not screen.is_terminal:
        yield lambda day: say(screen, in_a_line(day))
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("checking", total=day_count)

        def tell(day: Day) -> None:
            progress.update(task, advance=1, description=show_day(day.on))
            progress.console.out(in_a_line(day), highlight=False)

        yield tell


def in_a_line(day: Day) -> str:
    """ "2025-03-12  33 pages looked at, 1 unchanged: 6 new sites, 1 count changed"."""
    looked = f"{day.looked} pages looked at"
    looked += f", {day.unchanged} unchanged" if day.unchanged else ""
    looked += f", {day.failed} not seen" if day.failed else ""
    return f"{day.on}  {looked}: {found(day)}"


def found(day: Day) -> str:
    counts: Counter[ChangeType] = Counter(change.type for change in day.changes)
    return ", ".join(f"{count} x {TYPES[type_].lower()}" for type_, count in counts.most_common()) or "nothing changed"


# ------------------------------------------------------------------------------------------------------------------------------ web


def web_ui() -> Callable[..., Any]:
    """What starts the service with its web UI. It stands above this module, so it is found by name, as the command line finds everything."""
    try:
        is_there = find_spec(WEB) is not None and find_spec(SERVICE) is not None
    except ModuleNotFoundError:
        is_there = False
    if not is_there:
        raise MonitorError("this installation has no web UI to leave open (run: monitor demo, without --serve)")
    start: Callable[..., Any] = import_module(SERVICE).run
    return start


def open_web(start: Callable[..., Any], settings: Settings, host: str, port: int, screen: Console) -> None:
    say(screen, f"The web UI is open at http://{host}:{port} (Ctrl-C ends it)")
    start(settings, host=host, port=port, with_web=True)
