"""The life of a site, call, contract, grant or law suit, in one closed vocabulary.

    proposed  planned  announced  launched, open (a call)  shortlisted  selected  approved  awarded  signed  funded  under construction
    completed  inaugurated  operational  closed                                                         in this order, forward
    delayed  suspended  cancelled  withdrawn  terminated  rejected  dismissed  expired                  set-backs, from any stage
    resumed  reopened                                                                                  back on the way

The words for them stand in [status] of `core/lang`. A status word alone is not yet a statement: it needs somebody or something it is said of - a known
name, a noun like contract or site, a proper name - in its clause; otherwise its confidence is low.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from monitor.core.lang import Lexicon, load
from monitor.core.model import Comparison, Form, Mention, Page, Passage, Role, Setting, Status, Value
from monitor.core.text.wordtrie import flat, gathered, openings, pattern, stemmed

Span = tuple[int, int]

_STATE = re.compile(r"[^\W\d_][\w ,/-]{1,59}")
STAGES = (
    "proposed",
    "planned",
    "announced",
    "launched",
    "open",
    "shortlisted",
    "selected",
    "approved",
    "awarded",
    "signed",
    "funded",
    "under construction",
    "completed",
    "inaugurated",
    "operational",
    "closed",
)
SETBACKS = ("delayed", "suspended", "cancelled", "withdrawn", "terminated", "rejected", "dismissed", "expired")
RETURNS = ("resumed", "reopened")
VOCABULARY = (*STAGES, *SETBACKS, *RETURNS)
# Things that happen at an end: "wird eröffnet" says when it will be so, while "wird gebaut" says it is so now.
_ENDS = frozenset(("completed", "inaugurated", "operational", "closed", "selected", "announced", "signed", "approved", "awarded"))

MENTION_LIMIT = 2000
_BEFORE, _AFTER, _CUE_REACH = (
    140,
    60,
    45,
)  # characters of the clause searched for the subject, the object, and the words of negation and future


class StatusKind:
    name = "status"

    def find(self, page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
        words, flat_text = _words(lexicon), flat(page.text)
        starts = [p.start for p in page.passages]
        ordered = sorted(taken)
        mentions: list[Mention] = []
        for match, status in words.matches(flat_text):
            passage = _passage(page, starts, match)
            known = status is not None and (passage or not page.passages)
            mention = _mention(match, status, passage, page.text, flat_text, words, setting) if known and status else None
            if mention and not _is_taken(mention, ordered):
                mentions.append(mention)
            if len(mentions) >= MENTION_LIMIT:
                break
        return mentions

    def parse(self, written: object, lexicon: Lexicon) -> Value | None:
        if isinstance(written, Mapping):
            return self.from_json(written)
        if not isinstance(written, str) or len(written) > 300:
            return None
        of, colon, word = written.rpartition(": ")
        status = _read(word.strip(), lexicon)
        return Status(status, of.strip() or None if colon else None) if status else None

    def compare(self, old: Value, new: Value) -> Comparison:
        if not isinstance(old, Status) or not isinstance(new, Status):
            return Comparison("incomparable", "not two statuses")
        if old.status == new.status:
            return Comparison("same", f"still {old.status}")
        return Comparison("different", f"{_way(old.status, new.status)}: {old.status} to {new.status}")

    def show(self, value: Value, lexicon: Lexicon) -> str:
        if not isinstance(value, Status):
            return str(value)
        word = _words(lexicon).names.get(value.status, value.status)
        return f"{value.of}: {word}" if value.of else word

    def to_json(self, value: Value) -> Mapping[str, Any]:
        assert isinstance(value, Status)
        return {"status": value.status, "of": value.of}

    def from_json(self, data: Mapping[str, Any]) -> Value | None:
        """A state outside the vocabulary ("in tender") is kept as written: no page is read for it, but any state that is read differs from it."""
        written, of = str(data.get("status") or "").strip(), data.get("of")
        if not _STATE.fullmatch(written):
            return None
        return Status(_read(written, load("en")) or written, str(of) if of else None)


KIND = StatusKind()

# ------------------------------------------------------------------------------------------------------------------------ words


class _Words:
    """The compiled [status] section of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        section = lexicon.section("status")
        listed: Mapping[str, Sequence[str]] = section.get("words", {})
        closed = {name: [word for word in forms if _GAP not in word] for name, forms in listed.items()}
        self.whole = {word: _canonical(name) for name, forms in closed.items() for word in forms if not word.endswith("*")}
        self.stems = {word[:-1]: _canonical(name) for name, forms in closed.items() for word in forms if word.endswith("*")}
        self.gapped = _gapped(listed)
        self.names = {_canonical(name): forms[0].rstrip("*") for name, forms in listed.items()}
        self.names.update(section.get("names", {}))
        self.search = re.compile(stemmed([*self.whole, *(f"{stem}*" for stem in self.stems)]))
        self.longest_stem = re.compile(pattern(self.stems, whole=False))
        self.negation = re.compile(f"(?:{stemmed(section.get('not', []))})(?![-\u2011])")  # "Pas-de-Calais" denies nothing
        self.future = re.compile(stemmed(section.get("future", [])))
        self.soon = re.compile(stemmed(section.get("present_ends", [])))
        self.suits = re.compile(stemmed(section.get("suits", [])))
        self.event_nouns = re.compile(stemmed(section.get("event_nouns", [])))
        self.future_of_ends = re.compile(stemmed(section.get("future_of_ends", [])))
        self.subjects = re.compile(stemmed(section.get("subjects", [])))
        self.never = re.compile(stemmed(section.get("never", [])))

    def matches(self, flat_text: str) -> list[tuple[re.Match[str], str | None]]:
        """Every status word of the text with its status, in order; a phrase with a gap wins over the words inside it."""
        found = [(match, self.status(match[0])) for match in self.search.finditer(flat_text)]
        if self.gapped is None:
            return self._stated(flat_text, found)
        wide = [(match, _gap_status(match)) for match in self.gapped.finditer(flat_text)]
        spans = [match.span() for match, _ in wide]
        found = [(match, status) for match, status in found if not any(a < match.end() and match.start() < b for a, b in spans)]
        return self._stated(flat_text, sorted([*found, *wide], key=lambda pair: pair[0].start()))

    def _stated(self, flat_text: str, found: list[tuple[re.Match[str], str | None]]) -> list[tuple[re.Match[str], str | None]]:
        """Without the nouns of events that something else is said of: an opening that is postponed did not take place."""
        kept = []
        for index, (match, status) in enumerate(found):
            after, what = found[index + 1] if index + 1 < len(found) else (None, None)
            gap = flat_text[match.end() : after.start()] if after else ""
            spoken_of = what in SETBACKS and len(gap) < 60 and not _CLAUSE.search(gap)
            if not (spoken_of and self.event_nouns.fullmatch(match[0])):
                kept.append((match, status))
        return kept

    def status(self, form: str) -> str | None:
        folded = re.sub(" +", " ", form)
        if folded in self.whole:
            return self.whole[folded]
        stem = self.longest_stem.match(folded)
        return self.stems.get(re.sub(" +", " ", stem[0])) if stem else None


