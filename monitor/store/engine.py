"""Opening the database: `open` gives a `Store`, whose `read` and `write` are the only ways to rows.

SQLite runs with a write-ahead log brought to the disk at every commit, and every writing transaction takes the write lock at its beginning: with a deferred
one 300 of 360 concurrent writes were lost to "database is locked" (design.md, section 10). Whatever the database says is told as one line of `StoreError`.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from monitor.core.schedule import USUAL_PACE, Pace
from monitor.errors import ConfigError, StoreError
from monitor.store import condition
from monitor.store.blobs import Blobs
from monitor.store.condition import Condition
from monitor.store.locks import WAIT_S, advisory_lock, file_lock
from monitor.store.tables import SCHEMA

BUSY_TIMEOUT_S = 30.0
WRITING = "monitor_writing"
NAME_MAX_CHARS = 300

# How a driver says it, and what we say. The first that is found in the driver's words decides.
SAYINGS: tuple[tuple[str, str], ...] = (
    ("locked", "is locked by another process (wait for it, or stop it)"),
    ("readonly", "is read-only (change its rights, or use another --home)"),
    ("disk is full", "cannot grow: the disk is full (free some space and start again)"),
    ("disk i/o error", "cannot be written: the disk reports an error (check the disk and its free space)"),
    ("malformed", "is damaged (restore a backup: monitor db restore)"),
    ("not a database", "is damaged (restore a backup: monitor db restore)"),
    ("unable to open", "cannot be opened (check the folder and its rights)"),
    ("no such table", "lacks tables (run: monitor db upgrade)"),
)


class Store:
    """An open database with the bodies beside it. Threads may share it; each `read` and `write` has a connection of its own."""

    pace: Pace = USUAL_PACE  # how far the schedule may go from what the sources ask for
    zone: tzinfo = UTC  # in which cron lines are meant
    observations_max: int = 200  # kept of one page
    name_max_chars: int = NAME_MAX_CHARS  # at which the names a page writes are cut

    def __init__(self, engine: Engine, blobs: Blobs, path: Path | None, *, wait_s: float) -> None:
        self.engine = engine
        self.blobs = blobs
        self.path = path
        self.wait_s = wait_s
        self.cache: dict[str, Any] = {}  # what `knowledge` keeps between digests, by programme

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.dispose()

    @property
    def name(self) -> str:
        """The database as a person would name it, without a password."""
        return str(self.path) if self.path else self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with self.told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its beginning: all of it is kept, or nothing."""
        with self.told(), self.engine.connect().execution_options(**{WRITING: True}) as connection:
            begin(connection, self.wait_s)
            with self.commit_or_roll_back(connection):
                yield connection

    @contextmanager
    def commit_or_roll_back(self, connection: Connection) -> Iterator[None]:
        try:
            yield
        except BaseException:
            connection.rollback()
            raise
        self.before_commit()
        connection.commit()

    def before_commit(self) -> None:
        """The last moment before a transaction becomes true. Does nothing; a test may replace it to be killed here."""

    def running(self, wait_s: float | None = None) -> AbstractContextManager[None]:
        """The lock of a `check` or `run`; StoreError when another still has it after `wait_s` (40 s unless told otherwise)."""
        wait_s = self.wait_s if wait_s is None else wait_s
        if self.engine.dialect.name == "postgresql":
            return advisory_lock(self.engine, wait_s)
        if self.path is None:
            return nullcontext()  # in memory nobody else can be there
        return file_lock(lock_path(self.path), wait_s)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns what a driver raises into the one line of a StoreError."""
        try:
            yield
        except DBAPIError as error:
            raise explain(error, self.name) from error


def open(  # noqa: A001 - `engine.open` is what a reader expects
    url: str | Path, blobs: Path | None = None, *, wait_s: float = WAIT_S, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> Store:
    """Opens the database of that URL (or SQLite file), brings its schema up to date, and returns the store.

    `blobs` is the folder of bodies ("blobs" beside a SQLite file unless given). Raises ConfigError for a URL nobody can use, StoreError for a database that is
    damaged, newer, read-only, foreign or locked; the file is untouched then.
    """
    address = parsed(url)
    path = sqlite_path(address)
    folder = blobs or (path.parent / "blobs" if path else Path("var/blobs"))
    state: Condition | None = None
    if path is not None:
        state = condition.inspect(path, SCHEMA, known_schemas())
        make_folder(path.parent)
    store = Store(connect(address, busy_timeout_s), Blobs(folder), path, wait_s=wait_s)
    try:
        bring_up_to_date(store, state or server_condition(store))
    except BaseException:
        store.close()
        raise
    return store


def bring_up_to_date(store: Store, state: Condition) -> None:
    """Under the lock, so that nothing older is running meanwhile."""
    if state is not Condition.CURRENT:
        with store.running():
            upgrade(store)


# ----------------------------------------------------------------------------------------------------------------------- connecting


def parsed(url: str | Path) -> URL:
    try:
        address = URL.create("sqlite", database=str(url)) if isinstance(url, Path) else make_url(url)
        backend = address.get_backend_name()
    except ArgumentError as error:
        raise ConfigError("the database URL cannot be read (like sqlite:///var/monitor.db or postgresql://user@host/name)") from error
    if backend == "postgres":
        backend = "postgresql"
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"no support for {backend} databases (use sqlite:///... or postgresql://...)")
    if backend == "postgresql" and address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    return address


def sqlite_path(address: URL) -> Path | None:
    """The file of a SQLite URL; None in memory and on a server."""
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database))


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder {folder}: {error.strerror or error}") from error


def connect(address: URL, busy_timeout_s: float) -> Engine:
    try:
        if address.get_backend_name() == "postgresql":
            return create_engine(address, pool_pre_ping=True, isolation_level="READ COMMITTED")
        in_memory: dict[str, Any] = {} if sqlite_path(address) else {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        engine = create_engine(address, **in_memory)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise ConfigError(
            f"the driver for {address.get_backend_name()} is not installed (pip install 'programme-monitor[scale]')"
        ) from error
    event.listen(engine, "connect", lambda raw, _: prepare(raw, busy_timeout_s))
    event.listen(engine, "begin", take_write_lock)
    return engine


def prepare(raw: Any, busy_timeout_s: float) -> None:
    """Settings of one SQLite connection. `isolation_level = None` keeps the driver from beginning transactions on its own terms."""
    raw.isolation_level = None
    raw.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA synchronous = FULL")
    if raw.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        raw.execute("PRAGMA journal_mode = WAL")


def take_write_lock(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITING) else "BEGIN")


def begin(connection: Connection, wait_s: float) -> None:
    """Begins, asking again while the database is locked until `wait_s` is over: the driver's own patience is a little shorter."""
    until = time.monotonic() + wait_s
    while True:
        try:
            connection.begin()
            return
        except DBAPIError as error:
            if "locked" not in str(error.orig) or time.monotonic() >= until:
                raise


