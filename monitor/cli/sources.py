"""`monitor sources`: the health of each source, a dry run, imports from other tools, proposals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import FormatOption, ProgrammeOption, call, exit_code, state_of
from monitor.cli.output import Format

app = typer.Typer(help="What is watched, and how well it goes: list, test, import, discover.", no_args_is_help=True)


@app.command("list", epilog="Example: `monitor sources list --format json`")
def list_sources(context: typer.Context, programme: ProgrammeOption = None, format: FormatOption = Format.TEXT) -> int:
    """List every source with its status, last good look, next check and usual number of facts."""
    return exit_code(call("monitor.cli.work:list_sources", state_of(context), programme, format))


@app.command("test", epilog="Example: `monitor sources test https://example.org/news`")
def look_twice(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Address to look at; nothing is stored.")],
    programme: ProgrammeOption = None,
    format: FormatOption = Format.TEXT,
) -> int:
    """Look at an address twice without storing anything: what would be read, and what is unstable."""
    return exit_code(call("monitor.cli.work:test_source", state_of(context), url, programme, format))


@app.command("import", epilog="Example: `monitor sources import feeds.opml --programme my-programme`")
def import_sources(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="OPML, urlwatch or webchanges YAML, changedetection.io JSON, CSV, or a list of addresses.")],
    programme: ProgrammeOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Append the [[source]] blocks to programme.toml instead of printing them.")
    ] = False,
) -> int:
    """Take over sources from another tool as [[source]] blocks."""
    return exit_code(call("monitor.cli.work:import_sources", state_of(context), file, programme, write=write))


@app.command(epilog="Example: `monitor sources discover --programme my-programme`")
def discover(context: typer.Context, programme: ProgrammeOption = None, format: FormatOption = Format.TEXT) -> int:
    """Propose links met on watched pages that look like new sources for the programme."""
    return exit_code(call("monitor.cli.work:discover_sources", state_of(context), programme, format))
