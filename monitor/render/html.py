"""A report as one self-contained HTML page: for a phone, a mail client, a printer; light and dark; no script, nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from monitor.core.summary import Report
from monitor.render import view
from monitor.render.clean import line
from monitor.render.steps import steps


def report_html(reports: Sequence[Report]) -> str:
    """The page as a string, UTF-8 declared. Everything foreign is escaped; addresses become links only if they are http or https."""
    return _template("report.html.jinja").render(reports=reports, view=view, line=line, steps=steps)


@cache
def _template(name: str) -> Template:
    """Only templates of our own package are ever compiled; what stands in pages reaches them as values."""
    environment = Environment(
        loader=PackageLoader("monitor", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
