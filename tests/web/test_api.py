"""The API: the command line's shapes in pages, under ETags; and the feeds."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from lxml import etree

from monitor import render
from tests.web.conftest import Browser, change_of

LISTS = ["/api/v1/programmes", "/api/v1/changes", "/api/v1/facts", "/api/v1/sources", "/api/v1/reports", "/api/v1/reports?day=2026-03-02",
         "/api/v1/facts/ships/total/claims", "/api/v1/sources/ships/press/captures"]  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
def test_lists_are_arrays_under_an_etag(browser: Browser, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.json()
    again = browser.get(address, headers={"If-None-Match": f'"other", W/{answer.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")


def test_a_change_has_the_shape_of_the_command_line(browser: Browser, app: FastAPI) -> None:
    change = app.state.face.change(change_of(app))
    assert browser.get(f"/api/v1/changes/{change.id}").json() == json.loads(render.to_json(render.change_json(change)))


def test_lists_are_paged_by_links(browser: Browser) -> None:
    first = browser.get("/api/v1/changes?limit=1")
    assert first.headers["x-total-count"] == "2"
    following = first.headers["link"].split("<")[1].split(">")[0].removeprefix("http://127.0.0.1:8000")
    second = browser.get(following)
    assert "link" not in second.headers
    assert {first.json()[0]["fact"], second.json()[0]["fact"]} == {"total", "first.part"}


@pytest.mark.parametrize(("query", "count"), [("status=open", 2), ("status=accepted", 0), ("fact=total", 1), ("since=2026-03-03", 0), ("until=2026-03-02", 2),
                                              ("severity=5", 0), ("q=2600", 1), ("programme=ships", 2), ("type=date_moved", 0)])  # fmt: skip
def test_changes_are_filtered(browser: Browser, query: str, count: int) -> None:
    assert len(browser.get(f"/api/v1/changes?{query}").json()) == count


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("changes?status=none", 422),
        ("changes?limit=0", 422),
        ("changes?limit=9999", 422),
        ("changes?offset=-1", 422),
        ("changes?since=soon", 422),
        ("changes?until=9999-12-31", 400),
        ("changes?programme=none", 404),
        ("changes/c-none", 404),
        ("nowhere", 404),
    ],
)
def test_errors_are_one_line_of_json(browser: Browser, address: str, status: int) -> None:
    answer = browser.get(f"/api/v1/{address}")
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_a_decision_needs_the_form_token_as_a_header_in_a_browser(browser: Browser, app: FastAPI) -> None:
    address = f"/api/v1/changes/{change_of(app)}/decisions"
    assert browser.request("POST", address, json={"decision": "reject"}).status_code == 403
    answer = browser.request("POST", address, json={"decision": "reject", "note": "no", "seen": 0}, headers={"X-CSRF-Token": browser.csrf})
    assert (answer.status_code, answer.json()["status"]) == (201, "rejected")
    again = browser.request("POST", address, json={"decision": "accept"}, headers={"X-CSRF-Token": browser.csrf})
    assert again.status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '{"decision": "burn"}',
        '{"decision": "accept", "extra": 1}',
        '{"decision": "snooze", "until": "x"}',
        "9" * 5000,
        "[" * 5000,
    ],
)
def test_a_decision_nobody_can_read_is_refused(browser: Browser, app: FastAPI, body: str) -> None:
    headers = {"X-CSRF-Token": browser.csrf, "Content-Type": "application/json"}
    answer = browser.request("POST", f"/api/v1/changes/{change_of(app)}/decisions", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error"}


def test_every_operation_is_described(browser: Browser) -> None:
    described = browser.get("/api/v1/openapi.json").json()
    assert len(described["paths"]) == 9
    assert all("description" in operation for path in described["paths"].values() for operation in path.values())


def test_facts_carry_their_three_clocks(browser: Browser) -> None:
    facts = {f["key"]: f for f in browser.get("/api/v1/facts?programme=ships").json()}
    assert facts["total"]["last_fetched"] == facts["total"]["last_read"] == "2026-03-03T06:00:00Z"
    assert facts["launch"]["last_read"] is None
    assert all(f["last_confirmed"] for f in facts.values())


def test_a_decision_moves_its_entry_in_the_feeds(browser: Browser, app: FastAPI) -> None:
    change = change_of(app)
    before = browser.get("/feeds/ships.atom")
    assert before.headers["content-type"].startswith("application/atom+xml")
    browser.post(f"/changes/{change}/decide", {"decision": "accept"})
    root = etree.fromstring(browser.get("/feeds/ships.atom").content)
    name = "{http://www.w3.org/2005/Atom}"
    updated = {e.findtext(f"{name}id"): e.findtext(f"{name}updated") for e in root.findall(f"{name}entry")}
    assert updated[f"urn:monitor:{change}"] == "2026-03-04T06:00:00Z"
    items = {i["id"]: i for i in browser.get("/feeds/ships.json").json()["items"]}
    assert items[f"urn:monitor:{change}"]["tags"] == ["budget_revised", "accepted"]


def test_a_rejected_change_leaves_the_feeds(browser: Browser, app: FastAPI) -> None:
    browser.post(f"/changes/{change_of(app)}/decide", {"decision": "reject"})
    assert len(browser.get("/feeds/ships.json").json()["items"]) == 1


def test_a_calendar_holds_the_dates_and_counts_their_moves(browser: Browser, app: FastAPI) -> None:
    text = browser.get("/feeds/ships.ics").text
    assert "DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20280101" in text
    assert "SEQUENCE:0" in text
    folder = app.state.face.settings.home / "baseline" / "ships"
    moved = '[[revision]]\nversion = 2\nrecorded = "2026-03-02T09:00:00Z"\nby = "Ana"\nfact = "launch"\nvalue = "2029-03-05"\nquote = "q"\nurl = "https://a.example/"\n'
    (folder / "revisions.toml").write_text(moved, "utf-8")
    text = browser.get("/feeds/ships.ics").text
    assert "DTSTART;VALUE=DATE:20290305\r\nDTEND;VALUE=DATE:20290306" in text
    assert "UID:launch@ships.monitor" in text
    assert "SEQUENCE:1" in text
    assert "DTSTAMP:20260302T090000Z" in text
    assert "announced: 2027" in text.replace("\r\n ", "")


def test_csv_follows_the_filter_of_the_list(browser: Browser) -> None:
    rows = browser.get("/download/changes.csv?fact=total").text.splitlines()
    assert len(rows) == 2
    assert browser.get("/download/facts.csv?programme=ships").text.count("\r\n") == 5


def test_an_undeclared_method_is_told_which_there_are(browser: Browser) -> None:
    answer = browser.request("TRACE", "/api/v1/facts", headers={"Origin": "http://127.0.0.1:8000"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("day", ["0", "1700000000", "20260302", "２０２６-03-02"])
def test_a_day_is_written_in_one_way(browser: Browser, day: str) -> None:
    assert browser.get("/api/v1/changes", params={"since": day}).status_code == 422
