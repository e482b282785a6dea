"""The baseline folder: read, checked like a compiler, appended to."""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import baseline
from monitor.baseline.written import toml as written_toml
from monitor.core.model import Count, Money, Qualifier, Revision, Site, Status
from monitor.errors import BaselineError, ConflictError, StoreError, UsageError
from tests.stub_kinds import KINDS

PROGRAMME = """\
id = "rail"
title = "Northern Rail"
languages = ["en"]
announced_on = "2025-01-08"

[[source]]
id = "news"
url = "https://rail.example/news"
every = "6h"

[[expect]]
fact = "stations.count"
min = "2"
max = "9"
"""

FACTS = """\
[[fact]]
key = "cost"
kind = "money"
label = "Cost of the line"
value = "EUR 1.5 billion"
quote = "The line costs EUR 1.5 billion."
url = "https://rail.example/start"

[[fact]]
key = "stations.count"
kind = "count"
label = "Stations"
value = "2 stations"
counts = "station.*"
quote = "two stations"
url = "https://rail.example/start"

[[fact]]
key = "station.a"
kind = "site"
label = "A"
value = { name = "A", country = "FI" }
quote = "A"
url = "https://rail.example/start"

[[fact]]
key = "station.b"
kind = "site"
label = "B"
value = { name = "B", country = "SE" }
status = "selected"
quote = "B"
url = "https://rail.example/start"
"""

