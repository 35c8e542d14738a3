"""A run that is killed at a chosen step. Loaded into the process that is to die, never by the program."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.journal.keeper import DatabaseJournal
from reconciler.journal.lease import Lease
from reconciler.providers.ovh import lines
from reconciler.providers.ovh.account import OvhWriter
from reconciler.session import Session

STEPS: tuple[tuple[type, str, str], ...] = (
    (Lease, "_take", "take the lock"),
    (DatabaseJournal, "unsettled", "look for unsettled intents"),
    (Session, "observe", "observe"),
    (DatabaseJournal, "saw", "journal what was seen"),
    (DatabaseJournal, "record_run", "journal the run"),
    (DatabaseJournal, "retry", "journal leave to retry"),
    (DatabaseJournal, "intend", "journal the intent"),
    (OvhWriter, "ask", "ask"),
    (DatabaseJournal, "settle", "journal the receipt"),
    (Lease, "_give_back", "give the lock back"),
)


def at_step(number: int, trace: str) -> None:
    """Have this process kill itself at boundary `number`, and note each boundary in the file `trace`.

    Each step has two boundaries, its beginning and its end; they are counted from 0 over the whole run.
    """
    passed: list[str] = []

    def boundary(name: str) -> None:
        passed.append(name)
        with Path(trace).open("a") as file:
            file.write(f"{name}\n")
        if len(passed) == number + 1:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, method, name in STEPS:
        setattr(owner, method, _watched(getattr(owner, method), name, boundary))


def _watched(method: Callable[..., Any], name: str, boundary: Callable[[str], None]) -> Callable[..., Any]:
    @functools.wraps(method)
    def watched(*args: Any, **kwargs: Any) -> Any:
        boundary(f"before: {name}")
        result = method(*args, **kwargs)
        boundary(f"after: {name}")
        return result

    return watched


def hurry(seconds: float) -> None:
    """Have this process wait only this long for an answer."""
    vars(lines)["TIMEOUT"] = (seconds, seconds)
