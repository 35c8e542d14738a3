"""A command on a real terminal: a pseudo-terminal of its own, with a size, a keyboard and Ctrl-C."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import socket
import struct
import termios
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.running import PATIENCE, Desk, _forks

CTRL_C, CTRL_D = "\x03", "\x04"


@dataclass(frozen=True)
class Seen:
    """How a command ended, and all that its terminal showed, with line ends as a file has them."""

    code: int
    screen: str


class Terminal:
    """A terminal with a command on it, from the first line to the exit code."""

    def __init__(self, desk: Desk, *arguments: str, columns: int = 120) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        order = {
            "arguments": arguments,
            "environ": {"TERM": "xterm-256color", **desk.environ},
            "folder": str(desk.folder),
            "streams": [os.ttyname(slave)] * 3,
            "before": ("tests.cli.terminal", "take_over"),
        }
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(_forks())
        self._line.settimeout(PATIENCE)
        self._line.sendall((json.dumps(order) + "\n").encode())
        self._words = self._line.makefile()
        self._pid = int(self._words.readline())
        self._slave = slave  # held until the end: a terminal that nobody has open forgets what was written
        self._shown = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        self._words.close()
        self._line.close()
        os.close(self._master)
        os.close(self._slave)

    @property
    def screen(self) -> str:
        """Return what has been shown so far."""
        while select.select([self._master], [], [], 0.02)[0]:
            self._shown += os.read(self._master, 65536)
        return self._shown.decode().replace("\r\n", "\n")

    def until(self, text: str) -> str:
        """Wait until the screen shows a text, and return the screen."""
        deadline = time.monotonic() + PATIENCE
        while True:
            ended = self._has_ended()
            screen = self.screen
            if text in screen:
                return screen
            assert not ended, screen
            assert time.monotonic() < deadline, screen

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def end(self) -> Seen:
        """Wait for the command to end."""
        deadline = time.monotonic() + PATIENCE
        while not self._has_ended():
            assert time.monotonic() < deadline, self.screen
        return Seen(int(self._words.readline()), self.screen)

    def _has_ended(self) -> bool:
        """Tell whether the command has ended; meanwhile what it shows is read, or it could not go on."""
        assert self.screen is not None
        return bool(select.select([self._line], [], [], 0)[0])


def shown(desk: Desk, *arguments: str, columns: int = 120) -> Seen:
    """Run a command that needs no keyboard on a terminal."""
    with Terminal(desk, *arguments, columns=columns) as terminal:
        return terminal.end()


def take_over() -> None:
    """Make standard input the controlling terminal of this process, so that Ctrl-C reaches it."""
    with contextlib.suppress(PermissionError):
        os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
