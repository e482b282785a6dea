"""Every form of a report: complete, readable, and deaf to whatever stands in foreign text."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.model import (
    Change,
    ChangeType,
    Count,
    Countries,
    DateSpan,
    Delta,
    Granularity,
    Money,
    Organisation,
    Qualifier,
    Site,
    SourceStatus,
    Status,
    Value,
)
from monitor.core.notices import judge
from monitor.core.summary import FactClocks, Report
from monitor.render import (
    FORMATS,
    change_json,
    changes_csv,
    facts_csv,
    health_json,
    notice_payload,
    report_as,
    report_html,
    report_json,
    report_markdown,
    report_text,
    reports_as,
    show_change,
    show_delta,
    show_value,
    to_json,
    value_json,
)
from monitor.render.clean import cell, line, link, markdown
from monitor.render.steps import steps
from monitor.report import compose
from tests.ai_factories import (
    MORNING,
    NEWS_AT,
    PERIOD,
    PROGRAMME,
    Health,
    baseline,
    change,
    evidence,
    factories,
    money,
    new_budget,
    new_site,
    opening_moved,
    review,
    year,
)

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}${7*7}",
    "=cmd|' /C calc'!A0",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\x9b31m\x9d0;title\x9c",
    "\u202egnp.exe\u2066",
    "[click](javascript:alert(1)) **bold** `code` ~~no~~",
    "[/nope] [bold]rich[/bold]",
    "%s %n {0} {name!r}",
    "../../etc/passwd",
    "'; DROP TABLE change; --",
    "line one\r\nline two\nforged: entry",
    "nul\x00byte",
    "half \ud800 of a pair",
    "tags \U000e0041\U000e0042",
    "@everyone <!channel> <@U123>",
    "</style></head></blockquote></main>",
    "# heading\n- item\n> quote\n| a | b |",
    "x" * 5000,
    "\u0000\uffff\ufdd0",
]


def composed(*changes: Change, **more: object) -> Report:
    health = (
        Health("ju", PROGRAMME, "https://factories.example", SourceStatus.OK),
        Health("csc", PROGRAMME, "https://kajaani-ai.example", SourceStatus.TIMEOUT, "no answer within 30 s"),
    )
    return compose(PROGRAMME, changes, baseline(), health, PERIOD, MORNING, **more)  # type: ignore[arg-type]


def second_selection() -> Report:
    waiting = change(id="c-old", first_seen=NEWS_AT - timedelta(days=3))
    done = change(id="c-done", first_seen=NEWS_AT - timedelta(days=3), reviews=(review("accept", of="c-done", note="asked them"),))
    return composed(new_budget(), change(), new_site(), opening_moved(), waiting, done)


def hostile(text: str) -> Change:
    bad = replace(evidence(text, publisher=text), url="javascript:" + text, source_id=text)
    return change(
        id=text[:60],
        label=text,
        evidence=(bad,),
        reasons=(text,),
        new=Count(Decimal(13), text),
        reviews=(replace(review("comment", of=text), by=text, note=text),),
    )


# --------------------------------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (money("1500000000"), "EUR 1.5 billion"),
        (money("485000000"), "EUR 485 million"),
        (money("2634500000"), "EUR 2,634.5 million"),  # at most three decimals
        (money("2634500001"), "EUR 2,634,500,001"),
        (money("2634000000"), "EUR 2.634 billion"),
        (money("1500001"), "EUR 1,500,001"),
        (money("2600000000", qualifier=Qualifier.OVER), "over EUR 2.6 billion"),
        (
            Money(None, "EUR", Qualifier.RANGE, Decimal("1e9"), Decimal("2e9")),
            "EUR 1 billion to 2 billion",
        ),
        (Money(Decimal(500), None, currency_candidates=("USD", "CAD"), per="month"), "USD/CAD 500 per month"),
        (money("9000000", price_base=2024), "EUR 9 million (2024 prices)"),
        (Money(None, "EUR", vague=True), "EUR an unstated amount"),
        (factories(13), "13 AI Factories"),
        (Count(Decimal("12.50"), "%"), "12.5 %"),
        (Count(Decimal("171000"), None), "171,000"),
        (year(2026), "2026"),
        (DateSpan(date(2025, 1, 8), date(2025, 1, 8), Granularity.DAY, "2025-01-08"), "8 January 2025"),
        (DateSpan(date(2027, 3, 1), date(2027, 3, 31), Granularity.MONTH, "2027-03", part="early"), "early March 2027"),
        (DateSpan(date(2026, 7, 1), date(2026, 9, 30), Granularity.QUARTER, "2026-Q3"), "Q3 2026"),
        (DateSpan(date(2026, 7, 1), date(2026, 9, 30), Granularity.QUARTER, "2026-35"), "Q3 2026"),
        (DateSpan(date(2026, 1, 1), date(2026, 6, 30), Granularity.HALF, "2026-H1"), "first half of 2026"),
        (DateSpan(date(2029, 1, 1), date(2033, 12, 31), Granularity.RANGE, "2029/2033"), "2029 to 2033"),
        (DateSpan(date(2035, 1, 1), None, Granularity.YEAR, "2035/.."), "from 2035 on"),
        (DateSpan(None, date(2035, 12, 31), Granularity.YEAR, "../2035"), "by 2035"),
        (DateSpan(date(2030, 1, 1), date(2039, 12, 31), Granularity.DECADE, "203X"), "2030s"),
        (DateSpan(None, None, Granularity.YEAR, ""), "no date"),
        (DateSpan(date(2025, 1, 8), date(2025, 1, 9), Granularity.RANGE, "nonsense"), "8 January 2025 to 9 January 2025"),
        (DateSpan(date(2025, 1, 8), None, Granularity.DAY, "2025-99-99"), "from 8 January 2025 on"),
        (Site("LUMI AI Factory", "CSC", "Kajaani", "FI"), "LUMI AI Factory (CSC), Kajaani, FI"),
        (Site(None, None, "Bissen", "LU"), "Bissen, LU"),
        (Site(None), "an unnamed site"),
        (Countries(("PT", "RO")), "PT, RO"),
        (Organisation("CINECA", "IT"), "CINECA (IT)"),
        (Status("selected"), "selected"),
        (None, "nothing"),
        (Money(Decimal("NaN"), "EUR"), "EUR NaN"),
        (Money(Decimal("1e400"), "EUR"), "EUR 1E+400"),
    ],
)
def test_values_are_shown_in_words(value: Value | None, shown: str) -> None:
    assert show_value(value) == shown


DECIMALS = st.decimals() | st.decimals(min_value=-(10**40), max_value=10**40) | st.integers(0, 10**40).map(Decimal)


@settings(max_examples=60, deadline=None)
@given(amount=DECIMALS, percent=DECIMALS, days=st.none() | st.integers(-(10**6), 10**6))
def test_no_amount_is_too_absurd_to_be_shown(amount: Decimal, percent: Decimal, days: int | None) -> None:
    wild = change(old=Count(amount, None), new=replace(money("1"), amount=amount), delta=Delta(amount, percent, days))
    report_text(composed(wild))
    to_json(change_json(wild))
    assert steps(replace(wild, new=Count(percent, None))) is None or amount > 0


@settings(max_examples=60, deadline=None)
@given(edtf=st.text(max_size=12) | st.from_regex(r"[0-9X]{4}-[0-9QH]{1,3}(-[0-9]{1,3})?(/.{0,4})?", fullmatch=True))
def test_no_date_expression_is_too_absurd_to_be_shown(edtf: str) -> None:
    assert show_value(DateSpan(date(2026, 1, 1), None, Granularity.DAY, edtf))


def test_a_date_expression_of_thousands_of_digits_is_no_date() -> None:
    for edtf in ("2026-" + "0" * 5000 + "1", "2026-01-" + "1" * 5000, "2026-" + "9" * 5000):
        assert show_value(DateSpan(date(2026, 1, 1), None, Granularity.DAY, edtf)) == "from 1 January 2026 on"


@pytest.mark.parametrize("text", HOSTILE)
def test_names_of_sources_programmes_and_people_are_only_text_too(text: str) -> None:
    bad = Health(text, PROGRAMME, text, "suspect", text)
    seen = change(reviews=(replace(review("reject"), by=text, note=text),))
    report = compose(PROGRAMME, [seen], baseline(title="T " + text), [bad], PERIOD, MORNING)
    tags = Tags()
    tags.feed(report_html(report))
    assert not {"script", "img"} & set(tags.names)
    assert tags.links == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", report_text(report) + report_markdown(report))
    assert json.loads(report_as(report, "json"))["title"] == "T " + text


@pytest.mark.parametrize(
    ("delta", "shown"),
    [
        (Delta(Decimal(6), Decimal("85.714")), "+6 (+86 %)"),
        (Delta(Decimal(-2), Decimal("-4.26")), "−2 (−4.3 %)"),
        (Delta(Decimal(6)), "+6"),
        (Delta(days=31), "31 days later"),
        (Delta(days=-1), "1 day earlier"),
        (Delta(days=365), "12 months later"),
        (Delta(days=1187), "3 years 3 months later"),
        (Delta(days=0), ""),
        (Delta(), ""),
    ],
)
def test_differences_are_shown_in_words(delta: Delta, shown: str) -> None:
    assert show_delta(change(delta=delta)) == shown


def test_a_difference_of_money_names_its_currency() -> None:
    moved = change(
        ChangeType.BUDGET_REVISED, old=money("1500000000"), new=money("2600000000"), delta=Delta(Decimal("1.1e9"), Decimal("73.3"))
    )
    assert show_delta(moved) == "+EUR 1.1 billion (+73 %)"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (change(ChangeType.WITHDRAWN, new=None), "withdrawn"),
        (change(ChangeType.SITE_REMOVED, old=Site("LUMI AI Factory"), new=None, delta=Delta()), "LUMI AI Factory  ->  removed"),
        (change(ChangeType.PARTICIPANT_JOINED, old=Countries(("PT",)), new=Countries(("PT", "NO")), delta=Delta()), "NO joined"),
        (change(ChangeType.PARTICIPANT_LEFT, old=Countries(("PT", "NO")), new=Countries(("NO",)), delta=Delta()), "PT left"),
    ],
)
def test_what_is_gone_or_new_in_a_list_is_said_plainly(found: Change, words: str) -> None:
    assert words in report_text(composed(found))


# ------------------------------------------------------------------------------------------------------------------------- reports


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_tells_the_whole_story(form: str) -> None:
    told = report_as(second_selection(), form)
    for part in ("c-19bd02", "485", "13", "AI Factories selected", "Vienna", "c-old", "asked them", "csc", "no answer within 30 s"):
        assert part in told


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_the_same_when_made_again(form: str) -> None:
    assert report_as(second_selection(), form) == report_as(second_selection(), form)


@pytest.mark.parametrize("form", FORMATS)
def test_several_programmes_stand_in_one_document_with_news_first(form: str) -> None:
    quiet = replace(composed(), title="A quiet programme")
    told = reports_as([quiet, second_selection()], form)
    assert told.index("EuroHPC AI Factories") < told.index("A quiet programme")
    assert told.count("<html") == (1 if form == "html" else 0)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="text, md, html, json"):
        report_as(second_selection(), "docx")


def test_the_text_stays_within_its_width_and_has_no_colour_unless_asked() -> None:
    told = report_text(second_selection())
    assert max(map(len, told.splitlines())) <= 88
    assert "\x1b" not in told
    assert "\x1b[1m" in report_text(second_selection(), bold=True)


def test_a_day_without_news_is_one_line() -> None:
    told = report_text(composed())
    assert "nothing changed" in told.lower()
    assert "WHAT CHANGED" not in told


def test_a_day_on_which_nothing_could_be_seen_is_not_called_quiet() -> None:
    blind = compose(PROGRAMME, [], baseline(), [Health("csc", PROGRAMME, "https://x.example", "timeout")], PERIOD, MORNING)
    told = report_text(blind)
    assert "nothing could be seen" in told
    assert "nothing changed" not in told
    assert "Nothing can be said: no source could be seen." in told


def test_more_than_ten_changes_are_shortened_to_lines() -> None:
    many = [change(id=f"c-{n:02}", label=f"Fact {n}") for n in range(40)]
    told = report_text(composed(*many))
    assert told.count("confidence") == 10
    assert "ALSO CHANGED" in told
    assert "and 5 more" in told
    assert report_html(composed(*many)).count("<article") == 10


def test_a_quote_shared_by_neighbours_is_shown_once() -> None:
    one = new_site()
    two = replace(new_site("BRAIN++", "Sofia", "BG"), evidence=one.evidence)
    assert report_text(composed(one, two)).count("The new sites include") == 1


def test_html_needs_nothing_from_outside_and_runs_nothing() -> None:
    page = report_html(second_selection())
    tags = Tags()
    tags.feed(page)
    assert not {"script", "link", "iframe", "object", "form", "img"} & set(tags.names)
    assert "@import" not in page
    assert "url(" not in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page


def test_bars_compare_amounts_of_one_unit_only() -> None:
    found = steps(change())
    assert found is not None
    assert (found.old_percent, found.new_percent) == (54, 100)
    assert steps(change(old=money("5"), new=replace(money("5"), currency="USD"))) is None
    assert steps(new_budget()) is None


# ------------------------------------------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_only_text_in_html(text: str) -> None:
    tame = Tags()
    tame.feed(report_html(composed(hostile("harmless"))))
    tags = Tags()
    tags.feed(report_html(composed(hostile("word " + text))))
    assert tags.names == tame.names
    assert tags.attributes == tame.attributes
    assert all(href.startswith("https://") for href in tags.links)


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_cannot_command_a_terminal(text: str) -> None:
    for told in (report_text(composed(hostile(text))), show_change(hostile(text)), report_markdown(composed(hostile(text)))):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", told)
        told.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_survives_json_exactly_and_is_safe_to_print(text: str) -> None:
    written = to_json([change_json(hostile(text))])
    written.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written)
    assert json.loads(written)[0]["evidence"][0]["quote"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO("".join(changes_csv([hostile(text)])))))
    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])
    assert all(not c.lstrip().startswith(("=", "+", "@", "-")) for c in rows[1])


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", True),
        ("\u00a0=1+1", True),  # after a no-break space
        ("\t@SUM(A1)", True),
        ("a\n=1+1", False),  # the line end is gone, so it no longer begins anything
        ("＝1+1", True),  # full width
        ("-5.2", False),  # a number
        ("-5+cmd", True),
        ("EUR 5", False),
    ],
)
def test_cells_that_begin_like_a_formula_get_an_apostrophe(text: str, guarded: bool) -> None:
    assert cell(text).startswith("'") is guarded


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://factories.example/news?a=b&c=d#e", True),
        ("HTTP://factories.example/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//factories.example", False),
        ("https:///nowhere", False),
        ('https://x.example/"onclick=', False),
        ("https://x.example/a b", False),
        ("https://x.example/\u202egnp", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, is_link: bool) -> None:
    assert (link(url) is not None) is is_link


def test_markdown_leaves_no_link_image_or_emphasis_of_a_page_alive() -> None:
    shown = markdown("![x](http://evil.example) **b** <b> `c` [a]: http://x.example www.x.example")
    assert shown == r"!\[x\](http\://evil.example) \*\*b\*\* \<b\> \`c\` \[a\]: http\://x.example www\.x.example"


@pytest.mark.parametrize("unit", ["\x1b", "\x1b[", "\x1b]", "\x9d", "\x90a", "0;", " ", "\u202e", "[", "=", "*", "\n"])
def test_a_megabyte_of_anything_is_cleaned_in_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.perf_counter()
    line(text)
    line(text, 300)
    markdown(text)
    cell(text)
    assert time.perf_counter() - start < 3


# ------------------------------------------------------------------------------------------------------------------------ contract


def test_a_change_has_exactly_the_fields_of_the_contract() -> None:
    shape = change_json(change(reviews=(review(),)))
    assert list(shape) == (
        [
            "id",
            "programme",
            "fact",
            "label",
            "type",
            "old",
            "new",
            "delta",
            "severity",
            "confidence",
            "status",
            "cause",
            "reasons",
            "first_seen",
            "last_seen",
            "evidence",
            "reviews",
        ]
    )
    assert list(shape["evidence"][0]) == ["source", "url", "captured_at", "sha256", "quote", "start", "end", "publisher"]  # type: ignore[index]
    assert (shape["type"], shape["status"], shape["cause"], shape["first_seen"]) == (
        "count_changed",
        "open",
        "page",
        "2025-03-12T12:05:00Z",
    )
    assert shape["delta"] == {"amount": "6", "percent": "85.714", "days": None}


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (
            money("1500000000"),
            {
                "amount": "1500000000",
                "currency": "EUR",
                "qualifier": "exact",
                "min": None,
                "max": None,
                "precision": "1000000",
                "per": None,
            },
        ),
        (
            year(2026),
            {
                "start": "2026-01-01",
                "end": "2026-12-31",
                "granularity": "year",
                "edtf": "2026",
                "part": None,
                "yearless": False,
                "relative": False,
            },
        ),
        (Status("selected"), {"status": "selected", "of": None}),
        (Countries(("PT", "RO")), {"countries": ["PT", "RO"]}),
        (None, None),
    ],
)
def test_values_have_the_shape_of_the_contract(value: Value | None, shape: object) -> None:
    assert value_json(value) == shape


def test_no_infinity_reaches_json() -> None:
    wild = change(new=Count(Decimal("Infinity"), "AI Factories"), confidence=float("nan"), delta=Delta(Decimal("NaN")))
    assert "Infinity" not in to_json(change_json(wild))
    assert "NaN" not in to_json(change_json(wild))


def test_the_report_as_json_holds_changes_in_their_contract_shape() -> None:
    shape = report_json(second_selection())
    assert shape["changes"][0] == change_json(new_budget())  # type: ignore[index]
    assert shape["groups"] == [["c-19bd02", "c-site-at"], ["c-7f3a91"], ["c-55aa10"]]


def test_the_error_of_a_source_is_one_short_line() -> None:
    shape = health_json(Health("csc", PROGRAMME, "https://x.example", SourceStatus.TIMEOUT, "a\nb" * 300))
    assert len(str(shape["error"])) <= 200
    assert "\n" not in str(shape["error"])


def test_a_notice_is_the_change_with_what_happened_and_words_for_people() -> None:
    payload = notice_payload(change(), judge(change(), None))
    assert payload.items() >= change_json(change()).items()
    assert (payload["event"], payload["notice"], payload["title"]) == ("new", "c-7f3a91:new", "Count changed: AI Factories selected")
    assert "7 AI Factories → 13 AI Factories" in str(payload["text"])


def test_a_change_is_shown_with_its_proof_and_history() -> None:
    told = show_change(change(reviews=(review("snooze", until=date(2025, 4, 1)), review("undo", 15))))
    for part in (
        "7 AI Factories",
        "13 AI Factories",
        "the old number stands in the same sentence",
        "characters 120 to",
        "ab" * 32,
        "snoozed until",
    ):
        assert part in told


def test_facts_as_a_table_show_now_announced_and_clocks() -> None:
    facts = tuple(replace(f, value=factories(13), version=2) if f.key == "sites.count" else f for f in baseline().facts)
    rows = list(
        csv.DictReader(
            io.StringIO("".join(facts_csv(baseline(facts=facts), {"sites.count": FactClocks("sites.count", last_read_at=NEWS_AT)})))
        )
    )
    row = next(r for r in rows if r["fact"] == "sites.count")
    assert (row["value"], row["announced"], row["version"]) == ("13 AI Factories", "7 AI Factories", "2")
    assert row["last_read"] == "2025-03-12T12:05:00Z"


class Tags(HTMLParser):
    """The elements of a page in order, with the names of their attributes and every link target."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, ...]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes.append(tuple(name for name, _ in attrs))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
