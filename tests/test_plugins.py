"""Built-in and foreign kinds, readers and channels."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from monitor import plugins
from monitor.errors import ConfigError

ROOT = Path(plugins.__file__).parents[1]


def test_the_built_ins_are_the_entry_points_of_our_own_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert declared == plugins.BUILT_IN


def test_a_kind_of_another_package_joins_and_replaces_no_built_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "temperature-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: temperature\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[monitor.kinds]\ntemperature = temperature_kind:KIND\nmoney = temperature_kind:KIND\n")
    (tmp_path / "temperature_kind.py").write_text("KIND = 'a kind'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for cached in (plugins._entry_point_files, plugins.targets):
        cached.cache_clear()
    try:
        assert plugins.targets("monitor.kinds")["money"] == "monitor.core.kinds.money:KIND"
        assert plugins.kind("temperature") == "a kind"
    finally:
        sys.modules.pop("temperature_kind", None)
        for cached in (plugins._entry_point_files, plugins.targets):
            cached.cache_clear()


def test_a_plug_in_that_cannot_be_loaded_is_one_clear_line() -> None:
    with pytest.raises(ConfigError, match="plug-in nowhere_at_all:KIND cannot be loaded"):
        plugins.load("nowhere_at_all:KIND")
