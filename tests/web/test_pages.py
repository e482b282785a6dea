"""What people see and decide, without JavaScript."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monitor.core.model import ChangeStatus
from monitor.store import browse, looks, queries
from monitor.store.knowledge import CHANGE
from tests.web.conftest import Browser, Clock, change_of

PAGES = ["/", "/days/2026-03-02", "/queue", "/changes", "/programmes", "/programmes/ships", "/programmes/ships?moved=1", "/programmes/ships/versions",
         "/programmes/ships/facts/total", "/programmes/ships/facts/launch", "/sources", "/sources/ships/press", "/sources/ships/press/edit", "/search", "/search?q=budget", "/settings",
         "/settings/sources/new", "/help", "/help/web"]  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_and_names_itself(browser: Browser, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert "<title>" in answer.text
    assert answer.text.count("<h1") >= 1
    assert 'lang="en"' in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere", 404),
        ("/changes/c-none", 404),
        ("/programmes/none", 404),
        ("/programmes/ships/facts/none", 404),
        ("/sources/ships/none", 404),
        ("/days/tomorrow", 404),
        ("/help/none", 404),
        ("/changes?programme=none", 404),
    ],
)
def test_what_is_not_there_is_told_in_one_line(browser: Browser, address: str, status: int) -> None:
    answer = browser.get(address)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_the_report_of_a_day_shows_what_changed(browser: Browser) -> None:
    text = browser.get("/days/2026-03-02").text
    assert "2 changes" in text
    assert "Total budget" in text


def test_a_day_before_the_watch_is_not_made_up(browser: Browser, app: FastAPI) -> None:
    assert "Nothing was watched on that day" in browser.get("/days/1999-01-01").text
    assert not (app.state.face.settings.var / "reports" / "ships").exists()


def test_a_change_shows_both_sides_with_its_quote_marked(browser: Browser, app: FastAPI) -> None:
    text = browser.get(f"/changes/{change_of(app)}").text
    assert "<mark>Ships cost 1500 in total.</mark>" in text
    assert "<mark>2600</mark>" in text
    assert "hello" in text  # the words around it
    assert "stored capture" in text


def test_accepting_makes_the_next_version_and_tells_it(browser: Browser, app: FastAPI) -> None:
    change = change_of(app)
    browser.get(f"/changes/{change}?queue=1")
    answer = browser.post(
        f"/changes/{change}/decide", {"decision": "accept", "note": "read it", "next": f"/queue/next?after={change}", "seen": "0"}
    )
    following = browser.get(answer.headers["location"])
    assert following.status_code == 303
    page = browser.get(following.headers["location"]).text
    assert "accepted by" in page
    assert "First part" in page  # the next one of the queue
    assert "Undo" in page
    assert 'value = "EUR 2,600"' in revisions(app) or "2600" in revisions(app)
    assert app.state.face.baseline("ships").version == 2
    assert "EUR 2,600" in browser.get("/programmes/ships?moved=1").text


def revisions(app: FastAPI) -> str:
    return str((app.state.face.settings.home / "baseline" / "ships" / "revisions.toml").read_text("utf-8"))


def test_undo_takes_it_back_by_a_further_version(browser: Browser, app: FastAPI) -> None:
    change = change_of(app)
    browser.post(f"/changes/{change}/decide", {"decision": "accept"})
    browser.post(f"/changes/{change}/decide", {"decision": "undo"})
    assert app.state.face.change(change).status is ChangeStatus.OPEN
    assert app.state.face.baseline("ships").version == 3
    page = browser.get("/programmes/ships/versions").text
    assert "takes back version 2" in page


def test_a_corrected_value_is_read_like_one_in_the_folder(browser: Browser, app: FastAPI) -> None:
    change = change_of(app)
    refused = browser.post(f"/changes/{change}/decide", {"decision": "accept", "value": "a lot"})
    assert refused.status_code == 400
    assert "cannot be read as money" in refused.text
    browser.post(f"/changes/{change}/decide", {"decision": "accept", "value": "EUR 2.5 billion"})
    assert "EUR 2.5 billion" in browser.get("/programmes/ships/facts/total").text


def test_what_somebody_else_decided_meanwhile_refuses_the_decision(browser: Browser, app: FastAPI) -> None:
    change = change_of(app)
    browser.post(f"/changes/{change}/decide", {"decision": "reject", "seen": "0"})
    answer = browser.post(f"/changes/{change}/decide", {"decision": "accept", "seen": "0"})
    assert answer.status_code == 409
    assert "already rejected by" in answer.text
    assert revisions(app) == ""


def test_a_folder_edited_by_hand_meanwhile_is_read_not_overwritten(browser: Browser, app: FastAPI) -> None:
    folder = app.state.face.settings.home / "baseline" / "ships"
    edited = (folder / "facts.toml").read_text("utf-8") + "# by hand\n"
    (folder / "facts.toml").write_text(edited, "utf-8")
    browser.post(f"/changes/{change_of(app)}/decide", {"decision": "accept"})
    assert (folder / "facts.toml").read_text("utf-8") == edited
    assert app.state.face.baseline("ships").version == 2


def test_a_broken_folder_is_told_and_leaves_the_rest_alone(browser: Browser, app: FastAPI) -> None:
    (app.state.face.settings.home / "baseline" / "ships" / "facts.toml").write_text("[[fact]\n", "utf-8")
    for address in ("/", "/queue", f"/changes/{change_of(app)}", "/sources"):
        assert browser.get(address).status_code == 200, address
    assert "cannot be used" in browser.get("/").text
    assert browser.post(f"/changes/{change_of(app)}/decide", {"decision": "accept"}).status_code == 503


@pytest.mark.parametrize(("until", "status"), [("2026-05-01", 303), ("", 303), ("2020-01-01", 400), ("soon", 404), ("heard", 303)])
def test_a_snooze_needs_a_day_to_come(browser: Browser, app: FastAPI, until: str, status: int) -> None:
    change = change_of(app)
    assert browser.post(f"/changes/{change}/decide", {"decision": "snooze", "until": until}).status_code == status
    assert (app.state.face.change(change).status is ChangeStatus.SNOOZED) is (status == 303)


def test_a_snoozed_change_comes_back_on_its_day(browser: Browser, app: FastAPI, clock: Clock) -> None:
    browser.post(f"/changes/{change_of(app)}/decide", {"decision": "snooze"})
    assert "1 change wait" in browser.get("/queue").text
    clock.pass_s(8 * 86_400)
    assert "2 changes wait" in browser.get("/queue").text


def test_several_ticked_ones_are_decided_together(browser: Browser, app: FastAPI) -> None:
    both = [change_of(app, "total"), change_of(app, "first.part")]
    assert browser.post("/changes/decide", {"decision": "reject", "change": both, "next": "/queue"}).status_code == 303
    assert {c.status for c in queries.changes(app.state.face.store)} == {ChangeStatus.REJECTED}
    assert "Nothing waits for a decision" in browser.get("/queue").text
    assert browser.post("/changes/decide", {"decision": "reject"}).status_code == 400


def test_the_queue_goes_on_to_the_next_and_ends_in_the_list(browser: Browser, app: FastAPI) -> None:
    first = browser.get("/queue/next").headers["location"]
    second = browser.get(f"/queue/next?after={first.split('?')[0].rsplit('/', 1)[1]}").headers["location"]
    assert first != second
    assert browser.get(f"/queue/next?after={second.split('?')[0].rsplit('/', 1)[1]}").headers["location"] == "/queue"


def test_filters_stand_in_the_address(browser: Browser) -> None:
    assert "1 change" in browser.get("/changes?fact=total").text
    assert "No change fits" in browser.get("/changes?type=new_site").text
    assert "No change fits" in browser.get("/changes?until=2026-03-01").text
    assert "2 changes" in browser.get("/changes?since=2026-03-02&until=2026-03-02").text
    assert "1 change" in browser.get("/changes?q=2600").text  # found in the quote
    assert "1 change" in browser.get("/changes?q=total BUDGET").text


def test_search_finds_facts_changes_and_sources(browser: Browser) -> None:
    text = browser.get("/search?q=total").text
    assert "/programmes/ships/facts/total" in text
    assert "/changes/c-" in text
    assert "/sources/ships/press" in browser.get("/search?q=press.example").text
    assert "Nothing holds all of these words" in browser.get("/search?q=unheard-of").text


def test_a_source_shows_looks_captures_and_what_it_says(browser: Browser) -> None:
    text = browser.get("/sources/ships/press").text
    assert "What it says now" in text
    assert text.count('name="new"') == 3
    assert "2,600" in text


def test_two_captures_are_compared_word_by_word(browser: Browser, app: FastAPI) -> None:
    new, middle, old = looks.snapshots(app.state.face.store, programme="ships", source="press")
    text = browser.get(f"/differences?old={old.id}&new={middle.id}").text
    assert "<ins>" in text
    assert "<del" in text
    assert "total" in text
    assert "The text is the same" in browser.get(f"/differences?old={new.id}&new={new.id}").text


def test_a_capture_shows_what_was_found_in_it_marked(browser: Browser, app: FastAPI) -> None:
    snapshot = looks.snapshots(app.state.face.store, programme="ships", source="press")[0]
    text = browser.get(f"/captures/{snapshot.id}").text
    assert '<mark class="fact">2600</mark>' in text
    assert browser.get(f"/captures/by-body/{snapshot.sha256}").headers["location"] == f"/captures/{snapshot.id}"


def test_a_capture_that_was_pruned_is_told(browser: Browser, app: FastAPI) -> None:
    snapshot = looks.snapshots(app.state.face.store, programme="ships", source="press")[0]
    app.state.face.store.blobs.drop(snapshot.sha256)
    assert "was pruned" in browser.get(f"/captures/{snapshot.id}").text
    assert browser.get(f"/captures/{snapshot.id}/body").status_code == 404
    assert browser.get(f"/changes/{change_of(app)}").status_code == 200


def test_the_programme_page_draws_dates_sites_and_moved_budgets(browser: Browser) -> None:
    text = browser.get("/programmes/ships").text
    assert "Map of 1 sites: Gdynia yard, Gdynia, PL" in text
    assert "Launch of the first ship" in text
    assert "Total budget: EUR 1,500, announced" in text  # a chart for whoever cannot see it
    assert "GeoNames" in text


def test_among_equally_important_changes_the_surest_come_first(browser: Browser, app: FastAPI) -> None:
    store = app.state.face.store
    first, second = (c.id for c in browse.changes(store, browse.Filter(), app.state.face.today(), limit=2))
    for key, confidence in ((first, 0.4), (second, 0.8)):
        with store.write() as connection:
            body = connection.execute(select(CHANGE.c.body).where(CHANGE.c.id == key)).scalar_one()
            body = json.dumps(json.loads(body) | {"confidence": confidence})
            connection.execute(CHANGE.update().where(CHANGE.c.id == key).values(severity=3, body=body))
    page = browser.get("/queue").text
    assert 0 < page.index(f"/changes/{second}") < page.index(f"/changes/{first}")
    assert browser.get(f"/queue/next?after={second}").headers["location"].startswith(f"/changes/{first}")
    assert browser.get(f"/queue/next?after={first}").headers["location"] == "/queue"


def test_the_address_of_a_new_source_is_checked_like_all_others(browser: Browser, app: FastAPI) -> None:
    fields = {"programme": "ships", "publisher": "x"}
    for url in (
        "file:///etc/passwd",
        "ftp://a.example/",
        "https://user:pw@a.example/",
        "javascript:alert(1)",
        "not an address",
        "https://press.example/news",
    ):
        assert browser.post("/settings/sources/try", fields | {"url": url}).status_code == 400, url
        assert browser.post("/settings/sources/add", fields | {"url": url}).status_code == 400, url
    for url in (
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://localhost/",
        "http://2130706433/",
    ):
        answer = browser.post("/settings/sources/try", fields | {"url": url})
        assert answer.status_code == 400 or "blocked_address" in answer.text, url


def test_a_source_is_added_to_the_folder_where_people_read_it(browser: Browser, app: FastAPI) -> None:
    fields = {
        "programme": "ships",
        "url": 'https://new.example/a?b="c"',
        "publisher": 'The "New" Paper\n[[source]]',
        "authority": "primary",
    }
    assert browser.post("/settings/sources/add", fields).status_code in (303, 400)
    fields["url"] = "https://new.example/plan"
    answer = browser.post("/settings/sources/add", fields)
    assert answer.status_code == 303
    assert browser.get(answer.headers["location"]).status_code == 200
    added = app.state.face.baseline("ships").sources[-1]
    assert (added.url, added.authority) == ("https://new.example/plan", "primary")


def test_an_empty_home_says_how_to_begin(tmp_path, clock: Clock) -> None:
    from monitor.config import Settings
    from monitor.web.app import create_app

    (tmp_path / "baseline").mkdir()
    app = create_app(Settings(home=tmp_path), clock)
    for address in ("/", "/queue", "/programmes", "/sources", "/settings", "/search?q=x"):
        assert Browser(app).get(address).status_code == 200
    assert "No programme is watched yet" in Browser(app).get("/").text
    app.state.face.store.close()
