"""The order of the line and nothing else: claim, fetch, record; then read, doubt, extract, link, follow, compare, save.

No transaction is open while something is fetched or read; a look and a digest are one transaction each, so a kill anywhere leaves the state before or after
it, and the next run goes on from there. Live checks, replays and rereads differ in the fetcher and the clock only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Protocol
from urllib.parse import urlsplit

from sqlalchemy.engine import Connection

from monitor.core.model import PAGE_STATUSES, Baseline, Capture, Change, NotModified, Page, Setting, Source, SourceStatus
from monitor.core.schedule import GOOD
from monitor.errors import FetchError, MonitorError
from monitor.reading import Before, Reader, Sight, Steps, Task, View, broken, guarded_view, leads, leads_on
from monitor.store import digests, sources
from monitor.store.digests import Kept, Reading, Waiting
from monitor.store.engine import Store
from monitor.store.knowledge import recall
from monitor.store.results import save_result
from monitor.store.sources import Address, Outcome, Seen

WORKERS = 8
ROUNDS = 4  # a listing leads to entries; entries lead no further, so a second round is enough unless addresses are moved meanwhile

Clock = Callable[[], datetime]
Progress = Callable[[Outcome], None]


class Fetch(Protocol):
    """Anything that looks at an address (`fetch.Fetcher`); raises FetchError where it could not."""

    def fetch(self, source: Source, validators: Any, now: datetime, *, url: str | None = None) -> Capture | NotModified: ...


@dataclass(frozen=True, slots=True)
class Digested:
    """What one snapshot came to: how it was read, and the changes it raised or added to."""

    programme: str
    source_id: str
    url: str
    captured_at: datetime
    status: str
    reason: str
    changes: tuple[Change, ...] = ()
    raised: tuple[str, ...] = ()  # ids of changes that are new

    @property
    def is_failure(self) -> bool:
        return self.status != "ok"


@dataclass(frozen=True, slots=True)
class Pass:
    """All that one check did, in the order it did it."""

    looks: tuple[Outcome, ...]
    digests: tuple[Digested, ...]

    @property
    def failures(self) -> list[tuple[str, str, str]]:
        """Source, status word and line of each that could not be looked at or read; once a source."""
        found = {(o.programme, o.source_id): (o.source_id, str(o.status), o.error) for o in self.looks if o.is_failure}
        found |= {(d.programme, d.source_id): (d.source_id, d.status, d.reason) for d in self.digests if d.is_failure}
        return list(found.values())


# ------------------------------------------------------------------------------------------------------------------------- one check


def check(
    store: Store,
    fetcher: Fetch,
    steps: Steps,
    baselines: Iterable[Baseline],
    clock: Clock,
    *,
    source: str | None = None,
    all: bool = False,
    owner: str = "check",
    workers: int = WORKERS,
    progress: Progress | None = None,
    reader: Reader | None = None,
) -> Pass:
    """One pass over what is due, under the lock of the database: look, digest, and again for the entries that were found.

    The baselines must be in the tables (`sync.sync`).
    StoreError when another check runs for longer than the store waits. Sources that fail are told in the result; they never stop the others.
    """
    with store.running():
        with store.write() as connection:
            sources.break_leases(connection)
        return check_locked(store, fetcher, steps, list(baselines), clock, source, all, owner, workers, progress, reader)


def check_locked(
    store: Store,
    fetcher: Fetch,
    steps: Steps,
    baselines: Sequence[Baseline],
    clock: Clock,
    source: str | None = None,
    all: bool = False,
    owner: str = "check",
    workers: int = WORKERS,
    progress: Progress | None = None,
    reader: Reader | None = None,
) -> Pass:
    """`check` for a caller that holds the lock already (`monitor run`, a tick at a time)."""
    looks: list[Outcome] = []
    digested: list[Digested] = []
    seen: set[str] = set()
    for _ in range(ROUNDS):
        turn = [a for a in due(store, baselines, clock(), source, all=all) if a.id not in seen]
        seen.update(a.id for a in turn)
        looks += look_at_all(store, fetcher, turn, clock, owner, workers, progress)
        read = [d for baseline in baselines for d in digest_backlog(store, steps, baseline, clock(), reader)]
        digested += read
        if not turn and not read:  # what was left over from a killed run may lead to further addresses as well
            break
    for baseline in baselines:
        digested += reread(store, steps, baseline, clock(), reader)
    return Pass(tuple(looks), tuple(digested))


def due(store: Store, baselines: Iterable[Baseline], now: datetime, source: str | None, *, all: bool) -> list[Address]:
    with store.read() as connection:
        return [a for b in baselines for a in sources.due(connection, now, programme=b.id, source=source, all=all)]


def look_at_all(
    store: Store, fetcher: Fetch, turn: Sequence[Address], clock: Clock, owner: str, workers: int, progress: Progress | None
) -> list[Outcome]:
    """Hosts beside one another, the addresses of one host one after the other (they would only wait for its turn)."""

    def look_at_host(addresses: Sequence[Address]) -> list[Outcome]:
        found = []
        for address in addresses:
            outcome = look(store, fetcher, address, clock(), owner)
            if outcome is not None:
                found.append(outcome)
                if progress is not None:
                    progress(outcome)
        return found

    hosts = by_host(turn)
    if workers <= 1 or len(hosts) <= 1:
        return [outcome for addresses in hosts for outcome in look_at_host(addresses)]
    with ThreadPoolExecutor(min(workers, len(hosts)), thread_name_prefix="look") as pool:
        return [outcome for found in pool.map(look_at_host, hosts) for outcome in found]


def by_host(turn: Iterable[Address]) -> list[list[Address]]:
    hosts: dict[str, list[Address]] = {}
    for address in turn:
        hosts.setdefault(urlsplit(address.url).netloc, []).append(address)
    return list(hosts.values())


# -------------------------------------------------------------------------------------------------------------------------- one look


def look(store: Store, fetcher: Fetch, address: Address, now: datetime, owner: str = "check") -> Outcome | None:
    """Claims the address, fetches without a transaction, records in one. None when somebody else has it."""
    with store.write() as connection:
        if not sources.claim(connection, address, owner, now):
            return None
    try:
        seen = fetched(fetcher, address, now)
    except BaseException:
        with store.write() as connection:
            sources.give_back(connection, address, owner)
        raise
    return record(store, address, seen)


def fetched(fetcher: Fetch, address: Address, now: datetime) -> Seen:
    """One fetch as what is recorded of it; a failure is a look as well."""
    try:
        answer = fetcher.fetch(address.source, address.validators, now, url=address.url)
    except FetchError as error:
        return failed(error, now)
    if isinstance(answer, NotModified):
        return Seen(answer.captured_at, SourceStatus.UNCHANGED, http_status=304)
    return captured(answer)


def failed(error: FetchError, at: datetime) -> Seen:
    return Seen(
        at,
        SourceStatus(error.status),
        error=str(error),
        http_status=error.http_status,
        transient=error.transient,
        retry_after_s=error.retry_after_s,
    )


def captured(capture: Capture) -> Seen:
    """A capture as what is recorded of it; answers that are no page (they come from archives) are failed looks."""
    if capture.http_status in PAGE_STATUSES:
        return Seen(capture.captured_at, SourceStatus.OK, capture, http_status=capture.http_status)
    status = REFUSALS.get(capture.http_status, SourceStatus.HTTP_ERROR)
    return Seen(capture.captured_at, status, error=f"the server answered {capture.http_status}", http_status=capture.http_status)


REFUSALS: Mapping[int, SourceStatus] = {
    204: SourceStatus.EMPTY,
    205: SourceStatus.EMPTY,
    401: SourceStatus.AUTH_REQUIRED,
    407: SourceStatus.AUTH_REQUIRED,
    410: SourceStatus.GONE,
    429: SourceStatus.RATE_LIMITED,
}


def cron_pause_s(source: Source, at: datetime, zone: tzinfo) -> int | None:
    """Seconds to the next time of a source's cron line, which is meant in that zone; None without one, or where it can never come."""
    if source.cron is None:
        return None
    from apscheduler.triggers.cron import CronTrigger  # half a second to import, and rarely needed

    here = at.astimezone(zone)
    try:
        following = CronTrigger.from_crontab(source.cron, timezone=zone).get_next_fire_time(here, here)
    except ValueError:
        return None
    return max(int((following - at).total_seconds()), 1) if following is not None else None


