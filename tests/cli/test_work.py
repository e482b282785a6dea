"""The commands over a real home: what they print, what they end with, and that what goes wrong is one clear line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor import cli
from tests.cli.conftest import Ran
from tests.homes import AGREES, PAPER, REVISED, archive, make, seen
from tests.servers import Handler, Server, page

Run = Callable[..., Ran]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make(tmp_path / "home")


@pytest.fixture
def live(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose sources are on the loopback server."""
    monkeypatch.setenv("MONITOR_ALLOW_HOSTS", server.netloc)
    monkeypatch.setenv("MONITOR_HOST_DELAY_S", "0")
    monkeypatch.setenv("MONITOR_FETCH_RETRIES", "0")
    monkeypatch.setenv("MONITOR_FETCH_TIMEOUT_S", "5")
    return make(tmp_path / "live", server.url("/city"), server.url("/paper"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("MONITOR_HOME", "MONITOR_WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def call(home: Path, *arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            cli.main(["--home", str(home), *(str(a) for a in arguments)])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        assert "Traceback" not in captured.err
        return Ran(ended.value.code, captured.out, captured.err)

    return call


def html(text: str) -> Handler:
    return page(text.encode(), media_type="text/html; charset=utf-8")


def replayed(run: Run, home: Path, *more: object) -> Ran:
    file = archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3))
    return run(home, "replay", file, "--programme", "tram", *more)


# --- replay, changes, show


def test_replayed_change_is_listed_in_its_contract_shape(run: Run, home: Path) -> None:
    ran = replayed(run, home)
    assert (ran.code, ran.err) == (0, "")
    (change,) = json.loads(run(home, "changes", "--format", "json").out)
    assert (change["fact"], change["type"], change["status"], change["cause"]) == ("cost", "budget_revised", "open", "page")
    assert (change["old"]["amount"], change["new"]["amount"]) == ("850000000", "1100000000")
    assert change["first_seen"] == "2025-03-04T06:00:00Z"
    assert change["evidence"][0]["source"] == "city"
    assert f"{change['id']}  Budget revised" in ran.out


def test_changes_of_every_status_are_listed_unless_one_is_named(run: Run, home: Path) -> None:
    replayed(run, home, "--accept", "all")
    assert len(json.loads(run(home, "changes", "--format", "json").out)) == 1
    assert json.loads(run(home, "changes", "--format", "json", "--status", "open").out) == []
    assert len(json.loads(run(home, "changes", "--format", "json", "--status", "accepted").out)) == 1


def test_changes_since_a_day_are_those_first_seen_then_or_later(run: Run, home: Path) -> None:
    replayed(run, home)
    assert len(json.loads(run(home, "changes", "--format", "json", "--since", "2025-03-04").out)) == 1
    assert run(home, "changes", "--since", "2025-03-05").out == "no changes\n"


def test_what_is_tied_to_no_fact_is_listed_with_the_reason(run: Run, home: Path) -> None:
    other = AGREES.replace("The line connects", "Elsewhere, the airport in Lyon cost EUR 77 million. The line connects")
    run(home, "replay", archive(home / "a.warc.gz", seen(other, 0)), "--programme", "tram")
    found = json.loads(run(home, "changes", "--unlinked", "--format", "json").out)
    assert all(one["reasons"] and one["quote"] for one in found)


def test_one_change_is_shown_by_the_beginning_of_its_id(run: Run, home: Path) -> None:
    replayed(run, home)
    (change,) = json.loads(run(home, "changes", "--format", "json").out)
    assert "EUR 1.1 billion" in run(home, "show", change["id"][:6]).out
    assert json.loads(run(home, "show", change["id"], "--format", "json").out) == change


def test_unmatched_captures_are_told_once_unless_only_sources_are_wanted(run: Run, home: Path) -> None:
    file = archive(home / "a.warc.gz", seen("x", 0, "https://other.example/"), seen("x", 1, "https://other.example/"), seen(AGREES, 1))
    assert run(home, "replay", file, "-p", "tram").err == "monitor: https://other.example/ belongs to no source of tram and is left out\n"
    assert run(home, "replay", file, "-p", "tram", "--only-sources").err == ""


def test_file_cut_in_its_last_record_is_one_line_and_the_rest_goes_on(run: Run, home: Path) -> None:
    file = archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3), seen(AGREES, 5, PAPER))
    file.write_bytes(file.read_bytes()[:-200])
    ran = run(home, "replay", file, "-p", "tram")
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 1
    assert len(json.loads(run(home, "changes", "--format", "json").out)) == 1


