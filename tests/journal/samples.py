"""Records to write into a journal, and programs that write in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconciler.model import AccountId, Role, ServiceId, Task, TaskState
from reconciler.ports.journal import Intent, Move, Outcome, Receipt

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
A_MINUTE_LATER = NOON + timedelta(minutes=1)
PLATFORM = AccountId("pl11111-ovh")
AGENCY = AccountId("ag33333-ovh")
FINANCE = AccountId("fi22222-ovh")
SHOP = ServiceId("domain/shop.example")
ROOT = Path(__file__).resolve().parents[2]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def intent(
    id_: str | None = None,
    *,
    at: datetime = NOON,
    service: ServiceId = SHOP,
    towards: AccountId = AGENCY,
    role: Role = Role.TECHNICAL,
) -> Intent:
    return Intent(id_ or uuid.uuid4().hex, at, service, PLATFORM, (Move(role, PLATFORM, towards),))


def accepted(of: Intent, *tasks: int, at: datetime = A_MINUTE_LATER) -> Receipt:
    return Receipt(of.id, at, Outcome.ACCEPTED, tasks, status=200)


def unknown(of: Intent) -> Receipt:
    return Receipt(of.id, A_MINUTE_LATER, Outcome.UNKNOWN, message="the connection was reset")


def calls_unknown(of: Intent, account: AccountId, words: str = "No such account") -> Receipt:
    at = A_MINUTE_LATER
    return Receipt(of.id, at, Outcome.REFUSED, message=words, status=400, unknown_account=account)


def task(
    id_: int, state: TaskState = TaskState.VALIDATING, *, requested: datetime = NOON, to: AccountId = AGENCY
) -> Task:
    settled = None if state.is_open else requested + minutes(5)
    return Task(id_, PLATFORM, PLATFORM, to, (Role.TECHNICAL,), "shop.example", state, requested, settled)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@contextmanager
def process(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program that can import what tests import; it is killed when the block ends."""
    running = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def said(running: subprocess.Popen[str]) -> str:
    """Return the next line that the program prints."""
    assert running.stdout is not None
    return running.stdout.readline().strip()


def tell(running: subprocess.Popen[str], line: str = "") -> None:
    """Send the program a line."""
    assert running.stdin is not None
    running.stdin.write(f"{line}\n")
    running.stdin.flush()
