"""Currencies by symbol and ISO 4217 code, the same in every language; nouns stand in the [money] sections.

A dollar sign alone is the dollar of the reader's country or of the one the page speaks of (see homeland.py), else the US dollar; "kr" is the krone of the
language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from monitor.core.model import Setting

# ISO 4217 codes in use; those that are everyday words in capitals (ALL, TOP, CUP, PEN, MOP, ANG, SOS, GEL, LAK, BAM) are left out.
CODES = frozenset(
    re.findall(
        r"\w+",
        r" AED AFN AMD AOA ARS AUD AWG AZN BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CVE "
        r" CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD "
        r" JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MRU MUR MVR MWK MXN MYR MZN NAD NGN "
        r" NIO NOK NPR NZD OMR PAB PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SRD SSP STN SYP SZL THB "
        r" TJS TMT TND TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW DEM ITL NLG ATS BEF FRF PTE ",
    )
)

DOLLARS = {
    "AU": "AUD",
    "CA": "CAD",
    "NZ": "NZD",
    "SG": "SGD",
    "HK": "HKD",
    "TW": "TWD",
    "US": "USD",
}
# Countries that write their peso with the dollar sign.
PESOS = {"MX": "MXN", "CO": "COP", "CL": "CLP", "AR": "ARS", "UY": "UYU"}
# Signs that tell a country's dollar from the American one.
DOLLAR_SIGNS = {"A$": "AU", "AU$": "AU", "C$": "CA", "CA$": "CA", "CAD$": "CA", "NZ$": "NZ"}
KRONER = {
    "SE": "SEK",
    "NO": "NOK",
    "DK": "DKK",
    "IS": "ISK",
    "FO": "DKK",
    "GL": "DKK",
    "sv": "SEK",
    "da": "DKK",
    "nb": "NOK",
    "no": "NOK",
    "nn": "NOK",
    "is": "ISK",
}
YENS = {"CN": "CNY", "zh": "CNY"}
POUNDS = {"EG": "EGP", "LB": "LBP", "SD": "SDG"}
RUPEES = {"PK": "PKR", "LK": "LKR", "NP": "NPR", "MU": "MUR"}

# Folded (lower-case) symbols. Where the value is a table, country or language chooses from it and the first entry of the tuple is the default.
SYMBOLS: dict[str, str] = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₽": "RUB", "₴": "UAH", "₪": "ILS", "₩": "KRW", "₫": "VND", "₦": "NGN", "₱": "PHP",
    "฿": "THB", "₸": "KZT", "₡": "CRC", "₲": "PYG",
    "us$": "USD", "u$s": "USD", "usd$": "USD", "a$": "AUD", "au$": "AUD", "aud$": "AUD", "aus$": "AUD", "c$": "CAD", "ca$": "CAD",
    "can$": "CAD", "cdn$": "CAD", "cad$": "CAD",
    "nz$": "NZD", "nzd$": "NZD", "hk$": "HKD", "s$": "SGD", "sg$": "SGD", "nt$": "TWD", "r$": "BRL", "mx$": "MXN", "mex$": "MXN",
    "clp$": "CLP", "col$": "COP",
    "$us": "USD", "$ us": "USD", "$ca": "CAD", "$ ca": "CAD", "$can": "CAD", "rmb": "CNY", "cn¥": "CNY", "jp¥": "JPY", "zł": "PLN",
    "zl": "PLN", "kč": "CZK", "ft": "HUF",
    "лв": "BGN", "лв.": "BGN", "sfr": "CHF", "sfr.": "CHF", "fr.": "CHF", "skr": "SEK", "sek": "SEK", "nkr": "NOK", "dkr": "DKK",
    "rs": "INR", "rs.": "INR", "ikr": "ISK",
    "dm": "DEM", "lei": "RON", "$": "$", "¥": "¥", "kr": "kr", "kr.": "kr", "rm": "MYR", "fcfa": "XOF",
}  # fmt: skip
LOWER_CODES = frozenset(
    {"eur", "usd", "gbp", "chf", "pln", "sek", "nok", "dkk", "czk", "huf", "ron", "bgn", "inr", "jpy", "cny", "aud", "cad"}
)
_PREFIXES = {
    "m": "1e6",
    "k": "1e3",
    "t": "1e3",
    "mn": "1e6",
    "bn": "1e9",
    "md": "1e9",
    "mio": "1e6",
    "mrd": "1e9",
    "mld": "1e9",
    "mln": "1e6",
    "mds": "1e9",
    "g": "1e9",
}
# "MEUR", "k€", "Mkr", "MSEK": the scale grown together with the currency.
SCALED = {
    prefix + code: (code, Decimal(scale))
    for prefix, scale in _PREFIXES.items()
    for code in ("eur", "usd", "gbp", "chf", "pln", "sek", "nok", "dkk", "czk", "cad", "aud", "kr", "€", "£", "$")
    if not (prefix == "g" and code == "kr")
}
SIGNS = "€£$¥₹₺₽₴₪₩₫₦₱฿₸₡₲"
AFTER_SCALE = {
    "m": Decimal("1e6"),
    "bn": Decimal("1e9"),
    "mn": Decimal("1e6"),
    "k": Decimal("1e3"),
    "mio": Decimal("1e6"),
    "mrd": Decimal("1e9"),
    "b": Decimal("1e9"),
}


@dataclass(frozen=True, slots=True)
class Currency:
    """What a currency word stands for: `code`, or None with the codes it may be; `scale` if it carries one ("MEUR"); `part` for cents and pence."""

    code: str | None
    candidates: tuple[str, ...] = ()
    scale: Decimal = Decimal(1)
    part: Decimal = Decimal(1)
    noun: bool = False
    written: str = ""


def settle(symbol: str, setting: Setting, language: str) -> Currency:
    """The currency of a symbol or noun that several countries use ("$", "dollar", "kr", "¥"), by the reader's setting; else of its code."""
    place = setting.country or ""
    if symbol in ("$", "dollar"):
        own = DOLLARS if symbol == "dollar" else DOLLARS | PESOS
        wanted = setting.currency if setting.currency in own.values() else None
        return Currency(wanted or own.get(place, "USD"), written=symbol)
    if symbol == "kr":
        wanted = setting.currency if setting.currency in KRONER.values() else None
        code = wanted or KRONER.get(place) or KRONER.get(language)
        return Currency(code, () if code else ("DKK", "NOK", "SEK"), written=symbol)
    if symbol == "¥":
        return Currency(YENS.get(place) or YENS.get(language, "JPY"), written=symbol)
    if symbol == "GBP":
        return Currency(POUNDS.get(place, "GBP"), written=symbol)
    if symbol == "INR":
        return Currency(RUPEES.get(place, "INR"), written=symbol)
    return Currency(symbol, written=symbol)


