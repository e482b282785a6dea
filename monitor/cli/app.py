"""The typer application: the global options, and the families of commands put together."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import baseline, extracting, notices, review, service, sources, upkeep, watching
from monitor.cli.common import State
from monitor.errors import UsageError

app = typer.Typer(
    name="monitor",
    help="Change-tracking for programme news: what really changed against what was announced, and where it says so.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["--help", "-h"]},
)
for family in (upkeep, watching, review, extracting, service):
    family.register(app)
app.add_typer(baseline.app, name="baseline")
app.add_typer(sources.app, name="sources")
app.add_typer(upkeep.database, name="db")
app.add_typer(notices.notify, name="notify")
app.add_typer(notices.silence, name="silence")


def _print_version(asked: bool) -> None:
    if asked:
        from monitor import __version__

        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Folder with baseline/, monitor.toml and var/; else MONITOR_HOME, else this folder.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_print_version)] = False,
) -> None:
    """Options of every command."""
    context.obj = State(home, debug)


def run(arguments: list[str]) -> int:
    """Runs one command and returns its exit code. Raises UsageError for what cannot be parsed."""
    command = typer.main.get_command(app)
    try:
        result = command.main(arguments, prog_name="monitor", standalone_mode=False)
    except typer.Abort:
        return 130
    except typer.TyperException as error:
        return _refused(error)
    except SystemExit as ended:  # how typer answers a reader that hung up
        if isinstance(ended.__context__, OSError) and ended.__context__.errno == errno.EPIPE:
            raise BrokenPipeError from ended
        raise
    return result if isinstance(result, int) else 0


def _refused(error: typer.TyperException) -> int:
    """Usage errors become ours; a command called without anything shows its help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()  # type: ignore[attr-defined]
        return 2
    message = getattr(error, "format_message", None)
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "monitor"
    raise UsageError(f"{message() if message else error} (see: {path} --help)") from error
