"""Every noun of the program, as frozen values.

A page is read into passages; kinds find mentions in it; a mention with its context is an observation; an observation tied to a fact is linked; what one
source keeps saying about one fact is a claim (a stint); a claim that disagrees with what was known is a change. Amounts and counts are `Decimal`, moments
are aware UTC datetimes (`..._at`), days are dates (`..._on`), offsets count code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from monitor.errors import Problem

# --------------------------------------------------------------------------------------------------------------------- closed sets


class Region(StrEnum):
    """Which part of the page a passage stands in; `meta` is what the page says about itself (JSON-LD, meta tags, microdata)."""

    MAIN = "main"
    ASIDE = "aside"
    NAV = "nav"
    RELATED = "related"
    FOOTER = "footer"
    HIDDEN = "hidden"
    META = "meta"


class Form(StrEnum):
    """What a passage is on the page."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CELL = "cell"
    TERM = "term"
    DEFINITION = "definition"
    CAPTION = "caption"
    META = "meta"


class Qualifier(StrEnum):
    """How a number is meant; the hedges of design.md, section 7, rule 1. `over` and `under` are one-sided bounds."""

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    UNDER = "under"
    RANGE = "range"


class Role(StrEnum):
    """What an observation is said as. The first four are tense and voice, the others what the value stands for."""

    CURRENT = "current"
    PLANNED = "planned"
    PAST = "past"
    DENIED = "denied"
    QUOTED = "quoted"
    TOTAL = "total"
    PART = "part"
    TRANCHE = "tranche"
    DELTA = "delta"
    SUM = "sum"
    RESTATED = "restated"
    SCENARIO = "scenario"
    TARGET = "target"
    DEADLINE = "deadline"
    PUBLICATION = "publication"


# Roles that say a value does not hold now. A denied date is a claim all the same: that the date no longer holds.
NOT_NOW = frozenset({Role.PAST, Role.DENIED, Role.QUOTED})
QUOTATION = "in quotation marks"  # the cue of a value that stands in them


