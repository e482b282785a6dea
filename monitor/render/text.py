"""A report, and one change, as plain text for a terminal or a plain mail: 88 columns, bold by ANSI only when asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from monitor.core.decide import effective
from monitor.core.model import Change, Evidence
from monitor.core.summary import Group, Report
from monitor.render.clean import line
from monitor.render.contract import to_json, value_json
from monitor.render.values import show_value
from monitor.render.view import (
    LISTED,
    Flag,
    decided,
    flag,
    headline,
    laid_out,
    looked,
    quiet,
    show_confidence,
    show_moment,
    trouble,
    unseen,
    verb,
    waited,
)

T = TypeVar("T")

_WIDTH = 88
_MARKS = {5: "!!!", 4: "!! ", 3: "!  ", 2: "·  ", 1: "·  "}
_INDENT = "    "
_BAR = "│ "


def report_text(report: Report, *, bold: bool = False, width: int = _WIDTH) -> str:
    """The report as text, ending in a newline; `bold` marks headings and values for a terminal."""
    pen = _Pen(bold, max(40, width))
    pen.title(f"{line(report.title, 60)}: {headline(report)}", show_moment(report.period.end_at))
    pen.plain(
        f"since {show_moment(report.period.start_at)} · baseline version {report.baseline_version} · {looked(report)}"
        + (f" · {report.snoozed_count} snoozed" if report.snoozed_count else "")
    )
    if report.is_quiet:
        pen.gap()
        pen.plain(quiet(report))
    _changed(report, pen)
    pen.section("Waiting for review", report.waiting, lambda c: _brief(flag(c), waited(c, report)))
    pen.section("Decided", report.decided, lambda d: f"{decided(d)}: {flag(d.change).sentence}{_note(d.review.note)}")
    pen.section("Could not be seen", report.troubles, lambda t: f"{line(t.source, 60)}: {trouble(t)}")
    pen.section(f"Not found on any page for {report.unseen_after_days} days", report.unseen, unseen)
    if report.groups or report.waiting:
        pen.gap()
        pen.plain("Decide: monitor review    Look closer: monitor show ID")
    return pen.text()


def change_text(change: Change, *, bold: bool = False, width: int = _WIDTH) -> str:
    """One change in full: old, new, normalised, why it is linked, all evidence, history."""
    pen = _Pen(bold, max(40, width))
    shown = flag(change)
    pen.title(f"{shown.type}: {shown.title}", shown.id)
    pen.plain(f"{line(change.programme, 80)} · {line(change.fact or 'a new fact', 120)} · {change.status} · {shown.importance}")
    pen.gap()
    pen.plain(f"old   {show_value(change.old) if change.old is not None else 'not known before'}")
    pen.plain(f"new   {pen.strong(shown.new)}" + (f"   {shown.delta}" if shown.delta else ""))
    pen.section("Normalised", [_normalised("old", change), _normalised("new", change)], str)
    pen.section("Why", [*(line(r, 400) for r in change.reasons), f"confidence {show_confidence(change.confidence)}, {shown.heard}"], str)
    pen.section("Evidence", [part for e in change.evidence for part in _evidence(e)], str, limit=200)
    pen.section("History", _history(change), str, limit=200)
    return pen.text()


def _changed(report: Report, pen: _Pen) -> None:
    layout = laid_out(report)
    if layout.full:
        pen.heading("What changed")
    for group in layout.full:
        _group(group, pen)
    pen.section("Also changed", layout.rest, lambda c: _brief(flag(c), ""))


def _group(group: Group, pen: _Pen) -> None:
    """What was announced together stands along one bar; a quote that was just shown is not repeated."""
    is_joint = len(group.changes) > 1
    pen.gap()
    with pen.barred(is_joint):
        if is_joint:
            pen.plain(f"{len(group.changes)} changes announced together, {flag(group.lead).source}")
            pen.gap()
        told = ""
        for number, change in enumerate(group.changes):
            if number:
                pen.gap()
            shown = flag(change)
            _flag(shown, pen, with_quote=shown.quote != told)
            told = shown.quote


def _flag(shown: Flag, pen: _Pen, with_quote: bool) -> None:
    pen.title(f"{_MARKS[shown.severity]} {shown.title}", shown.id)
    step = f"{shown.old}  ->  {pen.strong(shown.new)}" if shown.old else pen.strong(shown.new)
    told = "" if shown.is_told_by_title else f": {step}" + (f"   {shown.delta}" if shown.delta else "")
    pen.plain(shown.type + told, indent=_INDENT)
    if shown.quote and with_quote:
        pen.plain(f"“{shown.quote}”", indent=_INDENT)
    if with_quote:
        pen.plain(shown.source + (f" · {shown.url}" if shown.url else ""), indent=_INDENT)
    facts = [f"since {shown.since}", shown.heard, f"confidence {shown.confidence}", shown.status]
    pen.plain(" · ".join(f for f in facts if f), indent=_INDENT)
    if shown.reasons:
        pen.plain("why: " + "; ".join(shown.reasons), indent=_INDENT)


def _brief(shown: Flag, age: str) -> str:
    return f"{shown.id}  {shown.sentence}" + (f"  ({age})" if age else "")


def _note(note: str) -> str:
    return f" ({line(note, 200)})" if note.strip() else ""


def _normalised(name: str, change: Change) -> str:
    value = change.old if name == "old" else change.new
    return f"{name}  {line(to_json(value_json(value), indent=None), 400)}"


def _evidence(evidence: Evidence) -> list[str]:
    return [
        f"“{line(evidence.quote, 600)}”",
        f"{line(evidence.publisher or evidence.source_id, 80)}, captured {show_moment(evidence.captured_at)}, characters {evidence.start} to {evidence.end}",
        line(evidence.url, 500),
        f"sha256 {line(evidence.sha256, 64)}",
    ]


def _history(change: Change) -> list[str]:
    standing = effective(change.reviews)
    seen = [f"{show_moment(change.first_seen)}: first seen", f"{show_moment(change.last_seen)}: last seen"]
    made = [
        f"{show_moment(r.at)}: {verb(r)} by {line(r.by, 80)}{_note(r.note)}{' (stands)' if r is standing else ''}" for r in change.reviews
    ]
    return seen + made


class _Pen:
    """Collects lines of at most `width` columns; inside `barred` they stand right of a bar."""

    def __init__(self, bold: bool, width: int) -> None:
        self.bold = bold
        self.width = width
        self.bar = ""
        self.lines: list[str] = []

    def text(self) -> str:
        return "\n".join(self.lines).strip("\n") + "\n"

    def strong(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.bold else text

    @contextmanager
    def barred(self, is_wanted: bool) -> Iterator[None]:
        self.bar = _BAR if is_wanted else ""
        yield
        self.bar = ""

    def add(self, *lines: str) -> None:
        self.lines.extend((self.bar + text).rstrip() for text in lines)

    def gap(self) -> None:
        if self.lines and self.lines[-1] != self.bar.rstrip():
            self.add("")

    def heading(self, text: str) -> None:
        self.gap()
        self.add(self.strong(text.upper()))

    def title(self, left: str, right: str) -> None:
        """`left` in bold, `right` at the edge of the same line if it fits, else on the next."""
        width = self.width - len(self.bar)
        room = width - len(left) - len(right)
        if room >= 2:
            self.add(self.strong(left) + " " * room + right)
            return
        self.add(*(self.strong(part) for part in textwrap.wrap(left, width, subsequent_indent=_INDENT)))
        self.add(" " * max(0, width - len(right)) + right)

    def plain(self, text: str, indent: str = "", hang: str = "") -> None:
        """Wrapped text; addresses are never broken. `hang` indents further lines more."""
        wrapped = textwrap.wrap(
            text,
            self.width - len(self.bar),
            initial_indent=indent,
            subsequent_indent=indent + hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
        self.add(*(wrapped or [""]))

    def section(self, heading: str, items: Sequence[T], show: Callable[[T], str], limit: int = LISTED) -> None:
        """A heading and its list; nothing at all for an empty list."""
        if not items:
            return
        self.heading(heading)
        for item in items[:limit]:
            self.plain(show(item), indent="  ", hang="  ")
        if len(items) > limit:
            self.add(f"  and {len(items) - limit} more")
