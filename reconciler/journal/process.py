"""Which process holds a lock, and whether it is surely dead."""

from __future__ import annotations

import os
import platform
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PROCESSES = Path("/proc/self/ns/pid")
_DEAD_STATES = ("Z", "X")


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process, told apart from a later one that got its number.

    Attributes:
        host: the host's name, for people; two hosts may share it.
        machine: the running kernel and its set of process numbers, empty where that cannot be known.
        started: when the process started, in the system's own words; empty where that cannot be known.
    """

    host: str
    machine: str
    pid: int
    started: str

    def is_surely_dead(self) -> bool:
        """Tell whether it ran on this machine and does so no more; False where that cannot be known."""
        if not self.machine or self.machine != _machine():
            return False
        now_there = _started(self.pid)
        return now_there is not None and now_there != self.started


def this_process() -> ProcessMark:
    """Return the mark of the process that asks."""
    return ProcessMark(platform.node(), _machine(), os.getpid(), _started(os.getpid()) or "")


@cache
def _machine() -> str:
    try:
        return f"{_BOOT.read_text().strip()} {_PROCESSES.readlink()}"
    except OSError:
        return f"{platform.node()} {uuid.getnode():x}" if os.name == "posix" else ""


def _started(pid: int) -> str | None:
    """Return when the process `pid` started, "" if there is none that lives, None where nobody can tell."""
    if not _BOOT.exists():
        return _alive_at_all(pid)
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before the bracket may hold anything
    return "" if fields[0] in _DEAD_STATES else fields[19]


def _alive_at_all(pid: int) -> str | None:
    """Return "" for a number that no process has: all that can be known without Linux's /proc."""
    if os.name != "posix":
        return None  # elsewhere the signal 0 is not a question
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"
