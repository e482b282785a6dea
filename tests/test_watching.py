"""Every kind of source end to end: loopback servers, the real fetcher and reader, a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.baseline import read
from monitor.core.model import Baseline, Source
from monitor.fetch import Fetcher, FetchLimits
from monitor.pipeline import Pass, check
from monitor.store import looks, queries
from monitor.store.engine import Store
from monitor.store.sources import URL
from monitor.sync import sync
from monitor.understanding import steps
from tests.homes import AGREES, REVISED, html, make
from tests.servers import Connection, Handler, Server, page

START = datetime(2025, 6, 2, 6, tzinfo=UTC)
FEED = "application/rss+xml"
DAY_H = 24.0


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


class Watch:
    """A programme with one source on the loopback server, looked at whenever the test says."""

    def __init__(self, store: Store, home: Path, server: Server, **source: object) -> None:
        self.store, self.server = store, server
        made = Source("s", server.url("/list"), every_s=3600, publisher="City", **source)  # type: ignore[arg-type]
        self.baseline: Baseline = replace(read(make(home) / "baseline" / "tram"), sources=(made,), digest="d")
        sync(store, self.baseline, START)

    def look(self, hours: float) -> Pass:
        now = START + timedelta(hours=hours)
        limits = FetchLimits(host_delay_s=0, retries=0, timeout_s=5)
        self.server.requests.clear()
        with Fetcher(limits, allow_hosts=[self.server.netloc]) as fetcher:
            return check(self.store, fetcher, steps(), [self.baseline], lambda: now, workers=1)

    def asked(self, hours: float) -> list[str]:
        self.look(hours)
        return sorted(self.server.paths)

    def changes(self) -> list[str]:
        return [f"{c.fact} {c.evidence[0].url.removeprefix(self.server.url(''))}" for c in queries.changes(self.store)]

    @property
    def health(self) -> looks.Health:
        return looks.sources(self.store)[0]

    def pause_h(self, path: str) -> float:
        """Hours from the last look at an address to the next."""
        with self.store.read() as connection:
            row = connection.execute(URL.select().where(URL.c.url == self.server.url(path))).mappings().one()
        return float((row["next_check_at"] - row["last_fetched_at"]) / timedelta(hours=1))


def text(markup: str, **options: object) -> Handler:
    return page(markup.encode(), **({"media_type": "text/html; charset=utf-8"} | options))  # type: ignore[arg-type]


def dated(day: str, markup: str) -> str:
    return markup.replace("<title>", f"<meta property='article:published_time' content='{day}T08:00:00Z'><title>")


def feed(server: Server, *entries: tuple[str, str]) -> Handler:
    items = "".join(
        f"<item><title>News {path}</title><link>{server.url(path)}?utm_source=rss</link><guid>{path}</guid>"
        f"<pubDate>{day}</pubDate><description>Short.</description></item>"
        for path, day in entries
    )
    return page(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>City</title><link>{server.url()}</link>'
        f"<description>City news</description>{items}</channel></rss>".encode(),
        media_type=FEED,
    )


# --- feed


def test_feed_entries_are_fetched_as_articles_and_compared(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server, kind="feed", follow=server.url("/news"))
    server.handlers |= {"/list": feed(server, ("/news/1", "Mon, 02 Jun 2025 05:00:00 GMT")), "/news/1": text(AGREES)}
    assert watch.asked(0) == ["/list", "/news/1"]
    assert watch.changes() == []
    server.handlers |= {
        "/list": feed(server, ("/news/2", "Tue, 03 Jun 2025 05:00:00 GMT"), ("/news/1", "Mon, 02 Jun 2025 05:00:00 GMT"), ("/other/3", "")),
        "/news/2": text(REVISED),
    }
    assert "/other/3" not in watch.asked(24)
    assert watch.changes() == ["cost /news/2"]


def test_article_that_is_corrected_after_the_feed_dropped_it_is_seen(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server, kind="feed", follow=server.url("/news"))
    server.handlers |= {"/list": feed(server, ("/news/1", "Mon, 02 Jun 2025 05:00:00 GMT")), "/news/1": text(AGREES)}
    watch.look(0)
    server.handlers |= {"/list": feed(server, ("/elsewhere", "")), "/news/1": text(REVISED)}
    assert "/news/1" in watch.asked(2)
    assert watch.changes() == ["cost /news/1"]


# --- listing


def test_listing_fetches_links_under_its_prefix_once_and_again(store: Store, tmp_path: Path, server: Server) -> None:
    links = "<ul><li><a href='/news/a?utm_medium=x'>The tram</a></li><li><a href='/jobs/1'>Jobs</a></li><li><a href='/news/a#top'>The tram</a></li></ul>"
    watch = Watch(store, tmp_path, server, kind="listing", follow=server.url("/news"))
    server.handlers |= {"/list": text(html("News of the city.").replace("</main>", links + "</main>")), "/news/a": text(AGREES)}
    assert watch.asked(0) == ["/list", "/news/a"]
    assert watch.asked(0.5) == []
    assert watch.asked(1.2) == ["/list", "/news/a"]


def test_young_entries_are_looked_at_often_and_old_ones_rarely(store: Store, tmp_path: Path, server: Server) -> None:
    links = "<ul><li><a href='/news/new'>New</a></li><li><a href='/news/old'>Old</a></li></ul>"
    watch = Watch(store, tmp_path, server, kind="listing", follow=server.url("/news"))
    server.handlers |= {
        "/list": text(html("News of the city.").replace("</main>", links + "</main>")),
        "/news/new": text(AGREES),
        "/news/old": text(dated("2025-02-02", AGREES)),
    }
    watch.look(0)
    watch.look(2)
    assert watch.pause_h("/news/new") < 1.1
    assert 10 * DAY_H < watch.pause_h("/news/old") < 14 * DAY_H  # a tenth of four months
    watch.look(20 * DAY_H)
    assert 1.8 * DAY_H < watch.pause_h("/news/new") < 2.2 * DAY_H
    watch.look(2000 * DAY_H)
    assert 28 * DAY_H < watch.pause_h("/news/new") < 32 * DAY_H


# --- sitemap


def sitemap(server: Server, *entries: tuple[str, str], name: str = "url") -> Handler:
    items = "".join(f"<{name}><loc>{server.url(path)}</loc><lastmod>{day}</lastmod></{name}>" for path, day in entries)
    root = "urlset" if name == "url" else "sitemapindex"
    return page(
        f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</{root}>'.encode(),
        media_type="application/xml",
    )


def test_sitemap_entry_is_looked_at_again_when_its_lastmod_moves(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server, kind="sitemap", follow=server.url("/news"))
    old = dated("2024-11-02", AGREES)
    server.handlers |= {
        "/list": sitemap(server, ("/news/1", "2024-11-02"), ("/news/2", "2024-11-02")),
        "/news/1": text(old),
        "/news/2": text(old),
    }
    assert watch.asked(0) == ["/list", "/news/1", "/news/2"]
    watch.look(2)
    assert watch.asked(4) == ["/list"]  # old entries rest
    server.handlers |= {
        "/list": sitemap(server, ("/news/1", "2025-06-02T11:00:00Z"), ("/news/2", "2024-11-02")),
        "/news/1": text(dated("2024-11-02", REVISED)),
    }
    assert watch.asked(6) == ["/list", "/news/1"]
    assert watch.changes() == ["cost /news/1"]


def test_sitemap_index_leads_through_its_parts(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server, kind="sitemap", follow=server.url("/news"))
    server.handlers |= {
        "/list": sitemap(server, ("/part-1.xml", "2025-06-01"), ("/news/direct", "2025-06-01"), name="sitemap"),
        "/part-1.xml": sitemap(server, ("/news/1", "2025-06-01")),
        "/news/1": text(REVISED),
        "/news/direct": text(AGREES),
    }
    assert watch.asked(0) == ["/list", "/news/1", "/news/direct", "/part-1.xml"]
    assert watch.changes() == ["cost /news/1"]


# --- JSON


def test_json_source_is_read_at_its_pointers_only(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server, kind="json", pointers=("$.items[*].summary",), language="en")
    document = '{"items": [{"summary": "The Harbour Tram will cost EUR %s in total.", "note": "The Harbour Tram will cost EUR 5 billion in total."}]}'
    server.handlers["/list"] = text(document % "850 million", media_type="application/json")
    watch.look(0)
    assert watch.changes() == []
    server.handlers["/list"] = text(document % "1.1 billion", media_type="application/json")
    watch.look(2)
    assert watch.changes() == ["cost /list"]


# --- is this the page?

OTHER = (
    "<!doctype html><html lang=en><title>Bakery prize</title><main><h1>Bakery wins prize</h1><p>The baker of the old mill street received the golden "
    "whisk yesterday evening, after thirty years of rolls, pretzels and plaited loaves which queue every morning around the corner.</p><p>Visitors praised "
    "sourdough crust, poppy seeds and butter; judges tasted blindfolded and agreed unanimously. Prize money of EUR 1.1 billion is a joke, of course.</p></main></html>"
)


def test_another_article_under_the_address_is_set_aside_and_the_last_good_page_stays(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server)
    server.handlers["/list"] = text(AGREES)
    watch.look(0)
    server.handlers["/list"] = text(OTHER)
    done = watch.look(2)
    assert [(status, "another page" in line) for _, status, line in done.failures] == [("suspect", True)]
    assert watch.changes() == []
    server.handlers["/list"] = text(REVISED)
    assert watch.look(4).failures == []
    assert watch.changes() == ["cost /list"]


def test_page_that_stays_unlike_itself_is_taken_as_the_new_page(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server)
    server.handlers["/list"] = text(AGREES)
    watch.look(0)
    server.handlers["/list"] = text(OTHER)
    for hours in (2, 12, 24):
        watch.look(hours)
        assert watch.health.status == "suspect"
    watch.look(30)
    assert watch.health.status in ("ok", "unchanged")
    assert watch.health.failing_since is None
    watch.look(40)
    assert watch.health.status == "unchanged"


def test_page_cut_to_its_first_lines_is_set_aside(store: Store, tmp_path: Path, server: Server) -> None:
    long = html(
        "The Harbour Tram will cost EUR 850 million in total and have 24 stops.",
        *(
            f"Section {n} of the route passes gardens, workshops and two schools whose pupils will ride for free on weekdays."
            for n in "abcdefgh"
        ),
        "Construction begins in March 2026, and the first passengers will travel in 2029. The state pays EUR 300 million of it.",
    )
    watch = Watch(store, tmp_path, server)
    server.handlers["/list"] = text(long)
    watch.look(0)
    server.handlers["/list"] = text(
        "<html lang=en><title>Harbour Tram</title><main><h1>Harbour Tram</h1><p>The line passes gardens and workshops of the town today.</p></main>"
    )
    done = watch.look(2)
    assert [status for _, status, _ in done.failures] == ["suspect"]
    assert watch.health.snapshots == 2


def test_page_rewritten_after_months_unseen_is_the_page(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server)
    server.handlers["/list"] = text(AGREES)
    watch.look(0)
    server.handlers["/list"] = text(OTHER)
    assert watch.look(60 * DAY_H).failures == []


def test_javascript_shell_says_that_a_browser_may_help(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server)
    server.handlers["/list"] = text(
        "<html lang=en><title>Tram</title><div id=root></div><noscript>Please enable JavaScript to run this app.</noscript><script src=/a.js></script>"
    )
    ((_, status, line),) = watch.look(0).failures
    assert status == "empty"
    assert "browser = true" in line


def test_permanent_move_is_proposed_and_not_followed_silently(store: Store, tmp_path: Path, server: Server) -> None:
    watch = Watch(store, tmp_path, server)

    def moved(connection: Connection) -> None:
        connection.answer(status="301 Moved Permanently", headers={"Location": "/new"})

    server.handlers |= {"/list": moved, "/new": text(AGREES)}
    assert watch.asked(0) == ["/list", "/new"]
    assert watch.health.moved_to == server.url("/new")
    assert watch.asked(2) == ["/list", "/new"]
