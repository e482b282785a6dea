"""Companies by the legal form in their names: "Z GmbH", "Leonardo S.p.A.", "N.V. Nederlandse Gasunie"."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from monitor.core.lang import Lexicon
from monitor.core.text.proper import Word

LEGAL = frozenset(
    """
    GmbH AG SE KG KGaA mbH eV S.p.A SpA S.r.l Srl S.A SA SAS SARL Ltd Limited Inc Corp LLC LLP PLC Plc NV N.V BV B.V Oy Oyj AB ASA AS A/S ApS S.L SL Lda
    Ltda SIA UAB OÜ Kft Zrt Nyrt SpA ASBL VZW S.A.U S.L.U SCARL Scarl EPE
    """.split()  # noqa: SIM905 - one word a line would hide the code
)
_TAIL = re.compile(
    r",? (?:a\.s\.|s\.r\.o\.|sp\. z o\.o\.|sp\. z o\. o\.|plc|mbH|e\.V\.|e\. V\.|d\.o\.o\.|d\.d\.|p\.l\.c\.|de C\.V\.)(?!\w)|(?<=\w)/S\b"
)
_BEHIND_ACRONYM = re.compile(r" \([A-ZÀ-Þ][\w&-]{1,9}\),? (?:GmbH|AG|SE|SAS|SA|S\.A\.|S\.p\.A\.|NV|N\.V\.|BV|B\.V\.|Ltd|Limited|Inc)(?!\w)")
_INNER_DOT = re.compile(r"\.(?=,| [(a-zà-ÿ])")  # of "Inc.", where no sentence ends
# Forms that may also stand before the name, where a dot or blank follows them.
_LEADING = frozenset({"N.V", "NV", "B.V", "BV", "SAS", "SARL", "VZW", "ASBL"})
_MOST_WORDS = 6
_AND = frozenset("and und et y e ed i en".split())  # noqa: SIM905 - shorter than a list


def tail_end(text: str, end: int) -> int | None:
    """The end of a legal form written small that follows a name ("s.r.o."); None when none does."""
    tail = _TAIL.match(text, end)
    return tail.end() if tail else None


def with_legal_form(text: str, last: Word, end: int) -> int:
    """The end of a name with its legal form and the last dot of "S.p.A."."""
    tail = tail_end(text, end)
    if tail:
        return tail
    behind_acronym = _BEHIND_ACRONYM.match(text, end)
    if behind_acronym:
        return behind_acronym.end()
    dotted = last.end == end and last.text in LEGAL and ("." in last.text or _INNER_DOT.match(text, end) is not None)
    return end + 1 if dotted and text[end : end + 1] == "." else end


def company_at(text: str, all_words: Sequence[Word], at: int, openers: Container[str], lexicon: Lexicon) -> tuple[int, int] | None:
    """Start and end of the company whose legal form stands at or right behind a word; None when there is none.

    `openers` are words that begin a sentence and no name.
    """
    word = all_words[at]
    tail = tail_end(text, word.end)
    is_legal = word.text in LEGAL and at > 0 and word.gap in {" ", ", "}
    if not tail and not is_legal:
        return _led_by_form(all_words, at) if word.text in _LEADING else None
    first = at - 1 if is_legal else at
    first = _first_word(all_words, first, at, openers, lexicon)
    if first < at and all_words[first].text in openers:
        first += 1
    end = tail or with_legal_form(text, word, word.end)
    return (all_words[first].start, end) if first < at or tail else None


def _first_word(all_words: Sequence[Word], first: int, at: int, openers: Container[str], lexicon: Lexicon) -> int:
    section = lexicon.section("names")
    ties, trades = section.get("tail", {}).get("links", ()), section.get("trades", ())
    while first > 0 and at - first < _MOST_WORDS and all_words[first - 1].text not in openers:
        word, before = all_words[first], all_words[first - 1]
        if word.gap is None or before.text in LEGAL or (before.first and word.gap == " & "):
            break
        gap = word.gap.strip()
        is_tied = gap in ties and not before.first
        is_both = gap in _AND and (word.text in trades or before.text in trades)
        if gap not in {"", "&"} and not ((is_tied or is_both) and word.gap == f" {gap} "):
            break
        first -= 1
    return first


def _led_by_form(all_words: Sequence[Word], at: int) -> tuple[int, int] | None:
    """A name right behind its legal form: "N.V. Nederlandse Gasunie"."""
    word = all_words[at]
    if at > 0 and word.gap in {" ", ", "}:
        return None
    gap = ". " if "." in word.text else " "
    last = at
    while last + 1 < len(all_words) and last - at < _MOST_WORDS and all_words[last + 1].gap == (gap if last == at else " "):
        last += 1
    return (word.start, all_words[last].end) if last > at else None
