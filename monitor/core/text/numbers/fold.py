"""One spelling of blanks, dashes, quotes and case, code point for code point, so that offsets stay true."""

from __future__ import annotations

from functools import lru_cache

_BLANKS = "\u00a0\u202f\u2009\u2007\u2002\u2003\u2004\u2005\u2006\u2008\u200a\u205f\u3000\t\r\x0b\x0c"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_QUOTES = "\u2019\u2018\u02bc\u00b4`"
_PAIRS = [*((c, " ") for c in _BLANKS), *((c, "-") for c in _DASHES), *((c, "'") for c in _QUOTES)]


@lru_cache(maxsize=8)
def fold(text: str) -> str:
    """The text in lower case with plain blanks, hyphens and apostrophes; as long as the text, newlines kept.

    >>> fold("EUR\\u00a01,5\\u202fMrd.")
    'eur 1,5 mrd.'
    """
    for char, plain in _PAIRS:
        if char in text:
            text = text.replace(char, plain)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # "İ" is the one letter whose lower case is longer.
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
