"""Tables: rows and columns with their headers."""

from monitor.core.model import Form
from tests.core.readers.pages import find, read_html


def test_marked_headers_reach_their_cells() -> None:
    page = read_html("<table><tr><th>Site<th>Cost<tr><th>Lyon<td>5m<tr><th>Turin<td>6m</table>")
    cell = find(page, "6m")
    assert (cell.row_header, cell.column_header, cell.row, cell.column, cell.form) == ("Turin", "Cost", 2, 1, Form.CELL)


def test_unmarked_first_row_of_words_over_figures_heads_the_columns() -> None:
    page = read_html("<table><tr><td>Phase<td>Cost<td>Start<tr><td>A<td>5m<td>2027<tr><td>B<td>6m<td>2028</table>")
    cell = find(page, "2028")
    assert (cell.row_header, cell.column_header) == ("B", "Start")


def test_label_and_value_table_has_row_headers_only() -> None:
    page = read_html("<table><tr><td>Budget<td>EUR 5m<tr><td>Start<td>2027</table>")
    cell = find(page, "2027")
    assert (cell.row_header, cell.column_header) == ("Start", None)


def test_spans_carry_headers_over_rows_and_columns() -> None:
    page = read_html(
        "<table><thead><tr><th rowspan=2>Phase<th colspan=2>Cost<tr><th>2025<th>2026</thead><tr><th rowspan=2>One<td>5<td>6<tr><td>7<td>8</table>"
    )
    cell = find(page, "8")
    assert (cell.row_header, cell.column_header) == ("One", "Cost 2026")


def test_caption_heads_the_cells() -> None:
    assert find(read_html("<h1>Plan</h1><table><caption>Cost<tr><td>A<td>5m</table>"), "5m").headings == ("Plan", "Cost")


def test_layout_tables_are_paragraphs() -> None:
    page = read_html("<table><tr><td><table><tr><td>A<td>5m</table><td><p>Text of the article</table>")
    assert find(page, "Text of").form is Form.PARAGRAPH


def test_tables_made_of_roles_are_tables() -> None:
    page = read_html(
        "<div role=table><div role=row><span role=columnheader>Site</span><span role=columnheader>Cost</span></div>"
        "<div role=row><span role=cell>Lyon</span><span role=cell>5m</span></div></div>"
    )
    assert (find(page, "5m").row_header, find(page, "5m").column_header) == ("Lyon", "Cost")