def explain(error: DBAPIError, name: str) -> StoreError:
    """The driver's words as one line that names the database and the next step; a statement that is wrong stays what it is: a bug."""
    words = " ".join(str(error.orig).split()) if error.orig else str(error)
    for saying, meaning in SAYINGS:
        if saying in words.lower():
            return StoreError(f"the database {name} {meaning}")
    return StoreError(f"the database {name} says: {words[:200]}")


def lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


# -------------------------------------------------------------------------------------------------------------------------- schema


def migrations_folder() -> Path:
    """Where the migrations are: in the package of a wheel, at the root of a checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "_migrations", package.parent / "migrations"):
        if (folder / "env.py").exists():
            return folder
    raise StoreError("the installation lacks its migrations (install programme-monitor again)")


def known_schemas() -> frozenset[str]:
    return frozenset(file.name.split("_", 1)[0] for file in (migrations_folder() / "versions").glob("[0-9]*.py"))


def server_condition(store: Store) -> Condition:
    """The same question as `condition.inspect`, for a database that is no file."""
    with store.read() as connection:
        names: Sequence[str] = inspect(connection).get_table_names()
        if "alembic_version" not in names:
            return Condition.NEW
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return condition.judged(found or None, SCHEMA, known_schemas(), store.name)


def upgrade(store: Store, to: str = "head") -> None:
    """Brings the schema to that version in one transaction; does nothing when it is there."""
    if importlib.util.find_spec("alembic") is None:  # pragma: no cover - a broken installation
        raise StoreError("the installation lacks alembic (install programme-monitor again)")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
