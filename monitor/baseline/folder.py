"""A programme folder on disk: its three files as documents with lines, and the digest that stands for exactly this state of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.core.text import toml
from monitor.errors import Problem, UsageError

PROGRAMME, FACTS, REVISIONS = "programme.toml", "facts.toml", "revisions.toml"
FILES = (PROGRAMME, FACTS, REVISIONS)
MAX_BYTES = 20_000_000  # of one file; a thousand facts take about half a megabyte
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a folder as read at one moment. `problems` holds what could not be read at all."""

    folder: Path
    bodies: Mapping[str, bytes]
    documents: Mapping[str, toml.Document]
    digest: str
    problems: tuple[Problem, ...]


def read_files(folder: Path) -> Files:
    """All files of a folder; never raises: a file that is missing or no UTF-8 becomes a problem and an empty document."""
    problems: list[Problem] = []
    bodies: dict[str, bytes] = {}
    documents: dict[str, toml.Document] = {}
    for name in FILES:
        shown = f"{folder.name}/{name}"
        body = _read_body(folder / name, shown, problems, required=name != REVISIONS)
        bodies[name] = body
        documents[name] = toml.read(_decode(body, shown, problems), shown)
        problems += documents[name].problems
    return Files(folder, bodies, documents, digest_of(bodies), tuple(problems))


def digest_of(bodies: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over the files' names, lengths and bytes, in fixed order; a missing file counts as empty."""
    digest = hashlib.sha256()
    for name in FILES:
        body = bodies.get(name, b"")
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()


def folder_digest(folder: Path) -> str:
    """The digest of a folder as it is now."""
    return digest_of({name: _read_body(folder / name, name, [], required=False) for name in FILES})


def programme_ids(home: Path) -> tuple[str, ...]:
    """The programmes of a home, sorted: every folder under `baseline/` that holds a programme.toml or facts.toml."""
    root = home / "baseline"
    if not root.is_dir():
        return ()
    return tuple(sorted(f.name for f in root.iterdir() if (f / PROGRAMME).is_file() or (f / FACTS).is_file()))


def known_programmes(home: Path) -> tuple[str, ...]:
    """The same, of a home that must have some. Raises UsageError when it has none."""
    found = programme_ids(home)
    if not found:
        raise UsageError(f"{home.resolve() / 'baseline'} holds no programme (run: monitor init)")
    return found


def programme_folder(home: Path, programme: str) -> Path:
    """The folder of a programme. Raises UsageError when the home has none of that name, with those it has."""
    known = programme_ids(home)
    if programme in known:
        return home / "baseline" / programme
    listed = f"there are: {', '.join(known)}" if known else f"{home / 'baseline'} holds none; `monitor init` makes an example"
    raise UsageError(f"no programme {programme[:100]!r} in this home ({listed})")


def is_programme_id(text: str) -> bool:
    """Whether a text can name a programme and its folder: small letters, digits and hyphens."""
    return _ID.fullmatch(text) is not None


def _read_body(path: Path, shown: str, problems: list[Problem], *, required: bool) -> bytes:
    try:
        body = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except FileNotFoundError:
        if required:
            problems.append(Problem(f"{shown}:1", "the file is missing", "see `monitor help baseline` for what it holds"))
        return b""
    except OSError as error:
        problems.append(Problem(f"{shown}:1", f"the file cannot be read: {error.strerror or error}"))
        return b""
    if body is None:
        problems.append(Problem(f"{shown}:1", f"the file is larger than {MAX_BYTES:,} bytes"))
    return body or b""


def _decode(body: bytes, shown: str, problems: list[Problem]) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        problems.append(Problem(f"{shown}:{line}", "the file is not UTF-8 text", "save it as UTF-8"))
        return body.decode("utf-8", "replace")
