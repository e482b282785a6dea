"""Notices: at least once, under one key; reports and silences as kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.store import outbox, reports
from monitor.store.digests import notice_row
from monitor.store.engine import Store
from monitor.store.outbox import Outbox
from monitor.store.reports import Silence
from tests.line import Told, at


@pytest.fixture
def put(store: Store):
    def add(key: str) -> bool:
        return outbox.put_notice(store, notice_row("ships", Told(key, "new", "c-1"), at(0)))

    return add


def test_key_is_put_there_once(store: Store, put) -> None:
    assert [put("a"), put("a"), put("b")] == [True, False, True]


def test_claimed_notice_is_not_given_twice(store: Store, put) -> None:
    put("a")
    assert [n.key for n in outbox.claim_notices(store, at(1))] == ["a"]
    assert outbox.claim_notices(store, at(1.01)) == []


def test_notice_of_a_killed_sender_comes_again_under_its_key(store: Store, put) -> None:
    put("a")
    (first,) = outbox.claim_notices(store, at(1))
    (again,) = outbox.claim_notices(store, at(2))
    assert (again.id, again.key) == (first.id, first.key)


def test_sent_notice_never_comes_again(store: Store, put) -> None:
    put("a")
    (notice,) = outbox.claim_notices(store, at(1))
    outbox.mark_sent(store, notice.id, at(1))
    outbox.mark_failed(store, notice.id, "late answer", at(1))
    assert outbox.claim_notices(store, at(99)) == []
    assert put("a") is False


def test_failed_notice_waits_and_dead_ones_are_shown(store: Store, put) -> None:
    put("a")
    (notice,) = outbox.claim_notices(store, at(1))
    outbox.mark_failed(store, notice.id, "500", at(3))
    assert outbox.claim_notices(store, at(2)) == []
    (notice,) = outbox.claim_notices(store, at(3))
    assert notice.attempts == 1
    outbox.mark_failed(store, notice.id, "gone", None)
    assert [(n.key, n.error) for n in outbox.notices(store, "dead")] == [("a", "gone")]
    outbox.revive(store, notice.id, at(4))
    assert len(outbox.claim_notices(store, at(4))) == 1


def test_clock_set_back_does_not_hold_a_notice_for_ever(store: Store, put) -> None:
    put("a")
    outbox.claim_notices(store, at(24 * 365))
    assert len(outbox.claim_notices(store, at(1))) == 1


def test_report_asked_again_is_the_first_one(store: Store) -> None:
    assert reports.put_report(store, "ships", "2026-03-01", at(1), "one") == "one"
    assert reports.put_report(store, "ships", "2026-03-01", at(2), "two") == "one"
    assert reports.get_report(store, "ships", "2026-03-01") == "one"
    assert reports.get_report(store, "ships", "2026-03-02") is None
    assert reports.periods(store, "ships") == ["2026-03-01"]


def test_silence_ends(store: Store) -> None:
    silence = Silence("ships", "budget", "Ada", at(0), at(10))
    assert reports.add_silence(store, silence) == reports.add_silence(store, silence)
    assert reports.silences(store, at(5)) == [silence]
    assert reports.silences(store, at(10)) == []


def test_notice_is_spread_over_channels_once_each(store: Store, put) -> None:
    put("a")
    box = Outbox(store)
    (whole,) = box.claim(at(1), 10)
    for _ in range(2):
        for channel in ("mail", "web"):
            box.put(replace(whole, channel=channel, body="{}"), at(1))
    box.mark_sent(whole, at(1))
    parcels = box.claim(at(1), 10)
    assert sorted((p.key, p.channel) for p in parcels) == [("a", "mail"), ("a", "web")]
    box.mark_failed(parcels[0], "500", None)
    assert box.change("c-1") is None
    assert len(outbox.notices(store, "dead")) == 1
