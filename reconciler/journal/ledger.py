"""One endpoint's row and entries in the database, reached one transaction at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from reconciler.journal.audit import Audit, audited
from reconciler.journal.chain import GENESIS, Head
from reconciler.journal.engine import begin_write, reading_anything
from reconciler.journal.failures import told_plainly
from reconciler.journal.location import Location
from reconciler.journal.records import SEEN
from reconciler.journal.statements import Statements
from reconciler.journal.tables import ENDPOINTS, ENTRIES

_NO_LINK = Head(0, GENESIS)
"""What a chain hangs from that has no link yet."""


class Write:
    """An open transaction that has the endpoint's row for itself.

    Attributes:
        row: the endpoint's row as it is now: the head of its chain, and its lease.
    """

    def __init__(self, cursor: Any, statements: Statements, endpoint: str) -> None:
        self._cursor = cursor
        self._statements = statements
        self._endpoint = endpoint
        self.row = self._locked_row()

    @property
    def head(self) -> Head:
        """Return the last link of the chain."""
        return Head(self.row["seq"], self.row["hash"])

    def add(self, rows: Sequence[Mapping[str, Any]], head: Head) -> None:
        """Add entries and make `head` the chain's last link."""
        self._statements.add_entries.run_many(self._cursor, rows)
        self._statements.move_head.run(
            self._cursor, {"endpoint_": self._endpoint, "seq": head.seq, "hash": head.hash}
        )

    def seen_since(self, seq: int) -> dict[int, str]:
        """Return the bodies of what was seen of tasks after entry `seq`, the newest of each."""
        values = {"endpoint_": self._endpoint, "since_seq": seq, "kind_": SEEN}
        return dict(self._statements.seen_since.run(self._cursor, values).fetchall())

    def change_lease(self, values: Mapping[str, Any]) -> None:
        """Write the whole lease anew."""
        self._statements.change_lease.run(self._cursor, {**values, "endpoint_": self._endpoint})

    def renew_lease(self, until: str) -> None:
        """Write only when the lease ends."""
        self._statements.renew_lease.run(self._cursor, {"until": until, "endpoint_": self._endpoint})

    def server_time(self) -> datetime:
        """Return the time of the PostgreSQL server."""
        time: datetime = self._statements.server_time.run(self._cursor, {}).fetchone()[0]
        return time

    def _locked_row(self) -> dict[str, Any]:
        row = self._read_row()
        if row is None:
            first = {"endpoint": self._endpoint, "seq": 0, "hash": GENESIS, "token": 0}
            self._statements.add_endpoint.run(self._cursor, first)
            row = self._read_row()
        assert row is not None
        return row

    def _read_row(self) -> dict[str, Any] | None:
        values = self._statements.lock_row.run(self._cursor, {"endpoint_": self._endpoint}).fetchone()
        return None if values is None else dict(zip(ENDPOINTS.c.keys(), values, strict=True))


class Ledger:
    """The database of a journal, as one endpoint sees it. Safe to use from several threads."""

    def __init__(
        self, location: Location, engine: Engine, endpoint: str, clock: Callable[[], datetime]
    ) -> None:
        self.location = location
        self.endpoint = endpoint
        self._engine = engine
        self._clock = clock
        self._statements = Statements(engine.dialect)
        self._one_writer = threading.Lock()  # threads queue here, cheaper than at the file's lock

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for looking things up."""
        with told_plainly(self.location), self._snapshots().connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Write]:
        """Give a transaction that is durable once the block has ended, and undone if it fails."""
        with self._one_writer, told_plainly(self.location):
            pooled = self._engine.raw_connection()
            try:
                cursor = pooled.cursor()
                begin_write(cursor, self._engine.dialect)
                yield Write(cursor, self._statements, self.endpoint)
                pooled.commit()
            finally:
                pooled.close()  # back to the pool, which rolls back what was not committed

    def now(self, write: Write) -> datetime:
        """Return the time that all who share this database agree on: its server's, or this host's."""
        return write.server_time() if self._engine.dialect.name == "postgresql" else self._clock()

    def lease(self) -> tuple[Mapping[str, Any], datetime] | None:
        """Return the endpoint's row, which holds the lease, and the time that judges it; None: no row."""
        with self.reading() as connection:
            chosen = select(ENDPOINTS).where(ENDPOINTS.c.endpoint == self.endpoint)
            row = connection.execute(chosen).one_or_none()
            if row is None:
                return None
            if self._engine.dialect.name != "postgresql":
                return row._asdict(), self._clock()
            return row._asdict(), connection.execute(select(func.clock_timestamp())).scalar_one()

    def head(self, connection: Connection) -> Head:
        """Return the last link of the chain."""
        return self._recorded_head(connection) or _NO_LINK

    def audit(self) -> Audit | None:
        """Return how far the chain holds, in one state of the database, whoever writes meanwhile.

        None: the database holds nothing of this endpoint, neither an entry nor its row.
        """
        with self.reading() as connection, reading_anything(connection):
            head = self._recorded_head(connection)
            entries = select(ENTRIES).where(ENTRIES.c.endpoint == self.endpoint).order_by(ENTRIES.c.seq)
            with connection.execution_options(yield_per=1_000).execute(entries) as streamed:
                found = audited((row._asdict() for row in streamed), head or _NO_LINK)
        return found if head is not None or found.broken is not None else None

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def _recorded_head(self, connection: Connection) -> Head | None:
        """Return the last link as the endpoint's row tells it; None: it has no row."""
        chosen = select(ENDPOINTS.c.seq, ENDPOINTS.c.hash).where(ENDPOINTS.c.endpoint == self.endpoint)
        row = connection.execute(chosen).one_or_none()
        return None if row is None else Head(row.seq, row.hash)

    def _snapshots(self) -> Engine:
        """Return an engine whose transactions see one state throughout, as those of SQLite always do."""
        if self._engine.dialect.name == "sqlite":
            return self._engine
        return self._engine.execution_options(isolation_level="REPEATABLE READ")
