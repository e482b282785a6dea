"""The AI Factories in the spring of 2025, in our own words: a baseline of the announcement and the changes of the second selection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from monitor.core.model import (
    Baseline,
    Cause,
    Change,
    ChangeType,
    Comparison,
    Count,
    Countries,
    DateSpan,
    Delta,
    Evidence,
    Fact,
    Granularity,
    Money,
    Review,
    Site,
    Status,
    Value,
)
from monitor.core.summary import Period

NEWS_AT = datetime(2025, 3, 12, 12, 5, tzinfo=UTC)
MORNING = datetime(2025, 3, 13, 7, 5, tzinfo=UTC)
PERIOD = Period(datetime(2025, 3, 12, 7, 5, tzinfo=UTC), MORNING)
PROGRAMME = "eurohpc-ai-factories"


@dataclass(frozen=True)
class Health:
    """A source as the store knows it; `status` is a plain word there."""

    id: str
    programme: str
    url: str
    status: str = "ok"
    error: str = ""
    http_status: int | None = None
    attempts: int = 0
    last_fetched: datetime | None = None
    last_ok: datetime | None = None
    next_check: datetime | None = None
    snapshots: int = 0
    final_url: str | None = None
    facts_usual: int | None = None
    facts_last: int | None = None
    failing_since: datetime | None = None


def money(amount: str, **more: object) -> Money:
    return replace(Money(Decimal(amount), "EUR", precision=Decimal("1E+6")), **more)  # type: ignore[arg-type]


def year(number: int) -> DateSpan:
    return DateSpan(date(number, 1, 1), date(number, 12, 31), Granularity.YEAR, str(number))


def factories(count: int) -> Count:
    return Count(Decimal(count), "AI Factories")


def baseline(**changed: object) -> Baseline:
    facts = (
        Fact("investment.total", "money", "Total investment, EU plus national", money("1500000000"), scope="first seven sites"),
        Fact("sites.count", "count", "AI Factories selected", factories(7), counts="site.*"),
        Fact("implementation", "date", "Implementation", year(2026)),
        Fact(
            "site.kajaani",
            "site",
            "LUMI AI Factory",
            Site("LUMI AI Factory", "CSC", "Kajaani", "FI"),
            aliases=("LUMI AIF",),
            status="selected",
        ),
        Fact("participants.bsc", "countries", "Countries joining the BSC AI Factory", Countries(("PT", "RO", "TR"))),
    )
    whole = Baseline(
        PROGRAMME,
        "EuroHPC AI Factories",
        ("AI Factories",),
        ("AI Gigafactories",),
        ("en",),
        date(2025, 1, 8),
        facts,
        announced=facts,
        digest="d1",
    )
    return replace(whole, **changed)  # type: ignore[arg-type]


def evidence(
    quote: str, publisher: str = "EuroHPC JU", at: datetime = NEWS_AT, url: str = "https://factories.example/news/round-two"
) -> Evidence:
    return Evidence("news", url, at, "ab" * 32, quote, 120, 120 + len(quote), publisher, at.date())


def change(type: ChangeType = ChangeType.COUNT_CHANGED, **changed: object) -> Change:
    """The count of selected sites going from seven to thirteen, unless told otherwise."""
    usual = Change(
        id="c-7f3a91",
        programme=PROGRAMME,
        fact="sites.count",
        label="AI Factories selected",
        type=type,
        kind="count",
        old=factories(7),
        new=factories(13),
        delta=Delta(Decimal(6), Decimal("85.714")),
        severity=4,
        confidence=0.93,
        cause=Cause.PAGE,
        reasons=("names the programme and the unit noun of the fact", "the old number stands in the same sentence"),
        first_seen=NEWS_AT,
        last_seen=NEWS_AT,
        evidence=(evidence("Six further consortia bring the number of AI Factories to thirteen."),),
        fact_version=1,
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


def new_budget() -> Change:
    return change(
        ChangeType.NEW_BUDGET,
        id="c-19bd02",
        fact=None,
        label="Investment, second selection",
        kind="money",
        old=None,
        new=money("485000000"),
        delta=Delta(),
        severity=5,
        confidence=0.9,
        group="round-two",
        signature="money|second selection",
        fact_version=0,
        evidence=(evidence("Together the six are worth a further EUR 485 million, half of it national money."),),
        reasons=("a further sum beside the total, so a new budget",),
    )


def new_site(name: str = "AI:AT", place: str = "Vienna", country: str = "AT", **changed: object) -> Change:
    made = change(
        ChangeType.NEW_SITE,
        id=f"c-site-{country.lower()}",
        fact=None,
        label=f"{name}, {place}",
        kind="site",
        old=None,
        new=Site(name, None, place, country),
        delta=Delta(),
        severity=4,
        confidence=0.88,
        group="round-two",
        signature=f"site|{name}",
        fact_version=0,
        evidence=(evidence(f"The new sites include {name} in {place}."),),
        reasons=("in the list of selected sites",),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def opening_moved() -> Change:
    return change(
        ChangeType.DATE_MOVED,
        id="c-55aa10",
        fact="implementation",
        label="Implementation",
        kind="date",
        old=year(2026),
        new=DateSpan(date(2027, 1, 1), date(2027, 3, 31), Granularity.QUARTER, "2027-Q1"),
        delta=Delta(days=365),
        severity=3,
        confidence=0.71,
        evidence=(evidence("Operation is now expected in the first quarter of 2027.", "La fibre numérique"),),
        reasons=("the same sentence said 2026 until yesterday",),
    )


def status_changed() -> Change:
    return change(
        ChangeType.STATUS_CHANGED,
        id="c-777777",
        fact="site.kajaani",
        label="LUMI AI Factory",
        kind="status",
        old=Status("selected"),
        new=Status("under construction"),
        delta=Delta(),
        severity=2,
    )


def review(decision: str = "accept", hour: int = 14, of: str = "c-7f3a91", **more: object) -> Review:
    return replace(Review(of, decision, "Ana", NEWS_AT.replace(hour=hour)), **more)  # type: ignore[arg-type]


def compare(kind: str, old: Value, new: Value) -> Comparison:
    """A stand-in for the kinds: equal or not; money within one per cent is coarser."""
    if old == new:
        return Comparison("same", "equal")
    if isinstance(old, Money) and isinstance(new, Money) and old.amount and new.amount and abs(old.amount - new.amount) * 100 < old.amount:
        return Comparison("coarser", "rounded")
    return Comparison("different", "another value")