_GAP = " ~ "
_SIX_WORDS = r"(?: [^ .;:!?,()]{1,30}){0,6}? "


def _gapped(listed: Mapping[str, Sequence[str]]) -> re.Pattern[str] | None:
    """Phrases whose words stand apart: in "bau ~ begonnen" the gap is up to six words of the same clause; "|" parts alternatives.

    An empty group at the end of each says which status it is.
    """
    sources = [
        (name, f"{opening}{_SIX_WORDS}{stemmed(tail.replace(_GAP, ' ').split('|'))}")
        for name, forms in listed.items()
        for heads, _, tail in (form.partition(_GAP) for form in forms if _GAP in form)
        for opening in openings(heads.split("|"))
    ]
    return re.compile(gathered(f"{source}(?P<{name}__{i}>)" for i, (name, source) in enumerate(sources))) if sources else None


def _gap_status(match: re.Match[str]) -> str:
    return _canonical((match.lastgroup or "").partition("__")[0])


def _canonical(name: str) -> str:
    return name.replace("_", " ")


@cache
def _words(lexicon: Lexicon) -> _Words:
    return _Words(lexicon)


def _read(word: str, lexicon: Lexicon) -> str | None:
    folded = flat(word)
    if folded in VOCABULARY:
        return folded
    for words in (_words(lexicon), _words(load("en"))):
        for name, shown in words.names.items():
            if flat(shown) == folded:
                return name
        if words.search.fullmatch(folded):
            return words.status(folded)
    return None


