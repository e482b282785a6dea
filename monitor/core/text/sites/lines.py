"""Sites in lines: list items, headings, cards, definitions - "BSC AIF (Barcelona)", "Kajaani, Finland: LUMI AIF at CSC", "Czechia (CZAI)".

A line is a site when it holds a name and where that is, and nothing else but punctuation and small words. Lines confirm each other: several of one shape
under a heading about sites are surer than one alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.core.model import Form, Passage, Site
from monitor.core.text.fold import fold
from monitor.core.text.names import common_words, small_words
from monitor.core.text.proper import FIRST_NAMES, UPPER_CLASS
from monitor.core.text.sites.atoms import Atom, AtomKind, Scene, SiteSpan, is_striking
from monitor.core.text.sites.headed import headed_name, place_below

_LONGEST_LINE = 160
_FORMS = frozenset({Form.ITEM, Form.HEADING, Form.TERM, Form.DEFINITION, Form.CAPTION, Form.PARAGRAPH, Form.META, Form.CELL})
_DATE_OR_MONEY = re.compile(
    r"\d{1,2}[.:/]\d{2}|(?<!\d)(?:19|20)\d\d(?!\d)|[€$£%]|\d{4,}|@|https?:|\b(?:EUR|USD|Mio|Mrd|million|billion|Tel|Fax)\b", re.IGNORECASE
)
_STARTS_UPPER = re.compile(rf"\d{{0,3}}{UPPER_CLASS}")


class Line(NamedTuple):
    """What a line says: pieces are the words that are no place, country, organisation or punctuation, in order."""

    names: tuple[Atom, ...]
    place: Atom | None
    country: Atom | None
    host: Atom | None
    ok: bool


def in_lines(scene: Scene) -> Iterator[SiteSpan]:
    """Sites of all lines of the page."""
    passages = scene.page.passages
    found: list[SiteSpan] = []
    for number, passage in enumerate(passages):
        if (
            passage.form not in _FORMS
            or passage.end - passage.start > _LONGEST_LINE
            or (passage.form is Form.CELL and passage.column_header)
        ):
            continue
        site = (
            _of_line(scene, passage, number)
            or _of_label(scene, passage, number)
            or _of_heading_and_line(scene, passage, number)
            or headed(scene, passage, number)
        )
        if site is not None:
            found.append(site)
    yield from _supported(scene, found)


def read_line(scene: Scene, start: int, end: int) -> Line:
    """The parts of a slice; `ok` is false where it holds more than a line of this kind may."""
    text = scene.page.text
    atoms = [a for a in scene.within(start, end) if a.end <= end]
    places = [a for a in atoms if a.kind is AtomKind.PLACE]
    countries = [a for a in atoms if a.kind is AtomKind.COUNTRY]
    hosts = [a for a in atoms if a.kind is AtomKind.ORGANISATION]
    names = sorted([*(a for a in atoms if a.kind is AtomKind.NAME), *_pieces(scene, start, end, atoms)])
    fits = len(places) <= 2 and len(countries) <= 1 and len(hosts) <= 1 and len(names) <= 2 and not _DATE_OR_MONEY.search(text[start:end])
    if len(places) == 2:
        fits = (
            fits and any(p.place is not None and p.place.place_type == "region" for p in places) and places[0].country == places[1].country
        )
    ok = fits and all(_is_name(a.text) for a in names)
    return Line(tuple(names), places[0] if places else None, countries[0] if countries else None, hosts[0] if hosts else None, ok)


def _pieces(scene: Scene, start: int, end: int, atoms: Sequence[Atom]) -> Iterator[Atom]:
    """What is left of a slice between its atoms: proper words that may be a name."""
    at = start
    for stop, resume in [*((a.start, a.end) for a in atoms), (end, end)]:
        yield from _left_over(scene, at, stop)
        at = max(at, resume)


def _left_over(scene: Scene, start: int, end: int) -> Iterator[Atom]:
    text = scene.page.text
    for part in re.finditer(r"[^,;:()|\"“”„«»–—\n]+(?:(?<=\w):\w[^,;:()|\"“”„«»–—\n]*)?", text[start:end]):
        for begin, stop in _split_at_dash(text, start + part.start(), start + part.end()):
            first, last = _trimmed(scene, begin, stop)
            if first < last:
                yield Atom(first, last, AtomKind.NAME, text[first:last])


def _split_at_dash(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for dash in re.finditer(r" - ", text[start:end]):
        yield at, start + dash.start()
        at = start + dash.end()
    yield at, end


def _trimmed(scene: Scene, start: int, end: int) -> tuple[int, int]:
    """A slice without edge punctuation, phrases like "hosted by" and small words at either end."""
    text = scene.page.text
    leading = scene.words.leading.match(text, start, end)
    start = leading.end() if leading else start
    cut = scene.words.trailing.search(text[start:end])
    return start, start + cut.start() if cut else end


def _is_name(text: str) -> bool:
    """Whether the words left over can be a name: a few, beginning with a capital, with hardly a small-letter word among them."""
    parts = text.split()
    small = sum(1 for p in parts if p[0].islower() and len(p) > 3)
    return 0 < len(parts) <= 7 and len(text) <= 70 and bool(_STARTS_UPPER.match(text)) and small <= 1 + (len(parts) > 4)


# ------------------------------------------------------------------------------------------------------------------- shapes of lines


def _of_line(scene: Scene, passage: Passage, number: int) -> SiteSpan | None:
    """A line that says everything itself."""
    if not any(a.kind in {AtomKind.PLACE, AtomKind.COUNTRY} for a in scene.within(passage.start, passage.end)):
        return None
    if passage.form is Form.PARAGRAPH and scene.page.text[passage.start : passage.end].rstrip().endswith((".", "!", "?")):
        return None
    line = read_line(scene, passage.start, passage.end)
    if not line.ok or not (line.place or line.country):
        return None
    if not line.names and line.host and line.place and _names_a_site(scene, line.host):
        return SiteSpan(line.host.start, line.host.end, compose(line.host.text, None, line.place, line.country), 0.65, number)
    if not line.names:
        return _nameless(scene, passage, number, line)
    name = line.names[0]
    host = line.host.text if line.host else line.names[1].text if len(line.names) > 1 else None
    if _is_person(name.text) or _is_key(scene, name.text) or _is_general(scene, name.text):
        return None
    return SiteSpan(
        name.start, name.end, compose(name.text, host, line.place, line.country), _confidence(scene, passage, name, line), number
    )


def _names_a_site(scene: Scene, body: Atom) -> bool:
    """Whether a body is a thing that stands somewhere, such as a hospital or an observatory."""
    folded = fold(body.text)
    return any(t in scene.words.nouns for t in folded.split()) or (
        scene.lexicon.code in {"de", "nl"} and any(t.endswith(n) for t in folded.split() for n in scene.words.nouns if len(n) > 5)
    )


def _nameless(scene: Scene, passage: Passage, number: int, line: Line) -> SiteSpan | None:
    """A line with only a place or only a host and its place: a site where the heading or lead-in says so."""
    about = _about_sites(scene, passage)
    if passage.form not in {Form.ITEM, Form.TERM} or not (line.place or line.host) or not (about or line.host):
        return None
    anchor = line.host or line.place
    assert anchor is not None
    confidence = 0.7 if about else 0.42
    return SiteSpan(
        anchor.start, anchor.end, compose(None, line.host.text if line.host else None, line.place, line.country), confidence, number
    )


def _of_label(scene: Scene, passage: Passage, number: int) -> SiteSpan | None:
    """A definition whose term is the name and whose text is the place ("LUMI AIF": "Kajaani, Finland"), or the other way round."""
    if passage.form is not Form.DEFINITION or number == 0 or scene.page.passages[number - 1].form is not Form.TERM:
        return None
    term = scene.page.passages[number - 1]
    label, said = read_line(scene, term.start, term.end), read_line(scene, passage.start, passage.end)
    whole = scene.page.text[term.start : term.end].strip()
    if (
        said.ok
        and said.place
        and not said.names
        and label.place
        and _is_name(whole)
        and any(t in scene.words.nouns for t in fold(whole).split()[1:])
    ):
        return SiteSpan(term.start, term.end, compose(whole, None, said.place, said.country), 0.72, number - 1)
    if not label.ok or not said.ok:
        return None
    names, place, country = (*label.names, *said.names), label.place or said.place, label.country or said.country
    host = label.host or said.host
    if len(names) != 1 or not (place or country or host) or _is_key(scene, names[0].text) or _is_person(names[0].text):
        return None
    where = number - 1 if label.names else number
    return SiteSpan(
        names[0].start,
        names[0].end,
        compose(names[0].text, host.text if host else None, place, country),
        0.72 if place or country else 0.45,
        where,
    )


def _of_heading_and_line(scene: Scene, passage: Passage, number: int) -> SiteSpan | None:
    """A heading that is a name, with lines below that say only where, who, or "Location: ..."."""
    if passage.form is not Form.HEADING:
        return None
    heading = read_line(scene, passage.start, passage.end)
    if (
        len(heading.names) != 1
        or not heading.ok
        or heading.place
        or heading.country
        or _is_person(heading.names[0].text)
        or _is_general(scene, heading.names[0].text)
    ):
        return None
    place = country = None
    host = heading.host
    for below in scene.page.passages[number + 1 : number + 6]:
        if below.form is Form.HEADING or below.end - below.start > 90:
            break
        line = read_line(scene, below.start, below.end)
        keyed = line.names and all(_is_key(scene, n.text) for n in line.names)
        if not line.ok or (line.names and not keyed):
            continue
        place, country, host = place or line.place, country or line.country, host or line.host
    name = heading.names[0]
    if not (place or country):
        return None
    return SiteSpan(name.start, name.end, compose(name.text, host.text if host else None, place, country), 0.7, number)


def headed(scene: Scene, passage: Passage, number: int) -> SiteSpan | None:
    """A heading that is a whole name, placed by the paragraphs below it."""
    name = headed_name(scene, passage)
    if name is None or _is_person(name) or _is_general(scene, name):
        return None
    place = place_below(scene, number, lambda key: _is_key(scene, key))
    if place is None:
        return None
    start = scene.page.text.index(name, passage.start)
    return SiteSpan(start, start + len(name), compose(name, None, place, None), 0.68, number)


def _is_key(scene: Scene, text: str) -> bool:
    """Whether words only say what follows ("Location", "Host", "Land")."""
    return fold(text) in scene.words.columns


def _is_general(scene: Scene, name: str) -> bool:
    """Whether a name holds only words that many names share ("Standorte", "The seven sites")."""
    return all(t in scene.words.nouns or t in common_words() or t in small_words() or t in scene.words.general for t in fold(name).split())


def _is_person(name: str) -> bool:
    parts = name.split()
    return (
        len(parts) in {2, 3}
        and not any(p.isupper() and len(p) > 1 for p in parts[1:])
        and (parts[0] in FIRST_NAMES or parts[0].rstrip(".") in {"Dr", "Prof", "Mr", "Ms", "Mrs", "Sir"})
    )


def compose(name: str | None, host: str | None, place: Atom | None, country: Atom | None) -> Site:
    """A site from its parts; the country beside wins over the country of the place."""
    found = place.place if place else None
    code = country.country if country else found.country if found else None
    fits = found is not None and found.country == code
    where = found.name if found is not None and place is not None else None
    return Site(name, host, where, code, found.lat if found and fits else None, found.lon if found and fits else None)


# -------------------------------------------------------------------------------------------------------------------- how sure


def _about_sites(scene: Scene, passage: Passage) -> bool:
    """Whether the heading above or the lead-in of a line speaks of sites."""
    around = " ".join([*(passage.headings[-1:]), passage.label or "", scene.page.title])
    return any(word in scene.words.nouns for word in fold(around).split())


def _confidence(scene: Scene, passage: Passage, name: Atom, line: Line) -> float:
    confidence = 0.5
    if name.sure:
        confidence += 0.35
    if is_striking(name.text.split()[0]) or any(w in scene.words.nouns for w in fold(name.text).split()):
        confidence += 0.15
    if _about_sites(scene, passage):
        confidence += 0.15
    if passage.form in {Form.PARAGRAPH, Form.CAPTION}:
        confidence -= 0.15
    if passage.form is Form.HEADING and not (is_striking(name.text.split()[0]) or name.sure):
        confidence -= 0.1
    if not line.place:
        confidence -= 0.05
    return min(0.95, confidence)


def _supported(scene: Scene, found: Sequence[SiteSpan]) -> Iterator[SiteSpan]:
    """Raises lines with siblings of the same shape in the same list."""
    groups = Counter(scene.page.passages[s.passage].group for s in found)
    for span in found:
        group = scene.page.passages[span.passage].group
        siblings = groups[group] if group is not None else 1
        yield span._replace(confidence=min(0.95, round(span.confidence + (0.2 if siblings >= 3 else 0.1 if siblings == 2 else 0.0), 2)))
