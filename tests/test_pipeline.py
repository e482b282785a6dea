"""The line over a small core: every look is recorded, every snapshot read once, every change flagged once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.core.model import ChangeStatus, Review, Site, Source, SourceStatus
from monitor.errors import FetchError, StoreError
from monitor.pipeline import Pass, check, cron_pause_s, digest_backlog, look, record_capture, reread
from monitor.reading import shortened
from monitor.store import engine, looks, outbox, queries, sources
from monitor.store.engine import Store
from monitor.store.reviews import append_review
from monitor.sync import sync
from tests.core.test_cues import observed
from tests.line import DAY, OFFICE, PRESS, MiniCore, Web, at, baseline, capture, eur, fact

SHIPS = baseline(PRESS, OFFICE)
AGREED = "total: 1500"


def run(store: Store, web: Web, hours: float, core: MiniCore | None = None, ships=SHIPS, **more) -> Pass:
    sync(store, ships, at(hours))
    return check(store, web, core or MiniCore(), [ships], lambda: at(hours), workers=1, **more)


def web(press: object = AGREED, office: object = AGREED) -> Web:
    return Web({PRESS.url: press, OFFICE.url: office})  # type: ignore[dict-item]


def test_page_that_agrees_flags_nothing(store: Store) -> None:
    done = run(store, web(), 0)
    assert [o.status for o in done.looks] == [SourceStatus.OK, SourceStatus.OK]
    assert queries.changes(store) == []
    assert len(queries.claims(store, "ships")) == 2


def test_revised_amount_is_flagged_once_and_others_add_evidence(store: Store) -> None:
    run(store, web(), 0)
    run(store, web(press="total: 2600"), 24)
    done = run(store, web(press="total: 2600", office="total: 2600"), 48)
    (change,) = queries.changes(store)
    assert (change.old, change.new) == (eur(1500), eur(2600))
    assert [e.source_id for e in change.evidence] == ["press", "office"]
    assert done.digests[0].raised == ()
    assert [n.key for n in outbox.notices(store)] == [f"{change.id}:new"]


def test_evidence_quotes_the_stored_body(store: Store) -> None:
    run(store, web(press="hello\ntotal: 2600"), 0)
    (evidence,) = queries.changes(store)[0].evidence
    body = store.blobs.get(evidence.sha256)
    assert body is not None
    assert body.decode()[evidence.start : evidence.end] == evidence.quote == "2600"


def test_unchanged_page_writes_a_visit_and_nothing_else(store: Store) -> None:
    run(store, web(press="total: 2600"), 0)
    before = queries.row_counts(store)
    for hours, answer in ((8, "total: 2600"), (16, None)):
        run(store, web(press=answer), hours)
    after = queries.row_counts(store)
    assert {name for name in after if after[name] != before[name]} == {"visit"}
    assert after["visit"] - before["visit"] == 4


def test_unchanged_page_moves_last_seen_of_its_changes_and_claims(store: Store) -> None:
    run(store, web(press="total: 2600"), 0)
    run(store, web(press=None), 8)
    assert queries.changes(store)[0].last_seen == at(8)
    assert queries.changes(store)[0].first_seen == at(0)
    assert {c.last_seen_at for c in queries.claims(store, "ships", "total") if c.source_id == "press"} == {at(8)}


def test_page_that_no_longer_says_it_stops_moving_last_seen(store: Store) -> None:
    run(store, web(press="total: 2600"), 0)
    run(store, web(press="total: 1500"), 8)
    run(store, web(press="total: 1500"), 16)
    assert queries.changes(store)[0].last_seen == at(0)


def test_noise_outside_the_text_is_not_extracted_again(store: Store) -> None:
    core = MiniCore()
    run(store, web(press="total: 2600<!--a-->"), 0, core)
    extracted = core.extracted
    done = run(store, web(press="total: 2600<!--b-->"), 8, core)
    assert core.extracted == extracted
    assert done.digests[0].status == "ok"
    assert queries.changes(store)[0].last_seen == at(8)


def test_page_back_at_the_old_value_ends_the_claim(store: Store) -> None:
    for hours, text in ((0, "total: 1500"), (8, "total: 2600"), (16, "total: 1500")):
        run(store, web(press=text), hours)
    ended = [c for c in queries.claims(store, "ships", ended=True) if c.ended_at]
    assert [(c.value, c.ended_at) for c in ended] == [(eur(1500), at(8)), (eur(2600), at(16))]


def test_failing_source_does_not_stop_the_others(store: Store) -> None:
    down = FetchError("timeout", "no answer within 30 s", transient=True)
    done = run(store, web(press=down, office="total: 2600"), 0)
    assert done.failures == [("press", "timeout", "no answer within 30 s")]
    assert len(queries.changes(store)) == 1
    health = {h.id: h for h in looks.sources(store)}
    assert (health["press"].status, health["press"].attempts, health["press"].last_ok) == ("timeout", 1, None)
    assert (health["office"].status, health["office"].last_ok) == ("ok", at(0))


def test_failed_look_leaves_the_last_good_page_alone(store: Store) -> None:
    run(store, web(press="total: 2600"), 0)
    run(store, web(press=FetchError("gone", "410", http_status=410)), 8)
    assert len(queries.claims(store, "ships", "total")) == 2
    assert [s.status for s in looks.snapshots(store, source="press")] == ["ok"]


def test_server_that_asks_for_patience_gets_it(store: Store) -> None:
    busy = FetchError("rate_limited", "429", http_status=429, transient=True, retry_after_s=7200)
    run(store, web(press=busy), 0)
    later = web()
    run(store, later, 1.9)
    assert later.asked == []
    run(store, later, 2.1)
    assert later.asked == [PRESS.url]


def test_suspect_page_is_kept_but_never_compared(store: Store) -> None:
    run(store, web(press="total: 1500"), 0)
    done = run(store, web(press="total: 9\ncaptcha"), 8)
    assert done.failures == [("press", "suspect", "asks for a captcha")]
    assert queries.changes(store) == []
    assert [h.status for h in looks.sources(store) if h.id == "press"] == ["suspect"]
    assert len(looks.snapshots(store, source="press")) == 2


def test_suspect_page_stays_suspect_while_it_is_unchanged(store: Store) -> None:
    run(store, web(press="captcha"), 0)
    done = run(store, web(press="captcha"), 8)
    assert ("press", "suspect", "asks for a captcha") in done.failures
    assert [(h.status, h.failing_since) for h in looks.sources(store) if h.id == "press"] == [("suspect", at(0))]


def test_page_that_recovers_is_good_again(store: Store) -> None:
    for hours, text in ((0, AGREED), (8, "captcha"), (16, AGREED)):
        run(store, web(press=text), hours)
    (press,) = [h for h in looks.sources(store) if h.id == "press"]
    assert (press.status, press.error, press.failing_since, press.last_ok) == ("ok", "", None, at(16))


def test_unreadable_page_is_set_aside_with_its_reason(store: Store) -> None:
    done = run(store, web(press="%PDF"), 0)
    assert done.failures[0][1] == "unsupported"
    assert looks.snapshots(store, source="press")[0].status == "unsupported"
    assert run(store, web(press="%PDF"), 0.1, all=True).digests == ()


def test_unlinked_observations_are_kept_with_their_reason(store: Store) -> None:
    run(store, web(press="yachts: 12"), 0)
    (apart,) = queries.unlinked(store)
    assert apart.reasons == ("nothing is called yachts",)
    assert apart.observation.quote == "12"
    assert apart.observation.value == eur(12)


def test_entries_under_follow_are_looked_at_in_the_same_check(store: Store) -> None:
    feed = Source("feed", "https://news.example/feed", kind="feed", follow="https://news.example/2026/")
    text = "> https://news.example/2026/a\n> https://elsewhere.example/b"
    site = Web({feed.url: text, "https://news.example/2026/a": "total: 2600"})
    run(store, site, 0, ships=baseline(feed))
    assert site.asked == [feed.url, "https://news.example/2026/a"]
    assert queries.changes(store)[0].evidence[0].url == "https://news.example/2026/a"


def test_old_entries_are_looked_at_rarely(store: Store) -> None:
    feed = Source("feed", "https://news.example/feed", kind="feed", follow="https://news.example/2026/")
    entry = "https://news.example/2026/a"
    site = Web({feed.url: f"> {entry}", entry: "total: 2600"})
    for day in range(60):
        run(store, site, 24 * day, ships=baseline(feed))
    assert site.asked.count(feed.url) == 60
    assert 8 < site.asked.count(entry) < 40


def test_source_taken_by_another_worker_is_left_to_it(store: Store) -> None:
    sync(store, SHIPS, DAY)
    with store.write() as connection:
        first, second = sources.due(connection, DAY)
        assert sources.claim(connection, first, "other", DAY)
    assert look(store, web(), first, DAY) is None
    assert look(store, web(), second, DAY) is not None


def test_lease_of_a_dead_worker_runs_out(store: Store) -> None:
    sync(store, SHIPS, DAY)
    with store.write() as connection:
        (first, *_) = sources.due(connection, DAY)
        sources.claim(connection, first, "dead", DAY)
        assert not sources.claim(connection, first, "me", at(0.1))
        assert sources.claim(connection, first, "me", at(1))


def test_check_frees_what_a_killed_one_held(store: Store) -> None:
    sync(store, SHIPS, DAY)
    with store.write() as connection:
        for address in sources.due(connection, DAY):
            sources.claim(connection, address, "killed", DAY)
    assert len(run(store, web(), 0).looks) == 2


def test_second_check_waits_and_then_says_so(store: Store) -> None:
    with store.running(), pytest.raises(StoreError, match="another monitor is working on"):
        run(store, web(), 0)


def test_bug_in_a_fetch_gives_the_source_back(store: Store) -> None:
    sync(store, SHIPS, DAY)
    with pytest.raises(KeyError):
        run(store, Web(), 0)
    with store.read() as connection:
        assert len(sources.due(connection, DAY)) == 2


def test_clock_a_year_ahead_does_not_silence_the_sources(store: Store) -> None:
    run(store, web(), 24 * 365)
    later = web(press="total: 2600")
    run(store, later, 0)
    assert later.asked == [OFFICE.url, PRESS.url]
    assert len(queries.changes(store)) == 1


def test_clock_set_back_a_day_loses_no_change(store: Store) -> None:
    run(store, web(), 24)
    run(store, web(press="total: 2600"), 0)
    assert len(queries.changes(store)) == 1
    asked = web(press="total: 2600")
    run(store, asked, 0.5)
    assert asked.asked == []


# --- archives


def test_replayed_captures_go_the_same_way_and_twice_changes_nothing(store: Store) -> None:
    sync(store, SHIPS, DAY)
    captures = [capture(PRESS, "total: 1500", at(0)), capture(PRESS, "total: 2600", at(24)), capture(PRESS, "total: 2600", at(48))]
    contents = []
    for _ in range(2):
        for one in captures:
            record_capture(store, "ships", PRESS, one.url, one, one.captured_at)
        digest_backlog(store, MiniCore(), SHIPS, at(100))
        contents.append((queries.row_counts(store), queries.changes(store), queries.claims(store, "ships", ended=True)))
    assert contents[0] == contents[1]
    (change,) = contents[0][1]
    assert (change.first_seen, change.last_seen) == (at(24), at(48))


def test_captures_recorded_together_are_read_in_their_order(store: Store) -> None:
    sync(store, SHIPS, DAY)
    for one in [capture(PRESS, "total: 2600", at(24)), capture(OFFICE, "total: 2600", at(12))]:
        record_capture(store, "ships", PRESS if one.source_id == "press" else OFFICE, one.url, one, one.captured_at)
    digest_backlog(store, MiniCore(), SHIPS, at(100))
    assert [e.source_id for e in queries.changes(store)[0].evidence] == ["office", "press"]


def test_capture_older_than_what_was_read_is_kept_but_changes_nothing(store: Store) -> None:
    run(store, web(press="total: 1500"), 24)
    old = capture(PRESS, "total: 900", at(0))
    record_capture(store, "ships", PRESS, old.url, old, old.captured_at)
    digest_backlog(store, MiniCore(), SHIPS, at(100))
    assert queries.changes(store) == []
    assert len(looks.snapshots(store, source="press")) == 2


def test_archived_refusals_are_failed_looks(store: Store) -> None:
    sync(store, SHIPS, DAY)
    for status, word in ((410, "gone"), (503, "http_error"), (429, "rate_limited"), (401, "auth_required")):
        refused = capture(PRESS, "total: 9", at(status), http_status=status)
        assert record_capture(store, "ships", PRESS, refused.url, refused, refused.captured_at).status == word
    assert digest_backlog(store, MiniCore(), SHIPS, at(999)) == []


# --- reading again


def test_newer_reading_code_reads_the_newest_snapshot_again(store: Store) -> None:
    run(store, web(press="total: 1500"), 0)
    run(store, web(press="total: 2600"), 8)
    newer = MiniCore()
    newer.extractor = "2"
    again = reread(store, newer, SHIPS, at(9))
    assert [(d.source_id, d.captured_at) for d in again] == [("office", at(0)), ("press", at(8))]
    assert reread(store, newer, SHIPS, at(10)) == []
    assert len(queries.changes(store)) == 1


def test_edited_baseline_is_compared_with_the_pages_known(store: Store) -> None:
    run(store, web(press="total: 2600"), 0)
    edited = baseline(PRESS, OFFICE, facts=[fact("total", 2600, 2)], version=2, digest="d2")
    run(store, web(press=None, office=None), 8, ships=edited)
    flagged = queries.changes(store)
    assert [(c.old, c.new) for c in flagged if c.fact_version == 2] == [(eur(2600), eur(1500))]


def test_decision_survives_new_evidence(store: Store) -> None:
    run(store, web(press="total: 2600"), 0)
    (change,) = queries.changes(store)
    append_review(store, Review(change.id, "reject", "me", at(1)), ChangeStatus.REJECTED)
    run(store, web(press="total: 2600", office="total: 2600"), 24)
    (change,) = queries.changes(store)
    assert change.status is ChangeStatus.REJECTED
    assert len(change.evidence) == 2
    assert len(outbox.notices(store)) == 1


def test_new_source_url_is_looked_at_and_the_old_one_left(store: Store) -> None:
    run(store, web(), 0)
    moved = replace(PRESS, url="https://press.example/new")
    site = Web({moved.url: "total: 2600", OFFICE.url: AGREED, PRESS.url: AGREED})
    run(store, site, 24, ships=baseline(moved, OFFICE, digest="d2"))
    assert PRESS.url not in site.asked
    assert moved.url in site.asked


def test_several_hosts_beside_one_another_give_the_same_content(tmp_path: Path) -> None:
    many = [Source(f"s{i}", f"https://h{i}.example/") for i in range(12)]
    ships = baseline(*many)
    site = Web({s.url: "total: 2600" for s in many})
    with engine.open(tmp_path / "monitor.db", wait_s=30, busy_timeout_s=30) as store:  # six write beside one another, on a busy machine
        sync(store, ships, DAY)
        check(store, site, MiniCore(), [ships], lambda: DAY, workers=6)
        (change,) = queries.changes(store)
    assert len(change.evidence) == 12
    assert [e.source_id for e in change.evidence] == sorted(s.id for s in many)


@pytest.mark.parametrize(
    ("at_utc", "zone", "next_utc"),
    [
        ("2026-03-01T04:00", "Europe/Brussels", "2026-03-01T05:00"),  # six in the morning there
        ("2026-03-28T20:00", "Europe/Brussels", "2026-03-29T04:00"),  # the night the clocks go forward
        ("2026-03-01T04:00", "UTC", "2026-03-01T06:00"),
    ],
)
def test_cron_line_is_meant_in_the_zone_of_the_settings(at_utc: str, zone: str, next_utc: str) -> None:
    at, following = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (at_utc, next_utc))
    assert cron_pause_s(replace(PRESS, cron="0 6 * * *"), at, ZoneInfo(zone)) == (following - at).total_seconds()


def test_cron_line_plans_the_next_look(store: Store) -> None:
    ships = baseline(replace(PRESS, cron="0 6 * * *"))
    sync(store, ships, at(0))
    store.zone = ZoneInfo("America/New_York")
    check(store, Web({PRESS.url: "total: 1500"}), MiniCore(), [ships], lambda: at(0), workers=1)
    assert looks.sources(store)[0].next_check == at(5)


def test_only_so_many_observations_of_a_page_are_kept_and_every_claim(store: Store) -> None:
    store.observations_max = 1
    run(store, Web({PRESS.url: "total: 2600\nfirst.part: 900", OFFICE.url: AGREED}), 0)
    (snapshot,) = {c.evidence.sha256 for c in queries.claims(store, SHIPS.id) if c.source_id == PRESS.id}
    with store.read() as connection:
        kept = connection.exec_driver_sql(
            "SELECT count(*) FROM observation JOIN snapshot ON snapshot.id = observation.snapshot WHERE snapshot.sha256 = ?", (snapshot,)
        ).scalar_one()
    assert kept == 1
    assert {c.fact for c in queries.claims(store, SHIPS.id) if c.source_id == PRESS.id} == {"total", "first.part"}


def test_names_of_a_page_are_cut_at_the_limit() -> None:
    seen = next(o for o in observed("X" * 400 + " AI Factory (Kajaani, Finland)", "en") if isinstance(o.value, Site))
    cut = shortened(seen, 300).value
    assert isinstance(cut, Site)
    assert (cut.name, cut.place) == ("X" * 299 + "…", "Kajaani")
    assert shortened(seen, 10_000) is seen
