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
_OTHER = 0.2  # share of long words in common below which a page is another one; redesigned and updated pages keep more than 0.3
_HALVED = 0.4
_LONG = 5  # letters
_WORD = re.compile(r"[^\W\d_]{3,30}")
_LOREM = re.compile(r"lorem\s{1,3}ipsum|dolor\s{1,3}sit\s{1,3}amet|consectetur\s{1,3}adipi", re.I)
_CODE = re.compile(r"^\W{0,3}(?:error\s{0,3})?(?:4\d\d|50\d)\b", re.I)

# A year, an amount or a quantity of two and more digits that is no status code: what news have and walls have not.
_FIGURE = re.compile(
    r"(?<![\w#.-])(?:(?:19|20)\d\d|\d{1,3}[.,]\d{1,20}|[€$£]\s?\d{1,20}|\d{1,20}\s?(?:%|€|[^\W\d_]{3,20}\s(?:euros?|eur|€|dollars?|pounds?|zł|kr)))(?![\w-])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Sign:
    """What is looked for: its name in [page], what to say of it, how many different phrases are needed, whether one plain phrase is enough."""

    name: str
    reason: str
    needed: int = 2
    sure: bool = False
    despite_figures: bool = False  # a paywall leaves the beginning of the article, figures and all


# In this order.
_SIGNS = (
    _Sign("captcha", "a captcha or robot check instead of the page", sure=True),
    _Sign("not_found", "says that the page was not found", sure=True),
    _Sign("error", "shows an error message", sure=True),
    _Sign("maintenance", "is under maintenance", sure=True),
    _Sign("geo", "is not available from here (region)", sure=True),
    _Sign("parked", "a parked or unfinished site"),
    _Sign("paywall", "a paywall with the beginning of the article", despite_figures=True),
    _Sign("login", "asks to log in"),
    _Sign("consent", "a cookie or consent wall instead of the page", needed=3),
)


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
    # What stands beside the text is heard only when there is next to no text: every article has a cookie banner.
    regions = (Region.MAIN, Region.META) if len(words) >= 12 else (Region.MAIN, Region.ASIDE, Region.HIDDEN, Region.META)
    said = _Said(page.title, _head_of(page), _text_in(page, regions), len(words))
    if _LOREM.search(said.whole):
        return Doubt("suspect", "placeholder text (lorem ipsum)")
    if _CODE.match(page.title) or http_status >= 400:
        return Doubt("suspect", f"an error page: {page.title[:60] or http_status}")
    for sign in _SIGNS:
        if len(words) <= SHORT and _says(sign, page.language, said):
            return Doubt("suspect", f"{sign.reason}: {_quote(sign.name, page.language, said.whole)}")
    return _shell(page, words)


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a page as far as signs are looked for in them."""

    title: str
    head: str
    whole: str
    word_count: int


def _says(sign: _Sign, language: str, said: _Said) -> bool:
    """Whether the phrases of a sign are what the page is about.

    1. The title is hardly more than the phrase ("Page not found"). 2. A page with figures or dates is news, unless phrases crowd it. 3. A short page without
    them: enough different phrases for the little text, or a phrase at its head that cannot be meant otherwise.
    """
    pattern = _phrases(sign.name, language)
    in_title = pattern.search(said.title)
    if (
        in_title
        and len(said.title) <= 70
        and len(in_title.group()) >= 0.5 * len(said.title.strip(" .!…"))
        and not _FIGURE.search(said.whole)
    ):
        return True
    found = [m.group().lower() for m in pattern.finditer(said.whole[:5000])]
    distinct = {f for f in found if not any(f != other and f in other for other in found)}
    share = sum(len(f.split()) for f in found) / max(1, said.word_count)
    if _FIGURE.search(said.whole):
        return sign.despite_figures and len(distinct) >= 2 and share >= 0.12 and any(len(f.split()) >= 3 for f in distinct)
    if len(distinct) >= max(2, sign.needed):
        return share >= 0.1
    return sign.sure and said.word_count <= 60 and any(_is_plain(f, sign, language, said) for f in distinct if f in said.head.lower())


def _is_plain(phrase: str, sign: _Sign, language: str, said: _Said) -> bool:
    """Whether one phrase is enough: of several words, and for "not found" beside a word for the page itself (things are not found in news too)."""
    if sign.name == "not_found":
        return _phrases("page_words", language).search(said.head) is not None
    return len(phrase.split()) >= 2


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
    listed = sum(p.region is Region.MAIN and p.form in (Form.ITEM, Form.CELL, Form.DEFINITION) for p in page.passages)
    if len(words) >= _TINY or listed >= 3 or sum(c.isdigit() for c in text) >= 4:
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
    # Long words only: "the", "with" and "which" are common to any two texts of a language.
    ours, theirs = ({w for w in kept if len(w) >= _LONG} for kept in (words, usual.words))
    if min(len(ours), len(theirs)) >= 15:
        # Compared both ways: the smaller vocabulary may be a part of the larger.
        common = len(ours & theirs) / min(len(ours), len(theirs))
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
