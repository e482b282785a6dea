"""Charts as geometry: what the templates draw as SVG, without a script and readable when printed.

Two kinds: steps of an amount over time, and the slip of dates (when it was said across, the day promised upwards; the diagonal is today catching up).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from monitor.core.model import Fact, Value
from monitor.render.clean import line
from monitor.render.values import show_day, show_value
from monitor.web.past import Version, amount_of, day_of, is_drawable

STEP_WIDTH, STEP_HEIGHT = 340, 150
SLIP_WIDTH, SLIP_HEIGHT = 720, 320
STEP_LETTER = 7  # pixels of one letter of a text beside a dot, at most
LEFT, RIGHT, TOP, BOTTOM = 12, 18, 22, 24


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    label: str
    css: str
    text: str = ""
    change: str | None = None
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Tick:
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: `lines` are polyline points, `ticks` years across, `levels` days upwards (slip charts only)."""

    title: str
    width: int
    height: int
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[Tick, ...] = ()
    diagonal: str = ""
    announced: tuple[str, ...] = ()
    fact: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """From a range of numbers to a range of pixels."""

    low: Decimal
    high: Decimal
    first: int
    last: int

    def __call__(self, value: Decimal | int) -> int:
        span = self.high - self.low
        share = (Decimal(value) - self.low) / span if span else Decimal("0.5")
        return int(self.first + share * (self.last - self.first))


# --------------------------------------------------------------------------------------------------------------------------- steps


def step_chart(fact: Fact, history: Sequence[Version], today: date) -> Chart | None:
    """The steps of an amount; None where it never moved (and no flag says it will), or the values are of different currencies."""
    points = [(v.when, a, v) for v in history if v.when is not None and is_drawable(v.when) and (a := amount_of(v.value)) is not None]
    if len(points) < 2 or len({unit_of(v.value) for _, _, v in points}) > 1:
        return None
    days = Scale(Decimal(min(w for w, _, _ in points).toordinal()), Decimal(today.toordinal()), LEFT, STEP_WIDTH - RIGHT - 60)
    amounts = Scale(Decimal(0), max(a for _, a, _ in points), STEP_HEIGHT - BOTTOM, TOP)
    dots = tuple(step_dot(days(min(w, today).toordinal()), amounts(max(a, Decimal(0))), v) for w, a, v in points)
    return Chart(
        title=line(fact.label, 80),
        width=STEP_WIDTH,
        height=STEP_HEIGHT,
        lines=(stairs([d for d in dots if "open" not in d.css], STEP_WIDTH - RIGHT - 60),),
        dots=spread(dots),
        ticks=year_ticks(days, STEP_WIDTH - RIGHT - 60),
        fact=fact.key,
        summary=in_words(fact, [v for _, _, v in points]),
    )


def unit_of(value: Value | None) -> str:
    return str(getattr(value, "currency", None) or "")


def step_dot(x: int, y: int, version: Version) -> Dot:
    text = line(show_value(version.value), 28)
    anchor = "end" if x + STEP_LETTER * len(text) > STEP_WIDTH else "start"  # the newest stands near the right edge
    return Dot(x, y, label_of(version), "dot open" if version.number == 0 else "dot", text, version.change, anchor)


def stairs(dots: Sequence[Dot], end: int) -> str:
    """Level until the day of the next value, then up or down; the last one holds until today."""
    points: list[str] = []
    for number, dot in enumerate(dots):
        points.append(f"{dot.x},{dot.y}")
        until = dots[number + 1].x if number + 1 < len(dots) else end
        points.append(f"{max(until, dot.x)},{dot.y}")
    return " ".join(points)


def spread(dots: Sequence[Dot]) -> tuple[Dot, ...]:
    """Texts only where they do not cover one another; the last one is the one to read."""
    kept: list[Dot] = []
    for dot in reversed(dots):
        is_near = any(abs(dot.x - k.x) < 80 and abs(dot.y - k.y) < 16 for k in kept if k.text)
        kept.append(replace(dot, text="") if is_near else dot)
    return tuple(reversed(kept))


# ---------------------------------------------------------------------------------------------------------------------------- slip


