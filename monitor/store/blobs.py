"""Bodies as files: compressed, named by the SHA-256 of what they hold, written beside and renamed.

A blob is written before the row that names it, so a kill in between leaves an unused file and never a row without its body.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import zstandard

from monitor.errors import StoreError

LEVEL = 9  # on pages of 75 KB: level 3 keeps 21 %, 9 keeps 18 % at 3 ms a page, 19 costs ten times that for one point more
MAX_BODY_BYTES = 1 << 30


class Blobs:
    """The folder of bodies. Safe for several processes: equal names hold equal bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the body of that hash lies, whether or not it is there; ValueError for what is no SHA-256."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError(f"not a SHA-256: {sha256[:80]!r}")
        return self.folder / sha256[:2] / f"{sha256[2:]}.zst"

    def put(self, body: bytes) -> str:
        """Keeps the body and returns its SHA-256; StoreError when the disk is full or read-only."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path(sha256)
        if path.exists():
            return sha256
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_beside(path, zstandard.ZstdCompressor(level=LEVEL).compress(body))
        except OSError as error:
            raise StoreError(f"cannot write to {self.folder}: {error.strerror or error} (free some space or check its rights)") from error
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """The body, or None when it was pruned; StoreError when the file no longer holds what its name says."""
        try:
            packed = self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {self.path(sha256)}: {error.strerror or error}") from error
        try:
            body = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_BODY_BYTES)
        except zstandard.ZstdError as error:
            raise damaged(self.path(sha256)) from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise damaged(self.path(sha256))
        return body

    def drop(self, sha256: str) -> None:
        """Removes a body that no snapshot names any more."""
        self.path(sha256).unlink(missing_ok=True)


def damaged(path: Path) -> StoreError:
    return StoreError(f"the stored page {path} is damaged (restore it from a backup, or delete it: the page is then fetched anew)")


def write_beside(path: Path, data: bytes) -> None:
    """Writes the file under another name, brings it to the disk, and renames it: there is never half a file under that name."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
