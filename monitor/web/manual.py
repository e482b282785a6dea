"""The manual, as `monitor help` prints it; the little Markdown it is written in becomes HTML here."""

from __future__ import annotations

import re
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from monitor.errors import UsageError
from monitor.render.clean import line
from monitor.web.face import Shared
from monitor.web.people import Viewer

ORDER = ("start", "web", "review", "baseline", "sources", "report", "settings", "commands", "kinds", "changes", "replay", "api")
_CODE = re.compile(r"`([^`]{1,400})`")
_BOLD = re.compile(r"\*\*([^*]{1,400})\*\*")
_TOPIC = re.compile(r"<code>monitor help ([a-z-]{1,40})</code>")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s][^*]{0,200})\*(?![\w*])")

router = APIRouter()


@router.get("/help")
def contents(request: Request, face: Shared, person: Viewer) -> HTMLResponse:
    found = [(topic, subject(text(topic))) for topic in topics()]
    return face.html(request, person, "manual.html", {"topics": found, "body": "", "title": "Help"})


@router.get("/help/{topic}")
def page(request: Request, face: Shared, person: Viewer, topic: str) -> HTMLResponse:
    if topic not in topics():
        raise UsageError(f"no help on {line(topic, 60)!r}")
    body = text(topic)
    return face.html(request, person, "manual.html", {"topics": [], "body": to_html(body), "title": subject(body)})


def topics() -> list[str]:
    names = [f.name.removesuffix(".md") for f in (files("monitor") / "help").iterdir() if f.name.endswith(".md")]
    return sorted(names, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))


def text(topic: str) -> str:
    return (files("monitor") / "help" / f"{topic}.md").read_text("utf-8")


def subject(body: str) -> str:
    return next((row.removeprefix("# ").strip() for row in body.splitlines() if row.startswith("# ")), "Help")


def to_html(body: str) -> Markup:
    """Headings, paragraphs, lists, tables and code: all the manual uses. Our own text, escaped all the same."""
    blocks = re.split(r"\n{2,}", body.strip())
    joined: list[str] = []
    for block in blocks:  # code that holds empty lines is one block
        is_code = all(row.startswith("    ") for row in block.splitlines())
        if is_code and joined and all(row.startswith("    ") or not row for row in joined[-1].splitlines()):
            joined[-1] += "\n\n" + block
        else:
            joined.append(block)
    return Markup("\n").join(map(block_html, joined))


def block_html(block: str) -> Markup:
    rows = block.splitlines()
    if all(row.startswith("    ") or not row for row in rows):
        return Markup("<pre>{}</pre>").format("\n".join(row[4:] for row in rows))
    if rows[0].startswith("#"):
        level = min(3, len(rows[0]) - len(rows[0].lstrip("#")))
        rest = Markup("<p>{}</p>").format(inline(" ".join(rows[1:]))) if rows[1:] else Markup("")
        return Markup(f"<h{level}>{{}}</h{level}>").format(inline(rows[0].lstrip("# "))) + rest  # noqa: S704 - only a number goes in
    if rows[0].startswith("|"):
        return table(rows)
    if rows[0].startswith("- "):
        items = "\n".join(rows)[2:].split("\n- ")
        return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(inline(i)) for i in items))
    return Markup("<p>{}</p>").format(inline("\n".join(rows)))


def table(rows: list[str]) -> Markup:
    cells = [[c.strip() for c in row.strip("|").split("|")] for row in rows if not set(row) <= set("|-: ")]
    lines = [Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(inline(c)) for c in row)) for row in cells[1:]]
    head = Markup("").join(Markup("<th>{}</th>").format(inline(c)) for c in cells[0])
    return Markup('<div class="scroll"><table><thead><tr>{}</tr></thead>{}</table></div>').format(head, Markup("").join(lines))


def inline(words: str) -> Markup:
    shown = _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", str(escape(words))))
    shown = _EMPHASIS.sub(r"<em>\1</em>", shown)
    return Markup(_TOPIC.sub(r'<a href="/help/\1"><code>monitor help \1</code></a>', shown))  # noqa: S704 - escaped above