class Granularity(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"
    RANGE = "range"


class ChangeType(StrEnum):
    NEW_SITE = "new_site"
    SITE_REMOVED = "site_removed"
    NEW_BUDGET = "new_budget"
    BUDGET_REVISED = "budget_revised"
    NEW_DATE = "new_date"
    DATE_MOVED = "date_moved"
    DATE_REFINED = "date_refined"
    COUNT_CHANGED = "count_changed"
    PARTICIPANT_JOINED = "participant_joined"
    PARTICIPANT_LEFT = "participant_left"
    STATUS_CHANGED = "status_changed"
    CONFLICT = "conflict"
    WITHDRAWN = "withdrawn"


class ChangeStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SNOOZED = "snoozed"
    REVERTED = "reverted"
    SUPERSEDED = "superseded"


class Cause(StrEnum):
    """Who made the difference: the page, our own better reading (`reread`), or an edit of the baseline."""

    PAGE = "page"
    REREAD = "reread"
    BASELINE = "baseline"


# HTTP statuses whose body is a page; 203 is one that a proxy changed on the way (RFC 9110, section 15.3.4).
PAGE_STATUSES = frozenset({200, 203})


class SourceStatus(StrEnum):
    """The outcome of the last look at a source, one word each (design.md, section 6)."""

    NEVER = "never"
    OK = "ok"
    UNCHANGED = "unchanged"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    NETWORK_ERROR = "network_error"
    PROTOCOL_ERROR = "protocol_error"
    TLS_ERROR = "tls_error"
    REDIRECT_ERROR = "redirect_error"
    BLOCKED_ADDRESS = "blocked_address"
    BLOCKED_SCHEME = "blocked_scheme"
    ROBOTS_DENIED = "robots_denied"
    HTTP_ERROR = "http_error"
    AUTH_REQUIRED = "auth_required"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    EMPTY = "empty"
    SUSPECT = "suspect"
    UNSUPPORTED = "unsupported"
    DECODE_ERROR = "decode_error"
    PARSE_ERROR = "parse_error"
    CONFIG_ERROR = "config_error"


# ------------------------------------------------------------------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as written. `amount` is None for a pure range or a vague amount; `min`/`max` bound it.

    `precision` is the value of the last significant written digit: 1E+8 for "1.5 bn", 1 for "EUR 1 500 001".
    `currency` is ISO 4217, or None with `currency_candidates` where text and language do not settle it.
    `per` is year, month, person or unit for prices that are no totals; `price_base` is the year of "in 2024 prices".
    """

    amount: Decimal | None
    currency: str | None
    qualifier: Qualifier = Qualifier.EXACT
    min: Decimal | None = None
    max: Decimal | None = None
    precision: Decimal = Decimal(1)
    per: str | None = None
    price_base: int | None = None
    currency_candidates: tuple[str, ...] = ()
    vague: bool = False

    @property
    def size(self) -> Decimal | None:
        """The figure an amount is compared by: itself, or an end of its range."""
        return self.amount or self.max or self.min


@dataclass(frozen=True, slots=True)
class DateSpan:
    """An interval of days, both ends included; an end that is None is open. Both None: said to have no date (yet)."""

    start: date | None
    end: date | None
    granularity: Granularity
    edtf: str
    part: str | None = None  # early | mid | late
    yearless: bool = False
    relative: bool = False

    @property
    def is_told_from_today(self) -> bool:
        """Told by its distance from the day of writing ("last Tuesday", "next year"): more often when something was said than when it is due.

        "Autumn next year" is as good as a date.
        """
        return self.relative and self.granularity not in (Granularity.MONTH, Granularity.QUARTER, Granularity.HALF, Granularity.SEASON)

    @property
    def is_no_date(self) -> bool:
        """Said to have no date, or none yet."""
        return self.start is None and self.end is None


@dataclass(frozen=True, slots=True)
class Count:
    """A number of things with the unit noun as written ("Member States"), or of a measure ("MW", "km", "%")."""

    count: Decimal
    unit: str | None
    qualifier: Qualifier = Qualifier.EXACT
    min: Decimal | None = None
    max: Decimal | None = None
    precision: Decimal = Decimal(1)
    measure: bool = False  # True for physical units, currencies excluded, and per cent


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    place_type: str  # country | region | city
    country: str | None  # ISO 3166-1 alpha-2
    lat: float | None = None  # degrees
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place where the programme happens: any of name, host and place may be all that is known."""

    name: str | None
    host: str | None = None
    place: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    organisation: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Country:
    country: str  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class Countries:
    """A set of countries in the order written: the value of a participants fact."""

    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """A word of the status vocabulary of `core/lang`, and what it is said of."""

    status: str
    of: str | None = None


Value = Money | DateSpan | Count | Place | Site | Organisation | Country | Countries | Status

# ------------------------------------------------------------------------------------------------------------------ captured and read


@dataclass(frozen=True, slots=True)
class Capture:
    """One complete answer of a source: what was asked, what came back, when."""

    source_id: str
    url: str
    final_url: str
    captured_at: datetime
    http_status: int
    media_type: str  # as declared, with parameters; "" when missing
    body: bytes
    sha256: str  # of body, hex
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # the target of a permanent redirect, to be proposed
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source says nothing changed since the stored validators."""

    source_id: str
    url: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """One block of the page: `page.text[start:end]`, and where on the page it stands.

    `headings` is the heading path above it, outermost first. `row_header` and `column_header` belong to cells, `label` to list items, definitions and cards
    (the term or lead-in they are listed under). `group` numbers the list, table, card or definition list a passage belongs to; `row` and `column` place cells.
    """

    start: int
    end: int
    region: Region
    form: Form
    headings: tuple[str, ...] = ()
    row_header: str | None = None
    column_header: str | None = None
    label: str | None = None
    group: int | None = None
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    url: str  # absolute
    text: str
    region: Region


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed, sitemap or listing: something that may be fetched as a page of its own. `start`/`end` bound its text on the page."""

    url: str
    title: str
    published_on: date | None = None
    modified_at: datetime | None = None
    entry_id: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A document as read: all its blocks in reading order, joined by newlines in `text`."""

    url: str
    title: str
    text: str
    passages: tuple[Passage, ...]
    language: str  # ISO 639-1; "und" when unknown
    published_on: date | None = None
    modified_on: date | None = None
    published_from: str = ""  # where the publication date was read: "json-ld", "meta", "time", "text", ...
    links: tuple[Link, ...] = ()
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


# -------------------------------------------------------------------------------------------------------------- observed and linked


@dataclass(frozen=True, slots=True)
class Mention:
    """What a kind found in a page's text, before its context is judged. `role` is set only where the kind itself knows it."""

    kind: str
    value: Value
    start: int
    end: int
    confidence: float = 1.0
    role: Role | None = None
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader of a page knows before reading: used to settle bare currencies, yearless dates, ambiguous places and known names."""

    language: str | None = None
    published_on: date | None = None
    country: str | None = None
    currency: str | None = None
    names: tuple[KnownName, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name the programme knows: `kind` is programme, other, site, host, organisation or participant; `key` the fact it belongs to, if any."""

    text: str
    kind: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A candidate fact: one mention with its context. `quote == page.text[start:end]`, always.

    `sentence_start/end` bound the sentence or block it was judged in.
    """

    kind: str
    value: Value
    raw: str  # the quote with white space folded
    start: int
    end: int
    quote: str
    region: Region
    hedge: Qualifier
    role: Role
    confidence: float
    passage: int  # index into page.passages
    sentence_start: int
    sentence_end: int
    roles: tuple[Role, ...] = ()  # everything that holds, `role` first
    pair: str | None = None  # ties the old and the new value of one sentence
    cues: tuple[str, ...] = ()  # the words of the text that led to the roles

    @property
    def holds_now(self) -> bool:
        """Is it said as holding now: not as past, denied or another's promise? In quotation marks it is what the speaker says now, unless supposed."""
        roles = {self.role, *self.roles}
        if QUOTATION in self.cues and Role.SCENARIO not in roles:
            roles.discard(Role.QUOTED)
        return not roles & NOT_NOW


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that stands in a stored capture: `quote == text[start:end]` of the page read from the body with this hash."""

    source_id: str
    url: str
    captured_at: datetime
    sha256: str
    quote: str
    start: int
    end: int
    publisher: str
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """An observation and the fact it is a statement of. `fact` is a key of the baseline or of a provisional fact, or None: about the programme, but new.

    For a new fact `label` says in words what it is about and `signature` tells new facts apart ("money|AI:AT|total").
    """

    observation: Observation
    fact: str | None
    score: float
    reasons: tuple[str, ...]
    label: str = ""
    signature: str = ""
    cues: tuple[str, ...] = ()  # joining or leaving, for participants


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An observation that is not a statement of any fact, and why not, in words."""

    observation: Observation
    reason: str


# -------------------------------------------------------------------------------------------------------------------------- baseline


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the baseline at its current version, or a provisional one (a flagged new fact, `version` 0)."""

    key: str
    kind: str
    label: str
    value: Value
    about: tuple[str, ...] = ()
    scope: str | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    quote: str = ""
    url: str = ""
    status: str | None = None
    counts: str | None = None  # "site.*": must equal the number of live facts under that pattern
    version: int = 1
    change: str | None = None  # the change that made this version, or flagged the provisional fact
    removed: bool = False  # withdrawn by an accepted revision; kept for history


@dataclass(frozen=True, slots=True)
class Source:
    """A configured source of a programme: what to fetch, how often, and how far to trust it."""

    id: str
    url: str
    kind: str = "page"  # page | feed | sitemap | listing | pdf | json
    authority: str = "press"  # official | primary | press
    every_s: int = 21600
    cron: str | None = None
    language: str | None = None
    publisher: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    follow: str | None = None
    complete_for: str | None = None
    browser: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    timeout_s: float | None = None
    max_bytes: int | None = None
    pointers: tuple[str, ...] = ()  # JSON sources: which text fields to read


@dataclass(frozen=True, slots=True)
class Expectation:
    """Sanity bounds of a fact: a page that crosses them is doubted; the change is kept, not sent."""

    fact: str
    min: Decimal | None = None
    max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """An accepted change: the next version of one fact, as appended to revisions.toml.

    `value` None means withdrawn, or, where `aliases` are given, that the fact only got these further names. A revision of kind `status` to a fact of
    another kind changes that fact's status.
    """

    version: int
    recorded_at: datetime
    by: str
    change: str | None
    fact: str
    value: Value | None
    kind: str
    label: str = ""
    scope: str | None = None
    about: tuple[str, ...] = ()
    valid_from: date | None = None
    quote: str = ""
    url: str = ""
    captured_at: datetime | None = None
    note: str = ""
    aliases: tuple[str, ...] = ()  # names the fact gets in addition


@dataclass(frozen=True, slots=True)
class Baseline:
    """A programme folder as read: the facts at their current version, and everything around them."""

    id: str
    title: str
    aliases: tuple[str, ...]
    not_about: tuple[str, ...]
    languages: tuple[str, ...]
    announced_on: date | None
    facts: tuple[Fact, ...]
    sources: tuple[Source, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    revisions: tuple[Revision, ...] = ()
    announced: tuple[Fact, ...] = ()  # version 1, as in facts.toml
    version: int = 1
    digest: str = ""  # SHA-256 over the folder's files


# ------------------------------------------------------------------------------------------------------------ claims and changes


@dataclass(frozen=True, slots=True)
class Claim:
    """A stint: what one page of one source has been saying about one fact, from the first capture that said so to the last that still did."""

    source_id: str
    url: str
    fact: str | None  # None: about a new fact; `signature` identifies it
    signature: str
    kind: str
    value: Value
    role: Role
    began_at: datetime
    last_seen_at: datetime
    evidence: Evidence
    first_look: bool  # the page already said so when we first saw it
    score: float
    confidence: float
    authority: str = "press"
    publisher: str = ""
    published_on: date | None = None
    ended_at: datetime | None = None
    label: str = ""
    before: Value | None = None  # what the same page said until this stint: an edit in place
    reasons: tuple[str, ...] = ()
    hedge: Qualifier = Qualifier.EXACT
    pair_old: Value | None = None  # the old value named in the same sentence
    anchor: str = ""  # what the statement looks like apart from its value; the same anchor later is the same statement
    cues: tuple[str, ...] = ()
    missed: int = 0  # good looks in a row that no longer showed it, where the source declares its list complete
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """How far a value moved: `amount` in the kind's unit, `percent` of the old value, `days` for dates; what does not apply is None."""

    amount: Decimal | None = None
    percent: Decimal | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two values of one kind relate: same, refined (inside, more precise), coarser (around, less precise), different, incomparable."""

    verdict: str
    reason: str
    delta: Delta = field(default_factory=Delta)


@dataclass(frozen=True, slots=True)
class Review:
    """One decision about a change; append-only, the state of a change is the fold of its reviews."""

    change: str
    decision: str  # accept | reject | snooze | alias | undo | comment
    by: str
    at: datetime
    note: str = ""
    until: date | None = None
    value: Value | None = None  # accept with a correction
    fact: str | None = None  # alias or relink target


@dataclass(frozen=True, slots=True)
class Change:
    """A typed change: a statement that disagrees with what was known, with all that proves it."""

    id: str
    programme: str
    fact: str | None  # None for a new fact
    label: str
    type: ChangeType
    kind: str
    old: Value | None
    new: Value | None
    delta: Delta
    severity: int  # 1 (look when there is time) to 5 (look now)
    confidence: float
    cause: Cause
    reasons: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    evidence: tuple[Evidence, ...]
    signature: str = ""  # of a new fact
    provisional: str | None = None  # key of the provisional fact a new-fact change stands for
    group: str = ""  # changes of one announcement share it
    status: ChangeStatus = ChangeStatus.OPEN
    reviews: tuple[Review, ...] = ()
    fact_version: int = 0  # the version of the fact it was flagged against
    seen_count: int = 1  # how often it was flagged again after going away
