"""Finding amounts of money in a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from monitor.core.kinds import Span
from monitor.core.kinds.money_context import MoneyContext, context_of, sentence_of
from monitor.core.lang import Lexicon
from monitor.core.model import Form, Mention, Money, Page, Passage, Qualifier, Role, Setting
from monitor.core.text.amounts import MILLION, Amount, amount_at, currency_of_header
from monitor.core.text.currencies import BY_LANGUAGE, Currency, likely
from monitor.core.text.homeland import at_home
from monitor.core.text.numbers import Number, Taken, find_numbers, fold
from monitor.core.text.numbers.ranges import has_moved, relation
from monitor.core.text.units import unit_after

_BRACKET = re.compile(r" ?[(\[] ?[^()\[\]\d\n;]{0,24}")
_IN_BRACKET = re.compile(r"(?:;|,| /| or)? ?[^()\[\]\d\n;]{0,14}")
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_HEADER_YEAR = re.compile(
    r"(?i)((?:19|20)\d\d)[ -]?(?:[€£$]|prices|sterling|euros?\b|dollars?\b|us\$|gbp|usd|eur\b)"
    r"|(?:prices? of|preisstand|in preisen von|prijspeil|prix|euros constants|a precios de|a prezzi|ceny|a preços de) ((?:19|20)\d\d)"
)
_FIGURE = re.compile(r"\d|,")
_OF_SEVERAL = frozenset(("los", "las", "les", "dos", "das", "i", "gli", "ces", "ses", "nos", "estos", "estas"))
_LEAST_BARE = Decimal(100_000)
_LOOK_AHEAD = 44


@dataclass(frozen=True, slots=True)
class _Found:
    """One mention in the making."""

    start: int
    end: int
    low: Amount
    high: Amount | None = None  # the upper end of a range
    paired: bool = False  # one of "from 6.5 to 7.9": its "from" or "to" is no bound


class Reading(NamedTuple):
    """A value read from what a person wrote, and how many letters of it were not understood."""

    value: Money
    unread: int


def find_money(page: Page, lexicon: Lexicon, setting: Setting, taken: Sequence[Span]) -> list[Mention]:
    """All mentions of money in the page, in order, none overlapping `taken`."""
    context = context_of(page.text, lexicon, at_home(page, lexicon, setting))
    spoken_for = Taken(taken)
    mentions = [m for m in _mentions(context, bare=False) if not spoken_for.overlaps(m.start, m.end)]
    for mention in mentions:
        spoken_for.add(mention.start, mention.end)
    cells = [m for m in _cells(page, context) if not spoken_for.overlaps(m.start, m.end)]
    return sorted([*mentions, *cells], key=lambda m: m.start)


def read_money(written: str, lexicon: Lexicon) -> Reading | None:
    """The single amount of a short text; None when there is none or more than one that is no restatement."""
    context = context_of(written, lexicon, Setting(language=lexicon.code))
    mentions = [m for m in _mentions(context, bare=True) if m.role is not Role.RESTATED]
    named = [m for m in mentions if isinstance(m.value, Money) and m.value.currency]
    mentions = named or mentions  # "več kot EUR 20 milijonov": "več" alone is no second amount
    if len(mentions) != 1 or not isinstance(mentions[0].value, Money):
        return None
    mention = mentions[0]
    rest = fold(written[: mention.start] + written[mention.end :])
    for cue in mention.cues:
        rest = rest.replace(cue, "", 1)
    return Reading(mentions[0].value, sum(char.isalnum() for char in rest))


# ------------------------------------------------------------------------------------------------------------------------- passes


def _mentions(context: MoneyContext, *, bare: bool) -> list[Mention]:
    amounts = _amounts(context)
    relations = _lend(amounts, context)
    found = _ranges(amounts, relations, context)
    sure = [f for f in found if f.low.currency]
    mentions = [_mention(f, context) for f in sure]
    mentions = _restated(mentions, context)
    of_page = _currency_of_page(found, context)
    doubtful = [m for f in found if not f.low.currency and (m := _bare(f, sure, of_page, context, parsing=bare))]
    return sorted([*mentions, *doubtful], key=lambda m: m.start)


def _amounts(context: MoneyContext) -> list[Amount]:
    """Pass 1. A currency between two numbers belongs to one of them: to the first if it took it."""
    amounts: list[Amount] = []
    for number in find_numbers(context.text, context.lexicon):
        amount = _amount(number, context)
        taken = bool(amounts) and amounts[-1].end > amount.start
        amounts.append(Amount(number.start, number.end, number) if taken else amount)
    return amounts


def _amount(number: Number, context: MoneyContext) -> Amount:
    found = amount_at(context.text, context.folded, number, context.words, context.setting, context.lexicon.code)
    return found or Amount(number.start, number.end, number)


def _lend(amounts: list[Amount], context: MoneyContext) -> list[str | None]:
    """Pass 2, right to left so that lists pass on what they got; returns how each amount relates to the next."""
    relations: list[str | None] = [None] * len(amounts)
    for index in range(len(amounts) - 2, -1, -1):
        left, right = amounts[index], amounts[index + 1]
        if right.start - left.end > 14 or left.number.value is None or right.number.value is None:
            continue
        if not (left.currency or right.currency or right.number.scaled):
            continue
        how = relation(context.folded, left.span, right.span, context.known)
        if how == "comma" and not (right.borrowed and relations[index + 1] in ("list", "comma")):
            continue
        if how is None or not _may_lend(left, right, how, context):
            continue
        relations[index] = how
        amounts[index], amounts[index + 1] = _lent_pair(left, right, how)
    return relations


def _may_lend(left: Amount, right: Amount, how: str, context: MoneyContext) -> bool:
    """Whether two neighbours are one phrase: "8 and 12 million euros" is, "€5 million to 15 member states" is not."""
    if left.currency and right.currency:
        return left.currency.code == right.currency.code or how == "range"
    if right.currency:
        return not right.currency_before and not (left.number.is_year and not right.number.scaled) and not left.number.decimals > 2
    if left.currency is None:
        return how == "range" and not left.number.is_year and left.number.mantissa < right.number.mantissa
    if how not in ("range", "pair") or right.number.is_year:
        return False
    signed = context.folded[left.end : right.start].strip() == "-"
    if left.number.scaled and not right.number.scaled and not signed and left.currency_before:
        return False
    if signed and right.number.mantissa <= left.number.mantissa and not right.number.scaled:
        return False
    return signed or unit_after(context.text, context.folded, right.end, context.units) is None


def _lent_pair(left: Amount, right: Amount, how: str) -> tuple[Amount, Amount]:
    scale_left = right.number.scale if _lends_scale(right, left, how) else None
    scale_right = left.number.scale if left.number.scaled and not right.number.scaled and how != "list" else None
    new_left = left.lent(right.currency, scale_left) if scale_left is not None or (left.currency is None and right.currency) else left
    new_right = right.lent(left.currency, scale_right) if scale_right is not None or (right.currency is None and left.currency) else right
    return new_left, new_right


def _lends_scale(right: Amount, left: Amount, how: str) -> bool:
    if not right.number.scaled or left.number.scaled or left.number.value is None:
        return False
    return left.number.mantissa < right.number.mantissa or (how != "range" and left.number.mantissa < 1000) or left.number.mantissa < 100


def _ranges(amounts: list[Amount], relations: list[str | None], context: MoneyContext) -> list[_Found]:
    """Pass 3: two ends of a range become one."""
    found: list[_Found] = []
    index = 0
    while index < len(amounts):
        amount = amounts[index]
        if relations[index] == "range" and _is_range(amount, amounts[index + 1]):
            found.append(_Found(amount.start, amounts[index + 1].end, amount, amounts[index + 1]))
            index += 2
        else:
            paired = relations[index] == "pair" or (index > 0 and relations[index - 1] == "pair")
            found.append(_Found(amount.start, amount.end, amount, paired=paired))
            index += 1
    return found


def _is_range(low: Amount, high: Amount) -> bool:
    if low.number.value is None or high.number.value is None or low.number.value >= high.number.value:
        return False
    return _code(low) == _code(high)


def _code(amount: Amount) -> str | None:
    return amount.currency.code if amount.currency else None


# ----------------------------------------------------------------------------------------------------------------------- one mention


def _mention(
    found: _Found, context: MoneyContext, currency: Currency | None = None, confidence: float = 0.97, cues: tuple[str, ...] = ()
) -> Mention:
    currency = currency or found.low.currency or Currency(None)
    value, words = _value(found, currency, context)
    if currency.code is None:
        confidence = min(confidence, 0.8)
    if found.low.borrowed and found.high is None:
        confidence, words = min(confidence, 0.75), (*words, "borrowed")
    return Mention("money", value, found.start, found.end, confidence, None, (*words, *cues))


def _value(found: _Found, currency: Currency, context: MoneyContext) -> tuple[Money, tuple[str, ...]]:
    """The value of a mention and the words around it that shaped it."""
    bound = not found.paired and not has_moved(context.folded, found.start, context.known)
    hedge = context.hedges.around(context.folded, found.start, found.end, money=bound)
    if found.paired and hedge is not None and f" {hedge.words} " in context.known.range_signs:
        hedge = None  # "z 90 do 120 mln": the word of the range, which alone means "up to"
    per, per_words = _per(found, context)
    base, base_words = _price_base(found, per_words, context)
    number, part = found.low.number, currency.part
    words = tuple(w for w in (hedge.words if hedge else "", per_words, base_words) if w)
    money = Money(
        amount=None,
        currency=currency.code,
        per=per,
        price_base=base,
        currency_candidates=currency.candidates,
        precision=number.precision * part,
    )
    if number.value is None:
        return replace(money, min=_times(number.low, part), max=_times(number.high, part), vague=True, qualifier=Qualifier.RANGE), words
    if found.high is not None and found.high.number.value is not None:
        high_part = found.high.currency.part if found.high.currency else part
        precision = min(money.precision, found.high.number.precision * high_part)
        both = replace(money, min=number.value * part, max=found.high.number.value * high_part, precision=precision)
        return replace(both, qualifier=Qualifier.RANGE), words
    qualifier = hedge.qualifier if hedge else Qualifier.ABOUT if number.about else Qualifier.EXACT
    return replace(money, amount=number.value * part, qualifier=qualifier), words


def _times(value: Decimal | None, part: Decimal) -> Decimal | None:
    return None if value is None else value * part


def _per(found: _Found, context: MoneyContext) -> tuple[str | None, str]:
    """ "per year", "a month" right behind, or "annual" before; year, month, person or unit."""
    behind = context.folded[found.end : found.end + 30].split("\n", 1)[0].lstrip(" -,(")
    for phrase, name in context.around.per if behind.startswith(context.around.per_phrases) else ():
        if behind.startswith(phrase) and not behind[len(phrase) : len(phrase) + 1].isalnum() and _is_unit_price(phrase, behind, context):
            return name, phrase
    if context.around.hints.search(context.folded, max(0, found.start - 60), found.start) is None:
        return None, ""
    before = re.split(r"[\n;:]|\. ", context.folded[max(0, found.start - 60) : found.start])[-1].split()
    for distance, word in enumerate(reversed(before[-4:])):
        said = context.around.per_before.get(word)
        if said is not None and (said != "unit" or distance == 0):
            return said, word
    return _each(" ".join(before), context)


def _each(before: str, context: MoneyContext) -> tuple[str | None, str]:
    """ "Each hospital gets €1.25 m": a share of everyone, where no other amount stands between; "each year" is per year."""
    match = _last_match(context.around.each, before)
    if match is None or _FIGURE.search(before, match.end()):
        return None, ""
    phrase = match.group().strip()
    return next((name for said, name in context.around.per if said == phrase), "unit"), match.group(1)


def _last_match(search: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in search.finditer(text):  # noqa: B007
        pass
    return found


def _is_unit_price(phrase: str, behind: str, context: MoneyContext) -> bool:
    """A lone preposition ("per", "par", "je") makes a unit price only with a bare noun: "par site", not "par la Commission"."""
    if phrase not in ("par", "por", "per", "pro", "je", "za"):
        return True
    following = behind[len(phrase) :].strip().split(" ", 1)[0].strip(".,;:()")
    return bool(following) and following.isalpha() and following not in context.units.stop


def _price_base(found: _Found, per_words: str, context: MoneyContext) -> tuple[int | None, str]:
    behind = context.folded[found.end : found.end + _LOOK_AHEAD + len(per_words)].split("\n", 1)[0]
    if per_words and behind.lstrip(" -,(").startswith(per_words):
        behind = behind.lstrip(" -,(").removeprefix(per_words)
    if glued := _YEAR.match(behind):
        return int(glued.group()), glued.group()
    match = context.around.base.match(behind)
    if match is None:
        return None, ""
    year = next(group for group in match.groups() if group)
    return int(year), match.group().strip(" ,(")


def _restated(mentions: list[Mention], context: MoneyContext) -> list[Mention]:
    """Pass 4b: an amount in another currency in brackets, or after "or", right behind an amount says it again."""
    result: list[Mention] = []
    for mention in mentions:
        before = result[-1] if result else None
        if before is not None and _is_price_base(before, mention):
            continue
        if before is not None and _says_again(before, mention, context):
            mention = replace(mention, role=Role.RESTATED)
        result.append(mention)
    return result


def _is_price_base(before: Mention, mention: Mention) -> bool:
    """ "(2021 euros)" behind an amount is the year of its prices, not 2021 euros."""
    one, other = before.value, mention.value
    same = isinstance(one, Money) and isinstance(other, Money) and one.price_base is not None and one.price_base == other.amount
    return same and mention.start - before.end < _LOOK_AHEAD


def _says_again(before: Mention, mention: Mention, context: MoneyContext) -> bool:
    one, other = before.value, mention.value
    if not isinstance(one, Money) or not isinstance(other, Money) or one.currency == other.currency or other.currency is None:
        return False
    gap = context.folded[before.end : mention.start]
    if len(gap) > 30:
        return False
    if before.role is Role.RESTATED and _IN_BRACKET.fullmatch(gap):
        return True
    bracket = _BRACKET.fullmatch(gap) is not None
    return bracket or gap.strip() in ("/", "=", "≈", "-") or gap in context.known.range_signs


# -------------------------------------------------------------------------------------------------------------- without a currency


def _currency_of_page(found: list[_Found], context: MoneyContext) -> Currency | None:
    """The one currency of all large amounts of a page that counts nothing else in millions: bare millions there are money too."""
    large = [f.low for f in found if f.low.number.scale >= MILLION and not f.low.number.loose]
    currencies = {a.currency.code: a.currency for a in large if a.currency is not None}
    things = (unit_after(context.text, context.folded, a.end, context.units, context.known.links) for a in large if a.currency is None)
    return next(iter(currencies.values())) if len(currencies) == 1 and not any(things) else None


def _bare(found: _Found, sure: list[_Found], of_page: Currency | None, context: MoneyContext, *, parsing: bool) -> Mention | None:
    """Pass 5: "24 million" among words of money, "zusammen 80 Millionen" after an amount in euros, "40 vom Bund" after "40 Mio. Euro"."""
    number = found.low.number
    if parsing:
        return _undecided(found, context, 0.9) if not number.is_year or number.scaled else None
    scaled = number.scaled and (number.value or number.high or Decimal(0)) >= _LEAST_BARE
    plain = not number.scaled and not number.is_year and not number.decimals and number.value is not None
    if not scaled and not (plain and _origin_follows(found, context)):
        return None
    start, end = sentence_of(context, found.start, found.end)
    lender = next((s for s in reversed(sure) if start <= s.start and s.end <= found.start), None)
    lender = lender or next((s for s in sure if start <= s.start and s.end <= end), None)
    if scaled:
        said = _bare_scaled(found, lender, context, context.folded[start:end])
        return said or (
            _mention(found, context, of_page, 0.5, ("borrowed",)) if of_page and number.scale >= MILLION and not number.loose else None
        )
    if lender is None or lender.end > found.start or not lender.low.number.scaled or number.mantissa >= 1000:
        return None
    lent = found.low.lent(lender.low.currency, lender.low.number.scale)
    return _mention(replace(found, low=lent), context, confidence=0.55)


def _counts_time(found: _Found, context: MoneyContext) -> bool:
    """ "a million years": what follows is a word that is never counted, and no "per"."""
    behind = context.folded[found.end : found.end + 24].split("\n", 1)[0]
    word = re.match(r" ([^\W\d_]+)", behind)
    if word is None or word.group(1) not in context.units.never:
        return False
    return not any(behind.lstrip().startswith(phrase) for phrase, _ in context.around.per)


def _bare_scaled(found: _Found, lender: _Found | None, context: MoneyContext, sentence: str) -> Mention | None:
    if _counts_time(found, context):
        return None
    unit = unit_after(context.text, context.folded, found.end, context.units, context.known.links)
    if unit is not None:
        noun = context.folded[unit.start : unit.end]
        if unit.measure or not any(word.startswith(context.around.stems) for word in noun.split()):
            return None
    if lender is not None and lender.low.currency is not None:
        return _mention(found, context, lender.low.currency, 0.7, ("borrowed",))
    if any(word.lstrip("(\"'„“-").startswith(context.around.stems) for word in sentence.split()):
        return _undecided(found, context, 0.6)
    return None


def _undecided(found: _Found, context: MoneyContext, confidence: float) -> Mention:
    codes = likely(context.setting, context.lexicon.code)
    settled = len(codes) == 1 and context.lexicon.code in BY_LANGUAGE  # Dutch is written in countries of the euro only
    currency = Currency(codes[0]) if settled else Currency(None, codes)
    return _mention(found, context, currency, confidence)


def _origin_follows(found: _Found, context: MoneyContext) -> bool:
    """ "40 vom Bund": a bare number followed by who pays it."""
    behind = context.folded[found.end : found.end + 24].split("\n", 1)[0].split(" ")
    if len(behind) < 3 or behind[0] or behind[1] not in context.around.origins:
        return False
    dated = behind[2].strip(".,;:") in context.units.never  # "até 20 de dezembro"
    return not dated and not behind[2][:1].isdigit() and behind[2] not in _OF_SEVERAL  # "9 de los 14 túneles"


# ------------------------------------------------------------------------------------------------------------------------ table cells


def _cells(page: Page, context: MoneyContext) -> list[Mention]:
    """Pass 6: bare numbers in cells, definitions and items whose header or label names a currency."""
    found = []
    for passage in page.passages:
        headers = (passage.column_header, passage.row_header, passage.label)
        if passage.form in (Form.CELL, Form.DEFINITION, Form.ITEM) and passage.end - passage.start <= 30 and any(headers):
            mention = _cell(passage, [h for h in headers if h], context)
            if mention is not None:
                found.append(mention)
    return found


def _cell(passage: Passage, headers: list[str], context: MoneyContext) -> Mention | None:
    text = context.text[passage.start : passage.end]
    numbers = find_numbers(text, context.lexicon)
    if (
        len(numbers) != 1
        or numbers[0].value is None
        or any(c.isalpha() for c in text[: numbers[0].start] + text[numbers[0].end :])
        or "%" in text
    ):
        return None
    number = numbers[0]
    for header in headers:
        currency = currency_of_header(header, context.known, context.words, context.setting, context.lexicon.code)
        if currency is not None and not (number.is_year and currency.scale == 1):
            number = number.times(currency.scale) if currency.scale != 1 and not number.scaled else number.as_group()
            start, end = passage.start + numbers[0].start, passage.start + numbers[0].end
            amount = Amount(start, end, number, replace(currency, scale=Decimal(1)))
            mention = _mention(_Found(start, end, amount), context, confidence=0.85, cues=(header[:80],))
            return _of_header_year(mention, headers)
    return None


def _of_header_year(mention: Mention, headers: list[str]) -> Mention:
    """The price base that a header states beside its currency: "Cost (2015 £m)", "Kosten (Mio. Euro, Preisstand 2020)"."""
    value = mention.value
    year = next((m for header in headers if (m := _HEADER_YEAR.search(header))), None)
    if year is None or not isinstance(value, Money) or value.price_base is not None:
        return mention
    return replace(mention, value=replace(value, price_base=int(year.group(1) or year.group(2))))
