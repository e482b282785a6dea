"""Regions of a page: what is article, and what only stands around it."""

import pytest

from monitor.core.model import Region
from tests.core.readers.pages import find, read_html

ARTICLE = "<h1>Line 4</h1><p>The new line costs EUR 1.5 billion, the ministry said, and it opens in 2027 at the earliest.</p>"


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "Related news"), ("en", "You may also like"), ("de", "Das könnte Sie auch interessieren"), ("de", "Mehr zum Thema"), ("fr", "À lire aussi"),
        ("fr", "Sur le même sujet"), ("es", "Te puede interesar"), ("es", "Noticias relacionadas"), ("it", "Leggi anche"), ("it", "Articoli correlati"),
        ("pl", "Zobacz też"), ("pl", "Czytaj także"), ("pt", "Leia também"), ("pt", "Artigos relacionados"), ("nl", "Lees ook"), ("nl", "Gerelateerd nieuws"),
    ],
)  # fmt: skip
def test_heading_words_make_their_list_related(language: str, heading: str) -> None:
    page = read_html(
        f"<html lang={language}><div>{ARTICLE}</div><div><div class=h><h3>{heading}</h3></div><ul><li>Port gets 640 million</li></ul></div>"
    )
    assert find(page, "640 million").region is Region.RELATED
    assert find(page, "1.5 billion").region is Region.MAIN


def test_related_section_in_the_article_ends_at_the_next_heading() -> None:
    page = read_html(f"<main>{ARTICLE}<h2>Related news</h2><p>Port gets 640 million</p><h2>Timetable</h2><p>Trains from 2027</p></main>")
    assert find(page, "640 million").region is Region.RELATED
    assert find(page, "Trains").region is Region.MAIN


@pytest.mark.parametrize(
    ("element", "region"),
    [
        ("nav", Region.NAV), ("aside", Region.ASIDE), ("footer", Region.FOOTER), ("div role=navigation", Region.NAV), ("div role=complementary", Region.ASIDE),
        ("div class=cookie-banner", Region.ASIDE), ("div id=newsTicker", Region.ASIDE), ("div class=breadcrumbs", Region.NAV), ("div id=sideNavBox", Region.NAV),
        ("div class='related-posts'", Region.RELATED), ("div class='ms-webpart-zone'", Region.ASIDE), ("div class=moduletable", Region.ASIDE),
        ("div class='stock-ticker'", Region.ASIDE), ("div style='display: none'", Region.HIDDEN), ("div hidden", Region.HIDDEN),
        ("div aria-hidden=true", Region.HIDDEN), ("amp-sidebar", Region.ASIDE), ("div class=site-footer", Region.FOOTER), ("div class=newsletter", Region.ASIDE),
        ("div class=teaser", Region.RELATED), ("noscript", Region.HIDDEN),
    ],
)  # fmt: skip
def test_containers_say_what_they_are(element: str, region: Region) -> None:
    page = read_html(f"<div>{ARTICLE}</div><{element}><p>Bridge for 75 million</p></{element.split()[0]}>")
    assert find(page, "75 million").region is region
    assert find(page, "1.5 billion").region is Region.MAIN


@pytest.mark.parametrize(
    "wrapper",
    [
        "div class=has-sidebar",
        "div class='layout-sidebar'",
        "div class=sidebar",
        "div class=modal-open",
        "div id=promo",
        "div style='visibility:hidden'",
        "div aria-hidden=true",
    ],
)
def test_words_never_hide_the_article(wrapper: str) -> None:
    page = read_html(f"<{wrapper}>{ARTICLE}</div><footer>Imprint</footer>")
    assert find(page, "1.5 billion").region is Region.MAIN


def test_short_links_beside_the_article_are_a_menu_but_a_linked_list_in_it_is_not() -> None:
    menu = "<ul>" + "".join(f"<li><a href=/{n}>{n}</a>" for n in ("Home", "News", "Contact")) + "</ul>"
    sites = "<ul>" + "".join(f"<li><a href=/{n}>{n}</a>" for n in ("Bologna", "Athens", "Kajaani")) + "</ul>"
    page = read_html(f"<div>{menu}</div><div>{ARTICLE}{sites}</div>")
    assert find(page, "Contact").region is Region.NAV
    assert find(page, "Kajaani").region is Region.MAIN


def test_lines_of_legal_links_are_foot_lines() -> None:
    page = read_html(f"{ARTICLE}<p>More text follows here.</p><p>Legal notice | Privacy | Sitemap</p>")
    assert find(page, "Privacy").region is Region.FOOTER


def test_page_of_teasers_is_read_as_main() -> None:
    page = read_html(
        "<h1>News</h1>"
        + "".join(f"<div class=teaser><h2>Story {n}</h2><p>Tunnel {n} gets EUR {n} million from the state.</p></div>" for n in range(2, 9))
    )
    assert find(page, "EUR 5 million").region is Region.MAIN


def test_banner_of_the_site_is_navigation_and_the_article_header_is_not() -> None:
    page = read_html(f"<header><p>City of Lyon</p></header><article><header><p>Transport</p><h1>Line 4</h1></header>{ARTICLE}</article>")
    assert find(page, "City of Lyon").region is Region.NAV
    assert find(page, "Transport").region is Region.MAIN
