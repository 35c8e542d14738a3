"""`accept`, `refuse` and `resend`: finding the party, the token, and the words for what follows."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime

import click

from reconciler.cli.naming import account
from reconciler.cli.session import Session
from reconciler.errors import NotFoundError, ReconcilerError
from reconciler.model import AccountId, Answer, Confirmation, Task, TaskState
from reconciler.progress import by_task, waiting_for
from reconciler.providers.ovh.links import token_of
from reconciler.render.wording import Accounts, listed

TOKEN_LENGTH = 4096
"""More than any token; whatever is longer was piped in by mistake."""


def party_of(number: int, answerer: str | None, session: Session) -> tuple[AccountId, Task]:
    """Return the account that is to answer, and the task as it sees it.

    Args:
        number: the task's id.
        answerer: `--as`, a short name or an id; None where only one configured account is a party.
        session: what the command works with.

    Raises:
        click.UsageError: several accounts could answer and none was named, or the named one holds no keys.
        ReconcilerError: no configured account is a party of that task.
    """
    named = account(answerer, session.config) if answerer is not None else None
    if named is not None and named not in session.readers:
        raise ReconcilerError(
            f"no usable credentials of {named}: {session.unreadable.get(named, 'none are configured')}"
        )
    task = _task(number, [named] if named else session.readers, session)
    able = [party for party in _parties(task) if party in session.readers]
    if named is not None:
        return named, task
    if not able:
        raise ReconcilerError(
            f"none of the parties of task {number} is an account whose credentials we hold",
            hint=f"{listed(map(Accounts(session.names).__getitem__, _parties(task)))} must answer, "
            "by the link in OVHcloud's mail",
        )
    if len(able) > 1:
        names = " or ".join(map(session.called, able))
        raise click.UsageError(f"task {number} has several parties of ours: say --as {names}")
    return able[0], task


def _task(number: int, accounts: Iterable[AccountId], session: Session) -> Task:
    for party in accounts:
        found = session.readers[party].tasks([number])
        if found:
            return found[0]
    raise NotFoundError(
        f"no configured account sees a task {number}", hint="reconciler status lists the requests"
    )


def _parties(task: Task) -> tuple[AccountId, ...]:
    return tuple(dict.fromkeys(who for who in (task.asker, task.to_account) if who is not None))


def token_from(option: str | None) -> str:
    """Return the token: the option's, else the answer to a prompt that shows nothing, else standard input's.

    Where the mail's whole link was given, the token in it is taken: each wrong one may cost one of few tries.

    Raises:
        click.UsageError: there is none.
    """
    if option is not None:
        text = option
    elif sys.stdin.isatty():
        text = click.prompt("Token from the mail", hide_input=True, err=True)
    else:
        text = sys.stdin.read(TOKEN_LENGTH)
    text = token_of(text) or text.strip()
    if not text:
        raise click.UsageError("no token: give it on standard input, at the prompt, or with --token")
    return text


def remember(answer: Answer, task: Task, party: AccountId, at: datetime, session: Session) -> None:
    """Journal an answer that we gave."""
    session.journal.confirm(Confirmation(task.id, party, answer, at))


def what_follows(task: Task, party: AccountId, session: Session) -> str:
    """Return what the task waits for now that `party` has accepted, as one sentence."""
    found = session.readers[party].tasks([task.id])
    now = found[0] if found else task
    session.journal.saw([now], session.readers[party].now())
    if now.state is TaskState.DONE:
        return "it is done at OVHcloud; the plan tells whether the service shows it"
    if now.state is TaskState.DOING:
        return "everybody has confirmed; OVHcloud is carrying it out"
    left = waiting_for(now, by_task(session.journal.confirmations()))
    if now.state is TaskState.VALIDATING and left:
        return f"it waits for {' and '.join(session.called(who) for who in left)}"
    return f"its state is {now.state}"
