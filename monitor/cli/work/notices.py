"""What `monitor notify` and `monitor silence` do with a home and its database."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from monitor import delivery, watch
from monitor.cli.common import State
from monitor.cli.common import now as clock
from monitor.cli.output import Format, clean, print_json, print_table, say
from monitor.errors import UsageError
from monitor.render.contract import moment
from monitor.store import outbox, reports
from monitor.store.outbox import Parcel

NOT_TAKEN = 1
SHOWN = 500


def send_tests(state: State, channel: str | None, *, now: datetime) -> int:
    """A test through every channel, or the named one; 1 when one did not take it."""
    settings = state.settings()
    with delivery.channels_of(settings, clock) as channels:
        if not channels:
            raise UsageError("no channel is set (webhook_url or notify in monitor.toml, or channels.toml; see: monitor help notices)")
        if channel is not None and channel not in channels:
            raise UsageError(f"there is no channel {channel[:60]!r} (there are: {', '.join(channels)})")
        told = delivery.send_test({name: c for name, c in channels.items() if channel in (None, name)}, now)
    for name, error in told.items():
        say(f"{name}: {clean(error) or 'taken'}")
    return NOT_TAKEN if any(told.values()) else 0


def list_notices(state: State, form: Format, *, dead: bool) -> int:
    """Those that were given up, and unless only these are wanted, those that wait."""
    with watch.open_store(state.settings()) as store:
        found = [n for wanted in (("dead",) if dead else ("dead", "waiting")) for n in outbox.notices(store, wanted, SHOWN)]
    if form is Format.JSON:
        print_json([_json(n) for n in found])
    elif found:
        rows = [(n.id[:12], n.state, n.channel or "(all)", n.key, str(n.attempts), n.error) for n in found]
        print_table(("id", "state", "channel", "notice", "tries", "error"), rows)
    else:
        say("no notice waits and none was given up" if not dead else "no notice was given up")
    return 0


def _json(notice: Parcel) -> dict[str, object]:
    shown = {name: getattr(notice, name) for name in ("id", "state", "channel", "programme", "change", "event", "attempts", "error")}
    return shown | {"notice": notice.key, "created_at": moment(notice.created_at)}


def retry(state: State, notice: str | None, *, now: datetime) -> int:
    """Dead letters among the waiting again."""
    with watch.open_store(state.settings()) as store:
        chosen = [n for n in outbox.notices(store, "dead", 10**6) if notice is None or n.id.startswith(notice)]
        if notice is not None and not chosen:
            raise UsageError(f"no notice that was given up has the id {clean(notice)[:60]!r} (see: monitor notify list --dead)")
        for one in chosen:
            outbox.revive(store, one.id, now)
    say(f"{len(chosen)} taken back; sent with the next delivery")
    return 0


def add_silence(state: State, pattern: str, until: date, programme: str | None, note: str, by: str, *, now: datetime) -> int:
    """Until the beginning of that day where the reader is."""
    settings = state.settings()
    ends_at = datetime.combine(until, time(), ZoneInfo(settings.timezone))
    if ends_at <= now:
        raise UsageError(f"{until} has begun already; name a later day")
    with watch.open_store(settings) as store:
        watch.known_programme(store, settings, programme)
        key = reports.add_silence(store, reports.Silence(programme, pattern[:200], by[:80], now, ends_at, note[:300]))
    say(f"{key[:12]}  silent until {until}: {clean(pattern)[:200]}")
    return 0


def list_silences(state: State, form: Format, *, now: datetime) -> int:
    """Those that hold now."""
    with watch.open_store(state.settings()) as store:
        found = reports.silences_by_id(store, now)
    if form is Format.JSON:
        rows = [
            {"id": k, "pattern": s.pattern, "programme": s.programme, "until": moment(s.ends_at), "by": s.by, "note": s.note}
            for k, s in found.items()
        ]
        print_json(rows)
    elif found:
        table = [(k[:12], s.pattern, s.programme or "(all)", f"{s.ends_at:%Y-%m-%d}", s.by, s.note) for k, s in found.items()]
        print_table(("id", "pattern", "programme", "until", "by", "note"), table)
    else:
        say("nothing is silenced")
    return 0


def end_silence(state: State, id: str, *, now: datetime) -> int:
    """The one whose id begins so."""
    with watch.open_store(state.settings()) as store:
        chosen = [key for key in reports.silences_by_id(store, now) if id and key.startswith(id)]
        if len(chosen) != 1:
            raise UsageError(f"no silence, or more than one, has the id {clean(id)[:60]!r} (see: monitor silence list)")
        reports.end_silence(store, chosen[0], now)
    say(f"{chosen[0][:12]}  ended")
    return 0
