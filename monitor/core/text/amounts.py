"""Currency words beside a number: symbol, code or noun, before or after, with or without blanks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from monitor.core.lang import Lexicon
from monitor.core.model import Setting
from monitor.core.text.currencies import AFTER_SCALE, CODES, HOME, KRONER, LOWER_CODES, SCALED, SIGNS, SYMBOLS, Currency, settle
from monitor.core.text.numbers import Number, Vocabulary
from monitor.core.text.numbers.vocabulary import forms

CENT = Decimal("0.01")
MILLION = Decimal("1e6")
_LEAST_SUM = 1000  # "hundred pounds" are more often a weight
_SIGN = re.escape(SIGNS)
_BEFORE = re.compile(rf"((?:[a-z]{{1,3}})?[{_SIGN}](?:mio|bn|m)?|(?<!\w)s/\.?|[^\W\d_]{{1,8}}\.?) ?-?\Z")
_AFTER = re.compile(
    rf"(?:[a-z]{{1,4}})?[{_SIGN}](?: ?(?:us|ca|can)\b)?|[^\W\d_]+(?:[-'][^\W\d_]+){{0,3}}\.?(?: [^\W\d_]+(?:[-'][^\W\d_]+){{0,2}}\.?){{0,2}}"
)
_EMISSION_CLASS = re.compile(r"euro[ -]?[1-7][de]?(?![^\W_]|[.,]\d| ?(?:m|k|b|t|mi|bi|mr|ml|md)(?:\b|[lnrio]))")  # "Euro 6 engines"
_DIGIT_NEXT = re.compile(r" ?\d")
_YEAR_GLUED = re.compile(r"(?:19|20)\d\d(?!\d|[.,]\d)")  # "13,2 Md€2015": the year of the prices
_LAST_WORD = re.compile(r"([^\W\d_]*) ?\(?\Z")
_PRICE_WORDS = frozenset(("in", "at", "constant", "real", "current", "en", "euros", "constants", "prezzi", "valori"))
_HEADER_WORD = re.compile(rf"[a-z]{{0,3}}[{_SIGN}](?:mio|bn|mn|m|k)?(?!\w)|[^\W\d_]+\.?")


@dataclass(frozen=True)
class MoneyWords:
    """The [money] section of a language, ready for look-up."""

    nouns: Mapping[str, Currency]
    before: frozenset[str]
    scale_needed: frozenset[str]
    codes: frozenset[str]  # those its nouns stand for: "PEN" is a currency where "soles" is one
    signs: Mapping[str, str]  # symbols of this language's countries that are letters: "Bs", "S/"
    links: tuple[str, ...]

    def __hash__(self) -> int:
        return id(self)


class Marker(NamedTuple):
    """A currency found beside a number, and the offset where it begins (before) or ends (after)."""

    currency: Currency
    edge: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the currency that stands by it; the span covers number, scale and currency."""

    start: int
    end: int
    number: Number
    currency: Currency | None = None
    currency_before: bool = False
    borrowed: bool = False

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    def lent(self, currency: Currency | None, scale: Decimal | None) -> Amount:
        """The amount with what its neighbour lends it."""
        number = self.number.times(scale) if scale is not None else self.number
        return replace(self, number=number, currency=self.currency or currency, borrowed=True)


@lru_cache(maxsize=64)
def money_words(lexicon: Lexicon) -> MoneyWords:
    """The currency nouns of a language."""
    section = lexicon.section("money")
    nouns = {form: Currency(code, noun=True) for code, listed in section.get("nouns", {}).items() for form in forms(listed)}
    for codes, listed in section.get("ambiguous", {}).items():
        nouns |= {form: Currency(None, tuple(sorted(codes.split())), noun=True) for form in forms(listed)}
    for code, listed in section.get("subunits", {}).items():
        nouns |= {form: Currency(code, part=CENT, noun=True) for form in forms(listed)}
    for code, listed in section.get("millions", {}).items():
        nouns |= {form: Currency(code, scale=MILLION, noun=True) for form in forms(listed)}
    links = forms(section.get("links", ""))
    return MoneyWords(
        nouns=nouns,
        before=frozenset(forms(section.get("before", ""))),
        scale_needed=frozenset(forms(section.get("scale_needed", ""))),
        codes=frozenset(noun.code for noun in nouns.values() if noun.code),
        signs={form: code for code, listed in section.get("signs", {}).items() for form in forms(listed)},
        links=tuple(link if link.endswith("'") else link + " " for link in links),
    )


