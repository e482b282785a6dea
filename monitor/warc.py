"""Captures from WARC files, and back: what was fetched elsewhere or before, for replay.

A file cut in its last record, as crawlers leave it when they are stopped, yields its good records and one problem. A `revisit` record (the crawler saw the
same body again) becomes a capture with the body it refers to. `source_id` is empty on the way in: `match_source` says whose an address is.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.core.model import Capture, Source
from monitor.errors import Problem

MAX_BODY_BYTES = 50_000_000
"""Largest body taken from an archive, packed and unpacked; far above what live fetching takes, far below what hurts."""

KEPT_BODY_BYTES = 64_000_000
"""How many bytes of bodies are kept for later revisits."""

_RECORD_TYPES = frozenset({"response", "revisit", "resource"})
_FINAL_URL = "X-Monitor-Final-URL"
_MOVED_TO = "X-Monitor-Moved-To"
_PACKINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_NOT_WRITTEN = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding", "etag", "last-modified"})
_CUT = "is cut off: the file ends inside it"
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")


class _RecordError(Exception):
    """One record cannot be used; its text says why."""


def read_captures(path: Path) -> Iterator[Capture | Problem]:
    """The captures of one WARC file, plain or gzip, in file order, with every HTTP status; what cannot be used is a Problem naming file and record.

    Nothing is raised for a missing, damaged or foreign file: that is one Problem. Bodies are unpacked; addresses other than http(s) are passed over.
    """
    number = 0
    try:
        with path.open("rb") as stream:
            for number, item in _numbered(stream):
                yield item if isinstance(item, Capture) else _problem(path, number, item)
    except OSError as error:
        yield Problem(str(path), f"cannot be read: {error.strerror or error}")
        return
    if number == 0:
        yield Problem(str(path), "holds no records", "expected a WARC file, plain or gzip")


def _problem(path: Path, number: int, cause: str) -> Problem:
    if number <= 1 and "first line" in cause:
        return Problem(str(path), "is no WARC file", "expected WARC/1.0 or WARC/1.1, plain or gzip per record")
    return Problem(f"{path}, record {number}", cause)


class _Numbered(NamedTuple):
    number: int
    item: Capture | str  # a capture, or why there is none


def _numbered(stream: Any) -> Iterator[_Numbered]:
    bodies = _Bodies()
    archive = _Archive(stream)
    failed = 0
    for number in count(1):
        try:
            record = next(archive, None)
            if record is None:
                break
            capture = _capture(record, bodies)
        except _RecordError as error:
            failed = number
            yield _Numbered(number, str(error))
            continue
        except (ArchiveLoadFailed, zlib.error, EOFError, ValueError, AttributeError, TypeError, AssertionError) as error:
            # warcio meets cut and foreign files with whatever fails first; nothing behind such a place can be trusted.
            yield _Numbered(number, f"cannot be read, nor what follows: {_one_line(error)}")
            return
        if capture:
            yield _Numbered(number, capture)
    if archive.is_cut and failed != number - 1:
        yield _Numbered(number, _CUT)


def _one_line(error: Exception) -> str:
    text = _CONTROL.sub(" ", str(error)).strip() or type(error).__name__
    return text[:150]


class _Archive(ArchiveIterator):  # type: ignore[misc]
    """warcio's iterator, made to notice a file that ends early and to keep its remarks to itself."""

    INC_RECORD = ""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.is_cut = False
        self.loader = _Loader(verify_http=False, arc2warc=False)
        self.reader = _Unpacking(stream)

    def close(self) -> None:
        unpacking = self.reader.decompressor if self.reader else None
        self.is_cut = unpacking is not None and not unpacking.eof and self.reader.num_read > 0
        super().close()


class _Loader(ArcWarcRecordLoader):  # type: ignore[misc]
    def load_http_headers(self, rec_type: str, uri: str, stream: Any, length: int | None) -> Any:
        try:
            return super().load_http_headers(rec_type, uri or "", stream, length)
        except EOFError:
            raise ArchiveLoadFailed(_CUT) from None


class _Unpacking(DecompressingBufferedReader):  # type: ignore[misc]
    def _decompress(self, data: bytes) -> bytes:
        if self.decompressor and data and self.num_block_read:
            return bytes(self.decompressor.decompress(data))
        return bytes(super()._decompress(data))


# From a record to a capture


def _capture(record: Any, bodies: _Bodies) -> Capture | None:
    """The capture a record stands for, None for other records. Raises _RecordError for one that should be a capture and is not."""
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.rec_type not in _RECORD_TYPES or not url.lower().startswith(("http://", "https://")):
        if not record.rec_type:
            raise _RecordError("has no WARC-Type; the file may be cut off here")
        return None
    captured_at = _date(record.rec_headers.get_header("WARC-Date") or "")
    headers = _headers(record)
    if record.rec_type == "revisit":
        body = bodies.find(record)
        status = 200 if _status(record) == 304 else _status(record)
    else:
        body = _body(record, headers)
        status = _status(record)
        bodies.keep(record, url, body)
    known = dict(reversed(headers))
    return Capture(
        source_id="",
        url=url,
        final_url=record.rec_headers.get_header(_FINAL_URL) or url,
        captured_at=captured_at,
        http_status=status,
        media_type=known.get("content-type", "") if record.http_headers else str(record.content_type or ""),
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        etag=known.get("etag"),
        last_modified=known.get("last-modified"),
        moved_to=record.rec_headers.get_header(_MOVED_TO),
        headers=headers,
    )


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _RecordError(f"has no usable WARC-Date ({text[:40]!r})") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _headers(record: Any) -> tuple[tuple[str, str], ...]:
    if not record.http_headers:
        return ()
    return tuple((name.lower(), value or "") for name, value in record.http_headers.headers)


