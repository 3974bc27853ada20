"""Runs the program in a pseudo-terminal and sees what a person would see."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pyte

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20.0


class Terminal:
    """One program on a terminal of its own, or (not `owned`) on one whose closing sends it no signal; `raw` holds every
    byte it sent."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 80, rows: int = 24, owned: bool = True, **environment: str
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.raw = bytearray()
        self.status: int | None = None
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            if not owned:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
                fcntl.ioctl(0, termios.TIOCNOTTY)
                signal.signal(signal.SIGHUP, signal.SIG_DFL)
            os.environ.update({"TERM": "xterm-256color", "LANG": "C.UTF-8", **environment})
            os.execvp(command[0], list(command))
        os.set_inheritable(self._terminal, False)  # nobody else holds it open
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float) -> bool:
        """Take in what comes within `seconds`; False where nothing came or the program has ended."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.raw += data
        text = self._decoder.decode(data)
        # pyte prints what it does not know: the queries of the keyboard protocols.
        for unknown in ("\x1b[?u", "\x1b[>1u", "\x1b[<u", "\x1b[?2026$p", "\x1b[?2048$p"):
            text = text.replace(unknown, "")
        self._stream.feed(text)
        return True

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, text: str) -> None:
        """Until `text` is on the screen; AssertionError with the screen where it does not come."""
        end = time.monotonic() + PATIENCE
        while text not in self.text():
            assert time.monotonic() < end, f"{text!r} did not come:\n{self.text()}"
            self.read(0.1)

    def rest(self, seconds: float = 0.4) -> None:
        """Until nothing has come for `seconds`."""
        while self.read(seconds):
            pass

    def type(self, keys: str) -> None:
        """Send keys, as the terminal would."""
        os.write(self._terminal, keys.encode())

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)
        self.end()

    def close(self) -> int:
        """Close the terminal, and wait until the program has ended; its exit status."""
        os.close(self._terminal)
        end = time.monotonic() + PATIENCE
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, "it did not end"
            time.sleep(0.05)
        return self.status

    def end(self) -> int:
        """Wait until the program has ended; its exit status, negative for a signal."""
        end = time.monotonic() + PATIENCE
        while self.status is None:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, f"it did not end:\n{self.text()}"
        os.close(self._terminal)
        return self.status


def stagewatch(path: Path, *more: str, columns: int = 80, rows: int = 24, owned: bool = True) -> Terminal:
    """The program over the store at `path`."""
    return Terminal([sys.executable, "-m", "cli", "--db", str(path), *more], columns=columns, rows=rows, owned=owned)
