"""Pull candidate facts out of a page: mentions found by the kinds, each with the context it is said in.

1. Kinds look in a fixed order: money, date and count share the numbers (a number belongs to the first that reads it); names of things may overlap.
2. A mention takes region and headers from its passage, and roles from the cues of its sentence.
3. Two values of one kind in one sentence may be the old and the new one of a pair.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from monitor.core.kinds import AGREE, Kind, Span, exchange
from monitor.core.lang import Lexicon
from monitor.core.model import Count, DateSpan, Mention, Money, Observation, Page, Passage, Qualifier, Region, Role, Setting, Site
from monitor.core.text import cues
from monitor.core.text.names import find_names
from monitor.core.text.passages import sentences
from monitor.core.text.words import properties

NUMERIC = ("money", "date", "count")
NAMES = ("site", "organisation", "place", "country", "status")

# design.md, section 6: what a page may yield at most. Main text is kept before the margins.
MOST_OBSERVATIONS = 200

# Anything derived carries the version of what derived it: raise it when reading, extraction or linking gives other results for the same page.
EXTRACTOR_VERSION = "2"

# Confidence of a known name met by itself: it is the site, but nothing may be said of it.
KNOWN_SITE = 0.7

_BLANKS = re.compile(r"\s+")
# A value dated more than this before the page's own date is told as history ("in 2013 the minister promised EUR 2.5bn").
HISTORY = timedelta(days=400)
_HEADS_LINE = re.compile(r"\s?(?::|[–—-]\s)")


def extract(page: Page, kinds: Mapping[str, Kind], lexicon: Lexicon, setting: Setting) -> list[Observation]:
    """All candidate facts of a page, in text order, at most MOST_OBSERVATIONS; `quote == page.text[start:end]` for each.

    `kinds` says which to look for; never raises, whatever the page holds.
    """
    setting = replace(setting, language=page.language, published_on=page.published_on or setting.published_on)
    mentions = _with_currency(_mentions(page, kinds, lexicon, setting))
    observations = _observe(page, mentions, lexicon, setting)
    if len(observations) > MOST_OBSERVATIONS:
        observations = sorted(observations, key=lambda o: (o.region is not Region.MAIN, o.kind not in (*NUMERIC[:2], "site"), o.start))[
            :MOST_OBSERVATIONS
        ]
    return sorted(observations, key=lambda o: (o.start, o.end, o.kind))


def _mentions(page: Page, kinds: Mapping[str, Kind], lexicon: Lexicon, setting: Setting) -> list[Mention]:
    found: list[Mention] = []
    taken: list[Span] = []
    for name in NUMERIC:
        if name in kinds:
            new = kinds[name].find(page, lexicon, setting, taken)
            found += new
            taken = sorted([*taken, *((m.start, m.end) for m in new)])
    organisations: list[Span] = []
    for name in (*NAMES, *(n for n in kinds if n not in NUMERIC + NAMES)):
        if name in kinds:
            new = kinds[name].find(page, lexicon, setting, organisations if name in ("place", "country") else ())
            found += new
            if name == "organisation":
                organisations = sorted((m.start, m.end) for m in new)
    if "site" in kinds:
        found += _known_sites(page, setting, [m for m in found if m.kind == "site"])
    return sorted(found, key=lambda m: (m.start, m.end))


def _known_sites(page: Page, setting: Setting, sites: Sequence[Mention]) -> list[Mention]:
    """Known sites wherever they are named, also where nothing else tells that a name is a site's."""
    names = tuple(n for n in setting.names if n.kind == "site")
    return [
        Mention("site", Site(page.text[s.start : s.end]), s.start, s.end, KNOWN_SITE)
        for s in find_names(page.text, names)
        if not any(m.start < s.end and s.start < m.end for m in sites)
    ]


def _with_currency(mentions: list[Mention]) -> list[Mention]:
    """Bare amounts ("together 80 million") borrow the currency of the page, where it has only one."""
    spoken = {m.value.currency for m in mentions if isinstance(m.value, Money) and m.value.currency and m.role is not Role.RESTATED}
    if len(spoken) != 1:
        return mentions
    currency = spoken.pop()
    return [
        replace(
            m,
            value=replace(m.value, currency=currency, currency_candidates=()),
            confidence=m.confidence * 0.9,
            cues=(*m.cues, "currency of the page"),
        )
        if isinstance(m.value, Money)
        and m.value.currency is None
        and m.value.amount is not None
        and m.value.amount >= 100_000
        and m.end - m.start >= 6
        else m
        for m in mentions
    ]


