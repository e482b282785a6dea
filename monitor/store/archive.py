"""A backup as one file: database, bodies and baseline folders, compressed, checked before it gets its name and before it is put in place again."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import zstandard

from monitor.errors import StoreError, UsageError
from monitor.store import condition, engine, upkeep
from monitor.store.blobs import sync_folder
from monitor.store.engine import Store
from monitor.store.locks import file_lock
from monitor.store.tables import SCHEMA

DATABASE = "monitor.db"
BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database. A log left by another database would be played into the restored one, and spoil it."""


def make(store: Store, home: Path, file: Path) -> None:
    """Writes the backup, also while others write to the database. The copy is opened and checked, with every proof, before the file gets its name.

    Raises UsageError for a database on a server, StoreError when the copy is not sound or the disk refuses.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as name:
            folder = Path(name)
            copy = upkeep.backup(store, folder / "var")
            if copy.name != DATABASE:
                copy.rename(copy.with_name(DATABASE))
            refuse_unsound(folder / "var", f"the copy for {file}")
            if (home / "baseline").is_dir():
                shutil.copytree(home / "baseline", folder / "baseline")
            pack(folder, file)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error


def refuse_unsound(folder: Path, what: str) -> None:
    """Raises StoreError naming the first problem of the database and the bodies in that folder. An older schema is sound: opening upgrades it later."""
    path = folder / DATABASE
    if not path.is_file():
        raise StoreError(f"{what} holds no database")
    try:
        condition.inspect(path, SCHEMA, engine.known_schemas())
    except StoreError as error:
        raise StoreError(f"{what} cannot be used: {str(error).replace(str(path), 'its database')}") from error
    if not condition.is_sound(path):
        raise StoreError(f"{what} is not sound")
    problems = upkeep.proofs_missing(path, folder / "blobs")
    if problems:
        raise StoreError(f"{what} is not whole: {problems[0]}" + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""))


def pack(folder: Path, file: Path) -> None:
    """The folder as a compressed archive, written beside, brought to the disk, and renamed."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as out:
            with (
                zstandard.ZstdCompressor().stream_writer(out, closefd=False) as packed,
                tarfile.open(fileobj=packed, mode="w|") as archive,
            ):
                for part in sorted(folder.iterdir()):
                    archive.add(part, part.name)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, file)
        sync_folder(file.parent)
    finally:
        beside.unlink(missing_ok=True)


def restore(file: Path, home: Path, *, replace: bool, now: datetime, wait_s: float) -> Path | None:
    """Brings the backup into the home. Everything is unpacked and checked beside, then put in place under the lock of the database.

    With `replace` the database that is there is moved aside, never deleted; the path it has then is returned, else None. Baseline folders that are there stay.
    Raises UsageError when there is a database and `replace` was not asked for, StoreError for what is no whole backup; the home is untouched then.
    """
    target = home / "var" / DATABASE
    if target.exists() and not replace:
        raise UsageError(f"{target} exists already (restore into an empty home: --home; or --replace, which moves it aside)")
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as name:
            folder = Path(name)
            unpack(file, folder)
            refuse_unsound(folder / "var", str(file))
            (home / "var").mkdir(exist_ok=True)
            with file_lock(engine.lock_path(target), wait_s):
                return put_in_place(folder, home, now)
    except OSError as error:
        raise StoreError(f"{file} cannot be restored to {home}: {error.strerror or error}") from error


def put_in_place(folder: Path, home: Path, now: datetime) -> Path | None:
    """1. Bodies, which harm nobody. 2. The old database aside. 3. The new one, by one rename."""
    var, target = home / "var", home / "var" / DATABASE
    if (folder / "var" / "blobs").is_dir():  # 1
        upkeep.copy_bodies(folder / "var" / "blobs", var / "blobs")
    if (folder / "baseline").is_dir() and not (home / "baseline").exists():
        shutil.move(folder / "baseline", home / "baseline")
    aside = moved_aside(target, now)  # 2
    os.replace(folder / "var" / DATABASE, target)  # 3
    sync_folder(var)
    return aside


def moved_aside(target: Path, now: datetime) -> Path | None:
    """Database and log out of the way, together; None when there was none."""
    there = [p for p in (target, *(target.with_name(target.name + suffix) for suffix in BESIDE)) if p.exists()]
    if not there:
        return None
    folder = target.parent / f"replaced-{now:%Y%m%dT%H%M%SZ}"
    folder.mkdir()
    for path in reversed(
        there
    ):  # the log first: a database without its log is whole up to its last checkpoint, a log without its database is nothing
        os.replace(path, folder / path.name)
    return folder / target.name


def unpack(file: Path, folder: Path) -> None:
    """Raises StoreError for what is no backup; nothing leaves the folder whatever the archive says."""
    with unpacked(file) as archive:
        archive.extractall(folder, filter="data")


@contextmanager
def unpacked(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with (
            file.open("rb") as packed,
            zstandard.ZstdDecompressor().stream_reader(packed) as plain,
            tarfile.open(fileobj=plain, mode="r|") as archive,
        ):
            yield archive
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise StoreError(f"{file} is no whole backup of monitor: {error}") from error
