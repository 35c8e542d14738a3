"""The mails of a sandbox: what its accounts would find in their mailboxes."""

from __future__ import annotations

import click

from reconciler.cli.naming import account
from reconciler.errors import ReconcilerError
from reconciler.mailbox.links import finds_in
from reconciler.render import visible
from reconciler.session import Session


def show_mails(session: Session, holder: str | None, last: int | None) -> None:
    """Write mails to stdout, by account, the oldest first.

    Raises:
        ReconcilerError: the endpoint is OVHcloud's: tokens of real people are not for a terminal's memory.
    """
    _require_sandbox(session)
    only = account(holder, session.config) if holder is not None else None
    count = 0
    for party, reader in session.readers.items():
        if only not in {None, party}:
            continue
        mails = reader.mails()
        for mail in mails[-last:] if last else mails:
            count += 1
            click.echo(f"To: {session.called(party)}")
            click.echo(f"Date: {mail.sent:%Y-%m-%d %H:%M:%S} UTC")
            click.echo(f"Subject: {visible(mail.subject)}\n")
            for line in mail.body.splitlines():
                click.echo(f"    {visible(line)}".rstrip())
            click.echo()
    if not count:
        click.echo("no mail was sent yet", err=True)


def show_token(session: Session, holder: str, task: int) -> None:
    """Write the newest token that an account was mailed for a task to stdout.

    Raises:
        ReconcilerError: there is none, or the endpoint is OVHcloud's.
    """
    _require_sandbox(session)
    party = account(holder, session.config)
    if party not in session.readers:
        raise ReconcilerError(f"no usable credentials of {party}")
    for mail in reversed(session.readers[party].mails()):
        for find in finds_in([mail.body]):
            if find.request == task:
                click.echo(find.token)
                return
    raise ReconcilerError(f"{holder} was mailed no token for task {task}")


def _require_sandbox(session: Session) -> None:
    if session.config.endpoint.is_remote:
        raise ReconcilerError(f"{session.config.endpoint.name} is no sandbox")
