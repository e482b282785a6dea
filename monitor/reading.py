"""Reading one body: page, doubt, observations, and where it leads. No store and no clock, so that it may as well happen in another process (`isolation`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol
from urllib.parse import urldefrag, urlsplit

from monitor.core.model import Baseline, Change, Claim, Entry, KnownName, Observation, Page, Region, Setting, Source, SourceStatus
from monitor.core.suspect import Usual, usual_of
from monitor.errors import FetchError
from monitor.store.digests import Result, Telling
from monitor.store.engine import NAME_MAX_CHARS
from monitor.store.knowledge import Memory
from monitor.store.statements import limit_text

NAMES = ("name", "host", "place", "organisation", "of")  # the fields of values that hold a name as a page writes it
MOST_LEADS = 300  # of one page; the newest first
COUNTERS = ("utm_", "fbclid=", "gclid=", "mc_cid=", "mc_eid=", "at_medium=", "at_campaign=")


class Doubt(Protocol):
    """Why a page is not believed to be what we came for (`core/suspect`)."""

    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def browser(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Before:
    """The last good answer of the same address, to tell another page or half a page by."""

    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Task:
    """One body to read, with all that reading needs: it can go to another process. With `known_text` (a hash) an equal text is not extracted again.

    `setting` is what the programme knows: its names, its currency, and the day of the look for pages without a date of their own.
    `usual` is the number of facts the address usually gives. Without `before` only what the page itself says can make it doubtful.
    """

    body: bytes
    media_type: str
    url: str
    http_status: int
    source: Source
    usual: int | None
    setting: Setting
    known_text: str = ""
    before: Before | None = None
    name_max_chars: int = NAME_MAX_CHARS


@dataclass(frozen=True, slots=True)
class View:
    """What reading a body gave. `status` is ok, or a status word with its reason; `is_known` says that the text is the one read before."""

    status: str
    reason: str = ""
    page: Page | None = None
    observations: tuple[Observation, ...] = ()
    text_sha256: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """A good page with its observations, ready to be compared with what is known. `is_seen_before`: this address was read as good at least once before."""

    source: Source
    url: str
    captured_at: datetime
    sha256: str
    page: Page
    observations: tuple[Observation, ...]
    is_seen_before: bool = False


class Steps(Protocol):
    """What the core does at each station; `understanding.Understanding` is the real one. `extractor` is the version of the code that reads."""

    extractor: str

    def setting(self, baseline: Baseline, known: Memory, captured_at: datetime) -> Setting: ...
    def read(self, body: bytes, media_type: str, url: str, source: Source) -> Page: ...
    def doubt(self, page: Page, http_status: int, usual: Usual | None = None, fact_count: int | None = None) -> Doubt | None: ...
    def extract(self, page: Page, source: Source, setting: Setting) -> Sequence[Observation]: ...
    def digest(self, baseline: Baseline, known: Memory, sight: Sight, previous: Sequence[Claim]) -> Result: ...
    def notice(self, change: Change, before: Change | None) -> Telling | None: ...


Reader = Callable[[Steps, Task], View]


def view(steps: Steps, task: Task) -> View:
    """Read, doubt, extract, doubt again by what the page usually is; pure, so it may as well happen in another process (`isolation`)."""
    try:
        page = steps.read(task.body, task.media_type, task.url, task.source)
    except FetchError as error:
        return View(error.status, str(error))
    text_sha256 = hashlib.sha256(page.text.encode("utf-8", "replace")).hexdigest()
    doubt = steps.doubt(page, task.http_status)
    if doubt is not None:
        return View(str(doubt.status), advised(doubt, task.source), page, text_sha256=text_sha256)
    if text_sha256 == task.known_text:
        return View("ok", "", page, (), text_sha256, is_known=True)
    observations = tuple(shortened(o, task.name_max_chars) for o in steps.extract(page, task.source, task.setting))
    doubt = unlike_before(steps, task, page, len(observations))
    if doubt is not None:
        return View(str(doubt.status), doubt.reason, page, text_sha256=text_sha256)
    return View("ok", "", page, observations, text_sha256)


def shortened(observation: Observation, chars: int) -> Observation:
    """The observation with the names in its value cut to so many characters."""
    value = observation.value
    names = {n: text for n in NAMES if isinstance(text := getattr(value, n, None), str) and len(text) > chars}
    if not names:
        return observation
    return replace(observation, value=replace(value, **{n: limit_text(text, chars) for n, text in names.items()}))  # type: ignore[arg-type]


def advised(doubt: Doubt, source: Source) -> str:
    """The reason, with the next step where a browser may see more."""
    return f"{doubt.reason} (a browser may see more: browser = true)" if doubt.browser and not source.browser else doubt.reason


def unlike_before(steps: Steps, task: Task, page: Page, fact_count: int) -> Doubt | None:
    """Doubts a page that is nothing like the last good one.

    Lists and feeds change as a whole; a page that names the programme is about it, however rewritten.
    """
    if task.before is None or task.source.kind not in ("page", "pdf") or page.entries:
        return None
    try:
        before = steps.read(task.before.body, task.before.media_type, task.url, task.source)
    except FetchError:
        return None
    usual = usual_of(before, task.usual or 0)
    if names_programme(page, task.setting.names):
        usual = replace(usual, words=frozenset())
    return steps.doubt(page, task.http_status, usual, fact_count)


def names_programme(page: Page, names: Sequence[KnownName]) -> bool:
    main = "\n".join(page.text[p.start : p.end] for p in page.passages if p.region is Region.MAIN).lower()
    return any(name.kind == "programme" and name.text.lower() in main for name in names)


def guarded_view(steps: Steps, task: Task) -> View:
    """`view`, with a page that breaks the reading code set aside under its error: the next page goes on, and the source is shown as failing."""
    try:
        return view(steps, task)
    except Exception as error:  # what a page can break is not known before; the words of the error are kept for whoever mends it
        return broken(error)


def broken(error: Exception) -> View:
    if isinstance(error, MemoryError):
        return View(SourceStatus.TOO_LARGE.value, "the page needs more memory to read than is allowed")
    return View(SourceStatus.PARSE_ERROR.value, f"our reading of the page failed: {type(error).__name__}: {error}"[:300])


class Lead(NamedTuple):
    """An address a page leads to, and when the page says it last changed (None: it does not say)."""

    url: str
    changed_at: datetime | None = None


def leads(page: Page, source: Source, url: str) -> list[Lead]:
    """Where this page leads: its entries under the source's `follow` (the newest first), then the links of its text; for sitemaps also further sitemaps."""
    prefix = source.follow
    if not prefix:
        return []
    entries = sorted(page.entries, key=entry_day, reverse=True)
    found = [Lead(plain_url(e.url), e.modified_at) for e in entries if is_under(e.url, prefix) or is_part(e.url, source)]
    found += [
        Lead(plain_url(one.url)) for one in page.links if one.region not in (Region.FOOTER, Region.HIDDEN) and is_under(one.url, prefix)
    ]
    distinct: dict[str, Lead] = {}
    for lead in found:
        distinct.setdefault(lead.url, lead)
    return [lead for lead in distinct.values() if lead.url != url][:MOST_LEADS]


