"""What the finding of money knows of a language and a page before it begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from monitor.core.kinds import Span
from monitor.core.lang import Lexicon
from monitor.core.model import Setting
from monitor.core.text.amounts import MoneyWords, money_words
from monitor.core.text.hedges import Hedges, hedges
from monitor.core.text.numbers import Vocabulary, fold, vocabulary
from monitor.core.text.numbers.vocabulary import alternatives, forms
from monitor.core.text.units import UnitWords, unit_words

_SENTENCE_END = re.compile(r"[.!?](?= [A-ZÀ-ÞĀ-Ž„“\"(0-9€£$₹¥])|\n")
_SENTENCE_LIMIT = 400  # characters looked at on either side of an amount for its sentence


@dataclass(frozen=True)
class MoneyContext:
    """Everything of one page and language that the passes share."""

    text: str
    folded: str
    lexicon: Lexicon
    setting: Setting
    known: Vocabulary
    words: MoneyWords
    hedges: Hedges
    units: UnitWords
    around: Around


@dataclass(frozen=True)
class Around:
    """The words around amounts of one language: per year, price base, stems of money words, prepositions of origin."""

    per: tuple[tuple[str, str], ...]
    per_before: dict[str, str]
    base: re.Pattern[str]
    stems: tuple[str, ...]
    origins: frozenset[str]
    per_phrases: tuple[str, ...]
    hints: re.Pattern[str]  # any word of per_before and each: a prefilter
    each: re.Pattern[str]


@lru_cache(maxsize=64)
def around(lexicon: Lexicon) -> Around:
    """The [money] words of a language that stand around amounts."""
    section = lexicon.section("money")
    per = [(phrase, name) for name, listed in section.get("per", {}).items() for phrase in forms(listed)]
    templates = [
        re.escape(t).replace(re.escape("{y}"), r"((?:19|20)\d\d)") for t in forms(section.get("price_base", {}).get("templates", ""))
    ]
    return Around(
        per=tuple(sorted(per, key=lambda p: -len(p[0]))),
        per_before={word: name for name, listed in section.get("per_before", {}).items() for word in forms(listed)},
        base=re.compile(r"[ ,(]{0,3}(?:" + ("|".join(sorted(templates, key=len, reverse=True)) or "(?!)") + r")(?!\d)"),
        stems=tuple(forms(section.get("words", ""))),
        origins=frozenset(forms(section.get("from_words", ""))),
        per_phrases=tuple(phrase for phrase, _ in per),
        hints=re.compile(
            rf"(?<!\w)(?:{alternatives([*(w for listed in section.get('per_before', {}).values() for w in forms(listed)), *forms(section.get('each', ''))])})"
        ),
        each=re.compile(rf"(?<![\w'])({alternatives(forms(section.get('each', '')))}) [^\W\d_]+"),
    )


def context_of(text: str, lexicon: Lexicon, setting: Setting) -> MoneyContext:
    return MoneyContext(
        text, fold(text), lexicon, setting, vocabulary(lexicon), money_words(lexicon), hedges(lexicon), unit_words(lexicon), around(lexicon)
    )


def sentence_of(context: MoneyContext, start: int, end: int) -> Span:
    """The sentence around a span, within a few hundred characters and one passage."""
    first, last = max(0, start - _SENTENCE_LIMIT), min(len(context.text), end + _SENTENCE_LIMIT)
    before = [m.end() for m in _SENTENCE_END.finditer(context.text, first, start) if _closes(context, m)]
    after = next((m.start() for m in _SENTENCE_END.finditer(context.text, end, last) if _closes(context, m)), last)
    return (before[-1] if before else first), after


def _closes(context: MoneyContext, match: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence and not an abbreviation ("40 Mio. Euro", "Nr. 5")."""
    if match.group() != ".":
        return True
    word = context.folded[max(0, match.start() - 12) : match.start()].rsplit(" ", 1)[-1].rsplit("\n", 1)[-1]
    return not (f"{word}." in context.known.scales or (len(word) <= 3 and word.isalpha()))
