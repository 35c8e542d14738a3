"""The mailbox of `--imap`: which one, and the password for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import Settings
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.mailbox.address import MailboxAddress
    from reconciler.mailbox.imap import ImapMailbox

PASSWORD_VARIABLE = "RECONCILER_IMAP_PASSWORD"  # noqa: S105 - the name of a variable


def _address(context: click.Context, option: click.Parameter, value: str | None) -> MailboxAddress | None:
    """Return the address as a value; what is wrong with one is told without it: it may hold a password."""
    if value is None:
        return None
    from reconciler.mailbox.address import parse_address  # noqa: PLC0415 - not for `--help`

    try:
        return parse_address(value)
    except ReconcilerError as error:
        said = "; ".join(filter(None, (error.message, error.hint)))
        raise click.BadParameter(said, context, option) from None


imap_option = click.option(
    "--imap",
    metavar="imaps://USER@HOST/FOLDER",
    callback=_address,
    help=f'Read this mailbox. Password: {PASSWORD_VARIABLE}, or [imap."USER@HOST"] beside the keys.',
)
"""`--imap`, which hands the command a `MailboxAddress` or None as `imap`."""


@contextmanager
def open_inbox(address: MailboxAddress, settings: Settings, *, waits: bool) -> Iterator[ImapMailbox]:
    """Open the mailbox for reading, with the password from the environment, the credentials or the terminal.

    Args:
        address: the mailbox.
        settings: where the credentials are.
        waits: the command waits for mails, and so for a server that drops the line.

    Raises:
        ReconcilerError: there is no password, or the mailbox cannot be opened.
    """
    from reconciler.mailbox.imap import open_mailbox, require_imap_tools  # noqa: PLC0415 - not for `--help`

    require_imap_tools()  # before anybody is asked for a password
    with open_mailbox(address, _password(address, settings), waits=waits) as mailbox:
        yield mailbox


def _password(address: MailboxAddress, settings: Settings) -> str:
    from reconciler.providers.ovh.credentials import default_path  # noqa: PLC0415 - not for `--help`
    from reconciler.providers.ovh.passwords import mailbox_password  # noqa: PLC0415 - not for `--help`

    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    file = settings.credentials or default_path(os.environ)
    if settings.credentials is not None or file.exists():
        kept = mailbox_password(address.login, file=file, environ=os.environ)
        if kept is not None:
            return kept
    if sys.stdin.isatty():
        asked: str = click.prompt(f"Password for {address}", hide_input=True, err=True)
        return asked
    raise ReconcilerError(
        f"no password for {address}",
        hint=f'set {PASSWORD_VARIABLE}, or give {file} a table [imap."{address.login}"] with password = ...',
    )
