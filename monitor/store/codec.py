"""The nouns of the core as JSON text, and back.

Values take the JSON shape of design.md, section 6, with what equals its default left out; amounts and counts are decimal strings, so nothing passes
through a float. A value says by its keys what it is, so that stored rows can be read without the kind (perhaps a plug-in) that wrote them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from monitor.core.model import Count, Countries, Country, DateSpan, Money, Organisation, Place, Site, Status, Value

T = TypeVar("T")
Coder = Callable[[Any], Any]

# The first key that is present decides; `name` and `country` come last because other shapes carry them too.
SHAPES: tuple[tuple[str, Any], ...] = (
    ("amount", Money),
    ("granularity", DateSpan),
    ("count", Count),
    ("place_type", Place),
    ("organisation", Organisation),
    ("countries", Countries),
    ("status", Status),
    ("name", Site),
    ("country", Country),
)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
VALUES = frozenset(shape for _, shape in SHAPES)


def dump(thing: object) -> str:
    """Any noun (or tuple, mapping, plain value) as canonical JSON text: sorted keys, no blanks, so that equal things are equal text.

    >>> dump(Country("FI"))
    '{"country":"FI"}'
    """
    written = json.dumps(plain(thing), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return written if LONE_SURROGATE.search(written) is None else json.dumps(json.loads(written), separators=(",", ":"))


def storable(text: str) -> str:
    """The text with the characters no database column takes (NUL, lone surrogates) replaced one for one, so that offsets still fit."""
    return UNSTORABLE.sub("\ufffd", text)


def load(cls: type[T], text: str) -> T:
    """The noun of that class from its text; ValueError where the text is not one."""
    hint: Any = cls
    made: T = decoder(hint)(json.loads(text))
    return made


def dump_value(value: Value | None) -> str | None:
    """A value as JSON text; None stays None."""
    return None if value is None else dump(value)


def load_value(text: str | None) -> Value | None:
    """The value from its text; ValueError where no shape fits."""
    return None if text is None else value_from(json.loads(text))


def value_from(data: Mapping[str, Any]) -> Value:
    """The value whose shape these keys have; ValueError where none fits."""
    for key, shape in SHAPES:
        if key in data:
            made: Value = decoder(shape)(data)
            return made
    raise ValueError(f"no value has the keys {sorted(data)}")


def key_of(*parts: object) -> str:
    """The id of content: 24 hexadecimal digits of a hash over the parts. The same content has the same id on every machine.

    >>> key_of("a", 1) == key_of("a", 1) != key_of("a1")
    True
    """
    return hashlib.blake2b(dump(parts).encode(), digest_size=12).hexdigest()


# ------------------------------------------------------------------------------------------------------------------------- to JSON


def plain(thing: Any) -> Any:
    """The thing as what JSON knows."""
    if thing is None or isinstance(thing, bool | int | float):
        return thing
    if isinstance(thing, StrEnum):
        return thing.value
    if isinstance(thing, str):
        return thing
    if isinstance(thing, Decimal | datetime | date):
        return str(thing) if isinstance(thing, Decimal) else thing.isoformat()
    if isinstance(thing, Mapping):
        return {str(key): plain(item) for key, item in thing.items()}
    if isinstance(thing, tuple | list):
        return [plain(item) for item in thing]
    return {name: plain(got) for name, default in fields_of(thing.__class__) if (got := getattr(thing, name)) != default}


@cache
def fields_of(cls: type) -> tuple[tuple[str, Any], ...]:
    """The names of a dataclass's fields, each with its default (`MISSING`, equal to nothing, where it has none)."""
    return tuple((f.name, default_of(f)) for f in dataclasses.fields(cls))


def default_of(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


# ----------------------------------------------------------------------------------------------------------------------- from JSON


@cache
def decoder(hint: Any) -> Coder:
    """How to make a thing of this type from plain JSON; compiled once a type, because tens of thousands of rows are read."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return union_decoder(arguments)
    if origin is tuple:
        return tuple_decoder(arguments)
    if hint is Decimal:
        return Decimal
    if hint is datetime or hint is date:
        return hint.fromisoformat
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return dataclass_decoder(hint)
    return as_it_is


def as_it_is(data: Any) -> Any:
    return data


def union_decoder(arguments: tuple[Any, ...]) -> Coder:
    """`X | None`, or the union of all values (told apart by their keys)."""
    inner = [a for a in arguments if a is not type(None)]
    decode = value_from if frozenset(inner) == VALUES else decoder(inner[0])
    return lambda data: None if data is None else decode(data)


def tuple_decoder(arguments: tuple[Any, ...]) -> Coder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        decode = decoder(arguments[0])
        return lambda data: tuple(decode(item) for item in data)
    each = tuple(decoder(a) for a in arguments)
    return lambda data: tuple(decode(item) for decode, item in zip(each, data, strict=True))


def dataclass_decoder(cls: type) -> Coder:
    """Fields that are missing take their defaults; keys that are unknown (written by a newer version) are passed over."""
    hints = get_type_hints(cls)
    decoders = {f.name: decoder(hints[f.name]) for f in dataclasses.fields(cls)}

    def decode(data: Mapping[str, Any]) -> Any:
        return cls(**{name: decoders[name](item) for name, item in data.items() if name in decoders})

    return decode
