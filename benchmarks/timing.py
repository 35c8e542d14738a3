"""Times whole processes, two in turn, so that a machine that slows down slows both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: wall and CPU seconds, and peak memory in bytes."""

    wall: float
    cpu: float
    peak: int


def process(arguments: Sequence[str], *, allowed: Sequence[int] = (0,)) -> Cost:
    """Run one process, its output thrown away, and return its cost.

    Raises:
        RuntimeError: it ended with a code that is not allowed.
    """
    start = time.perf_counter()
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in allowed:
        raise RuntimeError(f"{' '.join(arguments)} ended with {code}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def python(*arguments: str, allowed: Sequence[int] = (0,)) -> Cost:
    """Run this interpreter with `arguments` and return its cost."""
    return process([sys.executable, *arguments], allowed=allowed)


def ratio(one: Callable[[], float], other: Callable[[], float], *, rounds: int = 5) -> float:
    """Return the median of `one` over `other`, both run in turn after a warm-up of each."""
    one(), other()
    return statistics.median(one() / other() for _ in range(rounds))
