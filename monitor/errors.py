"""Every exception of the program, and the one value for what people or pages wrote wrongly.

    MonitorError                      one clear line for the user; never a traceback without --debug
    +-- UsageError        exit 2      what was asked for does not exist or does not fit (programme, source, change, file)
    +-- ConfigError       exit 2      monitor.toml, MONITOR_* variables or the baseline folder cannot be used
    |   +-- BaselineError             the folder has errors; carries its problems
    +-- ConflictError     exit 2      the thing was changed meanwhile (baseline digest moved, change already decided)
    +-- FetchError        (exit 3)    a source could not be looked at; carries its status word and whether trying again can help
    +-- StoreError        exit 4      database or disk: locked, damaged, newer schema, read-only, full
    +-- DeliveryError                 a notice could not be sent; carries whether trying again can help

Problems in what people or pages wrote are not exceptions but `Problem` values: collected, and reported all at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in what a person or a page wrote: where it stands, what it is, and what to do about it.

    `where` is "file:line" for folders and a short place for pages ("feed entry 3", "charset"); `hint` is the next step or empty.
    """

    where: str
    text: str
    hint: str = ""
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        line = f"{self.where}: {self.level}: {self.text}"
        return f"{line} ({self.hint})" if self.hint else line


class MonitorError(Exception):
    """The root: its text is the one line the user sees, `exit_code` is what the command ends with."""

    exit_code = 2


class UsageError(MonitorError):
    """Something asked for does not exist or does not fit."""


class ConfigError(MonitorError):
    """The settings or the baseline folder cannot be used."""


class BaselineError(ConfigError):
    """A programme folder has errors; `problems` lists all of them."""

    def __init__(self, programme: str, problems: tuple[Problem, ...]) -> None:
        self.programme = programme
        self.problems = problems
        first = f"; the first: {problems[0]}" if problems else ""
        super().__init__(
            f"programme {programme!r} cannot be used: {len(problems)} problem(s){first} (run: monitor baseline check {programme})"
        )


class ConflictError(MonitorError):
    """The thing was changed meanwhile; nothing was written."""


class StoreError(MonitorError):
    """Database or disk cannot be used as it is; the file is untouched."""

    exit_code = 4


class FetchError(MonitorError):
    """A source could not be looked at. `status` is one of `model.SourceStatus`; `transient` says whether trying again can help."""

    exit_code = 3

    def __init__(
        self, status: str, text: str, *, transient: bool = False, http_status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        self.status = status
        self.transient = transient
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        super().__init__(text)


class DeliveryError(MonitorError):
    """A notice could not be sent; `transient` says whether trying again can help, `retry_after_s` how long the receiver asked us to wait."""

    def __init__(self, text: str, *, transient: bool, retry_after_s: float | None = None) -> None:
        self.transient = transient
        self.retry_after_s = retry_after_s
        super().__init__(text)
