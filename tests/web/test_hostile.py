"""Fifty hostile strings in every text field, on every page, export and feed: shown as text everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from lxml import etree
from sqlalchemy import select, update

from monitor.baseline.written import toml
from monitor.core.model import Change, Claim, Evidence
from monitor.store import codec, engine, looks
from monitor.store.knowledge import CHANGE, CLAIM, EVIDENCE
from monitor.store.sources import SNAPSHOT, URL, VISIT
from monitor.web.app import create_app
from tests.web.conftest import FACTS, PROGRAMME, Browser, Clock, watch_ships, write_home

HOSTILE = (
    '<script>alert("x")</script>', "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "' onmouseover='alert(1)", "javascript:alert(1)",
    "</title><script>1</script>", "</textarea><script>", "<!--", "]]>", "<![CDATA[<script>", "{{ 7*7 }}", "{% raw %}", "{{ config }}", "${7*7}", "#{7*7}",
    "%s%n%d", "{0.__class__}", "=HYPERLINK(\"http://evil.example\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "=1\n=2", "\u200b=1",
    "../../etc/passwd", "..\\..\\x", "/etc/passwd\x00.png", "'; DROP TABLE change; --", '" OR ""="', "\x1b[2J\x1b]0;owned\x07", "\x9b31m", "a\u202eb", "\u2066x\u2069",
    "\ufeffx", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\ufffe\uffff", "line\r\nSet-Cookie: a=1", "a\u2028b\u2029c", "**bold** [x](javascript:1)", "<!channel> <@U1>", "[/nope][red]",
    "&lt;b&gt;", "&#x3c;script&#x3e;", "<a href=//evil.example>x</a>", "<style>*{display:none}</style>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
    "BEGIN:VEVENT\r\nEND:VCALENDAR", "- yaml: !!python/object", "x" * 5000, "ünï ☃ 𝔘𝔫𝔦",
)  # fmt: skip
EVIL = " ".join(HOSTILE)
ADDRESSES = [
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    'https://a.example/"onmouseover="1',
    "http://[::1",
    "//evil.example",
    "https://ok.example/<script>",
]

PAGES = ["/", "/days/2026-03-02", "/queue", "/changes", "/programmes", "/programmes/ships", "/programmes/ships/versions", "/programmes/ships/facts/total",
         "/programmes/ships/facts/launch", "/sources", "/sources/ships/press", "/settings", "/search?q=script"]  # fmt: skip
ALLOWED_TAGS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "nav", "form", "input", "div", "main", "dialog", "h1", "h2", "h3", "dl", "dt", "dd",
    "kbd", "button", "footer", "p", "b", "section", "article", "ul", "li", "span", "blockquote", "svg", "rect", "del", "ins", "mark", "label", "select", "option",
    "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "br", "code", "path", "polyline", "line", "circle", "text", "time", "pre", "em",
}  # fmt: skip


class Strict(HTMLParser):
    """Collects whatever our templates never write."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag not in ALLOWED_TAGS or any(name.startswith("on") or name in ("style", "srcdoc") for name in names):
            self.wrong.append(f"{tag} {names}"[:200])
        target = (names.get("href") or names.get("src") or names.get("action") or "").strip()
        if (target and not target.startswith(("/", "#", "?", "https://", "http://"))) or target.startswith(("//", "/\\")):
            self.wrong.append(f"{tag} -> {target}"[:200])
        if tag == "script" and not str(names.get("src")).startswith("/static/"):
            self.wrong.append("script")
        if tag == "meta" and "http-equiv" in names:
            self.wrong.append("meta refresh")


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A home in which every field that comes from a page, a folder or a person holds all hostile strings."""
    programme = PROGRAMME.replace('title = "Ships"', f"title = {toml(EVIL)}").replace('publisher = "Press"', f"publisher = {toml(EVIL)}")
    facts = FACTS
    for words in ("Total budget", "Launch of the first ship", "Gdynia yard", "Ships cost 1500 in total.", "Launch in 2027."):
        facts = facts.replace(f'"{words}"', toml(f"{EVIL} {words}"))
    settings = write_home(tmp_path_factory.mktemp("poisoned") / "home", programme, facts)
    watch_ships(settings)
    with engine.open(settings.var / "monitor.db", settings.var / "blobs") as store, store.write() as connection:
        for number, row in enumerate(connection.execute(select(CHANGE)).mappings().all()):
            body = replace(codec.load(Change, row["body"]), label=EVIL, reasons=(EVIL,), group=EVIL)
            connection.execute(update(CHANGE).where(CHANGE.c.id == row["id"]).values(body=codec.dump(body), label=EVIL))
            connection.execute(
                update(EVIDENCE)
                .where(EVIDENCE.c.change == row["id"])
                .values(quote=codec.storable(EVIL), publisher=EVIL, url=ADDRESSES[number])
            )
        for row in connection.execute(select(CLAIM)).mappings().all():
            claim = codec.load(Claim, row["body"])
            proof: Evidence = replace(claim.evidence, quote=EVIL, publisher=EVIL, url=ADDRESSES[0])
            connection.execute(
                update(CLAIM)
                .where(CLAIM.c.id == row["id"])
                .values(body=codec.dump(replace(claim, evidence=proof, publisher=EVIL, label=EVIL)))
            )
        connection.execute(update(VISIT).values(error=codec.storable(EVIL)))
        connection.execute(update(URL).values(error=codec.storable(EVIL), moved_to=ADDRESSES[0], status="tls_error"))
        connection.execute(update(SNAPSHOT).values(media_type="text/html; charset=\r\nX: y"))
    app = create_app(settings, Clock())
    yield app
    app.state.face.store.close()


@pytest.fixture
def evil(poisoned: FastAPI) -> Browser:
    browser = Browser(poisoned)
    browser.get("/queue")
    return browser


def check_page(text: str) -> None:
    parser = Strict()
    parser.feed(text)
    assert parser.wrong == []
    for character in ("\x1b", "\x9b", "\u202e", "\u2066", "\x00"):
        assert character not in text


@pytest.mark.parametrize("address", PAGES)
def test_pages_show_hostile_text_as_text(evil: Browser, address: str) -> None:
    answer = evil.get(address)
    assert answer.status_code == 200
    check_page(answer.text)


def test_changes_and_captures_show_hostile_text_as_text(evil: Browser, poisoned: FastAPI) -> None:
    store = poisoned.state.face.store
    ids = [c["id"] for c in json.loads(evil.get("/api/v1/changes").text)]
    evil.post(f"/changes/{ids[0]}/decide", {"decision": "comment", "note": EVIL.replace("\x00", "")})
    snapshots = looks.snapshots(store, programme="ships", source="press")
    addresses = [f"/changes/{i}?queue=1&done={i}" for i in ids] + [f"/captures/{s.id}" for s in snapshots]
    for address in [*addresses, f"/differences?old={snapshots[0].id}&new={snapshots[2].id}"]:
        check_page(evil.get(address).text)


@pytest.mark.parametrize("words", HOSTILE)
def test_what_is_asked_comes_back_as_text(evil: Browser, words: str) -> None:
    for address in ("/search", "/changes", "/queue"):
        answer = evil.get(address, params={"q": words})
        assert answer.status_code == 200
        check_page(answer.text)
    for address in ("/changes", "/days", "/programmes", "/help", "/sources/ships"):
        answer = evil.get(f"{address}/{quote(words, safe='')}")
        assert answer.status_code in (400, 404), address
        check_page(answer.text)
    check_page(evil.get("/login", params={"next": words}).text)


def test_csv_cells_are_no_formulas(evil: Browser) -> None:
    for address in ("/download/changes.csv", "/download/facts.csv?programme=ships"):
        for row in csv.reader(io.StringIO(evil.get(address).text)):
            for cell in row:
                assert not cell.lstrip(" \t\u200b").startswith(("=", "+", "@")), cell[:60]
                assert "\n" not in cell


def test_feeds_stay_well_formed(evil: Browser) -> None:
    root = etree.fromstring(evil.get("/feeds/ships.atom").content)
    assert len(root.findall("{http://www.w3.org/2005/Atom}entry")) == 2
    for link in root.iter("{http://www.w3.org/2005/Atom}link"):
        assert link.get("href", "").startswith(("http://127.0.0.1:8000/", "https://"))
    items = json.loads(evil.get("/feeds/ships.json").text)["items"]
    assert all(i.get("external_url", "https://").startswith("https://") for i in items)
    calendar = evil.get("/feeds/ships.ics").content
    rows = calendar.split(b"\r\n")
    assert max(map(len, rows)) <= 75
    assert calendar.count(b"BEGIN:VEVENT\r\n") == calendar.count(b"\r\nEND:VEVENT") == 1
    assert b"\n" not in calendar.replace(b"\r\n", b"")


def test_stored_pages_are_shut_in_a_sandbox(evil: Browser, poisoned: FastAPI) -> None:
    snapshot = looks.snapshots(poisoned.state.face.store, programme="ships", source="press")[0]
    answer = evil.get(f"/captures/{snapshot.id}/body")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "allow-" not in answer.headers["content-security-policy"]
    assert "\n" not in answer.headers["content-type"]


def test_settings_keep_hostile_names_as_text(evil: Browser) -> None:
    evil.get("/settings")
    for words in HOSTILE:
        answer = evil.post("/settings/tokens", {"name": words})
        assert answer.status_code in (200, 400, 422)
    check_page(evil.get("/settings").text)


def test_a_report_as_a_file_is_text_as_well(evil: Browser) -> None:
    answer = evil.get("/download/report/2026-03-02.html")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "<script" not in answer.text
    assert evil.get("/download/report/2026-03-02.exe").status_code == 404
