"""Changing one `[[source]]` block of programme.toml where it stands: only the lines of the changed keys move, comments and layout stay.

The steps: 1. lock the folder, 2. compare its digest with the one the form was made from, 3. rewrite the lines, 4. check the whole folder as it would be,
5. write beside the file and rename. What step 4 would refuse is told with file and line, and nothing is written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.baseline.append import locked, moved, write_whole
from monitor.baseline.fields import nearest
from monitor.baseline.folder import PROGRAMME, Files, digest_of, folder_digest, read_files
from monitor.baseline.programme import SOURCE_KEYS, read_programme
from monitor.baseline.written import toml
from monitor.core.model import Source
from monitor.core.text import toml as written
from monitor.core.text.toml import Block
from monitor.errors import Problem, UsageError

Values = Mapping[str, object]
"""Keys of a `[[source]]` block with their new values as TOML has them; None or empty text takes the line away."""

_LISTS = ("include", "exclude", "pointers")
_PLAIN = (*_LISTS, "browser", "headers", "timeout_s", "max_bytes")  # what a person does not write in quotes
_FIXED = ("id",)  # everything that is stored hangs on it


def edit_source(folder: Path, digest_expected: str, source_id: str, values: Values) -> str:
    """Rewrites the given keys of one source and returns the folder's new digest; other lines keep every byte.

    Raises ConflictError when the folder is no longer at `digest_expected`, UsageError for an unknown source, a key that cannot be changed here
    or a value that could not be read, StoreError when the disk refuses.
    """
    with locked(folder):  # 1
        files = read_files(folder)
        if files.digest != digest_expected:  # 2
            raise moved(folder)
        edited = _edited(files, source_id, values)  # 3
        _source_of(edited, source_id)  # 4
        if edited.bodies[PROGRAMME] != files.bodies[PROGRAMME]:
            write_whole(folder, PROGRAMME, edited.bodies[PROGRAMME])  # 5
        return folder_digest(folder)


def as_edited(folder: Path, source_id: str, values: Values) -> Source:
    """The source as it would be read after `edit_source`; nothing is written. Raises UsageError like it."""
    return _source_of(_edited(read_files(folder), source_id, values), source_id)


def source_values(folder: Path, source_id: str) -> dict[str, object]:
    """The keys of a source as they stand in the file. Raises UsageError when the programme has no such source."""
    return dict(_block_of(read_files(folder), source_id).values)


def _edited(files: Files, source_id: str, values: Values) -> Files:
    for key in values:
        if key in _FIXED or key not in SOURCE_KEYS:
            why = "never changes" if key in _FIXED else "is no key of a source"
            hint = "" if key in _FIXED else f" ({nearest(key, SOURCE_KEYS, 'known: ' + ', '.join(SOURCE_KEYS))})"
            raise UsageError(f"{key[:80]!r} {why}{hint}")
    block = _block_of(files, source_id)
    text = files.bodies[PROGRAMME].decode("utf-8")
    changed = {k: v for k, v in values.items() if (block.values.get(k) or None) != (v or None)}
    text = _rewritten(text, block, changed)
    document = written.read(text, f"{files.folder.name}/{PROGRAMME}")
    bodies = {**files.bodies, PROGRAMME: text.encode()}
    return replace(
        files,
        bodies=bodies,
        documents={**files.documents, PROGRAMME: document},
        digest=digest_of(bodies),
        problems=tuple(document.problems),
    )


def _block_of(files: Files, source_id: str) -> Block:
    blocks = [b for b in files.documents[PROGRAMME].blocks if b.name == "source"]
    found = next((b for b in blocks if b.values.get("id") == source_id), None)
    if found is None:
        known = [str(b.values.get("id", "")) for b in blocks]
        raise UsageError(
            f"there is no source {source_id[:80]!r} in {files.folder.name}/{PROGRAMME} ({nearest(source_id, known, 'see: monitor sources list')})"
        )
    return found


def _source_of(files: Files, source_id: str) -> Source:
    """The source as the folder now reads. Raises UsageError, with file and line, for errors that would stop the watch."""
    problems: list[Problem] = list(files.problems)
    programme = read_programme(files, problems)
    errors = tuple(p for p in problems if p.level == "error")
    source = next((s for s in programme.sources if s.id == source_id), None)
    if errors or source is None:
        first = errors[0] if errors else Problem(f"{files.folder.name}/{PROGRAMME}", f"source {source_id!r} would no longer be read")
        raise UsageError(f"nothing was written, for it could not be read: {first}")
    return source


def typed(key: str, text: str) -> object:
    """What a person typed for a key, as TOML has it: lists, numbers, true and tables are read as TOML, all else is text. None for nothing.

    >>> typed("timeout_s", "20"), typed("every", "12h"), typed("include", "main article")
    (20, '12h', ['main article'])
    """
    text = text.strip()
    if not text or key not in _PLAIN:
        return text or None
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return [text] if key in _LISTS else text


# ---------------------------------------------------------------------------------------------------------------------------- lines


def _rewritten(text: str, block: Block, changed: Values) -> str:
    """The text with those keys of the block written anew: from the bottom up, so that the lines above keep their numbers."""
    lines = text.split("\n")
    for key, value in sorted(changed.items(), key=lambda item: -block.lines.get(item[0], 0)):
        if key in block.lines:
            start = block.lines[key] - 1
            end = _value_end(lines, start, key, block)
            lines[start:end] = [] if _is_empty(value) else [_like(lines[start], f"{key} = {toml(value)}{_remark(lines[start:end])}")]
    _insert(lines, block, {k: v for k, v in changed.items() if k not in block.lines and not _is_empty(v)})
    return "\n".join(lines)


def _insert(lines: list[str], block: Block, missing: Values) -> None:
    """New keys go below the line that names the source, in the order of the manual; its own line is always there."""
    if missing:
        at = next(n for n in range(block.line, len(lines)) if lines[n].lstrip().startswith(("id", '"id"', "'id'"))) + 1
        lines[at:at] = [_like(lines[at - 1], f"{k} = {toml(missing[k])}") for k in SOURCE_KEYS if k in missing]


def _value_end(lines: Sequence[str], start: int, key: str, block: Block) -> int:
    """The index behind the last line of a value, which may be a list over many lines. Raises UsageError for a table with a header of its own."""
    if lines[start].lstrip().startswith("["):
        raise UsageError(f"{block.where(key)}: {key!r} has a table of its own; change it in the file")
    for end in range(start + 1, min(len(lines), start + 2000) + 1):
        if _is_toml("\n".join(lines[start:end])):
            return end
    raise UsageError(f"{block.where(key)}: where {key!r} ends cannot be told; change it in the file")


def _remark(value: Sequence[str]) -> str:
    """The comment behind a value on one line, with the space before it; comments inside a list of many lines belong to its old items."""
    text = value[0].rstrip("\r")
    if len(value) > 1:
        return ""
    for at, letter in enumerate(text):
        if letter == "#" and _is_toml(text[:at]):
            kept = text[:at].rstrip()
            return text[len(kept) :]
    return ""


def _is_toml(text: str) -> bool:
    try:
        return bool(tomllib.loads(text + "\n"))  # a line may end in half of "\r\n"
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return False


def _like(neighbour: str, content: str) -> str:
    """A line with the indentation and the line end of another."""
    indent = neighbour[: len(neighbour) - len(neighbour.lstrip())]
    return indent + content + ("\r" if neighbour.endswith("\r") else "")


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == [] or value is False
