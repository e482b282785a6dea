"""One `check` or `run` per database at a time: a lock that the system lets go of however its holder ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine

from monitor.errors import StoreError

WAIT_S = 40.0
PAUSE_S = 0.1
ADVISORY_KEY = 0x6D6F6E69746F72  # "monitor"


@contextmanager
def file_lock(path: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Holds the lock on that file; StoreError when another process still has it after `wait_s`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"cannot lock {path}: {error.strerror or error}") from error
    try:
        wait_for(lambda: has_locked(descriptor), wait_s, str(path))
        yield
    finally:
        os.close(descriptor)


def has_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def advisory_lock(engine: Engine, wait_s: float = WAIT_S) -> Iterator[None]:
    """The same on PostgreSQL, held by a connection of its own."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ask = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=ADVISORY_KEY)
        wait_for(lambda: bool(connection.execute(ask).scalar()), wait_s, engine.url.render_as_string(hide_password=True))
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)").bindparams(key=ADVISORY_KEY))


def wait_for(is_mine: Callable[[], bool], wait_s: float, what: str) -> None:
    """Asks until it is mine; the monotonic clock, so that a jumping wall clock neither hangs nor hurries us."""
    until = time.monotonic() + wait_s
    while not is_mine():
        if time.monotonic() >= until:
            raise StoreError(f"another monitor is working on {what} (waited {wait_s:g} s; wait for it, or stop it)")
        time.sleep(PAUSE_S)
