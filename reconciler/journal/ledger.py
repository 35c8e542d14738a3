"""One endpoint's row and entries in the database, reached one transaction at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reconciler.journal.chain import GENESIS, first_broken
from reconciler.journal.chain import Head as ChainHead
from reconciler.journal.engine import for_writing
from reconciler.journal.failures import told_plainly
from reconciler.journal.location import Location
from reconciler.journal.tables import ENDPOINTS, ENTRIES


class Ledger:
    """The database of a journal, as one endpoint sees it. Safe to use from several threads."""

    def __init__(
        self, location: Location, engine: Engine, endpoint: str, clock: Callable[[], datetime]
    ) -> None:
        self.location = location
        self.endpoint = endpoint
        self._engine = engine
        self._writes = for_writing(engine)
        self._clock = clock
        self._one_writer = threading.Lock()  # threads queue here, cheaper than at the file's lock

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the journal."""
        with told_plainly(self.location), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[tuple[Connection, RowMapping]]:
        """Give a connection and the endpoint's row, locked until what the block wrote is durable."""
        with self._one_writer, told_plainly(self.location), self._writes.begin() as connection:
            yield connection, self._locked_row(connection)

    def _locked_row(self, connection: Connection) -> RowMapping:
        chosen = select(ENDPOINTS).where(ENDPOINTS.c.endpoint == self.endpoint).with_for_update()
        row = connection.execute(chosen).mappings().one_or_none()
        if row is not None:
            return row
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        first: dict[str, Any] = {"endpoint": self.endpoint, "seq": 0, "hash": GENESIS, "token": 0}
        connection.execute(insert(ENDPOINTS).values(first).on_conflict_do_nothing())
        return connection.execute(chosen).mappings().one()

    def change_row(self, connection: Connection, **values: object) -> None:
        """Change the endpoint's row, which the caller's transaction has locked."""
        connection.execute(update(ENDPOINTS).where(ENDPOINTS.c.endpoint == self.endpoint).values(values))

    def now(self, connection: Connection) -> datetime:
        """Return the time that all who share this database agree on: its server's, or this host's."""
        if connection.dialect.name == "postgresql":
            server_time: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return server_time
        return self._clock()

    def first_broken(self) -> int | None:
        """Return the number of the first entry that does not continue the chain, None if all do."""
        with told_plainly(self.location), self._snapshots().connect() as connection:
            chosen = select(ENDPOINTS.c.seq, ENDPOINTS.c.hash).where(ENDPOINTS.c.endpoint == self.endpoint)
            row = connection.execute(chosen).one_or_none()
            head = ChainHead(0, GENESIS) if row is None else ChainHead(row.seq, row.hash)
            entries = select(ENTRIES).where(ENTRIES.c.endpoint == self.endpoint).order_by(ENTRIES.c.seq)
            streamed = connection.execution_options(yield_per=1_000).execute(entries)
            return first_broken((row._asdict() for row in streamed), head)

    def _snapshots(self) -> Engine:
        """Return an engine whose transactions see one state throughout, as those of SQLite always do."""
        if self._engine.dialect.name == "sqlite":
            return self._engine
        return self._engine.execution_options(isolation_level="REPEATABLE READ")

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()
