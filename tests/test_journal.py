"""Log lines can be read by people and by machines, whatever they carry."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from monitor.journal import Journal


def said(form: str, event: str, **fields: object) -> str:
    log = io.StringIO()
    Journal(form, lambda: datetime(2026, 3, 1, 7, tzinfo=UTC), log).say(event, **fields)
    return log.getvalue()


def test_text_line_has_moment_event_and_fields() -> None:
    assert (
        said("text", "report written", programme="tram", error="a b") == "2026-03-01T07:00:00Z report written programme=tram error='a b'\n"
    )


def test_json_line_has_a_level_as_well() -> None:
    assert json.loads(said("json", "tick failed", error="x\ny")) == {
        "at": "2026-03-01T07:00:00Z",
        "event": "tick failed",
        "level": "warning",
        "error": "x y",
    }
    assert json.loads(said("json", "stopped"))["level"] == "info"


def test_field_may_have_any_name() -> None:
    assert json.loads(said("json", "x", level="high", at="noon", event_="e"))["level"] in ("high", "info")


def test_stream_that_is_gone_stops_nothing() -> None:
    log = io.StringIO()
    log.close()
    Journal("text", lambda: datetime(2026, 3, 1, tzinfo=UTC), log).say("stopped")
