"""Foreign text made harmless for the place it is shown in: terminal, Markdown, spreadsheet, link.

Text from pages, feeds and notes may hold terminal commands, direction marks that reorder what a reader sees, Markdown, or spreadsheet formulas. It is always
shown as text. HTML is escaped by the templates.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# ANSI control sequences and operating-system commands (ECMA-48), in their 7-bit and 8-bit forms; bounded so that a run of escapes stays linear.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,16}[@-~]"
    r"|(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]{0,4096}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]{0,4}[0-~]"
)
# C0, DEL, C1; direction marks, embeddings and isolates; invisible blanks, tag characters; halves of surrogate pairs, which no encoder takes.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
_CONTROLS = re.compile(f"[{_INVISIBLE}]")
_BLANKS = re.compile(r"[\s\u2028\u2029]+")

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~#&$@])|(?<=www)(\.)|(:)(?=//)")
_FORMULA = re.compile(r"^[\s\u200b\ufeff'\"]{0,99}[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?")


def line(text: str, limit: int = 0) -> str:
    """The text on one line, without anything invisible; cut at `limit` characters with an ellipsis (0: whole).

    >>> line("13\\x1b[31m AI\\u202e\\nFactories")
    '13 AI Factories'
    """
    if limit:
        text = text[: limit * 8 + 256]
    shown = _BLANKS.sub(" ", _CONTROLS.sub("", _SEQUENCES.sub("", text))).strip()
    return shown[: limit - 1].rstrip() + "…" if limit and len(shown) > limit else shown


def markdown(text: str, limit: int = 0) -> str:
    """The text on one line with everything escaped that Markdown, or a mail or chat client reading it, would act on.

    >>> markdown("**now** [free](javascript:x)")
    '\\\\*\\\\*now\\\\*\\\\* \\\\[free\\\\](javascript:x)'
    """
    return _MARKDOWN.sub(lambda m: "\\" + m.group(0), line(text, limit))


def cell(text: str) -> str:
    """The text for a spreadsheet cell: what a program would run as a formula is prefixed with an apostrophe; plain numbers stay.

    >>> cell(" =HYPERLINK(1)"), cell("-5.2")
    ("'=HYPERLINK(1)", '-5.2')
    """
    shown = line(text)
    if _FORMULA.match(shown) and not _NUMBER.fullmatch(shown):
        return "'" + shown
    return shown


def link(url: str) -> str | None:
    """The address if it may be a link: http or https with a host, no blanks or controls. None otherwise: show it as text.

    >>> link("javascript:alert(1)") is None
    True
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    safe = parts.scheme in ("http", "https") and bool(parts.netloc) and url == line(url) and not re.search(r"[\s<>\"'`\\]", url)
    return url if safe else None
