"""Writing money: for people in the words of a language, and in the JSON shape."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from monitor.core.lang import Lexicon
from monitor.core.model import Money, Qualifier
from monitor.core.text.hedges import hedges
from monitor.core.text.numbers import find_numbers, precision_of, vocabulary, write_number
from monitor.core.text.numbers.vocabulary import Vocabulary, forms

_LARGEST = Decimal("1e17")


def write_money(value: Money, lexicon: Lexicon) -> str:
    """ "over EUR 2.6 billion", "EUR 20 million - 40 million per year", "several hundred million euro"."""
    known = vocabulary(lexicon)
    if value.vague:
        return " ".join(part for part in (_vague(value, lexicon), value.currency or "") if part)
    currency = value.currency or ("kr" if value.currency_candidates == ("DKK", "NOK", "SEK") else "")
    parts = [_hedge(value, lexicon), currency, _figure(value, known), _per(value, lexicon), _base(value, lexicon)]
    return " ".join(part for part in parts if part)


def _figure(value: Money, known: Vocabulary) -> str:
    if value.amount is not None:
        return write_number(value.amount, value.precision, known)
    ends = [write_number(end, value.precision, known) for end in (value.min, value.max) if end is not None]
    return " - ".join(ends)


def _hedge(value: Money, lexicon: Lexicon) -> str:
    return hedges(lexicon).shown.get(value.qualifier.value, "") if value.amount is not None else ""


def _per(value: Money, lexicon: Lexicon) -> str:
    listed = forms(lexicon.section("money").get("per", {}).get(value.per, "")) if value.per else []
    if value.per == "unit":  # a lone preposition would need its noun
        listed = [form for form in listed if form not in ("par", "por", "per", "pro", "je", "za") and form[0].isalpha()]
    return listed[0] if listed else ""


def _base(value: Money, lexicon: Lexicon) -> str:
    templates = forms(lexicon.section("money").get("price_base", {}).get("templates", ""))
    return templates[0].replace("{y}", str(value.price_base)) if value.price_base and templates else ""


def _vague(value: Money, lexicon: Lexicon) -> str:
    """A vague phrase with these bounds ("hundreds of millions"), found by reading what could be written; the bounds themselves where there is none."""
    known = vocabulary(lexicon)
    for phrase in _vague_phrases(known):
        numbers = find_numbers(phrase, lexicon)
        if len(numbers) == 1 and numbers[0].value is None and (numbers[0].low, numbers[0].high) == (value.min, value.max):
            return phrase
    return ""


def _vague_phrases(known: Vocabulary) -> list[str]:
    scales = [form for form, word in known.words.items() if word.role == "scale" and word.value >= 1000]
    scales.sort(key=lambda form: form not in known.alone_vague)
    vague = [form for form, word in known.words.items() if word.role == "vague"]
    gaps = sorted(known.links - {"-"}, key=lambda gap: (gap == " ", gap.endswith("'"), gap))
    vague.sort(key=lambda form: not form.endswith(tuple(gap.rstrip() for gap in gaps if len(gap) > 2) or "\0"))
    return [
        *(f for f in scales if f in known.alone_vague),
        *(f"{form}{gap}{scale}" for scale in scales for form in vague for gap in gaps),
        *vague,
    ]


def money_to_json(value: Money) -> dict[str, Any]:
    """The JSON shape of design.md, section 6, with `price_base` and `vague` where they say something."""
    data: dict[str, Any] = {
        "amount": text_of(value.amount),
        "currency": value.currency,
        "qualifier": value.qualifier.value,
        "min": text_of(value.min),
        "max": text_of(value.max),
        "precision": text_of(value.precision),
        "per": value.per,
    }
    if value.currency_candidates:
        data["currency_candidates"] = list(value.currency_candidates)
    if value.price_base is not None:
        data["price_base"] = value.price_base
    if value.vague:
        data["vague"] = True
    return data


def money_from_json(data: Mapping[str, Any]) -> Money | None:
    """The value of the JSON shape, or None when there is no readable figure in it."""
    amount, low, high = (decimal_of(data.get(name)) for name in ("amount", "min", "max"))
    figures = [figure for figure in (amount, low, high) if figure is not None]
    if not figures:
        return None
    precision = decimal_of(data.get("precision")) or min(precision_of(f, decimals_of(f)) for f in figures)
    qualifier = str(data.get("qualifier") or ("exact" if amount is not None else "range"))
    currency = data.get("currency")
    per = data.get("per")
    base = data.get("price_base")
    if qualifier not in list(Qualifier) or not (currency is None or isinstance(currency, str)):
        return None
    return Money(
        amount=amount,
        currency=currency.upper() if currency else None,
        qualifier=Qualifier(qualifier),
        min=low,
        max=high,
        precision=precision,
        per=str(per) if per else None,
        price_base=base if isinstance(base, int) else None,
        currency_candidates=tuple(str(code) for code in data.get("currency_candidates") or ()),
        vague=bool(data.get("vague", False)),
    )


def text_of(value: Decimal | None) -> str | None:
    """A plain decimal string, never an exponent."""
    return None if value is None else format(value, "f")


def decimals_of(value: Decimal) -> int:
    """How many digits stand behind the decimal sign."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def decimal_of(value: object) -> Decimal | None:
    """A finite, plausible decimal of a string or number; None for anything else. A float ("7.5" of a TOML file) counts as the digits it is written with."""
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    if isinstance(value, str) and (len(value) > 40 or "_" in value):
        return None
    try:
        number = Decimal(str(value).strip()) if not isinstance(value, Decimal) else value
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST else None
