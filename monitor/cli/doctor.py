"""`monitor doctor`: what stands between this installation and a good night's run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.config import Settings

LEAST_FREE_BYTES = 1_000_000_000


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
        found += look(settings)
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


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_home, _programmes, _disk, _fetching, _security)
