"""The sandbox's memory: one SQLite database, in a file or in memory.

Every change is one transaction that takes the write lock at its start, so that of two processes over one file
one goes first, and a process that is killed leaves either all of a change or nothing of it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0
FIRST_ID = 1_000_000
FIRST_SERVICE = 40_000_000  # numbers of different kinds start apart, so that mixing them up is noticed
FIRST_MAIL = 7_000_000
EPOCH = 1_767_225_600  # 2026-01-01, so that ids stay short
IDS_PER_SECOND = 10  # two worlds share ids only if the older made tasks faster than this since its birth

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE accounts (
    id TEXT PRIMARY KEY, email TEXT NOT NULL, unpaid_invoices INTEGER NOT NULL,
    payment_method INTEGER NOT NULL, region TEXT NOT NULL, language TEXT NOT NULL,
    created REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE services (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, route TEXT NOT NULL, name TEXT NOT NULL,
    admin TEXT NOT NULL, technical TEXT NOT NULL, billing TEXT NOT NULL, status TEXT NOT NULL,
    created REAL NOT NULL);
CREATE INDEX services_admin ON services (admin, route);
CREATE INDEX services_technical ON services (technical, route);
CREATE INDEX services_billing ON services (billing, route);
CREATE INDEX services_name ON services (name);
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, service INTEGER NOT NULL REFERENCES services (id),
    asker TEXT NOT NULL, from_account TEXT NOT NULL, to_account TEXT NOT NULL, roles TEXT NOT NULL,
    state TEXT NOT NULL,
    requested REAL NOT NULL, settled REAL, due REAL, fails TEXT);
CREATE INDEX tasks_due ON tasks (due) WHERE due IS NOT NULL;
CREATE INDEX tasks_open ON tasks (service) WHERE settled IS NULL;
CREATE INDEX tasks_asker ON tasks (asker);
CREATE INDEX tasks_from ON tasks (from_account);
CREATE INDEX tasks_to ON tasks (to_account);
CREATE TABLE parties (
    task INTEGER NOT NULL REFERENCES tasks (id), account TEXT NOT NULL, token TEXT,
    wrong_tries INTEGER NOT NULL, answer TEXT, PRIMARY KEY (task, account)) WITHOUT ROWID;
CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, sent REAL NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX mails_account ON mails (account);
CREATE TABLE credentials (
    id INTEGER PRIMARY KEY AUTOINCREMENT, consumer_key TEXT NOT NULL UNIQUE, ticket TEXT UNIQUE,
    account TEXT NOT NULL, status TEXT NOT NULL, rules TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE faults (position INTEGER PRIMARY KEY, fault TEXT NOT NULL, remaining INTEGER);
"""


class Store:
    """One connection. Not for several threads at once; several processes may each have their own."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        try:
            self._connection = _connect(path)
        except (sqlite3.Error, OSError) as error:
            raise ReconcilerError(
                f"the sandbox state {path} cannot be used: {error}",
                hint="name another file, or delete this one to start with a fresh world",
            ) from error

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Make everything inside one durable change, or none at all if it raises; may be nested."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def ids(self, sql: str, *values: Any) -> list[Any]:
        """Return the first column of all rows of a query."""
        return [row[0] for row in self._connection.execute(sql, values)]

    def write(self, sql: str, *values: Any) -> int:
        """Run one statement and return the id of the row that it inserted."""
        return self._connection.execute(sql, values).lastrowid or 0

    def write_many(self, sql: str, values: Iterator[tuple[Any, ...]]) -> None:
        """Run one statement for each tuple of values."""
        self._connection.executemany(sql, values)

    def version(self) -> tuple[int, int]:
        """Return a value that differs after any change, of this or another process."""
        found = self.row("PRAGMA data_version")
        return (found[0] if found else 0, self._connection.total_changes)


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Tokens lie in the mails: only the owner may read them, from the first byte on.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    connection = sqlite3.connect(
        path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    try:
        _create(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection) -> None:
    _journal_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        birth = FIRST_ID + max(0, int((time.time() - EPOCH) * IDS_PER_SECOND))
        connection.executemany(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
            [("services", FIRST_SERVICE), ("tasks", birth), ("mails", FIRST_MAIL)],
        )
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")
    if version not in {0, SCHEMA_VERSION}:
        raise sqlite3.DatabaseError(f"it was written by another version (layout {version})")


def _journal_ahead(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite itself does not wait here when two processes come at once."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return
