"""The mails of a sandbox: what its accounts would find in their mailboxes."""

from __future__ import annotations

import click

from reconciler.cli.naming import account
from reconciler.cli.session import Session
from reconciler.errors import ReconcilerError
from reconciler.render import visible


def show_mails(session: Session, holder: str | None, last: int | None) -> None:
    """Write mails to stdout, by account, the oldest first.

    Raises:
        ReconcilerError: the endpoint is OVHcloud's: tokens of real people are not for a terminal's memory.
    """
    if session.config.endpoint.is_remote:
        raise ReconcilerError(f"{session.config.endpoint.name} is no sandbox")
    only = account(holder, session.config) if holder is not None else None
    for party, reader in session.readers.items():
        if only not in {None, party}:
            continue
        mails = reader.mails()
        for mail in mails[-last:] if last else mails:
            click.echo(f"To: {visible(session.names.get(party, party))}")
            click.echo(f"Date: {mail.sent:%Y-%m-%d %H:%M:%S} UTC")
            click.echo(f"Subject: {visible(mail.subject)}\n")
            for line in mail.body.splitlines():
                click.echo(f"    {visible(line)}".rstrip())
            click.echo()
