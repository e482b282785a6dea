"""Memory stays flat and a day without news costs little; the whole measure is `python -m tests.soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import soak


@pytest.mark.slow
def test_memory_is_flat_and_a_quiet_day_is_cheap(tmp_path: Path) -> None:
    found = soak(tmp_path, days=8, sources=60, looks_a_day=1)
    assert isinstance(found["growth"], float)
    assert found["growth"] < 0.1
    assert isinstance(found["quiet_day_bytes_per_source"], int)
    assert found["quiet_day_bytes_per_source"] < 1024
