"""`monitor sources`: the health of each source, a dry run, edits, imports from other tools, proposals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import FormatOption, ProgrammeOption, call, exit_code, state_of
from monitor.cli.output import Format, complain, say
from monitor.errors import UsageError

app = typer.Typer(help="What is watched, and how well it goes: list, test, edit, import, discover.", no_args_is_help=True)


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
    from monitor.baseline import folder_digest
    from monitor.baseline.append import append_sources
    from monitor.baseline.takeover import source_blocks, take_over

    state = state_of(context)
    baseline = state.baseline(programme) if programme or write else None
    taken = take_over(file.name, _text_of(file), baseline.sources if baseline else ())
    for problem in taken.problems:
        complain(str(problem))
    blocks = source_blocks(taken.sources)
    if not write:
        say(blocks)
    elif baseline and taken.sources:
        folder = state.folders(programme)[0]
        append_sources(folder, folder_digest(folder), blocks)
        say(f"{len(taken.sources)} sources added to {folder / 'programme.toml'}; run: monitor baseline check {folder.name}")
    return 2 if not taken.sources and taken.problems else 0


@app.command("edit", epilog="Example: `monitor sources edit press --set every=12h --set include=main --dry-run`")
def edit_one(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Id of the source.")],
    set_: Annotated[list[str], typer.Option("--set", help="key=value; an empty value takes the line away. May be given several times.")],
    programme: ProgrammeOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at it as it would be, twice, and write nothing.")] = False,
) -> int:
    """Change a source where it stands in programme.toml; comments and layout stay."""
    return exit_code(call("monitor.cli.work:edit_source", state_of(context), source, set_, programme, dry_run))


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error


@app.command(epilog="Example: `monitor sources discover --programme my-programme`")
def discover(context: typer.Context, programme: ProgrammeOption = None, format: FormatOption = Format.TEXT) -> int:
    """Propose links met on watched pages that look like new sources for the programme."""
    return exit_code(call("monitor.cli.work:discover_sources", state_of(context), programme, format))
