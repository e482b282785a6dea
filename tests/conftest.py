"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store import engine
from monitor.store.engine import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh database in a folder of its own."""
    with engine.open(tmp_path / "var" / "monitor.db", wait_s=0.2, busy_timeout_s=0.2) as opened:
        yield opened
