"""What systemd is told: ready, alive, stopping. One datagram to the socket it names; without systemd nothing happens."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def tell(message: str, environ: Mapping[str, str] | None = None) -> bool:
    """Sends one message of the sd_notify(3) protocol, like "READY=1"; False where nobody listens. Never raises: the watch does not depend on it."""
    address = (os.environ if environ is None else environ).get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.connect(address)
            sender.sendall(message.encode())
    except OSError:
        return False
    return True
