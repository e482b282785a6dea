"""Where the keys of the terminal queue come from: a real terminal, or any stream of text."""

from __future__ import annotations

import sys
import termios
import tty
from typing import Protocol, TextIO


class Keys(Protocol):
    """One key at a time, or a line where words are wanted. Both give an empty string at the end of input."""

    def key(self) -> str: ...

    def line(self) -> str: ...


class StreamKeys:
    """Keys from a stream: blanks and line ends between them are skipped, so that a person may also press Enter."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def key(self) -> str:
        pressed = self.stream.read(1)
        while pressed and pressed.isspace():
            pressed = self.stream.read(1)
        return pressed

    def line(self) -> str:
        return self.stream.readline().strip()


class TerminalKeys:
    """Keys as they are pressed, without Enter; lines with the terminal's own editing."""

    def __init__(self, terminal: TextIO | None = None) -> None:
        self.terminal = terminal if terminal is not None else sys.stdin

    def key(self) -> str:
        descriptor = self.terminal.fileno()
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor, termios.TCSADRAIN)  # keys typed ahead are kept
            pressed = self.terminal.read(1)
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        return "" if pressed == "\x04" else pressed

    def line(self) -> str:
        return self.terminal.readline().strip()
