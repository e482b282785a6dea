"""HTML pages: every block in reading order, labelled with what it is and where on the page it stands.

Main-content extractors drop fact boxes and grids of cards, so nothing is dropped here: navigation, related news and hidden text are read too and labelled
as such. The parser (lexbor) is fast but takes quadratic time on a few attacks; `_defuse` takes those out beforehand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import urljoin

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from monitor.core.lang import load
from monitor.core.model import Form, Link, Page, Region, Source
from monitor.core.readers.blocks import Block, assemble, fold, words
from monitor.core.readers.decode import decode
from monitor.core.readers.metadata import Metadata, day_of, metadata
from monitor.core.readers.regions import settle
from monitor.core.readers.stamps import Stamps, day_in, stamps
from monitor.core.readers.walk import MAX_BLOCKS, Walk
from monitor.core.text.language import language_of
from monitor.errors import Problem

# Without events: keeping <selectedcontent> in step takes quadratic time (45 s for 100,000 options).
_OPTIONS = LexborDocumentOptions.WO_EVENTS
MAX_DEPTH = 512  # as browsers do; lexbor needs 107 s for 200,000 nested <div>
_SAFE_TAGS = 4000  # fewer opening tags than this cannot nest deep enough to matter (0.05 s)
_MAX_TAG = 50_000  # characters in one tag; with more and many attributes in it, lexbor's check for duplicates is quadratic
_MAX_ATTRIBUTES = 2000
_UNCLOSED = words(
    """
    p li td th tr dt dd option optgroup tbody thead tfoot colgroup br hr img input meta link wbr col area base embed param source track html head body
    """
)
_HUGE_TAG = re.compile(rf"<[a-zA-Z][a-zA-Z0-9-]{{0,30}}[^<>]{{{_MAX_TAG},}}")
_TAG_NAME = re.compile(r"<[a-zA-Z][^\s/<>]{0,40}")
_TAG_MARK = re.compile(r">|=\s{0,5}[\"']")
_TAG = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][^\s/<>]{0,40}))")
_RAW = ("script", "style", "textarea", "title", "noscript", "xmp", "iframe")
_SITE_SUFFIX = re.compile(r"\s[|–—·»:-]\s")


def read(body: bytes, media_type: str, url: str, source: Source | None = None) -> Page:
    """The page; raises FetchError("decode_error") when the bytes are no text."""
    decoded = decode(body, media_type)
    html, problems = _defuse(decoded.text)
    tree = LexborHTMLParser(html, options=_OPTIONS)
    return _read_tree(tree, html, url, source, (*decoded.problems, *problems))


def _read_tree(tree: LexborHTMLParser, html: str, url: str, source: Source | None, problems: tuple[Problem, ...]) -> Page:
    problems = (*problems, *_select(tree, source))
    walk = Walk(_base(tree, url), _controlled(tree, html))
    if tree.root is not None:
        walk.run(tree.root)
    if walk.is_cut:
        problems = (*problems, Problem("markup", f"more than {MAX_BLOCKS} paragraphs and cells; the first ones were read", level="warning"))
    about = metadata(tree, html)
    language = language_of(_html_lang(tree), source.language if source else None, _sample(walk.blocks))
    title = _title_block(walk, about)
    settle(walk.blocks, walk.frames, title, related_words(language))
    if title is not None:
        walk.blocks[title].form = Form.TITLE
    seen = stamps(walk.blocks, title, load(language))
    _mark_stamps(walk.blocks, seen)
    published, published_from = _published(about, walk, seen, title, language)
    links = tuple(Link(a.url, a.text, _region_at(walk.blocks, a.block)) for a in walk.anchors)
    blocks = [*walk.blocks, *_meta_blocks(about, walk.blocks, title)]
    text, passages = (made := assemble(blocks)).text, made.passages
    page_title = walk.blocks[title].text if title is not None else about.title or about.document_title
    modified = about.modified.get("json-ld") or about.modified.get("meta") or _timed(walk, "modified") or seen.modified_on
    return Page(url, page_title[:500], text, passages, language, published, modified, published_from, links, (), problems)


# ----------------------------------------------------------------------------------------------------------------- before parsing


def _defuse(html: str) -> tuple[str, tuple[Problem, ...]]:
    """The markup without what makes the parser slow: tags with thousands of attributes, nesting deeper than browsers allow."""
    problems: list[Problem] = []
    if html.count("=") > 2 * _MAX_ATTRIBUTES or (len(html) > _MAX_TAG and _HUGE_TAG.search(html)):
        html, cut = _shorten_tags(html)
        if cut:
            problems.append(Problem("markup", "a tag with thousands of attributes was read without them", level="warning"))
    if html.count("<") - html.count("</") > _SAFE_TAGS:
        flat = _flatten(html)
        if flat is not None:
            return flat, (*problems, Problem("markup", f"tags nested deeper than {MAX_DEPTH} were read as text only", level="warning"))
    return html, tuple(problems)


def _shorten_tags(html: str) -> tuple[str, bool]:
    """The markup with tags of more than _MAX_ATTRIBUTES attributes reduced to their name; one pass, quotes respected."""
    pieces: list[str] = []
    kept = at = 0
    while m := _TAG_NAME.search(html, at):
        end = _tag_end(html, m.end())
        if end - m.end() > _MAX_ATTRIBUTES * 2 and len(html[m.end() : end].split(None, _MAX_ATTRIBUTES)) > _MAX_ATTRIBUTES:
            pieces.append(f"{html[kept : m.end()]}>")
            kept = end
        at = max(end, m.end())
    return ("".join([*pieces, html[kept:]]), True) if pieces else (html, False)


def _tag_end(html: str, at: int) -> int:
    """Where the tag that is open at `at` is closed: behind the first ">" outside quotes, or the end of the text."""
    while m := _TAG_MARK.search(html, at):
        if m.group() == ">":
            return m.end()
        closing = html.find(m.group()[-1], m.end())
        if closing < 0:
            break
        at = closing + 1
    return len(html)


def _flatten(html: str) -> str | None:
    """The markup without tags below MAX_DEPTH, or None when there are none (the usual case)."""
    open_tags: Counter[str] = Counter()
    depth, at, kept = 0, 0, 0
    pieces: list[str] = []
    while m := _TAG.search(html, at):
        at = m.end()
        if m.group(1):
            end = html.find("-->", at)
            at = len(html) if end < 0 else end
            continue
        name = m.group(3).lower()
        if name in _UNCLOSED:
            continue
        if m.group(2):
            if open_tags[name]:
                open_tags[name] -= 1
                depth -= 1
            continue
        if depth >= MAX_DEPTH:
            end = html.find(">", at)
            pieces.append(html[kept : m.start()])
            kept = at = len(html) if end < 0 else end + 1
            continue
        if name in _RAW:
            end = html.find(f"</{name}", at)
            at = len(html) if end < 0 else end + 2
            continue
        open_tags[name] += 1
        depth += 1
    return "".join([*pieces, html[kept:]]) if pieces else None


def _select(tree: LexborHTMLParser, source: Source | None) -> list[Problem]:
    """Applies the source's CSS selectors: what is excluded is taken out, and if anything is included, the rest is taken out."""
    problems: list[Problem] = []
    if source is None:
        return problems
    for selector in source.exclude:
        for node in _matches(tree, selector, problems):
            node.decompose()
    if source.include:
        _keep_only(tree, source.include, problems)
    return problems


