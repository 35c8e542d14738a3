"""What a write says to the database, compiled once: on a fast disk, compiling costs more than the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """All that a write can say, for one database."""

    def __init__(self, dialect: Dialect) -> None:
        # of the two dialects only the one in use is imported: PostgreSQL's is a quarter of all the rest
        on_conflict = import_module(f"sqlalchemy.dialects.{dialect.name}").insert
        self.lock_row = Statement(select(ENDPOINTS).where(_OURS).with_for_update(), dialect)
        self.add_endpoint = Statement(
            on_conflict(ENDPOINTS)
            .values({name: bindparam(name) for name in ("endpoint", "seq", "hash", "token")})
            .on_conflict_do_nothing(),
            dialect,
        )
        self.add_entries = Statement(
            insert(ENTRIES).values({column.name: bindparam(column.name) for column in ENTRIES.c}), dialect
        )
        self.move_head = Statement(_change("seq", "hash"), dialect)
        self.change_lease = Statement(_change(*_LEASE), dialect)
        self.renew_lease = Statement(_change("until"), dialect)
        self.server_time = Statement(select(func.clock_timestamp()), dialect)
        self.seen_since = Statement(
            select(ENTRIES.c.task, ENTRIES.c.body)
            .where(
                ENTRIES.c.endpoint == bindparam("endpoint_"),
                ENTRIES.c.seq > bindparam("since_seq"),
                ENTRIES.c.kind == bindparam("kind_", SEEN),
            )
            .order_by(ENTRIES.c.seq),
            dialect,
        )


def _change(*columns: str) -> Executable:
    return update(ENDPOINTS).where(_OURS).values({name: bindparam(name) for name in columns})
