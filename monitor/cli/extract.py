"""`monitor extract`: candidate facts of a file, an address or standard input.

It has a small parser of its own beside the typer command of the same name (`app.py`), because importing typer costs more than reading a page; a test
holds the options of the two together.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, NoReturn

from monitor.cli.output import Format, clean, print_json, say
from monitor.cli.reading import Extract, Wish, as_json, batch, checked_kinds, observe, parse_day, read_document
from monitor.core.model import Observation, Page
from monitor.errors import UsageError

MAX_BYTES = 50_000_000
_TYPES = {
    ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".pdf": "application/pdf", ".xml": "application/xml",
    ".rss": "application/rss+xml", ".atom": "application/atom+xml", ".json": "application/json", ".txt": "text/plain", ".md": "text/markdown",
}  # fmt: skip
_SHOWN_CHARS = 100


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"extract: {message} (see: monitor extract --help)")


def parser() -> argparse.ArgumentParser:
    """The options of the quick path."""
    made = _Parser(prog="monitor extract", add_help=False, allow_abbrev=False)
    made.add_argument("document", nargs="?", default="-")
    made.add_argument("--lang")
    made.add_argument("--published")
    made.add_argument("--url")
    made.add_argument("--kind", action="append", default=[])
    made.add_argument("--batch", action="store_true")
    made.add_argument("--with-text", action="store_true")
    made.add_argument("--format", type=Format, choices=list(Format), default=Format.TEXT)
    return made


def run_quickly(arguments: Sequence[str], home: Path | None) -> int:
    """The command without typer."""
    given = parser().parse_args(list(arguments))
    return run(
        given.document,
        given.lang,
        given.published,
        given.url,
        given.kind,
        given.format,
        is_batch=given.batch,
        with_text=given.with_text,
        home=home,
    )


def run(
    document: str,
    language: str | None,
    published: str | None,
    url: str | None,
    kinds: Sequence[str],
    form: Format,
    *,
    is_batch: bool,
    with_text: bool,
    home: Path | None = None,
) -> int:
    """Prints the candidate facts and returns the exit code."""
    wish = Wish(language, parse_day(published) if published else None, url or "", checked_kinds(kinds))
    if is_batch:
        _run_batch(document, wish, with_text)
        return 0
    extract = observe(_page(document, wish, home), wish)
    if form is Format.JSON:
        print_json(as_json(extract, with_text=with_text))
    else:
        _print_text(extract)
    return 0


def read_for_person(document: str, language: str | None, home: Path | None) -> Extract:
    """A document with its candidate facts, for commands that go on from there."""
    wish = Wish(language)
    return observe(_page(document, wish, home), wish)


def _run_batch(document: str, wish: Wish, with_text: bool) -> None:
    for answer in batch(_lines(document), wish, with_text=with_text):
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def _lines(document: str) -> Iterator[bytes]:
    if document == "-":
        yield from sys.stdin.buffer
        return
    with _opened(document) as file:
        yield from file


def _page(document: str, wish: Wish, home: Path | None) -> Page:
    if document == "-":
        return read_document(sys.stdin.buffer.read(MAX_BYTES), "", wish)
    if document.lower().startswith(("http://", "https://")):
        return _fetched(document, wish, home)
    with _opened(document) as file:
        body = file.read(MAX_BYTES)
    named = Wish(wish.language, wish.published_on, wish.url or Path(document).resolve().as_uri(), wish.kinds)
    return read_document(body, _TYPES.get(Path(document).suffix.lower(), ""), named)


def _opened(document: str) -> IO[bytes]:
    try:
        return open(document, "rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file name"
        raise UsageError(f"{document[:200]}: {reason}") from error


def _fetched(url: str, wish: Wish, home: Path | None) -> Page:
    from monitor.cli.web_page import look_once

    capture = look_once(url, home)
    return read_document(
        capture.body, capture.media_type, Wish(wish.language, wish.published_on, wish.url or capture.final_url, wish.kinds)
    )


# ------------------------------------------------------------------------------------------------------------------------ for a person


def _print_text(extract: Extract) -> None:
    page = extract.page
    published = page.published_on.isoformat() if page.published_on else "no publication date"
    say(f"{clean(page.title) or '(no title)'}  [{page.language}, {published}, {len(extract.observations)} candidate facts]")
    for passage, found in _by_sentence(extract.observations):
        say()
        _print_marked(page.text[passage[0] : passage[1]], passage[0], found)
    for problem in extract.problems:
        say(f"problem: {clean(problem)}")


def _by_sentence(observations: Iterable[Observation]) -> Iterator[tuple[tuple[int, int], list[Observation]]]:
    groups: dict[tuple[int, int], list[Observation]] = {}
    for observation in observations:
        groups.setdefault((observation.sentence_start, observation.sentence_end), []).append(observation)
    yield from sorted(groups.items())


def _print_marked(sentence: str, offset: int, found: Sequence[Observation]) -> None:
    """The sentence in pieces of a line, each mention underlined, and below it what was read."""
    shown = "".join(c if clean(c) == c else " " for c in sentence)
    marks = [" "] * len(shown)
    for observation in found:
        begin, end = max(0, observation.start - offset), max(0, observation.end - offset)
        marks[begin:end] = "~" * (min(end, len(shown)) - begin)
    for start, end in _pieces(shown):
        if "~" in marks[start:end]:
            say(f"  {shown[start:end]}")
            say(f"  {''.join(marks[start:end]).rstrip()}")
    for observation in found:
        say(f"    {_described(observation)}")


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = (
            len(text) if len(text) - start <= _SHOWN_CHARS else text.rfind(" ", start + 1, start + _SHOWN_CHARS) + 1 or start + _SHOWN_CHARS
        )
        yield start, end
        start = end


def _described(observation: Observation) -> str:
    from monitor import plugins
    from monitor.core.lang import load

    shown = plugins.kinds()[observation.kind].show(observation.value, load("en"))
    region = "" if observation.region.value == "main" else f", {observation.region.value}"
    return f"{observation.kind}: {clean(shown)} ({observation.role.value}, {observation.confidence:.2f}{region})"
