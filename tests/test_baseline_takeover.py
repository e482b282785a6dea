"""Sources from other tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import baseline
from monitor.baseline.append import append_sources
from monitor.baseline.takeover import source_blocks, take_over
from monitor.core.model import Source
from tests.stub_kinds import KINDS
from tests.test_baseline import PROGRAMME, write

OPML = """<?xml version="1.0"?><opml version="2.0"><body><outline text="News">
<outline type="rss" text="Rail news" xmlUrl="https://rail.example/feed.xml" htmlUrl="https://rail.example/"/>
</outline></body></opml>"""
YAML = (
    'name: "Rail: news"\nurl: https://rail.example/a  # why\nfilter:\n  - css: main\n---\nname: Tram\nnavigate: "https://tram.example/"\n'
)
WATCHES = {"watching": {"1": {"url": "https://rail.example/a", "title": None}, "2": {"url": "https://rail.example/rss"}}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OPML, [("rail-news", "https://rail.example/feed.xml", "feed")]),
        (YAML, [("rail-news", "https://rail.example/a", "page"), ("tram", "https://tram.example/", "page")]),
        (
            json.dumps(WATCHES),
            [("rail-example-a", "https://rail.example/a", "page"), ("rail-example-rss", "https://rail.example/rss", "feed")],
        ),
        ("title;url\nRail;https://rail.example/a\n", [("rail", "https://rail.example/a", "page")]),
        ("# mine\nhttps://rail.example/a tag\n\nhttps://rail.example/a tag\n", [("tag", "https://rail.example/a", "page")]),
    ],
    ids=["opml", "yaml", "json", "csv", "list"],
)
def test_each_format_gives_its_addresses_once(text: str, expected: list[tuple[str, str, str]]) -> None:
    taken = take_over("file", text)
    assert [(s.id, s.url, s.kind) for s in taken.sources] == expected
    assert taken.problems == ()


def test_known_addresses_are_left_out_and_ids_stay_unique() -> None:
    known = [Source("tag", "https://rail.example/a")]
    taken = take_over("file", "https://rail.example/a tag\nhttps://rail.example/b tag\n", known)
    assert [(s.id, s.url) for s in taken.sources] == [("tag-2", "https://rail.example/b")]


def test_addresses_that_are_not_fetched_are_told_with_their_line() -> None:
    taken = take_over("list.txt", "https://rail.example/a\nfile:///etc/passwd\n")
    assert [str(p) for p in taken.problems] == ["list.txt:2: error: the address has the scheme 'file' (left out)"]


@pytest.mark.parametrize(
    "text", ["<opml><outline", "{", "[1, 2]", "", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml>&a;</opml>"]
)
def test_what_cannot_be_read_is_a_problem(text: str) -> None:
    taken = take_over("file", text)
    assert taken.sources == ()
    assert len(taken.problems) == 1


@given(st.text(max_size=200))
def test_any_text_gives_sources_or_problems(text: str) -> None:
    taken = take_over("file", text)
    assert taken.sources or taken.problems


def test_added_sources_are_read_back(tmp_path: Path) -> None:
    folder = write(tmp_path / "rail", PROGRAMME)
    append_sources(folder, baseline.folder_digest(folder), source_blocks(take_over("file", YAML).sources))
    assert [s.url for s in baseline.read(folder, KINDS).sources] == [
        "https://rail.example/news",
        "https://rail.example/a",
        "https://tram.example/",
    ]
