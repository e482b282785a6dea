"""Any document: what it is, and that reading it never breaks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core import readers
from monitor.core.model import Form, Page, Source
from monitor.errors import FetchError
from tests.core.readers.pages import find, pdf, texts

URL = "https://metro.example/a"
_MARKUP = st.lists(
    st.sampled_from(
        ["<table>", "<tr>", "<td>", "<th scope=row>", "</table>", "<ul>", "<li>", "</ul>", "<dl>", "<dt>", "<dd>", "</dl>", "<p>", "<h1>", "<h2>", "</h2>", "<a href=x>", "</a>",
         "<div class=card>", "</div>", "<details>", "<summary>", "<sup>", "</sup>", "<del>", "<b>", "</b>", "<br>", "<button aria-controls=x>", "<select>", "<option>", "<q>", "<pre>",
         "<caption>", "<thead>", "<nav>", "<main>", "<template>", "<svg>", "<math>", "text", " 5 million ", "\x00", "\xad", "Label: ", "Related news", "1 March 2026", "\x01\x02\x03", "<!--"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


def check(page: Page) -> None:
    """Passages stand in order, inside the text, and joined by newlines are the text."""
    assert "\n".join(page.text[p.start : p.end] for p in page.passages) == page.text
    assert all("\n" not in page.text[p.start : p.end] and p.start < p.end for p in page.passages)
    assert all(0 <= e.start <= e.end <= len(page.text) for e in page.entries)


@settings(max_examples=150, deadline=None)
@given(_MARKUP)
def test_any_markup_is_a_page(markup: str) -> None:
    check(readers.read(markup.encode(), "text/html", URL))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["", "text/html", "text/plain; charset=utf-16", "application/json", "application/rss+xml", "application/pdf", "a/b; charset=\x00"]
    ),
)
def test_any_bytes_are_a_page_or_a_fetch_error(body: bytes, media_type: str) -> None:
    for start in (b"", b"%PDF-1.4\n", b"<rss><channel>", b"<urlset>", b'{"a": ', b"<html>", b"\xff\xfe", b"\x1f\x8b\x08"):
        try:
            check(readers.read(start + body, media_type, URL))
        except FetchError as error:
            refused = error.status
        else:
            continue
        assert refused in ("unsupported", "decode_error", "parse_error", "too_large")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "text/html"), (b"PK\x03\x04" + b"\0" * 40, "text/html"), (b"\0\0\0\x20ftypisom" + b"\0" * 40, ""), (b"<p>x", "video/mp4"),
        (b"<p>x", "image/png"), (b"\x00\x01\x02\x03\x04" * 50, "garbage"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_unsupported(body: bytes, media_type: str) -> None:
    with pytest.raises(FetchError) as caught:
        readers.read(body, media_type, URL)
    assert caught.value.status == "unsupported"


@pytest.mark.parametrize(
    ("kind", "body", "media_type", "message"),
    [
        ("page", b'{"a": "b"}', "application/json", "expected an HTML page, got JSON"),
        ("page", pdf([(50, 50, 10, "x")]), "text/html", "expected an HTML page, got a PDF"),
        ("pdf", b"<html><p>x", "application/pdf", "expected a PDF, got an HTML page"),
    ],
)
def test_other_format_than_declared_for_the_source_is_unsupported(kind: str, body: bytes, media_type: str, message: str) -> None:
    with pytest.raises(FetchError, match=message):
        readers.read(body, media_type, URL, Source("s", URL, kind=kind))


def test_entries_of_a_feed_may_be_pages() -> None:
    assert readers.read(b"<p>x</p>", "text/html", URL + "/entry", Source("s", URL, kind="feed")).text == "x"


def test_missing_type_is_told_by_the_bytes() -> None:
    assert readers.read(b"<!doctype html><h1>A</h1>", "", URL).title == "A"
    assert readers.read(b"Line one.\n\nLine two.", "", URL).text == "Line one.\nLine two."


def test_json_pointers_choose_the_fields_and_numbers_keep_their_digits() -> None:
    body = b'{"news": [{"title": "A", "cost": 1.50}, {"title": "B", "cost": 1e400}], "id": "x"}'
    source = Source("s", URL, kind="json", pointers=("$.news[*].title", "/news/1/cost"))
    assert texts(readers.read(body, "application/json", URL, source)) == ["A", "B", "1e400"]


def test_markdown_has_headings_lists_tables_and_labels() -> None:
    text = b"# Plan\n\nIt costs **EUR 5m** and\nruns.\n\n## Sites\n\nChosen:\n- Lyon\n- Turin\n\n| Site | Cost |\n|---|---|\n| Lyon | 5 |\n\nStart: 2027\nBudget: 6m\n"
    page = readers.read(text, "text/markdown", URL)
    assert page.title == "Plan"
    assert texts(page)[1] == "It costs EUR 5m and runs."
    assert (find(page, "Turin").label, find(page, "Turin").headings) == ("Chosen", ("Plan", "Sites"))
    assert (find(page, "2027").label, find(page, "6m").label) == ("Start", "Budget")
    cell = next(p for p in page.passages if p.form is Form.CELL and p.row == 1 and p.column == 1)
    assert (cell.row_header, cell.column_header) == ("Lyon", "Cost")


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"x", b"<b><p>" * 50_000 + b"x", b"<table><tr><td>" * 20_000 + b"x", b"<div " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">x",
        b"<div " + b" ".join(b'a%d="<>"' % n for n in range(50_000)) + b">x", b"x<!--" + b"<b>" * 300_000, b"<" * 1_000_000, b"<p>x<script>" + b"a<b;" * 1_000_000,
        b"<p>" + b"x" * 2_000_000, b"x<br>" * 50_000, b"x<select>" + b"<option>y" * 10_000, b"<h2>Related news</h2><p>x" * 5_000, b"<main>x</main>" * 10_000,
        b"x" + b"1" * 1_000_000, b"x" + b" " * 1_000_000, b"x" + b"(" * 1_000_000, b"x" + b"," * 1_000_000, b"<p>Published: " + b"1." * 500_000,
    ],
)  # fmt: skip
def test_hostile_markup_is_read_in_linear_time(body: bytes) -> None:
    from time import process_time

    begun = process_time()
    page = readers.read(body, "text/html", URL)
    assert process_time() - begun < 5
    assert "x" in page.text or "<" in page.text or "1." in page.text
