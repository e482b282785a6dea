"""Feeds can be read by any reader, whatever the pages said."""

from __future__ import annotations

import json
from dataclasses import replace

import feedparser

from monitor.core.model import Review
from monitor.render.feeds import atom_feed, json_feed
from tests.ai_factories import NEWS_AT, change, evidence


def test_atom_feed_is_read_back_with_its_entries() -> None:
    read = feedparser.parse(atom_feed("p", "AI & Co", [change(id="c-1"), change(id="c-2")]))
    assert not read.bozo
    assert read.feed.title == "AI & Co: changes"
    assert {e.id for e in read.entries} == {
        "urn:programme-monitor:eurohpc-ai-factories:c-1",
        "urn:programme-monitor:eurohpc-ai-factories:c-2",
    }


def test_what_a_page_said_is_text_and_never_markup() -> None:
    evil = change(id="c-1", label="</title><script>alert(1)</script>\x00\x1b[31m", evidence=(evidence('<img src=x onerror="x">]]>'),))
    text = atom_feed("p", "t", [evil])
    assert not feedparser.parse(text).bozo
    assert "<script" not in text
    assert "<img" not in text
    assert json.loads(json_feed("p", "t", [evil]))["items"][0]["id"].endswith("c-1")


def test_decided_change_is_updated_and_comes_first() -> None:
    decided = replace(change(id="c-1"), reviews=(Review("c-1", "accept", "me", NEWS_AT.replace(year=2027)),))
    items = json.loads(json_feed("p", "t", [change(id="c-2"), decided]))["items"]
    assert [i["id"][-3:] for i in items] == ["c-1", "c-2"]


def test_empty_feed_is_a_feed() -> None:
    assert not feedparser.parse(atom_feed("p", "t", [])).bozo
