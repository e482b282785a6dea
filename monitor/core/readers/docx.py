"""Word documents (DOCX): turned into HTML by mammoth, which keeps headings, lists and tables, and read as such.

The day it was created and last saved comes from the document's own properties.
"""

from __future__ import annotations

import html
import re
import zipfile
from io import BytesIO

from monitor.core.model import Page, Source
from monitor.core.readers import html as html_reader
from monitor.errors import FetchError

_PROPERTIES = "docProps/core.xml"
MAX_UNPACKED = 50 * 1024 * 1024  # bytes of all parts together, as the archive declares them; zipfile reads no part beyond its declared size
_DAY = re.compile(r"<dcterms:(created|modified)[^>]{0,80}>\s{0,5}(\d{4}-\d\d-\d\d)")
_TITLE = re.compile(r"<dc:title>([^<]{1,300})</dc:title>")


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page; raises FetchError("too_large") for what unpacks beyond bounds and FetchError("parse_error") for damaged documents."""
    import mammoth

    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise FetchError("too_large", f"the document unpacks to more than {MAX_UNPACKED // 1024 // 1024} MB")
            about = archive.read(_PROPERTIES).decode("utf-8", "replace") if _PROPERTIES in archive.namelist() else ""
        text = mammoth.convert_to_html(BytesIO(body), convert_image=mammoth.images.img_element(lambda _: {})).value
    except FetchError:
        raise
    except Exception as error:  # whatever is broken in an archive of XML: zipfile, expat and mammoth each have their own
        raise FetchError("parse_error", f"damaged Word document: {str(error)[:120] or type(error).__name__}") from None
    return html_reader.read(f"{_head(about)}<body><main>{text}</main></body></html>".encode(), "text/html; charset=utf-8", url, source)


def _head(about: str) -> str:
    """The properties of the document as the head of a page."""
    days = dict(_DAY.findall(about))
    title = _TITLE.search(about)
    names = {"created": "article:published_time", "modified": "article:modified_time"}
    metas = "".join(f'<meta property="{name}" content="{days[key]}">' for key, name in names.items() if key in days)
    return f"<html><head><title>{html.escape(html.unescape(title[1])) if title else ''}</title>{metas}</head>"