REVISION = """\
[[revision]]
version = 2
recorded = "2026-04-10T09:12:00Z"
by = "Ada"
change = "c-1"
fact = "cost"
value = "over EUR 2.6 billion"
from = "2026-04-09"
quote = "over EUR 2.6 billion"
url = "https://rail.example/more"
captured = "2026-04-09T06:00:12Z"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "rail")


def write(folder: Path, programme: str = PROGRAMME, facts: str = FACTS, revisions: str | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "programme.toml").write_text(programme, "utf-8")
    (folder / "facts.toml").write_text(facts, "utf-8")
    if revisions is not None:
        (folder / "revisions.toml").write_text(revisions, "utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    return [str(p) for p in baseline.check(folder, KINDS).problems]


def accepted(version: int = 2, **changed: object) -> Revision:
    made = Revision(
        version=version, recorded_at=datetime(2026, 4, 10, 9, 12, tzinfo=UTC), by="Ada", change="c-1", fact="cost",
        value=Money(Decimal("2.6E+9"), "EUR", Qualifier.OVER), kind="money", valid_from=date(2026, 4, 9), quote="over EUR 2.6 billion",
        url="https://rail.example/more", captured_at=datetime(2026, 4, 9, 6, 0, 12, tzinfo=UTC),
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------------------------- reading


def test_a_clean_folder_has_no_problems(folder: Path) -> None:
    checked = baseline.check(folder, KINDS)
    assert checked.problems == []
    assert checked.baseline is not None
    assert (checked.baseline.version, len(checked.baseline.facts), checked.baseline.announced_on) == (1, 4, date(2025, 1, 8))
    assert checked.baseline.sources[0].every_s == 21600
    assert checked.baseline.expectations[0].max == 9


def test_a_revision_makes_the_next_version_of_its_fact(folder: Path) -> None:
    write(folder, revisions=REVISION)
    read = baseline.read(folder, KINDS)
    cost = read.facts[0]
    assert read.version == 2
    assert (cost.version, cost.change, cost.valid_from) == (2, "c-1", date(2026, 4, 9))
    assert isinstance(cost.value, Money)
    assert cost.value.qualifier is Qualifier.OVER
    assert read.announced[0].version == 1
    assert [d.key for d in baseline.drift(read)] == ["cost"]
    assert baseline.at_version(read, 1) == read.announced


def test_a_withdrawn_fact_stays_but_is_removed(folder: Path) -> None:
    write(folder, revisions=REVISION.replace('"cost"', '"station.b"').replace('value = "over EUR 2.6 billion"', "withdrawn = true"))
    read = baseline.read(folder, KINDS)
    assert [f.removed for f in read.facts] == [False, False, False, True]


def test_a_revision_can_bring_a_new_fact_and_a_status(folder: Path) -> None:
    new = REVISION.replace('"cost"', '"station.c"\nkind = "site"\nlabel = "C"').replace(
        '"over EUR 2.6 billion"\nfrom', '{ name = "C" }\nfrom'
    )
    status = REVISION.replace("version = 2", "version = 3").replace('"cost"', '"station.c"\nkind = "status"')
    write(folder, revisions=new + status.replace('"over EUR 2.6 billion"\nfrom', '"operational"\nfrom'))
    checked = baseline.check(folder, KINDS)
    assert checked.baseline is not None
    fact = checked.baseline.facts[-1]
    assert (fact.key, fact.kind, fact.label, fact.version, fact.status) == ("station.c", "site", "C", 3, "operational")
    assert [p.text for p in checked.problems] == [
        "'stations.count' states 2 stations, but 3 are named under 'station.*': station.a, station.b, station.c"
    ]


def test_a_revision_can_add_names_only(folder: Path) -> None:
    write(folder, revisions=REVISION.replace('value = "over EUR 2.6 billion"', 'aliases = ["the price"]'))
    cost = baseline.read(folder, KINDS).facts[0]
    assert (cost.aliases, cost.removed, cost.version) == (("the price",), False, 2)


def test_windows_line_ends_and_a_byte_order_mark_are_read(folder: Path) -> None:
    (folder / "facts.toml").write_bytes(b"\xef\xbb\xbf" + FACTS.replace("\n", "\r\n").encode())
    assert problems(folder) == []


def test_reading_a_folder_with_errors_raises_them_all(folder: Path) -> None:
    write(folder, facts=FACTS.replace('"money"', '"mony"').replace('"2 stations"', '"many"'))
    with pytest.raises(BaselineError) as error:
        baseline.read(folder, KINDS)
    assert len(error.value.problems) == 2


def test_a_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no programme folder"):
        baseline.read(tmp_path / "nowhere", KINDS)
    with pytest.raises(UsageError, match="no programme 'x' in this home"):
        baseline.programme_folder(tmp_path, "x")


# ------------------------------------------------------------------------------------------------------------------- the compiler


CASES = [
    # what is broken, file, old text, new text, line and words expected
    ("duplicate key", "facts", 'key = "station.b"', 'key = "station.a"', "facts.toml:27: error: fact 'station.a' stands twice; the first is at rail/facts.toml:19"),
    ("unreadable value", "facts", '"EUR 1.5 billion"', '"a lot"', "facts.toml:5: error: no money can be read from 'a lot' (write it like"),
    ("missing value", "facts", 'value = "EUR 1.5 billion"\n', "", "facts.toml:1: error: 'value' is missing in [[fact]] cost"),
    ("missing quote", "facts", 'quote = "B"\n', "", "facts.toml:26: warning: fact 'station.b' has no quote"),
    ("missing url", "facts", 'quote = "B"\nurl = "https://rail.example/start"', 'quote = "B"', "facts.toml:26: warning: fact 'station.b' has no url"),
    ("unknown kind", "facts", 'kind = "money"', 'kind = "mony"', "facts.toml:3: error: unknown kind 'mony' (did you mean 'money'?)"),
    ("unknown key", "facts", "label = ", "lable = ", "facts.toml:4: error: unknown key 'lable' (did you mean 'label'?)"),
    ("count against list", "facts", '"2 stations"', '"5 stations"', "facts.toml:13: warning: 'stations.count' states 5 stations, but 2 are named"),
    ("counts nothing", "facts", '"station.*"', '"statoin.*"', "facts.toml:14: warning: 'stations.count' counts 'statoin.*', but no fact"),
    ("bad scheme", "facts", "https://rail.example/start", "ftp://rail.example/start", "facts.toml:7: error: 'url' has the scheme 'ftp'"),
    ("unknown block", "facts", "[[fact]]\nkey = \"cost\"", "[[facts]]\nkey = \"cost\"", "facts.toml:1: error: unknown block [[facts]] (did you mean 'fact'?)"),
    ("status word", "facts", '"selected"', '"selectet"', "facts.toml:31: warning: 'selectet' is not in the status vocabulary"),
    ("no text", "facts", 'label = "A"', "label = 7", "facts.toml:21: error: 'label' must be text, not a number"),
    ("bad day", "programme", '"2025-01-08"', '"2025-02-30"', "programme.toml:4: error: 'announced_on' is '2025-02-30', which is no day"),
    ("folder name", "programme", 'id = "rail"', 'id = "tram"', "programme.toml:1: error: 'id' is 'tram' but the folder is called 'rail'"),
    ("source scheme", "programme", "https://rail.example/news", "file:///etc/passwd", "programme.toml:8: error: 'url' has the scheme 'file'"),
    ("source password", "programme", "https://rail", "https://me:you@rail", "programme.toml:8: error: 'url' carries a user name or password"),
    ("source interval", "programme", '"6h"', '"often"', "programme.toml:9: error: 'every' is 'often', which is no interval"),
    ("source key", "programme", "every = ", "evry = ", "programme.toml:9: error: unknown key 'evry' (did you mean 'every'?)"),
    ("bound crossed", "programme", 'max = "9"', 'max = "1"', "programme.toml:13: error: 'min' 2 is greater than 'max' 1"),
    ("bound of nothing", "programme", '"stations.count"', '"station.count"', "programme.toml:12: error: [[expect]] speaks of 'station.count'"),
    ("language", "programme", '["en"]', '["en", "xx"]', "programme.toml:3: warning: language 'xx' has no word lists"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "file", "old", "new", "expected"), CASES, ids=[c[0] for c in CASES])
def test_a_problem_is_told_with_file_and_line(folder: Path, what: str, file: str, old: str, new: str, expected: str) -> None:
    texts = {"programme": PROGRAMME, "facts": FACTS}
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new, 1)
    write(folder, texts["programme"], texts["facts"])
    assert any(f"rail/{expected}" in line for line in problems(folder)), problems(folder)


def test_a_value_outside_its_bounds_is_told(folder: Path) -> None:
    write(folder, PROGRAMME.replace('min = "2"', 'min = "3"'))
    assert problems(folder) == [
        "rail/facts.toml:13: error: 'stations.count' is 2, which crosses its bound min 3 (the bound is at rail/programme.toml:11)"
    ]


def test_a_list_shorter_than_its_stated_count_is_pointed_at(folder: Path) -> None:
    named = '[[fact]]\nkey = "states.named"\nkind = "countries"\nlabel = "States"\nvalue = ["PT", "RO"]\nquote = "q"\nurl = "https://a.example"\n'
    count = '[[fact]]\nkey = "states.count"\nkind = "count"\nlabel = "States"\nvalue = "5 states"\ncounts = "states.named"\nquote = "q"\nurl = "https://a.example"\n'
    write(folder, facts=FACTS + named + count)
    line = "'states.count' states 5 states, but 2 are named under 'states.named': PT, RO (3 are not named)"
    assert problems(folder) == [f"rail/facts.toml:45: warning: {line}"]
    assert baseline.check(folder, KINDS).baseline is not None


def test_a_hedged_count_agrees_with_a_longer_list(folder: Path) -> None:
    write(folder, PROGRAMME.replace('min = "2"', 'min = "1"'), FACTS.replace('"2 stations"', '"over 1 stations"'))
    assert problems(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version = 2", "version = 4", "revisions.toml:2: error: a gap in the versions: version 2 was expected here, not 4"),
        ("version = 2", "version = 1", "revisions.toml:2: error: 'version' is '1'"),
        ("version = 2\n", "", "revisions.toml:1: error: 'version' is missing"),
        ('"cost"', '"costs"', "revisions.toml:6: error: there is no fact 'costs' to revise (did you mean 'cost'?)"),
        ("2026-04-10T09:12:00Z", "yesterday", "revisions.toml:3: error: 'recorded' is 'yesterday', which is no moment"),
        (
            "2026-04-10T09:12:00Z",
            "2026-04-10T09:12:00",
            "revisions.toml:3: error: 'recorded' is '2026-04-10T09:12:00', which is no moment with a time zone",
        ),
        ('"over EUR 2.6 billion"\nfrom', '"dear"\nfrom', "revisions.toml:7: error: no money can be read from 'dear'"),
        ('value = "over EUR 2.6 billion"\n', "", "revisions.toml:1: error: 'value' is missing in [[revision]] cost"),
    ],
)
def test_a_problem_of_a_revision_is_told_with_its_line(folder: Path, old: str, new: str, expected: str) -> None:
    write(folder, revisions=REVISION.replace(old, new))
    assert any(f"rail/{expected}" in line for line in problems(folder)), problems(folder)


def test_the_same_version_twice_is_an_error(folder: Path) -> None:
    write(folder, revisions=REVISION + REVISION)
    assert "rail/revisions.toml:13: error: a version that was there before: version 3 was expected here, not 2" in problems(folder)[0]


def test_sources_that_stand_twice_are_told(folder: Path) -> None:
    write(folder, PROGRAMME + '[[source]]\nid = "news"\nurl = "https://rail.example/news"\n')
    lines = problems(folder)
    assert "programme.toml:16: error: source id 'news' stands twice; the first is at rail/programme.toml:7" in lines[0]
    assert "programme.toml:17: warning: source url" in lines[1]


def test_all_problems_come_at_once_in_the_order_of_lines(folder: Path) -> None:
    broken = (
        FACTS.replace('"EUR 1.5 billion"', '"a lot"')
        .replace('value = { name = "A"', "value = { nam")
        .replace('kind = "count"', 'kind = "cuont"')
    )
    write(folder, PROGRAMME.replace("6h", "6x"), broken)
    lines = problems(folder)
    assert [line.split(" ")[0] for line in lines] == [
        "rail/programme.toml:9:",
        "rail/facts.toml:5:",
        "rail/facts.toml:11:",
        "rail/facts.toml:22:",
    ]


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ('[[fact]]\nkey = "a"\nkey = "b"\n', 3),
        ('[[fact]]\nkey = "a\n', 2),
        ("[[fact]]\nkey\n", 2),
        ('[[fact]]\nvalue = { amount = "1"\n', 2),
        ("[[fact]]\nvalue = 1.5.3\n", 2),
        ("[[fact]]\n" + "a." * 100_000 + "b = 1\n", 2),
    ],
)
def test_unreadable_toml_is_told_with_its_line_and_what_was_expected(folder: Path, facts: str, line: int) -> None:
    write(folder, facts=FACTS + facts)
    first = problems(folder)[0]
    assert first.startswith(f"rail/facts.toml:{FACTS.count(chr(10)) + line}: error: not readable as TOML")


def test_a_mistake_in_one_block_hides_no_other_block(folder: Path) -> None:
    write(
        folder,
        facts='[[fact]]\nkey = oops\n[[fact]]\nkey = "b"\nkind = "mony"\nlabel = "B"\nvalue = "1"\nquote = "q"\nurl = "https://a.example"\n',
    )
    assert [line.split(" ")[0] for line in problems(folder)] == ["rail/facts.toml:2:", "rail/facts.toml:5:"]


@pytest.mark.parametrize(
    "junk", ["a = " + "1" * 5000, "a = " + "[" * 100_000, '"' * 999_999, " " * 1_000_000, '"' + "\\" * 1_000_000, "a = 2025-13-41"]
)
def test_long_runs_and_deep_nests_are_problems(folder: Path, junk: str) -> None:
    write(folder, facts=junk)
    checked = baseline.check(folder, KINDS)
    assert junk.isspace() or any("not readable as TOML" in p.text for p in checked.problems)


def test_a_torn_facts_file_does_not_make_its_revisions_wrong(folder: Path) -> None:
    write(folder, facts='[[fact]]\nkey = "cost"\nvalue = oops\n', revisions=REVISION)
    assert len(problems(folder)) == 1


def test_missing_files_and_other_encodings_are_told(folder: Path) -> None:
    (folder / "facts.toml").write_bytes(b'[[fact]]\nlabel = "Z\xfcrich"\n')
    (folder / "programme.toml").unlink()
    lines = problems(folder)
    assert lines[0].startswith("rail/programme.toml:1: error: the file is missing")
    assert any(line.startswith("rail/facts.toml:2: error: the file is not UTF-8 text") for line in lines)


def test_a_header_line_inside_a_text_is_no_block(folder: Path) -> None:
    quote = 'quote = """\n[[fact]]\nkey = "no"\n"""'
    write(folder, facts=FACTS.replace('quote = "B"', quote))
    assert problems(folder) == []


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_file_gives_problems_and_no_exception(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = write(tmp_path_factory.mktemp("any") / "rail")
    for name in ("programme.toml", "facts.toml", "revisions.toml"):
        (folder / name).write_bytes(body)
        baseline.check(folder, KINDS)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=4,
    ),
    st.sampled_from(
        ["key", "kind", "label", "value", "about", "scope", "from", "quote", "url", "aliases", "status", "counts", "version", "recorded"]
    ),
)
def test_any_value_under_any_key_gives_problems_and_no_exception(tmp_path_factory: pytest.TempPathFactory, value: object, key: str) -> None:
    folder = write(tmp_path_factory.mktemp("any") / "rail", facts=f"{FACTS}[[fact]]\n{key} = {written_toml(value)}\n")
    (folder / "revisions.toml").write_text(f"[[revision]]\n{key} = {written_toml(value)}\n", "utf-8")
    baseline.check(folder, KINDS)


# ------------------------------------------------------------------------------------------------------------------------ appending


def test_an_appended_revision_is_the_next_version(folder: Path) -> None:
    before = baseline.read(folder, KINDS)
    digest = baseline.append_revision(folder, before.digest, accepted(), KINDS)
    after = baseline.read(folder, KINDS)
    assert after.digest == digest != before.digest
    assert after.revisions == (accepted(),)
    assert 'value = "over EUR 2.6 billion"' in (folder / "revisions.toml").read_text()


def test_nothing_but_the_end_of_the_file_changes(folder: Path) -> None:
    by_hand = "# by hand\r\n" + REVISION.replace("\n", "\r\n").rstrip() + "  # kept"
    (folder / "revisions.toml").write_bytes(by_hand.encode())
    (folder / "revisions.toml").chmod(0o640)
    facts = (folder / "facts.toml").read_bytes()
    baseline.append_revision(folder, baseline.folder_digest(folder), accepted(3), KINDS)
    body = (folder / "revisions.toml").read_bytes()
    assert body.startswith(by_hand.encode() + b"\r\n\r\n[[revision]]\r\nversion = 3")
    assert (folder / "facts.toml").read_bytes() == facts
    assert (folder / "revisions.toml").stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in folder.iterdir()) == ["facts.toml", "programme.toml", "revisions.toml"]


def test_a_folder_edited_meanwhile_is_refused_and_untouched(folder: Path) -> None:
    digest = baseline.folder_digest(folder)
    write(folder, facts=FACTS + "# edited\n")
    with pytest.raises(ConflictError, match="edited meanwhile"):
        baseline.append_revision(folder, digest, accepted(), KINDS)
    assert not (folder / "revisions.toml").exists()


def test_a_version_that_is_not_the_next_one_is_refused(folder: Path) -> None:
    with pytest.raises(ConflictError, match="version 7 cannot follow"):
        baseline.append_revision(folder, baseline.folder_digest(folder), accepted(7), KINDS)


def test_a_new_fact_a_withdrawal_a_status_and_names_survive_the_file(folder: Path) -> None:
    evil = 'C "quoted" \\ \x1b[31m\n[[revision]]\nversion = 9 \u202e'
    made = [
        accepted(
            2,
            fact="station.c",
            kind="site",
            value=Site("C", "H", "P", "NO"),
            label=evil,
            quote=evil,
            note=evil,
            scope="x",
            about=("a", "b"),
        ),
        accepted(3, fact="station.b", kind="site", value=None),
        accepted(4, fact="station.a", kind="status", value=Status("operational")),
        accepted(5, fact="station.a", kind="site", value=None, aliases=("The A",)),
        accepted(6, fact="stations.count", kind="count", value=Count(Decimal(7), "stations")),
    ]
    digest = baseline.folder_digest(folder)
    for revision in made:
        digest = baseline.append_revision(folder, digest, revision, KINDS)
    assert list(baseline.read(folder, KINDS).revisions) == made


def test_two_threads_never_append_the_same_version(folder: Path) -> None:
    digest = baseline.folder_digest(folder)
    outcomes: list[str] = []

    def append() -> None:
        try:
            outcomes.append(baseline.append_revision(folder, digest, accepted(), KINDS))
        except ConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=append) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(o == "conflict" for o in outcomes) == [False] + [True] * 5
    assert baseline.read(folder, KINDS).version == 2


def test_a_kill_before_the_rename_leaves_the_old_file(folder: Path) -> None:
    (folder / "revisions.toml").write_text(REVISION)
    child = multiprocessing.get_context("fork").Process(target=die_before_rename, args=(folder,))
    child.start()
    child.join()
    assert child.exitcode == 9
    assert (folder / "revisions.toml").read_text() == REVISION
    baseline.append_revision(folder, baseline.folder_digest(folder), accepted(3), KINDS)
    assert baseline.read(folder, KINDS).version == 3


def die_before_rename(folder: Path) -> None:
    os.replace = lambda *_: os._exit(9)
    baseline.append_revision(folder, baseline.folder_digest(folder), accepted(3), KINDS)


def test_a_full_or_read_only_disk_is_told_and_leaves_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreError, match="the disk is full"):
        baseline.append_revision(folder, baseline.folder_digest(folder), accepted(), KINDS)
    assert sorted(p.name for p in folder.iterdir()) == ["facts.toml", "programme.toml"]
