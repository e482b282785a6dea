"""Reports, changes and facts in every form they leave the program: text, Markdown, HTML, JSON, CSV.

The HTML form is loaded only when it is asked for: templates cost start time.
"""

from __future__ import annotations

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
    match form:
        case "text":
            return report_text(report, bold=bold)
        case "md":
            return report_markdown(report)
        case "html":
            return report_html(report)
        case "json":
            return to_json(report_json(report)) + "\n"
        case _:
            raise ValueError(f"no such format: {form!r}; there are {', '.join(FORMATS)}")


def report_html(report: Report) -> str:
    """The report as one self-contained HTML page."""
    from monitor.render.html import report_html as rendered

    return rendered(report)


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
    "show_change",
    "show_delta",
    "show_value",
    "to_json",
    "value_json",
]
