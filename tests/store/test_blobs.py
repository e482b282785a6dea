"""Bodies: what was put comes back, or is said to be damaged; a kill in between leaves no half file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import blobs
from monitor.store.blobs import Blobs


@pytest.fixture
def bodies(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.mark.parametrize("body", [b"", b"page", b"x" * 3_000_000, bytes(range(256)) * 10])
def test_body_comes_back(bodies: Blobs, body: bytes) -> None:
    sha256 = bodies.put(body)
    assert sha256 == hashlib.sha256(body).hexdigest()
    assert bodies.get(sha256) == body


def test_equal_bodies_are_kept_once(bodies: Blobs) -> None:
    assert bodies.put(b"a") == bodies.put(b"a")
    assert len([f for f in bodies.folder.rglob("*") if f.is_file()]) == 1


def test_missing_body_is_none(bodies: Blobs) -> None:
    assert bodies.get("0" * 64) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 63, "g" * 64, "0" * 63 + "/"])
def test_what_is_no_hash_names_no_file(bodies: Blobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        bodies.path(name)


@pytest.mark.parametrize("spoil", [lambda b: b[:-3], lambda b: b"junk" + b, lambda b: b[:8] + b"\x00\xff" + b[10:], lambda b: b""])
def test_damaged_file_is_told(bodies: Blobs, spoil) -> None:
    sha256 = bodies.put(b"hello world, hello world" * 50)
    path = bodies.path(sha256)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(StoreError, match="damaged"):
        bodies.get(sha256)


def test_other_content_under_the_name_is_told(bodies: Blobs) -> None:
    one, other = bodies.put(b"one"), bodies.put(b"other")
    bodies.path(one).write_bytes(bodies.path(other).read_bytes())
    with pytest.raises(StoreError, match="damaged"):
        bodies.get(one)


def test_full_disk_is_told_and_leaves_nothing_behind(bodies: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        bodies.put(b"page")
    assert [f for f in bodies.folder.rglob("*") if f.is_file()] == []
    monkeypatch.undo()
    assert os.path.exists(bodies.path(bodies.put(b"page")))
