"""The review command: one decision, or the queue with one key each."""

from __future__ import annotations

import getpass
import sys
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor import watch
from monitor.baseline import programme_folder, read
from monitor.cli.common import State
from monitor.cli.common import now as clock
from monitor.cli.output import say
from monitor.cli.work.showing import find_change
from monitor.config import Settings
from monitor.core.lang import load
from monitor.core.model import Change, ChangeStatus, Evidence, Review, Value
from monitor.errors import MonitorError, UsageError
from monitor.review import Desk, StreamKeys, TerminalKeys, decide, interactive
from monitor.review.storing import open_desk
from monitor.store import looks, queries
from monitor.store.engine import Store
from monitor.sync import sync
from monitor.understanding import steps


def review(
    state: State,
    change_id: str | None,
    decision: str | None,
    programme: str | None,
    *,
    by: str,
    note: str,
    until: date | None,
    value: str | None,
    fact: str | None,
    now: datetime,
) -> int:
    """One decision by name, or the queue of open changes."""
    settings = state.settings()
    who = by or getpass.getuser()
    with watch.open_store(settings) as store:
        watch.known_programme(store, settings, programme)
        desk = open_desk(store, settings.home)
        if change_id is None or decision is None:
            return _queue(store, settings, desk, programme, who)
        change = find_change(store, change_id)
        given = _value(value, change, settings) if value else None
        outcome = decide(desk, Review(change.id, decision, who, now, note, until, given, fact))
        if outcome.revision is not None:
            sync(store, read(programme_folder(settings.home, change.programme)), now)
    say(outcome.text)
    return 0


def _value(text: str, change: Change, settings: Settings) -> Value:
    """A corrected value, read like one in the baseline. Raises UsageError when the kind cannot read it."""
    from monitor.plugins import kind as kind_named

    kind = kind_named(change.kind)
    languages = read(programme_folder(settings.home, change.programme)).languages
    for code in dict.fromkeys((*languages, "en")):
        found = kind.parse(text, load(code)) if kind else None
        if found is not None:
            return found
    raise UsageError(f"{text[:80]!r} cannot be read as {change.kind} (write it as in facts.toml)")


def _queue(store: Store, settings: Settings, desk: Desk, programme: str | None, by: str) -> int:
    today = clock().astimezone(ZoneInfo(settings.timezone)).date()
    waiting = queries.changes(store, programme=programme, status=ChangeStatus.OPEN, today=today)
    if not waiting:
        say("no change waits for a decision")
        return 0
    waiting.sort(key=lambda c: (-c.severity, -c.confidence, c.first_seen, c.id))
    is_terminal = sys.stdin.isatty()
    interactive(
        waiting,
        desk,
        TerminalKeys() if is_terminal else StreamKeys(sys.stdin),
        _write,
        by=by,
        now=clock,
        context=lambda evidence: page_text(store, evidence, settings),
        bold=sys.stdout.isatty(),
    )
    for name in {change.programme for change in waiting}:
        sync(store, read(programme_folder(settings.home, name)), clock())
    return 0


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def page_text(store: Store, evidence: Evidence, settings: Settings) -> str | None:
    """The text of the stored page, so that a quote is shown among its words; None when it cannot be had."""
    kept = next(iter(looks.snapshots(store, sha256=evidence.sha256, limit=1)), None)
    body = store.blobs.get(evidence.sha256) if kept else None
    if kept is None or body is None:
        return None
    try:
        baseline = read(programme_folder(settings.home, kept.programme))
        source = next(s for s in baseline.sources if s.id == kept.source_id)
        return steps().read(body, kept.media_type, kept.url, source).text
    except (MonitorError, StopIteration):
        return None
