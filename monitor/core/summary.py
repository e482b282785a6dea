"""What a report says, as values: who composes it and who renders it share only these nouns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.core.model import Change, Fact, Review


@dataclass(frozen=True, slots=True)
class Period:
    """The time a report covers: from `start_at` (included) to `end_at` (excluded), aware UTC."""

    start_at: datetime
    end_at: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start_at <= moment < self.end_at


class SourceHealth(Protocol):
    """How the looks at one source have been going: the fields of `monitor sources list`, and since when it fails.

    `status` is a word of `model.SourceStatus`.
    """

    @property
    def id(self) -> str: ...
    @property
    def programme(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def http_status(self) -> int | None: ...
    @property
    def attempts(self) -> int: ...
    @property
    def last_fetched(self) -> datetime | None: ...
    @property
    def last_ok(self) -> datetime | None: ...
    @property
    def next_check(self) -> datetime | None: ...
    @property
    def snapshots(self) -> int: ...
    @property
    def final_url(self) -> str | None: ...
    @property
    def facts_usual(self) -> int | None: ...
    @property
    def facts_last(self) -> int | None: ...
    @property
    def failing_since(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class FactClocks:
    """The three clocks of one fact: last fetched, last read again, last confirmed by a person."""

    fact: str
    last_fetched_at: datetime | None = None
    last_read_at: datetime | None = None
    last_confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one announcement, most important first; `changes` is never empty."""

    changes: tuple[Change, ...]

    @property
    def lead(self) -> Change:
        return self.changes[0]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the period and the change it was about."""

    change: Change
    review: Review


@dataclass(frozen=True, slots=True)
class Unseen:
    """A fact no page has said again for `days`; None when it was never found on a page at all."""

    fact: Fact
    days: int | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the watcher could not see at one source: `kind` is failing, suspect, overdue, fewer or never; `text` says it in words."""

    source: str
    url: str
    kind: str
    text: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one report says about one programme; the same stored data and period give the same report."""

    programme: str
    title: str
    baseline_version: int
    period: Period
    groups: tuple[Group, ...]
    waiting: tuple[Change, ...]
    decided: tuple[Decision, ...]
    unseen: tuple[Unseen, ...]
    troubles: tuple[Trouble, ...]
    source_count: int = 0
    snoozed_count: int = 0
    unseen_after_days: int = 90

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of the period in the order of the report."""
        return tuple(change for group in self.groups for change in group.changes)

    @property
    def is_quiet(self) -> bool:
        """Nothing changed, nothing waits, nothing was decided."""
        return not (self.groups or self.waiting or self.decided)
