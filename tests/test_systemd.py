"""systemd is told what it asks for, and its absence harms nobody."""

from __future__ import annotations

import socket
from pathlib import Path

from monitor import systemd


def test_message_arrives_at_the_socket_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(path))
        receiver.settimeout(5)
        assert systemd.tell("READY=1", {"NOTIFY_SOCKET": str(path)})
        assert receiver.recv(100) == b"READY=1"


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    assert not systemd.tell("READY=1", {})
    assert not systemd.tell("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})
    assert not systemd.tell("READY=1", {"NOTIFY_SOCKET": "host:1"})
