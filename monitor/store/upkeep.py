"""Upkeep of a database: a consistent copy, a thorough look, and dropping what nobody will ask for.

Never dropped: baseline versions, changes, their evidence with its snapshots, reviews, and the newest snapshot of every address.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.engine import Connection

from monitor.errors import StoreError, UsageError
from monitor.store.blobs import Blobs, sync_folder
from monitor.store.condition import is_sound
from monitor.store.digests import OBSERVATION
from monitor.store.engine import Store
from monitor.store.knowledge import CLAIM, EVIDENCE
from monitor.store.sources import SNAPSHOT, URL, VISIT


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows and bodies were dropped."""

    visits: int
    observations: int
    bodies: int


def backup(store: Store, target: Path) -> Path:
    """Copies database and bodies into the folder, while others may write; returns the copy of the database, which was checked.

    UsageError for a database on a server (its own tools do that), StoreError when the copy cannot be written or is not sound.
    """
    if store.path is None:
        raise UsageError(f"{store.name} is no file: use the tools of the server (pg_dump), and copy {store.blobs.folder}")
    copy = target / store.path.name
    beside = copy.with_name(f".new-{copy.name}")
    try:
        target.mkdir(parents=True, exist_ok=True)
        copy_bodies(store.blobs.folder, target / "blobs")
        beside.unlink(missing_ok=True)
        with closing(sqlite3.connect(store.path)) as ours, closing(sqlite3.connect(beside)) as theirs:
            ours.backup(theirs)
        copy_bodies(store.blobs.folder, target / "blobs")  # those that came meanwhile
        if not is_sound(beside):
            raise StoreError(f"the copy {beside} is not sound (run: monitor db check)")
        os.replace(beside, copy)
        sync_folder(target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"the backup to {target} failed: {error}") from error
    return copy


def copy_bodies(source: Path, target: Path) -> None:
    for file in source.glob("*/*.zst"):
        there = target / file.parent.name / file.name
        if not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            beside = there.with_name(f".new-{there.name}")
            shutil.copyfile(file, beside)
            os.replace(beside, there)


def check(store: Store) -> list[str]:
    """What is wrong with the database, a line each; empty when it is sound.

    Every stored body is held against its hash; bodies that a change rests on, and the newest of every address, must be there.
    """
    found: list[str] = []
    with store.read() as connection:
        if connection.dialect.name == "sqlite":
            found += [str(line) for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)") if line != "ok"]
            found += [
                f"{row[0]} row {row[1]} names a {row[2]} that is not there"
                for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
            ]
        proofs = set(connection.execute(select(EVIDENCE.c.sha256)).scalars())
        newest = set(connection.execute(select(SNAPSHOT.c.sha256).join(URL, URL.c.latest_snapshot == SNAPSHOT.c.id)).scalars())
    found += [problem for sha256 in sorted(proofs) if (problem := body_problem(store.blobs, sha256))]
    found += [f"the newest page {s} is missing (it is fetched anew)" for s in sorted(newest - proofs) if not store.blobs.path(s).exists()]
    return found + [problem for s in stored_bodies(store.blobs) if s not in proofs and (problem := body_problem(store.blobs, s))]


def stored_bodies(blobs: Blobs) -> Iterator[str]:
    """The hashes that the files in the folder are named after."""
    for file in sorted(blobs.folder.glob("??/*.zst")):
        yield file.parent.name + file.stem


def body_problem(blobs: Blobs, sha256: str) -> str | None:
    try:
        body = blobs.get(sha256)
    except (StoreError, ValueError) as error:
        return str(error)
    return f"the page {sha256} that a change rests on is missing" if body is None else None


def proofs_missing(path: Path, bodies: Path) -> list[str]:
    """The same of a SQLite file that is not open, whatever its schema: a line for each proof that is not whole."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            proofs = [sha256 for (sha256,) in connection.execute("SELECT DISTINCT sha256 FROM evidence ORDER BY sha256")]
        except sqlite3.OperationalError:  # a database without tables proves nothing
            return []
    return [problem for sha256 in proofs if (problem := body_problem(Blobs(bodies), sha256))]


def prune(store: Store, before: datetime) -> Pruned:
    """Drops visits, observations and bodies older than `before` that nothing kept rests on. Their snapshot rows stay, to say what was there."""
    with store.write() as connection:
        old = old_snapshots(connection, before)
        visits = connection.execute(delete(VISIT).where(VISIT.c.at < before, VISIT.c.snapshot.is_(None))).rowcount
        observations = 0
        for snapshot, _ in old:
            observations += connection.execute(delete(OBSERVATION).where(OBSERVATION.c.snapshot == snapshot)).rowcount
    bodies = [sha256 for sha256 in {sha256 for _, sha256 in old} if store.blobs.path(sha256).exists()]
    for sha256 in bodies:
        store.blobs.drop(sha256)
    return Pruned(visits, observations, len(bodies))


def old_snapshots(connection: Connection, before: datetime) -> list[tuple[str, str]]:
    """Ids and hashes of snapshots whose body no evidence, live claim, newest or younger snapshot shares."""
    younger = select(SNAPSHOT.c.sha256).where(SNAPSHOT.c.captured_at >= before)
    newest = select(SNAPSHOT.c.sha256).join(URL, or_(URL.c.latest_snapshot == SNAPSHOT.c.id, URL.c.digested_snapshot == SNAPSHOT.c.id))
    proofs = select(EVIDENCE.c.sha256)
    unread = select(SNAPSHOT.c.sha256).join(URL, URL.c.id == SNAPSHOT.c.source_url).where(URL.c.digested_at.is_(None))
    kept = younger.union(newest, proofs, unread, claimed())
    wanted = select(SNAPSHOT.c.id, SNAPSHOT.c.sha256).where(SNAPSHOT.c.captured_at < before, SNAPSHOT.c.sha256.not_in(kept))
    return [(row[0], row[1]) for row in connection.execute(wanted)]


def claimed() -> Select[tuple[str]]:
    """The bodies that live claims quote: the snapshot of their beginning."""
    return (
        select(SNAPSHOT.c.sha256)
        .join(CLAIM, (CLAIM.c.source_url == SNAPSHOT.c.source_url) & (CLAIM.c.began_at == SNAPSHOT.c.captured_at))
        .where(CLAIM.c.ended_at.is_(None))
    )
