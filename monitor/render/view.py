"""What every form of a report says about a change, in words: the forms differ only in how they set it.

All strings are on one line and free of control characters; escaping for Markdown or HTML is left to the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.decide import best_evidence
from monitor.core.model import Cause, Change, ChangeStatus, ChangeType, Countries, Country, Evidence, Review, Value
from monitor.core.summary import Decision, Group, Report, Trouble, Unseen
from monitor.render.clean import line, link
from monitor.render.values import TYPES, show_day, show_delta, show_value

FULL_FLAGS = 10
"""A morning's reading: so many changes are shown in full, the rest on one line each."""

LISTED = 25
"""Items of one list before "and N more": a report is read, the whole list is a command away."""

_LABEL_LIMIT = 160
_QUOTE_LIMIT = 320
_URL_LIMIT = 500
_REASONS_SHOWN = 3
_DECIDED = {
    "accept": "accepted",
    "reject": "rejected",
    "noise": "marked as noise",
    "snooze": "snoozed",
    "alias": "same as a known one",
    "relink": "moved to another fact",
    "undo": "undone",
    "comment": "commented",
}
_IMPORTANCE = {5: "look now", 4: "important", 3: "notable", 2: "minor", 1: "when there is time"}


@dataclass(frozen=True, slots=True)
class Flag:
    """A change in words. `old` is empty for what is new; `link` is None when the address may not be one, `url` is then its text."""

    id: str
    type: str
    title: str
    old: str
    new: str
    delta: str
    quote: str
    source: str
    url: str
    link: str | None
    since: str
    heard: str
    confidence: str
    reasons: tuple[str, ...]
    severity: int
    importance: str
    status: str

    @property
    def is_told_by_title(self) -> bool:
        """True for a new site and the like, whose title is its value."""
        return not self.old and self.new == self.title

    @property
    def sentence(self) -> str:
        """Title and statement on one line."""
        return f"{self.title}: {self.statement}" if self.statement else self.title

    @property
    def statement(self) -> str:
        """ "7 AI Factories → 13 AI Factories, +6 (+86 %)" on one line; empty when the title says it all."""
        if self.is_told_by_title:
            return ""
        step = f"{self.old} → {self.new}" if self.old else self.new
        return f"{step}, {self.delta}" if self.delta else step


@dataclass(frozen=True, slots=True)
class Layout:
    """Which changes of a report are shown in full and which on one line."""

    full: tuple[Group, ...]
    rest: tuple[Change, ...]


def flag(change: Change) -> Flag:
    """The change in words."""
    evidence = best_evidence(change)
    url = line(evidence.url, _URL_LIMIT) if evidence else ""
    severity = min(5, max(1, change.severity))
    old, new = _old(change), _new(change)
    return Flag(
        id=line(change.id, 80),
        type=TYPES[change.type],
        title=_title(change, old, new),
        old=old,
        new=new,
        delta=show_delta(change),
        quote=line(evidence.quote, _QUOTE_LIMIT) if evidence else "",
        source=_source(evidence),
        url=url,
        link=link(evidence.url) if evidence else None,
        since=show_day(change.first_seen.date()),
        heard=_heard(change),
        confidence=show_confidence(change.confidence),
        reasons=tuple(line(r, 200) for r in change.reasons[:_REASONS_SHOWN]) + _cause(change),
        severity=severity,
        importance=_IMPORTANCE[severity],
        status="" if change.status is ChangeStatus.OPEN else str(change.status),
    )


def _title(change: Change, old: str, new: str) -> str:
    """The label, or the fact's key; the value itself where a new thing is labelled with a part of its name."""
    label = line(change.label, _LABEL_LIMIT) or line(change.fact or "", _LABEL_LIMIT)
    return new if not label or (not old and new.startswith(label)) else label


def _old(change: Change) -> str:
    """What was known; nothing for new facts and for lists, where only who joined or left is news."""
    is_list = change.type in (ChangeType.PARTICIPANT_JOINED, ChangeType.PARTICIPANT_LEFT)
    return "" if change.old is None or is_list else show_value(change.old)


def _new(change: Change) -> str:
    match change.type:
        case ChangeType.PARTICIPANT_JOINED:
            return f"{_who(change.new, change.old)} joined"
        case ChangeType.PARTICIPANT_LEFT:
            return f"{_who(change.old, change.new) if change.old is not None else show_value(change.new)} left"
        case ChangeType.SITE_REMOVED if change.new is None:
            return "removed"
        case ChangeType.WITHDRAWN if change.new is None:
            return "withdrawn"
        case _:
            return show_value(change.new)


def _who(these: Value | None, but_not: Value | None) -> str:
    """The countries of one list that are not in the other; anything else as it is."""
    if not isinstance(these, Countries):
        return show_value(these)
    rest = but_not.countries if isinstance(but_not, Countries) else (but_not.country,) if isinstance(but_not, Country) else ()
    return ", ".join(line(c, 40) for c in these.countries if c not in rest) or show_value(these)