def record(store: Store, address: Address, seen: Seen) -> Outcome:
    """Keeps the body, then writes visit, snapshot and cursor in one transaction."""
    if seen.capture is not None:
        store.blobs.put(seen.capture.body)
    if seen.status in GOOD:
        seen = replace(seen, pause_s=cron_pause_s(address.source, seen.at, store.zone))
    with store.write() as connection:
        return sources.record(connection, address, seen, store.pace)


def record_capture(store: Store, programme: str, source: Source, url: str, answer: Capture | FetchError, at: datetime) -> Outcome:
    """A look that was made elsewhere (an archive): recorded as if we had made it at its own time. Recorded twice it changes nothing."""
    with store.write() as connection:
        address = sources.ensure_address(connection, programme, source.id, url, at)
    return record(store, address, captured(answer) if isinstance(answer, Capture) else failed(answer, at))


# ------------------------------------------------------------------------------------------------------------------------ one digest


def digest_backlog(store: Store, steps: Steps, baseline: Baseline, now: datetime, reader: Reader | None = None) -> list[Digested]:
    """Everything recorded and not yet read, in the order it was captured. After a kill it goes on where it was."""
    with store.read() as connection:
        backlog = digests.waiting(connection, baseline.id)
    return [digest_one(store, steps, baseline, one, now, reader or guarded_view) for one in backlog]


