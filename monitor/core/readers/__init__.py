"""Document formats: one file each, all of one shape: `read(body, media_type, url, source) -> Page`.

`read` here chooses the format by the bytes and the declared type, and holds the promise of all: a page or a FetchError, whatever the bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from monitor.core.model import Page, Source
from monitor.core.readers.sniff import format_of, refused
from monitor.errors import FetchError

Reader = Callable[[bytes, str, str, Source | None], Page]

# What a source may be, by its kind; entries and links that are followed from it may be anything.
_FITTING = {
    "page": ("html", "text", "docx"),
    "listing": ("html", "text", "feed"),
    "feed": ("feed", "json"),
    "sitemap": ("sitemap",),
    "pdf": ("pdf",),
    "json": ("json",),
}
_SPOKEN = {
    "html": "an HTML page",
    "text": "plain text",
    "pdf": "a PDF",
    "docx": "a Word document",
    "feed": "a feed",
    "sitemap": "a sitemap",
    "json": "JSON",
}


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page of a document. `media_type` is the declared one with parameters, "" when missing; `url` makes links absolute.

    Raises FetchError and nothing else: "unsupported" for what is no text (or not what the source is declared to be), "decode_error" for bytes in no
    known encoding, "parse_error" for damaged documents, "too_large" for what unpacks beyond bounds.

    >>> read(b"<h1>Line 4</h1><p>Opens in 2027.</p>", "text/html", "https://metro.example/").title
    'Line 4'
    """
    reason = refused(media_type, body)
    if reason:
        raise FetchError("unsupported", f"{reason} is not read as a page")
    name = format_of(media_type, body)
    if not name:
        raise FetchError("unsupported", f"no readable document (declared as {media_type[:60] or 'nothing'})")
    _check(name, url, source)
    try:
        return _reader(name)(body, media_type, url, source)
    except FetchError:
        raise
    except MemoryError:
        raise FetchError("too_large", "the document needs more memory than allowed") from None
    except RecursionError:
        raise FetchError("parse_error", f"{_SPOKEN[name]} nested too deeply to be read") from None


def _check(name: str, url: str, source: Source | None) -> None:
    """Refuses a document of another format than its source is declared to be."""
    fitting = _FITTING.get(source.kind) if source else None
    if source is None or fitting is None or name in fitting or url != source.url:
        return
    raise FetchError("unsupported", f"expected {_SPOKEN[fitting[0]]}, got {_SPOKEN[name]} (kind of source {source.id!r}: {source.kind})")


def _reader(name: str) -> Reader:
    """The reader of a format, imported when first needed: PDF and feed libraries are slow to load."""
    found: Reader = import_module(f"{__name__}.{name}").read
    return found
