"""The number words of one language, compiled once from its [numbers] section.

Tables in the language file map a value to its forms ("2 = dwa, dwie"); forms are written as `fold` leaves them. In `joined` languages words grow together
("zweihundertfünfzig"): such a word counts if it falls apart into known words without rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from monitor.core.lang import Lexicon

MULTIPLIERS_FROM = Decimal(100)  # words of 100, 1000 ... multiply what stands before them


@dataclass(frozen=True, slots=True)
class Word:
    """A number word: `role` is cardinal, scale, fraction ("half a"), tail ("and a half"), vague ("several") or collective ("dozen"), or last: a word that
    ends a number and is an article anywhere else ("sessenta e uma").

    `each` is what one of a vague plural is: "dezenas" are dozens of something, "duas dezenas" are twenty.
    """

    role: str
    value: Decimal
    high: Decimal | None = None
    each: Decimal | None = None


@dataclass(frozen=True)
class Vocabulary:
    """Everything that is needed to read numbers of one language."""

    decimal: str
    words: Mapping[str, Word]
    scales: Mapping[str, Decimal]  # words and abbreviations that may follow digits
    loose: frozenset[str]  # abbreviations that could be a unit as well: m, k, t
    articles: frozenset[str]
    alone_vague: frozenset[str]  # "millions" without a number
    alone_one: frozenset[str]  # "mil", "tysiąc" without a number
    joiners: frozenset[str]  # what may stand between two words of one number, blanks included
    links: frozenset[str]  # the same between a vague word or collective and a scale
    range_signs: frozenset[str]
    between: frozenset[str]
    range_ands: frozenset[str]
    froms: frozenset[str]
    pair_signs: frozenset[str]
    deltas: frozenset[str]
    definite: frozenset[str]  # articles that may stand before both ends of a range: "tra i 40 e i 60"
    moved: tuple[str, ...]  # beginnings of verbs of movement
    rises: frozenset[str]  # nouns of movement behind which "of 8 to 10" is how much
    scan: re.Pattern[str]
    scale_after: re.Pattern[str]
    shown: Mapping[str, str] = field(default_factory=dict)
    joined: bool = False
    components: Mapping[str, Decimal] = field(default_factory=dict)
    inner_joiners: tuple[str, ...] = ()

    def word(self, written: str) -> Word | None:
        """The number word as folded, or None."""
        known = self.words.get(written)
        if known is None and self.joined:
            value = _joined_value(self, written)
            return None if value is None else Word("cardinal", value)
        return known

    def __hash__(self) -> int:
        return id(self)


def forms(listed: object) -> list[str]:
    """The forms of a comma list: "dwa, dwie" -> ["dwa", "dwie"]."""
    return [form for part in str(listed).split(",") if (form := part.strip())]


def by_form(table: Mapping[str, Any]) -> dict[str, Decimal]:
    """A table of value = forms, turned round."""
    return {form: Decimal(value) for value, listed in table.items() for form in forms(listed)}


def alternatives(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest that fits, as a tree of letters: a failing position costs one or two looks."""
    root: _Tree = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(root) or r"(?!)"


_Tree = dict[str, "_Tree"]


def _branches(node: _Tree) -> str:
    options = [re.escape(char) + _branches(below) for char, below in node.items() if char]
    if not options:
        return ""
    joined = options[0] if len(options) == 1 and "" not in node else "(?:" + "|".join(options) + ")"
    return joined + ("?" if "" in node else "")


@lru_cache(maxsize=64)
def vocabulary(lexicon: Lexicon) -> Vocabulary:
    """The vocabulary of a language; English rules where its file says nothing."""
    section = lexicon.section("numbers")
    words = _words(section)
    scales = by_form(section.get("scales", {})) | by_form(section.get("abbreviations", {}))
    hundreds = {form: word.value for form, word in words.items() if word.value == 100 and word.role == "scale"}
    joined = bool(section.get("joined", False))
    components = {form: word.value for form, word in words.items() if word.role in ("cardinal", "scale") and word.value <= 1000}
    components |= by_form(section.get("components", {}))
    return Vocabulary(
        decimal=str(section.get("decimal", ".")),
        words=words,
        scales=scales | hundreds,
        loose=frozenset(forms(section.get("loose", ""))),
        articles=frozenset(forms(section.get("articles", ""))),
        alone_vague=frozenset(forms(section.get("alone_vague", ""))),
        alone_one=frozenset(forms(section.get("alone_one", ""))),
        joiners=frozenset(
            {" ", "-", *(f" {w} " for w in forms(section.get("joiners", ""))), *(f"-{w}-" for w in forms(section.get("joiners", "")))}
        ),
        links=frozenset({" ", "-", *(w + ("" if w.endswith("'") else " ") for w in (f" {v}" for v in forms(section.get("links", ""))))}),
        range_signs=frozenset({"-", " - ", *(f" {w} " for w in forms(section.get("ranges", "")))}),
        between=frozenset(forms(section.get("between", ""))),
        range_ands=frozenset(f" {w} " for w in forms(section.get("range_ands", ""))),
        froms=frozenset(forms(section.get("froms", ""))),
        pair_signs=frozenset(f" {w} " for w in forms(section.get("pair_signs", ""))),
        deltas=frozenset(forms(section.get("deltas", ""))),
        definite=frozenset(forms(section.get("definite", ""))),
        moved=tuple(forms(section.get("moved", ""))),
        rises=frozenset(forms(section.get("rises", ""))),
        scan=_scan(words, components if joined else {}),
        scale_after=re.compile(rf"[ -]?({alternatives(scales)})(?![^\W_]|\.[a-z]\.)"),
        shown=dict(section.get("shown", {})),
        joined=joined,
        components=components,
        inner_joiners=tuple(forms(section.get("inner_joiners", ""))),
    )


