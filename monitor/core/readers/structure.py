"""Lists, definition lists and tables: what labels what, and which cell is where."""

from __future__ import annotations

from monitor.core.model import Form
from monitor.core.readers import tables
from monitor.core.readers.collect import Above, Attributes, Closer, Collector

_SCOPES = {"columnheader": "col", "rowheader": "row"}
_MAX_CELLS = 500_000


class Structures(Collector):
    """The elements whose place in a structure says what their text means."""

    def _open_list(self, tag: str, attributes: Attributes) -> Closer:
        lead = self._lead_in()
        self._group_count += 1
        self._groups.append(self._group_count)
        self._labels.append(lead)
        return self._in_frame(tag, attributes, self._close_list)

    def _lead_in(self) -> str | None:
        """What introduces a list: an item it is nested in, or the line before it that ends with a colon."""
        nested = self._forms[-1] is Form.ITEM
        self._flush()
        if not self.blocks:
            return None
        before = self.blocks[-1]
        near = before.frame == self._frame.index or self._frame.first == len(self.blocks)
        if nested and before.form is Form.ITEM and before.frame == self._frame.index and len(before.text) <= 150:
            return before.text.rstrip(": ")
        if near and before.text.endswith(":") and len(before.text) <= 250:
            return before.text.rstrip(": ")
        return self._labels[-1] if nested else None

    def _close_list(self) -> None:
        self._flush()
        self._groups.pop()
        self._labels.pop()

    def _open_item(self, tag: str, attributes: Attributes) -> Closer:
        return self._with_form(tag, attributes, Form.ITEM)

    def _with_form(self, tag: str, attributes: Attributes, form: Form, after: Closer | None = None) -> Closer:
        self._flush()
        self._forms.append(form)

        def close() -> None:
            self._flush()
            self._forms.pop()
            if after is not None:
                after()

        return self._in_frame(tag, attributes, close)

    def _open_definitions(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()
        self._group_count += 1
        self._groups.append(self._group_count)
        self._labels.append(None)
        terms, self._terms = self._terms, []

        def close() -> None:
            self._close_list()
            self._terms = terms

        return self._in_frame(tag, attributes, close)

    def _open_term(self, tag: str, attributes: Attributes) -> Closer:
        first = len(self.blocks)
        if self._terms and self.blocks and self.blocks[-1].form is not Form.TERM:
            self._terms = []
        self._labels.append(None)

        def after() -> None:
            self._labels.pop()
            self._terms.extend(block.text for block in self.blocks[first : first + 3] if block.form is Form.TERM)

        return self._with_form("dt", attributes, Form.TERM, after)

    def _open_definition(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()
        self._labels.append(" / ".join(self._terms[:4]).rstrip(": ") or None)
        return self._with_form("dd", attributes, Form.DEFINITION, self._pop_label)

    def _pop_label(self) -> None:
        self._labels.pop()

    def _open_table(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()
        if self._tables:
            self._tables[-1].layout = True
        self._group_count += 1
        table = tables.Table(self._group_count, layout=bool(attributes) and attributes.get("role") == "presentation")
        self._tables.append(table)
        self._groups.append(table.group)
        self._forms.append(Form.PARAGRAPH)
        headings = len(self._headings)

        def close() -> None:
            self._flush()
            self._forms.pop()
            self._groups.pop()
            self._tables.pop()
            del self._headings[headings:]
            tables.finish(table, self.blocks)

        return self._in_frame("table", attributes, close)

    def _open_rows(self, tag: str, attributes: Attributes) -> Closer | None:
        self._flush()
        if not self._tables:
            return None
        if tag == "tr":
            self._tables[-1].open_row()
            return self._flush_only
        table, before = self._tables[-1], self._tables[-1].in_head
        table.in_head = tag == "thead"

        def close() -> None:
            self._flush()
            table.in_head = before

        return close

    def _flush_only(self) -> None:
        self._flush()

    def _open_cell(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()
        if not self._tables or len(self._tables[-1].cells) >= _MAX_CELLS:
            return self._in_frame(tag, attributes, self._flush_only)
        said = attributes or {}
        scope = (said.get("scope") or _SCOPES.get(said.get("role") or "", "")).lower()
        spans = tables.span(said.get("rowspan")), tables.span(said.get("colspan"))
        cell = self._tables[-1].open_cell(tag == "th", scope, *spans, len(self.blocks))
        self._forms.append(Form.CELL)

        def close() -> None:
            self._flush()
            self._forms.pop()
            cell.last = len(self.blocks)

        return self._in_frame(tag, attributes, close) if attributes else self._plain_cell(close)

    def _plain_cell(self, close: Closer) -> Closer:
        """Cells without attributes get no container of their own: tables have many."""
        headings = len(self._headings)

        def closed() -> None:
            close()
            del self._headings[headings:]

        return closed

    def _open_caption(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()

        def close() -> None:
            first = self._flush(Form.CAPTION)
            if first is not None and tag == "caption":
                self._headings.append(Above(6, self.blocks[first].text[:300], self._frame.index))

        return close
