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


class Request(NamedTuple):
    """What was asked for: the global options, wherever they stood, and the rest from the name of the command on."""

    home: Path | None
    debug: bool
    rest: list[str]

    def in_order(self) -> list[str]:
        """The arguments with the global options in front, where the application expects them."""
        home = ["--home", str(self.home)] if self.home else []
        return [*home, *(["--debug"] if self.debug else []), *self.rest]


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code."""
    request = parse(sys.argv[1:] if arguments is None else arguments)
    sys.exit(guarded(lambda: _dispatch(request), debug=request.debug))


def parse(given: Sequence[str]) -> Request:
    """Takes --home and --debug out of the arguments; they may stand before or after the command.

    >>> parse(["changes", "--home", "/srv", "--status", "open"]).rest
    ['changes', '--status', 'open']
    """
    home: Path | None = None
    debug = False
    rest: list[str] = []
    left = list(given)
    while left:
        word = left.pop(0)
        if word == "--":
            rest += [word, *left]
            break
        if word == "--debug":
            debug = True
        elif word == "--home" and left:
            home = Path(left.pop(0))
        elif word.startswith("--home="):
            home = Path(word.removeprefix("--home="))
        else:
            rest.append(word)
    return Request(home, debug, rest)


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


def _dispatch(request: Request) -> int:
    if request.rest[:1] == ["extract"] and not {"--help", "-h"} & set(request.rest):
        from monitor.cli.extract import run_quickly

        return run_quickly(request.rest[1:], request.home)
    from monitor.cli.app import run

    return run(request.in_order())