def slip_chart(histories: Sequence[tuple[Fact, Sequence[Version]]], today: date) -> Chart | None:
    """The dates of a programme: each a line that is level while it holds and rises when it slips; None without dates."""
    drawn = [
        (f, [(v.when, d, v) for v in h if v.when is not None and is_drawable(v.when) and (d := day_of(v.value)) is not None])
        for f, h in histories
    ]
    drawn = [(f, points) for f, points in drawn if points]
    if not drawn:
        return None
    said = [w for _, points in drawn for w, _, _ in points]
    promised = [d for _, points in drawn for _, d, _ in points]
    end = SLIP_WIDTH - RIGHT - 190
    first, last = min(said), max(max(said), today)
    days = Scale(Decimal(first.toordinal()), Decimal(last.toordinal()), LEFT + 44, end)
    low, high = min(promised) - timedelta(days=60), max(promised) + timedelta(days=60)
    upwards = Scale(Decimal(low.toordinal()), Decimal(high.toordinal()), SLIP_HEIGHT - BOTTOM, TOP)
    lines: list[str] = []
    level: list[str] = []
    dots: list[Dot] = []
    for fact, points in drawn:
        own = [slip_dot(days(w.toordinal()), upwards(d.toordinal()), v) for w, d, v in points]
        lines.append(stairs([d for d in own if "open" not in d.css], end))
        level.append(f"{own[0].x},{own[0].y} {end},{own[0].y}")
        dots += own
        dots.append(Dot(end + 6, own[-1].y, line(fact.label, 120), "dot none", line(fact.label, 30)))
    return Chart(
        title="When dates were said to be",
        width=SLIP_WIDTH,
        height=SLIP_HEIGHT,
        lines=tuple(lines),
        dots=apart(dots),
        ticks=year_ticks(days, end),
        levels=level_ticks(upwards),
        diagonal=diagonal(days, upwards),
        announced=tuple(level),
        summary="; ".join(in_words(f, [v for _, _, v in points]) for f, points in drawn[:12]),
    )


def slip_dot(x: int, y: int, version: Version) -> Dot:
    return Dot(x, y, label_of(version), "dot open" if version.number == 0 else "dot", "", version.change)


def apart(dots: Sequence[Dot]) -> tuple[Dot, ...]:
    """The names at the right moved down until none covers another."""
    names = sorted((d for d in dots if d.text), key=lambda d: d.y)
    placed: list[Dot] = []
    for name in names:
        y = max(name.y, placed[-1].y + 13) if placed else name.y
        placed.append(Dot(name.x, y, name.label, name.css, name.text, name.change))
    return (*(d for d in dots if not d.text), *placed)


def diagonal(days: Scale, upwards: Scale) -> str:
    """Where the day promised is the day it was said: a date that reaches it should have come true."""
    low, high = max(days.low, upwards.low), min(days.high, upwards.high)
    return f"{days(low)},{upwards(low)} {days(high)},{upwards(high)}" if low < high else ""


def level_ticks(upwards: Scale) -> tuple[Tick, ...]:
    years = range(date.fromordinal(int(upwards.low)).year, date.fromordinal(int(upwards.high)).year + 1)
    step = max(1, -(-len(years) // 8))
    found = [(y, Decimal(date(y, 1, 1).toordinal())) for y in years if y % step == 0]
    return tuple(Tick(upwards(at), str(y)) for y, at in found if upwards.low <= at <= upwards.high)


def year_ticks(days: Scale, end: int) -> tuple[Tick, ...]:
    """The beginnings of years across, or the two ends where no year begins between them."""
    first, last = date.fromordinal(int(days.low)), date.fromordinal(int(days.high))
    years = range(first.year + 1, last.year + 1)
    step = max(1, -(-len(years) // 6))
    found = [Tick(days(date(y, 1, 1).toordinal()), str(y)) for y in years if y % step == 0]
    return tuple(found) or (Tick(days(days.low), f"{first:%b %Y}"), Tick(end, f"{last:%b %Y}"))


def label_of(version: Version) -> str:
    which = "flagged" if version.number == 0 else "announced" if version.number == 1 else f"version {version.number}"
    return f"{show_value(version.value)}, {which}, {show_day(version.when)}"


def in_words(fact: Fact, history: Sequence[Version]) -> str:
    """The chart for whoever cannot see it."""
    return f"{line(fact.label, 80)}: " + ", then ".join(label_of(v) for v in history[:12])