def _way(old: str, new: str) -> str:
    if new in SETBACKS:
        return "set-back"
    if old in SETBACKS or new in RETURNS:
        return "back on the way"
    if old in STAGES and new in STAGES:
        return "forward" if STAGES.index(new) > STAGES.index(old) else "backward"
    return "forward"


# ---------------------------------------------------------------------------------------------------------------------- finding


def _passage(page: Page, starts: Sequence[int], match: re.Match[str]) -> Passage | None:
    index = bisect_right(starts, match.start()) - 1
    return page.passages[index] if index >= 0 and match.end() <= page.passages[index].end else None


def _is_taken(mention: Mention, ordered: Sequence[Span]) -> bool:
    index = bisect_right(ordered, (mention.start, len(ordered) and ordered[-1][1] + 1))
    return any(start < mention.end and mention.start < end for start, end in ordered[max(0, index - 1) : index + 2])


class _Said(NamedTuple):
    """What the status is said of, and how sure that is."""

    of: str | None
    confidence: float


def _mention(
    match: re.Match[str], status: str, passage: Passage | None, text: str, flat_text: str, words: _Words, setting: Setting
) -> Mention | None:
    floor, ceiling = (passage.start, passage.end) if passage else (0, len(text))
    begin = _clause_start(flat_text, max(floor, match.start() - _BEFORE), match.start())
    end = _clause_end(flat_text, match.end(), min(ceiling, match.end() + _AFTER))
    if words.never.search(flat_text, max(floor, match.start() - 20), min(ceiling, match.end() + 25)):
        return None
    said = _alone(match, passage, text) or _subject(match, begin, end, text, flat_text, words, setting)
    if status == "rejected" and said.of and words.suits.search(flat(said.of)):
        status = "dismissed"  # of a law suit both words say the same
    role, cue = _role(status, flat_text[begin : match.start()], flat_text[match.end() : end], words)
    if role is None and status in _ENDS and _is_to_come(match, flat_text[begin:end], words, setting):
        role = Role.PLANNED
    return Mention("status", Status(status, said.of), match.start(), match.end(), said.confidence, role, (cue,) if cue else ())


_CLAUSE = re.compile(
    r"[.!?;:] |[()]|\n| - |, (?:but|while|and the|aber|während|mais|tandis|pero|mientras|mentre|ale|podczas|mas|maar|terwijl) "
)


def _clause_start(flat_text: str, start: int, position: int) -> int:
    return max((m.end() for m in _CLAUSE.finditer(flat_text, start, position)), default=start)


def _clause_end(flat_text: str, position: int, end: int) -> int:
    found = _CLAUSE.search(flat_text, position, end)
    return found.start() if found else end


def _alone(match: re.Match[str], passage: Passage | None, text: str) -> _Said | None:
    """A cell, item or definition that is little more than the status: said of the row, or of the label."""
    if passage is None or passage.form not in (Form.CELL, Form.DEFINITION, Form.ITEM, Form.TERM) or passage.end - passage.start > 60:
        return None
    if passage.form is Form.ITEM and passage.label is None:
        return None
    of = passage.row_header or passage.label or (passage.headings[-1] if passage.headings else None)
    return _Said(of, 0.85 if of else 0.5)


# Two or more capitals or an initial capital: proper names, with little words inside ("University of Turku", "Meluxina-AI", "IT4LIA").
_NAME = re.compile(
    r"(?<![\w.])[A-ZÀ-ÖØ-ÞĀ-Ž0-9]{0,12}[A-ZÀ-ÖØ-ÞĀ-Ž][\w+:&'’-]{1,30}"
    r"(?: (?:(?:of|the|de|du|des|della|di|do|da|van|von|der|für|for|la|le) )?[A-ZÀ-ÖØ-ÞĀ-Ž0-9][\w+:&'’-]{0,30}){0,5}"
)
_ARTICLES = frozenset(
    word
    for line in (
        "the a an this that it its they he she in on at by der die das den dem ein eine es er sie im am le la les un une il elle el los las una",
        "lo gli i o os as um uma de het een ten to w na",
    )
    for word in line.split()
)


