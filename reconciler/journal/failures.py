"""The database's failures, in words that tell what to do."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from reconciler.errors import JournalError
from reconciler.journal.location import Location

_LOST_IS_FINE = "a lost journal costs history only, nothing is asked twice"
_DAMAGED = ("not a database", "malformed", "disk i/o", "no such table", "no such column", "unsupported file")


@contextmanager
def told_plainly(location: Location) -> Iterator[None]:
    """Turn a failure of the database inside the block into a JournalError without secrets."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, (SQLAlchemyError, sqlite3.Error, OSError, *_driver_errors())):
            raise
        cause = getattr(error, "orig", None) or error
        words = location.without_secrets(_first_line(cause))
        raise JournalError(_message(location, words), hint=_hint(location, words)) from None


def _driver_errors() -> tuple[type[Exception], ...]:
    """Return what psycopg raises, if it is in use: writes speak to the driver itself."""
    driver = sys.modules.get("psycopg")
    return () if driver is None else (driver.Error,)


def _first_line(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return next((line.strip() for line in str(text).splitlines() if line.strip()), type(error).__name__)


def _message(location: Location, words: str) -> str:
    return f"the journal {location.shown} cannot be used: {words}"


def _hint(location: Location, words: str) -> str:
    if location.path is None:
        return "check that the server runs and that this user may connect and create tables"
    lowered = words.lower()
    if "locked" in lowered:
        return "another process keeps the file busy; find it, or try again"
    if any(sign in lowered for sign in _DAMAGED):
        return f"the file is damaged; move it away: {_LOST_IS_FINE}"
    return (
        f"check that this user may read and write the file and its folder, or move it away: {_LOST_IS_FINE}"
    )