# --- report


def test_report_on_a_past_day_is_the_same_when_asked_again(run: Run, home: Path) -> None:
    replayed(run, home)
    first = run(home, "report", "--date", "2025-03-04", "--format", "md").out
    assert "EUR 1.1 billion" in first
    (change,) = json.loads(run(home, "changes", "--format", "json").out)
    run(home, "review", change["id"], "reject", "--by", "Ada")
    assert run(home, "report", "--date", "2025-03-04", "--format", "md").out == first
    assert (home / "var" / "reports" / "tram" / "2025-03-04.md").read_text("utf-8").strip() == first.strip()


@pytest.mark.parametrize("form", ["text", "md", "html", "json"])
def test_report_of_today_comes_in_every_form(run: Run, home: Path, form: str) -> None:
    replayed(run, home)
    ran = run(home, "report", "--format", form)
    assert ran.code == 0
    assert "Harbour Tram" in ran.out


# --- review


def test_accepted_change_makes_the_next_version_and_undo_takes_it_back(run: Run, home: Path) -> None:
    replayed(run, home)
    (change,) = json.loads(run(home, "changes", "--format", "json").out)
    ran = run(home, "review", change["id"], "accept", "--by", "Ada", "--note", "read the original")
    assert "version 2" in ran.out
    assert "EUR 1.1 billion" in (home / "baseline" / "tram" / "revisions.toml").read_text("utf-8")
    again = run(home, "review", change["id"], "reject", "--by", "Bob")
    assert again.code == 2
    assert "already accepted by Ada" in again.err
    assert run(home, "review", change["id"], "undo", "--by", "Ada").code == 0
    assert json.loads(run(home, "show", change["id"], "--format", "json").out)["status"] == "open"


def test_corrected_value_is_read_like_one_of_the_baseline(run: Run, home: Path) -> None:
    replayed(run, home)
    (change,) = json.loads(run(home, "changes", "--format", "json").out)
    assert run(home, "review", change["id"], "accept", "--value", "lots").code == 2
    assert run(home, "review", change["id"], "accept", "--value", "EUR 1.15 billion").code == 0
    assert "EUR 1.15 billion" in (home / "baseline" / "tram" / "revisions.toml").read_text("utf-8")


def test_snoozed_change_carries_its_day(run: Run, home: Path) -> None:
    replayed(run, home)
    (change,) = json.loads(run(home, "changes", "--format", "json").out)
    assert run(home, "review", change["id"], "snooze", "--until", "2999-01-01").code == 0
    assert json.loads(run(home, "show", change["id"], "--format", "json").out)["status"] == "snoozed"


