"""A real browser walks: log in, today's report, ten flags decided by keyboard only, one undone, the new baseline version and its chart, CSV, log out.

Needs the system's Chromium. Screenshots go to the folder named in MONITOR_TEST_SCREENSHOTS, if it is set.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import uvicorn
from pydantic import SecretStr

from monitor.baseline import read
from monitor.config import Settings
from monitor.pipeline import check
from monitor.store import engine, queries
from monitor.sync import sync
from monitor.web.app import create_app
from tests.line import OFFICE, PRESS, MiniCore, Web, at
from tests.web.conftest import FACTS, PROGRAMME, Clock, write_home

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed, so no browser walks")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium): no browser walks"),
]

SECRET = "a shared secret"
FLAGS = 12


class Served(NamedTuple):
    url: str
    settings: Settings
    clock: Clock


def watch_many(settings: Settings) -> None:
    """Twelve budgets, each revised by the press on the second day."""
    ships = read(settings.home / "baseline" / "ships")
    pages = Web({PRESS.url: "hello", OFFICE.url: "plan"})
    with engine.open(settings.var / "monitor.db", settings.var / "blobs") as store:
        sync(store, ships, at(0))
        lines = "\n".join(f"lot.{n}: {2600 + n}" for n in range(FLAGS))
        for hours, text in ((0, "hello"), (24, f"The lots of the programme:\n{lines}")):
            pages.pages[PRESS.url] = text
            check(store, pages, MiniCore(), [ships], lambda hours=hours: at(hours), all=True, workers=1)  # type: ignore[misc]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application behind a real server on loopback."""
    lots = "".join(
        f'[[fact]]\nkey = "lot.{n}"\nkind = "money"\nlabel = "Budget of lot {n}"\nvalue = "EUR {1500 + n}"\nfrom = "2026-01-01"\n'
        f'quote = "Lot {n} costs {1500 + n}."\nurl = "https://office.example/lots"\n\n'
        for n in range(FLAGS)
    )
    settings = write_home(tmp_path_factory.mktemp("walk") / "home", PROGRAMME, FACTS + lots)
    watch_many(settings)
    clock = Clock()
    app = create_app(settings.model_copy(update={"password": SecretStr(SECRET)}), clock)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            threading.Event().wait(0.02)
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", settings, clock)
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with playwright_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("MONITOR_TEST_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=name.startswith("phone"))


def press(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_reviewer_works_through_the_queue_by_keyboard(served: Served, chromium: Browser) -> None:
    context = chromium.new_context(base_url=served.url, accept_downloads=True, viewport={"width": 1200, "height": 800})
    page = context.new_page()
    served.clock.pass_s(61)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/")  # log in
    page.get_by_label("Password").fill(SECRET)
    press(page, "Enter")
    assert page.title() == "Today · monitor"
    page.goto("/days/2026-03-02")  # the report
    assert f"{FLAGS} changes" in page.get_by_role("heading", level=1).inner_text()
    shoot(page, "today")

    page.keyboard.press("g")
    press(page, "q")  # to the queue
    assert f"{FLAGS} changes wait" in page.locator(".lead").inner_text()
    shoot(page, "queue")
    for key in ("a", "r", "s", "a"):  # decided in the list
        press(page, key)
        assert page.locator(".note").is_visible()
    page.keyboard.press("j")
    press(page, "o")  # opened: one at a time
    shoot(page, "change")
    for key in ("a", "a", "r", "a", "s", "a"):
        press(page, key)
    assert "accepted by admin" in page.locator(".note").inner_text()
    press(page, "u")  # the last one undone
    assert "undone by admin" in page.locator(".note").inner_text()

    with engine.open(served.settings.var / "monitor.db", served.settings.var / "blobs") as store:
        counts = queries.status_counts(store)
    assert counts == {"open": 3, "accepted": 5, "rejected": 2, "snoozed": 2}
    assert read(served.settings.home / "baseline" / "ships").version == 8  # six accepted, one of them taken back

    page.goto("/programmes/ships")  # the new version and its charts
    assert page.locator(".numbers").get_by_role("link", name="8").is_visible()
    assert page.locator("svg[aria-label*='version']").first.is_visible()
    shoot(page, "programme")
    page.goto("/changes")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "accepted" in Path(download.value.path()).read_text("utf-8")

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.goto("/queue")
    assert page.title() == "Log in · monitor"
    assert complaints == []
    context.close()


def test_keys_are_explained_and_stay_quiet_while_typing(served: Served, chromium: Browser) -> None:
    page = logged_in(served, chromium)
    page.goto("/queue")
    before = page.url
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("a")  # behind the dialog nothing is decided
    page.keyboard.press("?")
    assert not page.get_by_role("dialog").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("arsxnu?")
    assert page.get_by_role("searchbox").input_value() == "arsxnu?"
    assert page.url == before
    page.context.close()


def test_pages_fit_a_phone_and_darkness(served: Served, chromium: Browser) -> None:
    page = logged_in(served, chromium, viewport={"width": 390, "height": 800}, color_scheme="dark")
    for address in ("/", "/queue", "/programmes/ships", "/sources", "/sources/ships/press", "/settings"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 24)"
    shoot(page, "phone-dark")
    page.context.close()


def test_everything_can_be_decided_without_a_script(served: Served, chromium: Browser) -> None:
    page = logged_in(served, chromium, java_script_enabled=False)
    page.goto("/queue")
    page.get_by_role("button", name="Reject").nth(1).click()  # the first one belongs to the ticked ones
    assert "rejected by admin" in page.locator(".note").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert "undone by admin" in page.locator(".note").inner_text()
    page.context.close()


def logged_in(served: Served, chromium: Browser, **more: object) -> Page:
    served.clock.pass_s(61)  # so that no test uses up the log-ins of another
    page = chromium.new_context(base_url=served.url, **more).new_page()  # type: ignore[arg-type]
    page.goto("/login")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Log in").click()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(served: Served, chromium: Browser, scheme: str) -> None:
    """WCAG 2.1 A and AA, as far as axe-core can tell."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = logged_in(served, chromium, bypass_csp=True, color_scheme=scheme)  # axe is put into the page as a script
    change = page.request.get(f"{served.url}/api/v1/changes").json()[0]["id"]
    for address in (*ACCESSIBLE, f"/changes/{change}?queue=1&done={change}"):
        page.goto(address)
        found = axe.Axe().run(page, options={"runOnly": RULES[scheme]}).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], address
    page.context.close()


RULES = {"light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "dark": ["color-contrast"]}  # only colours differ in the dark
ACCESSIBLE = ("/", "/days/2026-03-02", "/queue", "/changes", "/programmes", "/programmes/ships", "/programmes/ships/versions", "/programmes/ships/facts/lot.1",
              "/sources", "/sources/ships/press", "/search?q=lot", "/settings", "/settings/sources/new", "/help", "/help/web", "/nowhere")  # fmt: skip
