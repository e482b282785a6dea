"""A report as one self-contained HTML page: for a phone, a mail client, a printer; light and dark; no script, nothing loaded from anywhere."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from monitor.core.model import Change
from monitor.core.summary import Group, Report
from monitor.render import view
from monitor.render.clean import line, link
from monitor.render.steps import Steps, steps


def report_html(report: Report) -> str:
    """The page as a string, UTF-8 declared. Everything foreign is escaped; addresses become links only if they are http or https."""
    shown = 0
    full: list[Group] = []
    rest: list[Change] = []
    for group in report.groups:
        if shown < view.FULL_FLAGS:
            full.append(group)
            shown += len(group.changes)
        else:
            rest.extend(group.changes)
    return _template("report.html.jinja").render(report=report, full=full, rest=rest, view=view, line=line, link=link, steps=_steps)


def _steps(change: Change) -> Steps | None:
    return steps(change)


@cache
def _template(name: str) -> Template:
    """Only templates of our own package are ever compiled; what stands in pages reaches them as values."""
    environment = Environment(
        loader=PackageLoader("monitor", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
