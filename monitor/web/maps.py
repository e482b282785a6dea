"""The sites of a programme on a map: plain SVG from the gazetteer, with a graticule, no tiles and no request to anybody.

Land is drawn from the towns themselves (GeoNames, CC BY 4.0): cells of the map in which there is a town, joined to stripes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, radians

from monitor.core.model import Baseline, Change, Site, Value
from monitor.core.places import gazetteer, lookup
from monitor.render.clean import line
from monitor.render.values import show_value

WIDTH, HEIGHT = 720, 460
CELL = 4  # pixels of a cell of land
LEAST_DEGREES = 6.0
STEPS = (1, 2, 5, 10, 20, 30)


@dataclass(frozen=True, slots=True)
class Pin:
    """A site: `css` says whether it was announced, added since, flagged or removed; `key` is its fact, `change` its flag."""

    name: str
    label: str
    lat: float
    lon: float
    css: str
    key: str | None = None
    change: str | None = None
    x: int = 0
    y: int = 0
    text_x: int = 0
    text_y: int = 0
    anchor: str = "start"
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """What a map shows, in degrees."""

    south: float
    north: float
    west: float
    east: float

    def x(self, lon: float) -> int:
        return round((lon - self.west) / (self.east - self.west) * WIDTH)

    def y(self, lat: float) -> int:
        return round((self.north - lat) / (self.north - self.south) * HEIGHT)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the graticule with its degrees."""

    points: str
    text: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Map:
    pins: tuple[Pin, ...]
    graticule: tuple[Line, ...]
    land: str
    elsewhere: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


def site_map(baseline: Baseline, flagged: Iterable[Change]) -> Map | None:
    """The map of a programme; None without a site that can be placed. `elsewhere` names those that cannot."""
    pins, elsewhere = pinned(baseline, flagged)
    if not pins:
        return None
    box = box_around(pins)
    return Map(labelled([replace(p, x=box.x(p.lon), y=box.y(p.lat)) for p in pins]), graticule(box), land(box), tuple(elsewhere))


def pinned(baseline: Baseline, flagged: Iterable[Change]) -> tuple[list[Pin], list[str]]:
    announced = {f.key for f in baseline.announced}
    pins: list[Pin] = []
    elsewhere: list[str] = []
    for fact in baseline.facts:
        if fact.kind == "site":
            css = "removed" if fact.removed else "known" if fact.key in announced else "added"
            add(pins, elsewhere, fact.value, css, fact.key, None)
    for change in flagged:
        if change.kind == "site" and change.fact is None:
            add(pins, elsewhere, change.new, "flagged", None, change.id)
    return pins, elsewhere


def add(pins: list[Pin], elsewhere: list[str], value: Value | None, css: str, key: str | None, change: str | None) -> None:
    if not isinstance(value, Site):
        return
    name = line(value.name or value.place or value.host or "", 40)
    where = position(value)
    if where is None:
        elsewhere.append(show_value(value))
        return
    pins.append(Pin(name, show_value(value), where[0], where[1], css, key, change))


def position(site: Site) -> tuple[float, float] | None:
    """Latitude and longitude as given, else of the largest town of that name in that country."""
    if site.lat is not None and site.lon is not None and abs(site.lat) <= 90 and abs(site.lon) <= 180:
        return site.lat, site.lon
    found = next((p for p in lookup(site.place, site.country) if p.lat is not None and p.lon is not None), None) if site.place else None
    return (found.lat, found.lon) if found and found.lat is not None and found.lon is not None else None


def box_around(pins: Sequence[Pin]) -> Box:
    """The pins with some room, in the shape of the map: a degree of longitude is as wide as it is in the middle latitude."""
    south, north = min(p.lat for p in pins), max(p.lat for p in pins)
    west, east = min(p.lon for p in pins), max(p.lon for p in pins)
    middle = (south + north) / 2
    narrow = max(0.2, cos(radians(middle)))
    height = max(LEAST_DEGREES, (north - south) * 1.3)
    width = max(LEAST_DEGREES / narrow, (east - west) * 1.4)
    height = max(height, width * narrow * HEIGHT / WIDTH)
    width = height * WIDTH / HEIGHT / narrow
    centre = (west + east) / 2
    return Box(middle - height / 2, middle + height / 2, centre - width / 2, centre + width / 2)


