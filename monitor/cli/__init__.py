"""The command line: one function per command, each of them parse, call, print.

`main` answers `extract` without typer, turns every expected error into one line on standard error with its exit code, and shows a traceback only with
`--debug`. Importing this package imports next to nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from monitor.cli.output import complain
from monitor.errors import MonitorError

INTERRUPTED = 130
BUG = 70  # EX_SOFTWARE of sysexits.h
DISK = 4


class Prelude(NamedTuple):
    """What stands before the name of a command: --home, --debug, and where the name is."""

    home: Path | None
    debug: bool
    command: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    prelude = _prelude(given)
    code = guarded(lambda: _dispatch(given, prelude), debug=prelude.debug)
    sys.exit(code)


def guarded(run: Callable[[], int], *, debug: bool = False) -> int:
    """The exit code of `run`; whatever it raises becomes one line on standard error and the code that belongs to it."""
    try:
        code = run()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _hang_up()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if debug:
            raise
        return _explain(error)


def _explain(error: Exception) -> int:
    if isinstance(error, MonitorError):
        complain(str(error))
        return error.exit_code
    if isinstance(error, OSError):
        complain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        return DISK
    complain(f"a bug: {type(error).__name__}: {error} (please report it; --debug shows where)")
    return BUG


def _hang_up() -> int:
    """The reader of our output is gone; what is still buffered goes nowhere, quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _dispatch(given: list[str], prelude: Prelude) -> int:
    rest = given[prelude.command :]
    if rest[:1] == ["extract"] and not {"--help", "-h"} & set(rest):
        from monitor.cli.extract import run_quickly

        return run_quickly(rest[1:], prelude.home)
    from monitor.cli.app import run

    return run(given)


def _prelude(given: Sequence[str]) -> Prelude:
    home: Path | None = None
    debug = "--debug" in given
    index = 0
    while index < len(given) and given[index].startswith("-"):
        if given[index] == "--home" and index + 1 < len(given):
            home = Path(given[index + 1])
            index += 1
        elif given[index].startswith("--home="):
            home = Path(given[index].removeprefix("--home="))
        index += 1
    return Prelude(home, debug, index)
