"""Setting up and keeping up: init, doctor, help, and the database commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import FormatOption, call, exit_code, now, state_of
from monitor.cli.output import Format, print_json, say

database = typer.Typer(help="The database: upgrade, backup, restore, check.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Example: `monitor --home /srv/monitor init`")(init)
    app.command(epilog="Example: `monitor doctor`")(doctor)
    app.command("help", epilog="Example: `monitor help baseline`")(help_topic)


def init(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder to make the home in; else --home, else this folder.")] = None,
) -> int:
    """Make a home: monitor.toml and an example programme. Files that exist are left alone."""
    from monitor.cli.home import make_home

    home = folder or state_of(context).home or Path()
    for path, is_new in make_home(home):
        say(f"{'made' if is_new else 'kept'}  {path}")
    say("Next: monitor baseline check, then monitor check")
    return 0


def doctor(context: typer.Context, format: FormatOption = Format.TEXT) -> int:
    """Look at settings, programmes, disk, database and network set-up, and say what is wrong. Ends with 1 when something is."""
    from monitor.cli.doctor import examine

    findings = examine(state_of(context).home)
    if format is Format.JSON:
        print_json([{"what": f.what, "state": f.state, "text": f.text} for f in findings])
    else:
        for finding in findings:
            say(f"{finding.state:<8}{finding.what:<12}{finding.text}")
    return 1 if any(f.state == "wrong" for f in findings) else 0


def help_topic(topic: Annotated[str | None, typer.Argument(help="A topic of the manual; the list of topics when absent.")] = None) -> int:
    """Show a page of the manual."""
    from monitor.cli.manual import page, topics

    if topic is None:
        for name, subject in topics().items():
            say(f"{name:<12}{subject}")
        return 0
    say(page(topic))
    return 0


@database.command(epilog="Example: `monitor db upgrade`")
def upgrade(context: typer.Context) -> int:
    """Bring the database to this version's schema; `check` and `run` do it by themselves."""
    return exit_code(call("monitor.cli.work:upgrade_database", state_of(context)))


@database.command(epilog="Example: `monitor db backup /backup/monitor-2026-04-10.tar.zst`")
def backup(context: typer.Context, file: Annotated[Path, typer.Argument(help="Where to; must not exist.")]) -> int:
    """Write a consistent copy of the database and the stored bodies, also while the service runs."""
    return exit_code(call("monitor.cli.work:backup_database", state_of(context), file))


@database.command(epilog="Example: `monitor --home /srv/new db restore /backup/monitor-2026-04-10.tar.zst`")
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup made with `db backup`.")],
    replace: Annotated[bool, typer.Option("--replace", help="Move a database that is there aside first; it is never deleted.")] = False,
) -> int:
    """Bring a backup back, into an empty home or (--replace) in place of a damaged database. Stop the service first."""
    return exit_code(call("monitor.cli.work:restore_database", state_of(context), file, replace=replace, now=now()))


@database.command("check", epilog="Example: `monitor db check`")
def check_database(context: typer.Context) -> int:
    """Check the database and every stored body against its hash. Ends with 1 when something is damaged."""
    return exit_code(call("monitor.cli.work:check_database", state_of(context)))
