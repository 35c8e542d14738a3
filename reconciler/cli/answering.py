"""`accept`, `refuse` and `resend`: who answers, and the token, as people give them."""

from __future__ import annotations

import sys

import click

from reconciler.cli.naming import account
from reconciler.model import AccountId, Task
from reconciler.session import Session
from reconciler.session.answering import OtherRequestError, SeveralPartiesError, party_of, token_given

TOKEN_LENGTH = 4096
"""More than any token; whatever is longer was piped in by mistake."""


def answerer_of(number: int, option: str | None, session: Session) -> tuple[AccountId, Task]:
    """Return the account that is to answer, and the task as it sees it.

    Args:
        number: the task's id.
        option: `--as`, a short name or an id; None where only one configured account is a party.
        session: what the command works with.

    Raises:
        click.UsageError: several accounts could answer and none was named, or the file lists no such one.
        ReconcilerError: no configured account is a party of that task, or the named one holds no keys.
    """
    try:
        return party_of(number, account(option, session.config) if option is not None else None, session)
    except SeveralPartiesError as error:
        raise click.UsageError(error.message) from None


def token_from(option: str | None, task: int) -> str:
    """Return the token: the option's, else the answer to a prompt that shows nothing, else standard input's.

    Where the mail's whole link was given, the token in it is taken: each wrong one may cost one of few tries.

    Raises:
        click.UsageError: there is none, or the link is that of another request.
    """
    if option is not None:
        text = option
    elif sys.stdin.isatty():
        text = click.prompt("Token from the mail", hide_input=True, err=True)
    else:
        text = sys.stdin.read(TOKEN_LENGTH)
    try:
        token = token_given(text, task)
    except OtherRequestError as error:
        raise click.UsageError(error.message) from None
    if not token:
        raise click.UsageError("no token: give it on standard input, at the prompt, or with --token")
    return token
