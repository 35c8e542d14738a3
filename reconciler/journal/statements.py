"""What a write says to the database, compiled once: on a fast disk, compiling costs more than the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any

from sqlalchemy import Dialect, bindparam, func, insert, select, update
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import CompilerElement

from reconciler.journal.records import SEEN
from reconciler.journal.tables import ENDPOINTS, ENTRIES

_OURS = ENDPOINTS.c.endpoint == bindparam("endpoint_")
_LEASE = ("token", "owner", "host", "machine", "pid", "started", "since", "until")


class Statement:
    """One statement in a driver's own words, its parameters in the order or by the names that it wants."""

    def __init__(self, construct: Executable, dialect: Dialect) -> None:
        assert isinstance(construct, CompilerElement)
        compiled = construct.compile(dialect=dialect)
        self.text = str(compiled)
        self._order: tuple[str, ...] | None = (
            tuple(compiled.positiontup or ()) if dialect.positional else None  # type: ignore[attr-defined] # a SQLCompiler
        )

    def run(self, cursor: Any, values: Mapping[str, Any]) -> Any:
        """Run it once on a driver's cursor and return the cursor."""
        cursor.execute(self.text, self._bound(values))
        return cursor

    def run_many(self, cursor: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it for all rows in one go."""
        cursor.executemany(self.text, [self._bound(row) for row in rows])

    def _bound(self, values: Mapping[str, Any]) -> Any:
        return values if self._order is None else [values[name] for name in self._order]


class Statements:
    """All that a write can say, for one database; what a run never says is never compiled."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    @cached_property
    def lock_row(self) -> Statement:
        """Read the endpoint's row, and keep others from changing it."""
        return self._compiled(select(ENDPOINTS).where(_OURS).with_for_update())

    @cached_property
    def add_endpoint(self) -> Statement:
        """Add the endpoint's row, unless it is there."""
        # of the two dialects only the one in use is imported: PostgreSQL's is a quarter of all the rest
        on_conflict = import_module(f"sqlalchemy.dialects.{self._dialect.name}").insert
        names = ("endpoint", "seq", "hash", "token")
        first = on_conflict(ENDPOINTS).values({name: bindparam(name) for name in names})
        return self._compiled(first.on_conflict_do_nothing())

    @cached_property
    def add_entries(self) -> Statement:
        """Add entries."""
        values: dict[str, Any] = {column.name: bindparam(column.name) for column in ENTRIES.c}
        return self._compiled(insert(ENTRIES).values(values))

    @cached_property
    def move_head(self) -> Statement:
        """Write which entry is the last."""
        return self._compiled(_change("seq", "hash"))

    @cached_property
    def change_lease(self) -> Statement:
        """Write who holds the lock, and until when."""
        return self._compiled(_change(*_LEASE))

    @cached_property
    def renew_lease(self) -> Statement:
        """Write until when the lock is held."""
        return self._compiled(_change("until"))

    @cached_property
    def server_time(self) -> Statement:
        """Read the clock of a PostgreSQL server."""
        return self._compiled(select(func.clock_timestamp()))

    @cached_property
    def seen_since(self) -> Statement:
        """Read what was seen of tasks after an entry."""
        return self._compiled(
            select(ENTRIES.c.task, ENTRIES.c.body)
            .where(
                ENTRIES.c.endpoint == bindparam("endpoint_"),
                ENTRIES.c.seq > bindparam("since_seq"),
                ENTRIES.c.kind == bindparam("kind_", SEEN),
            )
            .order_by(ENTRIES.c.seq)
        )

    def _compiled(self, construct: Executable) -> Statement:
        return Statement(construct, self._dialect)


def _change(*columns: str) -> Executable:
    return update(ENDPOINTS).where(_OURS).values({name: bindparam(name) for name in columns})
