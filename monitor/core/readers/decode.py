"""From bytes to text: which character encoding a document is really in.

Servers lie. The order of belief is: byte order mark, the bytes themselves when they are valid UTF-8 with non-ASCII letters in it, the header, the document's
own declaration, and last the single-byte encoding whose letters look least like symbols. Only encodings of the WHATWG list are accepted by name; Python
knows many more (`punycode`, `rot13`, `unicode_escape`, `utf-7` ...) which no page is written in and which are traps.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.errors import FetchError, Problem

# https://encoding.spec.whatwg.org/#names-and-labels, the labels seen in practice, to Python's codec.
CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16-le", "unicode", "ucs-2", "iso-10646-ucs-2"), "utf-16-le"),
    **dict.fromkeys(("utf-16be", "utf-16-be", "unicodefffe"), "utf-16-be"),
    **dict.fromkeys(
        ("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "windows-1252", "cp1252", "x-cp1252"), "cp1252"
    ),
    **dict.fromkeys(("iso-8859-2", "iso8859-2", "latin2", "l2"), "iso-8859-2"),
    **dict.fromkeys(("iso-8859-3", "latin3"), "iso-8859-3"),
    **dict.fromkeys(("iso-8859-4", "latin4"), "iso-8859-4"),
    **dict.fromkeys(("iso-8859-5", "cyrillic"), "iso-8859-5"),
    **dict.fromkeys(("iso-8859-7", "greek", "iso8859-7"), "iso-8859-7"),
    **dict.fromkeys(("iso-8859-9", "latin5", "windows-1254", "cp1254"), "cp1254"),
    **dict.fromkeys(("iso-8859-10", "latin6"), "iso-8859-10"),
    **dict.fromkeys(("iso-8859-13",), "iso-8859-13"),
    **dict.fromkeys(("iso-8859-14",), "iso-8859-14"),
    **dict.fromkeys(("iso-8859-15", "iso8859-15", "latin9", "l9", "latin-9"), "iso-8859-15"),
    **dict.fromkeys(("iso-8859-16",), "iso-8859-16"),
    **dict.fromkeys(("windows-1250", "cp1250", "x-cp1250"), "cp1250"),
    **dict.fromkeys(("windows-1251", "cp1251", "x-cp1251"), "cp1251"),
    **dict.fromkeys(("windows-1253", "cp1253"), "cp1253"),
    **dict.fromkeys(("windows-1255", "cp1255"), "cp1255"),
    **dict.fromkeys(("windows-1256", "cp1256"), "cp1256"),
    **dict.fromkeys(("windows-1257", "cp1257"), "cp1257"),
    **dict.fromkeys(("windows-1258", "cp1258"), "cp1258"),
    **dict.fromkeys(("macintosh", "mac", "x-mac-roman"), "mac-roman"),
    **dict.fromkeys(("koi8-r", "koi8"), "koi8-r"),
    "koi8-u": "koi8-u",
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "x-gbk"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "windows-31j"), "cp932"),
    "euc-jp": "euc-jp",
    "iso-2022-jp": "iso-2022-jp",
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949"), "cp949"),
}
# Control characters, bidi controls, zero-width characters, soft hyphen, BOM, noncharacters: never text. Tab and line ends stay.
_DROPPED = {
    **dict.fromkeys([*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0)]),
    **dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x061C, 0x180E, 0xFFFE, 0xFFFF, *range(0xFFF9, 0xFFFD)]),
    **dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2061, 0x2070), *range(0xFDD0, 0xFDF0), *range(0xD800, 0xE000)]),
}
_MARKED = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_.:-]{1,40})""", re.I)
_XML_ENCODING = re.compile(rb"""^\s{0,20}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9_.:-]{1,40})["']""", re.I)
_HEADER_CHARSET = re.compile(r"""charset\s{0,5}=\s{0,5}["']?\s{0,5}([^\s"';,]{1,60})""", re.I)
_UTF7_RUN = re.compile(rb"\+[A-Za-z0-9/]{2,200}-")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
_JUDGED_FROM = 64  # characters; less is too little to call it binary
_DECLARED_WITHIN = 4096  # browsers look at the first 1024 bytes; generators put long comments first
_GUESSES = ("cp1252", "iso-8859-2", "cp1250", "cp1251", "iso-8859-7")
_SYMBOL_IN_WORD = re.compile(
    r"(?<=[^\W\d_])[^\w\s.,;:!?'\"()\[\]/’‘“”«»–—…-](?=[^\W\d_])|(?<=[^\W\d_])[¡¢£¤¥¦§©ª¬®¯°±²³´µ¶·¸¹º¼½¾¿×÷](?=\s)"
)
_OTHER_SCRIPT = re.compile(r"[Ѐ-ӿͰ-Ͽ]")


class Decoded(NamedTuple):
    text: str
    encoding: str
    problems: tuple[Problem, ...]


