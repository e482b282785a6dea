"""`monitor notify` and `monitor silence`: whether notices arrive, which did not, and what is kept quiet for a while."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import FormatOption, ProgrammeOption, call, exit_code, now, state_of
from monitor.cli.output import Format
from monitor.cli.reading import parse_day

notify = typer.Typer(help="Notices on their way: test, list, retry.", no_args_is_help=True)
silence = typer.Typer(help="Keep notices quiet for a while: add, list, end.", no_args_is_help=True)


@notify.command("test", epilog="Example: `monitor notify test`")
def try_channels(
    context: typer.Context, channel: Annotated[str | None, typer.Argument(help="Only this channel; all that are set when absent.")] = None
) -> int:
    """Send a test through every channel. Ends with 1 when one did not take it."""
    return exit_code(call("monitor.cli.work.notices:send_tests", state_of(context), channel, now=now()))


@notify.command("list", epilog="Example: `monitor notify list --dead`")
def list_notices(
    context: typer.Context,
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    format: FormatOption = Format.TEXT,
) -> int:
    """List the notices that wait and those that were given up, with the reason."""
    return exit_code(call("monitor.cli.work.notices:list_notices", state_of(context), format, dead=dead))


@notify.command("retry", epilog="Example: `monitor notify retry`")
def retry_notices(
    context: typer.Context,
    notice: Annotated[str | None, typer.Argument(metavar="ID", help="Only this one; all dead ones when absent.")] = None,
) -> int:
    """Take notices that were given up back among the waiting."""
    return exit_code(call("monitor.cli.work.notices:retry", state_of(context), notice, now=now()))


@silence.command("add", epilog="Example: `monitor silence add 'sites.*' --until 2026-04-20 --note 'site list is being rebuilt'`")
def add_silence(
    context: typer.Context,
    pattern: Annotated[str, typer.Argument(help="Fact key, type, label or id of changes, with * for anything.")],
    until: Annotated[str, typer.Option(help="Day on which notices go out again.")],
    programme: ProgrammeOption = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    by: Annotated[str, typer.Option(help="Who.", envvar="USER")] = "",
) -> int:
    """Keep notices back until a day. Changes are still found, stored and reported."""
    return exit_code(
        call("monitor.cli.work.notices:add_silence", state_of(context), pattern, parse_day(until), programme, note, by, now=now())
    )


@silence.command("list", epilog="Example: `monitor silence list`")
def list_silences(context: typer.Context, format: FormatOption = Format.TEXT) -> int:
    """List the silences that hold now."""
    return exit_code(call("monitor.cli.work.notices:list_silences", state_of(context), format, now=now()))


@silence.command("end", epilog="Example: `monitor silence end 3f9a0c`")
def end_silence(
    context: typer.Context, id: Annotated[str, typer.Argument(metavar="ID", help="Id of the silence; its beginning is enough.")]
) -> int:
    """End a silence before its day."""
    return exit_code(call("monitor.cli.work.notices:end_silence", state_of(context), id, now=now()))
