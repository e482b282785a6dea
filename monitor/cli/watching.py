"""The commands around changes: check, changes, show, report, replay, reread, export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import FormatOption, ProgrammeOption, call, exit_code, now, state_of
from monitor.cli.output import Format
from monitor.cli.reading import parse_day
from monitor.core.model import ChangeStatus


class ReportFormat(StrEnum):
    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


class ReportPeriod(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    WARC = "warc"


class Exported(StrEnum):
    CHANGES = "changes"
    FACTS = "facts"
    CAPTURES = "captures"


class Acceptance(StrEnum):
    ALL = "all"
    NONE = "none"


class Via(StrEnum):
    WAYBACK = "wayback"


OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Example: `monitor check --programme eurohpc-ai-factories --all`")(check)
    app.command(epilog="Example: `monitor changes --status open --since 2026-04-01`")(changes)
    app.command(epilog="Example: `monitor show c-7f3a91`")(show)
    app.command(epilog="Example: `monitor report --date 2026-04-10 --format md`")(report)
    app.command(epilog="Example: `monitor replay captures.warc.gz --programme my-programme`")(replay)
    app.command(epilog="Example: `monitor reread --programme my-programme`")(reread)
    app.command(epilog="Example: `monitor export changes --format csv -o changes.csv`")(export)


def check(
    context: typer.Context,
    programme: ProgrammeOption = None,
    source: Annotated[str | None, typer.Option("--source", "-s", help="Only this source, due or not.")] = None,
    all: Annotated[bool, typer.Option("--all", help="All sources, due or not.")] = False,
) -> int:
    """Look at the sources that are due, once. Ends with 3 when some source failed."""
    return exit_code(call("monitor.cli.work:check", state_of(context), programme, source, everything=all, now=now()))


def changes(
    context: typer.Context,
    programme: ProgrammeOption = None,
    status: Annotated[ChangeStatus | None, typer.Option(help="Only changes with this status.")] = None,
    since: Annotated[str | None, typer.Option(help="Only changes first seen on this day or later.")] = None,
    unlinked: Annotated[bool, typer.Option("--unlinked", help="What was read and tied to no fact instead, with the reasons.")] = False,
    format: FormatOption = Format.TEXT,
) -> int:
    """List the flagged changes, most important first."""
    day = parse_day(since) if since else None
    return exit_code(call("monitor.cli.work:changes", state_of(context), programme, status, day, format, unlinked=unlinked))


def show(
    context: typer.Context,
    change: Annotated[str, typer.Argument(metavar="ID", help="Id of the change; its beginning is enough.")],
    format: FormatOption = Format.TEXT,
) -> int:
    """Show one change: old, new, why, evidence, history."""
    return exit_code(call("monitor.cli.work:show", state_of(context), change, format))


def report(
    context: typer.Context,
    programme: ProgrammeOption = None,
    date: Annotated[str | None, typer.Option(help="Day of the report; today when absent.")] = None,
    format: Annotated[ReportFormat, typer.Option("--format", help="Form of the report.")] = ReportFormat.TEXT,
    output: OutputOption = None,
    period: Annotated[ReportPeriod, typer.Option("--period", help="The day, or the week or month it is in.")] = ReportPeriod.DAY,
) -> int:
    """Print the report of a day, a week or a month; once the period is over it is kept and always the same."""
    day = parse_day(date) if date else None
    return exit_code(call("monitor.cli.work:report", state_of(context), programme, day, format.value, output, span=period.value, now=now()))


def replay(
    context: typer.Context,
    programme: Annotated[str, typer.Option("--programme", "-p", help="The programme they are replayed for.")],
    captures: Annotated[list[Path] | None, typer.Argument(metavar="[WARC]...", help="WARC files with dated captures.")] = None,
    accept: Annotated[
        Acceptance, typer.Option(help="Accept every flag at once, so that the next one is compared with it.")
    ] = Acceptance.NONE,
    only_sources: Annotated[bool, typer.Option("--only-sources", help="Leave out captures that belong to no configured source.")] = False,
    via: Annotated[
        Via | None, typer.Option(help="Fetch the past of the sources from this archive first; kept as a WARC under var/.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", "-s", help="With --via: only this source.")] = None,
    since: Annotated[str | None, typer.Option(help="With --via: from this day on.")] = None,
    until: Annotated[str | None, typer.Option(help="With --via: to this day.")] = None,
) -> int:
    """Run dated captures through the same code as live pages."""
    accepts = accept is Acceptance.ALL
    captures = captures or []
    if via is not None:
        days = [parse_day(day) if day else None for day in (since, until)]
        captures = [*captures, call("monitor.cli.work:fetch_past", state_of(context), programme, source, *days)]
    return exit_code(call("monitor.cli.work:replay", state_of(context), captures, programme, accept_all=accepts, only_sources=only_sources))


def reread(context: typer.Context, programme: ProgrammeOption = None) -> int:
    """Extract again from the stored snapshots with today's code; differences are labelled as ours."""
    return exit_code(call("monitor.cli.work:reread", state_of(context), programme, now=now()))


def export(
    context: typer.Context,
    what: Annotated[Exported, typer.Argument(help="What to take out.")],
    programme: ProgrammeOption = None,
    format: Annotated[
        ExportFormat, typer.Option("--format", help="csv and json for changes and facts, warc for captures.")
    ] = ExportFormat.JSON,
    output: OutputOption = None,
) -> int:
    """Take data out: changes, facts or captures."""
    return exit_code(call("monitor.cli.work:export", state_of(context), what.value, programme, format.value, output))
