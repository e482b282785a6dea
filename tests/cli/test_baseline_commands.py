"""`monitor baseline` on a small programme."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.test_baseline import FACTS, PROGRAMME, write


def test_check_of_a_clean_folder_ends_with_zero(run: Run, home: Path) -> None:
    ran = run("baseline", "check")
    assert (ran.code, ran.out) == (0, "rail: version 2, 4 facts, 1 sources; no problems\n")


def test_check_prints_every_problem_and_ends_with_one(run: Run, home: Path) -> None:
    write(
        home / "baseline" / "rail",
        PROGRAMME.replace("6h", "6x"),
        FACTS.replace('"EUR 1.5 billion"', '"[/nope] \x1b[31m lots"'.replace("\x1b", "\\u001b")),
    )
    ran = run("baseline", "check", "rail")
    assert ran.code == 1
    assert ran.out.splitlines()[0].startswith("rail/programme.toml:9: error: ")
    assert "[/nope]" in ran.out
    assert "\x1b" not in ran.out
    assert ran.out.splitlines()[-1].endswith("it cannot be watched like this")


def test_check_takes_a_folder_by_its_path(run: Run, home: Path) -> None:
    assert run("baseline", "check", home / "baseline" / "rail").code == 0


def test_warnings_alone_end_with_one_unless_they_are_allowed(run: Run, home: Path) -> None:
    write(home / "baseline" / "rail", facts=FACTS.replace('quote = "B"\n', ""))
    assert run("baseline", "check").code == 1
    assert run("baseline", "check", "--allow-warnings").code == 0


def test_problems_as_json_name_their_place(run: Run, home: Path) -> None:
    write(home / "baseline" / "rail", facts=FACTS.replace('quote = "B"\n', ""))
    assert json.loads(run("baseline", "check", "--format", "json").out) == [
        {
            "where": "rail/facts.toml:26",
            "level": "warning",
            "text": "fact 'station.b' has no quote",
            "hint": "a fact that can be proven has both",
        }
    ]


def test_show_prints_facts_as_they_are_now(run: Run, home: Path) -> None:
    ran = run("baseline", "show")
    assert "Northern Rail (rail), version 2, 4 facts, 1 sources" in ran.out
    assert "cost            over EUR 2.6 billion  2        Cost of the line" in ran.out
    one = run("baseline", "show", "cost")
    assert "quote   over EUR 2.6 billion" in one.out


def test_show_as_json_gives_values_in_their_json_shape(run: Run, home: Path) -> None:
    facts = json.loads(run("baseline", "show", "station.*", "--format", "json").out)["facts"]
    assert [f["value"]["name"] for f in facts] == ["A", "B"]


def test_log_lists_versions_newest_first(run: Run, home: Path) -> None:
    lines = run("baseline", "log").out.splitlines()
    assert lines[0] == "version 2  2026-04-10 09:12Z  cost: over EUR 2.6 billion  by Ada"
    assert lines[-1] == "version 1  the announcement, announced on 2025-01-08: 4 facts"
    assert json.loads(run("baseline", "log", "--format", "json").out)[0]["change"] == "c-1"


def test_diff_shows_announced_against_now(run: Run, home: Path) -> None:
    ran = run("baseline", "diff")
    assert "EUR 1.5 billion" in ran.out
    assert "over EUR 2.6 billion" in ran.out
    assert run("baseline", "diff", "--since-version", "2").out == "rail: every fact is as in version 2\n"
    assert json.loads(run("baseline", "diff", "--format", "json").out)[0]["versions"] == [2]


def test_a_broken_programme_is_one_line_for_the_other_commands(run: Run, home: Path) -> None:
    write(home / "baseline" / "rail", facts="[[fact]]\nkey = oops\n")
    ran = run("baseline", "show")
    assert ran.code == 2
    assert "programme 'rail' cannot be used" in ran.err
    assert "facts.toml:2" in ran.err
