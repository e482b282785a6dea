"""A home with a small tram programme, its pages as they read on different days, and archives of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.model import Capture
from monitor.warc import write_captures

FIRST = datetime(2025, 3, 1, 6, tzinfo=UTC)
CITY = "https://city.example/tram"
PAPER = "https://paper.example/tram"

PROGRAMME = """\
id = "tram"
title = "Harbour Tram"
aliases = ["Harbour Tram"]
languages = ["en"]
announced_on = "2025-01-08"

[[source]]
id = "city"
url = "{city}"
every = "1h"
authority = "official"
publisher = "City"

[[source]]
id = "paper"
url = "{paper}"
every = "1h"
publisher = "Paper"
"""

FACTS = """\
[[fact]]
key = "cost"
kind = "money"
label = "Total cost of the Harbour Tram"
value = "EUR 850 million"
about = ["cost", "budget", "investment"]
from = "2025-01-08"
quote = "The Harbour Tram will cost EUR 850 million in total."
url = "https://city.example/start"

[[fact]]
key = "stops"
kind = "count"
label = "Stops"
value = "24 stops"
quote = "24 stops"
url = "https://city.example/start"
"""


def html(*paragraphs: str) -> str:
    """A page about the tram with these paragraphs, and enough around them to be a page."""
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        "<!doctype html><html lang='en'><head><title>Harbour Tram</title></head><body><nav><a href='/'>Home</a></nav><main><h1>Harbour Tram</h1>"
        f"{body}<p>The line connects the old harbour with the university and the main station, and is built in two stages by the city's own "
        "transport company, which also runs the buses and will operate the new vehicles from its depot in the north of the city.</p>"
        "</main></body></html>"
    )


AGREES = html("The Harbour Tram will cost EUR 850 million in total and have 24 stops.")
REVISED = html("The total cost of the Harbour Tram has risen to EUR 1.1 billion, up from EUR 850 million. It will have 24 stops.")


def make(folder: Path, city: str = CITY, paper: str = PAPER) -> Path:
    """The home with its baseline folder."""
    programme = folder / "baseline" / "tram"
    programme.mkdir(parents=True)
    (programme / "programme.toml").write_text(PROGRAMME.format(city=city, paper=paper), "utf-8")
    (programme / "facts.toml").write_text(FACTS, "utf-8")
    return folder


def seen(text: str, day: float, url: str = CITY, status: int = 200) -> Capture:
    """A capture of a page on a day after the first."""
    body = text.encode()
    return Capture("", url, url, FIRST + timedelta(days=day), status, "text/html; charset=utf-8", body, hashlib.sha256(body).hexdigest())


def archive(path: Path, *captures: Capture) -> Path:
    """A WARC file of these captures."""
    write_captures(captures, path)
    return path
