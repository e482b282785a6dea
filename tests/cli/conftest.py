"""A home with a small programme, and the command line run in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor import cli, plugins
from tests.stub_kinds import KINDS
from tests.test_baseline import FACTS, PROGRAMME, REVISION, write


class Ran(NamedTuple):
    """What a command printed and ended with."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "baseline").mkdir()
    write(tmp_path / "baseline" / "rail", PROGRAMME, FACTS, REVISION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(plugins, "kinds", lambda: KINDS)
    monkeypatch.setattr(plugins, "kind", KINDS.get)
    monkeypatch.delenv("MONITOR_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(a) for a in arguments])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, captured.out, captured.err)

    return call
