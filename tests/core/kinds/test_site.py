"""Sites in snippets of pages, and when two sites are one."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.core.kinds.site import KIND, same_site
from monitor.core.lang import load
from monitor.core.model import KnownName, Mention, Setting, Site
from tests.core.kinds.scoring import LANGUAGES, Score
from tests.pages import page_of

EXAMPLES = tomllib.loads((Path(__file__).parents[2] / "examples" / "site.toml").read_text("utf-8"))
FLOOR = 0.95
SURE = 0.5


def found_in(text: str, language: str = "en", setting: Setting | None = None) -> list[Mention]:
    page = page_of(text, language)
    mentions = KIND.find(page, load(language), setting or Setting(language=language), [])
    assert all(any(p.start <= m.start and m.end <= p.end for p in page.passages) for m in mentions)
    return mentions


def line(site: Site) -> str:
    return f"{site.name or '-'} | {site.place or '-'} | {site.country or '-'}"


def marks(examples: Iterable[Mapping[str, Any]]) -> Score:
    """How many sites of the examples were hit, missed and invented."""
    score = Score()
    for example in examples:
        found = [line(m.value) for m in found_in(example["text"], example["lang"]) if m.confidence >= SURE]
        score.add(f"{example['lang']}: {example['text'].strip()[:60]}", example["sites"], found)
    return score


@pytest.mark.parametrize("language", LANGUAGES)
def test_sites_are_found_and_nothing_else(language: str) -> None:
    score = marks(e for group in ("developed_on", "bugs_caught", "exam_2026_11") for e in EXAMPLES[group] if e["lang"] == language)
    assert score.hit
    assert score.precision >= FLOOR, score.wrong
    assert score.recall >= FLOOR, score.wrong


@pytest.mark.xfail(strict=True, reason="known failures, see the example file")
@pytest.mark.parametrize("example", EXAMPLES["known_failures"], ids=lambda e: e["text"].strip()[:30])
def test_known_failures(example: Mapping[str, Any]) -> None:
    score = marks([example])
    assert score.missed == 0
    assert score.extra == 0


def test_a_host_is_read_beside_the_name() -> None:
    site = found_in("The LUMI AI Factory will be hosted by the University of Oulu in Kajaani, Finland.")[0].value
    assert site == Site("LUMI AI Factory", "University of Oulu", "Kajaani", "FI", 64.227, 27.728)


def test_a_name_the_programme_knows_is_found_whatever_its_form() -> None:
    setting = Setting(names=(KnownName("Pharos", "site", "site.athens"),))
    mention = found_in("Work on Pharos in Athens goes on.", setting=setting)[0]
    assert line(mention.value) == "Pharos | Athens | GR"
    assert mention.confidence > 0.7


@pytest.mark.parametrize(
    "written", ["LUMI AI Factory, CSC, Kajaani, FI", "Kajaani, Finland", "MIMER, Linköping, SE", "Finland", "CINECA, Bologna, Italy"]
)
def test_what_is_shown_is_read_back(written: str) -> None:
    lexicon = load("en")
    value = KIND.parse(written, lexicon)
    assert value is not None
    assert KIND.parse(KIND.show(value, lexicon), lexicon) == value
    assert KIND.from_json(KIND.to_json(value)) == value


def test_parts_of_a_written_site_are_told_apart() -> None:
    assert KIND.parse("LUMI AI Factory, CSC, Kajaani, FI", load("en")) == Site("LUMI AI Factory", "CSC", "Kajaani", "FI", 64.227, 27.728)
    assert KIND.parse({"name": "LUMI AI Factory", "host": "CSC", "place": "Kajaani", "country": "FI"}, load("en")) == Site(
        "LUMI AI Factory", "CSC", "Kajaani", "FI", 64.227, 27.728
    )


@pytest.mark.parametrize("written", ["", None, 3, {}, {"name": 7}, {"country": "Atlantis"}, {"name": "X", "country": "ZZ"}])
def test_what_is_no_site_is_none(written: object) -> None:
    assert KIND.parse(written, load("en")) is None


LUMI = Site("LUMI AI Factory", "CSC", "Kajaani", "FI")


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (Site("LUMI AIF", None, "Kajaani", "FI"), "same"),  # the acronym
        (Site("LUMI AI Factory", None, None, "FI"), "same"),  # less is known
        (Site(None, "CSC", "Kajaani", "FI"), "same"),  # host and place
        (Site("LUMI AI Factory", None, "Kajaanissa", None), "same"),  # an inflected place
        (Site("Roihu", "CSC", "Kajaani", "FI"), "different"),  # the same host and place is not the same project
        (Site(None, None, None, "FI"), "unsure"),  # a bare country
        (Site("LUMI AI Factory", None, "Oulu", "FI"), "unsure"),  # the same name elsewhere
        (Site("MIMER", None, "Linköping", "SE"), "different"),  # another country
        (Site(None, None, "Espoo", "FI"), "different"),  # another place
    ],
)
def test_two_sites_are_one_only_on_evidence(other: Site, verdict: str) -> None:
    assert same_site(LUMI, other).verdict == verdict
    assert same_site(other, LUMI).verdict == verdict


def test_places_count_as_one_in_any_language() -> None:
    assert same_site(Site(None, None, "Wien", "AT"), Site("AI:AT", None, "Vienna", "AT")).verdict == "same"
    assert same_site(Site("PIAST", None, "Poznaniu", "PL"), Site("PIAST AI Factory", None, "Poznań", "PL")).verdict == "same"
    assert same_site(Site("X1", None, "Göttingen", "DE"), Site("X1", None, "Groningen", None)).verdict == "unsure"


def test_an_alias_makes_one_site_of_two_names() -> None:
    a, b = Site("Gaia", None, None, "PL"), Site("Krakow AI Factory", None, "Kraków", "PL")
    assert same_site(a, b).verdict != "same"
    assert same_site(a, b, {"Gaia": ["Kraków AI Factory"]}).verdict == "same"


def test_hostile_runs_are_read_in_linear_time() -> None:
    began = time.process_time()
    for text in ("(" * 300_000, "A, " * 100_000, '"A ' * 100_000, "- AB (" * 50_000, "in Paris " * 20_000):
        found_in(text)
    assert time.process_time() - began < 12