def _observe(page: Page, mentions: Sequence[Mention], lexicon: Lexicon, setting: Setting) -> list[Observation]:
    """Mentions with their context, one sentence at a time."""
    starts = [p.start for p in page.passages]
    by_sentence: dict[tuple[int, int, int], list[Mention]] = {}
    cache: dict[int, list[tuple[int, int]]] = {}
    for mention in mentions:
        index = bisect_right(starts, mention.start) - 1
        if index < 0 or mention.end > page.passages[index].end:
            continue
        if index not in cache:
            passage = page.passages[index]
            cache[index] = sentences(page.text, passage.start, passage.end, lexicon) or [(passage.start, passage.end)]
        start, end = _around(cache[index], mention)
        by_sentence.setdefault((index, start, end), []).append(mention)
    found: list[Observation] = []
    for (index, start, end), group in by_sentence.items():
        found += _judge(page, index, cues.mark(page.text[start:end], start, lexicon), group, lexicon, setting)
    return _table_pairs(page, found, lexicon)


def _around(bounds: Iterable[tuple[int, int]], mention: Mention) -> tuple[int, int]:
    """The sentence a mention stands in; one that a wrong split cuts through gets both halves."""
    first = last = None
    for start, end in bounds:
        if end > mention.start and start < mention.end:
            first = start if first is None else first
            last = end
    return (mention.start, mention.end) if first is None or last is None else (first, last)


def _judge(page: Page, index: int, sentence: cues.Sentence, group: list[Mention], lexicon: Lexicon, setting: Setting) -> list[Observation]:
    """The observations of one sentence: roles per mention, then the pairs among those of one kind."""
    passage = page.passages[index]
    group = [m for m in group if not (isinstance(m.value, DateSpan) and _is_price_base(sentence, m, lexicon))]
    dates = [m for m in group if isinstance(m.value, DateSpan)]
    found: list[Observation] = []
    sums = _sums(group)
    restated = _restatements(sentence, group)
    for kind in dict.fromkeys(m.kind for m in group):
        same = [m for m in group if m.kind == kind]
        spans = [(m.start, m.end) for m in same]
        tied = _ties(sentence, same, spans, lexicon) if kind in NUMERIC else {}
        for i, mention in enumerate(same):
            roles, words = _roles(sentence, spans, i, mention, passage, dates, lexicon, setting)
            pair_id = None
            if mention in restated and Role.RESTATED not in roles:
                roles = (Role.RESTATED, *(r for r in roles if r is not Role.CURRENT))
            if mention in sums and i not in tied:
                roles = (sums[mention], *(r for r in roles if r not in (Role.PART, Role.TOTAL, Role.SUM, Role.CURRENT)))
            if i in tied:
                is_old, pair_id, word = tied[i]
                roles = (
                    (Role.PAST, *(r for r in roles if r is not Role.PAST))
                    if is_old
                    else tuple(r for r in roles if r not in (Role.PAST, Role.DELTA, Role.DENIED))
                )
                words = (*words, word)
            if mention.kind == "count" and sentence.says("progress"):
                words = (*words, "progress")
            found.append(_observation(page, index, sentence, mention, roles, words, pair_id))
    return found


def _is_price_base(sentence: cues.Sentence, mention: Mention, lexicon: Lexicon) -> bool:
    """The year of "in 2015 prices" dates a price level, not an event."""
    after = next((t.end for t in sentence.words if t.start >= mention.end), mention.end)
    return sentence.says("price_base_after", mention.end, after) or sentence.says("price_base_before", mention.start - 24, mention.start)


def _sums(group: Sequence[Mention]) -> dict[Mention, Role]:
    """Amounts of one sentence of which one is the sum of the others: a total and its parts, whatever the words say."""
    amounts = [(m, m.value.amount) for m in group if isinstance(m.value, Money) and m.value.amount and m.role is not Role.RESTATED]
    if len(amounts) < 3:
        return {}
    total, most = max(amounts, key=lambda a: a[1] or 0)
    rest = [(m, a) for m, a in amounts if m is not total]
    slack = max(m.value.precision for m, _ in amounts if isinstance(m.value, Money))
    if most is None or abs(sum(a or 0 for _, a in rest) - most) > slack / 2:
        return {}
    return {total: Role.TOTAL, **{m: Role.PART for m, _ in rest}}


def _ties(sentence: cues.Sentence, same: list[Mention], spans: list[Span], lexicon: Lexicon) -> dict[int, tuple[bool, str, str]]:
    """For each mention of a pair: whether it is the old one, the id of the pair, the words that tie it."""
    tied: dict[int, tuple[bool, str, str]] = {}
    for i in range(len(same) - 1):  # what the kind itself read as old and new ("passa de 2030 para 2032")
        if "pair" in same[i].cues and same[i].role is Role.PAST and "pair" in same[i + 1].cues:
            tied[i], tied[i + 1] = (True, f"p{spans[i][0]}", "pair"), (False, f"p{spans[i][0]}", "pair")
    for pair in cues.pairs(sentence, spans, lexicon):
        if not {pair.old, pair.new} & set(tied) and _are_comparable(same[pair.old], same[pair.new]):
            pair_id = f"p{spans[min(pair.old, pair.new)][0]}"
            tied[pair.old] = (True, pair_id, pair.cue)
            tied[pair.new] = (False, pair_id, pair.cue)
    return tied


