"""Log-ins, roles, tokens."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from tests.web.conftest import Browser, Clock, change_of

SECRET = "a shared secret"


def with_account(app: FastAPI, name: str, role: str, password: str = "correct horse") -> Browser:
    admin = Browser(app)
    assert admin.log_in("admin", SECRET).status_code == 303
    admin.get("/settings")
    assert admin.post("/settings/accounts", {"name": name, "role": role, "password": password}).status_code == 303
    person = Browser(app)
    assert person.log_in(name, password).status_code == 303
    return person


def test_nothing_is_shown_before_the_log_in(locked: FastAPI) -> None:
    browser = Browser(locked)
    for address in (
        "/",
        "/queue",
        "/changes/c-1",
        "/programmes/ships",
        "/sources",
        "/settings",
        "/search?q=x",
        "/captures/x/body",
        "/help",
    ):
        assert browser.get(address).status_code == 303, address
    for address in ("/api/v1/changes", "/feeds/ships.atom", "/feeds/ships.ics", "/download/changes.csv"):
        assert browser.get(address).status_code == 401, address


def test_the_right_password_opens_and_log_out_closes(locked: FastAPI) -> None:
    browser = Browser(locked)
    answer = browser.log_in("admin", SECRET)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/queue").status_code == 200
    kept = browser.cookies
    browser.post("/logout")
    browser.cookies = kept
    assert browser.get("/queue").status_code == 303  # the session itself is over, not only the cookie


def test_wrong_name_and_wrong_password_are_told_alike(locked: FastAPI) -> None:
    for name, password in (("admin", "wrong"), ("nobody", SECRET), ("", "")):
        answer = Browser(locked).log_in(name, password)
        assert answer.status_code == 401
        assert "Name or password is wrong." in answer.text


def test_the_sixth_log_in_of_a_minute_waits_even_with_the_right_password(locked: FastAPI, clock: Clock) -> None:
    browser = Browser(locked)
    for _ in range(5):
        assert browser.log_in("admin", "wrong").status_code == 401
    answer = browser.log_in("admin", SECRET)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    clock.pass_s(61)
    assert browser.log_in("admin", SECRET).status_code == 303


def test_a_stranger_who_guesses_keeps_no_other_name_at_another_address_out(locked: FastAPI) -> None:
    with_account(locked, "Rosa", "reviewer")
    stranger = Browser(locked, client=("192.0.2.7", 40000))
    for name in ("a", "b", "c", "d", "e"):
        assert stranger.log_in(name, "wrong").status_code == 401
    assert stranger.log_in("f", "wrong").status_code == 429  # the address has had its tries, whatever the name
    assert Browser(locked, client=("192.0.2.8", 40000)).log_in("Rosa", "correct horse").status_code == 303


def test_one_name_is_guessed_at_five_times_a_minute_from_however_many_addresses(locked: FastAPI, clock: Clock) -> None:
    with_account(locked, "Rosa", "reviewer")
    clock.pass_s(61)
    for last in range(5):
        assert Browser(locked, client=(f"192.0.2.{last}", 40000)).log_in("Rosa", "wrong").status_code == 401
    assert Browser(locked, client=("192.0.2.9", 40000)).log_in("Rosa", "correct horse").status_code == 429
    clock.pass_s(61)
    assert Browser(locked, client=("192.0.2.9", 40000)).log_in("Rosa", "correct horse").status_code == 303
    assert len(locked.state.face.door.tries) == 2  # what is over a minute old takes no memory


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "/\\/evil"]
)
def test_the_log_in_leads_to_pages_of_ours_only(locked: FastAPI, next: str) -> None:
    browser = Browser(locked)
    browser.get("/login")
    assert browser.post("/login", {"name": "admin", "password": SECRET, "next": next}).headers["location"] == "/"


def test_a_viewer_looks_and_does_not_decide(locked: FastAPI) -> None:
    viewer = with_account(locked, "Vera", "viewer")
    change = change_of(locked)
    page = viewer.get(f"/changes/{change}")
    assert "Total budget" in page.text
    assert 'value="accept"' not in page.text
    assert viewer.post(f"/changes/{change}/decide", {"decision": "accept"}).status_code == 403
    assert viewer.post("/settings/accounts", {"name": "x", "role": "admin", "password": "long enough 1"}).status_code == 403
    assert "monitor.toml" not in viewer.get("/settings").text
    assert viewer.get("/settings/sources/new").status_code == 403


def test_a_reviewer_decides_under_their_name(locked: FastAPI) -> None:
    reviewer = with_account(locked, "Rosa", "reviewer")
    change = change_of(locked)
    reviewer.get(f"/changes/{change}")
    assert reviewer.post(f"/changes/{change}/decide", {"decision": "reject"}).status_code == 303
    assert locked.state.face.change(change).reviews[0].by == "Rosa"
    assert reviewer.post("/settings/channels/test", {"channel": "webhook"}).status_code == 403


def test_a_new_password_ends_every_session(locked: FastAPI, clock: Clock) -> None:
    first = with_account(locked, "Rosa", "reviewer")
    second = Browser(locked)
    second.log_in("Rosa", "correct horse")
    second.get("/settings")
    assert second.post("/settings/password", {"old": "wrong", "new": "battery staple"}).status_code == 400
    assert second.post("/settings/password", {"old": "correct horse", "new": "battery staple"}).status_code == 303
    assert first.get("/queue").status_code == second.get("/queue").status_code == 303
    clock.pass_s(61)
    assert Browser(locked).log_in("Rosa", "battery staple").status_code == 303


def test_a_closed_account_is_out_at_once(locked: FastAPI, clock: Clock) -> None:
    rosa = with_account(locked, "Rosa", "reviewer")
    clock.pass_s(61)
    admin = Browser(locked)
    admin.log_in("admin", SECRET)
    admin.get("/settings")
    admin.post("/settings/accounts/close", {"name": "Rosa"})
    assert rosa.get("/queue").status_code == 303


def test_sessions_end_after_two_weeks(locked: FastAPI, clock: Clock) -> None:
    browser = Browser(locked)
    browser.log_in("admin", SECRET)
    clock.pass_s(15 * 86_400)
    assert browser.get("/queue").status_code == 303


def test_the_first_account_closes_the_open_house_and_must_be_an_admin(browser: Browser, app: FastAPI) -> None:
    browser.get("/settings")
    assert browser.post("/settings/accounts", {"name": "Vera", "role": "viewer", "password": "long enough 1"}).status_code == 400
    assert browser.post("/settings/accounts", {"name": "Ada", "role": "admin", "password": "short"}).status_code == 400
    assert browser.post("/settings/accounts", {"name": "Ada", "role": "admin", "password": "long enough 1"}).status_code == 303
    assert browser.get("/queue").status_code == 303
    assert Browser(app).log_in("Ada", "long enough 1").status_code == 303


def new_token(browser: Browser, role: str) -> str:
    browser.get("/settings")
    text = browser.post("/settings/tokens", {"name": "script", "role": role}).text
    return text.split("<code>mon_", 1)[1].split("<", 1)[0].join(["mon_", ""])


def test_a_token_reads_the_api_and_feeds_until_it_is_revoked(locked: FastAPI) -> None:
    admin = Browser(locked)
    admin.log_in("admin", SECRET)
    token = new_token(admin, "viewer")
    program = Browser(locked)
    bearer = {"Authorization": f"Bearer {token}"}
    assert len(program.get("/api/v1/changes", headers=bearer).json()) == 2
    assert program.get(f"/feeds/ships.atom?token={token}").status_code == 200
    assert program.get(f"/queue?token={token}").status_code == 303  # only feeds and files take it from the address
    decision = {"decision": "reject"}
    assert program.request("POST", f"/api/v1/changes/{change_of(locked)}/decisions", json=decision, headers=bearer).status_code == 403
    page = admin.get("/settings").text
    assert token not in page
    admin.post("/settings/tokens/revoke", {"token": page.split('name="token" value="', 1)[1].split('"', 1)[0]})
    assert program.get("/api/v1/changes", headers=bearer).status_code == 401


def test_a_token_has_at_most_the_role_of_its_maker(locked: FastAPI) -> None:
    viewer = with_account(locked, "Vera", "viewer")
    token = new_token(viewer, "admin")
    answer = Browser(locked).request(
        "POST", f"/api/v1/changes/{change_of(locked)}/decisions", json={"decision": "reject"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("secret", ["", "mon_", "mon_" + "x" * 43, "x" * 10_000, "mon_\u00e9"])
def test_a_token_nobody_made_opens_nothing(locked: FastAPI, secret: str) -> None:
    assert Browser(locked).get("/api/v1/changes", headers={"Authorization": f"Bearer {secret}".encode()}).status_code == 401


def test_passwords_and_tokens_are_kept_as_hashes_only(locked: FastAPI) -> None:
    with_account(locked, "Rosa", "reviewer", "correct horse battery")
    kept = b"".join(f.read_bytes() for f in locked.state.face.settings.var.glob("monitor.db*"))
    assert b"correct horse battery" not in kept
    assert b"$argon2id$" in kept
