"""Where a journal lives: a path or a database URL, and how to speak of it without its password."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from reconciler.errors import JournalError

_FORMS = "use a path, sqlite:///path, or postgresql://user@host/database"
_SECRET_KEYS = ("password", "sslpassword", "passfile")


@dataclass(frozen=True, slots=True)
class Location:
    """One database.

    Attributes:
        shown: for messages: never holds a password, nor the URL's query, which may hold one.
        path: the file of a SQLite journal; None for PostgreSQL.
        url: for the database driver only; it may hold a password.
    """

    shown: str
    path: Path | None
    url: URL = field(repr=False)

    def without_secrets(self, text: str) -> str:
        """Return `text` with every password of the URL struck out."""
        values = [self.url.password, *(self.url.query.get(key) for key in _SECRET_KEYS)]
        for value in values:
            for secret in (value,) if isinstance(value, str) else value or ():
                text = text.replace(secret, "***") if secret else text
        return text


def locate(url: str | Path) -> Location:
    """Return the database that a path or URL means.

    Raises:
        JournalError: it is neither, or names a database that cannot keep a journal.
    """
    if isinstance(url, Path) or "://" not in url:
        return _file(Path(url))
    parsed = _parsed(url)
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
            raise JournalError("a journal in memory would not outlive the run", hint=_FORMS)
        return _file(Path(parsed.database))
    if backend in {"postgresql", "postgres"}:
        return Location(_shown(parsed), None, parsed.set(drivername="postgresql+psycopg"))
    raise JournalError(f"a journal cannot be kept in {backend}", hint=_FORMS)


def _file(path: Path) -> Location:
    path = path.expanduser()
    if path.is_dir():
        raise JournalError(f"{path} is a folder", hint="name a file in it: --journal PATH")
    return Location(str(path), path, URL.create("sqlite+pysqlite", database=str(path)))


def _parsed(url: str) -> URL:
    """Return the URL's parts; no part is repeated in an error, since any may be a piece of a password."""
    scheme, _, rest = url.partition("://")
    if rest.partition("?")[0].count("@") > 1:
        message = f"the {scheme} URL of the journal is ambiguous: it holds more than one @"
        raise JournalError(message, hint="write an @ of the password as %40")
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        pass
    raise JournalError("the URL of the journal cannot be understood", hint=_FORMS)


def _shown(url: URL) -> str:
    return URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database
    ).render_as_string()
