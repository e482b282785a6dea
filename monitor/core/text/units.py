"""The unit noun behind a number: "15 Member States", "13 neue KI-Fabriken", "1 200 km", and where it ends.

How a noun phrase is built differs: English and Dutch end it with the noun, Romance languages begin with it, German marks nouns by capitals, Polish lets
adjectives agree. `order` in [counts] says which: last, first, capital or mixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.text.numbers.vocabulary import alternatives, forms

# Symbols of the international system and of computing, the same in every language; case matters (MW, not mW).
_SYMBOLS = re.split(
    " ",
    "% ‰ m km km² km2 km/h m² m2 m³ m3 cm mm nm µm ha kg t kt Mt Gt W kW MW GW TW kWh MWh GWh TWh kWp MWp GWp MWe GWe MWth kV MVA V Hz kHz MHz GHz THz "
    "FLOPS TFLOPS PFLOPS EFLOPS TFlop/s PFlop/s EFlop/s Pflop/s Eflop/s TFlops PFlops EFlops Petaflops Exaflops flops KB MB GB TB PB EB "
    "GB/s TB/s Gbit/s Tbit/s Gbps Tbps Mbit/s "
    "°C °F K kN MPa bar dB keV MeV GeV TeV eV mph sqm ft MJ GJ TJ PJ Mtoe ppm m/s l hl Nm tCO2 CO2e tpa Mtpa bpd TEU",
)
_NEXT = re.compile(r"(?: |(?<=d'))((?:[^\W\d_]|&)(?:[\w+&]|[-'/:.](?=[^\W_]))*)")
_LONGEST = 7  # words looked at


class Unit(NamedTuple):
    """A unit noun phrase at start..end of the text, with the adjectives that were left out of it."""

    start: int
    end: int
    cues: tuple[str, ...] = ()
    measure: bool = False
    sure: bool = True

    def is_capital_word(self, text: str) -> bool:
        """Whether it is a single word with a capital, as a town is written."""
        written = text[self.start : self.end]
        return written[0].isupper() and " " not in written and not written.isupper()


@dataclass(frozen=True)
class UnitWords:
    """The [counts] section of a language, ready for look-up."""

    order: str
    stop: frozenset[str]
    never: frozenset[str]
    adjectives: frozenset[str]
    new: frozenset[str]
    after_drop: frozenset[str]
    irregular: frozenset[str]
    doings: frozenset[str]
    determiners: frozenset[str]
    plural_endings: tuple[str, ...]
    not_plural: tuple[str, ...]
    adjective_endings: tuple[str, ...]
    verb_endings: tuple[str, ...]
    pronouns: frozenset[str]  # subjects that follow their verb: "vraag 4 en 5 beantwoord ik"
    phrases: tuple[str, ...]
    measure: re.Pattern[str]
    measures: Mapping[str, str]
    compound: re.Pattern[str] | None

    def __hash__(self) -> int:
        return id(self)

    def is_plural(self, word: str) -> bool:
        """Whether a folded word looks like a plural noun."""
        return word in self.irregular or (len(word) > 3 and word.endswith(self.plural_endings) and not word.endswith(self.not_plural))


@lru_cache(maxsize=64)
def unit_words(lexicon: Lexicon) -> UnitWords:
    """The unit words of a language; an unknown order is read like English."""
    section = lexicon.section("counts")
    measures = {form: symbol for symbol, listed in section.get("measures", {}).items() for form in forms(listed)}

    def words(name: str) -> frozenset[str]:
        return frozenset(forms(section.get(name, "")))

    return UnitWords(
        order=str(section.get("order", "last")),
        stop=words("stop") | words("verbs"),
        never=words("never"),
        adjectives=words("adjectives") | words("new"),
        new=words("new"),
        after_drop=words("after_drop"),
        irregular=words("irregular"),
        doings=words("doings"),
        determiners=words("determiners"),
        plural_endings=tuple(forms(section.get("plural_endings", "s"))),
        not_plural=tuple(forms(section.get("not_plural", ""))) or ("\0",),
        adjective_endings=tuple(forms(section.get("adjective_endings", ""))),
        verb_endings=tuple(forms(section.get("verb_endings", ""))) or ("\0",),
        pronouns=words("pronouns"),
        phrases=tuple(forms(section.get("phrases", ""))),
        measure=re.compile(rf"[ -]?(?:(?P<word>{alternatives(measures)})|(?P<symbol>{alternatives(_SYMBOLS)}))(?![^\W_]|/\w)"),
        measures=measures,
        compound=re.compile(rf"-({alternatives(words('compound'))})(?=[ -][^\W\d_])") if words("compound") else None,
    )


def unit_after(text: str, folded: str, at: int, words: UnitWords, links: Iterable[str] = ()) -> Unit | None:
    """The unit noun phrase right behind a number that ends at `at`; None when what follows is no noun or one that is never counted.

    `links` are words like " de " that may stand between a round number and its noun ("une douzaine de sites").
    """
    if words.order != "capital" and text[at - 1 : at] == "." and text[at + 1 : at + 2].isupper() and text[at + 2 : at + 3].islower():
        return None  # "5,1 mld. Napisaliśmy": the end of a sentence as well as of an abbreviation
    at = next((at + len(link) - link.endswith(" ") for link in links if len(link) > 1 and folded.startswith(link, at)), at)
    return _measure(text, folded, at, words) or _noun(text, folded, at, words)


def _measure(text: str, folded: str, at: int, words: UnitWords) -> Unit | None:
    match = words.measure.match(text, at) or words.measure.match(folded, at)
    if match is None:
        return None
    return Unit(match.start() + (text[at] in " -\u00a0\u202f\u2009"), match.end(), measure=True)


def _noun(text: str, folded: str, at: int, words: UnitWords) -> Unit | None:
    tokens = _tokens(folded, at)
    if not tokens or folded[tokens[0][0] : tokens[0][1]] in words.never:
        return None
    cues: list[str] = []
    while tokens and _is_adjective(folded[slice(*tokens[0])], text[tokens[0][0]], words) and len(tokens) > 1:
        if words.adjective_endings and _is_noun(folded[slice(*tokens[0])], folded[slice(*tokens[1])], words):
            return Unit(*tokens[0], tuple(cues))
        cues.append(folded[slice(*tokens.pop(0))])
    start = tokens[0][0]
    fixed = next((phrase for phrase in words.phrases if folded.startswith(phrase, start)), None)
    if fixed is not None and not folded[start + len(fixed) : start + len(fixed) + 1].isalnum():
        return Unit(start, start + len(fixed), tuple(cues))
    first = folded[slice(*tokens[0])]
    if len(first) == 1 and first not in "&":
        return None  # "3 x 200 MW"
    named = words.order == "first" and text[tokens[0][0]].isupper()  # "Stati" are states, "stati" is a participle
    if (first in words.stop and not named) or first in words.never or first in words.adjectives:
        return None
    if not named and (first.endswith(words.verb_endings) or folded[slice(*tokens[min(1, len(tokens) - 1)])] in words.pronouns):
        return None
    match words.order:
        case "capital":
            return _capital(text, folded, tokens, words, cues)
        case "first" | "mixed":
            return _first(text, folded, tokens, words, cues)
        case _:
            return _last(text, folded, tokens, words, cues)


def _tokens(folded: str, at: int) -> list[tuple[int, int]]:
    """The spans of the words that follow, up to punctuation."""
    found: list[tuple[int, int]] = []
    match = _NEXT.match(folded, at)
    while match is not None and len(found) < _LONGEST:
        found.append(match.span(1))
        match = _NEXT.match(folded, match.end())
    return found


def _is_noun(word: str, following: str, words: UnitWords) -> bool:
    """A word with the ending of an adjective that no noun follows ("1,2 mln podróżnych w pierwszym miesiącu")."""
    return word not in words.adjectives and following in words.stop


def _is_adjective(word: str, first_letter: str, words: UnitWords) -> bool:
    if word in words.adjectives:
        return True
    return bool(words.adjective_endings) and first_letter.islower() and word.endswith(words.adjective_endings) and word not in words.never


def _last(text: str, folded: str, tokens: list[tuple[int, int]], words: UnitWords, cues: list[str]) -> Unit | None:
    """English, Dutch: the first plural ends the phrase; without one the words up to a stop word, less surely."""
    if _is_verb(text, folded, tokens, words):
        return None
    end, head, sure, start = None, "", False, tokens[0][0]
    for count, (word_start, word_end) in enumerate(tokens[:5]):
        word = folded[word_start:word_end]
        if word in words.stop:
            break
        if count and word in words.never:
            return None
        head, end = word, word_end
        if words.is_plural(word):
            sure = True
            break
        if word in words.new:
            cues.append(word)
    if end is None:
        return None
    if not sure and text[start].islower() and len(folded[start:end].split()) > 1:
        return None
    return Unit(start, end, tuple(cues), sure=sure and bool(head))


_NAME_AND_NUMBER = re.compile(r"\b[A-ZÀ-Þ][\w-]{2,20} [0-9]{1,4} $")


def _is_verb(text: str, folded: str, tokens: list[tuple[int, int]], words: UnitWords) -> bool:
    """ "Stuttgart 21 loses another partner": a verb in -s, known or shown by a name before and a determiner behind, is no plural."""
    start, end = tokens[0]
    if folded[start:end] in words.doings:
        return True
    following = folded[slice(*tokens[1])] if len(tokens) > 1 else ""
    if following not in words.determiners or not text[start].islower() or folded[start:end] in words.irregular:
        return False
    return folded[start:end].endswith("s") and _NAME_AND_NUMBER.search(text[max(0, start - 30) : start]) is not None


def _capital(text: str, folded: str, tokens: list[tuple[int, int]], words: UnitWords, cues: list[str]) -> Unit | None:
    """German: small words before the noun are adjectives; the noun has a capital, and foreign names may have several."""
    for index, (start, end) in enumerate(tokens[:4]):
        word = folded[start:end]
        if word in words.stop or word in words.never:
            return None
        if text[start].isupper():
            end = _capital_end(text, folded, tokens[index:], words)
            return Unit(start, end, tuple(cues))
        cues.append(word)
    return None


def _capital_end(text: str, folded: str, tokens: list[tuple[int, int]], words: UnitWords) -> int:
    """A name goes on while what was read so far is an acronym or a capitalised adjective ("AI Factories", "Europäische Institute")."""
    end = tokens[0][1]
    for (start, stop), (next_start, next_end) in pairwise(tokens):
        name = text[start:stop]
        goes_on = name.isupper() or (
            name.endswith(("er", "e", "en")) and name.lower().startswith(("europäisch", "eu-", "berlin", "deutsch"))
        )
        if not goes_on or not text[next_start].isupper() or folded[next_start:next_end] in words.stop:
            break
        end = next_end
    return end


def _first(text: str, folded: str, tokens: list[tuple[int, int]], words: UnitWords, cues: list[str]) -> Unit | None:
    """Romance and Slavic languages: the noun comes first; an acronym or "of" with a known complement, in Slavic ones an agreeing adjective, may follow."""
    start, end = tokens[0]
    noun = folded[start:end]
    if "'" in noun and noun.split("'")[0] in ("d", "l", "qu", "n", "s", "c", "dell", "all", "nell", "un"):
        return None
    sure = words.order == "mixed" or words.is_plural(noun) or text[start].isupper()
    name_end = _capital_end(text, folded, tokens, words)
    if name_end != end:  # a foreign name: "AI Factory"
        return Unit(start, name_end, tuple(cues))
    if len(tokens) > 1 and _belongs(text, folded, tokens[1], words):
        if words.order == "mixed" or text[slice(*tokens[1])].isupper():
            end = tokens[1][1]
        else:
            cues.append(folded[slice(*tokens[1])])
    return Unit(start, _with_of(text, folded, end, words), tuple(cues), sure=sure)


def _belongs(text: str, folded: str, span: tuple[int, int], words: UnitWords) -> bool:
    """Whether the word behind the noun is an adjective of it (it agrees in the plural) or an acronym."""
    word, written = folded[slice(*span)], text[slice(*span)]
    if word in words.stop or word in words.never or "'" in word:
        return False
    if written.isupper() and 2 <= len(written) <= 8:
        return True
    if words.adjective_endings:
        return word.endswith(words.adjective_endings)
    return word in words.after_drop or (words.is_plural(word) and not word.endswith(("ont", "ent", "ons", "ez")))


_OF = re.compile(r" (?:(?:d'|dell')|(?:de|di|d'|da|do) (?=[^\W\d_]))([^\W\d_][\w-]*)")


def _with_of(text: str, folded: str, end: int, words: UnitWords) -> int:
    """ "usines d'IA", "fábricas de inteligencia artificial": "of" with an acronym or a listed complement belongs to the noun, others only tell more of it."""
    if words.order != "first":
        return end
    match = _OF.match(folded, end)
    if match is None:
        return end
    written = text[match.start(1) : match.end(1)]
    if written.isupper() and len(written) <= 5:
        return match.end(1)
    return next((match.start(1) + len(phrase) for phrase in words.phrases if folded.startswith(phrase, match.start(1))), end)