def _matches(tree: LexborHTMLParser, selector: str, problems: list[Problem]) -> list[LexborNode]:
    try:
        return list(tree.css(selector))
    except Exception:  # selectolax raises its own and built-in errors for selectors it cannot read
        problems.append(Problem("selector", f"the CSS selector {selector[:80]!r} cannot be read", "see include/exclude of the source"))
        return []


def _keep_only(tree: LexborHTMLParser, selectors: Sequence[str], problems: list[Problem]) -> None:
    wanted = [node for selector in selectors for node in _matches(tree, selector, problems)]
    if not wanted or tree.body is None:
        if not any(p.where == "selector" for p in problems):
            problems.append(Problem("selector", "none of the included selectors matches; the whole page was read", level="warning"))
        return
    # Everything that is neither wanted, nor above, nor inside something wanted goes.
    kept = {node.mem_id for node in wanted}
    above: set[int] = set()
    for node in wanted:
        parent = node.parent
        while parent is not None and parent.mem_id not in above:
            above.add(parent.mem_id)
            parent = parent.parent
    queue = [tree.body]
    while queue:
        child = queue.pop().first_child
        while child is not None:
            following = child.next
            if child.mem_id in above and child.mem_id not in kept:
                queue.append(child)
            elif child.mem_id not in kept and child.tag not in ("script",):
                child.decompose()
            child = following


