"""From `--imap` to an open mailbox: its password comes from a variable, or from beside the keys."""

from __future__ import annotations

import os
from contextlib import ExitStack

from reconciler.cli.options import Settings
from reconciler.errors import CredentialsError
from reconciler.mailbox.address import MailboxAddress, parse_address
from reconciler.mailbox.imap import ImapMailbox, open_mailbox
from reconciler.providers.ovh.credentials import default_path
from reconciler.providers.ovh.passwords import mailbox_password

PASSWORD = "RECONCILER_IMAP_PASSWORD"  # noqa: S105  # the name of a variable


def mailbox_at(url: str, settings: Settings, stack: ExitStack) -> ImapMailbox:
    """Open the mailbox that a URL names, until `stack` is closed.

    Raises:
        CredentialsError: there is no password for it.
        ReconcilerError: the URL names no mailbox, or it cannot be opened.
    """
    address = parse_address(url)
    return stack.enter_context(open_mailbox(address, _password(address, settings)))


def _password(address: MailboxAddress, settings: Settings) -> str:
    given = os.environ.get(PASSWORD)
    if given:
        return given
    file = settings.credentials or default_path(os.environ)
    found = mailbox_password(address.login, file=file, environ=os.environ) if file.exists() else None
    if found is None:
        raise CredentialsError(
            f"no password for the mailbox of {address.login}",
            hint=f'set {PASSWORD}, or keep it in {file} as [imap."{address.login}"] with password = ...',
        )
    return found