def amount_at(text: str, folded: str, number: Number, words: MoneyWords, setting: Setting, language: str) -> Amount | None:
    """The number with its currency, or None when there is none beside it. A currency after the number wins unless one stands glued before it."""
    before = _before(text, folded, number.start, words, setting, language)
    after = _after(text, folded, number, words, setting, language)
    if before and after and before.currency.written == "$" and after.currency.noun and after.currency.code != "USD":
        return _amount(before.edge, after.edge, number, after.currency, currency_before=True)  # "$ 4.500 millones de pesos"
    if before and (after is None or not before.currency.noun):
        end = number.end
        if after and after.currency.code == before.currency.code and after.currency.part == 1:
            end = after.edge
        if number.is_year and before.currency.noun:
            return None
        return _amount(before.edge, end, number, before.currency, currency_before=True)
    if after is None or (number.is_year and _is_price_year(folded, number, after, language)):
        return None
    return _amount(number.start, after.edge, number, after.currency, currency_before=False)


def _is_price_year(folded: str, number: Number, after: Marker, language: str) -> bool:
    """ "in 2015 sterling", "(2015 £)", "constant 2010 US dollars": the year of the prices, not so much money."""
    if not after.currency.noun:
        return language == "en" and folded[number.end : number.end + 1] == " "  # an amount would have its sign in front
    if not after.currency.code:
        return True
    word = _LAST_WORD.search(folded[max(0, number.start - 16) : number.start])
    return word is not None and (word.group(1) in _PRICE_WORDS or word.group().endswith("("))


def _amount(start: int, end: int, number: Number, currency: Currency, *, currency_before: bool) -> Amount:
    if currency.scale != 1 and number.value is not None and (currency.noun or not number.scaled):
        number = replace(number.times(number.scale * currency.scale), end=number.end)  # "144 mil mdp"
    elif currency.part == 1:
        number = number.as_group()
    return Amount(start, end, number, currency, currency_before)


def _before(text: str, folded: str, start: int, words: MoneyWords, setting: Setting, language: str) -> Marker | None:
    match = _BEFORE.search(folded[max(0, start - 13) : start])
    if match is None:
        return None
    written, at = match.group(1), start - len(match.group()) + (match.start(1) - match.start())
    glued_word = written[0].isalpha() and at > 0 and (folded[at - 1].isalnum() or folded[at - 1] == "_")
    if glued_word:
        if written[-1] not in SIGNS:
            return None
        written, at = written[-1], at + len(written) - 1
    if match.group().endswith("-") and match.group(1)[0] not in SIGNS:
        return None  # "EUR -5": a negative amount
    if written in words.before:
        return None if _EMISSION_CLASS.match(folded, at) else Marker(Currency("EUR", noun=True), at)
    if text[at : at + len(written)] in words.codes:
        return Marker(settle(written.upper(), setting, language), at)
    if written in words.signs:
        return Marker(Currency(words.signs[written]), at) if text[at].isupper() else None
    currency = _symbol(written, text[at : at + len(written)], setting, language)
    if currency is None and written[-1] in SIGNS and len(written) > 1:
        at += len(written) - 1
        currency = _symbol(written[-1], written[-1], setting, language)
    if currency is None and written[0] in SIGNS and written[1:] in AFTER_SCALE:
        currency = replace(
            settle(SYMBOLS[written[0]] if written[0] in SYMBOLS else written[0], setting, language), scale=AFTER_SCALE[written[1:]]
        )
    return Marker(currency, at) if currency else None


def _symbol(written: str, original: str, setting: Setting, language: str) -> Currency | None:
    """The currency of a symbol or code as folded and as written; codes count in capitals only, a few also in small letters."""
    if written in SYMBOLS and not (
        written in ("rs", "ft", "rm", "lei", "dm", "s$") and original == written and written in ("rs", "rm", "dm")
    ):
        return settle(SYMBOLS[written], setting, language)
    if written in SCALED:
        code, scale = SCALED[written]
        return replace(settle(SYMBOLS.get(code, code.upper()), setting, language), scale=scale)
    code = written.rstrip(".").upper()
    if len(code) == 3 and code in CODES and (original.rstrip(".") == code or written in LOWER_CODES):
        return settle(code, setting, language)
    return None


