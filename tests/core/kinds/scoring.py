"""Reading example phrases and scoring what a kind finds in them."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from monitor.core.kinds import Kind
from monitor.core.lang import load
from monitor.core.model import Count, Form, Mention, Money, Page, Passage, Qualifier, Region, Role, Setting
from tests import pages

EXAMPLES = Path(__file__).parents[2] / "examples"
LANGUAGES = ("en", "de", "fr", "es", "it", "pl", "pt", "nl")
PLAIN = ("sv", "da", "fi", "cs", "sk", "sl", "hr", "hu", "ro", "bg", "el", "et", "lv", "lt")  # plain amounts and counts only


@dataclass(frozen=True)
class Example:
    """A phrase with the values that stand in it, each in the words of its kind."""

    group: str
    lang: str
    text: str
    values: tuple[str, ...]


@dataclass
class Score:
    hit: int = 0
    missed: int = 0
    extra: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.hit / (self.hit + self.extra) if self.hit + self.extra else 1.0

    @property
    def recall(self) -> float:
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    def add(self, label: str, expected: list[str], got: list[str]) -> None:
        """Counts what of one phrase was hit, missed and invented; both lists in the order of the text."""
        hits = (Counter(expected) & Counter(got)).total()
        self.hit += hits
        self.missed += len(expected) - hits
        self.extra += len(got) - hits
        if expected != got:
            self.wrong.append(f"{label}: expected {expected}, got {got}")


def examples(kind: str, *groups: str) -> Iterator[Example]:
    """The phrases of a kind in the named groups, in file order."""
    data = tomllib.loads((EXAMPLES / f"{kind}.toml").read_text("utf-8"))
    for group in groups:
        for row in data.get(group, []):
            yield Example(group, row["lang"], row["text"], tuple(row["values"]))


def phrases(kind: str, *groups: str) -> Iterator[Example]:
    """The same for files whose groups have a list for each language: the text, then what stands in it."""
    data = tomllib.loads((EXAMPLES / f"{kind}.toml").read_text("utf-8"))
    for group in groups:
        for lang, rows in data[group].items():
            for text, *values in rows:
                yield Example(group, lang, text, tuple(values))


def marks(kind: Kind, cases: Iterable[Example], shown: Callable[[Page, Mention], str]) -> Score:
    """How many names of the phrases were hit, missed and invented; `shown` writes a mention as the example files do."""
    score = Score()
    for case in cases:
        page = pages.page_of(case.text, case.lang)
        found = kind.find(page, load(case.lang), Setting(language=case.lang), [])
        score.add(f"{case.lang}: {case.text!r}", list(case.values), [shown(page, m) for m in found])
    return score


def page_of(text: str, lang: str = "en") -> Page:
    """A page of paragraphs, one a line."""
    passages, at = [], 0
    for line in text.split("\n"):
        passages.append(Passage(at, at + len(line), Region.MAIN, Form.PARAGRAPH))
        at += len(line) + 1
    return Page("https://example.org/", "", text, tuple(passages), lang)


def found_in(kind: Kind, text: str, lang: str = "en", **setting: str) -> list[Mention]:
    """What the kind finds in a text of that language."""
    return kind.find(page_of(text, lang), load(lang), Setting(language=lang, **setting), [])


def money_words(mention: Mention) -> str:
    """A found amount as the example files write it: "20000000 EUR over year restated"."""
    value = mention.value
    assert isinstance(value, Money)
    figure = f"{value.amount:f}" if value.amount is not None else ""
    bounds = f"range {value.min:f} {value.max:f}" if value.qualifier is Qualifier.RANGE else ""
    hedge = value.qualifier.value if value.qualifier is not Qualifier.RANGE else ""
    words = [figure, value.currency or "?", bounds, hedge, value.per or "", "restated" if mention.role is Role.RESTATED else ""]
    return " ".join(word for word in words if word)


def count_words(mention: Mention) -> str:
    """A found count as the example files write it: "20..40 schools", "35 % measure"."""
    value = mention.value
    assert isinstance(value, Count)
    figure = f"{value.min:f}..{value.max:f}" if value.qualifier is Qualifier.RANGE else f"{value.count:f}"
    hedge = value.qualifier.value if value.qualifier in (Qualifier.ABOUT, Qualifier.OVER, Qualifier.UNDER) else ""
    return " ".join(word for word in (figure, value.unit or "-", hedge, "measure" if value.measure else "") if word)


def score(kind: Kind, words: Callable[[Mention], str], cases: Iterator[Example]) -> dict[str, Score]:
    """Hits, misses and extras per language; `exact` may be left out of an expected value."""
    scores: dict[str, Score] = defaultdict(Score)
    for case in cases:
        expected = [_normal(value) for value in case.values]
        got = [_normal(words(mention)) for mention in found_in(kind, case.text, case.lang)]
        scores[case.lang].add(f"{case.lang}: {case.text!r}", expected, got)
    return dict(scores)


def _normal(value: str) -> str:
    parts = [part for part in value.split() if part != "exact"]
    return " ".join(parts)
