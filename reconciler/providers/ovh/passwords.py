"""Passwords of mailboxes, beside the keys in `credentials.toml`.

    [imap."bob@imap.example.com"]
    password = {cmd = ["pass", "show", "imap/bob"]}

A password is only ever sent to the host that its table names.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import CredentialsError
from reconciler.providers.ovh.private_file import private_tables
from reconciler.providers.ovh.references import UnresolvedError, resolve_password

MAILBOXES = "imap"
"""The name of the tables."""


def mailbox_password(login: str, *, file: Path, environ: Mapping[str, str]) -> str | None:
    """Return the password of a mailbox, its reference resolved; None where the file has no table for it.

    Args:
        login: `user@host`; host and user are compared without regard to case, as in the tables' names.
        file: a `credentials.toml` that exists.
        environ: what references look into.

    Raises:
        CredentialsError: the file cannot be used, or the table is wrong.
    """
    tables = private_tables(file).get(MAILBOXES, {})
    if not isinstance(tables, dict):
        raise CredentialsError(f'{file}: {MAILBOXES} must hold one table [imap."USER@HOST"] per mailbox')
    found = [name for name in tables if name.casefold() == login.casefold()]
    if not found:
        return None
    place = f'{file}: [{MAILBOXES}."{found[0]}"]'
    if len(found) > 1:
        raise CredentialsError(f'{place} and [{MAILBOXES}."{found[1]}"] are the same mailbox')
    table = tables[found[0]]
    if not isinstance(table, dict) or set(table) != {"password"}:
        raise CredentialsError(f"{place} must hold a password and nothing else")
    try:
        return resolve_password(table["password"], folder=file.parent, environ=environ)
    except UnresolvedError as error:
        raise CredentialsError(f"{place}: password: {error}") from None
