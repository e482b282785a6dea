"""WARC files of all makers and in all states of repair."""

from __future__ import annotations

import gzip
import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.core.model import Capture, Source
from monitor.errors import Problem
from monitor.warc import match_source, read_captures, write_captures

AT = datetime(2026, 4, 9, 6, 0, 12, tzinfo=UTC)


def capture(body: bytes = b"<p>Seven sites</p>", url: str = "https://example.org/news", **changes: object) -> Capture:
    fields: dict[str, object] = {
        "source_id": "",
        "url": url,
        "final_url": url,
        "captured_at": AT,
        "http_status": 200,
        "media_type": "text/html; charset=utf-8",
        "body": body,
        "sha256": hashlib.sha256(body).hexdigest(),
        "etag": '"v1"',
        "last_modified": "Thu, 09 Apr 2026 06:00:00 GMT",
    }
    return Capture(**(fields | changes))  # type: ignore[arg-type]


def read(path: Path) -> tuple[list[Capture], list[Problem]]:
    items = list(read_captures(path))
    return [item for item in items if isinstance(item, Capture)], [item for item in items if isinstance(item, Problem)]


@pytest.mark.parametrize("name", ["out.warc", "out.warc.gz"])
def test_captures_come_back_byte_for_byte(tmp_path: Path, name: str) -> None:
    written = [
        capture(),
        capture(bytes(range(256)) * 100, media_type="application/pdf"),
        capture(b"", http_status=404, etag=None, last_modified=None),
        capture(b"\r\n\r\nWARC/1.1\r\n\r\n", final_url="https://example.org/new", moved_to="https://example.org/new"),
        capture(captured_at=datetime(2026, 4, 9, 6, 0, 12, 345678, tzinfo=UTC)),
    ]
    assert write_captures(written, tmp_path / name) == len(written)
    captures, problems = read(tmp_path / name)
    assert problems == []
    for before, after in zip(written, captures, strict=True):
        for field in (
            "url",
            "final_url",
            "captured_at",
            "http_status",
            "media_type",
            "body",
            "sha256",
            "etag",
            "last_modified",
            "moved_to",
        ):
            assert getattr(after, field) == getattr(before, field), field


def test_the_same_captures_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.warc.gz", "b.warc.gz"):
        write_captures([capture(), capture(b"x")], tmp_path / name)
    assert (tmp_path / "a.warc.gz").read_bytes() == (tmp_path / "b.warc.gz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.warc.gz", "b.warc.gz"]


def test_packing_headers_are_not_written_for_an_unpacked_body(tmp_path: Path) -> None:
    headers = (("content-encoding", "gzip"), ("transfer-encoding", "chunked"), ("content-length", "5"), ("x-note", "a\r\nb"))
    write_captures([capture(headers=headers)], tmp_path / "a.warc")
    captures, _problems = read(tmp_path / "a.warc")
    assert captures[0].body == b"<p>Seven sites</p>"
    assert dict(captures[0].headers)["x-note"] == "a b"


