"""What a command prints: foreign text made harmless, data as JSON, errors as one line.

Foreign text (page titles, quotes, names, error texts of servers) goes through `clean` before it reaches a terminal, and is never read as markup.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NoReturn

from monitor.errors import Problem, UsageError

# C0 and C1 controls, zero-width and direction marks, lone surrogates, tags: all that can move the cursor, hide or reorder what is read.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


class Format(StrEnum):
    """The forms in which data is printed."""

    TEXT = "text"
    JSON = "json"


def clean(text: str) -> str:
    """Foreign text without anything that acts on a terminal; line breaks and tabs become spaces, so that it stays one line.

    >>> clean("a\\x1b[31mb\\nc")
    'a[31mb c'
    """
    return _UNPRINTABLE.sub("", text.replace("\n", " ").replace("\t", " ").replace("\r", " "))


def say(line: str = "") -> None:
    """One line to standard output."""
    sys.stdout.write(f"{line}\n")


def complain(text: str) -> None:
    """One line to standard error, under the program's name."""
    sys.stderr.write(f"monitor: {clean(text)}\n")


def print_json(data: Any) -> None:
    """Data as indented JSON; text stays readable, what is no number stays out."""
    say(to_json(data, indent=2))


def to_json(data: Any, indent: int | None = None) -> str:
    """JSON text that any reader accepts: no NaN, lone surrogates replaced."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False, default=str)
    return text.encode("utf-8", "replace").decode("utf-8")


def print_problems(problems: Iterable[Problem]) -> None:
    """Problems one a line, as a compiler prints them."""
    for problem in problems:
        say(clean(str(problem)))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], widest: int = 60) -> None:
    """Rows in aligned columns; cells are cleaned and cut at `widest` characters."""
    cells = [[_cut(clean(c), widest) for c in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        say("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())


def refuse(text: str) -> NoReturn:
    """Ends the command with a usage error."""
    raise UsageError(text)


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else text[: widest - 1] + "…"