def _are_comparable(a: Mention, b: Mention) -> bool:
    """Could these be two states of one thing? Currencies must agree, unit nouns too unless one is missing."""
    if isinstance(a.value, Money) and isinstance(b.value, Money):
        return None in (a.value.currency, b.value.currency) or a.value.currency == b.value.currency
    if isinstance(a.value, Count) and isinstance(b.value, Count):
        units = (a.value.unit, b.value.unit)
        return None in units or units[0].casefold() == units[1].casefold()  # type: ignore[union-attr]
    return a.kind == b.kind


def _roles(
    sentence: cues.Sentence,
    spans: list[Span],
    i: int,
    mention: Mention,
    passage: Passage,
    dates: list[Mention],
    lexicon: Lexicon,
    setting: Setting,
) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    """Roles of one mention: what its kind knows, then header, neighbours and clause; `current` when nothing else holds."""
    said = cues.said(sentence, spans, i, lexicon)
    if mention.kind == "status":  # its kind has read tense and negation with the verb itself
        is_supposed = sentence.says("scenario")  # what opponents achieve has happened, what they reckon has not
        kept: list[Role] = [r for r in said.roles if r is Role.QUOTED or (r is Role.SCENARIO and is_supposed)]
        if sentence.says("revoked"):
            kept.append(Role.DENIED)
        if any(_is_ahead(d, setting) for d in dates):
            kept.append(Role.PLANNED)
        if _is_history(sentence, mention, dates, setting):
            kept.append(Role.PAST)
        return tuple(dict.fromkeys(r for r in (mention.role, *kept) if r is not None)) or (Role.CURRENT,), (*mention.cues, *said.cues)
    roles: list[Role] = list(said.roles)
    if mention.kind == "date" and Role.DELTA in roles:
        roles.remove(Role.DELTA)
    if isinstance(mention.value, DateSpan):
        if _is_long_begun(mention.value, setting):
            roles.append(Role.PAST)
        if (mention.value.start is None) != (mention.value.end is None) and Role.DENIED in roles:
            roles.remove(Role.DENIED)  # "not before 2041" has been read as a bound; the "not" is spent
    if mention.kind == "money" and Role.PART not in roles and sentence.says("spent", *_between_neighbours(sentence, spans, i)):
        roles = [Role.PART, *roles]
    if mention.kind == "money" and Role.TRANCHE not in roles and _is_of_newcomers(sentence, mention, lexicon):
        roles = [Role.TRANCHE, *roles]
    if mention.kind == "count":
        roles = _count_roles(roles, sentence, mention, lexicon)
    roles = [*cues.header_roles(passage.column_header, lexicon), *roles]
    if mention.role is not None:
        roles = [mention.role, *roles]
    if (_is_of_past_line if mention.kind == "date" else _is_history)(sentence, mention, dates, setting):
        roles.append(Role.PAST)
    unique = tuple(dict.fromkeys(roles)) or (Role.CURRENT,)
    return unique, (*mention.cues, *said.cues)


def _is_of_newcomers(sentence: cues.Sentence, mention: Mention, lexicon: Lexicon) -> bool:
    """ "The six new factories stand for EUR 500m": money of what was added is a further part, not the whole."""
    added = [s for s in sentence.of("addition") if s.end <= mention.start]
    if not added:
        return False
    things = [
        s for s in properties(lexicon).senses(sentence.words) if s.concept in ("sites", "projects", "consortia") and s.end <= mention.start
    ]
    return any(0 <= thing.start - cue.end <= 12 for cue in added for thing in things)


def _between_neighbours(sentence: cues.Sentence, spans: list[Span], i: int) -> Span:
    """From the value before to the value after, or the bounds of the sentence."""
    return spans[i - 1][1] if i else sentence.start, spans[i + 1][0] if i + 1 < len(spans) else sentence.end


# What leads in the same sum in another currency: a bracket, a comma, a dash, or a word for "or".
_OR = re.compile(r"^\s{0,2}(?:[,(\[/=≈–-]|(?:or|oder|ou|o|czyli|lub|of|ossia|pari a|soit|umgerechnet|equivalent to)\b)[^.;\d]{0,34}$", re.I)


