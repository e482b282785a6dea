"""A database as after years: a million observations, ten thousand changes. `python -m tests.big FOLDER` makes it and times the report."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from monitor.config import Settings
from monitor.core.model import Baseline, Change, Source
from monitor.daily import daily_reports
from monitor.store import codec, engine
from monitor.store.digests import ANALYSIS, OBSERVATION
from monitor.store.engine import Store
from monitor.store.knowledge import CHANGE, CLAIM, EVIDENCE, REVIEW
from monitor.store.sources import SNAPSHOT, URL, VISIT, url_key
from monitor.sync import sync
from tests.ai_factories import change as example
from tests.line import baseline

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
SOURCES = 100
SNAPSHOTS_EACH = 100


def programme() -> Baseline:
    return baseline(*(Source(f"s{n}", f"https://s{n}.example/", publisher=f"P{n % 40}") for n in range(SOURCES)))


def fill(store: Store, observations: int, changes: int, open_share: float) -> datetime:
    """Returns the moment after the last of it."""
    ships = programme()
    sync(store, ships, BEGAN)
    urls = [url_key("ships", s.id, s.url) for s in ships.sources]
    pages = SOURCES * SNAPSHOTS_EACH
    each = observations // pages
    blank = {c.name: None for c in OBSERVATION.c}
    with store.write() as connection:
        for n in range(pages):
            at = BEGAN + timedelta(hours=n // SOURCES * 180)
            url, snapshot = urls[n % SOURCES], f"snap{n}"
            connection.execute(
                insert(VISIT).values(id=f"v{n}", source_url=url, at=at, status="ok", http_status=200, error=None, snapshot=snapshot)
            )
            connection.execute(
                insert(SNAPSHOT).values(
                    id=snapshot,
                    source_url=url,
                    captured_at=at,
                    sha256=f"{n:064x}",
                    byte_count=9,
                    http_status=200,
                    media_type="text/html",
                    final_url="",
                    headers="{}",
                )
            )
            connection.execute(
                insert(ANALYSIS).values(
                    id=f"a{n}",
                    snapshot=snapshot,
                    extractor="x",
                    digest="d1",
                    at=at,
                    status="ok",
                    reason="",
                    title="",
                    language="en",
                    published_on=None,
                    text_sha256="",
                    observations=each,
                    problems="[]",
                )
            )
            rows = [
                blank
                | {
                    "id": f"o{n}.{i}",
                    "programme": "ships",
                    "snapshot": snapshot,
                    "kind": "money",
                    "value": "{}",
                    "quote": "a quote of some length " * 4,
                    "start": i,
                    "end": i + 9,
                    "role": "current",
                    "confidence": 0.9,
                    "linked": bool(i % 2),
                    "fact": "total" if i % 2 else None,
                    "signature": "",
                    "label": "",
                    "score": 0.5,
                    "reasons": "[]",
                    "body": "{}",
                }
                for i in range(each)
            ]
            if rows:
                connection.execute(insert(OBSERVATION), rows)
        for n, url in enumerate(urls):
            seen = BEGAN + timedelta(hours=(SNAPSHOTS_EACH - 1) * 180)
            connection.execute(
                URL.update()
                .where(URL.c.id == url)
                .values(
                    last_fetched_at=seen,
                    last_ok_at=seen,
                    status="ok",
                    snapshots=SNAPSHOTS_EACH,
                    attempts=900,
                    next_check_at=seen + timedelta(hours=6),
                    latest_snapshot=f"snap{pages - SOURCES + n}",
                    confirmed_at=seen,
                )
            )
        write_changes(connection, changes, urls, open_share)
    return BEGAN + timedelta(hours=SNAPSHOTS_EACH * 180)


def write_changes(connection, changes: int, urls: list[str], open_share: float) -> None:
    span_h = SNAPSHOTS_EACH * 180
    bare: Change = example()
    body = codec.dump({k: v for k, v in codec.plain(bare).items() if k not in ("reviews", "status")} | {"evidence": []})
    for n in range(changes):
        at = BEGAN + timedelta(hours=span_h * n / changes)
        is_open = n % 100 >= 100 - 100 * open_share
        status = "open" if is_open else "accepted"
        connection.execute(
            insert(CHANGE).values(
                id=f"c-{n:06d}",
                programme="ships",
                fact="total",
                type=bare.type.value,
                kind=bare.kind,
                label=bare.label,
                severity=n % 5,
                first_seen=at,
                last_seen=at,
                machine="open",
                decision=status,
                status=status,
                snoozed_until=None,
                revision=1,
                body=body.replace(bare.id, f"c-{n:06d}").replace(bare.programme, "ships"),
            )
        )
        for position in range(3):
            connection.execute(
                insert(EVIDENCE).values(
                    id=f"e{n}.{position}",
                    change=f"c-{n:06d}",
                    position=position,
                    content=f"q{n}.{position}",
                    source=f"s{n % SOURCES}",
                    url="https://s.example/",
                    captured_at=at,
                    sha256=f"{n:064x}",
                    quote="The total rose to EUR 2.6 billion.",
                    start=0,
                    end=34,
                    publisher=f"P{position}",
                    published_on=None,
                )
            )
        if not is_open:
            connection.execute(
                insert(REVIEW).values(
                    id=f"r{n}",
                    change=f"c-{n:06d}",
                    position=0,
                    decision="accept",
                    by="me",
                    at=at + timedelta(hours=3),
                    note="",
                    until=None,
                    value=None,
                    fact=None,
                )
            )
        if n % 2 == 0:
            connection.execute(
                insert(CLAIM).values(
                    id=f"k{n}",
                    programme="ships",
                    source_url=urls[n % SOURCES],
                    source=f"s{n % SOURCES}",
                    fact="total",
                    signature="",
                    kind="money",
                    value="{}",
                    began_at=at,
                    last_seen_at=at,
                    ended_at=None if n % 20 == 0 else at,
                    evidence=f"q{n}.0",
                    revision=1,
                    body="{}",
                )
            )


def timed(store: Store, settings: Settings, now: datetime) -> dict[str, float]:
    """Milliseconds of composing today's report, of a past day, and of a past month."""
    found = {}
    for name, day in (("today", None), ("a day", (now - timedelta(days=9)).date()), ("kept", (now - timedelta(days=9)).date())):
        began = time.perf_counter()
        daily_reports(store, settings, [programme()], day, now)
        found[name] = round((time.perf_counter() - began) * 1000, 1)
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with engine.open(folder / "monitor.db") as opened:
        began = time.perf_counter()
        end = fill(opened, int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
        print(f"filled in {time.perf_counter() - began:.0f} s")
        for _ in range(2):
            print(timed(opened, Settings(home=folder), end))
