"""The bundled example pages as they stood on a day: a page stays as it was until a later day brings another version of it.

`pages/<day>/<host>/<path>.html` holds what a page says, `sites.toml` which outlet it belongs to, `layouts/` what surrounds it, `noise.toml` what that
surrounding is made of. The noise of a page depends on its address and the day alone, so every run serves the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RELATED_COUNT = 4
_TITLE = re.compile(r"\A\s{0,99}<title>([^<]{0,300})</title>")
_FIELD = re.compile(r"\{\{([a-z_]{1,30})\}\}")


@dataclass(frozen=True, slots=True)
class Version:
    """What a page says from a day on; `status` is its HTTP status."""

    since: date
    text: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """A page as served: body, media type, HTTP status, and the day its words last changed."""

    body: bytes
    media_type: str
    status: int
    since: date


@dataclass(frozen=True)
class Bundle:
    """All pages by path ("host/path"), each with its versions in order of their days."""

    pages: Mapping[str, Sequence[Version]]
    sites: Mapping[str, Mapping[str, str]]
    noise: Mapping[str, Mapping[str, Any]]
    layouts: Mapping[str, str]

    @property
    def days(self) -> list[date]:
        """The days on which some page changed, in order."""
        return sorted({version.since for versions in self.pages.values() for version in versions})

    def answer(self, path: str, today: date, base: str) -> Answer | None:
        """The page at that path ("host/path") on a day; None where there is none. `base` is put where links name the server."""
        version = next((v for v in reversed(self.pages.get(path, ())) if v.since <= today), None)
        if version is None:
            return None
        if path.endswith(".xml"):
            return Answer(
                filled(version.text, {"pages": base}).encode(), "application/rss+xml; charset=utf-8", version.status, version.since
            )
        page = self.surrounded(path, version, today)
        return Answer(filled(page, {"pages": base}).encode(), "text/html; charset=utf-8", version.status, version.since)

    def surrounded(self, path: str, version: Version, today: date) -> str:
        """What the page says inside the layout of its outlet, with the noise of the day."""
        site = self.sites[path.split("/", 1)[0]]
        found = _TITLE.match(version.text)
        words = noise_of(self.noise[site["language"]], draw(path, today))
        content = {"title": found.group(1) if found else "", "content": _TITLE.sub("", version.text, count=1).strip()}
        return filled(self.layouts[site["layout"]], {**words, **content, "name": escape(site["name"]), "language": site["language"]})


@cache
def load(folder: Path = HERE) -> Bundle:
    """Reads the bundled pages; the same object for every caller."""
    layouts = {file.stem: file.read_text("utf-8") for file in (folder / "layouts").glob("*.html")}
    return Bundle(read_pages(folder / "pages"), read_toml(folder / "sites.toml"), read_toml(folder / "noise.toml"), layouts)


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def read_pages(folder: Path) -> dict[str, list[Version]]:
    """The versions of every page, in order of their days."""
    pages: dict[str, list[Version]] = {}
    for day in sorted(path for path in folder.iterdir() if path.is_dir()):
        for file in sorted(path for path in day.rglob("*") if path.is_file()):
            name = file.relative_to(day).as_posix()
            is_missing = name.endswith(".404.html")
            version = Version(date.fromisoformat(day.name), file.read_text("utf-8"), 404 if is_missing else 200)
            pages.setdefault(address_of(name), []).append(version)
    return pages


def address_of(file: str) -> str:
    """The path a file is served under.

    >>> address_of("policy.example/news/index.html"), address_of("kajaani.example/status.404.html"), address_of("a.example/feed.xml")
    ('policy.example/news/', 'kajaani.example/status', 'a.example/feed.xml')
    """
    path = file.removesuffix(".html").removesuffix(".404")
    return path.removesuffix("index") if path.endswith("/index") else path


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its {{fields}} filled in; fields nobody has a value for stay."""
    return _FIELD.sub(lambda m: values.get(m.group(1), m.group()), text)


# ---------------------------------------------------------------------------------------------------------------------------- noise


def draw(path: str, today: date) -> bytes:
    """Chance that is the same for the same page on the same day."""
    return hashlib.sha256(f"{path} {today}".encode()).digest()


def noise_of(words: Mapping[str, Any], chance: bytes) -> dict[str, str]:
    """What surrounds a page, as HTML by field name."""
    numbers = {
        "n": str(100 + chance[0] * 3 + chance[1]),
        "d": str(chance[2] % 10),
        "h": str(6 + chance[3] % 3),
        "m": f"{chance[4] % 60:02}",
    }

    def said(text: str) -> str:
        return escape(re.sub(r"\{([ndhm])\}", lambda m: numbers[m.group(1)], text), quote=False)

    return {
        "menu": listed(words["menu"]),
        "cookies": said(words["cookies"]),
        "views": said(words["views"]),
        "clock": said(words["clock"]),
        "legal": said(words["legal"]),
        "ticker": " +++ ".join(said(text) for text in words["ticker"]),
        "advert": said(words["advert"][chance[5] % len(words["advert"])]),
        "related_title": escape(words["related_title"]),
        "related": listed(turned(words["related"], chance[6])[:RELATED_COUNT]),
        "token": chance[:12].hex(),
    }


def listed(texts: Sequence[str]) -> str:
    return "".join(f"<li>{escape(text, quote=False)}</li>" for text in texts)


def turned(texts: Sequence[str], by: int) -> list[str]:
    """The list begun at another place, so that each day shows others first."""
    start = by % len(texts)
    return [*texts[start:], *texts[:start]]
