"""TOML written by people: its values together with the line each of them stands on.

`tomllib` gives values without places and stops at the first mistake. Here a file is split where a `[[block]]` begins, so that a mistake in one block
hides neither the other blocks nor their problems.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.errors import Problem

_BLOCK = re.compile(r"\s{0,64}\[\[\s{0,64}([A-Za-z0-9_.\"'-]{1,200})\s{0,64}\]\]")
_TABLE = re.compile(r"\s{0,64}\[\s{0,64}([A-Za-z0-9_.\"' -]{1,400}?)\s{0,64}\]")
_KEY = re.compile(r"\s{0,64}([A-Za-z0-9_-]{1,200}|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}')\s{0,64}[.=]")
_ENDLESS_KEY = re.compile(r"\s{0,64}(?:[\w\"'-]{1,100}[ \t]{0,9}\.[ \t]{0,9}){60}")
_WHERE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_HINTS = (
    ("Invalid value", "text values stand in double quotes"),
    ("Expected '='", "one `key = value` a line"),
    ("Unescaped", 'write a quote or backslash inside text as \\" or \\\\'),
    ("Illegal character", "close the text with a double quote on the same line"),
    ("Cannot overwrite", "the same key stands twice"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One `[[name]]` block, or the top of the file (`name` ""): its values, its line, and the line of each key."""

    name: str
    file: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    def where(self, key: str | None = None) -> str:
        """ "file:line" of a key, or of the block where the key is missing."""
        return f"{self.file}:{self.lines.get(key, self.line) if key else self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: what stands above the first block, the blocks in order, and what could not be read."""

    top: Block
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Part:
    name: str
    line: int
    source: list[str]
    lines: dict[str, int]


def read(text: str, file: str) -> Document:
    """All blocks of `text` with their lines; a block with a mistake is left out and reported.

    >>> read('a = 1\\n[[fact]]\\nkey = "x"\\n', "f.toml").blocks[0].where("key")
    'f.toml:3'
    """
    blocks: list[Block] = []
    problems: list[Problem] = []
    for part in _split(text.removeprefix("\ufeff").replace("\r\n", "\n")):
        values = _values(part, file, problems)
        blocks.append(Block(part.name, file, part.line, values, part.lines))
    return Document(blocks[0], tuple(b for b in blocks[1:] if b.values or not problems), tuple(problems))


def _values(part: _Part, file: str, problems: list[Problem]) -> Mapping[str, Any]:
    endless = next((n for n, line in enumerate(part.source) if _ENDLESS_KEY.match(line)), None)
    if endless is not None:  # tomllib takes time that grows with the square of the dots
        problems.append(Problem(f"{file}:{part.line + endless}", "not readable as TOML: a key of more than 60 parts"))
        return {}
    try:
        return _unwrap(tomllib.loads("\n".join(part.source)), part.name)
    except tomllib.TOMLDecodeError as error:
        problems.append(_syntax_problem(str(error), part, file))
    except RecursionError:
        problems.append(Problem(f"{file}:{part.line}", "not readable as TOML: values are nested too deeply"))
    except ValueError as error:  # a number of thousands of digits, a date that does not exist
        problems.append(Problem(f"{file}:{part.line}", f"not readable as TOML: {str(error)[:120]}"))
    return {}


def _unwrap(loaded: dict[str, Any], name: str) -> Mapping[str, Any]:
    """The inner table of `[[name]]`; the part was parsed with its header, so that `[name.value]` tables work."""
    if not name:
        return loaded
    inner = loaded
    for step in name.split("."):
        found = inner.get(step.strip("\"' "))
        inner = found[0] if isinstance(found, list) else found if isinstance(found, dict) else {}
    return inner


def _syntax_problem(message: str, part: _Part, file: str) -> Problem:
    place = _WHERE.search(message)
    line = part.line + len(part.source) - 1
    if place and place[1]:
        line = part.line + int(place[1]) - 1
    text = _WHERE.sub("", message).strip()
    shown = _line_at(part, line)
    hint = next((hint for start, hint in _HINTS if start in text), "one `key = value` a line, text in double quotes")
    return Problem(f"{file}:{line}", f"not readable as TOML: {text}{shown}", hint)


def _line_at(part: _Part, line: int) -> str:
    index = line - part.line
    written = part.source[index].strip() if 0 <= index < len(part.source) else ""
    return f" in `{written[:80]}`" if written else ""


def _split(text: str) -> Iterator[_Part]:
    """The parts of a file: its top, then one for each `[[block]]` header that stands outside of any value."""
    part = _Part("", 1, [], {})
    state = _State()
    for number, line in enumerate(text.split("\n"), start=1):
        if state.is_clean:
            header = _BLOCK.match(line)
            if header:
                yield part
                part = _Part(header[1], number, [], {})
            else:
                _note_key(line, number, part)
        part.source.append(line)
        state.feed(line)
    yield part


def _note_key(line: str, number: int, part: _Part) -> None:
    table = _TABLE.match(line)
    if table:
        steps = [s.strip("\"' ") for s in table[1].split(".")]
        name = steps[1] if part.name and len(steps) > 1 and steps[0] == part.name else steps[0]
        part.lines.setdefault(name, number)
        return
    key = _KEY.match(line)
    if key:
        part.lines.setdefault(key[1].strip("\"'"), number)


_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.){0,100000}"|\'[^\'\n]{0,100000}\'|[\[\]{}#]')


@dataclass(slots=True)
class _State:
    """Whether a line begins inside a value: in a text over several lines, or in an open list."""

    fence: str = ""
    depth: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.fence and self.depth <= 0

    def feed(self, line: str) -> None:
        position = 0
        if self.is_clean and (_BLOCK.match(line) or _TABLE.match(line)):
            return
        while position < len(line):
            position = self._close(line, position) if self.fence else self._open(line, position)

    def _close(self, line: str, position: int) -> int:
        end = line.find(self.fence, position)
        if end < 0:
            return len(line)
        self.fence, width = "", len(self.fence)
        return end + width

    def _open(self, line: str, position: int) -> int:
        token = _TOKEN.search(line, position)
        if not token or token[0] == "#":
            return len(line)
        if token[0] in ('"""', "'''"):
            self.fence = token[0]
        elif token[0] in "[{":
            self.depth += 1
        elif token[0] in "]}":
            self.depth -= 1
        return token.end()
