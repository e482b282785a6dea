"""Whoever runs the service can ask whether it lives, whether it is ready, and how it is doing."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from monitor.errors import FetchError
from monitor.pipeline import check
from monitor.store.engine import Store
from monitor.sync import sync
from monitor.web.health import PATHS, Health
from tests.line import OFFICE, PRESS, MiniCore, Web, at, baseline
from tests.web.conftest import Browser

SHIPS = baseline(PRESS, OFFICE)


class Clock:
    now = at(24)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(store: Store, tmp_path: Path, clock: Clock) -> Health:
    sync(store, SHIPS, at(0))
    down = FetchError("timeout", "no answer", transient=True)
    for hours, total in ((0, 1500), (23.9, 2600)):
        check(
            store,
            Web({PRESS.url: f"total: {total}", OFFICE.url: down}),
            MiniCore(),
            [SHIPS],
            lambda hours=hours: at(hours),
            workers=1,
            all=True,
        )
    return Health(store, tmp_path / "var", clock)


def test_service_that_gave_a_sign_is_healthy_and_a_silent_one_is_not(health: Health, clock: Clock) -> None:
    assert health.answer("GET", "/healthz").status == 503
    alive = health.var / "alive"
    alive.touch()
    os.utime(alive, (clock.now.timestamp(), clock.now.timestamp()))
    assert health.answer("GET", "/healthz").status == 200
    clock.now = at(25)
    assert health.answer("GET", "/healthz").status == 503


def test_ready_when_the_database_can_be_read(health: Health) -> None:
    assert health.answer("GET", "/readyz").status == 200
    with health.store.write() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("ALTER TABLE programme RENAME TO lost")
    answer = health.answer("GET", "/readyz")
    assert answer.status == 503
    assert b"lacks tables" in answer.body
    assert health.answer("GET", "/metrics").status in (200, 503)


def test_metrics_tell_what_fails_what_is_late_and_what_waits(health: Health, clock: Clock) -> None:
    clock.now = at(24 * 9)
    lines = health.answer("GET", "/metrics").body.decode().splitlines()
    for line in (
        'monitor_sources{programme="ships",status="ok"} 1.0',
        'monitor_sources{programme="ships",status="timeout"} 1.0',
        'monitor_sources_overdue{programme="ships"} 2.0',
        'monitor_sources_never_ok{programme="ships"} 1.0',
        'monitor_changes{programme="ships",status="open"} 1.0',
        'monitor_notices{state="waiting"} 1.0',
        "monitor_looks 4.0",
        "monitor_backlog_pages 0.0",
    ):
        assert line in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/healthz", 405), ("GET", "/etc/passwd", 404), ("HEAD", "/readyz", 200)])
def test_nothing_else_is_answered(health: Health, method: str, path: str, status: int) -> None:
    assert health.answer(method, path).status == status


def test_the_web_face_answers_them_without_log_in(locked: FastAPI) -> None:
    browser = Browser(locked)
    assert {path: browser.get(path).status_code for path in PATHS} == {"/healthz": 503, "/readyz": 200, "/metrics": 200}
    assert "monitor_sources" in browser.get("/metrics").text