@pytest.mark.parametrize("name", ["out.warc", "out.warc.gz"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9])
def test_a_file_cut_in_its_last_record_yields_the_good_ones_and_one_problem(tmp_path: Path, name: str, kept: float) -> None:
    path = tmp_path / name
    write_captures([capture(b"one"), capture(b"two")], path)
    whole = path.stat().st_size
    write_captures([capture(b"one"), capture(b"two"), capture(bytes(range(256)) * 20)], path)
    path.write_bytes(path.read_bytes()[: whole + int((path.stat().st_size - whole) * kept)])
    captures, problems = read(path)
    assert [item.body for item in captures] == [b"one", b"two"]
    assert len(problems) == 1
    assert name in problems[0].where
    assert "record 3" in problems[0].where


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>no archive</html>",
        b"\x1f\x8b\x08garbage",
        b"\x00" * 1_000,
        gzip.compress(b"plain text", mtime=0),
        b"WARC/1.0\r\n",
        b"WARC/1.1\r\nWARC-Type: response\r\n\r\n",
    ],
)
def test_a_file_that_is_no_archive_is_one_problem(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.warc.gz"
    path.write_bytes(content)
    captures, problems = read(path)
    assert captures == []
    assert len(problems) == 1
    assert "odd.warc.gz" in problems[0].where


def test_a_missing_file_is_one_problem(tmp_path: Path) -> None:
    captures, problems = read(tmp_path / "none.warc")
    assert (captures, len(problems)) == ([], 1)


def test_damage_in_the_middle_keeps_what_came_before_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.warc.gz"
    write_captures([capture(b"one")], path)
    first = path.read_bytes()
    path.write_bytes(first + b"\x1f\x8b\x08\x00" + b"\xff" * 500 + first)
    captures, problems = read(path)
    assert captures[0].body == b"one"
    assert problems
    assert capsys.readouterr().err == ""


class Maker:
    """Writes records as other crawlers do."""

    def __init__(self, path: Path) -> None:
        self.stream = path.open("wb")
        self.writer = WARCWriter(self.stream, gzip=True)

    def response(self, body: bytes, headers: dict[str, str], *, url: str = "https://example.org/", status: str = "200 OK") -> None:
        http = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
        self.writer.write_record(
            self.writer.create_warc_record(url, "response", payload=io.BytesIO(body), length=len(body), http_headers=http)
        )

    def done(self) -> None:
        self.stream.close()


def test_chunked_and_packed_bodies_are_unpacked(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "a.warc.gz")
    packed = gzip.compress(b"<p>seven sites</p>", mtime=0)
    maker.response(b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed), {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"})
    maker.response(packed, {"Content-Encoding": "gzip"})
    maker.response(
        b"<p>seven sites</p>", {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
    )  # unpacked by the crawler, headers left
    maker.response(b"\x0b", {"Content-Encoding": "br"})
    maker.response(b"busy", {}, status="503 Service Unavailable")
    maker.done()
    captures, problems = read(tmp_path / "a.warc.gz")
    assert [item.body for item in captures] == [b"<p>seven sites</p>"] * 3 + [b"busy"]
    assert captures[-1].http_status == 503
    assert [problem.where.rpartition(", ")[2] for problem in problems] == ["record 4"]


def test_a_revisit_has_the_body_it_refers_to(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "a.warc.gz")
    maker.response(b"<p>same</p>", {"Content-Type": "text/html"})
    digest = "sha1:" + __import__("base64").b32encode(hashlib.sha1(b"<p>same</p>").digest()).decode()
    http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    for known in (digest, "sha1:UNKNOWN"):
        record = maker.writer.create_revisit_record(
            "https://example.org/",
            known,
            "https://example.org/",
            "2026-04-01T00:00:00Z",
            http_headers=http,
            warc_headers_dict={"WARC-Date": "2026-04-02T00:00:00Z"},
        )
        maker.writer.write_record(record)
    maker.done()
    captures, problems = read(tmp_path / "a.warc.gz")
    assert [item.body for item in captures] == [b"<p>same</p>", b"<p>same</p>"]
    assert captures[1].captured_at == datetime(2026, 4, 2, tzinfo=UTC)
    assert len(problems) == 1


def test_records_that_are_no_answers_are_passed_over(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "a.warc.gz")
    maker.writer.write_record(maker.writer.create_warcinfo_record("a.warc.gz", {"software": "test"}))
    maker.writer.write_record(
        maker.writer.create_warc_record("dns:example.org", "response", payload=io.BytesIO(b"x"), length=1, warc_content_type="text/dns")
    )
    maker.writer.write_record(
        maker.writer.create_warc_record(
            "https://example.org/f.txt", "resource", payload=io.BytesIO(b"text"), length=4, warc_content_type="text/plain"
        )
    )
    maker.done()
    captures, problems = read(tmp_path / "a.warc.gz")
    assert [(item.body, item.media_type) for item in captures] == [(b"text", "text/plain")]
    assert problems == []


def test_a_bomb_in_an_archive_is_a_problem_and_the_rest_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.warc.MAX_BODY_BYTES", 10_000)
    maker = Maker(tmp_path / "a.warc.gz")
    maker.response(gzip.compress(b"\0" * 1_000_000, mtime=0), {"Content-Encoding": "gzip"})
    maker.response(b"\0" * 1_000_000, {})
    maker.response(b"fine", {})
    maker.done()
    captures, problems = read(tmp_path / "a.warc.gz")
    assert [item.body for item in captures] == [b"fine"]
    assert len(problems) == 2


SOURCES = [
    Source("front", "https://www.example.org/"),
    Source("news", "https://example.org/all", follow="https://example.org/news"),
    Source("archive", "https://example.org/old", follow="https://example.org/news/archive/"),
    Source("query", "https://example.org/list?page=1"),
]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://www.example.org/", "front"),
        ("http://example.org", "front"),
        ("https://example.org/#top", "front"),
        ("https://example.org:443/all/", "news"),
        ("http://www.example.org/news/seven-sites", "news"),
        ("https://example.org/news/archive/2024", "archive"),
        ("https://example.org/list?page=1", "query"),
        ("https://example.org/list?page=2", None),
        ("https://example.org/other", None),
        ("https://elsewhere.example/news/1", None),
        ("https://example.org.evil.example/news", None),
        ("http://[broken", None),
    ],
)
def test_an_archived_address_finds_its_source(url: str, found: str | None) -> None:
    source = match_source(url, SOURCES)
    assert (source.id if source else None) == found
