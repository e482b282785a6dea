"""The file channel: every notice is one JSON line at the end of a file, for other programs to read."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from monitor.errors import DeliveryError
from monitor.notify import Outgoing


class FileChannel:
    """Appends to one file. A line is written whole or not at all; a kill between writing and marking repeats it under the same `notice` key."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, notice: Outgoing) -> None:
        line = " ".join(notice.body.splitlines()).encode("utf-8", "replace") + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _append(self._path, line)
        except OSError as error:
            raise DeliveryError(f"file: {self._path.name} cannot be written ({error.strerror})", transient=True) from error


def _append(path: Path, line: bytes) -> None:
    """Under a lock; a line cut by a full disk, or by a kill before, is removed again."""
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = _whole_lines(path, file.seek(0, os.SEEK_END))
        os.ftruncate(file.fileno(), end)
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), end)
            raise


def _whole_lines(path: Path, size: int, block: int = 65536) -> int:
    """The length in bytes up to and with the last line end."""
    with path.open("rb") as file:
        position = size
        while position > 0:
            start = max(0, position - block)
            file.seek(start)
            found = file.read(position - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            position = start
    return 0


CHANNEL = FileChannel
