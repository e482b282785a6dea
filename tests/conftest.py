"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from monitor.store import engine
from monitor.store.engine import Store

# The same examples every time: a state that passed once passes again. MONITOR_TEST_SEARCH=1 looks for new ones; what it finds becomes an example.
settings.register_profile("same", derandomize=True)
if not os.environ.get("MONITOR_TEST_SEARCH"):
    settings.load_profile("same")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh database in a folder of its own."""
    with engine.open(tmp_path / "var" / "monitor.db", wait_s=0.2, busy_timeout_s=0.2) as opened:
        yield opened
