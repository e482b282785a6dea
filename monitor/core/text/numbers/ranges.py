"""Whether two neighbouring numbers are a range, an old and a new value, or members of a list.

"20-40", "20 to 40", "between 20 and 40", "von 20 bis 40"    range
"rose from 7 to 13", "von 6,5 auf 7,9"                       pair: two values, not one
"8 and 12 million"                                           list
"""

from __future__ import annotations

from monitor.core.text.numbers.vocabulary import Vocabulary

_LOOK_BACK = 80  # characters: a clause
_LONGEST_GAP = 14


def relation(folded: str, first: tuple[int, int], second: tuple[int, int], known: Vocabulary) -> str | None:
    """range, pair, list or comma for what stands between the two spans; None when they have nothing to do with each other."""
    gap = _without_article(folded[first[1] : second[0]], known)
    if len(gap) > _LONGEST_GAP:
        return None
    if gap in known.pair_signs:
        return "pair"
    if gap in known.range_signs:
        opener = _opener(folded, first[0], known)
        moves = opener in known.froms and has_moved(folded, first[0], known) and not _is_rise(folded, first[0], known)
        return "pair" if opener in known.deltas or moves else "range"
    if gap in known.range_ands:
        return "range" if _opener(folded, first[0], known) in known.between else "list"
    return "comma" if gap in (", ", "/") else None


def _without_article(gap: str, known: Vocabulary) -> str:
    """ "tra i 40 e i 60": what stands between without the article of the second number."""
    words = gap.split(" ")
    return " ".join((*words[:-2], "")) if len(words) == 4 and words[2] in known.definite else gap


def _opener(folded: str, start: int, known: Vocabulary) -> str:
    before = folded[max(0, start - 18) : start]
    if not before.endswith(" "):
        return ""
    words = before[:-1].replace("\n", " ").rsplit(" ", 2)
    if len(words) > 1 and words[-1] in known.definite:
        words.pop()
    return words[-1].lstrip("(")


def _is_rise(folded: str, start: int, known: Vocabulary) -> bool:
    """ "Hausse de 8 à 10 %": a noun of movement right before "of" tells by how much, not from where."""
    words = folded[max(0, start - 30) : start].split()
    return len(words) > 1 and words[-2] in known.rises


def has_moved(folded: str, start: int, known: Vocabulary) -> bool:
    """Whether a verb of movement stands in the clause before `start`."""
    clause = folded[max(0, start - _LOOK_BACK) : start].rsplit("\n", 1)[-1].rsplit(". ", 1)[-1]
    return any(word.startswith(known.moved) for word in clause.split())