def _restatements(sentence: cues.Sentence, group: Sequence[Mention]) -> set[Mention]:
    """ "Rs 76,000 crore, or roughly $10 billion": the amounts that say the one before once more in another currency, as the rates tell."""
    found: set[Mention] = set()
    for before, mine in pairwise([m for m in group if isinstance(m.value, Money) and m.value.currency]):
        assert isinstance(before.value, Money)
        assert isinstance(mine.value, Money)
        if (
            before.value.currency != mine.value.currency
            and _OR.match(sentence.slice(before.end, mine.start))
            and exchange.compare(before.value, mine.value).verdict in AGREE
        ):
            found.add(mine)
    return found


def _is_long_begun(value: DateSpan, setting: Setting) -> bool:
    """ "Since 2020": an open span that began before the page was written tells of what has been, not of what is to come."""
    published = setting.published_on
    return value.end is None and value.start is not None and published is not None and value.start < published - timedelta(days=30)


def _count_roles(roles: list[Role], sentence: cues.Sentence, mention: Mention, lexicon: Lexicon) -> list[Role]:
    """A count is a further part only when the addition stands in it or right at it ("six more factories", "another six"), not somewhere before."""
    if sentence.says("progress"):
        roles = [Role.PART, *roles]
    last = next((t.start for t in reversed(sentence.words) if t.end <= mention.start), mention.start)
    is_added = sentence.says("addition", last, mention.end) or "addition" in cues.vocabulary(lexicon).concepts(" ".join(mention.cues))
    others: list[Role] = [r for r in roles if r is not Role.TRANCHE]
    return [Role.TRANCHE, *others] if is_added else others


def _is_ahead(date: Mention, setting: Setting) -> bool:
    """A date after the page's own: what is said of it in the present tense is still to come."""
    published = setting.published_on
    start = date.value.start if isinstance(date.value, DateSpan) else None
    return published is not None and start is not None and start > published + timedelta(days=7)


def _is_history(sentence: cues.Sentence, mention: Mention, dates: list[Mention], setting: Setting) -> bool:
    """Is the value told of a time long before the page, by the date nearest to it in its sentence?"""
    if not dates or setting.published_on is None:
        return False
    if _is_of_past_line(sentence, mention, dates, setting):
        return True
    nearest = min(dates, key=lambda d: max(d.start - mention.end, mention.start - d.end))
    if sentence.says("now", min(nearest.end, mention.start - 30), max(nearest.start, mention.end)):
        return False
    end = nearest.value.end if isinstance(nearest.value, DateSpan) else None
    if nearest.role is Role.PUBLICATION or end is None or max(nearest.start - mention.end, mention.start - nearest.end) > 60:
        return False
    return end < setting.published_on - HISTORY


def _is_of_past_line(sentence: cues.Sentence, mention: Mention, dates: list[Mention], setting: Setting) -> bool:
    """ "2015: collaboration formed; cost then put at $1.5bn, opening in 2024": all that a line headed by a past year says is of that year."""
    first = dates[0] if dates else mention
    if first is mention or first.start != sentence.start or setting.published_on is None or not isinstance(first.value, DateSpan):
        return False
    is_head = _HEADS_LINE.match(sentence.text, first.end - first.start) is not None
    return is_head and first.value.end is not None and first.value.end < setting.published_on - HISTORY


def _observation(
    page: Page, index: int, sentence: cues.Sentence, mention: Mention, roles: tuple[Role, ...], words: tuple[str, ...], pair: str | None
) -> Observation:
    quote = page.text[mention.start : mention.end]
    hedge = mention.value.qualifier if isinstance(mention.value, Money | Count) else Qualifier.EXACT
    roles = roles or (Role.CURRENT,)
    return Observation(
        kind=mention.kind,
        value=mention.value,
        raw=_BLANKS.sub(" ", quote).strip(),
        start=mention.start,
        end=mention.end,
        quote=quote,
        region=page.passages[index].region,
        hedge=hedge,
        role=roles[0],
        confidence=mention.confidence,
        passage=index,
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        roles=roles,
        pair=pair,
        cues=tuple(dict.fromkeys(words)),
    )


def _table_pairs(page: Page, observations: list[Observation], lexicon: Lexicon) -> list[Observation]:
    """Ties the cells of one table row where one column is headed as the old state ("Baseline", "Original") and another is not."""
    rows: dict[tuple[int, int, str], list[int]] = {}
    for i, observation in enumerate(observations):
        passage = page.passages[observation.passage]
        if passage.group is not None and passage.row is not None and passage.column_header and observation.pair is None:
            rows.setdefault((passage.group, passage.row, observation.kind), []).append(i)
    for cells in rows.values():
        for a, b in pairwise(cells):
            old = [Role.PAST in cues.header_roles(page.passages[observations[k].passage].column_header, lexicon) for k in (a, b)]
            if old[0] != old[1]:
                for k in (a, b):
                    observations[k] = replace(observations[k], pair=f"p{observations[a].start}")
    return observations
