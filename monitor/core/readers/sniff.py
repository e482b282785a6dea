"""What a document is: by its first bytes, with the declared media type as second opinion.

Servers send feeds as text/html and PDFs as application/octet-stream, so bytes with a clear mark win; pictures, archives and films are refused
whatever they are called.
"""

from __future__ import annotations

import re

from monitor.core.readers.blocks import words

_BINARY_MARKS = (
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or office document"), (b"PK\x05\x06", "a ZIP archive"), (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"), (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "zstd data"), (b"\xd0\xcf\x11\xe0", "an old office document"), (b"{\\rtf", "an RTF document"),
    (b"OggS", "an Ogg file"), (b"ID3", "an MP3 file"), (b"\x1aE\xdf\xa3", "a Matroska film"),
    (b"FLV\x01", "a Flash film"), (b"\x00\x00\x01\xba", "an MPEG film"), (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"), (b"wOFF", "a font"), (b"wOF2", "a font"),
    (b"\x00asm", "a program"), (b"SQLite format 3", "a database"), (b"%!PS", "a PostScript file"),
    (b"II*\x00", "a TIFF picture"), (b"MM\x00*", "a TIFF picture"), (b"BM6", "a BMP picture"),
)  # fmt: skip
_FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:rdf|(?:atom|a):feed)[\s>]", re.I)
_SITEMAP_ROOT = re.compile(r"<(?:[\w-]{1,20}:)?(?:urlset|sitemapindex)[\s>]", re.I)
_HTML_ROOT = re.compile(
    r"<(?:!doctype\s{1,5}html|html|head|body|title|meta|div|p|h1|h2|table|ul|article|main|section|script|"
    r"header|span|br|a|b|nav|form)[\s>/]",
    re.I,
)
_XML_PREAMBLE = re.compile(r"^(?:\s{1,200}|<\?[^>]{0,500}\?>|<!--(?:(?!-->).){0,3000}-->|<!DOCTYPE[^>\[]{0,300}>){0,20}", re.I | re.S)
_REFUSED_TYPES = ("image/", "video/", "audio/", "font/", "model/")
_REFUSED_EXACT = words(
    """
    application/zip application/gzip application/x-gzip application/x-tar application/x-7z-compressed application/x-rar-compressed application/vnd.rar
    application/java-archive application/x-shockwave-flash application/wasm application/x-msdownload application/x-mpegurl application/dash+xml text/css
    text/javascript application/javascript application/x-javascript
    """
)
_HEAD = 4096


def refused(media_type: str, body: bytes) -> str | None:
    """Why a document cannot be read at all ("a PNG picture", "image/webp"), or None."""
    if is_docx(body):
        return None
    for mark, name in _BINARY_MARKS:
        if body.startswith(mark):
            return name
    if body[4:8] == b"ftyp":
        return "a film"
    if body.startswith(b"RIFF"):
        return "a sound, film or picture"
    declared = media_type.split(";")[0].strip().lower()
    if (declared.startswith(_REFUSED_TYPES) and declared != "image/svg+xml") or declared == "image/svg+xml" or declared in _REFUSED_EXACT:
        return declared if not body.startswith(b"\x1f\x8b") else None
    return None


def is_docx(body: bytes) -> bool:
    """An archive with the main part of a Word document: the names of its parts are not packed."""
    return body.startswith(b"PK\x03\x04") and b"word/document.xml" in body


def format_of(media_type: str, body: bytes) -> str:
    """One of html, pdf, docx, feed, sitemap, json, text, or "" when it is none of these."""
    if is_docx(body):
        return "docx"
    if b"%PDF-" in body[:1024]:
        return "pdf"
    if body.startswith(b"\x1f\x8b"):
        return "sitemap"  # the only thing that is published gzipped as a file
    declared = media_type.split(";")[0].strip().lower()
    head = _head(body)
    preamble = _XML_PREAMBLE.match(head)
    root = head[preamble.end() :] if preamble else head
    if _FEED_ROOT.match(root) or (root.startswith("<!DOCTYPE") and _FEED_ROOT.search(head) and not _HTML_ROOT.match(root)):
        return "feed"
    if _SITEMAP_ROOT.match(root):
        return "sitemap"
    if root[:1] in ("{", "[") and ("json" in declared or _is_json(body)):
        return "json"
    if _HTML_ROOT.match(root) or declared in ("text/html", "application/xhtml+xml"):
        return "html"
    return _by_type(declared, root, body)


def _by_type(declared: str, root: str, body: bytes) -> str:
    if declared in ("application/rss+xml", "application/atom+xml", "application/rdf+xml"):
        return "feed"
    if "json" in declared:
        return "json"
    if declared == "application/pdf":
        return "pdf"
    if declared in ("text/plain", "text/markdown", "text/x-markdown"):
        return "text"
    if declared in ("application/xml", "text/xml"):
        return "feed" if _FEED_ROOT.search(root) else "html" if _HTML_ROOT.search(root) else ""
    return _by_content(root, body)


def _by_content(root: str, body: bytes) -> str:
    """A missing or unknown type: markup anywhere in the beginning is HTML, other text is text, the rest is unknown."""
    if not body.strip():
        return "html"
    if _HTML_ROOT.search(root):
        return "html"
    sample = body[:_HEAD]
    control = sum(sample.count(bytes([c])) for c in (*range(9), *range(14, 27), *range(28, 32)))
    wide = sample.count(0) > 0.3 * len(sample)
    return "text" if control == 0 or (wide and control == sample.count(0)) else ""


def _head(body: bytes) -> str:
    sample = body[:_HEAD]
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff") or sample.count(0) > 0.3 * len(sample):
        sample = sample.replace(b"\x00", b"").lstrip(b"\xff\xfe")
    return sample.decode("latin-1").removeprefix("ï»¿").lstrip()


def _is_json(body: bytes) -> bool:
    """Whether undeclared text that opens like JSON also closes like it."""
    return body.rstrip()[-1:] in (b"}", b"]") and b'"' in body[:2000]
