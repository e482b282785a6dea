"""Is this the page? Signs that an answer with status 200 is something else: an error, a wall, an empty shell, another article.

Walls and errors are short: their words count only where little else is said, and where they stand (title, first lines, not the menu). A long article with
a cookie banner or a log-in link is an article. What is doubted is kept and looked at, never read for facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from monitor.core.lang import load
from monitor.core.model import Form, Page, Region

SHORT = 120  # words of main text; error pages and walls of CMSs and CDNs have 5-90, the shortest real news 40-60
_TINY = 8  # words; less is no page, unless it carries a figure
_SAMPLE = 400  # distinct words kept of a good look
_OTHER = 0.12  # share of words in common below which a page is another one; redesigned and updated pages keep more than 0.3
_HALVED = 0.4
_WORD = re.compile(r"[^\W\d_]{3,30}")
_LOREM = re.compile(r"lorem\s{1,3}ipsum|dolor\s{1,3}sit\s{1,3}amet|consectetur\s{1,3}adipi", re.I)
_CODE = re.compile(r"^\W{0,3}(?:error\s{0,3})?(?:4\d\d|50\d)\b", re.I)

# What is looked for, in this order: name in [page], what to say, words of main text up to which it is believed, how many different phrases are needed.
_SIGNS = (
    ("captcha", "a captcha or robot check instead of the page", SHORT, 1),
    ("not_found", "says that the page was not found", SHORT, 1),
    ("error", "shows an error message", SHORT, 1),
    ("maintenance", "is under maintenance", SHORT, 1),
    ("geo", "is not available from here (region)", SHORT, 1),
    ("parked", "a parked or unfinished site", SHORT, 2),
    ("login", "asks to log in", SHORT, 2),
    ("paywall", "a paywall with the beginning of the article", SHORT, 1),
    ("consent", "a cookie or consent wall instead of the page", SHORT, 2),
)
_SURE = frozenset(("captcha", "not_found", "error", "maintenance", "geo"))


@dataclass(frozen=True, slots=True)
class Usual:
    """What the last good looks at an address were like: the title, how many words and facts, some of the words."""

    title: str = ""
    word_count: int = 0
    fact_count: int = 0
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an answer is set aside: `status` is "empty" or "suspect", `reason` one line for people."""

    status: str
    reason: str
    browser: bool = False  # reading it with a browser may help


def usual_of(page: Page, fact_count: int = 0) -> Usual:
    """What to remember of a good look, to compare the next one with."""
    words = _main_words(page)
    return Usual(page.title, len(words), fact_count, frozenset(sorted(set(words), key=lambda w: (-len(w), w))[:_SAMPLE]))


def doubt(page: Page, http_status: int, usual: Usual | None = None, fact_count: int | None = None) -> Doubt | None:
    """Why the page is not the one that was asked for; None when nothing speaks against it.

    1. signs in the words; 2. nothing there; 3. unlike what the address usually says.
    """
    if page.entries:
        return None
    words = _main_words(page)
    found = _signs(page, words, http_status)
    if found:
        return found
    empty = _emptiness(page, words)
    if empty:
        return empty
    return _unlike(page, words, usual, fact_count) if usual is not None else None


def _main_words(page: Page) -> list[str]:
    regions = (Region.MAIN,)
    return [w.lower() for p in page.passages if p.region in regions for w in _WORD.findall(page.text, p.start, p.end)]


def _signs(page: Page, words: list[str], http_status: int) -> Doubt | None:
    if len(words) > 3 * SHORT:
        return None
    head, whole = _head_of(page), _text_in(page, (Region.MAIN, Region.ASIDE, Region.HIDDEN, Region.META))
    if _LOREM.search(whole):
        return Doubt("suspect", "placeholder text (lorem ipsum)")
    if _CODE.match(page.title) or http_status >= 400:
        return Doubt("suspect", f"an error page: {page.title[:60] or http_status}")
    for name, reason, most, needed in _SIGNS:
        if len(words) > most:
            break
        if _says(name, page.language, head, whole, len(words), needed):
            return Doubt("suspect", f"{reason}: {_quote(name, page.language, head or whole)}")
    return _shell(page, words)