def graticule(box: Box) -> tuple[Line, ...]:
    step = next((s for s in STEPS if (box.north - box.south) / s <= 5), STEPS[-1])
    found = []
    for lat in range(-90, 91, step):
        if box.south < lat < box.north:
            y = box.y(lat)
            found.append(Line(f"0,{y} {WIDTH},{y}", f"{abs(lat)}°{'N' if lat > 0 else 'S' if lat < 0 else ''}", 4, y - 3))
    for lon in range(-180, 181, step):
        if box.west < lon < box.east:
            x = box.x(lon)
            found.append(Line(f"{x},0 {x},{HEIGHT}", f"{abs(lon)}°{'E' if lon > 0 else 'W' if lon < 0 else ''}", x + 3, HEIGHT - 5))
    return tuple(found)


@lru_cache(maxsize=32)
def land(box: Box) -> str:
    """The path of all cells in which there is a town, as horizontal stripes; some ten kilobytes for a continent."""
    columns, rows = WIDTH // CELL, HEIGHT // CELL
    per_x, per_y = columns / (box.east - box.west) / 1000, rows / (box.north - box.south) / 1000
    west, north = box.west * 1000, box.north * 1000
    cells: set[tuple[int, int]] = set()
    for lat, lon in gazetteer().positions():
        x, y = (lon - west) * per_x, (north - lat) * per_y
        if 0 <= x < columns and 0 <= y < rows:
            cells.add((int(y), int(x)))
    return "".join(stripes(sorted(cells)))


def stripes(cells: Sequence[tuple[int, int]]) -> Iterable[str]:
    """Runs of neighbours in one row."""
    start = last = None
    for cell in (*cells, None):
        if start is not None and last is not None and (cell is None or cell != (last[0], last[1] + 1)):
            yield f"M{start[1] * CELL} {start[0] * CELL + CELL // 2}h{(last[1] - start[1] + 1) * CELL}"
            start = None
        start, last = start or cell, cell


def labelled(pins: Sequence[Pin]) -> tuple[Pin, ...]:
    """Each name beside its pin where there is room for it; without room it is in the tooltip only."""
    taken: list[tuple[int, int, int, int]] = [(p.x - 5, p.y - 5, p.x + 5, p.y + 5) for p in pins]
    found = []
    for pin in sorted(pins, key=lambda p: (p.css == "removed", p.y)):
        length = round(len(pin.name) * 6.2)
        choices = [
            (pin.x + 8, pin.y + 4, "start"),
            (pin.x - 8, pin.y + 4, "end"),
            (pin.x + 6, pin.y - 8, "start"),
            (pin.x + 6, pin.y + 16, "start"),
        ]
        placed = next((c for c in choices if is_free(room(c, length), taken)), None)
        if placed is None:
            found.append(replace(pin, is_named=False))
            continue
        taken.append(room(placed, length))
        found.append(replace(pin, text_x=placed[0], text_y=placed[1], anchor=placed[2]))
    return tuple(found)


def room(choice: tuple[int, int, str], length: int) -> tuple[int, int, int, int]:
    x, y, anchor = choice
    left = x if anchor == "start" else x - length
    return left, y - 10, left + length, y + 2


def is_free(box: tuple[int, int, int, int], taken: Iterable[tuple[int, int, int, int]]) -> bool:
    left, top, right, bottom = box
    if left < 0 or right > WIDTH or top < 0 or bottom > HEIGHT:
        return False
    return all(right <= t[0] or left >= t[2] or bottom <= t[1] or top >= t[3] for t in taken)
