"""What no request gets past: foreign hosts, foreign pages, big bodies, other machines."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from monitor.config import Settings
from monitor.web.app import create_app
from tests.web.conftest import Browser, Clock, change_of

STATE_CHANGING = [
    "/logout",
    "/changes/decide",
    "/changes/c-0/decide",
    "/settings/accounts",
    "/settings/accounts/close",
    "/settings/password",
    "/settings/tokens",
    "/settings/tokens/revoke",
    "/settings/channels/test",
    "/settings/sources/try",
    "/settings/sources/add",
    "/sources/ships/press/try",
    "/sources/ships/press/save",
]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:8000.evil.example", "", "127.0.0.1:80x", "localhost@evil"]
)
def test_a_forged_host_is_refused(browser: Browser, host: str) -> None:
    assert browser.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]:8000", "[::1]"])
def test_this_machine_is_served_under_its_names(browser: Browser, host: str) -> None:
    assert browser.get("/", headers={"Host": host}).status_code == 200


def test_a_named_host_is_served(settings: Settings, clock: Clock) -> None:
    app = create_app(settings.model_copy(update={"web_hosts": ("watch.example",)}), clock)
    assert Browser(app, base="https://watch.example").get("/").status_code == 200
    app.state.face.store.close()


def test_without_a_password_other_machines_are_refused(app: FastAPI) -> None:
    assert Browser(app, client=("192.0.2.7", 5000)).get("/").status_code == 403


def test_with_a_password_other_machines_are_asked_to_log_in(locked: FastAPI) -> None:
    answer = Browser(locked, client=("192.0.2.7", 5000)).get("/queue?type=new_site")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fqueue%3Ftype%3Dnew_site")


def test_every_route_that_changes_something_is_known_to_these_tests(app: FastAPI) -> None:
    routes = {path for path, methods in routes_of(app) if "POST" in methods}
    filled = {r.replace("{change_id}", "c-0").replace("{programme}/{source_id}", "ships/press") for r in routes}
    assert filled == {*STATE_CHANGING, "/login", "/api/v1/changes/c-0/decisions"}


def routes_of(app: FastAPI) -> list[tuple[str, set[str]]]:
    found = []
    for route in app.routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        for one in inner if inner is not None else [route]:
            found.append((getattr(one, "path", ""), set(getattr(one, "methods", None) or ())))
    return found


@pytest.mark.parametrize("address", STATE_CHANGING)
def test_a_form_of_another_site_changes_nothing(browser: Browser, address: str) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert browser.post(address, headers=headers).status_code == 403


@pytest.mark.parametrize("address", STATE_CHANGING)
@pytest.mark.parametrize("token", ["", "x", "é" * 10, "0" * 64])
def test_a_form_without_its_token_changes_nothing(browser: Browser, address: str, token: str) -> None:
    fields = {"csrf": token, "decision": "accept", "name": "x", "role": "viewer", "password": "long enough 1", "token": "t", "channel": "c"}
    answer = browser.request("POST", address, data=fields | {"programme": "ships", "url": "https://a.example/"})
    assert answer.status_code == 403


def test_nothing_was_decided_by_a_refused_form(browser: Browser, app: FastAPI) -> None:
    change = change_of(app)
    browser.request("POST", f"/changes/{change}/decide", data={"decision": "accept", "csrf": "no"})
    assert not app.state.face.change(change).reviews


def test_a_body_over_a_megabyte_is_refused(browser: Browser, app: FastAPI) -> None:
    address = f"/changes/{change_of(app)}/decide"
    assert browser.post(address, {"decision": "comment", "note": "x" * 1_100_000}).status_code == 413

    async def chunks() -> object:
        for _ in range(30):
            yield b"x" * 50_000

    answer = browser.request("POST", address, content=chunks(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 400])
def test_a_lying_length_is_refused(browser: Browser, length: str) -> None:
    assert browser.request("POST", "/login", content=b"", headers={"Content-Length": length}).status_code == 413


def test_every_answer_carries_the_policy(browser: Browser) -> None:
    for address in ("/", "/static/base.css", "/nowhere", "/api/v1/changes", "/feeds/ships.atom"):
        headers = browser.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_no_page_carries_script_or_style_of_its_own(browser: Browser, app: FastAPI) -> None:
    for address in ("/", "/queue", f"/changes/{change_of(app)}", "/programmes/ships", "/settings", "/help/web"):
        text = browser.get(address).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick" not in text
        assert text.count("<script") == text.count('<script src="/static/') == 1


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e%2fapp.py", "base.css%00.png", "....//base.css", "/etc/passwd"])
def test_static_files_are_a_fixed_set(browser: Browser, name: str) -> None:
    assert browser.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2f..%2fetc%2fpasswd", "%2e%2e", "a" * 64, "x" * 5000, "%00", "' OR 1=1 --"])
def test_captures_and_reports_are_no_paths(browser: Browser, name: str) -> None:
    for address in (
        f"/captures/{name}",
        f"/captures/{name}/body",
        f"/captures/by-body/{name}",
        f"/days/{name}",
        f"/download/report/{name}.html",
    ):
        assert browser.get(address).status_code in (303, 404, 400), address


@pytest.mark.parametrize("words", ["' OR '1'='1", "%", "_", "\\", '"; DROP TABLE change; --', "a" * 5000, "\x00", "\ud7ff", "%ff"])
def test_filters_are_values_not_statements(browser: Browser, words: str) -> None:
    for name in ("q", "fact", "type", "status", "severity", "page"):
        for address in ("/changes", "/queue", "/search", "/api/v1/changes", "/download/changes.csv"):
            answer = browser.get(address, params={name: words})
            assert answer.status_code in (200, 422), (address, name)
    assert "2 changes" in browser.get("/changes").text
