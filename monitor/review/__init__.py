"""Review: a person decides on a change, one at a time or through the terminal queue."""

from __future__ import annotations

from monitor.review.decisions import Desk, Outcome, ReviewStore, decide
from monitor.review.keys import Keys, StreamKeys, TerminalKeys
from monitor.review.queue import Tally, interactive

__all__ = ["Desk", "Keys", "Outcome", "ReviewStore", "StreamKeys", "Tally", "TerminalKeys", "decide", "interactive"]
