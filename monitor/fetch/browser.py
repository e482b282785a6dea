"""A page as a browser shows it, for sources whose text comes by script (`browser = true`; the extra `browser`, with Chromium here).

The browser itself has no way to the network: its proxy leads nowhere, and every request it makes is answered by us, through the same line as
all other fetching: addresses checked and pinned, robots.txt obeyed, redirects by hand, sizes and time bounded.
What is no document, script or data is not fetched at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from monitor.core.model import Capture, Source, SourceStatus
from monitor.errors import FetchError
from monitor.fetch.deadline import Deadline
from monitor.fetch.limits import failure

Ask = Callable[[str], Capture]

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WANTED = frozenset({"document", "script", "xhr", "fetch", "other"})
MAX_REQUESTS = 60
SETTLE_MS = 500  # quiet time after which the page is taken as complete
# Everything that is not answered by us goes to a proxy that does not exist, loopback included.
ARGUMENTS = ("--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>", "--disable-gpu", "--disable-background-networking", "--disable-extensions",
             "--disable-dev-shm-usage", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp")  # fmt: skip
ONE_AT_A_TIME = threading.Lock()
"""A browser takes 200-400 MB; two at once would not fit the limits."""


def executable() -> str | None:
    """The Chromium of this machine, or None."""
    return next((path for name in EXECUTABLES if (path := shutil.which(name))), None)


def browse(source: Source, first: Capture, ask: Ask, deadline: Deadline, max_bytes: int) -> Capture:
    """The capture with the body replaced by what the browser made of it. `ask` fetches a further address as all others are; it raises FetchError.

    Raises FetchError: config_error where there is no browser, timeout and too_large at the limits.
    """
    with ONE_AT_A_TIME:
        text = Showing(source, first, ask, deadline, max_bytes).text()
    body = text.encode("utf-8", "replace")
    if len(body) > max_bytes:
        raise failure(SourceStatus.TOO_LARGE, first.url, f"more than {max_bytes} bytes as shown by a browser")
    return replace(
        first, media_type="text/html; charset=utf-8", body=body, sha256=hashlib.sha256(body).hexdigest(), etag=None, last_modified=None
    )


def process_of(browser: Any) -> int:
    """The process id of the browser itself; its children end with it."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return next(int(one["id"]) for one in processes if one["type"] == "browser")


class Showing:
    """One page shown once."""

    def __init__(self, source: Source, first: Capture, ask: Ask, deadline: Deadline, max_bytes: int) -> None:
        self.source, self.first, self.ask, self.deadline, self.max_bytes = source, first, ask, deadline, max_bytes
        self.requests = 0
        self.byte_count = len(first.body)
        self.broken: FetchError | None = None

    def text(self) -> str:
        path = executable()
        try:
            from playwright.sync_api import Error, sync_playwright
        except ImportError:
            raise failure(
                SourceStatus.CONFIG_ERROR, self.source.url, "browser = true needs the extra: pip install programme-monitor[browser]"
            ) from None
        if path is None:
            raise failure(SourceStatus.CONFIG_ERROR, self.source.url, "browser = true needs Chromium on this machine") from None
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS), timeout=self.left_ms())
                timer = threading.Timer(self.deadline.remaining_s() + 0.5, self.kill, (process_of(browser),))
                timer.start()
                try:
                    return self.shown(browser, Error)
                finally:
                    timer.cancel()
                    browser.close()
        except Error as error:
            raise self.broken or self.translated(str(error)) from None

    def kill(self, pid: int) -> None:
        """A page that keeps its thread busy answers nothing any more, and some calls of playwright know no time-out."""
        self.broken = self.broken or failure(
            SourceStatus.TIMEOUT, self.source.url, "the page keeps the browser busy without end", transient=True
        )
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)

    def shown(self, browser: Any, error_type: type[Exception]) -> str:
        context = browser.new_context(service_workers="block", accept_downloads=False, locale=self.source.language or "en")
        context.route("**/*", self.answer)
        context.route_web_socket("**/*", lambda socket: socket.close())
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto(self.first.final_url, wait_until="load", timeout=self.left_ms())
        try:
            page.wait_for_load_state("networkidle", timeout=min(self.left_ms(), 10_000))
        except error_type:
            if self.broken:
                raise
        page.wait_for_timeout(min(self.left_ms(), SETTLE_MS))
        if self.broken:
            raise self.broken
        return str(page.content())

    def answer(self, route: Any) -> None:
        """A request of the browser: answered from what we fetch, or refused."""
        request = route.request
        if request.url == self.first.final_url and request.resource_type == "document" and self.requests == 0:
            self.requests += 1
            route.fulfill(status=200, body=self.first.body, content_type=self.first.media_type or "text/html")
            return
        try:
            found = self.fetched(request)
        except FetchError as error:
            if error.status in (SourceStatus.TIMEOUT, SourceStatus.TOO_LARGE):
                self.broken = error
            route.abort()
            return
        if found is None:
            route.abort()
        else:
            route.fulfill(
                status=200, body=found.body, content_type=found.media_type or "text/plain", headers={"access-control-allow-origin": "*"}
            )

    def fetched(self, request: Any) -> Capture | None:
        """None for what is not fetched: pictures, styles, other methods, further pages, and more than a page may need."""
        is_further_page = request.resource_type == "document"
        if request.method != "GET" or request.resource_type not in WANTED or is_further_page or self.requests >= MAX_REQUESTS:
            return None
        self.requests += 1
        self.deadline.remaining_s()
        found = self.ask(request.url)
        self.byte_count += len(found.body)
        if self.byte_count > self.max_bytes:
            raise failure(SourceStatus.TOO_LARGE, self.source.url, f"more than {self.max_bytes} bytes with its scripts")
        return found

    def left_ms(self) -> float:
        return max(self.deadline.remaining_s() * 1000, 1.0)

    def translated(self, text: str) -> FetchError:
        line = " ".join(text.split())[:150]
        status = SourceStatus.TIMEOUT if "Timeout" in text else SourceStatus.PROTOCOL_ERROR
        return failure(status, self.source.url, f"the browser gave up: {line}", transient=True)
