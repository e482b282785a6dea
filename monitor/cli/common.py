"""What the commands share: the home they work in, its settings and programmes, and functions that are imported only when a command needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.output import Format, complain
from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.core.model import Baseline

FormatOption = Annotated[Format, typer.Option("--format", help="Form of the output.")]
ProgrammeOption = Annotated[str | None, typer.Option("--programme", "-p", help="Only this programme.")]


@dataclass(frozen=True, slots=True)
class State:
    """The global options of one call."""

    home: Path | None
    debug: bool

    def settings(self) -> Settings:
        """The settings of the home. Raises ConfigError."""
        from monitor import config

        settings = config.load(self.home)
        for stranger in config.strangers():
            complain(f"{stranger.where}: {stranger.text}" + (f" ({stranger.hint})" if stranger.hint else ""))
        return settings

    def folders(self, programme: str | None) -> Sequence[Path]:
        """The folder of the programme, or of all there are. Raises UsageError when there is none."""
        from monitor.baseline import known_programmes, programme_folder

        home = self.settings().home
        return [programme_folder(home, name) for name in ((programme,) if programme else known_programmes(home))]

    def baseline(self, programme: str | None) -> Baseline:
        """The baseline of the programme, or of the only one there is."""
        from monitor.baseline import read

        folders = self.folders(programme)
        if len(folders) > 1:
            raise UsageError(f"which programme? --programme {' | '.join(f.name for f in folders)}")
        return read(folders[0])


def state_of(context: typer.Context) -> State:
    """The global options as the application put them down."""
    state = context.find_root().obj
    return state if isinstance(state, State) else State(None, False)


def call(target: str, /, *arguments: Any, **named: Any) -> Any:
    """Calls "module:function", imported now. Raises MonitorError when this installation does not have it."""
    module, _, name = target.partition(":")
    try:
        function = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise MonitorError(f"this installation cannot do that: {error.name} is missing") from error
    except AttributeError as error:
        raise MonitorError(f"this installation cannot do that: {module} has no {name}") from error
    return function(*arguments, **named)


def now() -> datetime:
    """The wall clock, read nowhere below the command line."""
    return datetime.now(UTC)


def exit_code(result: object) -> int:
    """The exit code a called function gives back; nothing counts as fine."""
    return result if isinstance(result, int) else 0