def decode(body: bytes, media_type: str = "") -> Decoded:
    """The text of a document, its encoding (a Python codec name), and what was wrong with the declaration.

    Raises FetchError("decode_error") when the bytes are no text in any encoding we accept.

    >>> decode("Österreich".encode("utf-8"), "text/html; charset=iso-8859-1").text
    'Österreich'
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _checked(body[len(mark) :].decode(codec, "replace"), codec, ())
    wide = _wide(body)
    if wide:
        return _checked(body.decode(wide, "replace"), wide, ())
    declared, problems = _declared(body, media_type)
    if body.isascii() and declared != "iso-2022-jp":
        return _checked(body.decode("ascii"), "ascii", problems)
    valid = _strict(body, "utf-8")
    if valid is not None:
        if declared not in (None, "utf-8"):
            problems = (*problems, Problem("charset", f"declared as {declared}, but the bytes are UTF-8; read as UTF-8", level="warning"))
        return _checked(valid, "utf-8", problems)
    return _not_utf8(body, declared, problems)


def clean(text: str) -> str:
    """The text without control, bidi-control, zero-width and soft-hyphen characters; NBSP and line ends stay."""
    if text.isprintable() and "\xad" not in text:
        return text
    return text.translate(_DROPPED) if _MARKED.search(text) else text


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: in European text every second byte is NUL, on one side."""
    head = body[:4000]
    if len(head) < 4 or b"\x00" not in head:
        return None
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.5 * half and even < 0.2 * half:
        return "utf-16-le"
    if even > 0.5 * half and odd < 0.2 * half:
        return "utf-16-be"
    return None


def _declared(body: bytes, media_type: str) -> tuple[str | None, tuple[Problem, ...]]:
    """The codec named by the header, else by the document; names outside the list are reported and ignored."""
    problems: tuple[Problem, ...] = ()
    for label in _labels(body, media_type):
        name = label.lower().strip()
        if name in ("utf-7", "unicode-1-1-utf-7", "csunicode11utf7"):
            _refuse_utf7(body)
        codec = CODECS.get(name)
        if codec and not codec.startswith(
            "utf-16"
        ):  # a declared UTF-16 without NUL bytes is a lie: the declaration itself was readable as ASCII
            return codec, problems
        problems = (*problems, Problem("charset", f"declared charset {label[:40]!r} is not usable; detected instead", level="warning"))
    return None, problems


def _labels(body: bytes, media_type: str) -> list[str]:
    head = body[:_DECLARED_WITHIN]
    found = [m.group(1) for m in [_HEADER_CHARSET.search(media_type[:1000])] if m]
    return found + [m.group(1).decode("ascii") for m in (_XML_ENCODING.search(head), _META_CHARSET.search(head)) if m]


def _refuse_utf7(body: bytes) -> None:
    if _UTF7_RUN.search(body):
        raise FetchError("decode_error", "the document is declared and written in UTF-7, which is not accepted")


def _not_utf8(body: bytes, declared: str | None, problems: tuple[Problem, ...]) -> Decoded:
    """Bytes that are no valid UTF-8: the declared encoding if it fits, UTF-8 with a few damaged bytes, or the likeliest single-byte encoding."""
    if declared not in (None, "utf-8"):
        assert declared is not None
        fitting = _strict(body, declared) or (_best_effort(body) if declared == "cp1252" else None)
        if fitting is not None:
            return _checked(fitting, declared, problems)
    loose = body.decode("utf-8", "replace")
    damaged = loose.count("�")
    if damaged * 20 < sum(1 for c in loose[:200_000] if c > "\x7f") and damaged * 100 < len(loose):
        return _checked(loose, "utf-8", (*problems, Problem("charset", f"{damaged} damaged byte(s) in UTF-8 text", level="warning")))
    text, codec = _guess(body)
    named = f"declared as {declared}, but not valid; " if declared else ""
    return _checked(text, codec, (*problems, Problem("charset", f"{named}read as {codec}", level="warning")))


def _guess(body: bytes) -> tuple[str, str]:
    """The single-byte encoding with the fewest symbols inside words; earlier ones win ties, so Western European is the default."""
    sample = body[:100_000]
    best, best_cost = _GUESSES[0], 10**9
    for codec in _GUESSES:
        text = sample.decode(codec, "replace")
        cost = 2 * len(_SYMBOL_IN_WORD.findall(text)) + 3 * text.count("�")
        if codec in ("cp1251", "iso-8859-7"):  # nearly every byte is a letter there: only whole words of that script count
            cost += _mixed(text)
        if cost < best_cost:
            best, best_cost = codec, cost
    return body.decode(best, "replace").translate({0x81: None, 0x8D: None, 0x8F: None, 0x90: None, 0x9D: None}), best


def _mixed(text: str) -> int:
    """How many letters of the other script stand alone among Latin letters."""
    foreign = len(_OTHER_SCRIPT.findall(text))
    whole = sum(len(word) for word in re.findall(r"[Ѐ-ӿͰ-Ͽ]{3,40}", text))
    return 5 * (foreign - whole) + (0 if whole > 20 else 50)


def _best_effort(body: bytes) -> str:
    """windows-1252 as browsers read it: the five unused bytes are dropped."""
    return body.decode("cp1252", "ignore")


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeDecodeError, ValueError):
        return None


def _checked(text: str, codec: str, problems: tuple[Problem, ...]) -> Decoded:
    """Refuses what is no text: more than a tenth of replacement and control characters."""
    head = text[:100_000]
    bad = sum(head.count(c) for c in ("�", *map(chr, [*range(1, 9), *range(14, 27), *range(28, 32)])))
    if bad * 10 > len(head) >= _JUDGED_FROM:
        raise FetchError("decode_error", "the document is no text in any known encoding")
    return Decoded(text.replace("\x00", ""), codec, problems)
