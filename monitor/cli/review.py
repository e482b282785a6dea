"""`monitor review`: the queue with one key per decision, or one decision by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli.common import ProgrammeOption, call, exit_code, now, state_of
from monitor.cli.output import refuse
from monitor.cli.reading import parse_day


class Decision(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    SNOOZE = "snooze"
    ALIAS = "alias"
    UNDO = "undo"
    COMMENT = "comment"


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog="Example: `monitor review` or `monitor review c-7f3a91 accept --note 'read the original'`")(review)


def review(
    context: typer.Context,
    change: Annotated[str | None, typer.Argument(metavar="[ID]", help="Id of a change; the whole queue when absent.")] = None,
    decision: Annotated[Decision | None, typer.Argument(help="What is decided about it.")] = None,
    programme: ProgrammeOption = None,
    by: Annotated[str, typer.Option(envvar="USER", help="Who decides.")] = "",
    note: Annotated[str, typer.Option(help="A note kept with the decision.")] = "",
    until: Annotated[str | None, typer.Option(help="Snooze: until this day.")] = None,
    value: Annotated[str | None, typer.Option(help="Accept with this value instead of the flagged one.")] = None,
    fact: Annotated[str | None, typer.Option(help="Alias: key of the fact that is meant.")] = None,
) -> int:
    """Decide the open changes, one key each: accept, reject, snooze, alias, undo."""
    if change and not decision:
        refuse(f"what about {change[:60]}? accept, reject, snooze, alias, undo or comment")
    if decision is Decision.ALIAS and not fact:
        refuse("alias needs --fact KEY: the fact that the new name belongs to")
    day = parse_day(until) if until else None
    state, word = state_of(context), decision.value if decision else None
    return exit_code(
        call("monitor.cli.work:review", state, change, word, programme, by=by, note=note, until=day, value=value, fact=fact, now=now())
    )