def _words(section: Mapping[str, Any]) -> dict[str, Word]:
    words = {
        form: Word("vague", *map(Decimal, bounds.split())) for bounds, listed in section.get("vague", {}).items() for form in forms(listed)
    }
    for name, role in (
        ("fractions", "fraction"),
        ("tails", "tail"),
        ("collectives", "collective"),
        ("scales", "scale"),
        ("last", "last"),
        ("cardinals", "cardinal"),
    ):
        words |= {form: Word(role, value) for form, value in by_form(section.get(name, {})).items()}
    for form, value in by_form(section.get("plurals", {})).items():
        words[form] = replace(words.get(form, Word("vague", 2 * value, 10 * value)), each=value)
    return {
        f: Word("scale", w.value) if w.value >= MULTIPLIERS_FROM and _is_power(w.value) and w.role == "cardinal" else w
        for f, w in words.items()
    }


def _is_power(value: Decimal) -> bool:
    return value.normalize().as_tuple().digits == (1,)


# A number never starts inside a word, a decimal or a path, and behind an apostrophe only where a word is elided ("dell'85%"); the codes in front of digits
# without a blank are the exception. The first digit is consumed before anything is looked back at: patterns that begin with a set of characters are
# searched forty times faster than those that begin with a look-behind.
_CODES = (
    "eur",
    "usd",
    "gbp",
    "chf",
    "pln",
    "sek",
    "nok",
    "dkk",
    "inr",
    "aud",
    "cad",
    "jpy",
    "cny",
    "czk",
    "huf",
    "ron",
    "nzd",
    "sgd",
    "zar",
    "rs",
    "kr",
)
_GLUED = "|".join(rf"(?<=\b{code}\d)" for code in _CODES)
DIGITS = re.compile(
    rf"[0-9½¼¾](?:(?<=[½¼¾])|(?:(?<![\w.#@=^~\\]\d)(?<!(?<![a-zà-ÿ])'\d)|{_GLUED})(?<!\d[,:/]\d)(?:"
    r"\d{0,2}(?:[ ']\d{3}(?!\d)){1,6}(?:[.,]\d{1,12})?(?![.,']?\d)|\d{0,14}(?:[.,']\d{1,12}){0,6}(?: ?[½¼¾⅓⅔])?(?![.,':/]?\d)))"
)


def _scan(words: Mapping[str, Word], components: Mapping[str, Decimal]) -> re.Pattern[str]:
    whole = alternatives(words)
    if not components:
        return re.compile(rf"\b(?:{whole})(?!\w)")
    starts = alternatives({form[:4] for form in components})
    return re.compile(rf"\b(?:(?:{whole})(?!\w)|(?:{starts})[^\W\d_]{{0,60}}(?!\w))")


@lru_cache(maxsize=4096)
def _joined_value(vocabulary: Vocabulary, written: str) -> Decimal | None:
    parts = _fall_apart(vocabulary, written, set())
    if not parts or len(parts) < 2:
        return None
    total: list[Decimal] = []
    for part in parts:
        if not append(total, part):
            return None
    return sum(total, Decimal(0))


def _fall_apart(vocabulary: Vocabulary, written: str, failed: set[int]) -> list[Decimal] | None:
    """The component values of a grown-together word, longest component first; tails that failed are not tried again."""
    if not written:
        return []
    if len(written) in failed:
        return None
    for size in range(min(len(written), 16), 1, -1):
        value = vocabulary.components.get(written[:size])
        if value is None:
            continue
        rest = _after_component(vocabulary, written[size:], failed)
        if rest is not None:
            return [value, *rest]
    failed.add(len(written))
    return None


def _after_component(vocabulary: Vocabulary, written: str, failed: set[int]) -> list[Decimal] | None:
    """What follows a component, with or without a joiner: "einundzwanzig" is 1 and then 20, which `append` adds up."""
    for joiner in vocabulary.inner_joiners:
        if written.startswith(joiner) and (rest := _fall_apart(vocabulary, written[len(joiner) :], failed)):
            return rest
    return _fall_apart(vocabulary, written, failed)


def append(parts: list[Decimal], value: Decimal, *, scale: bool | None = None) -> bool:
    """Add the next word's value to the parts of a number; False when it cannot belong to it.

    A scale multiplies the smaller parts before it, anything else must fit into the zeros of the part before it (or be the tens after a unit).
    """
    multiplies = (value >= MULTIPLIERS_FROM and _is_power(value)) if scale is None else scale
    if multiplies:
        smaller = Decimal(0)
        while parts and parts[-1] < value:
            smaller += parts.pop()
        if parts and parts[-1] == value:
            return False
        parts.append((smaller or Decimal(1)) * value)
        return True
    if parts and not _fits(parts[-1], value):
        if parts[-1] < 10 and 20 <= value <= 90 and scale is None:
            parts[-1] += value
            return True
        return False
    parts.append(value)
    return True


def _fits(last: Decimal, value: Decimal) -> bool:
    return value < precision_unit(last)


def precision_unit(value: Decimal) -> Decimal:
    """The unit of the lowest digit that is not zero: 1E+1 for 20, 1E+2 for 300."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
