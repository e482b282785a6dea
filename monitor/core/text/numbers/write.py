"""Writing a number so that reading it gives value and precision back."""

from __future__ import annotations

from decimal import Decimal

from monitor.core.text.numbers.digits import plain, precision_of
from monitor.core.text.numbers.vocabulary import Vocabulary

_MOST_ZEROS = 10_000


def write_number(value: Decimal, precision: Decimal, known: Vocabulary) -> str:
    """The number in the largest scale of the language that shows its precision: "1.5 billion", "12,500", "0.020 billion".

    The last form is odd but exact: it is needed where a trailing zero is significant. More than four such zeros say nothing to a reader, and go.
    """
    precision = _shown_precision(value, precision)
    plain = _plain(value, precision, known)
    for scale, word in sorted(((Decimal(s), w) for s, w in known.shown.items()), reverse=True):
        text = _scaled(value, precision, scale, known) if value >= scale and scale > 1000 else None
        if text and (plain is None or precision * 1000 >= scale):
            return f"{text} {word}"
    if plain:
        return plain
    for scale, word in sorted((Decimal(s), w) for s, w in known.shown.items()):
        if precision < scale and (text := _scaled(value, precision, scale, known)):
            return f"{text} {word}"
    return _dotted(value, known.decimal)


def _shown_precision(value: Decimal, precision: Decimal) -> Decimal:
    """The precision as far as it is shown: a row of zeros ("100.000000 million") only says that a table was filled without thinking of it."""
    zeros = precision_of(value) / precision if precision >= 1 and value else Decimal(1)
    return precision_of(value) if zeros > _MOST_ZEROS else precision


def _scaled(value: Decimal, precision: Decimal, scale: Decimal, known: Vocabulary) -> str | None:
    mantissa, step = plain(value / scale), precision / scale
    if step < 1:
        decimals = -step.adjusted()
        quantised = mantissa.quantize(step)
        return _dotted(quantised, known.decimal) if quantised == mantissa and decimals <= 6 + 6 else None
    exact = mantissa == mantissa.to_integral_value() and precision_of(mantissa) == step
    return _dotted(mantissa, known.decimal) if exact and mantissa < 1000 else None


def _plain(value: Decimal, precision: Decimal, known: Vocabulary) -> str | None:
    if precision < 1:
        quantised = value.quantize(precision)
        unclear = -precision.adjusted() == 3 and value >= 1
        return _grouped(quantised, known.decimal) if quantised == value and not unclear else None
    if value != value.to_integral_value() or precision_of(value) != precision:
        return None
    return _grouped(value, known.decimal)


def _grouped(value: Decimal, decimal: str) -> str:
    if value < 10000 and value == value.to_integral_value() and not value >= 1000:
        return _dotted(value, decimal)
    text = f"{value:,f}"
    return text if decimal == "." else text.translate(str.maketrans(",.", ".,"))


def _dotted(value: Decimal, decimal: str) -> str:
    return format(value, "f").replace(".", decimal)
