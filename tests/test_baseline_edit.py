"""A source changed where it stands in programme.toml: its lines only, under the digest of the form, never into something unreadable."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.baseline import edit, folder_digest, read
from monitor.errors import ConflictError, UsageError
from tests.test_baseline import FACTS

PROGRAMME = """\
# The railway.
id = "rail"
title = "Northern Rail"   # as announced
languages = ["en"]

[[source]]
id = "news"   # the main one
url = "https://rail.example/news"  # since May
every = "6h"
include = [
  "main",     # the text
  ".facts",
]
# quiet on Sundays

[[source]]
  id = "office"
  url = "https://office.example/#plan"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "rail"
    made.mkdir()
    (made / "programme.toml").write_text(PROGRAMME, "utf-8")
    (made / "facts.toml").write_text(FACTS, "utf-8")
    return made


def edited(folder: Path, source: str, values: dict[str, object]) -> str:
    edit.edit_source(folder, folder_digest(folder), source, values)
    return (folder / "programme.toml").read_bytes().decode()


@pytest.mark.parametrize(
    ("source", "values", "old", "new"),
    [
        # a comment behind the value stays, as does every other byte
        ("news", {"url": "https://rail.example/#now"}, 'rail.example/news"  # since', 'rail.example/#now"  # since'),
        # a list over several lines becomes one line; the comment below it is not part of it
        ("news", {"include": ["main"]}, 'include = [\n  "main",     # the text\n  ".facts",\n]', 'include = ["main"]'),
        # an empty value takes the line away
        ("news", {"every": None}, 'every = "6h"\n', ""),
        # a new key goes below the id, indented like it
        ("office", {"authority": "official"}, '  id = "office"\n', '  id = "office"\n  authority = "official"\n'),
        # several keys at once, one of them over many lines
        ("news", {"include": [], "every": "1d"}, 'every = "6h"\ninclude = [\n  "main",     # the text\n  ".facts",\n]\n', 'every = "1d"\n'),
    ],
)
def test_only_the_lines_of_the_changed_keys_move(folder: Path, source: str, values: dict[str, object], old: str, new: str) -> None:
    assert PROGRAMME.count(old) == 1
    assert edited(folder, source, values) == PROGRAMME.replace(old, new)


def test_line_ends_of_another_system_stay(folder: Path) -> None:
    (folder / "programme.toml").write_bytes(PROGRAMME.replace("\n", "\r\n").encode())
    assert edited(folder, "news", {"every": "2d", "publisher": "Rail"}) == PROGRAMME.replace("\n", "\r\n").replace("6h", "2d").replace(
        "# the main one\r\n", '# the main one\r\npublisher = "Rail"\r\n'
    )


def test_the_source_is_read_with_its_new_values(folder: Path) -> None:
    edited(folder, "news", {"url": 'https://rail.example/x"y', "cron": "0 6 * * *", "every": None})
    source = read(folder).sources[0]
    assert (source.url, source.cron, source.include) == ('https://rail.example/x"y', "0 6 * * *", ("main", ".facts"))


def test_nothing_changed_writes_nothing(folder: Path) -> None:
    before = (folder / "programme.toml").stat().st_mtime_ns
    assert edited(folder, "news", {"every": "6h", "language": None}) == PROGRAMME
    assert (folder / "programme.toml").stat().st_mtime_ns == before


def test_a_folder_edited_by_hand_meanwhile_is_not_written(folder: Path) -> None:
    digest = folder_digest(folder)
    by_hand = PROGRAMME.replace('"6h"', '"12h"')
    (folder / "programme.toml").write_text(by_hand, "utf-8")
    with pytest.raises(ConflictError, match="edited meanwhile"):
        edit.edit_source(folder, digest, "news", {"every": "1d"})
    assert (folder / "programme.toml").read_text("utf-8") == by_hand


@pytest.mark.parametrize("values", [{"every": "often"}, {"url": "ftp://x.example/"}, {"url": None}, {"include": ["<<"]}, {"kind": "film"}])
def test_what_would_stop_the_watch_is_refused_with_its_line(folder: Path, values: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"nothing was written.*programme\.toml:\d+"):
        edited(folder, "news", values)
    assert (folder / "programme.toml").read_text("utf-8") == PROGRAMME


@pytest.mark.parametrize(
    ("source", "values", "says"),
    [
        ("nws", {"every": "1d"}, "did you mean 'news'"),
        ("news", {"evry": "1d"}, "did you mean 'every'"),
        ("news", {"id": "other"}, "never changes"),
    ],
)
def test_what_is_not_known_is_told(folder: Path, source: str, values: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        edited(folder, source, values)


def test_a_table_of_its_own_is_left_to_people(folder: Path) -> None:
    text = PROGRAMME + '\n[source.headers]\nAccept = "text/html"\n'
    (folder / "programme.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="table of its own"):
        edited(folder, "office", {"headers": {"Accept": "text/plain"}})
    assert edited(folder, "office", {"publisher": "Office"}) == text.replace(
        '  id = "office"\n', '  id = "office"\n  publisher = "Office"\n'
    )
