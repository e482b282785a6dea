"""The tables (design.md, section 8): what each row stands for. Statements over them live in the other files of this folder.

Ids are hashes of content (`codec.key_of`). Values are JSON text (`codec`), so amounts are decimal strings; times are aware UTC. `revision` on facts, claims
and changes is the programme's revision that last wrote the row: a process that keeps them in memory reloads only what is newer.
Two places must agree: these classes and `migrations/versions`; `tests/store/test_migrations.py` holds them together.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import DateTime, Index, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

SCHEMA = "0002"  # the newest migration; a test compares it with migrations/versions


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on every database; a naive one is a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(SQLModel):
    """The root of the tables, with a catalogue of its own."""

    metadata = MetaData()


def text_key(**options: Any) -> Any:
    return Field(primary_key=True, **options)


def moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=UtcTime, nullable=True) if nullable else Field(sa_type=UtcTime)


def text(default: str | None = "") -> Any:
    return Field(default=default, sa_type=Text, nullable=default is None)


class ProgrammeRow(Row, table=True):
    """A watched programme at its current baseline. `revision` grows with every writing transaction that touches its facts, claims or changes."""

    __tablename__ = "programme"
    id: str = text_key()
    title: str
    version: int
    digest: str
    revision: int = 0
    removed: bool = False


class BaselineVersionRow(Row, table=True):
    """A state of the baseline folder, by the digest of its files."""

    __tablename__ = "baseline_version"
    id: str = text_key()
    programme: str = Field(foreign_key="programme.id", index=True)
    digest: str
    version: int
    recorded_at: datetime = moment()


class FactRow(Row, table=True):
    """One version of one fact. Two clocks: `valid_from` in the world, `recorded_at`/`superseded_at` in the baseline. `body` is the `model.Fact`."""

    __tablename__ = "fact"
    __table_args__ = (Index("ix_fact_programme_key", "programme", "key"),)
    id: str = text_key()
    programme: str = Field(foreign_key="programme.id")
    key: str
    kind: str
    label: str
    value: str | None = text(None)
    scope: str | None = None
    version: int
    valid_from: date | None = None
    recorded_at: datetime = moment()
    superseded_at: datetime | None = moment(nullable=True)
    by: str = ""
    change: str | None = None
    removed: bool = False
    provisional: bool = False
    revision: int = 0
    body: str = text()


class SourceRow(Row, table=True):
    """A configured source. `id` is "programme/source"; one that left the folder is marked, never deleted. `body` is the `model.Source`."""

    __tablename__ = "source"
    id: str = text_key()
    programme: str = Field(foreign_key="programme.id", index=True)
    source: str
    url: str
    publisher: str = ""
    authority: str = "press"
    removed_at: datetime | None = moment(nullable=True)
    body: str = text()


class SourceUrlRow(Row, table=True):
    """One address of a source (its own, or an entry it leads to): the cursor of looking at it. The only table that is updated all day.

    `latest_*` is the last stored snapshot; `digested_*` the last one that was read, and by what; `confirmed_at` the last look that found the page as last read.
    """

    __tablename__ = "source_url"
    __table_args__ = (Index("ix_source_url_due", "next_check_at"), Index("ix_source_url_source", "source"))
    id: str = text_key()
    source: str = Field(foreign_key="source.id")
    url: str
    is_main: bool = False
    stopped: bool = False
    found_at: datetime = moment()
    next_check_at: datetime | None = moment(nullable=True)
    lease: str | None = None
    lease_until: datetime | None = moment(nullable=True)
    etag: str | None = None
    last_modified: str | None = None
    status: str = "never"
    error: str = text()
    http_status: int | None = None
    attempts: int = 0
    failures: int = 0
    failing_since: datetime | None = moment(nullable=True)
    last_fetched_at: datetime | None = moment(nullable=True)
    last_ok_at: datetime | None = moment(nullable=True)
    final_url: str = ""
    moved_to: str | None = None
    snapshots: int = 0
    latest_snapshot: str | None = None
    latest_sha256: str | None = None
    latest_at: datetime | None = moment(nullable=True)
    digested_snapshot: str | None = None
    digested_at: datetime | None = moment(nullable=True)
    digested_by: str = ""
    digested_status: str = ""
    digested_baseline: str = ""
    digested_text: str = ""
    confirmed_at: datetime | None = moment(nullable=True)
    facts_usual: int | None = None
    facts_last: int | None = None


class VisitRow(Row, table=True):
    """One look, whatever came of it. Written once."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_url_at", "source_url", "at"), {"sqlite_with_rowid": False})
    id: str = text_key()
    source_url: str = Field(foreign_key="source_url.id")
    at: datetime = moment()
    status: str
    http_status: int | None = None
    error: str | None = text(None)
    snapshot: str | None = None