def test_queue_takes_one_key_per_change(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    replayed(run, home)
    monkeypatch.setattr(sys, "stdin", io.StringIO("a"))
    ran = run(home, "review", "--by", "Ada")
    assert "1 decided, 0 left" in ran.out
    assert run(home, "review").out == "no change waits for a decision\n"


# --- check


def test_check_flags_a_revision_once_and_tells_it_in_one_line(run: Run, live: Path, server: Server) -> None:
    server.handlers |= {"/city": html(AGREES), "/paper": html(AGREES)}
    assert run(live, "check").out == "2 sources looked at: 0 new changes\n"
    server.handlers |= {"/city": html(REVISED), "/paper": html(REVISED)}
    ran = run(live, "check", "--all")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 2
    assert "Budget revised" in ran.out.splitlines()[0]
    assert run(live, "check", "--all").out == "2 sources looked at: 0 new changes\n"
    (change,) = json.loads(run(live, "changes", "--format", "json").out)
    assert {e["source"] for e in change["evidence"]} == {"city", "paper"}


def test_failing_source_is_one_line_and_ends_with_three(run: Run, live: Path, server: Server) -> None:
    server.handlers |= {"/city": html(AGREES)}
    ran = run(live, "check")
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("paper: http_error: ")
    health = {h["id"]: h for h in json.loads(run(live, "sources", "list", "--format", "json").out)}
    assert (health["city"]["status"], health["paper"]["status"], health["paper"]["http_status"]) == ("ok", "http_error", 404)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (page(b"%PDF-1.7\n%%EOF", media_type="application/pdf"), "unsupported"),
        (page(b""), "empty"),
        (page(b"<html><body></body></html>"), "empty"),
        (page(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, media_type="image/png"), "unsupported"),
    ],
    ids=["pdf", "no-content", "empty-page", "image"],
)
def test_answer_that_is_no_page_is_told_and_nothing_is_flagged(run: Run, live: Path, server: Server, answer: Handler, status: str) -> None:
    server.handlers |= {"/city": answer, "/paper": html(AGREES)}
    ran = run(live, "check")
    assert ran.code == 3
    assert ran.err.startswith(f"city: {status}: ")
    assert run(live, "changes").out == "no changes\n"


def test_unreachable_source_is_told(run: Run, live: Path, server: Server) -> None:
    folder = live / "baseline" / "tram" / "programme.toml"
    folder.write_text(folder.read_text("utf-8").replace(server.url("/paper"), "http://127.0.0.1:9/paper"), "utf-8")
    server.handlers |= {"/city": html(AGREES)}
    ran = run(live, "check")
    assert (ran.code, ran.err.split(": ")[:2]) == (3, ["paper", "blocked_address"])


def test_programme_with_errors_does_not_stop_the_others(run: Run, live: Path, server: Server) -> None:
    server.handlers |= {"/city": html(AGREES), "/paper": html(AGREES)}
    broken = live / "baseline" / "broken"
    broken.mkdir()
    (broken / "programme.toml").write_text("id = broken\n", "utf-8")
    (broken / "facts.toml").write_text("", "utf-8")
    ran = run(live, "check")
    assert ran.code == 3
    assert "programme 'broken' cannot be used" in ran.err
    assert "programme.toml:1" in ran.err
    assert "2 sources looked at" in ran.out


def test_nothing_due_is_said(run: Run, live: Path, server: Server) -> None:
    server.handlers |= {"/city": html(AGREES), "/paper": html(AGREES)}
    run(live, "check")
    assert run(live, "check").out == "nothing is due (look anyway: --all)\n"


def test_source_test_says_what_would_be_read_and_stores_nothing(run: Run, live: Path, server: Server) -> None:
    server.handlers |= {"/new": html(AGREES)}
    ran = run(live, "sources", "test", server.url("/new"))
    assert ran.code == 0
    assert "EUR 850 million" in ran.out
    assert server.paths == ["/new", "/new"]
    assert not (live / "var").exists()


def test_a_source_is_edited_where_it_stands_or_only_looked_at(run: Run, live: Path, server: Server) -> None:
    server.handlers |= {"/new": html(AGREES)}
    file = next(live.glob("baseline/*/programme.toml"))
    before, name = file.read_text("utf-8"), json.loads(run(live, "sources", "list", "--format", "json").out)[0]["id"]
    dry = run(live, "sources", "edit", name, "--set", f"url={server.url('/new')}", "--dry-run")
    assert (dry.code, file.read_text("utf-8")) == (0, before)
    assert "EUR 850 million" in dry.out
    assert run(live, "sources", "edit", name, "--set", f"url={server.url('/new')}", "--set", 'include=["main"]').code == 0
    assert set(file.read_text("utf-8").splitlines()) - set(before.splitlines()) == {f'url = "{server.url("/new")}"', 'include = ["main"]'}
    wrong = run(live, "sources", "edit", name, "--set", "evry=1d")
    assert (wrong.code, "did you mean 'every'" in wrong.err) == (2, True)


