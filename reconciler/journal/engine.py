"""How to reach the database so that a commit is durable when it returns."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Dialect, Engine, create_engine, event

from reconciler.errors import JournalError
from reconciler.journal.location import Location

_BUSY_SECONDS = 30
_TRY_AGAIN_SECONDS = 0.01
_WRITES = "reconciler_writes"
_NO_COMPANIONS = ("unable to open", "readonly")  # SQLite's words where it cannot make them
_BEGIN_IN_FILE = "BEGIN IMMEDIATE"
# A stopped process must not keep a row for ever, and a commit must be on disk when it returns.
_BEGIN_ON_SERVER = (
    f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s';"
    f"SET LOCAL idle_in_transaction_session_timeout = '{_BUSY_SECONDS}s';"
    "SET LOCAL synchronous_commit = 'on'"
)


def for_writing(engine: Engine) -> Engine:
    """Return the same engine, whose transactions take the write lock when they begin, not halfway."""
    return engine.execution_options(**{_WRITES: True})


def engine_of(location: Location, *, read_only: bool) -> Engine:
    """Return an engine for the database, its SQLite file made if it is missing and may be made.

    Raises:
        JournalError: the PostgreSQL driver is not installed.
        OSError: the file or its folder cannot be made.
    """
    if location.path is None:
        return _postgresql(location)
    if not read_only:
        _make_private_file(location.path)
    return _sqlite(location, read_only=read_only)


def _make_private_file(path: Path) -> None:
    """Make the file for the user alone; SQLite gives its companions (-wal, -shm) the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _sqlite(location: Location, *, read_only: bool) -> Engine:
    connect = _reader(str(location.path)) if read_only else _writer(str(location.path))
    engine = create_engine(location.url, creator=connect, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _writer(path: str) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _keep_in_wal(connection)
            connection.execute("PRAGMA synchronous=FULL")  # NORMAL may forget an intent when power fails
            connection.execute("PRAGMA foreign_keys=ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return connect


def _keep_in_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL; of two who do that at once SQLite turns one away without waiting."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_TRY_AGAIN_SECONDS)
        else:
            return


def _reader(path: str) -> Callable[[], sqlite3.Connection]:
    """Return a way to open the file for reading, also where its folder may not be written.

    A file in WAL mode needs companions beside it. Where they are missing and cannot be made, nobody has it
    open, so it may be read as a file that does not change.
    """
    address = f"file:{quote(str(Path(path).absolute()))}"

    def connect_with(query: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{address}?{query}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def connect() -> sqlite3.Connection:
        try:
            return connect_with("mode=ro")
        except sqlite3.OperationalError as error:
            if not any(sign in str(error) for sign in _NO_COMPANIONS) or Path(f"{path}-wal").exists():
                raise
        return connect_with("mode=ro&immutable=1")

    return connect


def _postgresql(location: Location) -> Engine:
    arguments: dict[str, object] = {
        "prepare_threshold": None,  # prepared statements do not survive a pooler between us and the server
        "application_name": "contact-reconciler",
    }
    if "connect_timeout" not in location.url.query:
        arguments["connect_timeout"] = 10
    try:
        engine = create_engine(location.url, connect_args=arguments, hide_parameters=True, pool_pre_ping=True)
    except ImportError:
        pass
    else:
        event.listen(engine, "begin", _begin)
        return engine
    raise JournalError(
        "a journal in PostgreSQL needs the package psycopg, which is not installed",
        hint="pip install 'contact-reconciler[postgres]'",
    )


def begin_write(cursor: Any, dialect: Dialect) -> None:
    """Begin a transaction on a driver's cursor that may write; the commit is durable when it returns."""
    cursor.execute(_BEGIN_IN_FILE if dialect.name == "sqlite" else _BEGIN_ON_SERVER)


@contextmanager
def reading_anything(connection: Connection) -> Iterator[None]:
    """Let text that is none be read within the block: other bytes than UTF-8 fail all of SQLite's answer.

    They come out as surrogates, which nothing that was written holds. PostgreSQL takes no such bytes in.
    """
    raw: Any = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    usual = raw.text_factory
    raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = usual


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    if writes:
        begin_write(connection.connection.cursor(), connection.dialect)
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
