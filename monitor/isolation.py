"""Reading in child processes with limits: a page that takes too long, too much memory, or kills its reader is set aside, and the next goes on.

A child reads one body after another and is replaced when it was killed or has read enough (parsers in C leak). Tasks and views travel pickled; both ends are
this program. Replays and `extract` read in their own process instead (`reading.guarded_view`).
"""

from __future__ import annotations

import contextlib
import importlib
import pickle
import queue
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any

from monitor.core.model import SourceStatus
from monitor.reading import Steps, Task, View, guarded_view

CPU_S = 10
MEMORY_BYTES = 512 << 20
PDF_BYTES = 160 << 20
"""The PDF library unpacks a bomb until it is stopped (measured: 380 MB for 200 KB); real documents of 10 MB need less than 100 MB."""
WALL_FACTOR = 6  # wall time allowed for each second of CPU: a busy machine is no fault of the page
START_S = 60.0
SWOLLEN_BYTES = 64 << 20
"""A child that keeps so much more than at its start is replaced: what it keeps would be taken from what the next page may use (measured: a PDF after
a table of 100,000 rows could not even load its library)."""
TASKS = 500  # a child reads so many bodies before it is replaced


class Isolation:
    """A few children that read. Call it like `guarded_view`; safe for several threads. `maker` names what makes the steps, like "package.module:function"."""

    def __init__(self, maker: str, *, children: int = 1, cpu_s: int = CPU_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self.arguments = (maker, str(cpu_s), str(memory_bytes))
        self.cpu_s = cpu_s
        self.free: queue.Queue[Child | None] = queue.Queue()
        for _ in range(children):
            self.free.put(None)

    def __enter__(self) -> Isolation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the children that are idle; those at work end with their parent's end of the pipe."""
        for _ in range(self.free.qsize()):
            child = self.free.get()
            if child is not None:
                child.end()
            self.free.put(None)

    def __call__(self, steps: Steps, task: Task) -> View:
        """The view of the task, or why it was set aside."""
        child = self.free.get()
        try:
            if child is None or child.tasks >= TASKS or not child.is_alive() or child.is_swollen():
                child = replaced(child, self.arguments)
            found = child.ask(task, self.cpu_s * WALL_FACTOR)
            if found is None:
                child.end()
                child = None
                return View(SourceStatus.PARSE_ERROR.value, f"reading the page took more than {self.cpu_s} s of CPU or killed its reader")
            return found
        finally:
            self.free.put(child)


class Child:
    """One reading process and our end of its pipe."""

    def __init__(self, arguments: tuple[str, ...]) -> None:
        ours, theirs = Pipe()
        command = [sys.executable, "-m", "monitor.isolation", str(theirs.fileno()), *arguments]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603 - our own program
        theirs.close()
        self.pipe = ours
        self.tasks = 0
        if not self.pipe.poll(START_S) or not self.received():
            self.end()
            raise RuntimeError("a reading process does not start")
        self.base = address_space(self.process.pid)

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def is_swollen(self) -> bool:
        return address_space(self.process.pid) > self.base + SWOLLEN_BYTES

    def ask(self, task: Task, wall_s: float) -> View | None:
        """The answer; None when there is none in time or the child is dead."""
        self.tasks += 1
        try:
            self.pipe.send_bytes(pickle.dumps(task))
        except OSError:
            return None
        if not self.pipe.poll(wall_s):
            return None
        answer = self.received()
        return answer if isinstance(answer, View) else None

    def received(self) -> Any:
        try:
            return pickle.loads(self.pipe.recv_bytes())  # noqa: S301 - from our own child
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.pipe.close()


def replaced(child: Child | None, arguments: tuple[str, ...]) -> Child:
    if child is not None:
        child.end()
    return Child(arguments)


# ------------------------------------------------------------------------------------------------------------------- in the child


def serve(pipe: Connection, steps: Steps, cpu_s: int, memory_bytes: int) -> None:
    """Answers tasks until the parent closes its end."""
    base = address_space()
    pipe.send_bytes(pickle.dumps("ready"))
    while True:
        try:
            task = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own parent
        except (EOFError, OSError):
            return
        allow_cpu(cpu_s)
        allow_memory(base + (min(memory_bytes, PDF_BYTES) if task.body.startswith(b"%PDF") else memory_bytes))
        answer = pickle.dumps(guarded_view(steps, task))
        try:
            pipe.send_bytes(answer)
        except OSError:  # the parent has given up on us
            return


def allow_cpu(cpu_s: int) -> None:
    """So many seconds from now on; then the system ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + cpu_s + 1, hard))


def address_space(process: int | str = "self") -> int:
    """What a process takes, in bytes: at its start the imports and tables of the steps; 0 where the system does not say."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
    return 0


def allow_memory(byte_count: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (byte_count, resource.getrlimit(resource.RLIMIT_AS)[1]))


def made(maker: str) -> Steps:
    module, _, name = maker.partition(":")
    make: Callable[[], Steps] = getattr(importlib.import_module(module), name)
    return make()


def main(fd: str, maker: str, cpu_s: str, memory_bytes: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; we end when our parent closes the pipe
    steps = made(maker)
    serve(Connection(int(fd)), steps, int(cpu_s), int(memory_bytes))


if __name__ == "__main__":
    main(*sys.argv[1:])
