"""Word documents: what stands in them is read like a page, and broken or bloated ones are refused in one line."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import pytest

from monitor.core.model import Form, Source
from monitor.core.readers import docx, read
from monitor.errors import FetchError

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CELLS = [["Line", "Opening"], ["North tube", "June 2031"]]


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def document(*parts: str) -> bytes:
    """A Word document of these paragraphs and tables, created on 4 March 2026."""
    styles = f'<w:styles {WORD}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>'
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": styles,
        "word/document.xml": f"<w:document {WORD}><w:body>{''.join(parts)}</w:body></w:document>",
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>Tubes &amp; tunnels</dc:title>'
        "<dcterms:created>2026-03-04T09:00:00Z</dcterms:created><dcterms:modified>2026-03-09T10:00:00Z</dcterms:modified></cp:coreProperties>",
    }
    body = BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return body.getvalue()


def test_headings_paragraphs_and_tables_are_read_with_the_day_of_the_document() -> None:
    rows = "".join("<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in CELLS)
    page = read(
        document(
            paragraph("State of the works", "Heading1"),
            paragraph("Money", "Heading1"),
            paragraph("The tunnel costs EUR 2.4 billion."),
            f"<w:tbl>{rows}</w:tbl>",
        ),
        "application/octet-stream",
        "https://tunnel.example/report.docx",
    )
    assert page.title == "State of the works"
    assert (page.published_on, page.language) == (date(2026, 3, 4), "en")
    said = {page.text[p.start : p.end]: p for p in page.passages}
    assert said["Money"].form is Form.HEADING
    assert said["The tunnel costs EUR 2.4 billion."].headings[-1] == "Money"
    assert said["June 2031"].row == said["North tube"].row


def test_a_document_without_headings_is_called_as_its_properties_say() -> None:
    assert read(document(paragraph("The tunnel opens in 2031.")), "", "https://tunnel.example/note.docx").title == "Tubes & tunnels"


def test_what_unpacks_beyond_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_UNPACKED", 1024 * 1024)
    with pytest.raises(FetchError, match="unpacks to more than 1 MB") as refusal:
        read(document(paragraph("a" * 2_000_000)), "", "https://tunnel.example/bomb.docx")
    assert refusal.value.status == "too_large"


@pytest.mark.parametrize("broken", [document(paragraph("cut"))[:-60], document("<w:p>")])
def test_damaged_documents_are_one_line(broken: bytes) -> None:
    with pytest.raises(FetchError, match=r"^damaged Word document: ") as refusal:
        read(broken, "", "https://tunnel.example/cut.docx")
    assert refusal.value.status == "parse_error"


def test_a_source_that_is_a_feed_gets_no_word_document() -> None:
    source = Source("s", "https://tunnel.example/feed", kind="feed")
    with pytest.raises(FetchError, match="expected a feed, got a Word document"):
        read(document(paragraph("text")), "", source.url, source)
