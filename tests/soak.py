"""Days in minutes: many sources looked at through many simulated days by one process, with its memory and what the database grew by.

`python -m tests.soak FOLDER DAYS SOURCES LOOKS_A_DAY`; 72 days, 300 sources and 4 looks a day are what the service is held to. Pages of one source in fifty
change each day; the last day is one on which nothing does.
"""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config import Settings
from monitor.core.model import Capture, NotModified, Source
from monitor.daily import composed, day_of
from monitor.deliver import deliver
from monitor.notify import Outgoing
from monitor.pipeline import check_locked
from monitor.store import engine, queries
from monitor.store.engine import Store
from monitor.store.outbox import Outbox
from monitor.sync import sync
from tests.line import MiniCore, at, baseline, capture

CHANGING = 50


@dataclass
class Pages:
    """What the sources say: a total that moves on the source's day, and as many words around it as a page has."""

    day: int = 0
    is_quiet: bool = False
    shown: dict[str, int] = field(default_factory=dict)

    def fetch(self, source: Source, validators: object, now: datetime, *, url: str | None = None) -> Capture | NotModified:
        number = int(source.id[1:])
        if source.id not in self.shown or (not self.is_quiet and (number + self.day) % CHANGING == 0 and self.shown[source.id] < self.day):
            self.shown[source.id] = self.day
        elif number % 2:
            return NotModified(source.id, source.url, now)
        total = 1500 + self.shown[source.id]
        return capture(source, f"total: {total}\nyachts: {number}\n" + "\n".join(f"word {n}" for n in range(200)), now)


class Nowhere:
    def send(self, notice: Outgoing) -> None:
        """Taken."""


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def disk_bytes(store: Store) -> int:
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "freelist_count"))
    return int(pages - free) * 4096


def soak(folder: Path, days: int, sources: int, looks_a_day: int) -> dict[str, object]:
    ships = baseline(*(Source(f"s{n}", f"https://s{n % 40}.example/{n}", publisher=f"P{n}") for n in range(sources)))
    pages, memory, core = Pages(), {}, MiniCore()
    with engine.open(folder / "monitor.db") as store:
        sync(store, ships, at(0))
        before = disk_bytes(store)
        for day in range(days + 1):
            pages.day, pages.is_quiet = day, day == days
            if pages.is_quiet:
                before = disk_bytes(store)
            for look in range(looks_a_day):
                now = at(24 * day + look * 24 / looks_a_day)
                check_locked(store, pages, core, [ships], lambda now=now: now, all=True, workers=1)  # type: ignore[misc]
                deliver(Outbox(store), {"nowhere": Nowhere()}, lambda now=now: now)  # type: ignore[dict-item, misc, arg-type]
            settings = Settings(home=folder)
            composed(store, settings, ships, day_of((at(0) + timedelta(days=day)).date(), at(0).tzinfo), at(24 * day + 23))  # type: ignore[arg-type]
            memory[day] = resident_bytes()
        grown = disk_bytes(store) - before
        return {
            "memory_day_3_mb": round(memory[min(3, days)] / 1e6, 1),
            "memory_end_mb": round(memory[days] / 1e6, 1),
            "growth": round(memory[days] / memory[min(3, days)] - 1, 3),
            "database_mb": round(disk_bytes(store) / 1e6, 1),
            "quiet_day_bytes_per_source": round(grown / sources),
            "rows": queries.row_counts(store),
        }


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    print(json.dumps(soak(place, *(int(word) for word in sys.argv[2:5])), indent=1))