def _source(evidence: Evidence | None) -> str:
    if evidence is None:
        return "no evidence stored"
    return f"{line(evidence.publisher or evidence.source_id, 80)}, {show_day(evidence.published_on or evidence.captured_at.date())}"


def _heard(change: Change) -> str:
    """By how many publishers: pages of one publisher count once."""
    count = len(publishers(change))
    return f"{count} publishers" if count > 1 else "1 publisher"


def _cause(change: Change) -> tuple[str, ...]:
    if change.cause is Cause.REREAD:
        return ("the page did not change: we read it better now",)
    return ("the baseline was edited",) if change.cause is Cause.BASELINE else ()


def publishers(change: Change) -> tuple[str, ...]:
    """The distinct publishers of a change in the order they were heard."""
    return tuple(dict.fromkeys(line(e.publisher or e.source_id, 80) for e in change.evidence))


def show_confidence(confidence: float) -> str:
    """In whole per cent; never 100, since a flag is no proof."""
    return f"{min(99, max(0, round(confidence * 100)))} %" if 0 <= confidence <= 1 else "?"


def show_moment(moment: datetime | None) -> str:
    """ "12 March 2025, 07:05 UTC"; "never" for None."""
    return f"{show_day(moment.date())}, {moment:%H:%M} UTC" if moment is not None else "never"


# ---------------------------------------------------------------------------------------------------------------- lines of a report


def headline(report: Report) -> str:
    """The report in one line, for the subject of a mail: "3 changes, 2 wait for review"."""
    if report.is_quiet:
        return "nothing changed" if _seen_count(report) else "nothing could be seen"
    parts = [_many(len(report.changes), "change") if report.groups else "no change"]
    if report.waiting:
        parts.append(f"{len(report.waiting)} wait{'s' if len(report.waiting) == 1 else ''} for review")
    if report.decided:
        parts.append(f"{len(report.decided)} decided")
    return ", ".join(parts)


def looked(report: Report) -> str:
    """How much of the programme could be seen: "all 8 sources seen", "6 of 8 sources seen"."""
    count, seen = report.source_count, _seen_count(report)
    if not count:
        return "no sources configured"
    if seen < count:
        return f"{seen} of {count} sources seen" if seen else "no source could be seen"
    return {1: "its one source seen", 2: "both sources seen"}.get(count, f"all {count} sources seen")


def _seen_count(report: Report) -> int:
    """Sources whose last look gave their page; one that gave fewer facts than usual was seen."""
    return max(0, report.source_count - len({t.source for t in report.troubles if t.kind != "fewer"}))


def laid_out(report: Report) -> Layout:
    """The first changes in full, in their groups; what goes beyond a morning's reading on one line each."""
    room = FULL_FLAGS
    full: list[Group] = []
    rest: list[Change] = []
    for group in report.groups:
        shown, beyond = group.changes[:room], group.changes[room:]
        if shown:
            full.append(Group(shown))
        rest.extend(beyond)
        room -= len(shown)
    return Layout(tuple(full), tuple(rest))


def quiet(report: Report) -> str:
    """The one line of a day on which nothing happened; empty otherwise. A day on which nothing could be seen is not called quiet."""
    if not report.is_quiet:
        return ""
    if not _seen_count(report):
        return f"Nothing can be said: {looked(report)}."
    return f"Nothing new: {looked(report)}, and no page says anything that was not known or decided."


def waited(change: Change, report: Report) -> str:
    """For how long a change has been waiting: "3 days", "new"."""
    days = (report.period.end_at - change.first_seen).days
    return _many(days, "day") if days > 0 else "new"


def decided(decision: Decision) -> str:
    """ "accepted by Ana on 11 March 2025"."""
    review = decision.review
    return f"{verb(review)} by {line(review.by, 80) or 'somebody'} on {show_day(review.at.date())}"


def verb(review: Review) -> str:
    """The decision as a participle: "accepted", "snoozed until 1 May 2025"."""
    word = _DECIDED.get(review.decision, line(review.decision, 40))
    return f"{word} until {show_day(review.until)}" if review.decision == "snooze" and review.until else word


def unseen(item: Unseen) -> str:
    """The fact with its value, and since when no page said it."""
    when = "never found on a page yet" if item.days is None else f"last found {_many(item.days, 'day')} ago"
    return f"{line(item.fact.label or item.fact.key, _LABEL_LIMIT)}: {show_value(item.fact.value)}, {when}"


def trouble(item: Trouble) -> str:
    """What could not be seen at a source, and since when."""
    since = f", since {show_day(item.since.date())}" if item.since else ""
    return f"{line(item.text, 240)}{since}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
