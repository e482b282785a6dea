"""Small pages for tests: from plain lines, and from a shorthand for what readers make of HTML.

Lines of the shorthand: "# heading", "## deeper heading", "- item", "= title", "term :: definition", "| a | b |" table rows (the first row of a table holds its
headers), "> related teaser", "~ footer"; anything else is a paragraph. A blank line ends a list or table.
"""

from __future__ import annotations

from monitor.core.model import Form, Page, Passage, Region


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.passages: list[Passage] = []
        self.at = 0

    def add(self, text: str, form: Form, **more: object) -> None:
        region = more.pop("region", Region.MAIN)
        self.passages.append(Passage(self.at, self.at + len(text), region, form, **more))  # type: ignore[arg-type]
        self.parts.append(text)
        self.at += len(text) + 1


def page_of(shorthand: str, language: str = "en", title: str = "") -> Page:
    """A page from the shorthand described above."""
    writer = _Writer()
    headings: list[str] = []
    group, row, headers = 0, 0, []  # type: int, int, list[str]
    for line in shorthand.strip("\n").split("\n"):
        text = line.strip()
        if not text:
            group, row, headers = group + 1, 0, []
        elif text.startswith("#"):
            level = len(text) - len(text.lstrip("#"))
            headings = [*headings[: level - 1], text.lstrip("# ")]
            group, row, headers = group + 1, 0, []
            writer.add(headings[-1], Form.HEADING, headings=tuple(headings[:-1]))
        elif text.startswith("- "):
            writer.add(text[2:], Form.ITEM, headings=tuple(headings), group=group)
        elif text.startswith("= "):
            title = text[2:]
            writer.add(title, Form.TITLE)
        elif text.startswith("> "):
            writer.add(text[2:], Form.ITEM, headings=(), group=group, region=Region.RELATED)
        elif text.startswith("~ "):
            writer.add(text[2:], Form.PARAGRAPH, region=Region.FOOTER)
        elif text.startswith("|"):
            cells = [c.strip() for c in text.strip("|").split("|")]
            for column, cell in enumerate(cells):
                header = headers[column] if column < len(headers) else None
                writer.add(cell, Form.CELL, headings=tuple(headings), group=group, row=row, column=column, column_header=header)
            headers = headers or cells
            row += 1
        elif " :: " in text:
            term, definition = text.split(" :: ", 1)
            writer.add(term, Form.TERM, headings=tuple(headings), group=group)
            writer.add(definition, Form.DEFINITION, headings=tuple(headings), group=group, label=term)
        else:
            writer.add(text, Form.PARAGRAPH, headings=tuple(headings))
    return Page("https://example.org/", title, "\n".join(writer.parts), tuple(writer.passages), language)
