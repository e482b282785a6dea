"""The walk over an HTML tree: from nodes to blocks and containers, in reading order and without recursion.

Inline elements join their text, block elements end it. The walk only records what stands where; `regions`, `tables` and `stamps` judge it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from monitor.core.model import Form, Region
from monitor.core.readers import regions, tables
from monitor.core.readers.blocks import Block, fold, words
from monitor.core.readers.regions import Frame, Hint

Attributes = dict[str, str | None]
Closer = Callable[[], None]

_SKIPPED = words(
    """
    script style svg iframe frame object embed applet canvas math audio video source track textarea input link meta base title head map area amp-img amp-
    video amp-iframe amp-analytics rp rt -comment -doctype !doctype -undef
    """
)
_INLINE = words(
    """
    a abbr acronym b bdi bdo big cite code data dfn em font i img ins kbd label mark nobr output picture ruby samp small span strong tt u var time tspan
    slot sub nobr blink rb basefont
    """
)
_RANKS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_ROLES = {
    "row": "tr",
    "cell": "td",
    "gridcell": "td",
    "columnheader": "th",
    "rowheader": "th",
    "table": "table",
    "grid": "table",
    "listitem": "li",
}
_SCOPES = {"columnheader": "col", "rowheader": "row"}
# Elements in which a heading holds for what is inside, and for nothing after them.
_SECTIONS = words("section article aside nav footer td th li dd details fieldset")
_CARD = re.compile(
    r"(?:^|[\s_-])(?:cards?|tile|tiles|factbox|fact|stat|stats|kpi|box|panel|infobox|item|entry"
    r"|profile|milestone|timeline-item|accordion-item)(?:$|[\s_-])",
    re.I,
)
_TITLE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:card-header|card-title|headline|heading|title|block-title|widget-title|module-title|entry-title|page-title)(?:$|\s)",
    re.I,
)
_NOTE_MARK = re.compile(r"^[\[(]?(?:\d{1,3}|[*†‡§a-z])[\])]?$")
_SUPERSCRIPT = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LABEL = re.compile(r"^([^\d\W][^:\n\x02\x03]{1,58}?)\s?:\s(?=\S)")
_ENDED = re.compile(r"[.!?:;…»”\"]$")
_BULLET = re.compile(r"^[•‣◦▪–—*·-]\s")
_SPACES = re.compile(r"[ \t\r\n\f\x0b]+")
# Marks within a block while it is collected; control characters that are no white space, dropped by `fold` if a page contains them.
BREAK, BOLD, UNBOLD = "\x01", "\x02", "\x03"
_MAX_LINKS = 20_000
_MAX_CELLS = 500_000


class Anchor(NamedTuple):
    url: str
    text: str
    block: int  # the block its text stands in, or the next one


@dataclass(slots=True)
class _Heading:
    rank: int
    text: str
    frame: int


class Walk:
    """One walk. Afterwards `blocks`, `frames`, `anchors` and `times` hold what the page has."""

    def __init__(self, url: str, controlled: frozenset[str] = frozenset(), skipped: frozenset[int] = frozenset()) -> None:
        self.url = url
        self.blocks: list[Block] = []
        self.frames: list[Frame] = [Frame(0, 0, 0, "html", None)]
        self.anchors: list[Anchor] = []
        self.times: list[tuple[int, Attributes]] = []  # <time> and microdata dates: block they stand in, attributes
        self.title_blocks: list[int] = []
        self._skipped_ids = skipped
        self._controlled = controlled
        self._origin = _origin(url)
        self._buffer: list[str] = []
        self._aside: list[str] = []  # unseen inline text, given out after the block it stands in
        self._frame = self.frames[0]
        self._headings: list[_Heading] = []
        self._forms: list[Form] = [Form.PARAGRAPH]
        self._labels: list[str | None] = [None]
        self._groups: list[int | None] = [None]
        self._tables: list[tables.Table] = []
        self._terms: list[str] = []
        self._group_count = 0
        self._in_link = 0
        self._in_pre = 0
        self._in_title = 0  # inside a heading everything is inline
        self._link_chars = 0
        self._pair_label: str | None = None
        self._previous_class_span = False

    def run(self, root: LexborNode) -> None:
        """Visits every node once, in document order, with a stack of its own: pages nest deeper than Python recurses."""
        stack: list[tuple[LexborNode, Closer | None]] = []
        node: LexborNode | None = root.first_child
        while node is not None:
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
            elif tag not in _SKIPPED and (not self._skipped_ids or node.mem_id not in self._skipped_ids):
                closer = self._open(tag, node)
                child = node.first_child
                if child is not None:
                    stack.append((node, closer))
                    node = child
                    continue
                if closer is not None:
                    closer()
            following = node.next
            while following is None and stack:
                node, closer = stack.pop()
                if closer is not None:
                    closer()
                following = node.next
            node = following
        self._flush()
        self.frames[0].last = len(self.blocks)

    # ------------------------------------------------------------------------------------------------------------------- text

    def _text(self, text: str) -> None:
        if self._in_pre:
            text = text.replace("\n", BREAK)
        elif not text.strip():
            text = " "
        if self._in_link:
            self._link_chars += len(text.strip())
        if self._previous_class_span:
            self._previous_class_span = False
        self._buffer.append(text)

    def _flush(self, form: Form | None = None, rank: int = 0) -> int | None:
        """Ends the current block; returns the index of its (first) block, or None when there was no text."""
        if not self._buffer and not self._aside:
            return None
        raw = "".join(self._buffer)
        self._buffer.clear()
        links, self._link_chars = self._link_chars, 0
        first = len(self.blocks)
        if raw.strip():
            for part in _parts(raw) if BREAK in raw else (raw,):
                self._add(part, form, rank, links)
        self._flush_aside()
        return first if len(self.blocks) > first else None

    def _flush_aside(self) -> None:
        for text in self._aside:
            if folded := fold(text):
                self.blocks.append(Block(folded, Form.PARAGRAPH, frame=self._frame.index, extra={"unseen": "1"}))
        self._aside.clear()

    def _add(self, raw: str, form: Form | None, rank: int, links: int) -> None:
        bold_label, raw = _bold_start(raw) if BOLD in raw else (None, raw)
        text = fold(raw)
        if not text:
            return
        all_bold = bold_label is not None and len(bold_label) >= len(text) - 1
        block = Block(text, form or self._forms[-1], frame=self._frame.index, rank=rank, link_chars=min(links, len(text)), bold=all_bold)
        block.headings = tuple(h.text for h in self._headings)
        block.group = self._groups[-1]
        block.label = self._label_of(block, bold_label)
        if self._frame.meta and len(text) <= 160:
            block.form = Form.META
        self.blocks.append(block)

    def _label_of(self, block: Block, bold_label: str | None) -> str | None:
        """ "Budget: EUR 5 m" labels itself; a bold line of its own ("Budget", then "EUR 5 m") labels what follows it in the same element."""
        if block.rank or block.form in (Form.TERM, Form.CELL, Form.DEFINITION):
            return self._labels[-1]
        if bold_label and (block.bold or bold_label.endswith(":") or block.text[len(bold_label) :].lstrip().startswith((":", "–"))):
            own = bold_label.rstrip(": ")
            if block.bold:
                self._pair_label = own if len(own) <= 60 else None
                return self._labels[-1]
            return self._own_label(block, own)
        found = _LABEL.match(block.text)
        if found and len(found.group(1).split()) <= 6 and (block.form is Form.ITEM or len(block.text) <= 160):
            return self._own_label(block, found.group(1).strip())
        return self._pair_label or self._labels[-1]

    def _own_label(self, block: Block, label: str) -> str:
        """An item that labels itself keeps what its list is introduced by as the last of its headings."""
        if block.form is Form.ITEM and self._labels[-1]:
            block.headings = (*block.headings, self._labels[-1])
        return label

    # --------------------------------------------------------------------------------------------------------------- elements

    def _open(self, tag: str, node: LexborNode) -> Closer | None:
        attributes: Attributes = node.attributes
        if attributes:
            tag = _ROLES.get(attributes.get("role") or "", tag)
            if regions.is_unseen(tag, attributes, self._controlled) if _may_hide(tag, attributes) else False:
                return self._open_unseen(tag, attributes)
            if "datetime" in attributes or "itemprop" in attributes:
                self.times.append((len(self.blocks), {**attributes, "tag": tag}))
        if tag in _INLINE:
            return self._open_inline(tag, attributes)
        if self._in_title and tag not in ("sup", "del", "s", "br", "q"):
            self._buffer.append(" ")
            return None
        handler = _HANDLERS.get(tag)
        if handler is not None:
            return handler(self, tag, attributes)
        return self._open_block(tag, attributes)

    def _open_inline(self, tag: str, attributes: Attributes) -> Closer | None:
        class_ = attributes.get("class") if attributes else None
        if tag == "a":
            return self._open_link(attributes)
        if tag in ("b", "strong"):
            self._buffer.append(BOLD)
            return self._close_bold
        if tag == "label":
            self._buffer.append(" ")
        if class_ and tag != "time":
            if not regions.UNSEEN_WORDS.isdisjoint(class_.lower().split()):
                return self._capture(self._aside.append)
            if _TITLE_CLASS.search(class_):
                self._buffer.append(BOLD)
                return self._close_bold
            self._separate()
            return self._close_class_span
        return None

    def _close_bold(self) -> None:
        self._buffer.append(UNBOLD)

    def _close_class_span(self) -> None:
        self._previous_class_span = True

    def _separate(self) -> None:
        """Neighbouring styled spans stand apart on the screen: "<span>7</span><span>sites</span>" is no word; single letters being animated are."""
        if not (self._previous_class_span and self._buffer):
            return
        last = self._buffer[-1]
        if last and last[-1].isalnum() and not (len(last) == 1 and last.isalpha()):
            self._buffer.append(" ")

    def _open_link(self, attributes: Attributes) -> Closer:
        if self._buffer and self._buffer[-1][-1:].isalnum() and self._previous_class_span:
            self._buffer.append(" ")
        self._in_link += 1
        href = attributes.get("href") if attributes else None
        start, blocks = len(self._buffer), len(self.blocks)
        return lambda: self._close_link(href, start, blocks)

    def _close_link(self, href: str | None, start: int, blocks: int) -> None:
        self._in_link = max(0, self._in_link - 1)
        self._previous_class_span = True
        if not href or len(self.anchors) >= _MAX_LINKS:
            return
        url = self._absolute(href.strip())
        if url:
            text = (
                "".join(self._buffer[start:]) if len(self.blocks) == blocks else " ".join(b.text for b in self.blocks[blocks : blocks + 3])
            )
            self.anchors.append(Anchor(url, fold(text.replace(BOLD, "").replace(UNBOLD, "").replace(BREAK, " "))[:300], blocks))

    def _absolute(self, href: str) -> str | None:
        if href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")) or len(href) > 2000:
            return None
        if self._origin and href.startswith("/") and not href.startswith("//"):
            return self._origin + href
        try:
            url = urljoin(self.url, href)
            parts = urlsplit(url)
            return url if parts.scheme in ("http", "https") and parts.hostname else None
        except ValueError:
            return None

    def _capture(self, give: Callable[[str], None]) -> Closer:
        """Collects the text inside an inline element apart from the sentence it stands in."""
        outer, self._buffer = self._buffer, []

        def close() -> None:
            text = "".join(self._buffer)
            self._buffer = outer
            give(text)

        return close

    def _open_small(self, tag: str, attributes: Attributes) -> Closer:
        return self._capture(self._give_sup if tag == "sup" else self._give_struck)

    def _give_sup(self, text: str) -> None:
        """Footnote marks go (they would change "1.5 billion¹" into another number); exponents and ordinals stay."""
        before = "".join(self._buffer[-2:])[-12:]
        mark = text.strip()
        if before[-1:] == "m" and mark in ("2", "3"):
            self._buffer.append("²" if mark == "2" else "³")
        elif before.endswith("10") and mark.lstrip("+-−").isdigit():
            self._buffer.append(mark.translate(_SUPERSCRIPT))
        elif not _NOTE_MARK.match(mark) or (mark.isalpha() and before[-1:].isdigit()):
            self._buffer.append(text)

    def _give_struck(self, text: str) -> None:
        self._aside.append(text.replace(BOLD, "").replace(UNBOLD, "").replace(BREAK, " "))

    def _open_unseen(self, tag: str, attributes: Attributes) -> Closer:
        if tag in _INLINE:
            return self._capture(self._give_struck)
        self._flush()
        return self._enter(tag, Hint(Region.HIDDEN, 3))

    # ----------------------------------------------------------------------------------------------------------------- blocks

    def _open_block(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()
        self._previous_class_span = False
        hint, meta, card = None, False, False
        if attributes or tag not in ("p", "div"):
            class_, id_, role = (
                (attributes.get("class") or "", attributes.get("id") or "", attributes.get("role") or "") if attributes else ("", "", "")
            )
            hint = regions.hint_of(tag, class_[:400], id_[:100], role)
            meta = regions.is_meta(class_)
            if tag == "header" and hint is None and not self._is_within("main", "article", "section", "li", "td"):
                hint = Hint(Region.NAV, 2)  # the banner of the site; believed only if the title is not in it
            card = tag in ("div", "article", "section") and bool(class_) and _CARD.search(class_) is not None
            if class_ and tag in ("div", "p") and _TITLE_CLASS.search(class_):
                return self._with_frame(tag, hint, self._close_titled)
        if tag == "p" and hint is None and not meta:
            return self._close_paragraph
        if card and (self._frame.group is None or self._frame.tag != tag):
            self._group_count += 1
            self._groups.append(self._group_count)
            return self._enter(tag, hint, meta, self._close_card)
        return self._enter(tag, hint, meta)

    def _is_within(self, *tags: str) -> bool:
        frame = self._frame
        while frame.index:
            if frame.tag in tags:
                return True
            frame = self.frames[frame.parent]
        return False

    def _close_paragraph(self) -> None:
        self._flush()
        if self._frame.tag not in ("div", "li", "td"):
            self._pair_label = None

    def _close_titled(self) -> None:
        """A <div class="card-header"> or "title" is a heading in all but name, if it is one short line."""
        first = self._flush()
        if first is not None and len(self.blocks) == first + 1 and len(self.blocks[first].text) <= 150 and not self.blocks[first].rank:
            self._become_heading(first, 4)

    def _close_card(self) -> None:
        """The heading of a card labels what stands in it."""
        self._flush()
        group = self._groups.pop()
        first = self._frame.first
        members = self.blocks[first : first + 60]
        heading = next((b.text for b in members if b.rank), None)
        if heading and len(heading) <= 150:
            for block in members:
                if block.group == group and not block.rank and block.label is None:
                    block.label = heading

    def _with_frame(self, tag: str, hint: Hint | None, before: Closer) -> Closer:
        return self._enter(tag, hint, False, before)

    def _enter(self, tag: str, hint: Hint | None, meta: bool = False, before: Closer | None = None) -> Closer:
        outer = self._frame
        frame = Frame(
            len(self.frames), outer.index, outer.depth + 1, tag, hint, len(self.blocks), 0, len(self._headings), meta=meta or outer.meta
        )
        self.frames.append(frame)
        self._frame = frame
        pair, self._pair_label = self._pair_label, None

        def close() -> None:
            if before is not None:
                before()
            self._flush()
            frame.last = len(self.blocks)
            self._drop_headings(frame)
            self._frame = outer
            self._pair_label = pair

        return close

    def _drop_headings(self, frame: Frame) -> None:
        """Headings end with the section they stand in; a plain <div> ends them only if it held more than the heading. The page's <h1> goes on."""
        if len(self._headings) <= frame.headings_before:
            return
        inner = self._headings[frame.headings_before :]
        others = any(not b.rank for b in self.blocks[max(frame.first, frame.last - 50) : frame.last])
        if frame.hint is not None and frame.hint.region is not Region.MAIN and frame.tag != "header":
            kept: list[_Heading] = []
        elif frame.tag in _SECTIONS or others:
            kept = [h for h in inner if h.rank == 1]
        else:
            kept = inner
        self._headings[frame.headings_before :] = kept

    def _open_heading(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()
        rank = _RANKS.get(tag, 5)
        self._in_title += 1

        def close() -> None:
            self._in_title -= 1
            first = self._flush(Form.HEADING, rank)
            if first is not None:
                self._become_heading(first, rank)

        if attributes and (attributes.get("class") or attributes.get("id")):
            hint = regions.hint_of(tag, attributes.get("class") or "", attributes.get("id") or "", "")
            if hint and hint.region is Region.HIDDEN:
                return self._enter(tag, hint, False, close)
        return close

    def _become_heading(self, index: int, rank: int) -> None:
        block = self.blocks[index]
        block.form, block.rank, block.label = Form.HEADING, rank, None
        while self._headings and self._headings[-1].rank >= rank:
            self._headings.pop()
        block.headings = tuple(h.text for h in self._headings)
        self._headings.append(_Heading(rank, block.text[:300], self._frame.index))
        self._pair_label = None
        if rank == 1:
            self.title_blocks.append(index)

    def _open_button(self, tag: str, attributes: Attributes) -> Closer | None:
        """The button of an accordion is the heading of its panel; in a heading it is the heading's text; any other is part of the controls."""
        if attributes and ("aria-controls" in attributes or "aria-expanded" in attributes):
            return None if self._buffer else self._open_heading(tag, {})
        self._flush()
        return self._enter("button", Hint(Region.NAV, 3))

    def _open_break(self, tag: str, attributes: Attributes) -> None:
        if tag == "hr":
            self._flush()
        else:
            self._buffer.append(BREAK)

    def _open_nothing(self, tag: str, attributes: Attributes) -> None:
        return None

    def _open_quote(self, tag: str, attributes: Attributes) -> Closer:
        self._buffer.append("“")
        return lambda: self._buffer.append("”")

    def _open_pre(self, tag: str, attributes: Attributes) -> Closer:
        close = self._open_block(tag, attributes)
        self._in_pre += 1

        def closed() -> None:
            self._in_pre -= 1
            close()

        return closed

    def _open_caption(self, tag: str, attributes: Attributes) -> Closer:
        self._flush()

        def close() -> None:
            first = self._flush(Form.CAPTION)
            if first is not None and tag == "caption":
                self._headings.append(_Heading(6, self.blocks[first].text[:300], self._frame.index))

        return close

    # ------------------------------------------------------------------------------------------------------- lists and tables

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

    def _in_frame(self, tag: str, attributes: Attributes, before: Closer) -> Closer:
        if not attributes:
            return self._enter(tag, None, False, before)
        class_ = attributes.get("class") or ""
        hint = regions.hint_of(tag, class_[:400], (attributes.get("id") or "")[:100], attributes.get("role") or "")
        return self._enter(tag, hint, regions.is_meta(class_), before)

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
            return self._open_block(tag, attributes)
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


Handler = Callable[[Walk, str, Attributes], "Closer | None"]
_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys((*_RANKS, "summary", "legend"), Walk._open_heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir"), Walk._open_list),
    **dict.fromkeys(("sup", "del", "s", "strike"), Walk._open_small),
    **dict.fromkeys(("tr", "thead", "tbody", "tfoot"), Walk._open_rows),
    **dict.fromkeys(("td", "th"), Walk._open_cell),
    **dict.fromkeys(("br", "hr"), Walk._open_break),
    **dict.fromkeys(("wbr", "col", "colgroup", "html", "param"), Walk._open_nothing),
    **dict.fromkeys(("figcaption", "caption"), Walk._open_caption),
    "li": Walk._open_item,
    "dl": Walk._open_definitions,
    "dt": Walk._open_term,
    "dd": Walk._open_definition,
    "table": Walk._open_table,
    "button": Walk._open_button,
    "q": Walk._open_quote,
    "pre": Walk._open_pre,
}


def _may_hide(tag: str, attributes: Attributes) -> bool:
    return "hidden" in attributes or "style" in attributes or "aria-hidden" in attributes or tag == "dialog"


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def _bold_start(raw: str) -> tuple[str | None, str]:
    """The bold words a block starts with (None if it does not), and the block without the marks."""
    label = None
    if raw.lstrip().startswith(BOLD) and UNBOLD in raw:
        label = fold(raw.lstrip()[1 : raw.lstrip().index(UNBOLD)].replace(BOLD, ""))[:200] or None
    return label, raw.replace(BOLD, "").replace(UNBOLD, "")


def _parts(raw: str) -> list[str]:
    """A block with line breaks: lines of their own where they look like lines (sentences, bullets, labels, lists), one text where only the layout breaks it."""
    paragraphs = [p for p in re.split(rf"{BREAK}[ \t\r\n\f]*{BREAK}", raw) if p.strip()]
    parts: list[str] = []
    for paragraph in paragraphs:
        lines = [line for line in paragraph.split(BREAK) if line.strip()]
        parts += lines if _is_list_like(lines) else _joined(lines)
    return parts


def _is_list_like(lines: list[str]) -> bool:
    return len(lines) >= 3 and all(len(line) <= 90 for line in lines) and sum(line.strip()[:1].islower() for line in lines) == 0


def _joined(lines: list[str]) -> list[str]:
    parts: list[list[str]] = []
    for line in lines:
        stripped = _SPACES.sub(" ", line).strip()
        before = parts[-1][-1].rstrip() if parts else ""
        apart = not parts or line.lstrip().startswith(BOLD) or before.endswith(UNBOLD) or _BULLET.match(stripped)
        if apart or _ENDED.search(before.replace(UNBOLD, "").rstrip()):
            parts.append([line])
        else:
            parts[-1].append(line)
    return [" ".join(part) for part in parts]
