"""The log of the service on standard error: one line an event, as text or as JSON, whatever foreign text it carries."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any, TextIO

import structlog

from monitor.render.clean import line

VALUE_CHARS = 500
Fields = MutableMapping[str, Any]


class Journal:
    """Writes lines; safe for several threads. Events that carry an error are warnings, all others are informations; the level is told in JSON."""

    def __init__(self, form: str, clock: Callable[[], datetime], stream: TextIO | None = None) -> None:
        self.clock, self.stream = clock, stream
        self.lock = threading.Lock()
        shown: list[Any] = [structlog.processors.add_log_level, structlog.processors.JSONRenderer()] if form == "json" else [as_text]
        self.logger = structlog.wrap_logger(
            self,
            processors=[self.stamped, cleaned, *shown],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            cache_logger_on_first_use=True,
        )

    def say(self, event: str, **fields: object) -> None:
        """One event with its fields. A stream that is gone is no reason to stop watching."""
        if "error" in fields:
            self.logger.warning(event, **fields)
        else:
            self.logger.info(event, **fields)

    def stamped(self, _: Any, __: str, fields: Fields) -> Fields:
        return {"at": self.clock().strftime("%Y-%m-%dT%H:%M:%SZ"), "event": fields.pop("event"), **fields}

    def info(self, text: str) -> None:
        """One line to the stream."""
        stream = self.stream or sys.stderr
        with self.lock:
            try:
                stream.write(text + "\n")
                stream.flush()
            except (OSError, ValueError):
                return

    warning = info


def cleaned(_: Any, __: str, fields: Fields) -> Fields:
    """Foreign text on one line, without control characters, cut."""
    return {name: value if name in ("at", "event") else line(str(value), VALUE_CHARS) for name, value in fields.items()}


def as_text(_: Any, __: str, fields: Fields) -> str:
    at, event = fields.pop("at"), fields.pop("event")
    return " ".join([at, event, *(f"{name}={value!r}" if " " in value else f"{name}={value}" for name, value in fields.items())])
