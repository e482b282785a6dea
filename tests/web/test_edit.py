"""A source edited in the browser: prefilled, looked at as it would be, written line by line, refused when the folder moved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from monitor.config import Settings
from monitor.web.app import create_app
from tests.servers import Server, page
from tests.web.conftest import PROGRAMME, Browser, Clock
from tests.web.test_people import with_account

EDIT, TRY, SAVE = (f"/sources/ships/press/{step}" for step in ("edit", "try", "save"))
AS_IT_IS = {"url": "https://press.example/news", "kind": "page", "authority": "press", "publisher": "Press"}


def form_of(browser: Browser) -> dict[str, str]:
    """The form as it was shown: its digest and the fields as they stand in the folder."""
    text = browser.get(EDIT).text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', text)
    assert digest is not None
    assert 'name="url" type="url" size="60" required value="https://press.example/news"' in text
    return AS_IT_IS | {"digest": digest[1]}


def written(settings: Settings) -> Path:
    return settings.home / "baseline" / "ships" / "programme.toml"


def test_only_what_was_changed_is_written(browser: Browser, app: FastAPI, settings: Settings) -> None:
    answer = browser.post(SAVE, form_of(browser) | {"publisher": "The Press", "every": "12h", "include": "main, article\n.facts"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources/ships/press")
    assert written(settings).read_text("utf-8") == PROGRAMME.replace('"Press"', '"The Press"').replace(
        'id = "press"\n', 'id = "press"\nevery = "12h"\ninclude = ["main, article", ".facts"]\n'
    )
    assert app.state.face.source("ships", "press").every_s == 43_200


def test_a_folder_edited_by_hand_since_the_form_was_shown_is_not_written(browser: Browser, settings: Settings) -> None:
    fields = form_of(browser)
    by_hand = PROGRAMME + "# a note of mine\n"
    written(settings).write_text(by_hand, "utf-8")
    answer = browser.post(SAVE, fields | {"every": "12h"})
    assert answer.status_code == 409
    assert "edited meanwhile" in answer.text
    assert written(settings).read_text("utf-8") == by_hand


@pytest.mark.parametrize(
    "wrong",
    [{"every": "often"}, {"url": "file:///etc/passwd"}, {"url": "https://office.example/plan"}, {"cron": "daily"}, {"include": "<<"}],
)
def test_what_cannot_be_watched_is_refused(browser: Browser, settings: Settings, wrong: dict[str, str]) -> None:
    fields = form_of(browser)
    assert browser.post(TRY, fields | wrong).status_code == 400
    assert browser.post(SAVE, fields | wrong).status_code == 400
    assert written(settings).read_text("utf-8") == PROGRAMME


def test_the_dry_run_shows_what_would_be_read_and_what_is_unstable(settings: Settings, clock: Clock) -> None:
    looks = iter(range(1, 99))

    def changing(connection: object) -> None:
        body = f"<html lang='en'><title>Plan</title><main><p>The yard costs EUR 1.5 billion.</p><p>Visitor {next(looks)} today</p></main></html>"
        page(body.encode())(connection)  # type: ignore[arg-type]

    with Server() as server:
        server.handlers["/plan"] = changing
        allowed = settings.model_copy(update={"allow_hosts": (server.netloc,), "host_delay_s": 0.0})
        app = create_app(allowed, clock)
        browser = Browser(app)
        answer = browser.post(TRY, form_of(browser) | {"url": server.url("/plan")})
        app.state.face.store.close()
    assert "“EUR 1.5 billion”" in answer.text
    assert "Unstable" in answer.text
    assert re.search(r"<li>Visitor \d+ today</li>", answer.text)
    assert f'value="{server.url("/plan")}"' in answer.text  # what was typed is still there
    assert written(settings).read_text("utf-8") == PROGRAMME


def test_the_dry_run_reaches_no_private_address(browser: Browser) -> None:
    assert "blocked_address" in browser.post(TRY, form_of(browser) | {"url": "http://169.254.169.254/latest"}).text


def test_only_an_admin_edits_and_only_from_our_form(locked: FastAPI, browser: Browser, settings: Settings) -> None:
    fields = form_of(browser)
    reviewer = with_account(locked, "Rosa", "reviewer")
    assert reviewer.get(EDIT).status_code == 403
    assert "/edit" not in reviewer.get("/sources/ships/press").text
    assert reviewer.post(SAVE, fields | {"every": "1d"}).status_code == 403
    assert browser.post(SAVE, fields | {"every": "1d", "csrf": "guessed"}).status_code == 403
    assert written(settings).read_text("utf-8") == PROGRAMME
