"""The walk over an HTML tree: from nodes to blocks and containers, in reading order and without recursion.

Inline elements join their text, block elements end it. The walk only records what stands where; `regions`, `tables` and `stamps` judge it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from monitor.core.model import Form, Region
from monitor.core.readers import regions
from monitor.core.readers.blocks import fold, words
from monitor.core.readers.collect import BOLD, BREAK, UNBOLD, Anchor, Attributes, Closer
from monitor.core.readers.regions import Hint
from monitor.core.readers.structure import Structures

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
_MAX_LINKS = 20_000
MAX_BLOCKS = 50_000  # a book has 5,000 paragraphs; 300,000 table cells took 6 s and 350 MB to read


class Walk(Structures):
    """One walk. Afterwards `blocks`, `frames`, `anchors` and `times` hold what the page has, up to MAX_BLOCKS; `is_cut` tells that there was more."""

    is_cut = False

    def run(self, root: LexborNode) -> None:
        """Visits every node once, in document order, with a stack of its own: pages nest deeper than Python recurses."""
        stack: list[tuple[LexborNode, Closer | None]] = []
        node: LexborNode | None = root.first_child
        while node is not None and len(self.blocks) < MAX_BLOCKS:
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
        self.is_cut = node is not None
        while stack:  # what the bound left open
            _, closer = stack.pop()
            if closer is not None:
                closer()
        self._flush()
        self.frames[0].last = len(self.blocks)

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
            if _is_title(class_):
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
            card = tag in ("div", "article", "section") and bool(class_) and _is_card(class_)
            if class_ and tag in ("div", "p") and _is_title(class_):
                return self._with_frame(tag, hint, self._close_titled)
        if tag == "p" and hint is None and not meta:
            return self._close_paragraph
        if card and (self._frame.group is None or self._frame.tag != tag):
            self._group_count += 1
            self._groups.append(self._group_count)
            return self._enter(tag, hint, meta, self._close_card)
        return self._enter(tag, hint, meta)

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
        """The heading of a card, or its short first line, labels what stands in it."""
        self._flush()
        group = self._groups.pop()
        first = self._frame.first
        members = self.blocks[first : first + 60]
        heading = next((b.text for b in members if b.rank), None)
        if heading is None and len(members) > 1 and len(members[0].text) <= 40 and members[0].form is Form.PARAGRAPH:
            heading = members[0].text  # the year of a timeline entry
        if heading and len(heading) <= 150:
            for block in members:
                if block.group == group and not block.rank and block.label is None and block.text != heading:
                    block.label = heading

    def _with_frame(self, tag: str, hint: Hint | None, before: Closer) -> Closer:
        return self._enter(tag, hint, False, before)

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


@lru_cache(maxsize=8192)
def _is_card(class_: str) -> bool:
    return _CARD.search(class_[:400]) is not None


@lru_cache(maxsize=8192)
def _is_title(class_: str) -> bool:
    return _TITLE_CLASS.search(class_[:400]) is not None


def _may_hide(tag: str, attributes: Attributes) -> bool:
    return "hidden" in attributes or "style" in attributes or "aria-hidden" in attributes or tag == "dialog"