# --- data out, upkeep


def test_exported_captures_replay_to_the_same_changes(run: Run, home: Path, tmp_path: Path) -> None:
    replayed(run, home)
    assert run(home, "export", "captures", "--format", "warc", "-o", tmp_path / "out.warc.gz").code == 0
    other = make(tmp_path / "other")
    run(other, "replay", tmp_path / "out.warc.gz", "-p", "tram")
    shown = [json.loads(run(where, "changes", "--format", "json").out) for where in (home, other)]
    assert shown[0] == shown[1]


def test_changes_and_facts_are_exported(run: Run, home: Path) -> None:
    replayed(run, home)
    assert run(home, "export", "changes", "--format", "csv").out.startswith('"id","programme","fact"')
    facts = json.loads(run(home, "export", "facts").out)
    assert {f["key"] for f in facts} == {"cost", "stops"}
    assert run(home, "export", "facts", "--format", "csv").out.count("\r\n") >= 2


def test_backup_restores_into_an_empty_home(run: Run, home: Path, tmp_path: Path) -> None:
    replayed(run, home)
    assert run(home, "db", "backup", tmp_path / "b.tar.zst").code == 0
    assert run(tmp_path / "new", "db", "restore", tmp_path / "b.tar.zst").code == 0
    assert run(tmp_path / "new", "changes", "--format", "json").out == run(home, "changes", "--format", "json").out
    assert run(tmp_path / "new", "db", "check").code == 0
    assert run(home, "db", "restore", tmp_path / "b.tar.zst").code == 2
    assert run(home, "db", "backup", tmp_path / "b.tar.zst").code == 2


def test_reread_with_the_same_code_has_nothing_to_do(run: Run, home: Path) -> None:
    replayed(run, home)
    assert run(home, "reread").out == "0 pages read again\n"


