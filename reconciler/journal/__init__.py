"""Memory and audit in a database: SQLite in one file, or PostgreSQL by URL.

The database packages are imported when a journal is opened, not before: they cost more than a whole
`validate`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from reconciler.journal.audit import Audit, Break, Fault
from reconciler.ports.journal import Chronicle

LEASE_SECONDS = 15.0
"""How long a lock outlives an owner that can no longer renew it."""

__all__ = ["LEASE_SECONDS", "Audit", "AuditedJournal", "Break", "Fault", "open_journal"]


class AuditedJournal(Chronicle, Protocol):
    """A journal whose entries are chained, so that tampering shows, and whose lock can be looked at."""

    def holder(self) -> str | None:
        """Return who holds the lock, since when, for people; None: it is free. Takes nothing."""

    def verify(self) -> int | None:
        """Return the number of the first entry that was changed, lost or moved; None if the chain holds.

        Whoever may write to the database can also rewrite the whole chain: this finds accidents and careless
        edits, not a determined forger.
        """

    def audit(self) -> Audit | None:
        """Return the same, with how many entries hold and what is wrong; None if there is no journal yet."""


def _local_time() -> datetime:
    return datetime.now(UTC)


def open_journal(
    url: str | Path,
    endpoint: str,
    *,
    read_only: bool = False,
    clock: Callable[[], datetime] = _local_time,
    lease_seconds: float = LEASE_SECONDS,
) -> AuditedJournal:
    """Return the journal of `endpoint` in the database at `url`, made or brought up to date where needed.

    Args:
        url: a path, `sqlite:///path`, or `postgresql://user@host/database`. One database holds the journals
            of many endpoints. A file must not lie on a network file system, where SQLite's write-ahead log
            does not work: hosts share a journal through PostgreSQL.
        endpoint: whose journal, as the file names it; also the scope of the lock.
        read_only: change nothing, not even to create it: a journal that does not exist is an empty one,
            `saw` remembers nothing, and every other writing method raises.
        clock: aware UTC time, for the lock in SQLite; PostgreSQL goes by its server's clock, because the
            hosts that share it need not agree.
        lease_seconds: how long the lock outlives an owner that cannot renew it.

    Raises:
        JournalError: it cannot be opened, is damaged, or was written by a newer version of this program.
    """
    if read_only and isinstance(url, Path) and not url.exists():
        from reconciler.journal.empty import EmptyJournal  # noqa: PLC0415 - the first plan needs no database

        return EmptyJournal()
    from reconciler.journal.opening import opened  # noqa: PLC0415 - imports SQLAlchemy

    return opened(url, endpoint, read_only=read_only, clock=clock, lease_seconds=lease_seconds)
