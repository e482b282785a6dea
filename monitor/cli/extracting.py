"""`monitor extract` as typer shows and documents it; `extract.py` does the work."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import FormatOption, state_of
from monitor.cli.output import Format


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog="Example: `monitor extract news.html --format json` or `monitor extract - --batch < lines.jsonl`")(extract)


def extract(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="A file, an http(s) address, or - for standard input.")] = "-",
    lang: Annotated[str | None, typer.Option(help="Language of the text, like de; else the page's own word, else detected.")] = None,
    published: Annotated[str | None, typer.Option(help="Publication date, for 'next year' and dates without a year.")] = None,
    url: Annotated[str | None, typer.Option(help="Address the document came from.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only facts of this kind; may be given several times.")] = None,
    batch: Annotated[bool, typer.Option("--batch", help="JSON lines in, JSON lines out, one process.")] = False,
    with_text: Annotated[bool, typer.Option("--with-text", help="Add the page text that the offsets count in.")] = False,
    format: FormatOption = Format.TEXT,
) -> int:
    """Read a document and show its candidate facts, each with its quote."""
    from monitor.cli.extract import run

    home = state_of(context).home
    return run(document, lang, published, url, kind or [], format, is_batch=batch, with_text=with_text, home=home)
