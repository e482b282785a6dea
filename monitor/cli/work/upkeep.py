"""The database commands: upgrade, backup, restore, check."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

import zstandard

from monitor import watch
from monitor.cli.common import State
from monitor.cli.output import clean, say
from monitor.errors import StoreError, UsageError
from monitor.store import upkeep
from monitor.store.condition import is_sound
from monitor.store.tables import SCHEMA

DAMAGED = 1
DATABASE = "monitor.db"


def upgrade_database(state: State) -> int:
    """Opening brings the schema up to date."""
    with watch.open_store(state.settings()) as store:
        say(f"{store.name} has schema {SCHEMA}")
    return 0


def check_database(state: State) -> int:
    """1 when database or bodies are damaged."""
    with watch.open_store(state.settings()) as store:
        found = upkeep.check(store)
        for line in found:
            say(clean(line))
        if not found:
            say(f"{store.name} is sound")
    return DAMAGED if found else 0


def backup_database(state: State, file: Path) -> int:
    """One file with a consistent copy of database and bodies, and the baseline folders as they are."""
    settings = state.settings()
    if file.exists():
        raise UsageError(f"{file} exists already (name a new file)")
    with watch.open_store(settings) as store:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
                copy = upkeep.backup(store, Path(folder) / "var")
                copy.rename(copy.with_name(DATABASE)) if copy.name != DATABASE else None
                if (settings.home / "baseline").is_dir():
                    shutil.copytree(settings.home / "baseline", Path(folder) / "baseline")
                pack(Path(folder), file)
        except OSError as error:
            raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error
    say(f"{file}: {file.stat().st_size:,} bytes")
    return 0


def pack(folder: Path, file: Path) -> None:
    """The folder as a compressed archive, written beside and renamed."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with (
            beside.open("wb") as out,
            zstandard.ZstdCompressor().stream_writer(out) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            for part in sorted(folder.iterdir()):
                archive.add(part, part.name)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def restore_database(state: State, file: Path) -> int:
    """Brings a backup into a home that has no database. Everything is unpacked and checked beside, then put in place."""
    settings = state.settings()
    refuse_restore(settings.database_url, settings.var / DATABASE, file)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.home, prefix=".restore-") as folder:
            unpack(file, Path(folder))
            copy = Path(folder) / "var" / DATABASE
            if not copy.is_file() or not is_sound(copy):
                raise StoreError(f"{file} holds no sound database; nothing was restored")
            settings.var.mkdir(exist_ok=True)
            shutil.copytree(Path(folder) / "var" / "blobs", settings.var / "blobs", dirs_exist_ok=True) if (
                Path(folder) / "var" / "blobs"
            ).is_dir() else None
            if (Path(folder) / "baseline").is_dir() and not (settings.home / "baseline").exists():
                shutil.move(Path(folder) / "baseline", settings.home / "baseline")
            os.replace(copy, settings.var / DATABASE)
    except OSError as error:
        raise StoreError(f"{file} cannot be restored to {settings.home}: {error.strerror or error}") from error
    say(f"{settings.var / DATABASE} restored from {file}")
    return 0


def refuse_restore(database_url: str, target: Path, file: Path) -> None:
    if database_url:
        raise UsageError("a database on a server is restored with its own tools")
    if not file.is_file():
        raise UsageError(f"{file}: there is no such file; expected a backup made with `monitor db backup`")
    if target.exists():
        raise UsageError(f"{target} exists already (restore into an empty home: --home)")


def unpack(file: Path, folder: Path) -> None:
    """Raises StoreError for what is no backup; nothing leaves the folder whatever the archive says."""
    try:
        with (
            file.open("rb") as packed,
            zstandard.ZstdDecompressor().stream_reader(packed) as plain,
            tarfile.open(fileobj=plain, mode="r|") as archive,
        ):
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise StoreError(f"{file} is no whole backup of monitor: {error}") from error
