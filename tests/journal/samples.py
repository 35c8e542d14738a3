"""Records to write into a journal, and programs that write in a process of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import traceback
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconciler.model import AccountId, Role, ServiceId, Task, TaskState
from reconciler.ports.journal import Intent, Move, Outcome, Receipt
from tests.running import fork

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


class Program:
    """A program under way that can import what tests import, with a pipe to it and one from it."""

    def __init__(self, folder: Path, program: str, arguments: Sequence[str]) -> None:
        pipes = [str(folder / name) for name in ("stdin", "stdout")]
        for pipe in pipes:
            os.mkfifo(pipe)
        order = {
            "arguments": (),
            "environ": dict(os.environ),
            "folder": str(ROOT),
            "before": (__name__, "execute", program, *arguments),
        }
        self._running = fork(order, [*pipes, str(folder / "stderr")])
        self._ended = False
        self.pid = self._running.pid
        self.stdin = Path(pipes[0]).open("w")  # noqa: SIM115 - `close` does; in the order in which it opens them
        self.stdout = Path(pipes[1]).open()  # noqa: SIM115 - `close` does

    def kill(self) -> None:
        """Kill it, unless it has ended, and wait until it has."""
        if not self._ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> None:
        """Wait until it has ended."""
        if not self._ended:
            self._running.end()
        self._ended = True

    def close(self) -> None:
        """Let go of the pipes."""
        with suppress(BrokenPipeError):
            self.stdin.close()
        self.stdout.close()


def execute(program: str, *arguments: str) -> None:
    """Run a program in this process, and end it."""
    sys.argv = ["-c", *arguments]
    try:
        exec(compile(program, "a program of a test", "exec"), {"__name__": "__main__"})
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        raise
    os._exit(0)


@contextmanager
def process(program: str, *arguments: str) -> Iterator[Program]:
    """Run a program that can import what tests import; it is killed when the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        running = Program(Path(folder), program, arguments)
        try:
            yield running
        finally:
            running.kill()
            running.close()


@contextmanager
def child(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program as a child of this very process, which alone can bury it."""
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


def said(running: Program | subprocess.Popen[str]) -> str:
    """Return the next line that the program prints."""
    assert running.stdout is not None
    return running.stdout.readline().strip()


def tell(running: Program, line: str = "") -> None:
    """Send the program a line."""
    running.stdin.write(f"{line}\n")
    running.stdin.flush()
