"""The bytes of an answer: whether to read them at all, unpacked with a bound, and refused where they are not what was declared.

| declared            | read as                                                         |
| ------------------- | --------------------------------------------------------------- |
| nothing, identity   | as it comes                                                     |
| gzip, x-gzip        | unpacked while it arrives, every member; never beyond the limit |
| deflate             | zlib or bare deflate, whichever it is                           |
| br, zstd, two, else | unsupported: we did not offer it and cannot bound it            |
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from monitor.core.model import SourceStatus
from monitor.fetch.limits import failure
from monitor.fetch.line import Answer

ACCEPT_ENCODING = "gzip, deflate"
GZIP_MARK = b"\x1f\x8b"

CRUMBS, CRUMB_BYTES = 50_000, 8
"""A body of that many chunks that small on average is an attack on the processor: a million one-byte chunks cost ten seconds (measured)."""

_GZIP_BITS = 31
_ZLIB_BITS = 15
_BARE_BITS = -15

_REFUSED_FAMILIES = ("video/", "audio/", "image/", "font/", "model/", "multipart/")
_REFUSED_TYPES = frozenset(
    {
        "application/zip",
        "application/x-zip-compressed",
        "application/x-tar",
        "application/x-7z-compressed",
        "application/x-rar-compressed",
        "application/vnd.rar",
        "application/x-bzip2",
        "application/x-xz",
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/x-msdownload",
        "application/x-iso9660-image",
        "application/epub+zip",
        "application/msword",
        "application/rtf",
        "application/javascript",
        "text/javascript",
        "text/css",
        "text/event-stream",
        "application/wasm",
    }
)
_REFUSED_PREFIXES = ("application/vnd.openxmlformats-", "application/vnd.ms-", "application/vnd.oasis.")
_GZIP_TYPES = frozenset({"application/gzip", "application/x-gzip"})


def read_body(answer: Answer, *, max_bytes: int, source_kind: str = "page", cut: bool = False) -> bytes:
    """The whole unpacked body, at most `max_bytes`. Raises FetchError: unsupported, too_large, truncated, decode_error.

    With `cut` a body over the limit is cut there instead of refused (robots.txt is read so far and no further).
    """
    subject = str(answer.url)
    if source_kind != "part":  # what a browser asks for (scripts, data) is handed to it, not read by us
        _check_type(answer, source_kind, subject)
    encoding = _encoding(answer, subject)
    _check_declared_length(answer, max_bytes, subject, cut)
    body = bytearray()
    unpacker = Unpacker(encoding, max_bytes, subject) if encoding else None
    received = 0
    for chunk_count, chunk in enumerate(answer.stream):
        received += len(chunk)
        if chunk_count > CRUMBS and received < CRUMB_BYTES * chunk_count:
            raise failure(SourceStatus.TOO_LARGE, subject, "too many pieces: the body comes in crumbs of a few bytes")
        unpacker.feed(chunk, body) if unpacker else body.extend(chunk)
        if max(len(body), received) > max_bytes:
            if cut:
                return bytes(body[:max_bytes])
            raise failure(SourceStatus.TOO_LARGE, subject, f"more than {max_bytes} bytes")
    if unpacker:
        unpacker.finish(received)
    return _undeclared_gzip(bytes(body), encoding, source_kind, max_bytes, subject)


def media_type_of(answer: Answer) -> str:
    """The declared type with its parameters, on one line; "" when missing."""
    return (answer.header("content-type") or "").strip()[:200]


def _check_type(answer: Answer, source_kind: str, subject: str) -> None:
    essence = media_type_of(answer).partition(";")[0].strip().lower()
    refused = essence.startswith(_REFUSED_FAMILIES) or essence.startswith(_REFUSED_PREFIXES) or essence in _REFUSED_TYPES
    if refused or (essence in _GZIP_TYPES and source_kind != "sitemap"):
        raise failure(SourceStatus.UNSUPPORTED, subject, f"{essence} is nothing monitor can read", http_status=answer.status)


def _encoding(answer: Answer, subject: str) -> str:
    declared = ",".join(value for name, value in answer.headers if name == "content-encoding").lower()
    codings = [coding for part in declared.split(",") if (coding := part.strip()) and coding != "identity"]
    if not codings:
        return ""
    if len(codings) > 1 or codings[0] not in {"gzip", "x-gzip", "deflate"}:
        raise failure(SourceStatus.UNSUPPORTED, subject, f"packed as {', '.join(codings)}, which was not asked for")
    return "deflate" if codings[0] == "deflate" else "gzip"


def _check_declared_length(answer: Answer, max_bytes: int, subject: str, cut: bool) -> None:
    declared = answer.header("content-length") or ""
    if not cut and declared.isascii() and declared.isdigit() and (len(declared) > 18 or int(declared) > max_bytes):
        raise failure(SourceStatus.TOO_LARGE, subject, f"announced as {declared[:20]} bytes, the limit is {max_bytes}")


def _undeclared_gzip(body: bytes, encoding: str, source_kind: str, max_bytes: int, subject: str) -> bytes:
    if not body.startswith(GZIP_MARK):
        return body
    if encoding:
        raise failure(SourceStatus.UNSUPPORTED, subject, "the body is packed twice")
    if source_kind != "sitemap":
        raise failure(SourceStatus.DECODE_ERROR, subject, "the body is packed without saying so")
    unpacked = bytearray()
    unpacker = Unpacker("gzip", max_bytes, subject)
    unpacker.feed(body, unpacked)
    unpacker.finish(len(body))
    if len(unpacked) > max_bytes:
        raise failure(SourceStatus.TOO_LARGE, subject, f"more than {max_bytes} bytes when unpacked")
    return bytes(unpacked)


class Unpacker:
    """Inflates chunk by chunk into a buffer, stopping one byte past `max_bytes`, so that a bomb costs no more than the limit."""

    def __init__(self, encoding: str, max_bytes: int, subject: str) -> None:
        self._max_bytes = max_bytes
        self._subject = subject
        self._is_gzip = encoding == "gzip"
        self._start = b""
        self._inflate: zlib._Decompress | None = None
        self._members = 0

    def feed(self, chunk: bytes, into: bytearray) -> None:
        """Appends what `chunk` unpacks to. Raises FetchError decode_error when it is not what was declared."""
        data = self._start + chunk
        self._start = b""
        while data and len(into) <= self._max_bytes:
            if self._inflate is None:
                if len(data) < 2:
                    self._start = data
                    return
                if self._members and not (self._is_gzip and data.startswith(GZIP_MARK)):
                    return  # padding behind the last member, as some servers send it
                self._inflate = zlib.decompressobj(self._bits(data))
            data = self._step(self._inflate, data, into)

    def _step(self, inflate: zlib._Decompress, data: bytes, into: bytearray) -> bytes:
        room = self._max_bytes + 1 - len(into)
        into += _quietly(lambda: inflate.decompress(data, room), self._subject)
        if inflate.eof:
            self._inflate = None
            self._members += 1
            return inflate.unused_data
        return inflate.unconsumed_tail

    def _bits(self, data: bytes) -> int:
        if self._is_gzip:
            return _GZIP_BITS
        is_zlib = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0  # RFC 1950, section 2.2
        return _ZLIB_BITS if is_zlib else _BARE_BITS

    def finish(self, received: int) -> None:
        """Raises FetchError truncated when the packed data broke off; an empty body is allowed."""
        if self._inflate is not None or (self._start and not self._members) or (received and not self._members):
            raise failure(SourceStatus.TRUNCATED, self._subject, "the packed body broke off", transient=True)


def _quietly(unpack: Callable[[], bytes], subject: str) -> bytes:
    try:
        return unpack()
    except zlib.error:
        raise failure(SourceStatus.DECODE_ERROR, subject, "the body is not packed as declared") from None
