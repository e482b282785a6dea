"""What a statement looks like on its page: the anchor by which it is found again on the next capture, and what to quote of it."""

from __future__ import annotations

import re

from monitor.core.model import Observation, Page
from monitor.core.situation import row_of
from monitor.core.text.words import plain

QUOTE_CHARACTERS = 600

_DIGITS = re.compile(r"\d[\d.,]*")
HEAD_END = " : "  # what stands before it in an anchor - row, column, label - must be the very same ("Unit 1" is not "Unit 2")


def anchor_of(page: Page, observation: Observation) -> str:
    """What a statement looks like apart from its value: headers and sentence, the value as a mark and all other digits masked.

    The same anchor on the next capture of a page is the same statement, edited in place.
    """
    passage = page.passages[observation.passage]
    head = " | ".join(h for h in (passage.row_header, passage.column_header, passage.label) if h)
    before = page.text[observation.sentence_start : observation.start]
    after = page.text[observation.end : observation.sentence_end]
    return f"{plain(head)[:160]}{HEAD_END}{_DIGITS.sub('#', plain(before))[-160:]}\N{CURRENCY SIGN}{_DIGITS.sub('#', plain(after))[:160]}"


def quote_span(page: Page, observation: Observation) -> tuple[int, int]:
    """What to quote for an observation: its sentence; for a cell its row, for a definition its term too. At most QUOTE_CHARACTERS around the value."""
    passage = page.passages[observation.passage]
    start, end = observation.sentence_start, observation.sentence_end
    first = observation.passage
    if passage.group is not None and passage.row is not None:
        start, end = row_of(page, first)
    elif passage.form == "definition" and first > 0 and page.passages[first - 1].form == "term":
        start = page.passages[first - 1].start
    if end - start > QUOTE_CHARACTERS:
        start = max(start, observation.start - QUOTE_CHARACTERS // 2)
        end = min(end, start + QUOTE_CHARACTERS)
    return min(start, observation.start), max(end, observation.end)
