"""A proxy that logs people in: believed from its own address only, for accounts only, and never beside a made-up header."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from monitor import config
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.store import people
from monitor.web.app import create_app
from monitor.web.people import is_within, new_account
from tests.web.conftest import NOON, Browser, Clock, change_of

PROXY = ("10.0.0.2", 40000)
ROSA = {"X-Remote-User": "Rosa"}


@pytest.fixture
def proxied(settings: Settings, clock: Clock) -> Iterator[FastAPI]:
    """A home that believes one proxy, with an account for a reviewer."""
    more = {"web_user_header": "x-remote-user", "web_proxies": ("10.0.0.2", "10.1.0.0/16"), "password": SecretStr("a shared secret")}
    made = create_app(settings.model_copy(update=more), clock)
    people.save_account(made.state.face.store, new_account("Rosa", "reviewer", "correct horse", NOON))
    yield made
    made.state.face.store.close()


def test_the_proxy_names_who_decides(proxied: FastAPI) -> None:
    browser, change = Browser(proxied, client=PROXY), change_of(proxied)
    assert browser.get(f"/changes/{change}", headers=ROSA).status_code == 200
    assert browser.post(f"/changes/{change}/decide", {"decision": "reject"}, headers=ROSA).status_code == 303
    assert proxied.state.face.change(change).reviews[0].by == "Rosa"
    assert browser.get("/settings/sources/new", headers=ROSA).status_code == 403  # the role is that of the account


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.3", "192.0.2.9", "::1"])
def test_the_header_is_refused_from_every_other_address(proxied: FastAPI, peer: str) -> None:
    browser = Browser(proxied, client=(peer, 40000))
    for more in ({}, {"X-Forwarded-For": "10.0.0.2"}):  # an address that is only told is not that of the neighbour
        answer = browser.get("/queue", headers=ROSA | more)
        assert answer.status_code == 403
        assert "web_proxies" in answer.text
        assert "Total budget" not in answer.text


def test_no_name_no_account_or_two_names_open_nothing(proxied: FastAPI) -> None:
    browser = Browser(proxied, client=PROXY)
    assert browser.get("/queue").status_code == 303
    assert browser.get("/queue", headers={"X-Remote-User": "admin"}).status_code == 303  # the shared name is no account
    assert browser.get("/queue", headers=[("X-Remote-User", "Rosa"), ("X-Remote-User", "Rosa")]).status_code == 403
    people.save_account(proxied.state.face.store, people.Account("Rosa", "reviewer", "x", NOON, NOON))
    assert browser.get("/queue", headers=ROSA).status_code == 303


def test_a_decision_needs_the_form_token_of_that_person(proxied: FastAPI) -> None:
    browser, change = Browser(proxied, client=PROXY), change_of(proxied)
    browser.get("/login")
    browser.csrf = proxied.state.face.door.csrf_of_visitor()
    assert browser.post(f"/changes/{change}/decide", {"decision": "reject"}, headers=ROSA).status_code == 403


def test_without_the_setting_the_header_is_nothing(locked: FastAPI) -> None:
    assert Browser(locked, client=PROXY).get("/queue", headers=ROSA).status_code == 303


def test_with_the_header_nobody_is_let_in_without_a_log_in(settings: Settings, clock: Clock) -> None:
    app = create_app(settings.model_copy(update={"web_user_header": "x-remote-user", "web_proxies": ("10.0.0.2",)}), clock)
    assert Browser(app).get("/queue").status_code == 303
    app.state.face.store.close()


def test_log_ins_through_the_proxy_are_counted_by_who_stands_behind_it(proxied: FastAPI) -> None:
    browser = Browser(proxied, client=PROXY)
    browser.get("/login")
    for last, status in ((1, 401), (1, 401), (1, 401), (1, 401), (1, 401), (1, 429), (2, 401)):
        answer = browser.post("/login", {"name": f"n{last}", "password": "x"}, headers={"X-Forwarded-For": f"192.0.2.{last}"})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("address", "within"),
    [("10.0.0.2", True), ("::ffff:10.0.0.2", True), ("10.1.255.1", True), ("10.2.0.1", False), ("", False), ("unix:", False)],
)
def test_addresses_are_compared_as_addresses(address: str, within: bool) -> None:
    assert is_within(address, ("10.0.0.2", "10.1.0.0/16")) is within


@pytest.mark.parametrize("lines", ['web_user_header = "X Y"', 'web_proxies = ["everybody"]', 'web_proxies = ["10.0.0.1/8"]'])
def test_settings_that_cannot_be_meant_are_told(tmp_path: Path, lines: str) -> None:
    (tmp_path / "monitor.toml").write_text(lines, "utf-8")
    with pytest.raises(ConfigError, match=r"monitor\.toml:1"):
        config.load(tmp_path, {})
