"""Which part of an HTML page a block stands in: judged by tag, role, class words, heading words and the shape of the container.

A hint is what one element says about itself; the verdict is taken when the whole page is known, because class words lie: a theme calls its page wrapper
"has-sidebar" and a modal script hides the article's parent. So a hint from words never holds for a container with the page's title, its <main>, or
most of its text, and weak words (teaser, card, widget) count only as long as something else is left to be the main text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.core.model import Form, Region
from monitor.core.readers.blocks import Block, words

NAV_WORDS = words(
    """
    nav navbar navigation navi navlist subnav topnav sidenav menu menus menubar submenu megamenu breadcrumb breadcrumbs crumbs pagination pager paging
    toolbar skiplink skiplinks skip topbar masthead langswitch langswitcher languages searchbox searchform sitemap toc tableofcontents offcanvas hamburger
    drawer metanav tagcloud
    """
)
RELATED_WORDS = words(
    """
    related relatedposts relatednews relatedcontent relatedarticles recommended recommendation recommendations recommender seealso readnext upnext
    mostread mostpopular popular trending outbrain taboola sponsored promoted morenews relacionado relacionados relacionadas verwandte aehnliche
    similaires connexes correlati correlate powiazane gerelateerd
    """
)
ASIDE_WORDS = words(
    """
    sidebar cookie cookies cookiebar cookiebanner cookieconsent consent gdpr rgpd cmp onetrust usercentrics didomi ticker newsticker marquee share sharing
    sharebar addthis addtoany social socials comments commentlist disqus newsletter subscribe subscription signup ad ads adslot advert advertisement
    advertising anzeige werbung publicite publicidad pubblicita reklama sponsor sponsors popup popover modal overlay lightbox toast weather stock stocks
    quotes stockticker poll donate donation livefeed liveticker livescore webpart moduletable feedback rating chatbot feedbackbox
    """
)
FOOTER_WORDS = words("footer pagefooter sitefooter colophon copyright imprint impressum")
WEAK_WORDS = {
    **dict.fromkeys(("teaser", "teasers", "promo", "promos", "latest", "crosslinks", "furthernews", "more"), Region.RELATED),
    **dict.fromkeys(
        ("side", "widget", "widgets", "banner", "alert", "notice", "notification", "tabs", "live", "complementary"), Region.ASIDE
    ),
    **dict.fromkeys(("links", "linklist", "quicklinks", "tags", "taglist", "categories", "archive"), Region.NAV),
    **dict.fromkeys(("legal", "disclaimer", "foot"), Region.FOOTER),
}
UNSEEN_WORDS = words(
    """
    visuallyhidden visually-hidden sr-only sronly screen-reader-text screenreader element-invisible offscreen off-screen assistive-text a11y-hidden
    """
)
# A class token with one of these speaks about the page's layout, not about the element: "has-sidebar", "layout-with-nav", "page-sidebar-left".
_LAYOUT_WORDS = words("layout has with without no page body is wrap js enabled grid cols columns")
_META_TOKENS = words(
    """
    byline hits views viewcount view-count counter pageviews readingtime reading-time read-time post-meta entry-meta article-meta article-info meta-info
    ms-metadata dateline timestamp pubdate pub-date published publish-date published-date date-published last-updated lastmod lastmodified last-modified
    submitted submitted-by createdate modified wordcount sharecount
    """
)
_COLLAPSIBLE = re.compile(r"accordion|collaps|expand|toggle|tab-?pan|tab-?content|panel|faq|disclosure|akkordeon|details", re.I)
_CAMEL = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_UNSTYLED = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.I)
_TAG_REGIONS = {
    "nav": Region.NAV,
    "aside": Region.ASIDE,
    "footer": Region.FOOTER,
    "menu": Region.NAV,
    "marquee": Region.ASIDE,
    "noscript": Region.HIDDEN,
}
_TAG_REGIONS |= {
    "template": Region.HIDDEN,
    "select": Region.NAV,
    "datalist": Region.HIDDEN,
    "amp-list": Region.RELATED,
    "amp-next-page": Region.RELATED,
}
_ROLE_REGIONS = {
    **dict.fromkeys(("navigation", "menu", "menubar", "search", "toolbar", "tablist", "directory"), Region.NAV),
    **dict.fromkeys(("complementary", "dialog", "alertdialog", "marquee", "timer"), Region.ASIDE),
    "contentinfo": Region.FOOTER,
}
# Tags whose class words are not believed: they hold the article whatever they are called.
_TRUSTED = frozenset(("html", "body", "main"))
_MOST = 0.6  # a "sidebar" with more of the text than this is no sidebar; dev pages and CMS themes have 0.05-0.4 there
_SHORT_LINK = 40  # characters; menu entries are shorter, headlines longer


class Hint(NamedTuple):
    region: Region
    strength: int  # 3: tag or role; 2: a plain word; 1: a weak word


@dataclass(slots=True)
class Frame:
    """A container element: what it says about itself, and (once closed) which blocks it holds: `first` to `last`, exclusive."""

    index: int
    parent: int
    depth: int
    tag: str
    hint: Hint | None
    first: int = 0
    last: int = 0
    headings_before: int = 0
    group: int | None = None
    meta: bool = False


@lru_cache(maxsize=8192)
def hint_of(tag: str, class_: str, id_: str, role: str) -> Hint | None:
    """What an element says about its region by tag, role, class and id; None when it says nothing.

    >>> hint_of("div", "sideNavBox", "", "").region.value, hint_of("div", "layout has-sidebar", "", "")
    ('nav', None)
    """
    if role == "main" or tag in _TRUSTED:
        return None
    if tag in _TAG_REGIONS:
        return Hint(_TAG_REGIONS[tag], 3)
    if role in _ROLE_REGIONS:
        return Hint(_ROLE_REGIONS[role], 3)
    if any(token in UNSEEN_WORDS for token in class_.lower().split()):
        return Hint(Region.HIDDEN, 3)
    tokens = [*class_.split(), *id_.split(), *([tag] if "-" in tag else [])]
    return _strongest(_token_hint(token) for token in tokens[:40])


def _strongest(hints: Iterable[Hint | None]) -> Hint | None:
    best: Hint | None = None
    for hint in hints:
        if hint and (best is None or hint.strength > best.strength):
            best = hint
    return best


@lru_cache(maxsize=8192)
def _token_hint(token: str) -> Hint | None:
    parts = [w.lower() for w in _CAMEL.findall(token[:120])]
    if len(parts) > 1 and not _LAYOUT_WORDS.isdisjoint(parts) and parts[-1] not in FOOTER_WORDS:
        return None
    named = [*parts, "".join(parts)]
    for known, region in (
        (NAV_WORDS, Region.NAV),
        (RELATED_WORDS, Region.RELATED),
        (ASIDE_WORDS, Region.ASIDE),
        (FOOTER_WORDS, Region.FOOTER),
    ):
        if any(word in known for word in named):
            return Hint(region, 2)
    weak = next((WEAK_WORDS[word] for word in parts if word in WEAK_WORDS), None)
    return Hint(weak, 1) if weak else None


def is_meta(class_: str) -> bool:
    """Whether the class says: this is about the page (byline, date stamp, counter), not part of its news."""
    return bool(class_) and any(token in _META_TOKENS for token in class_.lower().split())


def is_unseen(tag: str, attributes: dict[str, str | None], controlled: frozenset[str]) -> bool:
    """Whether an element is truly invisible; a collapsed panel that a button opens is not."""
    style = attributes.get("style")
    hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
    if not (
        hidden
        or (style and _UNSTYLED.search(style))
        or attributes.get("aria-hidden") == "true"
        or (tag == "dialog" and "open" not in attributes)
    ):
        return False
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''} {tag}"
    return not (_COLLAPSIBLE.search(names) or attributes.get("role") == "tabpanel" or (attributes.get("id") or "") in controlled)


# ----------------------------------------------------------------------------------------------------------------------- the verdict


def settle(blocks: Sequence[Block], frames: Sequence[Frame], title: int | None, related: frozenset[str]) -> None:
    """Gives every block its region. `title` is the index of the title block, `related` the folded heading words for "see also" lists.

    1. hints, with those cancelled that would swallow the article; 2. link menus outside the article; 3. sections under a "related" heading;
    4. foot lines; 5. weak words are forgotten if they leave nothing to read.
    """
    sizes = _prefix_sums(blocks)
    _apply(blocks, frames, _believed(frames, sizes, title, weakest=1))
    if _share_of_main(blocks) < 0.25 and any(f.hint and f.hint.strength == 1 for f in frames):
        _apply(blocks, frames, _believed(frames, sizes, title, weakest=2))
    _menus(blocks, frames, sizes, title)
    _related_sections(blocks, frames, sizes, title, related)
    _foot_lines(blocks)
    if title is not None and blocks[title].region not in (Region.HIDDEN, Region.META):
        blocks[title].region = Region.MAIN


def _prefix_sums(blocks: Sequence[Block]) -> list[int]:
    sums = [0]
    for block in blocks:
        sums.append(sums[-1] + len(block.text))
    return sums


def _believed(frames: Sequence[Frame], sizes: Sequence[int], title: int | None, weakest: int) -> list[Region | None]:
    """The hints that hold: by tag always (unless it is hidden text that is nearly everything), by word only if the article is not inside."""
    total = sizes[-1] or 1
    mains = [f.first for f in frames if f.tag == "main"][:20]
    believed: list[Region | None] = []
    for frame in frames:
        hint = frame.hint
        if hint is None or hint.strength < weakest:
            believed.append(None)
            continue
        holds_title = title is not None and frame.first <= title < frame.last
        holds_main = any(frame.first <= first < frame.last for first in mains)
        swallows = holds_title or holds_main or sizes[frame.last] - sizes[frame.first] > _MOST * total
        by_word = hint.strength < 3 or hint.region in (Region.HIDDEN, Region.ASIDE)
        believed.append(None if swallows and by_word and frame.tag not in ("template", "noscript", "aside") else hint.region)
    return believed


def _apply(blocks: Sequence[Block], frames: Sequence[Frame], believed: Sequence[Region | None]) -> None:
    """Outer regions hold for what is inside, except that hidden things stay hidden everywhere."""
    effective: list[Region] = []
    for frame, own in zip(frames, believed, strict=True):
        above = effective[frame.parent] if frame.index else Region.MAIN
        effective.append(own if own and (above is Region.MAIN or own is Region.HIDDEN) else above)
    for block in blocks:
        if block.region is Region.MAIN or block.frame:
            block.region = Region.HIDDEN if block.extra.get("unseen") else effective[block.frame]


def _share_of_main(blocks: Sequence[Block]) -> float:
    seen = sum(len(b.text) for b in blocks if b.region is not Region.HIDDEN) or 1
    return sum(len(b.text) for b in blocks if b.region is Region.MAIN) / seen


def _menus(blocks: Sequence[Block], frames: Sequence[Frame], sizes: Sequence[int], title: int | None) -> None:
    """Lists of nothing but short links are menus, unless they stand in the article: under <main>/<article>, or beside the text that follows the title."""
    article = _article(frames, sizes, title)
    inside = [False] * len(frames)
    for frame in frames:
        inside[frame.index] = (frame.index > 0 and inside[frame.parent]) or frame.tag in ("main", "article") or frame.index == article
        after_title = title is None or frame.first > title
        if frame.tag not in ("ul", "ol", "div", "table") or frame.last - frame.first < 3 or (inside[frame.index] and after_title):
            continue
        members = blocks[frame.first : frame.last]
        if len(members) <= 200 and _is_link_list(members):
            _mark(members, Region.NAV)


def _is_link_list(members: Sequence[Block]) -> bool:
    total = sum(len(b.text) for b in members) or 1
    linked = sum(b.link_chars for b in members)
    return linked >= 0.85 * total and total <= _SHORT_LINK * len(members)


def _article(frames: Sequence[Frame], sizes: Sequence[int], title: int | None) -> int:
    """The innermost container that holds the title and at least 40 % of the text; the page itself if there is none."""
    best = 0
    for frame in frames:
        if title is not None and frame.first <= title < frame.last and sizes[frame.last] - sizes[frame.first] >= 0.4 * sizes[-1]:
            best = frame.index
    return best


def _mark(blocks: Iterable[Block], region: Region) -> None:
    for block in blocks:
        if block.region is Region.MAIN and block.form is not Form.TITLE:
            block.region = region


def _related_sections(
    blocks: Sequence[Block], frames: Sequence[Frame], sizes: Sequence[int], title: int | None, related: frozenset[str]
) -> None:
    """A heading like "Related news" makes what it heads related: to the end of its container or the next heading of its level there."""
    left = 200  # headings of this kind on one page; more is an attack on our time
    for index, block in enumerate(blocks):
        if not left or index == title or len(block.text) > 60 or block.region is not Region.MAIN or not _is_related_heading(block, related):
            continue
        left -= 1
        frame = _heading_frame(blocks, frames, index)
        end = _section_end(blocks, frames, index, frame)
        if sizes[end] - sizes[index] <= _MOST * sizes[-1]:
            _mark(blocks[index:end], Region.RELATED)


def _is_related_heading(block: Block, related: frozenset[str]) -> bool:
    words = block.text.rstrip(":…. ").casefold()
    if words in related:
        return True
    found = _beginnings(related).match(words) if block.rank or block.bold else None
    return found is not None and len(words) < found.end() + 25


@lru_cache(maxsize=64)
def _beginnings(related: frozenset[str]) -> re.Pattern[str]:
    joined = "|".join(sorted((re.escape(phrase) for phrase in related), key=len, reverse=True))
    return re.compile(rf"(?:{joined or '(?!)'})(?=\s)")


def _heading_frame(blocks: Sequence[Block], frames: Sequence[Frame], index: int) -> Frame:
    """The innermost container of a heading in which something follows it (more than an "all news" link)."""
    frame = frames[blocks[index].frame]
    while frame.index and sum(len(b.text) for b in blocks[index + 1 : min(frame.last, index + 6)]) < _SHORT_LINK:
        frame = frames[frame.parent]
    return frame


def _section_end(blocks: Sequence[Block], frames: Sequence[Frame], index: int, frame: Frame) -> int:
    rank, depth = blocks[index].rank or 6, frames[blocks[index].frame].depth
    for following in range(index + 1, frame.last):
        other = blocks[following]
        if other.rank and (other.rank < rank or (other.rank == rank and frames[other.frame].depth <= depth)):
            return following
    return frame.last


def _foot_lines(blocks: Sequence[Block]) -> None:
    """Lines like "Imprint | Privacy | Sitemap": three or more short parts without digits."""
    for index, block in enumerate(blocks):
        if block.region is Region.MAIN and block.text.count("|") >= 2 and block.form is not Form.CELL:
            parts = block.text.split("|")
            if all(len(part) <= 30 for part in parts) and sum(c.isdigit() for c in block.text) <= 4:
                block.region = Region.FOOTER if index >= 0.7 * len(blocks) else Region.NAV
