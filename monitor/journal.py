"""The log of the service on standard error: one line an event, as text or as JSON, whatever foreign text it carries."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from monitor.render.clean import line

VALUE_CHARS = 500


class Journal:
    """Writes lines; safe for several threads."""

    def __init__(self, form: str, clock: Callable[[], datetime], stream: TextIO | None = None) -> None:
        self.form, self.clock, self.stream = form, clock, stream
        self.lock = threading.Lock()

    def say(self, event: str, **fields: object) -> None:
        """One event with its fields. A stream that is gone is no reason to stop watching."""
        at = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {name: line(str(value), VALUE_CHARS) for name, value in fields.items()}
        if self.form == "json":
            text = json.dumps({"at": at, "event": event} | told)
        else:
            text = " ".join([at, event, *(f"{name}={value!r}" if " " in value else f"{name}={value}" for name, value in told.items())])
        stream = self.stream or sys.stderr
        with self.lock:
            try:
                stream.write(text + "\n")
                stream.flush()
            except (OSError, ValueError):
                return
