"""Pages behind JavaScript: shown by the system's Chromium, which gets everything from us and nothing from anywhere else."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.core.model import Capture
from monitor.fetch import Validators
from monitor.fetch.browser import executable
from tests.fetch.conftest import PATIENT, look, refused
from tests.servers import Server, page, raw

Serve = Callable[..., Server]
LIMITS = replace(PATIENT, timeout_s=25, max_bytes=1_000_000)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="the extra `browser` is not installed"),
    pytest.mark.skipif(executable() is None, reason="no Chromium on this machine"),
]


def shell(script: str) -> bytes:
    return f"<!doctype html><html lang=en><title>Tram</title><main id=root></main><script src=/app.js></script><script>{script}</script></html>".encode()


def script(text: str) -> Callable[..., None]:
    return page(text.encode(), media_type="application/javascript")


SHOW = "fetch('/data.json').then(r => r.json()).then(d => { document.getElementById('root').innerHTML = '<h1>Tram</h1><p>' + d.cost + window.more + '</p>' })"


def test_page_is_as_its_scripts_made_it(serve: Serve) -> None:
    data = page(b'{"cost": "It costs EUR 850 million"}', media_type="application/json")
    server = serve(page(shell(SHOW)), handlers={"/app.js": script("window.more = ' in total.'"), "/data.json": data})
    found = look(server, limits=LIMITS, browser=True, validators=Validators('"1"'))
    assert isinstance(found, Capture)
    assert "It costs EUR 850 million in total." in found.body.decode()
    assert sorted(server.paths) == ["/app.js", "/data.json", "/page"]
    assert "if-none-match" not in server.requests[1].headers


def test_browser_reaches_nobody_by_itself(serve: Serve) -> None:
    with Server() as canary:
        inside = canary.url("/")
        lures = (
            f"fetch('{inside}').catch(() => 0); new Image().src = '{inside}'; navigator.sendBeacon('{inside}', 'x'); try {{ new WebSocket('ws://{canary.netloc}/') }} catch (e) {{}};"
            f"let f = document.createElement('iframe'); f.src = '{inside}'; document.body.append(f); fetch('{inside}', {{method: 'POST'}}).catch(() => 0);"
            f"let s = document.createElement('script'); s.src = '{inside}'; document.body.append(s); open('{inside}'); new EventSource('{inside}');"
        )
        server = serve(page(shell(lures)), handlers={"/app.js": script("")})
        assert isinstance(look(server, limits=LIMITS, browser=True), Capture)
        assert canary.connections == 0


@pytest.mark.parametrize("endless", ["while (true) {}", "setTimeout(() => { while (true) {} }, 700)"])
def test_script_that_never_ends_is_a_timeout(serve: Serve, endless: str) -> None:
    server = serve(page(shell(endless)), handlers={"/app.js": script("")})
    started = time.monotonic()
    assert refused(server, limits=replace(LIMITS, timeout_s=5), browser=True).status == "timeout"
    assert time.monotonic() - started < 15


def test_scripts_count_towards_the_limit_of_size(serve: Serve) -> None:
    server = serve(page(shell("")), handlers={"/app.js": script("//" + "x" * 900_000), "/data.json": page(b"x" * 900_000)})
    assert refused(server, limits=replace(LIMITS, max_bytes=800_000), browser=True).status == "too_large"


def test_page_that_failed_is_not_shown(serve: Serve) -> None:
    assert refused(serve(raw(b"")), limits=LIMITS, browser=True).status == "network_error"
