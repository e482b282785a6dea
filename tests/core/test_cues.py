"""What a value is said as: one line per rule, in several languages."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from monitor import plugins
from monitor.core.extract import extract
from monitor.core.lang import load
from monitor.core.model import Observation, Role, Setting, Source
from monitor.core.readers import read

CASES = [
    # old beside new
    ("en", "The bill rose from EUR 6.5 billion to EUR 7.9 billion.", "EUR 6.5 billion", Role.PAST),
    ("en", "It will cost EUR 7.9 billion instead of EUR 6.5 billion.", "EUR 6.5 billion", Role.PAST),
    ("en", "The price is EUR 7.9 billion, up from EUR 6.5 billion.", "EUR 6.5 billion", Role.PAST),
    ("de", "Statt 9,15 Milliarden Euro sind es nun 9,8 Milliarden Euro.", "9,15 Milliarden Euro", Role.PAST),
    ("fr", "Le coût passe de 8,6 milliards d'euros à 11,1 milliards d'euros.", "8,6 milliards d'euros", Role.PAST),
    ("es", "El coste será de 700 millones de euros en lugar de 500 millones de euros.", "500 millones de euros", Role.PAST),
    ("it", "Il costo è di 11 miliardi di euro invece di 8,6 miliardi di euro.", "8,6 miliardi di euro", Role.PAST),
    ("pl", "Koszt wyniesie 5 mld zł zamiast 4 mld zł.", "4 mld zł", Role.PAST),
    ("pt", "O custo é de 3 mil milhões de euros em vez de 2 mil milhões de euros.", "2 mil milhões de euros", Role.PAST),
    ("nl", "De kosten zijn 4 miljard euro in plaats van 3 miljard euro.", "3 miljard euro", Role.PAST),
    # part of a whole
    ("en", "The budget is EUR 3 billion, of which EUR 400 million is for trains.", "EUR 400 million", Role.PART),
    ("de", "Das Budget beträgt 3 Mrd. Euro, davon 400 Mio. Euro für Züge.", "400 Mio. Euro", Role.PART),
    ("fr", "Le budget est de 3 milliards d'euros, dont 400 millions d'euros pour les rames.", "400 millions d'euros", Role.PART),
    # additions and increases
    ("en", "The state adds a further EUR 200 million.", "EUR 200 million", Role.TRANCHE),
    ("de", "Der Bund gibt weitere 200 Millionen Euro.", "200 Millionen Euro", Role.TRANCHE),
    ("en", "Costs rose by EUR 1.7 billion.", "EUR 1.7 billion", Role.DELTA),
    ("de", "Die Kosten stiegen um 1,7 Milliarden Euro.", "1,7 Milliarden Euro", Role.DELTA),
    # suppositions
    ("en", "If tunnelling fails it could cost EUR 12 billion.", "EUR 12 billion", Role.SCENARIO),
]


EXAMPLES = tomllib.loads((Path(__file__).parents[1] / "examples" / "said.toml").read_text("utf-8"))
ROWS = [
    pytest.param(language, *row, marks=[pytest.mark.xfail(strict=True)] if group == "known_failures" else [])
    for group, languages in EXAMPLES.items()
    for language, rows in languages.items()
    for row in rows
]
MEANT = {Role.PAST: "old", Role.DENIED: "old", Role.DELTA: "step", Role.TRANCHE: "step", Role.PART: "part"}


def observed(text: str, language: str) -> list[Observation]:
    html = f"<html lang='{language}'><body><main><p>{text}</p></main></body></html>".encode()
    page = read(html, "text/html", "https://a.example/", Source("a", "https://a.example/", language=language))
    return extract(page, plugins.kinds(), load(language), Setting(language=language, published_on=date(2026, 3, 10)))


@pytest.mark.parametrize(("language", "text", "quote", "role"), CASES)
def test_role_is_read_from_the_words_around(language: str, text: str, quote: str, role: Role) -> None:
    found = {o.quote: o for o in observed(text, language) if o.kind == "money"}
    assert found[quote].role is role


@pytest.mark.parametrize(("language", "text", "meant"), ROWS)
def test_old_and_new_of_a_sentence_are_told_apart(language: str, text: str, meant: str) -> None:
    found = sorted((o.start, MEANT.get(o.role, "new")) for o in observed(text, language) if o.kind in ("money", "date", "count"))
    assert " ".join(role for _, role in found) == meant


def test_two_halves_of_a_pair_share_its_id() -> None:
    old, new = (o for o in observed("The cost rose from EUR 6.5 billion to EUR 7.9 billion.", "en") if o.kind == "money")
    assert old.pair == new.pair
    assert old.pair is not None
    assert Role.PAST not in new.roles


def test_range_of_years_is_no_pair() -> None:
    dates = [o for o in observed("Works run from 2027 to 2031.", "en") if o.kind == "date"]
    assert [o.pair for o in dates] == [None] * len(dates)


def test_a_name_with_a_word_of_negation_in_it_denies_nothing() -> None:
    said = observed("Le préfet du Pas-de-Calais a signé l'arrêté : le budget du Pas-de-Calais est de 30 millions d'euros.", "fr")
    assert not [o for o in said if o.kind in ("status", "money") and Role.DENIED in o.roles]
