"""PDF documents: lines, columns, tables, furniture."""

import pytest

from monitor.core import readers
from monitor.core.model import Form, Page, Region
from monitor.errors import FetchError
from tests.core.readers.pages import find, pdf, texts

Lines = list[tuple[float, float, float, str]]


def read(*pages: Lines) -> Page:
    return readers.read(pdf(*pages), "application/pdf", "https://metro.example/a.pdf")


def test_lines_of_a_paragraph_are_joined_and_broken_words_made_whole() -> None:
    page = read(
        [
            (50, 50, 20, "Line 4"),
            (50, 100, 10, "The new line costs EUR 1.5 billion, says the min-"),
            (50, 112, 10, "istry. It opens in 2027."),
        ]
    )
    assert texts(page) == ["Line 4", "The new line costs EUR 1.5 billion, says the ministry. It opens in 2027."]
    assert page.title == "Line 4"
    assert page.passages[1].headings == ("Line 4",)


def test_label_and_value_lines_are_items() -> None:
    page = read([(50, 50, 18, "In brief"), (50, 90, 10, "Sites: 19"), (50, 102, 10, "Committed: EUR 2 600 million")])
    assert (find(page, "19").label, find(page, "2 600").label, find(page, "19").form) == ("Sites", "Committed", Form.ITEM)


def test_rows_of_a_table_are_cells_with_headers() -> None:
    page = read(
        [
            (50, 50, 10, "Site"),
            (200, 50, 10, "Cost"),
            (50, 70, 10, "Lyon"),
            (200, 70, 10, "5 million"),
            (50, 90, 10, "Turin"),
            (200, 90, 10, "6 million"),
        ]
    )
    cell = find(page, "6 million")
    assert (cell.form, cell.row_header, cell.column_header) == (Form.CELL, "Turin", "Cost")


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    left = [(50.0, 50 + 14 * n, 10.0, f"left column has line number {n} of its text") for n in range(8)]
    right = [(320.0, 50 + 14 * n, 10.0, f"right column has line number {n} of its text") for n in range(8)]
    text = read([*left, *right]).text
    assert text.index("left column has line number 7") < text.index("right column has line number 0")


def test_repeated_lines_and_page_numbers_are_furniture() -> None:
    page = read(
        *[
            [(50, 20, 10, "Annual report 2026"), (50, 100, 10, f"Text of page {n} says something of its own."), (300, 780, 10, str(n))]
            for n in range(1, 5)
        ]
    )
    assert set(texts(page, Region.FOOTER)) == {"Annual report 2026", "1", "2", "3", "4"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"%PDF-1.7\n" + bytes(range(256)) * 4, "parse_error"),
        (pdf([(50, 50, 10, "x")])[:200], "parse_error"),
        (pdf([(50, 50, 10, "x")], encrypted=True), "unsupported"),
    ],
)
def test_damaged_and_encrypted_documents_are_refused(body: bytes, status: str) -> None:
    with pytest.raises(FetchError) as caught:
        readers.read(body, "application/pdf", "https://metro.example/a.pdf")
    assert caught.value.status == status


def test_document_without_text_is_a_page_with_a_problem() -> None:
    page = read([])
    assert page.text == ""
    assert "no text" in str(page.problems[0])
