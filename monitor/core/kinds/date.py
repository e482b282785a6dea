"""Dates of any precision as intervals of days: found in text, read from EDTF, compared, shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import Comparison, DateSpan, Form, Granularity, Mention, Page, Passage, Role, Setting, Value
from monitor.core.text import datefinder
from monitor.core.text.datecompare import compare
from monitor.core.text.datecontext import after_stop
from monitor.core.text.datefinder import Found
from monitor.core.text.dateshow import show
from monitor.core.text.datewords import Words, words_of
from monitor.core.text.periods import NO_DATE, read_edtf
from monitor.core.text.wordtrie import flat

Span = tuple[int, int]

CHARACTER_LIMIT = 200_000  # read around anchors on one page, a book's worth of dates: bounds the time on a megabyte of "may may may"
MENTION_LIMIT = 2000  # far above the 200 observations of a page; bounds the time on hostile runs of numbers
_BEFORE, _AFTER, _WINDOW = 60, 40, 2000  # characters read around a year or month, and at most at once
_STAMP_REACH, _DEADLINE_REACH = 45, 80
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright) ?[\w ,.-]{0,20}\Z")
_ONLY_GLUE = re.compile(r"[\s:.,|·(\u2022-]{0,4}(?:\w{1,4}[\s:.,]{1,2}){0,2}\Z")


class DateKind:
    name = "date"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        words = words_of(lexicon)
        flat_text = flat(page.text)
        mentions = [_mention(found, page, flat_text, words, setting) for found in _all(page, flat_text, words, setting)]
        mentions += _no_dates(page, flat_text, words, mentions)
        mentions.sort(key=lambda m: (m.start, -m.end))
        return list(_free(mentions, taken))

    def parse(self, written: object, lexicon: Lexicon) -> Value | None:
        if isinstance(written, Mapping):
            return self.from_json(written)
        if isinstance(written, date):
            written = written.isoformat()[:10]
        if isinstance(written, int) and not isinstance(written, bool):
            written = str(written)
        if not isinstance(written, str) or len(written) > 200:
            return None
        return read_edtf(written) or _read_words(written.strip(), lexicon)

    def compare(self, old: Value, new: Value) -> Comparison:
        if not isinstance(old, DateSpan) or not isinstance(new, DateSpan):
            return Comparison("incomparable", "not two dates")
        return compare(old, new)

    def show(self, value: Value, lexicon: Lexicon) -> str:
        return show(value, words_of(lexicon)) if isinstance(value, DateSpan) else str(value)

    def to_json(self, value: Value) -> Mapping[str, Any]:
        assert isinstance(value, DateSpan)
        return {
            "start": value.start.isoformat() if value.start else None,
            "end": value.end.isoformat() if value.end else None,
            "granularity": value.granularity.value,
            "part": value.part,
            "edtf": value.edtf,
            "yearless": value.yearless,
            "relative": value.relative,
        }

    def from_json(self, data: Mapping[str, Any]) -> Value | None:
        return _from_json(data)


KIND = DateKind()

# ---------------------------------------------------------------------------------------------------------------------- finding


def _all(page: Page, flat_text: str, words: Words, setting: Setting) -> Iterator[Found]:
    count, read = 0, 0
    for start, end in _windows(page, flat_text, words):
        read += end - start
        for found in datefinder.find(page.text, flat_text, start, end, words, setting):
            yield found
            count += 1
        if count >= MENTION_LIMIT or read >= CHARACTER_LIMIT:
            return


def _windows(page: Page, flat_text: str, words: Words) -> Iterator[Span]:
    """The stretches around anchors, merged where they touch, never across a passage."""
    passages = page.passages
    starts = [p.start for p in passages]
    begin, end, stop = 0, 0, 0
    for anchor in words.anchors(flat_text).finditer(flat_text):
        bounds = _passage_bounds(passages, starts, anchor.start(), len(flat_text))
        if bounds is None:
            continue
        left = _word_start(flat_text, max(bounds[0], anchor.start() - _BEFORE), bounds[0], anchor.start())
        right = _word_end(flat_text, min(bounds[1], anchor.end() + _AFTER), bounds[1])
        if left <= end and bounds[1] == stop and right - begin <= _WINDOW:
            end = right
            continue
        if end > begin:
            yield begin, end
        begin, end, stop = max(left, end) if bounds[1] == stop else left, right, bounds[1]
    if end > begin:
        yield begin, end


def _passage_bounds(passages: Sequence[Passage], starts: Sequence[int], position: int, size: int) -> Span | None:
    if not passages:
        return 0, size
    index = bisect_right(starts, position) - 1
    if index < 0 or position >= passages[index].end:
        return None
    return passages[index].start, passages[index].end


def _word_start(text: str, start: int, bound: int, anchor: int) -> int:
    if start == bound:
        return start
    space = text.find(" ", start, anchor)
    return anchor if space < 0 else space + 1


def _word_end(text: str, end: int, bound: int) -> int:
    if end >= bound:
        return bound
    space = text.rfind(" ", end - 25, end)
    return end if space < 0 else space


def _mention(found: Found, page: Page, flat_text: str, words: Words, setting: Setting) -> Mention:
    passage = _passage_of(page, found.start)
    role, cue = _role(found, page, passage, flat_text, words, setting)
    cues = (*found.cues, cue) if cue else found.cues
    return Mention("date", found.value, found.start, found.end, found.confidence, found.role or role, cues)


def _passage_of(page: Page, position: int) -> Passage | None:
    index = bisect_right(page.passages, position, key=lambda p: p.start) - 1
    return page.passages[index] if index >= 0 else None


class _Said(NamedTuple):
    role: Role | None
    cue: str


def _role(found: Found, page: Page, passage: Passage | None, flat_text: str, words: Words, setting: Setting) -> _Said:
    """Publication stamps and deadlines, by the words before the date."""
    floor = passage.start if passage else 0
    before = flat_text[max(floor, found.start - _DEADLINE_REACH) : found.start]
    near = before[-_STAMP_REACH:]
    stamp = _last(words.stamps, near)
    if stamp and _ONLY_GLUE.fullmatch(near, stamp.end()):
        return _Said(Role.PUBLICATION, stamp[0])
    if _COPYRIGHT.search(near) or _is_dateline(found, passage, page, setting):
        return _Said(Role.PUBLICATION, "")
    deadline = _last(words.deadlines, after_stop(before))
    return _Said(Role.DEADLINE, deadline[0]) if deadline else _Said(None, "")


def _last(search: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in search.finditer(text):  # noqa: B007
        pass
    return found


def _is_dateline(found: Found, passage: Passage | None, page: Page, setting: Setting) -> bool:
    """A short block of its own that opens with the day of publication: "10 December 2024 · 1649 views"."""
    if (
        passage is None
        or found.value.relative
        or found.value.granularity is not Granularity.DAY
        or passage.form in (Form.CELL, Form.DEFINITION)
    ):
        return False
    published_on = setting.published_on or page.published_on
    alone = found.start == passage.start and passage.end - passage.start <= 60
    return alone and published_on is not None and found.value.start == found.value.end == published_on


def _no_dates(page: Page, flat_text: str, words: Words, mentions: Sequence[Mention]) -> list[Mention]:
    if words.no_date is None:
        return []
    found = []
    starts = [p.start for p in page.passages]
    for match in words.no_date.finditer(flat_text):
        bounds = _passage_bounds(page.passages, starts, match.start(), len(flat_text))
        inside = bounds is not None and match.end() <= bounds[1]
        if inside and not any(m.start < match.end() and match.start() < m.end for m in mentions):
            found.append(Mention("date", NO_DATE, match.start(), match.end(), 0.85, None, ("no date",)))
        if len(found) >= MENTION_LIMIT:
            break
    return found


def _free(mentions: Sequence[Mention], taken: Sequence[Span]) -> Iterator[Mention]:
    """Those that overlap neither a taken span nor the one before."""
    ordered = sorted(taken)
    starts = [start for start, _ in ordered]
    furthest = [0]
    for _, taken_end in ordered:
        furthest.append(max(furthest[-1], taken_end))
    last_end = -1
    for mention in mentions:
        if mention.start < last_end or furthest[bisect_right(starts, mention.end - 1)] > mention.start:
            continue
        last_end = mention.end
        yield mention


# ---------------------------------------------------------------------------------------------------------------------- parsing


def _read_words(written: str, lexicon: Lexicon) -> DateSpan | None:
    """The one date a string consists of, apart from little words; None when there is none or more than one."""
    words, flat_text = words_of(lexicon), flat(written)
    if words.no_date and words.no_date.fullmatch(flat_text):
        return NO_DATE
    found = datefinder.find(written, flat_text, 0, len(written), words, Setting(lexicon.code))
    if len(found) != 1:
        return None
    rest = written[: found[0].start] + written[found[0].end :]
    return found[0].value if len(rest.strip(" .,;:()")) <= 12 else None


def _from_json(data: Mapping[str, Any]) -> DateSpan | None:
    try:
        start, end = (date.fromisoformat(str(data[k])[:10]) if data.get(k) else None for k in ("start", "end"))
        granularity = Granularity(data["granularity"]) if data.get("granularity") else None
    except ValueError:
        return None
    read = read_edtf(str(data["edtf"])) if data.get("edtf") else None
    if start is None and end is None and (read is None or "start" not in data):
        return read
    if start and end and start > end:
        return None
    fallback = read or _plain(start, end)
    part = data.get("part")
    return DateSpan(
        start,
        end,
        granularity or fallback.granularity,
        str(data["edtf"]) if read else fallback.edtf,
        part if part in ("early", "mid", "late") else None,
        bool(data.get("yearless")),
        bool(data.get("relative")),
    )


def _plain(start: date | None, end: date | None) -> DateSpan:
    """A value from two days only, as EDTF would say it."""
    if start is not None and start == end:
        written = start.isoformat()
    else:
        written = f"{start.isoformat() if start else '..'}/{end.isoformat() if end else '..'}"
    return read_edtf(written) or NO_DATE
