"""One durable step of the journal against appending the same bytes to a file and waiting for the disk."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.table import Row
from benchmarks.timing import ratio
from reconciler.journal import open_journal
from reconciler.model import AccountId, Role, ServiceId
from reconciler.ports.journal import Intent, Move

STEPS = 100


def rows(folder: Path) -> Iterator[Row]:
    """Yield what a durable step costs."""
    journal = open_journal(folder / "journal.sqlite3", "ovh-eu")
    file = os.open(folder / "plain.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    line = b"x" * 400 + b"\n"

    def steps() -> float:
        start = time.perf_counter()
        for _ in range(STEPS):
            journal.intend(_intent())
        return time.perf_counter() - start

    def appends() -> float:
        start = time.perf_counter()
        for _ in range(STEPS):
            os.write(file, line)
            getattr(os, "fdatasync", os.fsync)(file)
        return time.perf_counter() - start

    yield Row("one durable journal step over append and fdatasync", ratio(steps, appends), 1.5)
    journal.close()
    os.close(file)


def _intent() -> Intent:
    move = Move(Role.TECHNICAL, AccountId("pl11111-ovh"), AccountId("ag33333-ovh"))
    return Intent(
        uuid.uuid4().hex,
        datetime.now(UTC),
        ServiceId("domain/shop.example"),
        AccountId("pl11111-ovh"),
        (move,),
    )