class SnapshotRow(Row, table=True):
    """A stored answer whose body differs from the one before at the same address. Written once; the body is the blob of that SHA-256."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_url_at", "source_url", "captured_at"), Index("ix_snapshot_sha256", "sha256"))
    id: str = text_key()
    source_url: str = Field(foreign_key="source_url.id")
    captured_at: datetime = moment()
    sha256: str
    byte_count: int
    http_status: int
    media_type: str
    final_url: str
    headers: str = text()


class AnalysisRow(Row, table=True):
    """A snapshot as read by one version of the reading code: `status` ok, suspect, empty or why it could not be read."""

    __tablename__ = "analysis"
    __table_args__ = (Index("ix_analysis_snapshot", "snapshot"),)
    id: str = text_key()
    snapshot: str = Field(foreign_key="snapshot.id")
    extractor: str
    digest: str
    at: datetime = moment()
    status: str
    reason: str = text()
    title: str = text()
    language: str = ""
    published_on: date | None = None
    text_sha256: str = ""
    observations: int = 0
    problems: str = text()


class ObservationRow(Row, table=True):
    """A candidate fact of a snapshot as last read, with the fact it was linked to, or the reason why it was not."""

    __tablename__ = "observation"
    __table_args__ = (Index("ix_observation_snapshot", "snapshot"), Index("ix_observation_fact", "programme", "fact"))
    id: str = text_key()
    programme: str
    snapshot: str = Field(foreign_key="snapshot.id")
    kind: str
    value: str = text()
    quote: str = text()
    start: int
    end: int
    role: str
    confidence: float
    linked: bool = False
    fact: str | None = None
    signature: str = ""
    label: str = ""
    score: float | None = None
    reasons: str = text()
    body: str = text()


class ClaimRow(Row, table=True):
    """A stint: what one address said about one fact from `began_at` on; live until `ended_at`. `body` is the `model.Claim`."""

    __tablename__ = "claim"
    __table_args__ = (
        Index("ix_claim_url", "source_url", "ended_at"),
        Index("ix_claim_fact", "programme", "fact"),
        Index("ix_claim_revision", "programme", "revision"),
        Index("ix_claim_evidence", "evidence"),
    )
    id: str = text_key()
    programme: str = Field(foreign_key="programme.id")
    source_url: str = Field(foreign_key="source_url.id")
    source: str
    fact: str | None = None
    signature: str = ""
    kind: str
    value: str = text()
    began_at: datetime = moment()
    last_seen_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    evidence: str = ""
    revision: int = 0
    body: str = text()


class ChangeRow(Row, table=True):
    """A flagged change. `machine` is what we found since (open, reverted, superseded), `decision` what a person said; `status` is the fold of both.

    `body` is the `model.Change` without evidence, reviews, status and times, which have places of their own.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_programme_status", "programme", "status"),
        Index("ix_change_first_seen", "first_seen"),
        Index("ix_change_revision", "programme", "revision"),
    )
    id: str = text_key()
    programme: str = Field(foreign_key="programme.id")
    fact: str | None = None
    type: str
    kind: str
    label: str
    severity: int
    first_seen: datetime = moment()
    last_seen: datetime = moment()
    machine: str = "open"
    decision: str = "open"
    status: str = "open"
    snoozed_until: date | None = None
    revision: int = 0
    body: str = text()


class EvidenceRow(Row, table=True):
    """A quote that proves a change, in the order it was found. `content` is the id of the quote itself, shared with the claim that rests on it."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_change", "change", "position"), Index("ix_evidence_content", "content"))
    id: str = text_key()
    change: str = Field(foreign_key="change.id")
    position: int
    content: str
    source: str
    url: str
    captured_at: datetime = moment()
    sha256: str
    quote: str = text()
    start: int
    end: int
    publisher: str
    published_on: date | None = None


class ReviewRow(Row, table=True):
    """One decision of a person about a change. Append-only; `position` is its place in the history of that change."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_change", "change", "position"), Index("ix_review_at", "at"))
    id: str = text_key()
    change: str = Field(foreign_key="change.id")
    position: int
    decision: str
    by: str
    at: datetime = moment()
    note: str = text()
    until: date | None = None
    value: str | None = text(None)
    fact: str | None = None


class SilenceRow(Row, table=True):
    """A rule that keeps matching notices back until it ends; it never touches what is stored."""

    __tablename__ = "silence"
    id: str = text_key()
    programme: str | None = None
    pattern: str = text()
    by: str
    began_at: datetime = moment()
    ends_at: datetime = moment()
    note: str = text()


class ReportRow(Row, table=True):
    """The report of one programme (empty: all) over one period, as first composed."""

    __tablename__ = "report"
    id: str = text_key()
    programme: str
    period: str
    composed_at: datetime = moment()
    body: str = text()


class OutboxRow(Row, table=True):
    """A notice to be delivered at least once under its stable key; `channel` is empty until a rule has chosen."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "due_at"),)
    id: str = text_key()
    key: str
    channel: str = ""
    programme: str
    change: str | None = None
    event: str
    created_at: datetime = moment()
    due_at: datetime = moment()
    state: str = "waiting"
    attempts: int = 0
    lease_until: datetime | None = moment(nullable=True)
    sent_at: datetime | None = moment(nullable=True)
    error: str = text()
    body: str = text()


class AccountRow(Row, table=True):
    """A person who may use the web face; `id` is the name they decide under. `password_hash` is argon2; an account that was closed stays for the record."""

    __tablename__ = "account"
    id: str = text_key()
    role: str
    password_hash: str = text()
    made_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)


class SessionRow(Row, table=True):
    """A log-in. `id` is the SHA-256 of the cookie; `proof` stands for the password it was made with, so that a new password ends it."""

    __tablename__ = "session"
    id: str = text_key()
    account: str
    proof: str
    csrf: str
    began_at: datetime = moment()
    ends_at: datetime = moment()


class TokenRow(Row, table=True):
    """A key for programs. `id` is the SHA-256 of it; it may do what its role may, under the name of its account."""

    __tablename__ = "token"
    id: str = text_key()
    name: str
    account: str
    role: str
    made_at: datetime = moment()
    ends_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)


def table(row: type[Row]) -> Table:
    """The table behind a row class, for statements."""
    return Row.metadata.tables[str(row.__tablename__)]
