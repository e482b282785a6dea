"""Proposes a programme folder from the text of an announcement, for a person to edit.

It errs on the side of too much: deleting a block is quicker than writing one. Every proposed fact has its quote, reads back as the value that was found, and
equal statements are proposed once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor import plugins
from monitor.baseline.folder import FACTS, PROGRAMME, REVISIONS, is_programme_id
from monitor.baseline.written import block, toml, written_value
from monitor.core.kinds import Kind
from monitor.core.lang import Lexicon, load
from monitor.core.model import Count, Countries, Country, Money, Observation, Page, Region, Role, Site, Value
from monitor.core.text.language import UNKNOWN
from monitor.errors import UsageError

# What is said to hold, now or by plan; restatements, deltas, scenarios and the past are not what was announced.
_ANNOUNCED = (Role.CURRENT, Role.PLANNED, Role.TOTAL, Role.PART, Role.TRANCHE, Role.TARGET, Role.DEADLINE, Role.QUOTED)
_REGIONS = (Region.MAIN, Region.META)
_LEAST_COUNTRIES = 3  # that many in one sentence are a list of participants, fewer are just mentioned
_QUOTE_CHARS = 300
_LABEL_WORDS = 8
_ABOUT_WORDS = 6
_WORD = re.compile(r"[^\W\d_][\w'’-]{2,40}")
_PREFIX = {"money": "budget", "date": "date", "count": "count", "site": "site", "countries": "participants"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed folder: its name and the text of each of its files."""

    id: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed fact."""

    kind: str
    value: Value
    quote: str
    words: tuple[str, ...]  # of the sentence, nearest to the mention first


def draft(
    page: Page, observations: Sequence[Observation], programme_id: str | None = None, kinds: Mapping[str, Kind] | None = None
) -> Draft:
    """The proposed folder. Raises UsageError when the id cannot name a folder."""
    kinds = plugins.kinds() if kinds is None else kinds
    chosen = programme_id or slug(page.title) or "new-programme"
    if not is_programme_id(chosen):
        raise UsageError(f"{chosen[:60]!r} cannot name a programme: small letters, digits and hyphens only")
    lexicon = load(None if page.language == UNKNOWN else page.language)
    proposals = list(_distinct(_proposals(page, observations), kinds))
    texts = {PROGRAMME: _programme_text(page, chosen), FACTS: _facts_text(page, proposals, kinds, lexicon), REVISIONS: _REVISIONS_TEXT}
    return Draft(chosen, texts)


def slug(text: str) -> str:
    """A text as a key: small ASCII letters and digits joined by hyphens, at most 50 characters, cut at a word.

    >>> slug("Région Île-de-France: 3 sites")
    'region-ile-de-france-3-sites'
    """
    plain = (
        unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    words = re.findall(r"[a-z0-9]+", plain)
    made = ""
    for word in words:
        if len(made) + len(word) + 1 > 50:
            break
        made = f"{made}-{word}" if made else word
    return made or (words[0][:50] if words else "")


# ----------------------------------------------------------------------------------------------------------------------- proposals


def _proposals(page: Page, observations: Sequence[Observation]) -> Iterator[Proposal]:
    usable = [o for o in observations if o.region in _REGIONS and o.role in _ANNOUNCED]
    for observation in usable:
        if observation.kind in ("money", "date", "count", "site") and _is_telling(observation):
            yield Proposal(observation.kind, observation.value, _quote(page, observation), _words_near(page, observation))
    yield from _country_lists(page, usable)


def _is_telling(observation: Observation) -> bool:
    """Whether a value can stand in a baseline: money with its currency, things with their noun, sites with a name or a place."""
    match observation.value:
        case Money(currency=currency, vague=vague):
            return currency is not None and not vague
        case Count(unit=unit, measure=measure):
            return bool(unit) and (not measure or observation.confidence >= 0.7)
        case Site(name=name, host=host, place=place):
            return bool(name or host or place)
        case _:
            return observation.role is not Role.PUBLICATION


def _country_lists(page: Page, observations: Sequence[Observation]) -> Iterator[Proposal]:
    by_sentence: dict[tuple[int, int], list[Observation]] = {}
    for observation in observations:
        if isinstance(observation.value, Country):
            by_sentence.setdefault((observation.sentence_start, observation.sentence_end), []).append(observation)
    for found in by_sentence.values():
        codes = tuple(dict.fromkeys(o.value.country for o in found if isinstance(o.value, Country)))
        if len(codes) >= _LEAST_COUNTRIES:
            yield Proposal("countries", Countries(codes), _quote(page, found[0]), _words_near(page, found[0]))


def _distinct(proposals: Iterator[Proposal], kinds: Mapping[str, Kind]) -> Iterator[Proposal]:
    """Each statement once: a value that an earlier one of its kind already says is left out, the more precise one of a site stays."""
    kept: list[Proposal] = []
    for proposal in proposals:
        kind = kinds.get(proposal.kind)
        if kind and not any(k.kind == proposal.kind and _says_the_same(kind, k.value, proposal.value) for k in kept):
            kept.append(proposal)
            yield proposal


def _says_the_same(kind: Kind, old: Value, new: Value) -> bool:
    if isinstance(old, Count) and isinstance(new, Count) and (old.unit or "").casefold() != (new.unit or "").casefold():
        return False
    return kind.compare(old, new).verdict in ("same", "coarser")


def _quote(page: Page, observation: Observation) -> str:
    start, end = _row(page, observation) or (observation.sentence_start, observation.sentence_end)
    if end - start > _QUOTE_CHARS:
        start = max(start, observation.start - _QUOTE_CHARS // 2)
        end = min(end, start + _QUOTE_CHARS)
    return " ".join(page.text[start:end].split())


def _row(page: Page, observation: Observation) -> tuple[int, int] | None:
    """The bounds of the table row a mention stands in: a cell alone proves little."""
    if not 0 <= observation.passage < len(page.passages):
        return None
    cell = page.passages[observation.passage]
    if cell.row is None:
        return None
    cells = [p for p in page.passages if (p.group, p.row) == (cell.group, cell.row)]
    return cells[0].start, cells[-1].end


def _words_near(page: Page, observation: Observation) -> tuple[str, ...]:
    """The words of the sentence but those of the mention, nearest first; long ones only, as those tell facts apart."""
    text = page.text[observation.sentence_start : observation.sentence_end]
    begin, end = observation.start - observation.sentence_start, observation.end - observation.sentence_start
    found = [(min(abs(m.start() - end), abs(begin - m.end())), m[0]) for m in _WORD.finditer(text) if m.end() <= begin or m.start() >= end]
    return tuple(dict.fromkeys(word for _, word in sorted(found, key=lambda f: f[0]) if len(word) >= 4 or word.isupper()))


# ---------------------------------------------------------------------------------------------------------------------------- files


def _programme_text(page: Page, programme_id: str) -> str:
    lines = [
        "# A proposal: look through it, correct it, then run `monitor baseline check`.",
        f"id = {toml(programme_id)}",
        f"title = {toml(page.title or programme_id)}",
        'aliases = []  # other names of the programme, in every language it is written about, like ["KI-Fabriken"]',
        "not_about = []  # sister programmes met on the same pages",
        f"languages = {toml([page.language if page.language != 'und' else 'en'])}",
    ]
    if page.published_on:
        lines.append(f"announced_on = {toml(page.published_on)}")
    return "\n".join(lines) + "\n\n" + _source_text(page)


def _source_text(page: Page) -> str:
    host = urlsplit(page.url).hostname or ""
    if not page.url.startswith(("http://", "https://")):
        return '# [[source]]\n# id = "news"\n# url = "https://..."\n# kind = "page"\n# authority = "official"\n# every = "6h"\n'
    language = page.language if page.language != UNKNOWN else None
    lines: list[tuple[str, object]] = [
        ("id", "announcement"),
        ("url", page.url),
        ("kind", "page"),
        ("authority", "official"),
        ("every", "6h"),
    ]
    return block("source", [*lines, ("language", language), ("publisher", host.removeprefix("www."))])


def _facts_text(page: Page, proposals: Sequence[Proposal], kinds: Mapping[str, Kind], lexicon: Lexicon) -> str:
    used: set[str] = set()
    sites = sum(p.kind == "site" for p in proposals)
    blocks = ["# The announcement: version 1 of every fact. Proposed; delete what you do not want to follow.\n"]
    for proposal in proposals:
        written = _readable(proposal, kinds[proposal.kind], lexicon)
        if written is not None:
            blocks.append(block("fact", _lines(page, proposal, written, _free(_key(proposal), used), sites)))
    return "\n".join(blocks)


def _readable(proposal: Proposal, kind: Kind, lexicon: Lexicon) -> object | None:
    written = written_value(proposal.value, kind, lexicon)
    if isinstance(written, Mapping):  # the gazetteer knows coordinates; in a file for people they are in the way
        written = {key: value for key, value in written.items() if key not in ("lat", "lon")}
    return written if kind.parse(written, lexicon) is not None else None


def _lines(page: Page, proposal: Proposal, written: object, key: str, sites: int) -> list[tuple[str, object]]:
    counts = "site.*" if isinstance(proposal.value, Count) and sites > 1 and proposal.value.count == sites else None
    return [
        ("key", key),
        ("kind", proposal.kind),
        ("label", _label(proposal)),
        ("value", written),
        ("about", list(proposal.words[:_ABOUT_WORDS]) if proposal.kind != "site" else None),
        ("counts", counts),
        ("from", page.published_on),
        ("quote", proposal.quote),
        ("url", page.url if page.url.startswith(("http://", "https://")) else None),
    ]


def _key(proposal: Proposal) -> str:
    prefix = _PREFIX.get(proposal.kind, proposal.kind)
    match proposal.value:
        case Site(name=name, host=host, place=place):
            tail = slug(place or name or host or "")
        case Count(unit=unit):
            tail = slug(unit or "")
        case _:
            tail = slug(" ".join(proposal.words[:2]))
    return f"{prefix}.{tail or 'one'}"


def _free(key: str, used: set[str]) -> str:
    free = key if key not in used else next(f"{key}-{n}" for n in range(2, len(used) + 3) if f"{key}-{n}" not in used)
    used.add(free)
    return free


def _label(proposal: Proposal) -> str:
    match proposal.value:
        case Site(name=name, host=host, place=place):
            return name or host or place or "site"
        case Count(unit=unit) if unit:
            return unit[:1].upper() + unit[1:]
        case _:
            words = proposal.quote.split()
            return " ".join(words[:_LABEL_WORDS]) + (" ..." if len(words) > _LABEL_WORDS else "")


_REVISIONS_TEXT = "# Accepted changes, oldest first. Only ever add at the end: `monitor review` does, and so may you.\n"
