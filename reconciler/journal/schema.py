"""Which revision the tables are at, and bringing them to the newest."""

from __future__ import annotations

import threading

from sqlalchemy import Connection, Engine, func, inspect, select, text

from reconciler.errors import JournalError
from reconciler.journal.engine import for_writing
from reconciler.journal.location import Location

REVISIONS = ("0001",)
"""Every revision that this version knows, oldest first: so that alembic, which is slow to import, is loaded
only when there is something to migrate."""

_VERSION_TABLE = "reconciler_version"
_MIGRATION_LOCK = 0x7265636F6E63696C
_one_at_a_time = threading.Lock()  # alembic keeps its state in module globals


def is_prepared(engine: Engine, location: Location) -> bool:
    """Tell whether the tables are at the newest revision.

    Raises:
        JournalError: a newer version of the program made them.
    """
    with engine.connect() as connection:
        return _revision(connection, location) == REVISIONS[-1]


def is_blank(engine: Engine, location: Location) -> bool:
    """Tell whether the database holds no journal at all."""
    with engine.connect() as connection:
        return _revision(connection, location) is None


def prepare(engine: Engine, location: Location) -> None:
    """Bring the tables to the newest revision, whoever else tries at the same time."""
    if is_prepared(engine, location):
        return
    with _one_at_a_time, for_writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        if _revision(connection, location) != REVISIONS[-1]:
            _upgrade(connection)


def _revision(connection: Connection, location: Location) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    revision = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608 - ours
    if revision is not None and revision not in REVISIONS:
        raise JournalError(
            f"the journal {location.shown} was written by a newer version of this program",
            hint="upgrade contact-reconciler, or keep the journal of this version in another place",
        )
    return None if revision is None else str(revision)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "reconciler.journal:migrations")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = _VERSION_TABLE
    command.upgrade(config, "head")
