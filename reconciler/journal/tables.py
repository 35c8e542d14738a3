"""The two tables: entries that are only ever added, and one row per endpoint that they hang from."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

METADATA = MetaData()

ENTRIES = Table(
    "reconciler_entries",
    METADATA,
    Column("endpoint", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("run", Text),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text),
    Column("service", Text),
    Column("task", BigInteger),
    Column("account", Text),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("reconciler_entries_by_subject", "endpoint", "kind", "subject", "seq"),
    sqlite_with_rowid=False,
)
"""What happened, in order. `subject` is what entries of one kind are told apart by: the intent's id of an
intent and its receipts, the task's id of what was seen and answered, the contact of a retry, the run's id."""

ENDPOINTS = Table(
    "reconciler_endpoints",
    METADATA,
    Column("endpoint", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("owner", Text),
    Column("host", Text),
    Column("machine", Text),
    Column("pid", BigInteger),
    Column("started", Text),
    Column("since", Text),
    Column("until", Text),
    sqlite_with_rowid=False,
)
"""The last entry of each endpoint's chain, and its lease. Every write locks this one row, so the fencing
token that it reads there cannot change before it commits."""
