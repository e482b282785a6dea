"""Settings: monitor.toml in the home, overridden by MONITOR_* variables, secrets also from files.

| where | wins over |
| --- | --- |
| `MONITOR_<NAME>` | everything |
| `MONITOR_<NAME>_FILE` (the value is the content of that file) | monitor.toml |
| `<name> = ...` in monitor.toml | the default |

Every name carries its unit. A key nobody knows is an error with the nearest known one, because a misspelled limit is a limit that does not hold.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from monitor.core.text import toml
from monitor.errors import ConfigError, Problem

FILE = "monitor.toml"
PREFIX = "MONITOR_"
SECRET = "MONITOR_SECRET_"  # noqa: S105 - how the variables of secrets begin
# Read by parts of the program or its tests, but no settings of their own.
_OTHER_VARIABLES = re.compile(r"MONITOR_(?:HOME|SECRET_\w+|CRASH_AT|TEST_\w+)")
_HOST_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]{1,253}):\d{1,5}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,80}")
_CREDENTIALS = re.compile(r"(://)[^/@\s]{1,400}@")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def _as_list(value: object) -> object:
    """A comma list from a variable, or a list from the file."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


TextList = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class Settings(BaseSettings):
    """All settings with their defaults; see `monitor help settings`."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX)

    home: Path = Field(default=Path("."), description="folder with baseline/, monitor.toml and var/")
    database_url: str = Field(default="", description="database; empty: SQLite at var/monitor.db in the home")

    contact: str = Field(default="", description="address or URL named in the User-Agent, so that a webmaster can reach you")
    proxy: str = Field(default="", description="proxy for all fetching, like http://proxy:3128; proxy variables of the system are not used")
    allow_hosts: TextList = Field(default=(), description="host:port that may be fetched although private, comma list")
    fetch_timeout_s: float = Field(default=30.0, gt=0, le=3600, description="whole fetch with robots.txt, redirects and body, seconds")
    fetch_connect_timeout_s: float = Field(default=10.0, gt=0, le=600, description="connecting, seconds")
    fetch_max_bytes: int = Field(default=10_000_000, gt=0, le=10**9, description="size of an answer after decompression, bytes")
    fetch_max_header_bytes: int = Field(default=65_536, ge=1024, le=10**7, description="size of an answer's header block, bytes")
    fetch_max_redirects: int = Field(default=10, ge=0, le=50, description="redirects followed, number")
    fetch_retries: int = Field(default=2, ge=0, le=10, description="tries after a transient failure, number")
    fetch_workers: int = Field(default=16, ge=1, le=256, description="hosts fetched from at the same time, number")
    host_delay_s: float = Field(default=1.0, ge=0, le=3600, description="pause between two requests to one host, seconds")
    check_fastest_s: int = Field(
        default=900, ge=60, le=10**7, description="after a change a source is asked more often, but not below this, seconds"
    )
    check_slowest_s: int = Field(
        default=86_400, ge=60, le=10**7, description="a page dull for a month is asked less often, but not above this, seconds"
    )
    retry_after_max_days: int = Field(default=7, ge=0, le=365, description="longest Retry-After that is honoured, days")

    wayback_url: str = Field(
        default="https://web.archive.org", description="web archive with a CDX index, for --via wayback and archive_changes"
    )
    archive_changes: bool = Field(default=False, description="ask the archive to save the page of every new change, true or false")

    read_timeout_s: float = Field(default=10.0, gt=0, le=600, description="reading and extraction of one page, CPU seconds")
    read_max_mb: int = Field(default=512, ge=64, le=65_536, description="memory for reading one page, megabytes")
    observations_max: int = Field(default=200, ge=1, le=100_000, description="observations kept per page, number")
    name_max_chars: int = Field(default=300, ge=20, le=10_000, description="length at which names are cut, characters")

    report_at: str = Field(default="07:05", description="time of the daily report, hh:mm in the time zone")
    timezone: str = Field(default="UTC", description="time zone of the report and of schedules, like Europe/Brussels")
    unseen_after_days: int = Field(default=90, ge=1, le=3650, description="a fact not seen again for so long is listed, days")
    retention_days: int = Field(default=365, ge=1, le=36_500, description="visits and unused snapshots older than this are pruned, days")
    lock_wait_s: float = Field(default=40.0, ge=0, le=3600, description="waiting for another check or run on the same database, seconds")

    webhook_url: SecretStr | None = Field(default=None, description="every new change is posted there as JSON with its id")
    webhook_secret: SecretStr | None = Field(default=None, description="key of the signature sent with each post")
    notify: Annotated[tuple[SecretStr, ...], BeforeValidator(_as_list)] = Field(
        default=(), description="apprise URLs for notices, comma list"
    )

    password: SecretStr | None = Field(default=None, description="password of the web UI; without one it answers on loopback only")
    web_hosts: TextList = Field(default=(), description="host names under which the web UI may be reached, comma list")
    web_user_header: str = Field(default="", description="header in which a proxy names who has logged in there, like X-Remote-User")
    web_proxies: TextList = Field(default=(), description="addresses or networks of the proxies that are believed, comma list")
    log_format: Literal["text", "json"] = Field(default="text", description="form of the log lines, text or json")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it has read the variables, the files and monitor.toml, and knows where each value came from."""
        return (InitSettingsSource(settings_cls, init_kwargs=init_settings()),)

    @field_validator("allow_hosts")
    @classmethod
    def _host_and_port(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not _HOST_PORT.fullmatch(host):
                raise ValueError(f"{host[:80]!r} is not of the form host:port")
        return tuple(host.lower() for host in hosts)

    @field_validator("web_user_header")
    @classmethod
    def _header_name(cls, name: str) -> str:
        if name and not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name[:40]!r} is no name of a header; write it like X-Remote-User")
        return name.lower()

    @field_validator("web_proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy)
            except ValueError:
                raise ValueError(f"{proxy[:60]!r} is no address or network, like 10.0.0.2 or 10.0.0.0/24") from None
        return proxies

    @field_validator("report_at")
    @classmethod
    def _time_of_day(cls, text: str) -> str:
        if not _CLOCK.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is no time of day; write it as 07:05")
        return text

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise ValueError(f"{name[:80]!r} is no time zone; write it like Europe/Brussels") from None
        return name

    @field_validator("webhook_url")
    @classmethod
    def _http_only(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("the address must begin with http:// or https://")
        return url

    @property
    def database(self) -> str:
        """The database URL, with the default in the home filled in."""
        return self.database_url or f"sqlite:///{self.var / 'monitor.db'}"

    @property
    def var(self) -> Path:
        """The folder of everything the program writes by itself: database, bodies, reports."""
        return self.home / "var"

    def shown(self) -> Mapping[str, str]:
        """Every setting as text, secrets hidden."""
        return {name: _shown(getattr(self, name)) for name in type(self).model_fields}

    def at(self, home: Path) -> Self:
        """The same settings for another home."""
        return self.model_copy(update={"home": home})


def load(home: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a home (default: MONITOR_HOME, else the current folder).

    Raises ConfigError with one line that names every key that is unknown or has an unusable value, and where it stands.
    """
    environ = os.environ if environ is None else environ
    chosen = home or Path(environ.get("MONITOR_HOME") or ".")
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    _take_file(chosen / FILE, values, places, problems)
    _take_variables(environ, values, places, problems)
    settings = _validated({**values, "home": chosen}, places, problems)
    if problems or settings is None:
        raise ConfigError("; ".join(f"{p.where}: {p.text}" + (f" ({p.hint})" if p.hint else "") for p in problems))
    return settings


def strangers(environ: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """MONITOR_* variables that no setting is named after: most often a slip of the pen."""
    environ = os.environ if environ is None else environ
    unknown = [v for v in sorted(environ) if v.startswith(PREFIX) and not _OTHER_VARIABLES.fullmatch(v) and _setting_of(v) is None]
    return tuple(Problem(v, "no setting has this name", _nearest(v.removeprefix(PREFIX).lower(), PREFIX), "warning") for v in unknown)


def secrets(environ: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Every MONITOR_SECRET_<NAME> by its name, from the variable or from the file its `_FILE` variant names; sources' headers ask for them as `${...}`.

    Raises ConfigError for a file that cannot be read.
    """
    environ = os.environ if environ is None else environ
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for variable in sorted(v for v in environ if v.startswith(SECRET)):
        is_file = variable.endswith("_FILE")
        content = _content(variable, environ[variable], problems) if is_file else environ[variable]
        name = variable.removesuffix("_FILE")
        if content is not None and (not is_file or name not in environ):
            found[name] = content
    if problems:
        raise ConfigError("; ".join(f"{p.where}: {p.text}" for p in problems))
    return found


def _take_file(path: Path, values: dict[str, Any], places: dict[str, str], problems: list[Problem]) -> None:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(str(path), f"cannot be read: {error}"))
        return
    document = toml.read(text, FILE)
    problems += document.problems
    for key, value in document.top.values.items():
        if key not in Settings.model_fields or key == "home":
            problems.append(Problem(document.top.where(key), f"unknown setting {key!r}", _nearest(key)))
            continue
        values[key], places[key] = value, f"{document.top.where(key)}: {key}"
    problems += [Problem(b.where(), f"unknown block [[{b.name}]]", "monitor.toml holds `name = value` lines only") for b in document.blocks]


def _take_variables(environ: Mapping[str, str], values: dict[str, Any], places: dict[str, str], problems: list[Problem]) -> None:
    """Variables over the file; `_FILE` ones first, so that the plain variable wins over them."""
    for variable in sorted(environ, key=lambda v: (not v.endswith("_FILE"), v)):
        name = _setting_of(variable)
        if name is None or name == "home" or environ[variable] == "":
            continue
        is_file = variable.removeprefix(PREFIX).lower() != name
        content = _content(variable, environ[variable], problems) if is_file else environ[variable]
        if content is not None:
            values[name], places[name] = content, variable


def _setting_of(variable: str) -> str | None:
    if not variable.startswith(PREFIX):
        return None
    name = variable.removeprefix(PREFIX).lower()
    if name in Settings.model_fields:
        return name
    stem = name.removesuffix("_file")
    return stem if stem != name and stem in Settings.model_fields and stem != "home" else None


def _content(variable: str, path: str, problems: list[Problem]) -> str | None:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no text file"
        problems.append(Problem(variable, f"the file {path[:200]!r} cannot be read: {reason}"))
        return None


def _validated(values: dict[str, Any], places: Mapping[str, str], problems: list[Problem]) -> Settings | None:
    try:
        return Settings(**values)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            name = str(detail["loc"][0]) if detail["loc"] else ""
            text = detail["msg"].removeprefix("Value error, ")
            unit = Settings.model_fields[name].description if name in Settings.model_fields else ""
            problems.append(Problem(places.get(name, name), text[:1].lower() + text[1:], unit or ""))
        return None


def _nearest(name: str, prefix: str = "") -> str:
    found = difflib.get_close_matches(name, list(Settings.model_fields), n=1, cutoff=0.6)
    shown = prefix + found[0].upper() if found and prefix else found[0] if found else ""
    return f"did you mean {shown!r}?" if shown else "see `monitor help settings`"


def _shown(value: object) -> str:
    match value:
        case SecretStr():
            return "(set)"
        case tuple():
            return ", ".join(_shown(v) for v in value)
        case None:
            return ""
        case str():
            return _CREDENTIALS.sub(r"\1***@", value)
        case _:
            return str(value)
