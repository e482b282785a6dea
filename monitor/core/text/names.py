"""Names as people write them: when two are one, and where known ones stand in a text.

`same_name` never decides on a score. Two names are the same when they hold the same distinctive words - after folding, inflection, translation of common words
("Universität" is "university") and of places ("Wien" is "Vienna") - or when one is the acronym of the other. They differ when each has a distinctive word the
other lacks. Everything between is `unsure`, for a person to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from rapidfuzz.distance import OSA

from monitor.core import lang, places
from monitor.core.model import KnownName
from monitor.core.text.fold import fold, plain

Verdict = Literal["same", "different", "unsure"]
_BRACKET = re.compile(r"\(([^()]{1,80})\)")
_TOKEN = re.compile(r"[^\W_]+")
# Endings of the cases of Polish, Czech, Finnish and of the German genitive, on folded letters, with what the base form may end in.
_ENDINGS = (
    ("dzie", ("d", "da", "dy")), ("ego", ("y", "i", "")), ("iej", ("ia", "a")), ("ej", ("a",)), ("ym", ("y",)), ("im", ("i",)), ("szczy", ("szcz",)),
    ("issa", ("i",)), ("ssa", ("",)), ("sta", ("",)), ("lla", ("",)), ("lta", ("",)), ("lle", ("",)), ("ach", ("e", "y", "i", "a")), ("owi", ("",)),
    ("iem", ("", "i")), ("dze", ("ga",)), ("cie", ("t", "ta", "to")), ("rze", ("r", "ra")), ("dniu", ("dzien", "den")), ("iu", ("", "ie")),
    ("ie", ("", "a", "o", "y")), ("ii", ("ia", "i")), ("ni", ("nia", "n")), ("li", ("la", "l", "le")), ("zi", ("z", "za")), ("wi", ("wia", "w")),
    ("om", ("",)), ("em", ("", "o")), ("a", ("", "o", "e")), ("u", ("", "o")), ("y", ("a", "")), ("i", ("a", "")), ("e", ("a", "o", "")), ("n", ("",)),
    ("s", ("",)), ("c", ("ce",)), ("ia", ("", "i")), ("iem", ("en",)), ("ce", ("ka",)), ("ego", ("e",)), ("em", ("e",)), ("emu", ("e", "y")),
    ("ca", ("ec", "iec", "c")), ("cu", ("ec", "iec")), ("cem", ("ec", "iec")), ("ka", ("ek",)), ("ku", ("ek",)), ("kiem", ("ek", "k")), ("iach", ("e", "ia")),
    ("bie", ("ba",)), ("nia", ("n", "nie")), ("u", ("e", "o")), ("w", ("wy",)), ("lk", ("lki",)),
)  # fmt: skip
_ROMAN = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"])


class Match(NamedTuple):
    """Whether two names are of one thing, and why, in words."""

    verdict: Verdict
    reason: str


class NameSpan(NamedTuple):
    """A known name at its place in a text; `names` are all known names written that way, in the order given."""

    start: int
    end: int
    names: tuple[KnownName, ...]


# ------------------------------------------------------------------------------------------------------------------- words of names


@cache
def common_words() -> Mapping[str, str]:
    """The words many names share, folded, each with the idea it stands for: "universitat" -> "university". From all languages."""
    found: dict[str, str] = {}
    for code in lang.known():
        for idea, forms in lang.load(code).section("names").get("words", {}).items():
            for form in forms:
                found.setdefault(fold(form), idea)
    return found


@cache
def small_words() -> frozenset[str]:
    """Articles, prepositions and conjunctions inside names, folded, from all languages."""
    return frozenset(fold(w) for code in lang.known() for w in lang.load(code).section("names").get("small", ()))


@lru_cache(maxsize=8192)
def bases(token: str) -> tuple[str, ...]:
    """The forms a folded word may be an inflection of, itself first.

    >>> "poznan" in bases("poznaniu"), "warszawa" in bases("warszawie"), "stuttgart" in bases("stuttgarts")
    (True, True, True)
    """
    found = [token]
    for ending, instead in _ENDINGS:
        if token.endswith(ending) and len(token) - len(ending) >= 2:
            found.extend(token[: -len(ending)] + new for new in instead)
    if token.endswith("ngissa"):
        found.append(token[:-6] + "nki")
    return tuple(dict.fromkeys(found))


def is_acronym(name: str) -> bool:
    """Whether a name looks like an acronym: one word of 2 to 10 characters with at least two capitals ("BSC", "GENCI", "CzAI")."""
    word = name.strip()
    return 2 <= len(word) <= 10 and " " not in word and sum(c.isupper() for c in word) >= 2


@lru_cache(maxsize=8192)
def stands_for(short: str, long: str) -> bool:
    """Whether an acronym may be made from a name: each word gives its first letter or, when short, all of itself; small words may give one.

    >>> stands_for("BSC", "Barcelona Supercomputing Centre"), stands_for("AIF", "AI Factory"), stands_for("BSC", "Berlin State Library")
    (True, True, False)
    """
    letters = fold(short).replace(" ", "")
    words = fold(long).split()
    reached = {0}
    for word in words:
        step: set[int] = set()
        for at in reached:
            for piece in {word[:1], word if len(word) <= 4 else word[:1], word[:2]}:
                if letters.startswith(piece, at):
                    step.add(at + len(piece))
            if word in small_words():
                step.add(at)
        reached = step
    return len(letters) >= 2 and len(words) >= 2 and len(letters) in reached


# ------------------------------------------------------------------------------------------------------------------------ comparing


@lru_cache(maxsize=4096)
def place_ids(token: str) -> frozenset[tuple[str | None, str]]:
    """The larger places a folded name may mean, by country and main name, inflections included."""
    found: set[tuple[str | None, str]] = set()
    for base in bases(token):
        for candidate in places.candidates(base)[:4]:
            if candidate.is_main or candidate.population >= 20_000:
                found.add((candidate.place.country, candidate.place.name))
        if found:
            break
    return frozenset(found)


def same_place_word(a: str, b: str) -> bool:
    """Whether two folded words are one place in two languages or cases."""
    return bool(set(bases(a)) & set(bases(b)) - {""}) or bool(place_ids(a) & place_ids(b))


def same_word(a: str, b: str) -> bool:
    """Whether two folded words are the same but for inflection or translation."""
    if a == b:
        return True
    common = common_words()
    if a in common or b in common:
        return common.get(a, a) == common.get(b, b)
    if min(len(a), len(b)) < 4:
        return False
    shared = set(bases(a)) & set(bases(b))
    return any(len(s) >= 4 for s in shared) or bool(place_ids(a) & place_ids(b))


def is_typo(a: str, b: str) -> bool:
    """Whether two folded words differ as by a slip of the pen, and are not two known places (Göttingen, Groningen)."""
    if min(len(a), len(b)) < 5 or a[0] != b[0] or any(c.isdigit() for c in a + b):
        return False
    if place_ids(a) and place_ids(b):
        return False
    return OSA.distance(a, b) <= (2 if min(len(a), len(b)) >= 9 else 1)


def pick_apart(name: str) -> tuple[str, ...]:
    """A name and what it offers itself as its other names: "Barcelona Supercomputing Centre (BSC)" gives three."""
    inside = [b for b in _BRACKET.findall(name) if not (len(b) == 2 and b.isupper())]
    outside = _BRACKET.sub(" ", name).strip()
    short = outside.split(" - ")[0].split(" – ")[0].strip()
    return tuple(dict.fromkeys(n for n in (outside, short, *inside) if n))


@lru_cache(maxsize=16384)
def same_name(a: str, b: str) -> Match:
    """Whether two names are of one thing: same, different or unsure, with the reason in words. Symmetric.

    >>> same_name("Universität Stuttgart", "University of Stuttgart").verdict
    'same'
    >>> same_name("Göttingen", "Groningen").verdict
    'different'
    """
    if not fold(a) or not fold(b):
        return Match("unsure", "a name is missing")
    if fold(a) == fold(b):
        return Match("same", "the same name")
    results = [_compare(x, y) for x in pick_apart(a) for y in pick_apart(b)]
    for verdict in ("same", "unsure"):
        for result in results:
            if result.verdict == verdict:
                return result
    return results[0]


def _compare(a: str, b: str) -> Match:
    """Two names without brackets."""
    if fold(a) == fold(b):
        return Match("same", f"both are called {a}")
    for short, long in ((a, b), (b, a)):
        if is_acronym(short) and stands_for(short, long):
            return Match("same" if len(fold(short)) >= 3 else "unsure", f"{short} is the acronym of {long}")
    return _compare_words(a, b)


class _Left(NamedTuple):
    """The words of two names that found no partner, and how many did."""

    a: list[str]
    b: list[str]
    shared: list[str]


def _pair_up(a: str, b: str) -> _Left:
    left_a = [t for t in fold(a).split() if t not in small_words()]
    left_b = [t for t in fold(b).split() if t not in small_words()]
    shared: list[str] = []
    for token in list(left_a):
        partner = next((t for t in left_b if same_word(token, t)), None)
        if partner is not None:
            left_a.remove(token)
            left_b.remove(partner)
            shared.append(token)
    _drop_acronyms(left_a, left_b, shared)
    _drop_acronyms(left_b, left_a, shared)
    return _Left(left_a, left_b, shared)


def _drop_acronyms(short: list[str], long: list[str], shared: list[str]) -> None:
    """Pairs a leftover like "aif" with the leftover words it abbreviates ("ai", "factory")."""
    for token in list(short):
        if 2 <= len(token) <= 6 and len(long) >= 2 and stands_for(token, " ".join(long)):
            short.remove(token)
            long.clear()
            shared.append(token)


def _compare_words(a: str, b: str) -> Match:
    left = _pair_up(a, b)
    common = common_words()
    rare_a, rare_b = [t for t in left.a if t not in common], [t for t in left.b if t not in common]
    rare_shared = [t for t in left.shared if t not in common]
    if not left.a and not left.b:
        return Match("same", "the same words, apart from order, inflection or translation")
    if len(rare_a) == len(rare_b) == 1 and is_typo(rare_a[0], rare_b[0]):
        return Match("same" if rare_shared else "unsure", f"{rare_a[0]} and {rare_b[0]} differ by a slip of the pen")
    if rare_a and rare_b:
        return Match("different", f"{' '.join(rare_a)} is not {' '.join(rare_b)}")
    if not rare_shared:
        return Match("different", "no distinctive word in common")
    if rare_a or rare_b:
        return _one_sided(rare_a or rare_b, rare_shared)
    ideas_a, ideas_b = {common[t] for t in left.a}, {common[t] for t in left.b}
    if ideas_a and ideas_b:
        return Match("unsure", f"{' '.join(sorted(ideas_a))} against {' '.join(sorted(ideas_b))} of {' '.join(rare_shared)}")
    if all(place_ids(t) for t in rare_shared) and (ideas_a | ideas_b):
        return Match("unsure", f"{' '.join(rare_shared)} is a place, which many names share")
    return Match("same", f"{' '.join(rare_shared)}, once with {' '.join(sorted(ideas_a | ideas_b))}")


def _one_sided(extra: list[str], shared: list[str]) -> Match:
    """One name has distinctive words more than the other: a number or letter makes it another thing; otherwise nobody knows."""
    if any(t.isdigit() or t in _ROMAN or len(t) == 1 for t in extra):
        return Match("different", f"{' '.join(extra)} tells them apart")
    if all(place_ids(t) for t in extra):
        return Match("unsure", f"only one names {' '.join(extra)}")
    return Match("unsure", f"{' '.join(shared)} in both, but {' '.join(extra)} in only one")


# -------------------------------------------------------------------------------------------------------------------------- finding


class Finder(NamedTuple):
    automaton: AhoCorasick
    names: tuple[tuple[KnownName, ...], ...]


@lru_cache(maxsize=64)
def finder(names: tuple[KnownName, ...]) -> Finder | None:
    """What finds these names, made once; for whoever searches many short texts, as the names themselves take long to look up."""
    by_text: dict[str, list[KnownName]] = {}
    for name in names:
        for pattern in _spellings(name.text):
            by_text.setdefault(pattern, []).append(name)
    if not by_text:
        return None
    automaton = AhoCorasick(list(by_text), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA)
    return Finder(automaton, tuple(tuple(dict.fromkeys(found)) for found in by_text.values()))


def _spellings(text: str) -> Iterable[str]:
    """The folded forms a known name is searched by: as it is, and in the cases of the languages that inflect names."""
    folded = " ".join(plain(text.strip()).text.split())
    if len(folded) < 2:
        return
    yield folded
    if folded[-1].isalpha() and len(folded) > 4 and not is_acronym(text):
        yield folded + "s"
        if folded[-1] in "aeioy":
            yield from (folded[:-1] + ending for ending in ("ie", "y", "i", "ach"))
        else:
            yield from (folded + ending for ending in ("iu", "u", "ie", "a", "em", "issa", "in"))


def find_names(text: str, names: tuple[KnownName, ...]) -> list[NameSpan]:
    """Where known names stand in the text: whole words, the longest at each place, in order; written in any case, accent, hyphenation or simple inflection.

    A name with capitals is not found in all-small letters, and a short one in capitals only as it is ("PIAST", not "Piast").

    >>> [(s.start, s.end) for s in find_names("Das HLRS in Jülich", (KnownName("Julich", "site"),))]
    [(12, 18)]
    """
    return names_in(text, finder(names))


def names_in(text: str, finder: Finder | None) -> list[NameSpan]:
    """`find_names`, for a finder at hand."""
    if finder is None:
        return []
    folded = plain(text)
    found: list[NameSpan] = []
    for index, first, last in finder.automaton.find_matches_as_indexes(folded.text):
        if not _is_whole(folded.text, first, last):
            continue
        start, end = folded.original(first), folded.original(last - 1) + 1
        fitting = tuple(n for n in finder.names[index] if _fits_case(text[start:end], n.text))
        if fitting:
            found.append(NameSpan(start, end, fitting))
    return found


def _is_whole(text: str, first: int, last: int) -> bool:
    before = first == 0 or not (text[first - 1].isalnum() and text[first].isalnum())
    after = last == len(text) or not (text[last].isalnum() and text[last - 1].isalnum())
    return before and after


def _fits_case(written: str, known: str) -> bool:
    if not any(c.isupper() for c in known):
        return True
    if known.isupper() and len(known) <= 6 and _TOKEN.fullmatch(known):
        return written == known
    return any(c.isupper() for c in written)