def _after(text: str, folded: str, number: Number, words: MoneyWords, setting: Setting, language: str) -> Marker | None:
    at = number.end
    if folded[at : at + 2] in (",-", ".-"):  # "4.000.000,- Euro"
        at += 2
        at += folded[at : at + 1] == "-"
    if number.scaled and folded[at : at + 2] == ". " and at - number.bare_end <= 4:
        at += 1  # "3.4 bn. kronor"
    gap = folded[at : at + 1]
    spaced = gap in (" ", "-")
    at += spaced
    if (number.scaled or number.value is None) and spaced:
        at = next((at + len(link) for link in words.links if folded.startswith(link, at)), at)
    match = _AFTER.match(folded, at)
    if match is None:
        return None
    found = _longest(text, folded, at, match.end(), words, setting, language)
    if found is None:
        return None
    currency, end = found
    written = folded[at:end]
    if currency.noun and written in words.scale_needed and number.scale < _LEAST_SUM and number.value is not None:
        return None
    if _EMISSION_CLASS.match(folded, at):
        return None
    if written in ("p", "gr") and spaced:
        return None
    if not currency.noun and _DIGIT_NEXT.match(folded, end) and not (number.scaled and _YEAR_GLUED.match(folded, end)):
        return None  # it belongs to the next number: "in 2025 EUR 5 million"
    return Marker(currency, end)


def _longest(text: str, folded: str, at: int, end: int, words: MoneyWords, setting: Setting, language: str) -> tuple[Currency, int] | None:
    """The longest noun, symbol or code that begins at `at` and ends at a word boundary before `end`."""
    edges = [m.start() + at for m in re.finditer(r"[ '-]", folded[at:end])]
    for edge in (end, *reversed(edges)):
        for stop in (edge, edge - 1) if folded[edge - 1 : edge] == "." else (edge,):
            written = folded[at:stop]
            if written in words.nouns:
                noun = words.nouns[written]
                settled = settle(noun.code, setting, language) if noun.code in ("GBP", "INR") and noun.part == 1 else noun
                if noun.code == "USD" and written in ("dollar", "dollars"):
                    settled = settle("dollar", setting, language)
                if noun.code is None:
                    settled = _by_place(noun, setting, language)
                return replace(settled, noun=True, part=noun.part, candidates=settled.candidates), stop
            currency = _symbol(written, text[at:stop], setting, language)
            if currency is not None:
                return currency, stop
    return None


def _by_place(noun: Currency, setting: Setting, language: str) -> Currency:
    """A noun of several currencies ("kronor", "pesos"), settled by the reader's country where it is one of them."""
    for code in (setting.currency, HOME.get(setting.country or ""), KRONER.get(language)):
        if code in noun.candidates:
            return Currency(code, noun=True)
    return noun


def currency_of_header(header: str, known: Vocabulary, words: MoneyWords, setting: Setting, language: str) -> Currency | None:
    """The currency, with scale, that a table header or label states for the bare numbers below it: "Cost (£m)", "Budget in Mio. EUR"."""
    currency, scale = None, Decimal(1)
    for match in _HEADER_WORD.finditer(header.lower()[:200]):
        written = match.group()
        original = header[match.start() : match.end()]
        glued = written.lstrip("abcdefghijklmnopqrstuvwxyz")
        if written in known.scales:
            scale *= known.scales[written]
        elif written.rstrip(".") in known.scales:
            scale *= known.scales[written.rstrip(".")]
        elif found := (words.nouns.get(written) or _symbol(written, original, setting, language)):
            currency, scale = currency or found, scale * found.scale
        elif glued[:1] in SIGNS and glued[1:] in AFTER_SCALE:
            currency, scale = currency or _symbol(glued[0], glued[0], setting, language), scale * AFTER_SCALE[glued[1:]]
    return replace(currency, scale=scale) if currency else None
