"""Helpers of the reader tests: reading a piece of markup, and PDF documents written by hand."""

from monitor.core import readers
from monitor.core.model import Page, Passage, Region

URL = "https://metro.example/news/line-4"


def read_html(markup: str, media_type: str = "text/html; charset=utf-8") -> Page:
    return readers.read(markup.encode(), media_type, URL)


def find(page: Page, text: str) -> Passage:
    """The first passage with this text in it."""
    return next(p for p in page.passages if text in page.text[p.start : p.end])


def texts(page: Page, region: Region | None = None) -> list[str]:
    return [page.text[p.start : p.end] for p in page.passages if region is None or p.region is region]


def pdf(*pages: list[tuple[float, float, float, str]], encrypted: bool = False) -> bytes:
    """A PDF with lines of (left, top, size, text) on each page."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    kids = []
    for lines in pages:
        content = "\n".join(f"BT /F1 {size} Tf {left} {800 - top} Td ({text}) Tj ET" for left, top, size, text in lines)
        objects.append(f"<</Length {len(content)}>>\nstream\n{content}\nendstream")
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 850]/Contents {len(objects)} 0 R/Resources<</Font<</F1 3 0 R>>>>>>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    secret = "00" * 32
    if encrypted:
        objects.append(f"<</Filter/Standard/V 1/R 2/O<{secret}>/U<{secret}>/P -4>>")
    body = b"%PDF-1.4\n"
    offsets = []
    for number, text in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    encryption = f"/Encrypt {len(objects)} 0 R/ID[<00><00>]" if encrypted else ""
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{encryption}>>\nstartxref\n{len(body)}\n%%EOF"
    return body + (table + trailer).encode()
