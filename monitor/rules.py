"""Channels with rules of their own: `channels.toml` in the home, read like everything people write, all problems at once.

[[channel]]
id = "desk"                      # its name; notices are counted for it
to = "webhook"                   # webhook | apprise | file
url = "${MONITOR_SECRET_DESK}"   # an address, with secrets from variables; for file: a path in the home
programmes = ["my-programme"]    # all of the following are optional
types = ["budget_revised"]
severity = 3                     # at least
confidence = 0.6                 # at least
when = "instant"                 # instant | daily | weekly: together at report_at
quiet = "22:00-07:00"            # nothing goes out then; it goes out afterwards
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from monitor.core.model import ChangeType
from monitor.core.notices import Rule, When
from monitor.core.text import toml
from monitor.errors import ConfigError, Problem

FILE = "channels.toml"
TARGETS = ("webhook", "apprise", "file")
KEYS = ("id", "to", "url", "programmes", "types", "severity", "confidence", "when", "quiet")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s?-\s?([01]\d|2[0-3]):([0-5]\d)")
_SECRET = re.compile(r"\$\{(MONITOR_SECRET_\w{1,80})\}")
_TAKEN = ("webhook", "apprise")


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """One channel as configured; the address has its secrets filled in, so it is never printed."""

    id: str
    to: str
    url: str
    rule: Rule


def read(home: Path, secrets: Mapping[str, str]) -> tuple[ChannelRule, ...]:
    """The channels of a home; none without the file. Raises ConfigError with one line that names every problem and its place."""
    try:
        text = (home / FILE).read_text("utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{home / FILE} cannot be read: {error}") from error
    document = toml.read(text, FILE)
    problems = list(document.problems)
    problems += [
        Problem(document.top.where(key), f"unknown key {key!r}", "the file holds [[channel]] blocks") for key in document.top.values
    ]
    found = [made for block in document.blocks if (made := _channel(block, secrets, problems))]
    names = [one.id for one in found]
    problems += [Problem(FILE, f"two channels have the id {name!r}") for name in sorted({n for n in names if names.count(n) > 1})]
    if problems:
        raise ConfigError("; ".join(f"{p.where}: {p.text}" + (f" ({p.hint})" if p.hint else "") for p in problems))
    return tuple(found)


def _channel(block: toml.Block, secrets: Mapping[str, str], problems: list[Problem]) -> ChannelRule | None:
    before = len(problems)
    say = _Sayer(block, problems)
    if block.name != "channel":
        problems.append(Problem(block.where(), f"unknown block [[{block.name}]]", "expected [[channel]]"))
        return None
    for key in block.values:
        if key not in KEYS:
            say(key, f"unknown key {key!r}", f"there are: {', '.join(KEYS)}")
    name, to, url = (str(block.values.get(key, "")) for key in ("id", "to", "url"))
    if not _ID.fullmatch(name) or name in _TAKEN:
        say("id", f"{name[:60]!r} is no id", "small letters, digits, - and _; not webhook or apprise, which the settings use")
    if to not in TARGETS:
        say("to", f"{to[:60]!r} is no kind of channel", f"one of {', '.join(TARGETS)}")
    rule = Rule(
        programmes=_words(say, "programmes"),
        types=_types(say),
        severity=_number(say, "severity", 1, 5, 1),
        confidence=_number(say, "confidence", 0, 1, 0),
        when=_when(say),
        quiet=_quiet(say),
    )
    address = _filled(say, url, secrets)
    return ChannelRule(name, to, address, rule) if len(problems) == before else None


class _Sayer:
    """A block and the list its problems go to."""

    def __init__(self, block: toml.Block, problems: list[Problem]) -> None:
        self.block, self.problems = block, problems

    def __call__(self, key: str, text: str, hint: str = "") -> None:
        self.problems.append(Problem(self.block.where(key), text, hint))

    def value(self, key: str) -> object:
        return self.block.values.get(key)


def _words(say: _Sayer, key: str) -> tuple[str, ...]:
    value = say.value(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        say(key, f"{key!r} is no list of words", f'like {key} = ["..."]')
        return ()
    return tuple(value)


def _types(say: _Sayer) -> tuple[str, ...]:
    words = _words(say, "types")
    known = {str(t) for t in ChangeType}
    for word in words:
        if word not in known:
            say("types", f"{word[:60]!r} is no type of change", "see: monitor help changes")
    return words


def _number(say: _Sayer, key: str, least: int, most: int, usual: int) -> int:
    value = say.value(key)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        say(key, f"{str(value)[:60]!r} is no {key}", f"a number from {least} to {most}")
        return usual
    return value  # type: ignore[return-value]


def _when(say: _Sayer) -> When:
    value = say.value("when")
    if value is None:
        return When.INSTANT
    try:
        return When(str(value))
    except ValueError:
        say("when", f"{str(value)[:60]!r} is not known", f"one of {', '.join(When)}")
        return When.INSTANT


def _quiet(say: _Sayer) -> tuple[time, time] | None:
    value = say.value("quiet")
    if value is None:
        return None
    found = _QUIET.fullmatch(str(value))
    if found is None:
        say("quiet", f"{str(value)[:60]!r} is no span of the day", 'like quiet = "22:00-07:00"')
        return None
    hour, minute, end_hour, end_minute = (int(n) for n in found.groups())
    return time(hour, minute), time(end_hour, end_minute)


def _filled(say: _Sayer, url: str, secrets: Mapping[str, str]) -> str:
    for name in dict.fromkeys(_SECRET.findall(url)):
        if name not in secrets:
            say("url", f"{name} is not set", "set the variable, or its _FILE variant")
    if not url:
        say("url", "the channel has no url")
    return _SECRET.sub(lambda found: secrets.get(found[1], ""), url)
