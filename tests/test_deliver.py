"""Notices get out at least once, under one key, whatever the channel does."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.model import Change
from monitor.core.notices import judge
from monitor.deliver import MOST_TRIES, Tally, deliver, open_channels, wait_s
from monitor.errors import ConfigError, DeliveryError
from monitor.notify import Outgoing
from monitor.render import notice_payload, to_json
from monitor.store.outbox import Parcel
from tests.ai_factories import NEWS_AT, change

LEASE_S = 300


class MemoryOutbox:
    """Rows with a due time and a lease, as in the table."""

    def __init__(self, *parcels: Parcel) -> None:
        self.waiting = {p.id: (p, NEWS_AT) for p in parcels}
        self.leases: dict[str, datetime] = {}
        self.sent: list[str] = []
        self.put_before: set[str] = set()
        self.dead: dict[str, str] = {}

    def claim(self, now: datetime, limit: int) -> Sequence[Parcel]:
        due = [p for p, at in self.waiting.values() if at <= now and self.leases.get(p.id, now) <= now][:limit]
        self.leases |= {p.id: now + timedelta(seconds=LEASE_S) for p in due}
        return due

    def put(self, parcel: Parcel, at: datetime, due_at: datetime | None = None) -> None:
        row = f"{parcel.key} {parcel.channel}"
        if row not in self.put_before:
            self.waiting[row] = (replace(parcel, id=row), due_at or at)
        self.put_before.add(row)

    def mark_sent(self, parcel: Parcel, at: datetime) -> None:
        del self.waiting[parcel.id]
        self.sent.append(parcel.key)

    def mark_failed(self, parcel: Parcel, error: str, due_at: datetime | None) -> None:
        if due_at is None:
            del self.waiting[parcel.id]
            self.dead[parcel.id] = error
        else:
            self.waiting[parcel.id] = (replace(parcel, attempts=parcel.attempts + 1), due_at)
            self.leases.pop(parcel.id)

    def change(self, change_id: str) -> Change | None:
        return change(id=change_id)


class Recorder:
    """A channel that takes what it is told to take."""

    name = "webhook"

    def __init__(self, fails: Callable[[Outgoing], DeliveryError | None] = lambda notice: None) -> None:
        self.fails = fails
        self.got: list[Outgoing] = []

    def send(self, notice: Outgoing) -> None:
        error = self.fails(notice)
        if error is not None:
            raise error
        self.got.append(notice)


def parcel(number: int = 1, channel: str = "webhook", **more: object) -> Parcel:
    notice = judge(change(id=f"c-{number}"), None)
    body = to_json(notice_payload(change(id=f"c-{number}"), notice), indent=None)
    return Parcel(f"o-{number}", notice.key, channel, str(notice.event), str(more.get("body", body)), int(str(more.get("attempts", 0))))


def clock(at: datetime = NEWS_AT) -> Callable[[], datetime]:
    return lambda: at


def test_what_is_due_is_sent_once_and_marked() -> None:
    outbox, channel = MemoryOutbox(parcel(1), parcel(2)), Recorder()
    assert deliver(outbox, {"webhook": channel}, clock()) == Tally(sent=2)
    assert deliver(outbox, {"webhook": channel}, clock()) == Tally()
    assert [n.key for n in channel.got] == ["c-1:new", "c-2:new"]
    assert json.loads(channel.got[0].body)["id"] == "c-1"
    assert channel.got[0].title == "Count changed: AI Factories selected"


def test_a_kill_between_sending_and_marking_sends_again_under_the_same_key() -> None:
    outbox, channel = MemoryOutbox(parcel()), Recorder()
    (claimed,) = outbox.claim(NEWS_AT, 1)
    channel.send(Outgoing(claimed.key, claimed.event, claimed.body, {}))  # and killed here
    assert deliver(outbox, {"webhook": channel}, clock()) == Tally()
    deliver(outbox, {"webhook": channel}, clock(NEWS_AT + timedelta(seconds=LEASE_S)))
    assert [n.key for n in channel.got] == ["c-1:new", "c-1:new"]


def test_a_passing_fault_is_tried_again_later_and_rests_the_channel_for_the_pass() -> None:
    tries: list[str] = []

    def down(notice: Outgoing) -> DeliveryError:
        tries.append(notice.key)
        return DeliveryError("webhook: answered 503", transient=True)

    outbox = MemoryOutbox(*(parcel(n) for n in range(1, 71)))
    tally = deliver(outbox, {"webhook": Recorder(down)}, clock())
    assert (tally.postponed, tally.left, tally.errors) == (1, 69, ("webhook: answered 503",))
    assert len(tries) == 1
    assert deliver(outbox, {"webhook": Recorder()}, clock(NEWS_AT + timedelta(minutes=6))).sent == 70


def test_one_dead_channel_does_not_hold_up_another() -> None:
    outbox = MemoryOutbox(parcel(1), parcel(2, "file"))
    down = Recorder(lambda notice: DeliveryError("webhook: answered 500", transient=True))
    assert deliver(outbox, {"webhook": down, "file": Recorder()}, clock()).sent == 1


def test_the_receivers_wish_to_wait_is_honoured() -> None:
    outbox = MemoryOutbox(parcel())
    busy = Recorder(lambda notice: DeliveryError("webhook: answered 429", transient=True, retry_after_s=3600))
    deliver(outbox, {"webhook": busy}, clock())
    assert outbox.waiting["o-1"][1] == NEWS_AT + timedelta(hours=1)


def test_a_lasting_fault_makes_a_dead_letter_at_once_and_the_next_goes_on() -> None:
    outbox = MemoryOutbox(parcel(1), parcel(2))
    picky = Recorder(lambda n: DeliveryError("webhook: answered 400", transient=False) if n.key == "c-1:new" else None)
    assert deliver(outbox, {"webhook": picky}, clock()) == Tally(sent=1, dead=1)
    assert outbox.dead == {"o-1": "webhook: answered 400"}


def test_after_the_last_try_a_notice_is_kept_as_a_dead_letter() -> None:
    outbox = MemoryOutbox(parcel(attempts=MOST_TRIES - 1))
    down = Recorder(lambda notice: DeliveryError("webhook: answered 500", transient=True))
    assert deliver(outbox, {"webhook": down}, clock()).dead == 1
    assert outbox.dead["o-1"] == f"given up after {MOST_TRIES} tries: webhook: answered 500"


@pytest.mark.parametrize(
    ("made", "words"), [(parcel(channel="fax"), "no channel 'fax'"), (parcel(body="{"), "not readable"), (parcel(body="[]"), "no JSON")]
)
def test_what_can_never_be_sent_is_a_dead_letter(made: Parcel, words: str) -> None:
    outbox = MemoryOutbox(made)
    deliver(outbox, {"webhook": Recorder()}, clock())
    assert words in outbox.dead["o-1"]


def test_a_clean_stop_gives_back_what_was_not_begun() -> None:
    outbox, channel = MemoryOutbox(*(parcel(n) for n in range(1, 6))), Recorder()
    deliver(outbox, {"webhook": channel}, clock(), keep_on=lambda: len(channel.got) < 2)
    assert len(channel.got) == 2
    assert deliver(outbox, {"webhook": channel}, clock(NEWS_AT + timedelta(seconds=LEASE_S))).sent == 3


def for_everybody() -> Parcel:
    return Parcel("o-0", "c-9:new", "", "new", '{"reason": "flagged for the first time"}', 0, "eurohpc-ai-factories", "c-9")


def test_a_notice_for_everybody_goes_to_each_channel_under_one_key() -> None:
    outbox, hook, file = MemoryOutbox(for_everybody()), Recorder(), Recorder()
    assert deliver(outbox, {"webhook": hook, "file": file}, clock()).sent == 2
    assert [n.key for n in hook.got] == [n.key for n in file.got] == ["c-9:new"]
    posted = json.loads(hook.got[0].body)
    assert (posted["id"], posted["type"], posted["event"], posted["why"]) == ("c-9", "count_changed", "new", "flagged for the first time")


def test_addressing_a_notice_again_after_a_kill_sends_nothing_twice() -> None:
    outbox, hook = MemoryOutbox(for_everybody()), Recorder()
    deliver(outbox, {"webhook": hook}, clock())
    outbox.waiting["o-0"] = (for_everybody(), NEWS_AT)  # the mark was lost
    outbox.leases.clear()
    deliver(outbox, {"webhook": hook}, clock())
    assert len(hook.got) == 1


def test_without_any_channel_notices_are_settled() -> None:
    outbox = MemoryOutbox(for_everybody())
    assert deliver(outbox, {}, clock()) == Tally()
    assert outbox.waiting == {}


def test_waits_grow_and_the_last_try_is_days_after_the_first() -> None:
    waits = [wait_s(n) for n in range(1, MOST_TRIES)]
    assert waits == sorted(waits)
    assert timedelta(days=2) < timedelta(seconds=sum(waits)) < timedelta(days=5)


def test_only_the_channels_that_are_set_are_opened(tmp_path: Path) -> None:
    assert open_channels(now_s=lambda: 0.0) == {}
    opened = open_channels(
        now_s=lambda: 0.0, webhook_url="https://hooks.example", notify_urls=["ntfy://topic"], file=tmp_path / "notices.jsonl"
    )
    assert list(opened) == ["webhook", "apprise", "file"]


def test_an_address_that_cannot_be_meant_is_refused_when_opened() -> None:
    with pytest.raises(ConfigError, match="MONITOR_WEBHOOK_URL"):
        open_channels(now_s=lambda: 0.0, webhook_url="hooks.example/x")
