"""A home with two flagged changes, and a browser without JavaScript that talks to the application as a server would hand it over."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from monitor.baseline import read
from monitor.config import Settings
from monitor.pipeline import check
from monitor.store import engine, queries
from monitor.sync import sync
from monitor.web.app import create_app
from tests.line import OFFICE, PRESS, MiniCore, Web, at

PROGRAMME = """\
id = "ships"
title = "Ships"
languages = ["en"]
announced_on = "2026-01-01"

[[source]]
id = "press"
url = "https://press.example/news"
authority = "press"
publisher = "Press"

[[source]]
id = "office"
url = "https://office.example/plan"
authority = "official"
publisher = "Office"
"""

FACTS = """\
[[fact]]
key = "total"
kind = "money"
label = "Total budget"
value = "EUR 1500"
from = "2026-01-01"
quote = "Ships cost 1500 in total."
url = "https://office.example/announcement"

[[fact]]
key = "first.part"
kind = "money"
label = "First part"
value = "EUR 700"
from = "2026-01-01"
quote = "The first part is 700."
url = "https://office.example/announcement"

[[fact]]
key = "launch"
kind = "date"
label = "Launch of the first ship"
value = "2027"
from = "2026-01-01"
quote = "Launch in 2027."
url = "https://office.example/announcement"

[[fact]]
key = "site.gdynia"
kind = "site"
label = "Gdynia yard"
value = { name = "Gdynia yard", place = "Gdynia", country = "PL" }
from = "2026-01-01"
quote = "Built in Gdynia."
url = "https://office.example/announcement"
"""

NOON = at(72)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Browser:
    """Requests over ASGI, with a cookie jar; `post` fills in the form token of the page it was on, as a form would."""

    app: FastAPI
    base: str = "http://127.0.0.1:8000"
    client: tuple[str, int] = ("127.0.0.1", 40000)
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    csrf: str = ""

    def request(self, method: str, address: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=self.client, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
                answer = await client.request(method, address, **more)
                self.cookies = client.cookies
                return answer

        answer = asyncio.run(ask())
        token = re.search(r'name="csrf" value="([^"]+)"', answer.text) if "html" in answer.headers.get("content-type", "") else None
        self.csrf = token.group(1) if token else self.csrf
        return answer

    def get(self, address: str, **more: Any) -> httpx.Response:
        return self.request("GET", address, **more)

    def post(self, address: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        return self.request("POST", address, data={"csrf": self.csrf, **(data or {})}, **more)

    def log_in(self, name: str, password: str) -> httpx.Response:
        self.get("/login")
        answer = self.post("/login", {"name": name, "password": password})
        if answer.status_code == 303:
            self.get("/queue")
        return answer


def write_home(home: Path, programme: str = PROGRAMME, facts: str = FACTS) -> Settings:
    folder = home / "baseline" / "ships"
    folder.mkdir(parents=True)
    (folder / "programme.toml").write_text(programme, "utf-8")
    (folder / "facts.toml").write_text(facts, "utf-8")
    (folder / "revisions.toml").write_text("", "utf-8")
    return Settings(home=home)


def watch_ships(settings: Settings) -> None:
    """Three days of looks: on the second the press says another total and another first part."""
    ships = read(settings.home / "baseline" / "ships")
    pages = Web({PRESS.url: "hello\ntotal: 1400\nthe yard", OFFICE.url: "plan\nnothing"})
    with engine.open(settings.var / "monitor.db", settings.var / "blobs") as store:
        sync(store, ships, at(0))
        for hours, text in (
            (0, "hello\nfirst ships"),
            (24, "hello\ntotal: 2600\nfirst.part: 900"),
            (48, "hello\ntotal: 2600\nfirst.part: 900\nmore"),
        ):
            pages.pages[PRESS.url] = text
            check(store, pages, MiniCore(), [ships], lambda hours=hours: at(hours), all=True, workers=1)  # type: ignore[misc]


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after three days, made once; every test works on a copy."""
    home = tmp_path_factory.mktemp("watched") / "home"
    watch_ships(write_home(home))
    return home


@pytest.fixture
def settings(tmp_path: Path, watched: Path) -> Settings:
    return Settings(home=Path(shutil.copytree(watched, tmp_path / "home")))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[FastAPI]:
    made = create_app(settings, clock)
    yield made
    made.state.face.store.close()


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    made = Browser(app)
    made.get("/queue")
    return made


@pytest.fixture
def locked(settings: Settings, clock: Clock) -> Iterator[FastAPI]:
    """The same home with a password."""
    made = create_app(settings.model_copy(update={"password": SecretStr("a shared secret")}), clock)
    yield made
    made.state.face.store.close()


def change_of(app: FastAPI, fact: str = "total") -> str:
    return next(c.id for c in queries.changes(app.state.face.store) if c.fact == fact)
