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
    """What one process took, in seconds of the wall's and of the CPU's clock."""

    wall: float
    cpu: float


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
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def python(*arguments: str, allowed: Sequence[int] = (0,)) -> Cost:
    """Run this interpreter with `arguments` and return its cost."""
    return process([sys.executable, *arguments], allowed=allowed)


_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(arguments: Sequence[str]) -> int:
    """Return the peak memory of one process, in bytes.

    It is started by a small process in between: a child counts the memory of whoever forked it as its own.
    """
    shown = subprocess.run([sys.executable, "-S", "-c", _PEAK, *arguments], capture_output=True, check=True)
    return int(shown.stdout) * (1 if sys.platform == "darwin" else 1024)


def ratio(one: Callable[[], float], other: Callable[[], float], *, rounds: int = 5) -> float:
    """Return the median of `one` over `other`, both run in turn after a warm-up of each."""
    one(), other()
    return statistics.median(one() / other() for _ in range(rounds))
