"""`monitor doctor`: what stands between this installation and a good night's run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store.engine import Store

LEAST_FREE_BYTES = 1_000_000_000
CLOCK_SLACK = timedelta(hours=1)
MOST_NAMED = 10


class Finding(NamedTuple):
    """One thing that was looked at: state is fine, note or wrong."""

    what: str
    state: str
    text: str


def examine(home: Path | None) -> list[Finding]:
    """Everything that was looked at, in order; nothing is changed, except that `var/` is tried for writing when it exists."""
    from monitor import __version__, config

    version = ".".join(str(n) for n in sys.version_info[:3])
    found = [Finding("version", "fine", f"monitor {__version__}, Python {version}")]
    try:
        settings = config.load(home)
    except MonitorError as error:
        return [*found, Finding("settings", "wrong", str(error))]
    found += [Finding("settings", "note", f"{p.where}: {p.text} {p.hint}") for p in config.strangers()]
    for look in LOOKS:
        try:
            found += look(settings)
        except MonitorError as error:
            found.append(Finding(look.__name__.strip("_"), "wrong", str(error)))
    return found


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home.resolve()
    if not home.is_dir():
        yield Finding("home", "wrong", f"{home} is no folder (run: monitor init)")
    elif not (home / "monitor.toml").exists():
        yield Finding("home", "note", f"{home} has no monitor.toml; every setting has its default (run: monitor init)")
    else:
        yield Finding("home", "fine", str(home))


def _programmes(settings: Settings) -> Iterator[Finding]:
    from monitor.baseline import check, programme_folder, programme_ids

    names = programme_ids(settings.home)
    if not names:
        yield Finding("programme", "wrong", f"none in {settings.home.resolve() / 'baseline'} (run: monitor init)")
    for name in names:
        checked = check(programme_folder(settings.home, name))
        errors = [p for p in checked.problems if p.level == "error"]
        if errors:
            yield Finding("programme", "wrong", f"{name}: {len(errors)} error(s); the first: {errors[0]}")
        elif checked.baseline:
            yield Finding("programme", "fine", f"{name}: version {checked.baseline.version}, {len(checked.baseline.sources)} sources")


def _disk(settings: Settings) -> Iterator[Finding]:
    place = settings.var if settings.var.exists() else settings.home
    if not place.exists():
        return
    free = shutil.disk_usage(place).free
    state = "fine" if free >= LEAST_FREE_BYTES else "wrong"
    yield Finding("disk", state, f"{free // 1_000_000:,} MB free at {place.resolve()}")
    if not os.access(place, os.W_OK):
        yield Finding("disk", "wrong", f"{place.resolve()} cannot be written")


def _database(settings: Settings) -> Iterator[Finding]:
    """Looked at without changing it: an older schema stays as it is."""
    from monitor.store import condition, engine
    from monitor.store.tables import SCHEMA

    path = settings.var / "monitor.db"
    if not settings.database_url:
        if not settings.home.is_dir():
            return
        state = condition.inspect(path, SCHEMA, engine.known_schemas())
        if state is not condition.Condition.CURRENT:
            words = (
                "none yet; made by the first check"
                if state is condition.Condition.NEW
                else "of an older version; upgraded by the next start"
            )
            yield Finding("database", "note" if state is condition.Condition.OLDER else "fine", words)
            return
    from monitor import watch

    with watch.open_store(settings) as store:
        yield Finding("database", "fine", f"{store.name}, schema {SCHEMA}")
        yield from _figures(settings, store)


def _figures(settings: Settings, store: Store) -> Iterator[Finding]:
    """What the tables tell: sources that never worked, looks that are late, notices that did not arrive, a clock that cannot be right."""
    from monitor.cli.common import now as wall_clock
    from monitor.store import looks
    from monitor.store.figures import figures

    now = wall_clock()
    found = figures(store, now)
    never = [h for h in looks.sources(store) if h.last_ok is None and h.attempts]
    for health in never[:MOST_NAMED]:
        yield Finding("source", "wrong", f"{health.id} has never worked: {health.status}{f': {health.error}' if health.error else ''}")
    if len(never) > MOST_NAMED:
        yield Finding("source", "wrong", f"and {len(never) - MOST_NAMED} more that never worked (monitor sources list)")
    if late := sum(found.overdue.values()):
        yield Finding("schedule", "note", f"{late} source(s) should have been looked at more than an hour ago (is `monitor run` running?)")
    if found.notices["dead"]:
        yield Finding("notices", "wrong", f"{found.notices['dead']} did not arrive and were given up (monitor notify list --dead)")
    if found.newest_look is not None and found.newest_look > now + CLOCK_SLACK:
        yield Finding(
            "clock",
            "wrong",
            f"this machine says {now:%Y-%m-%d %H:%M} UTC, but the last look was made at {found.newest_look:%Y-%m-%d %H:%M}",
        )


def _clock(settings: Settings) -> Iterator[Finding]:
    from datetime import datetime
    from pathlib import Path as File
    from zoneinfo import ZoneInfo

    from monitor.cli.common import now as wall_clock

    now = wall_clock()
    installed = datetime.fromtimestamp(File(__file__).stat().st_mtime, tz=now.tzinfo)
    if now < installed - CLOCK_SLACK:
        yield Finding("clock", "wrong", f"this machine says {now:%Y-%m-%d}, which is before monitor was installed ({installed:%Y-%m-%d})")
    here = now.astimezone(ZoneInfo(settings.timezone))
    yield Finding("zone", "fine", f"{settings.timezone}: it is {here:%Y-%m-%d %H:%M} there; the report is written at {settings.report_at}")


def _channels(settings: Settings) -> Iterator[Finding]:
    from monitor import rules
    from monitor.config import secrets

    names = [one.id for one in rules.read(settings.home, secrets())]
    names += ["webhook"] if settings.webhook_url else []
    names += ["apprise"] if settings.notify else []
    yield Finding(
        "channels", "fine" if names else "note", ", ".join(names) or "none: changes are shown in reports only (monitor help notices)"
    )


def _fetching(settings: Settings) -> Iterator[Finding]:
    if not settings.contact:
        yield Finding("contact", "note", "no contact is set: webmasters cannot reach you (contact = ... in monitor.toml)")
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        if os.environ.get(variable) and not settings.proxy:
            yield Finding("proxy", "note", f"{variable} is set but not used; set proxy in monitor.toml if fetching needs it")
            return


def _security(settings: Settings) -> Iterator[Finding]:
    if settings.password is None:
        yield Finding("web", "note", "no password: the web UI answers on loopback only")
    file = settings.home / "monitor.toml"
    holds_secrets = settings.password or settings.webhook_secret or settings.notify
    if file.exists() and holds_secrets and file.stat().st_mode & 0o044 and "password" in file.read_text("utf-8", "replace"):
        yield Finding("secrets", "note", f"others can read {file}; move secrets to MONITOR_*_FILE or chmod 600")


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_home, _programmes, _disk, _clock, _database, _channels, _fetching, _security)
