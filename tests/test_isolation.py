"""Pages that would take the reader with them are set aside; the next one is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.core.model import Page, Setting, Source
from monitor.isolation import Isolation
from monitor.pipeline import check
from monitor.reading import Task, View, guarded_view
from monitor.store import looks, queries
from monitor.store.engine import Store
from monitor.sync import sync
from tests.line import OFFICE, PRESS, MiniCore, Web, at, baseline


class Fragile(MiniCore):
    """A reader that does what the page says."""

    def read(self, body: bytes, media_type: str, url: str, source: Source) -> Page:
        match body:
            case b"burn":
                while True:
                    pass
            case b"eat":
                bytearray(2 << 30)
            case b"die":
                os._exit(3)
            case b"keep":
                self.kept = bytearray(128 << 20)
            case b"how much":
                body = b"kept" if getattr(self, "kept", None) else b"free"
            case b"break":
                raise KeyError("missing")
        return super().read(body, media_type, url, source)


def task(text: str) -> Task:
    return Task(text.encode(), "text/plain", PRESS.url, 200, PRESS, None, Setting())


@pytest.fixture(scope="module")
def reader() -> Iterator[Isolation]:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)
    with Isolation("tests.test_isolation:Fragile", cpu_s=1, memory_bytes=256 << 20) as made:
        yield made
    os.environ.pop("PYTHONPATH")
    if before is not None:
        os.environ["PYTHONPATH"] = before


def test_page_read_in_a_child_is_the_page_read_here(reader: Isolation) -> None:
    assert reader(MiniCore(), task("total: 5")) == guarded_view(MiniCore(), task("total: 5"))


def test_child_that_keeps_what_a_page_took_is_replaced(reader: Isolation) -> None:
    for text in ("keep", "how much"):
        found = reader(MiniCore(), task(text))
    assert found.page is not None
    assert found.page.text == "free"


@pytest.mark.parametrize(("text", "status", "words"), [
    ("burn", "parse_error", "more than 1 s of CPU"),
    ("eat", "too_large", "more memory"),
    ("die", "parse_error", "killed its reader"),
    ("break", "parse_error", "KeyError"),
])  # fmt: skip
def test_poison_page_is_set_aside_and_the_next_is_read(reader: Isolation, text: str, status: str, words: str) -> None:
    found = reader(MiniCore(), task(text))
    assert (found.status, words in found.reason) == (status, True)
    assert reader(MiniCore(), task("total: 5")).status == "ok"


def test_poison_page_does_not_stop_the_other_sources(store: Store) -> None:
    ships = baseline(PRESS, OFFICE)
    sync(store, ships, at(0))
    done = check(store, Web({PRESS.url: "total: 2600", OFFICE.url: "break"}), Fragile(), [ships], lambda: at(0), workers=1)
    assert [(source, status) for source, status, _ in done.failures] == [("office", "parse_error")]
    assert len(queries.changes(store)) == 1


def test_page_that_breaks_the_comparing_is_set_aside_too(store: Store) -> None:
    class Breaking(MiniCore):
        def digest(self, baseline, known, sight, previous):  # type: ignore[no-untyped-def]
            if sight.source.id == "office":
                raise ZeroDivisionError("no amount")
            return super().digest(baseline, known, sight, previous)

    ships = baseline(PRESS, OFFICE)
    sync(store, ships, at(0))
    done = check(store, Web({PRESS.url: "total: 2600", OFFICE.url: "total: 1"}), Breaking(), [ships], lambda: at(0), workers=1)
    assert done.failures == [("office", "parse_error", "our reading of the page failed: ZeroDivisionError: no amount")]
    assert len(queries.changes(store)) == 1
    assert [s.status for s in looks.snapshots(store, source="office")] == ["parse_error"]


def test_views_are_values() -> None:
    assert View("ok") == View("ok")
