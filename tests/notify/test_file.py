"""The file channel: whole lines, whatever happens in between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.errors import DeliveryError
from monitor.notify import Outgoing
from monitor.notify.file import FileChannel


def notice(number: int) -> Outgoing:
    body = json.dumps({"id": f"c-{number}", "title": "Zahl geändert"}, indent=2, ensure_ascii=False)
    return Outgoing(f"c-{number}:new", "new", body, {})


def test_each_notice_is_one_json_line(tmp_path: Path) -> None:
    path = tmp_path / "out" / "notices.jsonl"
    for number in range(3):
        FileChannel(path).send(notice(number))
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["c-0", "c-1", "c-2"]


def test_a_line_cut_by_a_kill_is_removed_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    FileChannel(path).send(notice(0))
    with path.open("ab") as file:
        file.write(b'{"id": "c-1", "ti' + b"x" * 200_000)
    FileChannel(path).send(notice(2))
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["c-0", "c-2"]


def test_a_place_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(DeliveryError) as caught:
        FileChannel(tmp_path / "taken").send(notice(0))
    assert caught.value.transient