def _subject(match: re.Match[str], begin: int, end: int, text: str, flat_text: str, words: _Words, setting: Setting) -> _Said:
    known = _known(setting, flat_text, begin, end)
    if known:
        return _Said(known, 0.9)
    object_ = words.subjects.search(flat_text, match.end(), min(end, match.end() + 28))
    noun = _last(words.subjects, flat_text, begin, match.start())
    if noun and match.start() - noun.end() < 90:
        return _Said(_phrase(text, begin, noun), 0.8)
    named = words.subjects.search(match[0])
    if named:  # "contract ended": the words of the status name the subject themselves
        return _Said(text[match.start() + named.start() : match.start() + named.end()], 0.8)
    if object_:
        return _Said(_after(text, match.end(), object_), 0.7)
    name = _name(text, begin, match.start(), sentence_start=begin)
    return _Said(name, 0.55) if name else _Said(None, 0.3)


def _known(setting: Setting, flat_text: str, begin: int, end: int) -> str | None:
    clause = flat_text[begin:end]
    return next((name.text for name in setting.names if name.kind != "other" and len(name.text) > 2 and flat(name.text) in clause), None)


def _last(search: re.Pattern[str], text: str, begin: int, end: int) -> re.Match[str] | None:
    found = None
    for found in search.finditer(text, begin, end):  # noqa: B007
        pass
    return found


def _phrase(text: str, begin: int, noun: re.Match[str]) -> str:
    """The noun with up to three words before it, without a leading article, and the name right behind it."""
    before = [word for word in re.findall(r"[\w'’+:-]+", text[begin : noun.start()])[-3:] if word[-1] not in "'’"]
    while before and (before[0].lower() in _ARTICLES or not before[0][0].isalnum()):
        before.pop(0)
    cut = max((i + 1 for i, word in enumerate(before) if word.lower() in _ARTICLES), default=0)
    name = re.match(
        r" (?:(?:of|in|at|for|de|du|di|do|da|van|von|im|w) )?(?:the )?" + _NAME.pattern[len(r"(?<![\w.])") :],
        text[noun.end() : noun.end() + 90],
    )
    return " ".join([*before[cut:], text[noun.start() : noun.end()]]) + (name[0] if name else "")


def _after(text: str, begin: int, noun: re.Match[str]) -> str:
    words = [w for w in re.findall(r"[\w'’+:-]+", text[begin : noun.end()]) if w.lower() not in _ARTICLES]
    return " ".join(words[-4:])


def _name(text: str, begin: int, end: int, sentence_start: int) -> str | None:
    """The last proper name before the status word; a single capitalised word that only opens the sentence is none."""
    found = [m for m in _NAME.finditer(text, begin, end) if m[0].lower() not in _ARTICLES]
    if not found:
        return None
    last = found[-1]
    opens = not text[sentence_start : last.start()].strip()
    plain = last[0].isalpha() and last[0][1:].islower()
    return None if opens and plain and len(found) == 1 and len(last[0]) < 4 else last[0]


_LATER_YEAR = re.compile(r"\b20\d\d\b")


def _is_to_come(match: re.Match[str], clause: str, words: _Words, setting: Setting) -> bool:
    """A verb that is itself in the future ("abrirá"), or in the present beside a year to come ("opens in 2028")."""
    if words.future.search(match[0]):
        return True
    if setting.published_on is None or not words.soon.search(match[0]):
        return False
    return any(int(year[0]) > setting.published_on.year for year in _LATER_YEAR.finditer(clause))


def _role(status: str, before: str, after: str, words: _Words) -> tuple[Role | None, str]:
    near = before[-_CUE_REACH:]
    denied = _last(words.negation, near, 0, len(near))
    if denied:
        return Role.DENIED, denied[0]
    future = _last(words.future, near, 0, len(near))
    if future is None and status in _ENDS:
        future = _last(words.future_of_ends, near, 0, len(near)) or words.future_of_ends.match(after.lstrip())
    return (Role.PLANNED, future[0]) if future else (None, "")
