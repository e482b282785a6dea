"""Exit codes, one-line errors, global options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from monitor import cli
from monitor.cli import home as home_module
from monitor.cli.app import app
from monitor.cli.output import clean
from monitor.errors import BaselineError, ConfigError, ConflictError, FetchError, Problem, StoreError, UsageError
from tests.cli.conftest import Run

MONITOR = [sys.executable, "-c", "from monitor.cli import main; main()"]


def all_commands() -> list[list[str]]:
    root = typer.main.get_command(app)
    found = []
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [[name, sub] for sub in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(run: Run, command: list[str]) -> None:
    ran = run(*command, "--help")
    assert ran.code == 0
    assert "Example: " in ran.out
    assert f"monitor {' '.join(command)}" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("u"), 2),
        (ConfigError("c"), 2),
        (BaselineError("p", (Problem("f:1", "t"),)), 2),
        (ConflictError("x"), 2),
        (FetchError("timeout", "t"), 3),
        (StoreError("s"), 4),
        (PermissionError(13, "Permission denied", "/var/x"), 4),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("d"), 70),
    ],
)
def test_every_error_is_one_line_and_has_its_exit_code(capsys: pytest.CaptureFixture[str], error: BaseException, code: int) -> None:
    def fail() -> int:
        raise error

    assert cli.guarded(fail) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == (0 if code == 130 else 1)
    assert "Traceback" not in captured.err


def test_a_bug_shows_its_traceback_with_debug_only() -> None:
    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cli.guarded(fail, debug=True)


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["check", "--nope"], ["show"], ["changes", "--status", "odd"], ["changes", "--since", "soon"], ["report", "--format", "pdf"],
     ["review", "c-1"], ["review", "c-1", "alias"], ["help", "nothing"], ["baseline", "show", "no.such"], ["baseline", "check", "nowhere"],
     ["extract", "--nope"], ["extract", "/no/such/file"], ["extract", "--kind", "mony", "x"], ["extract", "--published", "soon", "x"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_one_line_and_ends_with_two(run: Run, home: Path, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.code == 2, ran
    assert ran.err.startswith("monitor: ")
    assert ran.err.count("\n") == 1


def test_home_and_debug_may_stand_before_or_after_the_command(run: Run, home: Path, tmp_path: Path) -> None:
    os.chdir("/")
    before = run("--home", home, "baseline", "show")
    after = run("baseline", "show", f"--home={home}", "--debug")
    assert before.code == after.code == 0
    assert before.out == after.out != ""


def test_what_is_not_installed_is_one_line(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "monitor.demo", None)
    ran = run("demo")
    assert (ran.code, ran.err) == (2, "monitor: this installation cannot do that: monitor.demo is missing\n")


def test_a_reader_that_hangs_up_is_no_error(home: Path) -> None:
    process = subprocess.Popen([*MONITOR, "help", "baseline"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=home)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_version_is_printed(run: Run) -> None:
    assert run("--version").out.startswith("monitor 0.")


def test_foreign_text_cannot_act_on_the_terminal() -> None:
    assert clean("a\x1b]0;x\x07\u202eb\u200b\x9b31m\ud800\nc\td") == "a]0;xb31m c d"


def test_init_makes_a_home_that_checks_and_leaves_files_alone(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    assert "made" in run("init", home).out
    (home / "monitor.toml").write_text('contact = "me@example.org"\n')
    again = run("--home", home, "init")
    assert "made" not in again.out
    assert (home / "monitor.toml").read_text() == 'contact = "me@example.org"\n'
    assert {f.name for f in (home / "baseline" / home_module.EXAMPLE).iterdir()} == {"programme.toml", "facts.toml", "revisions.toml"}


def test_init_where_nothing_can_be_written_ends_with_four(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("init", tmp_path / "file" / "home")
    assert (ran.code, ran.err.count("\n")) == (4, 1)


def test_doctor_names_what_is_wrong(run: Run, home: Path) -> None:
    assert run("doctor").code == 0
    (home / "baseline" / "rail" / "facts.toml").write_text("[[fact]]\n")
    (home / "monitor.toml").write_text("contact = ''\n")
    ran = run("doctor")
    assert ran.code == 1
    assert "wrong   programme" in ran.out
    (home / "monitor.toml").write_text("contact = 7\n")
    assert "wrong   settings" in run("doctor").out


def test_help_lists_topics_and_shows_a_page(run: Run) -> None:
    assert run("help").out.startswith("start ")
    assert run("help", "kinds").out.startswith("# Kinds of facts")


def test_sources_are_taken_over_from_a_list(run: Run, home: Path) -> None:
    (home / "list.txt").write_text("https://tram.example/news Tram\n")
    assert 'url = "https://tram.example/news"' in run("sources", "import", "list.txt").out
    assert run("sources", "import", "list.txt", "--write").code == 0
    assert run("sources", "import", "nothing.txt").err == "monitor: nothing.txt: No such file or directory\n"
    assert (home / "baseline" / "rail" / "programme.toml").read_text().endswith('publisher = "tram.example"\n')