# --- what is asked wrongly


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("changes", "-p", "nope"), 2, "no programme 'nope'"),
        (("check", "-p", "nope"), 2, "no programme 'nope'"),
        (("check", "--source", "nope"), 2, "no source 'nope'"),
        (("report", "-p", "nope"), 2, "no programme 'nope'"),
        (("replay", "nope.warc.gz", "-p", "tram"), 2, "no such file"),
        (("replay", "nope.warc.gz", "-p", "nope"), 2, "no programme 'nope'"),
        (("show", "c-nope"), 2, "'c-nope'"),
        (("review", "c-nope", "accept"), 2, "'c-nope'"),
        (("export", "captures", "--format", "csv"), 2, "--format warc"),
        (("export", "captures", "--format", "warc"), 2, "--output"),
        (("sources", "test", "ftp://files.example/a"), 3, "blocked_scheme"),
        (("sources", "test", "http://127.0.0.1:9/"), 3, "blocked_address"),
        (("db", "restore", "nope"), 2, "no such file"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(run: Run, home: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    ran = run(home, *arguments)
    assert ran.code == code
    assert len(ran.err.splitlines()) == 1
    assert words in ran.err


def test_folder_that_is_missing_or_no_home_is_named(run: Run, tmp_path: Path) -> None:
    assert "there is no folder" in run(tmp_path / "nope", "changes").err
    (tmp_path / "empty").mkdir()
    ran = run(tmp_path / "empty", "changes")
    assert (ran.code, list((tmp_path / "empty").iterdir())) == (2, [])


def test_foreign_file_is_no_archive(run: Run, home: Path) -> None:
    (home / "x.warc").write_text("hello", "utf-8")
    ran = run(home, "replay", home / "x.warc", "-p", "tram")
    assert ran.code == 3
    assert "is no WARC file" in ran.err


def test_damaged_database_is_left_alone(run: Run, home: Path) -> None:
    (home / "var").mkdir()
    (home / "var" / "monitor.db").write_bytes(b"no database" * 100)
    ran = run(home, "changes")
    assert (ran.code, len(ran.err.splitlines())) == (4, 1)
    assert (home / "var" / "monitor.db").read_bytes() == b"no database" * 100


@pytest.mark.slow
def test_real_command_answers_like_the_function(home: Path) -> None:
    file = archive(home / "a.warc.gz", seen(AGREES, 0), seen(REVISED, 3))
    command = [sys.executable, "-W", "error", "-c", "from monitor.cli import main; main()", "--home", str(home)]
    ran = subprocess.run([*command, "replay", str(file), "-p", "tram"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1 new change" in ran.stdout


# --- notices and silences


def test_notice_that_was_refused_is_shown_as_a_dead_letter_and_can_be_tried_again(
    run: Run, live: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.handlers |= {"/city": html(AGREES), "/paper": html(AGREES), "/hook": lambda c: c.answer(status="400 Bad Request")}
    monkeypatch.setenv("MONITOR_WEBHOOK_URL", server.url("/hook"))
    assert run(live, "notify", "test").out.strip() == "webhook: webhook: answered 400"
    run(live, "check")
    server.handlers["/city"] = html(REVISED)
    run(live, "check", "--all")
    (dead,) = json.loads(run(live, "notify", "list", "--dead", "--format", "json").out)
    assert (dead["channel"], dead["error"]) == ("webhook", "webhook: answered 400")
    server.handlers["/hook"] = lambda connection: connection.answer()
    assert run(live, "notify", "test").code == 0
    assert run(live, "notify", "retry").code == 0
    run(live, "check", "--all")
    assert json.loads(run(live, "notify", "list", "--format", "json").out) == []


def test_silence_keeps_a_notice_back_and_ends(run: Run, live: Path, server: Server) -> None:
    server.handlers |= {"/city": html(AGREES), "/paper": html(AGREES)}
    (live / "channels.toml").write_text('[[channel]]\nid = "log"\nto = "file"\nurl = "var/notices.jsonl"\n', "utf-8")
    run(live, "check")
    silenced = run(live, "silence", "add", "cost", "--until", "2999-01-01", "--note", "known", "--by", "me")
    assert "silent until 2999-01-01: cost" in silenced.out
    server.handlers["/city"] = html(REVISED)
    run(live, "check", "--all")
    assert not (live / "var" / "notices.jsonl").exists()
    assert json.loads(run(live, "changes", "--format", "json").out)[0]["fact"] == "cost"
    (one,) = json.loads(run(live, "silence", "list", "--format", "json").out)
    assert run(live, "silence", "end", one["id"][:8]).code == 0
    assert run(live, "silence", "list").out == "nothing is silenced\n"
    assert run(live, "silence", "add", "x", "--until", "2001-01-01").code == 2


def test_doctor_names_sources_that_never_worked_and_notices_that_were_given_up(
    run: Run, live: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "none yet" in run(live, "doctor").out
    server.handlers |= {"/city": html(AGREES), "/hook": lambda c: c.answer(status="400 Bad Request")}
    monkeypatch.setenv("MONITOR_WEBHOOK_URL", server.url("/hook"))
    run(live, "check")
    server.handlers["/city"] = html(REVISED)
    run(live, "check", "--all")
    ran = run(live, "doctor", "--format", "json")
    assert ran.code == 1
    wrong = {f["what"]: f["text"] for f in json.loads(ran.out) if f["state"] == "wrong"}
    assert wrong["source"].startswith("paper has never worked: http_error")
    assert wrong["notices"].startswith("1 did not arrive")


def test_doctor_leaves_a_damaged_database_alone_and_says_so(run: Run, home: Path) -> None:
    replayed(run, home)
    path = home / "var" / "monitor.db"
    path.write_bytes(b"rubbish" * 1000)
    ran = run(home, "doctor")
    assert ran.code == 1
    assert "damaged" in ran.out
    assert path.read_bytes() == b"rubbish" * 1000