def reread(store: Store, steps: Steps, baseline: Baseline, now: datetime, reader: Reader | None = None) -> list[Digested]:
    """The newest snapshot of every page again, where the reading code or the baseline has changed since it was read."""
    with store.read() as connection:
        outdated = digests.outdated(connection, baseline.id, steps.extractor, baseline.digest)
    return [digest_one(store, steps, baseline, one, now, reader or guarded_view) for one in outdated]


def digest_one(store: Store, steps: Steps, baseline: Baseline, waiting: Waiting, now: datetime, reader: Reader) -> Digested:
    """1. What is known. 2. The page, without a transaction. 3. All that follows from it, in one.

    A page that breaks the comparing code is set aside like one that cannot be read: it must not hold up all others, now and at every start.
    """
    with store.read() as connection:  # 1
        waiting = replace(waiting, address=sources.reload(connection, waiting.address))
        setting = steps.setting(baseline, recall(store, connection, baseline.id), waiting.captured_at)
        before = digests.before(connection, waiting)
    seen = looked_through(store, steps, baseline, waiting, setting, before, reader)  # 2
    try:
        return save_digest(store, steps, baseline, waiting, seen, now)  # 3
    except MonitorError:
        raise
    except Exception as error:
        return save_digest(store, steps, baseline, waiting, broken(error), now)


def save_digest(store: Store, steps: Steps, baseline: Baseline, waiting: Waiting, seen: View, now: datetime) -> Digested:
    """One transaction: the reading, where it leads, and (for a good page with a text that is new) what it says of the facts."""
    with store.write() as connection:
        known = recall(store, connection, baseline.id, hold=True)
        analysis = digests.save_reading(connection, waiting, reading_of(steps, baseline, waiting, seen, now))
        if seen.page is None or seen.status != "ok":
            return digested(waiting, seen)
        follow(connection, waiting.address, seen.page, now)
        if seen.is_known:
            return digested(waiting, seen)
        previous = known.claims_at(waiting.address.id, waiting.address.row["confirmed_at"])
        result = steps.digest(baseline, known, sight_of(waiting, seen.page, seen), [c.claim for c in previous])
        digests.save_observations(connection, waiting, analysis, result, store.observations_max)
        save_result(connection, known, waiting, result)
        told = [n for c in result.changes if (n := steps.notice(c, known.changes.get(c.id))) is not None]
        digests.save_notices(connection, baseline.id, told, now)
        raised = tuple(c.id for c in result.changes if c.id not in known.changes)
    return replace(digested(waiting, seen), changes=tuple(result.changes), raised=raised)


def follow(connection: Connection, address: Address, page: Page, now: datetime) -> None:
    """New addresses the page leads to are looked at next, and known ones again when the page says that they changed since."""
    if leads_on(page, address.source, address.url, is_main=address.is_main):
        found = leads(page, address.source, address.url)
        sources.add_urls(connection, address, (lead.url for lead in found), now)
        changed = {lead.url: lead.changed_at for lead in found if lead.changed_at is not None and lead.changed_at <= now}
        sources.hasten(connection, address, changed, now)


def looked_through(
    store: Store, steps: Steps, baseline: Baseline, waiting: Waiting, setting: Setting, before: Kept | None, reader: Reader
) -> View:
    """The stored body as a page with its observations, or why not."""
    body = store.blobs.get(waiting.sha256)
    if body is None:
        return View(SourceStatus.PARSE_ERROR.value, "the stored page is no longer there")
    address, row = waiting.address, waiting.address.row
    is_same_reader = (row["digested_by"], row["digested_baseline"], row["digested_status"]) == (steps.extractor, baseline.digest, "ok")
    known_text = row["digested_text"] if is_same_reader and row["digested_snapshot"] != waiting.snapshot else ""
    last = store.blobs.get(before.sha256) if before is not None else None
    task = Task(
        body,
        waiting.media_type,
        address.url,
        waiting.http_status,
        address.source,
        row["facts_usual"],
        setting,
        known_text,
        Before(last, before.media_type) if before is not None and last is not None else None,
        store.name_max_chars,
    )
    return reader(steps, task)


def sight_of(waiting: Waiting, page: Page, seen: View) -> Sight:
    address = waiting.address
    is_seen_before = address.row["confirmed_at"] is not None
    return Sight(address.source, address.url, waiting.captured_at, waiting.sha256, page, seen.observations, is_seen_before)


def reading_of(steps: Steps, baseline: Baseline, waiting: Waiting, seen: View, now: datetime) -> Reading:
    count = waiting.address.row["facts_last"] or 0 if seen.is_known else len(seen.observations)
    return Reading(steps.extractor, baseline.digest, now, seen.status, seen.reason, seen.page, count, seen.text_sha256)


def digested(waiting: Waiting, seen: View) -> Digested:
    address = waiting.address
    return Digested(address.programme, address.source.id, address.url, waiting.captured_at, seen.status, seen.reason)
