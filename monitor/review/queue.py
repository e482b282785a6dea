"""The review queue in a terminal: one change at a time, one key a decision.

a accept    r reject    s snooze    x same as a known fact    n next    u undo the last    ? help    q stop
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.core.decide import best_evidence
from monitor.core.model import Change, Evidence, Review
from monitor.errors import ConflictError, UsageError
from monitor.render.clean import line
from monitor.render.view import Flag, flag, publishers
from monitor.review.decisions import Desk, decide
from monitor.review.keys import Keys

HELP = "a accept · r reject · s snooze · x same as a known fact · n next · u undo the last decision · ? help · q stop"
SNOOZE_DAYS = 7
NEXT, STOP = "next", "stop"
_CONTEXT = 160  # characters before and after the quote
_OTHERS = 3

Context = Callable[[Evidence], str | None]
"""The text of the page a piece of evidence stands in; None when it cannot be had."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a sitting came to: how many decisions were made and stand, and how many changes were left for later."""

    decided: int
    left: int


def interactive(
    queue: Sequence[Change],
    desk: Desk,
    keys: Keys,
    write: Callable[[str], None],
    *,
    by: str,
    now: Callable[[], datetime],
    context: Context = lambda evidence: None,
    bold: bool = False,
) -> Tally:
    """Walks through the queue until its end, `q`, or the end of input. Every decision is stored at once; `write` is given text with its line ends."""
    sitting = _Sitting(desk, keys, write, by, now, context, bold)
    places = {change.id: place for place, change in enumerate(queue)}
    index = 0
    while index < len(queue):
        step = sitting.turn(queue[index], f"{index + 1} of {len(queue)}")
        if step == STOP:
            break
        index = index + 1 if step == NEXT else places[step]
    left = len(queue) - len({r.change for r in sitting.made})
    write(f"\n{len(sitting.made)} decided, {left} left.\n")
    return Tally(len(sitting.made), left)


class _Sitting:
    """One person at one terminal; `made` are the decisions of this sitting that stand, for undo."""

    def __init__(
        self, desk: Desk, keys: Keys, write: Callable[[str], None], by: str, now: Callable[[], datetime], context: Context, bold: bool
    ) -> None:
        self.desk, self.keys, self.write, self.by, self.now, self.context, self.bold = desk, keys, write, by, now, context, bold
        self.made: list[Review] = []

    def turn(self, queued: Change, place: str) -> str:
        """Shows a change and asks until something is done with it. Returns NEXT, STOP, or the id of the change to go back to."""
        # Read again: it may have been decided, or undone, since the queue was made.
        change = self.desk.store.change(queued.id) or queued
        self.write(card(change, place, self.context, self.bold))
        while True:
            self.write("\na r s x n u ? > ")
            pressed = self.keys.key()
            self.write(f"{line(pressed)}\n")
            step = self._step(pressed.lower(), change)
            if step:
                return step

    def _step(self, key: str, change: Change) -> str:
        """What one key does; empty when the same change is asked about again."""
        match key:
            case "" | "q":
                return STOP
            case "n":
                return NEXT
            case "u":
                return self._undo()
            case "a" | "r" | "s" | "x":
                return NEXT if self._decide(key, change) else ""
            case _:
                self.write(HELP + "\n")
                return ""

    def _decide(self, key: str, change: Change) -> bool:
        review = self._review(key, change)
        return review is not None and self._make(review, len(change.reviews))

    def _review(self, key: str, change: Change) -> Review | None:
        """The decision a key stands for, with what else it needs to be asked; None when the answer was no answer."""
        review = Review(change.id, {"a": "accept", "r": "reject", "s": "snooze", "x": "alias"}[key], self.by, self.now())
        match key:
            case "r":
                return replace(review, note=self._ask("why (Enter: no note)"))
            case "s":
                until = self._until()
                return replace(review, until=until) if until else None
            case "x":
                fact = self._ask("same as which fact (its key)")
                return replace(review, fact=fact) if fact else None
            case _:
                return review

    def _until(self) -> date | None:
        """A day, or a number of days; a week when nothing is said."""
        today = self.now().date()
        answer = self._ask(f"until when (YYYY-MM-DD or days; Enter: {SNOOZE_DAYS} days)") or str(SNOOZE_DAYS)
        try:
            until = today + timedelta(days=int(answer)) if answer.isascii() and answer.isdigit() else date.fromisoformat(answer)
        except (ValueError, OverflowError):
            self.write(f"not a day: {line(answer, 40)}\n")
            return None
        if until > today:
            return until
        self.write("that day has passed already\n")
        return None

    def _undo(self) -> str:
        """Takes back the last decision of this sitting; the id of its change, or empty when there is none or it is refused."""
        if not self.made:
            self.write("nothing to undo in this sitting\n")
            return ""
        last = self.made[-1]
        if not self._make(Review(last.change, "undo", self.by, self.now()), None):
            return ""
        del self.made[-2:]  # the decision, and the undo that was just noted
        return last.change

    def _make(self, review: Review, seen: int | None) -> bool:
        """True when it was made; a refusal is told and leaves the change on the screen."""
        try:
            outcome = decide(self.desk, review, seen)
        except (ConflictError, UsageError) as refusal:
            self.write(f"{refusal}\n")
            return False
        self.made.append(review)
        self.write(outcome.text + "\n")
        return True

    def _ask(self, question: str) -> str:
        self.write(f"{question}: ")
        return line(self.keys.line(), 400)


def card(change: Change, place: str, context: Context = lambda evidence: None, bold: bool = False) -> str:
    """A change as one screen: old and new, the quote in its surroundings, who says so, why."""
    shown = flag(change)
    strong = (lambda text: f"\x1b[1m{text}\x1b[0m") if bold else (lambda text: text)
    lines = [
        "",
        f"── {place} · {shown.id} · {shown.importance} " + "─" * 20,
        strong(f"{shown.type}: {shown.title}"),
        *_values(shown, strong),
        *_quoted(change, context, strong),
        f"  since {shown.since} · {shown.heard} · confidence {shown.confidence}",
        *(f"  · {reason}" for reason in shown.reasons),
    ]
    return "\n".join(lines) + "\n"


def _values(shown: Flag, strong: Callable[[str], str]) -> list[str]:
    old = [f"  was  {shown.old}"] if shown.old else []
    return [*old, f"  now  {strong(shown.new)}" + (f"   {shown.delta}" if shown.delta else "")]


def _quoted(change: Change, context: Context, strong: Callable[[str], str]) -> list[str]:
    """The quote with the words around it, its source, and what the other publishers say."""
    evidence = best_evidence(change)
    if evidence is None:
        return ["  (no evidence stored)"]
    shown = flag(change)
    quoted = ["", f"  {_in_context(evidence, context(evidence), strong)}", f"  {shown.source} · {shown.url}"]
    first = publishers(replace(change, evidence=(evidence,)))
    others = [e for e in change.evidence if (e.publisher or e.source_id) not in first][:_OTHERS]
    return quoted + [f"  also {line(e.publisher or e.source_id, 60)}: “{line(e.quote, 160)}”" for e in others]


def _in_context(evidence: Evidence, text: str | None, strong: Callable[[str], str]) -> str:
    """The quote marked among the words around it; alone where the page no longer reads like that."""
    if text is None or text[evidence.start : evidence.end] != evidence.quote:
        return f"“{strong(line(evidence.quote, 400))}”"
    before = line(text[max(0, evidence.start - _CONTEXT) : evidence.start])
    after = line(text[evidence.end : evidence.end + _CONTEXT])
    return f"…{before} {strong(line(evidence.quote, 400))} {after}…"
