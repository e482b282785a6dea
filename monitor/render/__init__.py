"""Reports, changes and facts in every form they leave the program: text, Markdown, HTML, JSON, CSV.

The HTML form is loaded only when it is asked for: templates cost start time.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.model import Change
from monitor.core.summary import Report
from monitor.render.contract import change_json, changes_json, health_json, notice_payload, report_json, to_json, value_json
from monitor.render.markdown import report_markdown
from monitor.render.tables import changes_csv, facts_csv
from monitor.render.text import change_text, report_text
from monitor.render.values import show_delta, show_value

FORMATS = ("text", "md", "html", "json")


def report_as(report: Report, form: str, *, bold: bool = False) -> str:
    """The report in one of FORMATS. Raises ValueError for another; `bold` only matters for text."""
    if form == "json":
        return to_json(report_json(report)) + "\n"
    return reports_as([report], form, bold=bold)


def reports_as(reports: Sequence[Report], form: str, *, bold: bool = False) -> str:
    """Several programmes in one document: those with news first, quiet ones last. As JSON a list.

    Raises ValueError for a form that is not in FORMATS.
    """
    ordered = sorted(reports, key=lambda r: (r.is_quiet, not r.groups, r.title))
    match form:
        case "text":
            return "\n\n".join(report_text(report, bold=bold) for report in ordered)
        case "md":
            return "\n".join(report_markdown(report) for report in ordered)
        case "html":
            return report_html(*ordered)
        case "json":
            return to_json([report_json(report) for report in ordered]) + "\n"
        case _:
            raise ValueError(f"no such format: {form!r}; there are {', '.join(FORMATS)}")


def report_html(*reports: Report) -> str:
    """The reports as one self-contained HTML page."""
    from monitor.render.html import report_html as rendered

    return rendered(reports)


def show_change(change: Change, *, bold: bool = False) -> str:
    """One change in full, for `monitor show ID`."""
    return change_text(change, bold=bold)


__all__ = [
    "FORMATS",
    "change_json",
    "changes_csv",
    "changes_json",
    "facts_csv",
    "health_json",
    "notice_payload",
    "report_as",
    "report_html",
    "report_json",
    "report_markdown",
    "report_text",
    "reports_as",
    "show_change",
    "show_delta",
    "show_value",
    "to_json",
    "value_json",
]
