"""The commands that show what was found: changes, show, report, export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor import render, watch
from monitor.cli.common import State
from monitor.cli.common import now as clock
from monitor.cli.output import Format, clean, print_json, print_table, say
from monitor.config import Settings
from monitor.core.model import Capture, Change, ChangeStatus
from monitor.core.summary import FactClocks
from monitor.daily import Span, daily_reports, fact_clocks
from monitor.errors import MonitorError, StoreError, UsageError
from monitor.render.view import flag
from monitor.store import looks, queries
from monitor.store.engine import Store

UNLINKED_SHOWN = 1000


def changes(
    state: State, programme: str | None, status: ChangeStatus | None, since: date | None, form: Format, *, unlinked: bool = False
) -> int:
    """The flagged changes, most important first; or what was read and tied to no fact."""
    settings = state.settings()
    with watch.open_store(settings) as store:
        watch.known_programme(store, settings, programme)
        if unlinked:
            return _print_unlinked(store, programme, form)
        found = queries.changes(store, programme=programme, status=status, since=_midnight(since, settings), today=_today(settings))
    found.sort(key=lambda c: (-c.severity, -c.confidence, c.first_seen, c.id))
    if form is Format.JSON:
        say(render.to_json(render.changes_json(found)))
    elif found:
        print_table(("id", "status", "since", "type", "about", "was", "now"), [_row(c) for c in found], widest=40)
    else:
        say("no changes")
    return 0


def show(state: State, change_id: str, form: Format) -> int:
    """One change with everything that proves it."""
    settings = state.settings()
    with watch.open_store(settings) as store:
        change = find_change(store, change_id, _today(settings))
    say(render.to_json(render.change_json(change)) if form is Format.JSON else render.show_change(change).rstrip("\n"))
    return 0


def find_change(store: Store, change_id: str, today: date | None = None) -> Change:
    """The change of that id, or of the only id that begins so. Raises UsageError for none and for several."""
    change = queries.change(store, change_id, today) if change_id else None
    if change is None:
        raise UsageError(f"no change, or more than one, has the id {clean(change_id)[:80]!r} (see: monitor changes)")
    return change


def report(
    state: State, programme: str | None, day: date | None, form: str, output: Path | None, *, span: str = "day", now: datetime
) -> int:
    """The report of a day, or of the week or month it is in; so far, when that is not over."""
    settings = state.settings()
    with watch.open_store(settings) as store:
        watch.known_programme(store, settings, programme)
        loaded = watch.load_programmes(settings, programme)
        watch.sync_all(store, loaded.baselines, now)
        reports = daily_reports(store, settings, loaded.baselines, day, now, Span(span))
    text = render.report_as(reports[0], form) if len(reports) == 1 else render.reports_as(reports, form)
    write_out(text, output)
    return 0


def export(state: State, what: str, programme: str | None, form: str, output: Path | None) -> int:
    """Changes and facts as CSV or JSON, captures as WARC."""
    settings = state.settings()
    if (what == "captures") != (form == "warc"):
        raise UsageError("captures are exported with --format warc, changes and facts with csv or json")
    with watch.open_store(settings) as store:
        watch.known_programme(store, settings, programme)
        if what == "captures":
            return _export_captures(store, programme, output)
        write_out("".join(_exported(store, settings, what, programme, form)), output)
    return 0


def _exported(store: Store, settings: Settings, what: str, programme: str | None, form: str) -> Iterable[str]:
    if what == "changes":
        found = queries.changes(store, programme=programme, today=_today(settings))
        return render.changes_csv(found) if form == "csv" else [render.to_json(render.changes_json(found)) + "\n"]
    baselines = watch.load_programmes(settings, programme).baselines
    watch.sync_all(store, baselines, clock())
    if form == "csv":
        tables = [list(render.facts_csv(b, fact_clocks(store, b.id))) for b in baselines]
        return [*(tables[0][:1] if tables else []), *(line for table in tables for line in table[1:])]
    return [render.to_json([_fact_json(state) for b in baselines for state in queries.facts(store, b.id)]) + "\n"]


def _fact_json(state: queries.FactState) -> dict[str, object]:
    fact = state.fact
    clocks = FactClocks(fact.key, state.fetched_at, state.found_at, state.confirmed_at)
    return {
        "programme": state.programme,
        "key": fact.key,
        "kind": fact.kind,
        "label": fact.label,
        "value": render.value_json(fact.value),
        "version": fact.version,
        "scope": fact.scope,
        "status": fact.status,
        "removed": fact.removed,
        "quote": fact.quote,
        "url": fact.url,
        "last_fetched": render.contract.moment(clocks.last_fetched_at),
        "last_read": render.contract.moment(clocks.last_read_at),
        "last_confirmed": render.contract.moment(clocks.last_confirmed_at),
    }


def _export_captures(store: Store, programme: str | None, output: Path | None) -> int:
    from monitor.warc import write_captures

    if output is None:
        raise UsageError("captures go to a file: name it with --output captures.warc.gz")
    try:
        written = write_captures(_captures(store, programme), output)
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror or error}") from error
    say(f"{written} captures written to {output}")
    return 0


def _captures(store: Store, programme: str | None) -> Iterator[Capture]:
    """Every stored answer whose body is still there, oldest first."""
    for kept in reversed(looks.snapshots(store, programme=programme, limit=10**9)):
        body = store.blobs.get(kept.sha256)
        if body is not None:
            yield Capture(kept.source_id, kept.url, kept.final_url, kept.captured_at, kept.http_status, kept.media_type, body, kept.sha256)


def write_out(text: str, output: Path | None) -> None:
    """To the file, else to standard output. Raises MonitorError when the file cannot be written."""
    if output is None:
        say(text.rstrip("\n"))
        return
    try:
        output.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise MonitorError(f"{output} cannot be written: {error.strerror or error}") from error


def _print_unlinked(store: Store, programme: str | None, form: Format) -> int:
    found = queries.unlinked(store, programme=programme, limit=UNLINKED_SHOWN)
    if form is Format.JSON:
        print_json([_unlinked_json(one) for one in found])
    elif found:
        rows = [(o.source_id, o.observation.kind, o.observation.raw, "; ".join(o.reasons)) for o in found]
        print_table(("source", "kind", "quote", "why not"), rows)
    else:
        say("nothing was left unlinked")
    return 0


def _unlinked_json(one: queries.Unlinked) -> dict[str, object]:
    seen = one.observation
    return {
        "programme": one.programme,
        "source": one.source_id,
        "url": one.url,
        "captured_at": render.contract.moment(one.captured_at),
        "kind": seen.kind,
        "value": render.value_json(seen.value),
        "quote": seen.quote,
        "start": seen.start,
        "end": seen.end,
        "role": str(seen.role),
        "reasons": list(one.reasons),
    }


def _row(change: Change) -> tuple[str, ...]:
    shown = flag(change)
    return change.id, str(change.status), f"{change.first_seen:%Y-%m-%d}", shown.type, shown.title, shown.old, shown.new


def _midnight(day: date | None, settings: Settings) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(settings.timezone)) if day else None


def _today(settings: Settings) -> date:
    return clock().astimezone(ZoneInfo(settings.timezone)).date()
