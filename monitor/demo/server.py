"""A small web server on loopback for the example pages: conditional requests, robots.txt, and a today that can be moved."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from monitor.demo.bundle import Answer, Bundle

LOOPBACK = "127.0.0.1"
ROBOTS = b"User-agent: *\nDisallow: /private/\n"


class PageServer(ThreadingHTTPServer):
    """Serves the bundle as it stood on `today`; the first path segment is the host the page belongs to."""

    daemon_threads = True

    def __init__(self, bundle: Bundle, today: date) -> None:
        super().__init__((LOOPBACK, 0), PageHandler)
        self.bundle = bundle
        self.today = today

    @property
    def place(self) -> str:
        """ "host:port", as `allow_hosts` wants it."""
        return f"{LOOPBACK}:{self.server_port}"

    @property
    def base(self) -> str:
        """The address in front of every page: "http://127.0.0.1:43211"."""
        return f"http://{self.place}"


class PageHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    protocol_version = "HTTP/1.1"
    server: PageServer

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def answer(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path
        if path == "/robots.txt":
            self.send(HTTPStatus.OK, ROBOTS, "text/plain", {}, with_body=with_body)
            return
        found = self.server.bundle.answer(path.lstrip("/"), self.server.today, self.server.base)
        if found is None:
            self.send(HTTPStatus.NOT_FOUND, b"not found", "text/plain", {}, with_body=with_body)
            return
        stamps = stamps_of(found, self.server.today)
        if found.status == HTTPStatus.OK and self.headers.get("If-None-Match") == stamps["ETag"]:
            self.send(HTTPStatus.NOT_MODIFIED, b"", "", stamps, with_body=False)
        else:
            self.send(HTTPStatus(found.status), found.body, found.media_type, stamps, with_body=with_body)

    def send(self, status: HTTPStatus, body: bytes, media_type: str, headers: dict[str, str], *, with_body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the terminal belongs to the demo."""


def stamps_of(answer: Answer, today: date) -> dict[str, str]:
    """ETag and Last-Modified. Pages with noise were "modified" today, like those of any site that renders on request."""
    modified = answer.since if answer.media_type.startswith("application/rss") else today
    return {
        "ETag": f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"',
        "Last-Modified": format_datetime(datetime.combine(modified, time(5), UTC), usegmt=True),
    }


@contextmanager
def serving(bundle: Bundle, today: date) -> Iterator[PageServer]:
    """The server in a thread of its own, on a free port, for as long as the block lasts."""
    server = PageServer(bundle, today)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="example-pages", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
