"""Each channel hears what it wants, when it wants it; what is wrong in the file is said all at once."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor import rules
from monitor.core.model import ChangeType
from monitor.core.notices import Rule, When, covers, due_at
from monitor.deliver import Plan, deliver
from monitor.errors import ConfigError
from tests.ai_factories import NEWS_AT, change
from tests.test_deliver import MemoryOutbox, Recorder, clock, parcel

MORNING = time(7, 5)


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (Rule(), True),
        (Rule(programmes=("another",)), False),
        (Rule(types=("count_changed",)), True),
        (Rule(types=("budget_revised",)), False),
        (Rule(severity=4), True),
        (Rule(severity=5), False),
        (Rule(confidence=0.95), False),
    ],
)
def test_a_rule_chooses_by_programme_type_severity_and_confidence(rule: Rule, wanted: bool) -> None:
    assert rule.wants(change(ChangeType.COUNT_CHANGED)) is wanted


@pytest.mark.parametrize(
    ("rule", "now", "due"),
    [
        (Rule(), "2026-03-04T12:00", "2026-03-04T12:00"),
        (Rule(when=When.DAILY), "2026-03-04T06:00", "2026-03-04T07:05"),
        (Rule(when=When.DAILY), "2026-03-04T07:05", "2026-03-05T07:05"),
        (Rule(when=When.WEEKLY), "2026-03-09T06:00", "2026-03-09T07:05"),  # a Monday before the report
        (Rule(when=When.WEEKLY), "2026-03-09T08:00", "2026-03-16T07:05"),
        (Rule(quiet=(time(22), time(7))), "2026-03-04T23:30", "2026-03-05T07:00"),
        (Rule(quiet=(time(22), time(7))), "2026-03-04T06:59", "2026-03-04T07:00"),
        (Rule(quiet=(time(22), time(7))), "2026-03-04T07:00", "2026-03-04T07:00"),
        (Rule(quiet=(time(12), time(14))), "2026-03-04T13:00", "2026-03-04T14:00"),
        (Rule(when=When.DAILY, quiet=(time(6), time(9))), "2026-03-04T06:00", "2026-03-04T09:00"),
    ],
)
def test_notices_go_out_at_once_in_the_morning_or_after_the_quiet_hours(rule: Rule, now: str, due: str) -> None:
    assert due_at(rule, datetime.fromisoformat(now), MORNING).isoformat(timespec="minutes") == due


@pytest.mark.parametrize(
    ("pattern", "is_covered"), [("sites.*", True), ("SITES.count", True), ("count_*", True), ("c-1", True), ("budget*", False), ("", True)]
)
def test_a_silence_names_facts_types_or_one_change(pattern: str, is_covered: bool) -> None:
    assert covers(pattern, change(id="c-1")) is is_covered


def test_each_channel_gets_what_its_rule_asks_for() -> None:
    everybody = parcel(1, "")
    outbox, desk, picky = MemoryOutbox(everybody), Recorder(), Recorder()
    from dataclasses import replace

    outbox.waiting = {"o-1": (replace(everybody, change="c-1"), NEWS_AT)}
    plan = Plan({"picky": Rule(severity=5)})
    deliver(outbox, {"desk": desk, "picky": picky}, clock(), plan=plan)
    assert ([n.key for n in desk.got], picky.got) == (["c-1:new"], [])


def test_a_silenced_notice_is_settled_unsent() -> None:
    from dataclasses import replace

    outbox, desk = MemoryOutbox(), Recorder()
    outbox.waiting = {"o-1": (replace(parcel(1, ""), change="c-1"), NEWS_AT)}
    deliver(outbox, {"desk": desk}, clock(), plan=Plan(silences=lambda programme: ["sites.*"]))
    assert desk.got == []
    assert outbox.waiting == {}


def test_a_digest_is_one_notice_whose_key_follows_from_what_is_in_it() -> None:
    plan = Plan({"desk": Rule(when=When.DAILY)}, ZoneInfo("Europe/Brussels"))
    sent = []
    for _ in range(2):
        outbox, desk = MemoryOutbox(parcel(1, "desk"), parcel(2, "desk")), Recorder()
        assert deliver(outbox, {"desk": desk}, clock(), plan=plan).sent == 2
        (one,) = desk.got
        sent.append(one.key)
        assert (one.event, len(one.payload["notices"])) == ("digest", 2)  # type: ignore[arg-type]
    assert sent[0] == sent[1]


def test_a_notice_for_a_digest_waits_for_its_morning() -> None:
    from dataclasses import replace

    outbox, desk = MemoryOutbox(), Recorder()
    outbox.waiting = {"o-1": (replace(parcel(1, ""), change="c-1"), NEWS_AT)}
    deliver(outbox, {"desk": desk}, clock(), plan=Plan({"desk": Rule(when=When.DAILY)}))
    ((_, due),) = outbox.waiting.values()
    assert (desk.got, due.astimezone(UTC).time()) == ([], MORNING)


def write(home: Path, text: str) -> Path:
    (home / "channels.toml").write_text(text, "utf-8")
    return home


def test_channels_are_read_with_their_secrets(tmp_path: Path) -> None:
    home = write(
        tmp_path,
        '[[channel]]\nid = "desk"\nto = "webhook"\nurl = "https://h.example/${MONITOR_SECRET_DESK}"\nseverity = 3\nconfidence = 0.5\nwhen = "weekly"\nquiet = "22:00-07:00"\n',
    )
    (one,) = rules.read(home, {"MONITOR_SECRET_DESK": "x"})
    assert one.url == "https://h.example/x"
    assert one.rule == Rule(severity=3, confidence=0.5, when=When.WEEKLY, quiet=(time(22), time(7)))
    assert rules.read(tmp_path / "elsewhere", {}) == ()


def test_everything_wrong_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    home = write(
        tmp_path,
        '[[channel]]\nid = "webhook"\nto = "pigeon"\nurl = "${MONITOR_SECRET_X}"\ntypes = ["rumour"]\nseverity = 9\nquiet = "always"\nwhen = "never"\ncolour = 1\n[[door]]\na = 1\n',
    )
    with pytest.raises(ConfigError) as caught:
        rules.read(home, {})
    for words in (
        ":2: 'webhook'",
        ":3: 'pigeon'",
        "MONITOR_SECRET_X is not set",
        "'rumour'",
        "'9'",
        "'always'",
        "'never'",
        "'colour'",
        "[[door]]",
    ):
        assert words in str(caught.value)
