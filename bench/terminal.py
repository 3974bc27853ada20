"""A program in a pseudo-terminal of its own: what it sends, when, and what it uses (Linux)."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from types import TracebackType
from typing import NamedTuple

QUIET = 0.06
# Queries that a terminal answers: device attributes, cursor position, modes, background colour.
ANSWERS = [
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[\?(\d+)\$p"), b"\x1b[?%b;2$y"),
]


class Answer(NamedTuple):
    """What a key set off: seconds to the last byte, bytes, and the chunks (seconds after the key, bytes)."""

    seconds: float
    bytes: int
    chunks: list[tuple[float, int]]

    def over(self, latency: float, bandwidth: float) -> float:
        """Seconds to the last byte over a link of `latency` seconds each way and `bandwidth` bits a second."""
        free = 0.0
        for at, count in self.chunks:
            free = max(free, latency + at) + count * 8 / bandwidth
        return free + latency


class Terminal:
    """Runs `command` at `size` (columns, rows)."""

    def __init__(self, command: list[str], size: tuple[int, int] = (80, 24), env: dict[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execvpe(command[0], command, {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(env or {})})
        self.sent = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.handle)

    def until(self, text: str, limit: float = 60) -> float:
        """Seconds from the start to `text`; TimeoutError with what was sent last."""
        wanted = text.encode()
        while wanted not in self.sent:
            if time.perf_counter() - self.started > limit or self.read(1) is None:
                raise TimeoutError(f"{text!r} did not come: {self.sent[-2000:]!r}")
        return time.perf_counter() - self.started

    def settle(self, quiet: float = 0.5) -> int:
        """Read until nothing has come for `quiet` seconds; returns the bytes read."""
        count = 0
        while True:
            data = self.read(quiet)
            if not data:
                return count
            count += len(data)

    def key(self, sequence: str, quiet: float = QUIET) -> Answer:
        """Press a key and read until nothing has come for `quiet` seconds."""
        begun = time.perf_counter()
        chunks: list[tuple[float, int]] = []
        os.write(self.handle, sequence.encode())
        while True:
            data = self.read(quiet if chunks else 2)
            if not data:
                return Answer(chunks[-1][0] if chunks else 0.0, sum(count for _at, count in chunks), chunks)
            chunks.append((time.perf_counter() - begun, len(data)))

    def memory(self) -> int:
        """Resident memory, kB."""
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def used(self) -> float:
        """Seconds of processor time so far."""
        with open(f"/proc/{self.pid}/stat") as stat:
            user, system = stat.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def read(self, wait: float) -> bytes | None:
        """What comes within `wait` seconds; empty if nothing does, None when the program has ended."""
        if not select.select([self.handle], [], [], wait)[0]:
            return b""
        try:
            data = os.read(self.handle, 65536)
        except OSError:
            return None
        self.sent = (self.sent + data)[-200_000:]
        for query, answer in ANSWERS:
            for found in query.finditer(data):
                os.write(self.handle, answer % found.group(1) if found.groups() else answer)
        return data
