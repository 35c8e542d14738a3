"""Opening a journal: find the database, bring its tables up to date, or find that there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from reconciler.errors import JournalError
from reconciler.journal import AuditedJournal, schema
from reconciler.journal.empty import EmptyJournal
from reconciler.journal.engine import engine_of
from reconciler.journal.failures import told_plainly
from reconciler.journal.keeper import DatabaseJournal
from reconciler.journal.lease import Lease
from reconciler.journal.ledger import Ledger
from reconciler.journal.location import Location, locate


def opened(
    url: str | Path, endpoint: str, *, read_only: bool, clock: Callable[[], datetime], lease_seconds: float
) -> AuditedJournal:
    """Return the journal of `endpoint` in the database at `url`; see `open_journal`."""
    location = locate(url)
    with told_plainly(location):
        if read_only and location.path is not None and not location.path.exists():
            return EmptyJournal()
        engine = engine_of(location, read_only=read_only)
        try:
            is_there = _make_ready(engine, location, read_only=read_only)
        except BaseException:
            engine.dispose()
            raise
    if not is_there:
        engine.dispose()
        return EmptyJournal()
    ledger = Ledger(location, engine, endpoint, clock)
    return DatabaseJournal(ledger, Lease(ledger, lease_seconds), read_only=read_only)


def _make_ready(engine: Engine, location: Location, *, read_only: bool) -> bool:
    """Bring the tables up to date, or only look; return whether there is a journal to read."""
    if not read_only:
        schema.prepare(engine, location)
        return True
    if schema.is_blank(engine, location):
        return False
    if not schema.is_prepared(engine, location):
        raise JournalError(
            f"the journal {location.shown} was written by an older version of this program",
            hint="run apply or status once, which bring it up to date",
        )
    return True
