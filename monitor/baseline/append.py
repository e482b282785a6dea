"""Appending a revision to revisions.toml: under a lock, only if the folder is still as it was seen, and whole or not at all.

The steps: 1. lock the folder, 2. compare its digest with the one the decision was made on, 3. write old bytes plus the new block beside the file,
4. flush it to the disk and rename. A kill between any two of them leaves the old file, or the new one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from monitor import plugins
from monitor.baseline.check import check
from monitor.baseline.folder import PROGRAMME, REVISIONS, folder_digest
from monitor.baseline.written import revision_block, written_value
from monitor.core.kinds import Kind
from monitor.core.lang import load
from monitor.core.model import Baseline, Revision
from monitor.errors import BaselineError, ConflictError, StoreError, UsageError

_HEADER = "# Accepted changes, oldest first. Only ever add at the end: `monitor review` does, and so may you.\n"


def append_revision(folder: Path, digest_expected: str, revision: Revision, kinds: Mapping[str, Kind] | None = None) -> str:
    """Appends one revision and returns the folder's new digest; nothing else in any file is touched.

    Raises ConflictError when the folder is no longer at `digest_expected` or the version is not the next one, BaselineError when the folder has errors,
    StoreError when the disk refuses.
    """
    kinds = plugins.kinds() if kinds is None else kinds
    with locked(folder):  # 1
        baseline = _unmoved(folder, digest_expected, kinds)  # 2
        if revision.version != baseline.version + 1:
            raise ConflictError(
                f"programme {folder.name!r} is at version {baseline.version}, so version {revision.version} cannot follow; decide again"
            )
        _write(folder, REVISIONS, _block(revision, baseline, kinds), _HEADER)  # 3, 4
        return folder_digest(folder)


def append_sources(folder: Path, digest_expected: str, blocks: str) -> str:
    """Appends `[[source]]` blocks to programme.toml and returns the folder's new digest. Raises ConflictError and StoreError like `append_revision`."""
    with locked(folder):
        if folder_digest(folder) != digest_expected:
            raise moved(folder)
        _write(folder, PROGRAMME, blocks)
        return folder_digest(folder)


def _unmoved(folder: Path, digest_expected: str, kinds: Mapping[str, Kind]) -> Baseline:
    checked = check(folder, kinds)
    if folder_digest(folder) != digest_expected:
        raise moved(folder)
    if checked.baseline is None:
        raise BaselineError(folder.name, tuple(p for p in checked.problems if p.level == "error"))
    return checked.baseline


def moved(folder: Path) -> ConflictError:
    """What is told when somebody wrote to the folder between the look and the decision."""
    return ConflictError(f"the baseline of {folder.name!r} was edited meanwhile; nothing was written (look again, then decide)")


def _block(revision: Revision, baseline: Baseline, kinds: Mapping[str, Kind]) -> str:
    known = next((f for f in baseline.facts if f.key == revision.fact), None)
    kind = kinds.get(revision.kind)
    if kind is None:
        raise UsageError(f"revision of {revision.fact!r}: there is no kind {revision.kind!r}")
    lexicon = load(baseline.languages[0] if baseline.languages else None)
    written = None if revision.value is None else written_value(revision.value, kind, lexicon)
    text = revision_block(revision, written, with_kind=known is None or known.kind != revision.kind)
    tomllib.loads(text)  # a block that cannot be read back must never reach the file
    return text


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """An exclusive lock on the folder itself, so that no lock file is left behind and a renamed file cannot be locked twice."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise UsageError(f"there is no programme folder {folder}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(folder: Path, file: str, text: str, header: str = "") -> None:
    target = (folder / file).resolve()
    try:
        old = target.read_bytes() if target.exists() else header.encode()
    except OSError as error:
        raise _unwritable(target, error) from error
    write_whole(folder, file, _joined(old, text))


def write_whole(folder: Path, file: str, body: bytes) -> None:
    """The file with exactly these bytes, or as it was: written beside, flushed, renamed. Raises StoreError when the disk refuses."""
    target = (folder / file).resolve()
    beside = target.with_name(f".{target.name}.new")
    try:
        _write_through(beside, body, target)
        os.replace(beside, target)
        _flush_folder(target.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: OSError) -> StoreError:
    full = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
    return StoreError(f"{target} cannot be written: {full}; the file is as it was")


def _joined(old: bytes, text: str) -> bytes:
    """The old bytes untouched, a blank line, the block; with the line ends the file already has."""
    end = b"\r\n" if b"\r\n" in old else b"\n"
    gap = b"" if not old else end if old.endswith(b"\n") else end + end
    return old + gap + text.encode().replace(b"\n", end)


def _write_through(path: Path, content: bytes, like: Path) -> None:
    with path.open("wb") as file:
        if like.exists():
            os.fchmod(file.fileno(), like.stat().st_mode & 0o777)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