def _status(record: Any) -> int:
    if not record.http_headers:
        return 200
    code = (record.http_headers.get_statuscode() or "")[:3]
    if not (code.isascii() and code.isdigit()):
        raise _RecordError("has no HTTP status")
    return int(code)


def _body(record: Any, headers: tuple[tuple[str, str], ...]) -> bytes:
    """The body as a browser would have it: chunks joined, unpacked. Raises _RecordError."""
    packed = record.raw_stream.read(MAX_BODY_BYTES + 1)
    if len(packed) > MAX_BODY_BYTES:
        raise _RecordError(f"its body is over {MAX_BODY_BYTES} bytes")
    if getattr(record.raw_stream, "limit", 0) > 0 or record.length is None:
        raise _RecordError(_CUT)
    known = dict(reversed(headers))
    reader: Any = BytesIO(packed)
    if known.get("transfer-encoding", "").strip().lower() == "chunked":
        reader = ChunkedDataReader(reader)
    if encoding := known.get("content-encoding", "").strip().lower().removeprefix("identity"):
        if encoding not in _PACKINGS:
            raise _RecordError(f"is packed as {encoding[:40]}, which cannot be read")
        reader = BufferedReader(reader, decomp_type=_PACKINGS[encoding], read_all_members=True)
    body = bytes(reader.read(MAX_BODY_BYTES + 1))
    if len(body) > MAX_BODY_BYTES:
        raise _RecordError(f"its body is over {MAX_BODY_BYTES} bytes when unpacked")
    return body


class _Bodies:
    """The bodies met so far that a revisit may refer to: by payload digest, and by address. The oldest are dropped when they become too many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._byte_count = 0

    def keep(self, record: Any, url: str, body: bytes) -> None:
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        for key in filter(None, (digest, url)):
            self._byte_count += len(body) - len(self._kept.pop(key, b""))
            self._kept[key] = body
        while self._byte_count > KEPT_BODY_BYTES and self._kept:
            self._byte_count -= len(self._kept.popitem(last=False)[1])

    def find(self, record: Any) -> bytes:
        """The body a revisit refers to. Raises _RecordError when it is not in this file, or too far back."""
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        if digest in self._kept:
            return self._kept[digest]
        target = record.rec_headers.get_header("WARC-Refers-To-Target-URI") or record.rec_headers.get_header("WARC-Target-URI")
        if not digest and target in self._kept:
            return self._kept[target]
        raise _RecordError("refers to a body that is not in this file")


# From captures to a file


def write_captures(captures: Iterable[Capture], path: Path) -> int:
    """Writes captures as WARC 1.1 response records, gzip per record if the name ends in .gz, and returns how many. The same captures give the same file.

    Bodies come back byte for byte from `read_captures`. The file is written beside and renamed. Raises OSError.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    written = 0
    try:
        with beside.open("wb") as stream:
            writer = WARCWriter(stream, gzip=path.suffix == ".gz", warc_version="WARC/1.1")
            for capture in captures:
                writer.write_record(_record(writer, capture))
                written += 1
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return written


def _record(writer: Any, capture: Capture) -> Any:
    about = {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{capture.url} {capture.captured_at.isoformat()} {capture.sha256}')}>",
        "WARC-Date": capture.captured_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if capture.final_url != capture.url:
        about[_FINAL_URL] = _safe(capture.final_url)
    if capture.moved_to:
        about[_MOVED_TO] = _safe(capture.moved_to)
    return writer.create_warc_record(
        _safe(capture.url),
        "response",
        payload=BytesIO(capture.body),
        length=len(capture.body),
        warc_headers_dict=about,
        http_headers=StatusAndHeaders(
            f"{capture.http_status} {'OK' if capture.http_status == 200 else 'Status'}", _written(capture), protocol="HTTP/1.1"
        ),
    )


def _written(capture: Capture) -> list[tuple[str, str]]:
    """The headers as they belong to the unpacked body."""
    headers = [(name, _plain(value)) for name, value in capture.headers if name.lower() not in _NOT_WRITTEN]
    own = {
        "Content-Type": capture.media_type,
        "ETag": capture.etag,
        "Last-Modified": capture.last_modified,
        "Content-Length": str(len(capture.body)),
    }
    return [*headers, *((name, _plain(value)) for name, value in own.items() if value)]


def _plain(value: str) -> str:
    return _CONTROL.sub(" ", value).strip()


def _safe(url: str) -> str:
    """An address that cannot end its header line."""
    return _CONTROL.sub("%20", url)


# Whose is it?


def match_source(url: str, sources: Sequence[Source]) -> Source | None:
    """The source an archived address belongs to: the same address, the same but for scheme, www., trailing slash and fragment, or under `follow`.

    Of several `follow` prefixes the longest wins. None: it belongs to nobody.

    >>> match_source("http://www.example.org/news/1", [Source("s", "https://example.org/", follow="https://example.org/news")]).id
    's'
    """
    for source in sources:
        if source.url == url:
            return source
    plain = _comparable(url)
    for source in sources:
        if _comparable(source.url) == plain:
            return source
    following = [source for source in sources if source.follow and _is_under(plain, _comparable(source.follow))]
    return max(following, key=lambda source: len(source.follow or ""), default=None)


def _comparable(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    except ValueError:
        return url
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    return f"{host}{port}{parts.path.rstrip('/')}{'?' + parts.query if parts.query else ''}"


def _is_under(url: str, prefix: str) -> bool:
    """Whether an address stands under a prefix; a prefix without a path covers its host only."""
    return url.startswith(prefix) and (len(url) == len(prefix) or url[len(prefix)] in "/?&#-_." or "/" in prefix)