def entry_day(entry: Entry) -> int:
    day = entry.published_on or (entry.modified_at.date() if entry.modified_at else None)
    return day.toordinal() if day else 0


def leads_on(page: Page, source: Source, url: str, *, is_main: bool) -> bool:
    """Whether the links of a page are followed: those of the source's own address, and of the parts of a sitemap index."""
    return is_main or (bool(page.entries) and is_part(url, source))


def is_part(url: str, source: Source) -> bool:
    """Whether an address is a further sitemap of the same host."""
    if source.kind != "sitemap":
        return False
    ours, theirs = urlsplit(source.url), urlsplit(url)
    return theirs.netloc == ours.netloc and theirs.path.lower().endswith((".xml", ".xml.gz"))


def is_under(url: str, prefix: str) -> bool:
    """Below the prefix, and more than the prefix itself; scheme and www. do not matter.

    >>> is_under("http://www.a.example/news/1", "https://a.example/news"), is_under("https://a.example.evil.example/", "https://a.example")
    (True, False)
    """
    at, below = bare(url), bare(prefix)
    if not at.startswith(below) or len(at.rstrip("/")) <= len(below.rstrip("/")) or len(url) > 2000:
        return False
    return "/" in below or at[len(below)] in "/?"


def bare(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return rest.removeprefix("www.") if scheme.lower() in ("http", "https") else ""


def plain_url(url: str) -> str:
    """Without its fragment and what newsletters add to count clicks, so that one article has one address.

    >>> plain_url("https://a.example/1?utm_source=rss&id=7#top")
    'https://a.example/1?id=7'
    """
    address = urldefrag(url).url
    path, mark, query = address.partition("?")
    kept = [part for part in query.split("&") if not part.lower().startswith(COUNTERS)]
    return f"{path}?{'&'.join(kept)}" if mark and any(kept) else path if mark else address
