"""`monitor extract`: one document, or many short texts in one process."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from monitor.cli import extract
from monitor.cli.app import app

PAGE = """<!doctype html><html lang="en"><head><title>Seven sites</title></head><body><main><h1>Seven sites</h1>
<p>Seven consortia were selected. The programme is worth EUR 1.5 billion and starts in March 2027.</p></main></body></html>"""
MONITOR = [sys.executable, "-c", "from monitor.cli import main; main()"]
HEAVY = ("typer", "rich", "pydantic", "pydantic_settings", "sqlmodel", "sqlalchemy", "fastapi", "alembic", "apprise", "httpx", "bs4")


def monitor(*arguments: str, given: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MONITOR, "extract", *arguments], input=given, capture_output=True, text=True, cwd=cwd, check=False)


def batch(*lines: object) -> list[dict[str, Any]]:
    given = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    ran = monitor("-", "--batch", given=given)
    assert (ran.returncode, ran.stderr) == (0, "")
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "news.html"
    path.write_text(PAGE, "utf-8")
    return path


def test_json_has_the_fields_of_the_contract(page: Path) -> None:
    data = json.loads(monitor(str(page), "--format", "json", "--with-text").stdout)
    assert set(data) == {"url", "title", "language", "published_on", "text_sha256", "observations", "problems", "text"}
    assert (data["title"], data["language"]) == ("Seven sites", "en")
    fields = {"kind", "value", "raw", "start", "end", "quote", "region", "hedge", "role", "pair", "confidence"}
    money = next(o for o in data["observations"] if o["kind"] == "money")
    assert set(money) == fields
    assert (money["value"]["amount"], money["value"]["currency"]) == ("1500000000", "EUR")
    for found in data["observations"]:
        assert data["text"][found["start"] : found["end"]] == found["quote"]


def test_text_underlines_what_was_read(page: Path) -> None:
    lines = monitor(str(page)).stdout.splitlines()
    sentence = next(i for i, line in enumerate(lines) if "EUR 1.5 billion" in line)
    mark = lines[sentence + 1]
    start = lines[sentence].index("EUR 1.5 billion")
    assert mark[start : start + len("EUR 1.5 billion")] == "~" * len("EUR 1.5 billion")


def test_standard_input_is_read_when_no_file_is_named() -> None:
    data = json.loads(monitor("-", "--format", "json", given=PAGE).stdout)
    assert data["title"] == "Seven sites"


def test_the_kinds_that_are_shown_can_be_chosen(page: Path) -> None:
    data = json.loads(monitor(str(page), "--format", "json", "--kind", "money").stdout)
    assert {o["kind"] for o in data["observations"]} == {"money"}


def test_batch_answers_line_by_line_in_order() -> None:
    first, second = batch({"id": "a", "text": "It costs EUR 1.5 billion.", "lang": "en"}, {"id": 2, "html": PAGE, "kinds": ["date"]})
    assert (first["id"], second["id"]) == ("a", 2)
    assert [o["quote"] for o in first["observations"] if o["kind"] == "money"] == ["EUR 1.5 billion"]
    assert {o["kind"] for o in second["observations"]} == {"date"}


def test_offsets_of_a_batch_text_count_in_that_text() -> None:
    text = "  Über allem:\n\n  Das Projekt kostet 1,5 Mrd. Euro.  "
    found = next(o for o in batch({"text": text, "lang": "de"})[0]["observations"] if o["kind"] == "money")
    assert text[found["start"] : found["end"]] == found["quote"]


@pytest.mark.parametrize(
    "line",
    ["not json", "[]", "7", '{"id": "x"}', '{"id": "x", "text": 7}', '{"id": "x", "text": "a", "published": "soon"}', '{"id": "x", "text": "a", "kinds": "money"}',
     '{"id": "x", "text": "a", "kinds": ["mony"]}', "[" * 100_000, '{"id": "x", "text": "\\ud800"', "\x00"],
    ids=lambda line: line[:40],
)  # fmt: skip
def test_a_bad_line_gives_its_problem_and_the_next_line_follows(line: str) -> None:
    bad, good = batch(line, {"id": "good", "text": "EUR 5 million"})
    assert bad["observations"] == []
    assert len(bad["problems"]) == 1
    assert (good["id"], good["problems"]) == ("good", [])


def test_a_text_with_a_lone_surrogate_is_answered() -> None:
    assert batch({"id": "s", "text": "EUR 5 million \ud800"})[0]["id"] == "s"


def test_an_unreadable_document_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    ran = monitor(str(tmp_path / "picture.png"))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_the_quick_parser_and_typer_know_the_same_options() -> None:
    command = typer.main.get_command(app).commands["extract"]  # type: ignore[attr-defined]
    shown = {o for p in command.params for o in p.opts if o.startswith("--") and o != "--help"}
    quick = {o for a in extract.parser()._actions for o in a.option_strings}
    assert quick == shown


def test_extract_imports_nothing_heavy(page: Path) -> None:
    code = f"""
import sys
from monitor.cli import main
try:
    main(["extract", {str(page)!r}])
except SystemExit as ended:
    assert not ended.code
print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr == "[]\n"


@pytest.mark.slow
def test_extract_answers_a_large_page_in_little_time(tmp_path: Path) -> None:
    prose = "Researchers and small firms will share the machine, and the university plans new courses for those who want to work there."
    row = f'<div class="block"><p>The site in Kajaani costs EUR 1.5 billion and opens in March 2027. {prose}</p></div>\n'
    (tmp_path / "large.html").write_text(PAGE.replace("</main>", row * 425 + "</main>"), "utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = monitor(str(tmp_path / "large.html"), "--format", "json")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.returncode == 0
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.2  # the goal is 0.6 s; twice that on a busy machine