def _says(name: str, language: str, head: str, whole: str, word_count: int, needed: int) -> bool:
    """Whether the phrases of a sign are what the page is about.

    A sure sign in the title or first lines is enough while there is little text; else the phrases must be many for the text there is.
    """
    pattern = _phrases(name, language)
    in_head = {m.group().lower() for m in pattern.finditer(head)}
    if name in _SURE and in_head and (word_count <= 60 or any(len(p) >= 0.3 * len(head.split("\n")[0]) for p in in_head)):
        return True
    found = [m.group().lower() for m in pattern.finditer(whole[:5000])]
    share = sum(len(p.split()) for p in found) / max(1, word_count)
    return len(set(found)) >= max(2, needed) and (share >= 0.12 or (bool(in_head) and share >= 0.06))


def _quote(name: str, language: str, text: str) -> str:
    m = _phrases(name, language).search(text)
    around = text[max(0, m.start() - 20) : m.end() + 30] if m else text[:60]
    return f"“{' '.join(around.split())[:80]}”"


def _shell(page: Page, words: list[str]) -> Doubt | None:
    """A page whose text comes by script: hardly any words, and a line that asks for JavaScript or to wait."""
    if len(words) > 25 or any(c.isdigit() for c in _text_in(page, (Region.MAIN,))):
        return None
    text = _text_in(page, tuple(Region))
    if _phrases("javascript", page.language).search(text) and len(words) <= 25:
        return Doubt("empty", "a JavaScript shell without text", browser=True)
    return None


def _emptiness(page: Page, words: list[str]) -> Doubt | None:
    text = _text_in(page, (Region.MAIN,))
    if len(words) >= _TINY or sum(c.isdigit() for c in text) >= 4:
        return None
    if len(words) >= 3 and len(page.text) > 15:
        figures = any(c.isdigit() for c in text)
        if figures or any(
            p.form in (Form.PARAGRAPH, Form.ITEM, Form.DEFINITION) and p.region is Region.MAIN and p.end - p.start > 25
            for p in page.passages
        ):
            return None
    suggestion = any("pdf" in problem.where for problem in page.problems)
    return Doubt("empty", "hardly any text", browser=not suggestion)


def _unlike(page: Page, words: list[str], usual: Usual, fact_count: int | None) -> Doubt | None:
    """Another article under the same address, or half of what was there."""
    distinct = set(words)
    if usual.words and len(usual.words) >= 15 and len(distinct) >= 15:
        # Compared both ways: the smaller vocabulary may be a part of the larger.
        common = len(distinct & usual.words) / min(len(distinct), len(usual.words))
        if common < _OTHER and not _same_title(page.title, usual.title):
            return Doubt("suspect", f"another page under this address: {page.title[:60]!r} instead of {usual.title[:60]!r}")
    if usual.word_count >= 80 and len(words) < _HALVED * usual.word_count and not _kept_facts(usual, fact_count):
        return Doubt("suspect", f"only {len(words)} of usually {usual.word_count} words")
    if usual.fact_count >= 4 and fact_count is not None and fact_count < _HALVED * usual.fact_count and len(words) < 0.7 * usual.word_count:
        return Doubt("suspect", f"only {fact_count} of usually {usual.fact_count} facts")
    return None


def _kept_facts(usual: Usual, fact_count: int | None) -> bool:
    """A rewrite that is shorter but still says what was said is no doubt."""
    return fact_count is not None and usual.fact_count > 0 and fact_count >= 0.7 * usual.fact_count


def _same_title(new: str, old: str) -> bool:
    a, b = (set(_WORD.findall(t.lower())) for t in (new, old))
    return bool(a & b) and len(a & b) >= 0.5 * min(len(a), len(b))


def _head_of(page: Page) -> str:
    """Title and first lines of the page outside its menus."""
    lines = [page.title, *(page.text[p.start : p.end] for p in page.passages if p.region is Region.META and p.form is Form.TITLE)]
    lines += [page.text[p.start : p.end] for p in page.passages if p.region is Region.MAIN][:4]
    return "\n".join(line[:300] for line in lines if line)


def _text_in(page: Page, regions: Iterable[Region]) -> str:
    wanted = frozenset(regions)
    return "\n".join(page.text[p.start : p.end] for p in page.passages if p.region in wanted)[:20_000]


@lru_cache(maxsize=256)
def _phrases(name: str, language: str) -> re.Pattern[str]:
    """The phrases of a sign in the page's language and in English (error pages rarely speak the site's language)."""
    phrases = {str(p) for code in ("en", load(language).code) for p in load(code).section("page").get(name, ())}
    joined = "|".join(sorted((re.escape(p).replace(r"\ ", r"\s") for p in phrases), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{joined or '(?!)'})(?!\w)", re.I)
