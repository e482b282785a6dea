"""A report as Markdown: for wikis, issues and chat; everything foreign is escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from monitor.core.summary import Report
from monitor.render.clean import line
from monitor.render.clean import markdown as escaped
from monitor.render.view import LISTED, Flag, decided, flag, headline, laid_out, looked, quiet, show_moment, trouble, unseen, waited

T = TypeVar("T")

_MARKS = {5: "🔴", 4: "🟠", 3: "🟡", 2: "⚪", 1: "⚪"}


def report_markdown(report: Report) -> str:
    """The report as CommonMark, ending in a newline."""
    lines = [
        f"# {escaped(report.title, 120)}: {headline(report)}",
        "",
        f"{show_moment(report.period.start_at)} to {show_moment(report.period.end_at)} · baseline version {report.baseline_version} · {looked(report)}",
    ]
    if report.is_quiet:
        lines += ["", quiet(report)]
    lines += _changed(report)
    lines += _section("Waiting for review", report.waiting, lambda c: f"{_code(c.id)} {_brief(flag(c))} ({waited(c, report)})")
    lines += _section("Decided", report.decided, lambda d: f"{escaped(decided(d))}: {_brief(flag(d.change))}{_note(d.review.note)}")
    lines += _section("Could not be seen", report.troubles, lambda t: f"**{escaped(t.source, 60)}**: {escaped(trouble(t))}")
    lines += _section(f"Not found on any page for {report.unseen_after_days} days", report.unseen, lambda u: escaped(unseen(u)))
    return "\n".join(lines) + "\n"


def _changed(report: Report) -> list[str]:
    layout = laid_out(report)
    lines = ["", "## What changed"] if layout.full else []
    for group in layout.full:
        if len(group.changes) > 1:
            lines += ["", f"**{len(group.changes)} changes announced together:**"]
        for change in group.changes:
            lines += _flag(flag(change))
    return lines + _section("Also changed", layout.rest, lambda c: f"{_code(c.id)} {_brief(flag(c))}")


def _flag(shown: Flag) -> list[str]:
    step = f"{escaped(shown.old)} → **{escaped(shown.new)}**" if shown.old else f"**{escaped(shown.new)}**"
    details = [f"since {shown.since}", shown.heard, f"confidence {shown.confidence}", *([shown.status] if shown.status else [])]
    lines = ["", f"### {_MARKS[shown.severity]} {escaped(shown.title)}", ""]
    told = "" if shown.is_told_by_title else f": {step}" + (f" · {escaped(shown.delta)}" if shown.delta else "")
    lines += [shown.type + told, ""]
    if shown.quote:
        lines += [f"> “{escaped(shown.quote)}”", ">", f"> {_source(shown)}", ""]
    lines += [f"{_code(shown.id)} · {' · '.join(details)}  "]
    if shown.reasons:
        lines += [f"why: {escaped('; '.join(shown.reasons))}"]
    return lines


def _source(shown: Flag) -> str:
    """The publisher as a link, or with its address as text where that may be no link. Brackets in a link target would end it."""
    if shown.link is None:
        return f"{escaped(shown.source)} {escaped(shown.url)}"
    target = shown.link.replace("(", "%28").replace(")", "%29")
    return f"[{escaped(shown.source)}]({target})"


def _brief(shown: Flag) -> str:
    return f"**{escaped(shown.title)}**" + (f": {escaped(shown.statement)}" if shown.statement else "")


def _note(note: str) -> str:
    return f" ({escaped(note, 200)})" if note.strip() else ""


def _code(identifier: str) -> str:
    return f"`{line(identifier, 80).replace('`', '')}`"


def _section(heading: str, items: Sequence[T], show: Callable[[T], str]) -> list[str]:
    if not items:
        return []
    more = [f"- and {len(items) - LISTED} more"] if len(items) > LISTED else []
    return ["", f"## {heading}", "", *(f"- {show(item)}" for item in items[:LISTED]), *more]