# ------------------------------------------------------------------------------------------------------------------ what it is about


def _base(tree: LexborHTMLParser, url: str) -> str:
    """What relative links are relative to; <base> is only used for that, never fetched."""
    node = tree.css_first("base[href]")
    try:
        joined = urljoin(url, (node.attributes.get("href") or "")[:2000]) if node is not None else url
    except ValueError:
        return url
    return joined if joined.startswith(("http://", "https://")) else url


def _controlled(tree: LexborHTMLParser, html: str) -> frozenset[str]:
    """The ids of panels that a button opens."""
    if "aria-controls" not in html:
        return frozenset()
    nodes = tree.css("[aria-controls]")[:5000]
    return frozenset(name for node in nodes for name in (node.attributes.get("aria-controls") or "").split())


def _html_lang(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first("html")
    if node is None:
        return None
    written = node.attributes.get("lang") or node.attributes.get("xml:lang")
    if not written:
        meta = tree.css_first('meta[http-equiv="content-language" i], meta[name="language" i], meta[property="og:locale"]')
        written = meta.attributes.get("content") if meta is not None else None
    return written


def _sample(blocks: Sequence[Block], limit: int = 6000) -> str:
    """The longest blocks: running text says more about the language than menus."""
    texts, size = [], 0
    for block in blocks:
        if len(block.text) >= 40:
            texts.append(block.text[:1500])
            size += len(texts[-1])
            if size > limit:
                break
    return " ".join(texts) if size >= 80 else " ".join(b.text for b in blocks[:60])[:limit]


def _title_block(walk: Walk, about: Metadata) -> int | None:
    """The block that is the page's title: the <h1> most like what the head says, else a heading equal to it, else the first heading outside menus."""
    wanted = [fold(t).casefold() for t in (about.title, about.document_title, *_SITE_SUFFIX.split(about.document_title)) if t]
    ranked = [i for i, block in enumerate(walk.blocks) if block.rank and not block.extra]
    firsts = [i for i in ranked if walk.blocks[i].rank == 1]
    for candidates in (firsts, ranked[:60]):
        for index in candidates:
            text = walk.blocks[index].text.casefold()
            if text in wanted or (len(text) > 12 and any(text in w or (len(w) > 12 and w in text) for w in wanted)):
                return index
    if firsts:
        return max(firsts[:5], key=lambda i: (_hinted(walk, i) is False, -i))
    free = [i for i in ranked if walk.blocks[i].rank <= 3 and not _hinted(walk, i)]
    return free[0] if free else None


def _hinted(walk: Walk, index: int) -> bool:
    """Whether the block stands in a container that calls itself navigation, related and the like."""
    frame = walk.frames[walk.blocks[index].frame]
    while frame.index:
        if frame.hint is not None:
            return True
        frame = walk.frames[frame.parent]
    return False


@lru_cache(maxsize=64)
def related_words(language: str) -> frozenset[str]:
    """The headings of "see also" lists in a language and in English, casefolded."""
    return frozenset(str(w).casefold() for code in {"en", load(language).code} for w in load(code).section("page").get("related", ()))


def _mark_stamps(blocks: Sequence[Block], seen: Stamps) -> None:
    for index in seen.blocks:
        if blocks[index].form in (Form.PARAGRAPH, Form.ITEM, Form.DEFINITION, Form.CAPTION):
            blocks[index].form = Form.META


def _published(about: Metadata, walk: Walk, seen: Stamps, title: int | None, language: str) -> tuple[date | None, str]:
    for where in ("json-ld", "meta"):
        if where in about.published:
            return about.published[where], where
    timed = _timed(walk, "published") or _time_near(walk, title, language)
    if timed:
        return timed, "time"
    return (seen.published_on, "text") if seen.published_on else (None, "")


def _timed(walk: Walk, wanted: str) -> date | None:
    """Microdata (itemprop=datePublished) and <time pubdate class="published">."""
    for _, attributes in walk.times:
        names = f"{attributes.get('itemprop') or ''} {attributes.get('class') or ''}".lower()
        marks = ("datepublished", "published") if wanted == "published" else ("datemodified", "updated")
        hit = any(mark in names for mark in marks) or (wanted == "published" and "pubdate" in attributes)
        if hit and (day := day_of(attributes.get("datetime") or attributes.get("content"))):
            return day
    return None


def _time_near(walk: Walk, title: int | None, language: str) -> date | None:
    """The first <time> within a few blocks of the title, outside menus and related lists."""
    if title is None:
        return None
    for block, attributes in walk.times:
        if attributes.get("tag") == "time" and -3 <= block - title <= 6 and _region_at(walk.blocks, block) is Region.MAIN:
            text = walk.blocks[block].text if block < len(walk.blocks) else ""
            if len(text) <= 160 and (day := day_of(attributes.get("datetime")) or day_in(text, load(language))):
                return day
    return None


def _region_at(blocks: Sequence[Block], index: int) -> Region:
    return blocks[min(index, len(blocks) - 1)].region if blocks else Region.NAV


def _meta_blocks(about: Metadata, blocks: Sequence[Block], title: int | None) -> list[Block]:
    """Meta passages for what the page does not say in its visible text."""
    said = "\n".join(block.text for block in blocks).casefold()
    made: list[Block] = []
    heading = blocks[title].text if title is not None else ""
    if (
        about.document_title
        and about.document_title.casefold() not in said
        and (not heading or heading.casefold() not in about.document_title.casefold())
    ):
        made.append(Block(about.document_title, Form.TITLE, Region.META))
    for text in dict.fromkeys(about.texts):
        if len(text) >= 3 and not _is_said(text, said) and not any(text in value for _, value in about.labelled):
            made.append(Block(text, Form.META, Region.META))
            said += "\n" + text.casefold()
    for label, value in dict.fromkeys(about.labelled):
        if value and not any(value in block.text for block in made if block.label):
            made.append(Block(value, Form.META, Region.META, label=label))
    return made


def _is_said(text: str, said: str) -> bool:
    """Whether the page says this already: whole, or its first and last words (bodies repeated without their markup)."""
    folded = text.casefold().rstrip("….")
    return folded in said or (len(folded) > 80 and folded[:40] in said and folded[-40:].strip() in said)


def fragment(markup: str) -> list[Block]:
    """The blocks of a piece of HTML inside another document: a feed entry, a JSON field."""
    html, _ = _defuse(markup)
    tree = LexborHTMLParser(html, options=_OPTIONS)
    walk = Walk("")
    if tree.root is not None:
        walk.run(tree.root)
    settle(walk.blocks, walk.frames, None, frozenset())
    return walk.blocks
