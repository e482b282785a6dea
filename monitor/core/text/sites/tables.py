"""Sites in tables: one per row, composed of the cells under headings that say name, place, host or country in any of the languages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monitor.core.model import Form, Passage, Place, Site
from monitor.core.places import candidates
from monitor.core.text.countries import read_country
from monitor.core.text.fold import fold
from monitor.core.text.sites.atoms import AtomKind, Scene, SiteSpan
from monitor.core.text.sites.lines import read_line
from monitor.core.text.townscene import home_countries
from monitor.core.text.words import properties

_CERTAIN = 0.9
_AMOUNTS = frozenset({"cost", "budget", "investment", "funding", "grant", "loan", "jobs", "power"})  # columns of these hold no name
_NO_NAME = re.compile(r"[\d\s.,:/%€$£+–-]*\Z")
_Row = list[tuple[int, Passage]]


def in_tables(scene: Scene) -> Iterator[SiteSpan]:
    """Sites of all tables of the page."""
    for rows in _tables(scene).values():
        roles = _roles(scene, rows)
        if not {"place", "region"}.isdisjoint(roles.values()) or "host" in roles.values() or "country" in roles.values():
            found = [site for row in rows if (site := _of_row(scene, row, roles)) is not None]
            countries = {s.site.country for s in found if s.site.country}
            lone = next(iter(countries)) if len(countries) == 1 and "country" not in roles.values() else None
            yield from (s if s.site.country or not lone else s._replace(site=replace(s.site, country=lone)) for s in found)


def _tables(scene: Scene) -> Mapping[int, list[_Row]]:
    """The cells of each table, row by row."""
    rows: dict[tuple[int, int], _Row] = defaultdict(list)
    for number, passage in enumerate(scene.page.passages):
        if passage.form is Form.CELL and passage.group is not None and passage.row is not None:
            rows[passage.group, passage.row].append((number, passage))
    tables: dict[int, list[_Row]] = defaultdict(list)
    for (group, _), row in sorted(rows.items()):
        tables[group].append(row)
    return tables


def _roles(scene: Scene, rows: Sequence[_Row]) -> Mapping[int, str]:
    """What each column holds, by its header; the first column is the name when another says where, and no column is called so."""
    roles: dict[int, str] = {}
    for row in rows:
        for _, cell in row:
            if cell.column is not None and cell.column not in roles:
                role = role_of(scene, cell.column_header or "")
                if role and role not in roles.values():
                    roles[cell.column] = role
    if "name" not in roles.values() and "host" in roles.values() and "place" in roles.values():
        roles[next(c for c, role in roles.items() if role == "host")] = "name"  # a site known by who builds it
    columns = sorted({cell.column for row in rows for _, cell in row if cell.column is not None})
    if columns and "name" not in roles.values() and columns[0] not in roles and "place" in roles.values():
        roles[columns[0]] = "name"
    return roles


def role_of(scene: Scene, header: str) -> str | None:
    """name, place, host or country for a column header; None when it says something else."""
    key = fold(header)
    if not key or len(key) > 40 or properties(scene.lexicon).concepts(header) & _AMOUNTS:
        return None
    if key in scene.words.columns:
        return scene.words.columns[key]
    found = [scene.words.columns[t] for t in key.split() if t in scene.words.columns]
    return next((role for role in ("country", "place", "region", "host", "name") if role in found), None)


def _of_row(scene: Scene, row: _Row, roles: Mapping[int, str]) -> SiteSpan | None:
    """The site of one row; None when it has neither a name nor a place, or is a total or a number."""
    cells = {roles[cell.column]: (number, cell) for number, cell in row if cell.column in roles and cell.column is not None}
    text = scene.page.text
    if all(text[c.start : c.end] == c.column_header for _, c in row):
        return None  # the heads themselves, where they are no <th>
    if sum(role_of(scene, text[c.start : c.end]) is not None and fold(text[c.start : c.end]) in scene.words.columns for _, c in row) >= 2:
        return None
    name_cell = cells.get("name")
    name = text[name_cell[1].start : name_cell[1].end].strip() if name_cell else None
    if name is not None and (
        _NO_NAME.match(name)
        or len(name) > 120
        or fold(name) in scene.words.columns
        or fold(name) in {"total", "summe", "gesamt", "suma", "totale", "totaal", "ensemble"}
    ):
        return None
    site = _composed(scene, cells, name)
    anchor = name_cell or cells.get("place") or cells.get("region") or cells.get("host")
    if anchor is None or not (site.place or site.country or (site.host and site.name)):
        return None
    if anchor is cells.get("region") and not site.place:
        return None  # a list of states is no list of sites
    number, cell = anchor
    return SiteSpan(cell.start, cell.end, site, _CERTAIN if name_cell else 0.6, number)


def _country_of(written: str) -> str | None:
    """The country a cell under "state" or "province" points to: its own name, or that of a region or larger town."""
    code = read_country(written)
    return code or next(
        (c.place.country for c in candidates(fold(written)) if c.is_main and (c.place.place_type == "region" or c.population > 20_000)),
        None,
    )


def _looked_up(written: str, country: str | None, scene: Scene) -> Place | None:
    """The place a cell under "location" names, of the row's country or the page's: the heading has said that it is one."""
    homes = (country,) if country else home_countries(scene.page.language or scene.lexicon.code)
    found = [c.place for c in candidates(fold(written)) if c.is_main or c.population > 5_000]
    return next((p for home in homes for p in found if p.country == home), None)


def _composed(scene: Scene, cells: Mapping[str, tuple[int, Passage]], name: str | None) -> Site:
    """A site from the cells of a row; a place cell may also hold host and country ("TU Wien, Vienna (AT)")."""
    text = scene.page.text
    spans = [(role, cells[role][1]) for role in ("place", "region", "country", "host", "name") if role in cells]
    atoms = [(role, a) for role, cell in spans for a in scene.within(cell.start, cell.end)]
    place = next((a for _, a in atoms if a.kind is AtomKind.PLACE and a.place), None)
    countries = [read_country(text[cell.start : cell.end]) for role, cell in spans if role == "country"]
    country = next((c for c in countries if c), None) or next((a.country for _, a in atoms if a.kind is AtomKind.COUNTRY), None)
    host_cell = cells.get("host")
    host = (
        text[host_cell[1].start : host_cell[1].end].strip()
        if host_cell
        else next((a.text for role, a in atoms if a.kind is AtomKind.ORGANISATION and role != "name"), None)
    )
    if host is None and "place" in cells:
        rest = read_line(scene, cells["place"][1].start, cells["place"][1].end)
        host = rest.names[0].text if rest.ok and rest.names and (rest.place or rest.country) else None
    written = cells.get("place")
    region = cells.get("region")
    if written and (place is None or (region and region[1].start <= place.start < region[1].end)):
        place = None
    code_beside = country or _country_of(text[region[1].start : region[1].end] if region else "")
    cell = (written or region or (None, None))[1]
    where = place.place if place else _looked_up(text[cell.start : cell.end], code_beside, scene) if cell else None
    place_name = (
        where.name if where else text[written[1].start : written[1].end].strip()[:80] if written and not country and not host else None
    )
    code = country or (where.country if where else None) or code_beside
    fits = where is not None and where.country == code
    return Site(name, host, place_name, code, where.lat if where and fits else None, where.lon if where and fits else None)