HOME = {
    "DE": "EUR", "FR": "EUR", "ES": "EUR", "IT": "EUR", "PT": "EUR", "NL": "EUR", "BE": "EUR", "AT": "EUR", "FI": "EUR", "IE": "EUR",
    "GR": "EUR", "LU": "EUR", "SK": "EUR",
    "SI": "EUR", "HR": "EUR", "EE": "EUR", "LV": "EUR", "LT": "EUR", "MT": "EUR", "CY": "EUR", "PL": "PLN", "CZ": "CZK", "HU": "HUF",
    "RO": "RON", "BG": "BGN", "SE": "SEK",
    "DK": "DKK", "NO": "NOK", "IS": "ISK", "CH": "CHF", "GB": "GBP", "UK": "GBP", "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD",
    "IN": "INR", "JP": "JPY", "CN": "CNY",
    "KR": "KRW", "BR": "BRL", "ZA": "ZAR", "TR": "TRY", "UA": "UAH", "IL": "ILS", "SG": "SGD", "TW": "TWD",
    **PESOS,
}  # fmt: skip
# What an amount without currency may be in, by the language it is written in; the likeliest first.
BY_LANGUAGE = {
    "en": ("GBP", "USD", "EUR"), "de": ("EUR", "CHF"), "fr": ("EUR", "CHF", "CAD"), "es": ("EUR", "USD"), "it": ("EUR", "CHF"), "pl": ("PLN", "EUR"),
    "pt": ("EUR", "BRL"), "nl": ("EUR",), "sv": ("SEK", "EUR"), "da": ("DKK", "EUR"), "cs": ("CZK", "EUR"), "hu": ("HUF", "EUR"),
    "ro": ("RON", "EUR"), "bg": ("BGN", "EUR"),
}  # fmt: skip


def likely(setting: Setting, language: str) -> tuple[str, ...]:
    """The currencies an amount without one may be in."""
    first = [code for code in (setting.currency, HOME.get(setting.country or "")) if code]
    return tuple(dict.fromkeys((*first, *BY_LANGUAGE.get(language, ("EUR",)))))
