"""Answering for one of our accounts: who can, the answer with its entry in the journal, what follows."""

from __future__ import annotations

from datetime import timedelta
from math import ceil, floor

from reconciler.errors import ApiError, NotFoundError, ReconcilerError
from reconciler.mailbox.links import finds_in, token_of
from reconciler.model import AccountId, Answer, Confirmation, Task, TaskState
from reconciler.model.memory import CLOCK_TOLERANCE
from reconciler.progress import by_task, waiting_for
from reconciler.render.wording import Accounts, counted, listed
from reconciler.session.session import Session

BETWEEN_MAILS = timedelta(minutes=15)
"""How long a token that was mailed anew is given to arrive before another may be asked for.

OVHcloud's mails can take a few minutes; asking again and again would leave nobody a token that counts.
"""

_MINUTE = timedelta(minutes=1)


class SeveralPartiesError(ReconcilerError):
    """Several of our accounts could answer, and none was named."""


class TooSoonError(ReconcilerError):
    """A new mail was sent a moment ago; another one would make the token in it worthless."""


class OtherRequestError(ReconcilerError):
    """Somebody gave the link of another request."""


def token_given(text: str, task: int) -> str:
    """Return the token in what somebody gave for a request: a token, or a mail's link in any shape.

    What holds neither is returned as it is, without blanks around it: the endpoint has the last word.

    Raises:
        OtherRequestError: it is the link of another request; its token would cost one of few tries.
    """
    links = {find.request: find.token for find in finds_in([text]) if find.request is not None}
    if links and task not in links:
        others = " and ".join(map(str, sorted(links)))
        raise OtherRequestError(f"that is the link of request {others}, not of {task}")
    return links.get(task) or token_of(text) or text.strip()


def party_of(number: int, named: AccountId | None, session: Session) -> tuple[AccountId, Task]:
    """Return the account that is to answer, and the task as it sees it.

    Args:
        number: the task's id.
        named: who is to answer; None where only one configured account is a party.
        session: with which readers to look.

    Raises:
        SeveralPartiesError: several accounts could answer and none was named.
        ReconcilerError: the named one holds no keys, or no configured account is a party of that task.
    """
    if named is not None:
        require_keys(named, session)
    task = _task(number, named, session)
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
        raise SeveralPartiesError(f"task {number} has several parties of ours: say --as {names}")
    return able[0], task


def require_keys(account: AccountId, session: Session) -> None:
    """Make sure that we can speak for an account.

    Raises:
        ReconcilerError: it holds no keys, or they do not let us in.
    """
    if account not in session.readers:
        raise ReconcilerError(
            f"no usable credentials of {account}: {session.unreadable.get(account, 'none are configured')}"
        )


def accept(task: Task, party: AccountId, token: str, session: Session) -> str:
    """Confirm a task for one of our accounts and journal it; return what follows as one sentence.

    Raises:
        ApiError: the endpoint did not take it; its words say why.
    """
    give(task, party, token, session)
    follows = what_follows(task, party, session)
    return f"task {task.id}: accepted for {session.called(party)}; {follows}"


def give(task: Task, party: AccountId, token: str, session: Session) -> None:
    """Confirm a task for one of our accounts, once, and journal it.

    Raises:
        ApiError: the endpoint did not take it; its words say why.
    """
    session.writers[party].accept(task.id, token)
    _remember(Answer.ACCEPTED, task, party, session)


def refuse(task: Task, party: AccountId, token: str, session: Session) -> str:
    """Turn a task down for one of our accounts and journal it; return what follows as one sentence.

    Raises:
        ApiError: the endpoint did not take it; its words say why.
    """
    session.writers[party].refuse(task.id, token)
    _remember(Answer.REFUSED, task, party, session)
    verb = "withdrawn" if party == task.asker else "refused"
    return f"task {task.id}: {verb} for {session.called(party)}; nothing changes"


def resend(task: Task, party: AccountId, session: Session, *, at_once: bool = False) -> str:
    """Have a new mail sent to one of our accounts and journal it; return where it goes as one sentence.

    Args:
        task: the request that the mail is about.
        party: to whom the mail goes.
        session: what is worked with.
        at_once: also where the last one was sent less than `BETWEEN_MAILS` ago.

    Raises:
        TooSoonError: we had one sent a moment ago; nothing was sent to the endpoint.
        ApiError: the endpoint did not take it; its words say why.
    """
    if not at_once:
        _keep_the_interval(task, party, session)
    session.writers[party].resend(task.id)
    _remember(Answer.RESENT, task, party, session)
    address = session.readers[party].facts().email
    where = f"at {address}, the address in its profile" if address else "whose profile shows no address"
    return f"task {task.id}: a new mail is on its way to {session.called(party)}, {where}"


def _keep_the_interval(task: Task, party: AccountId, session: Session) -> None:
    """Refuse a second mail while the first may still be on its way: it would spoil the token in that one."""
    now = session.readers[party].now()
    sent = [
        row.at
        for row in session.journal.confirmations()
        if (row.task, row.account, row.answer) == (task.id, party, Answer.RESENT)
        and row.at >= task.requested - CLOCK_TOLERANCE  # not about one of the same id in another world
    ]
    if not sent or now - max(sent) >= BETWEEN_MAILS:
        return
    since = max(now - max(sent), timedelta(0))
    raise TooSoonError(
        f"a new mail was sent to {session.called(party)} {_minutes(floor(since / _MINUTE))} ago; "
        "each one makes the earlier token worthless; "
        f"try again in {_minutes(ceil((BETWEEN_MAILS - since) / _MINUTE))}",
        hint="mails can take some minutes, and may be among the unwanted ones",
    )


def _minutes(number: int) -> str:
    """Return a time in words: what is past is rounded down, and what is left up, so that it is enough."""
    return counted(number, "minute") if number else "less than a minute"


def _remember(answer: Answer, task: Task, party: AccountId, session: Session) -> None:
    session.journal.confirm(Confirmation(task.id, party, answer, session.readers[party].now(), session.user))


def what_follows(task: Task, party: AccountId, session: Session) -> str:
    """Return in words what a task that we just answered waits for now; the answer stands whatever is seen."""
    try:
        found = session.readers[party].tasks([task.id])
    except ApiError as error:
        return f"the request cannot be read now: {error}"
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


def _task(number: int, named: AccountId | None, session: Session) -> Task:
    for party in [named] if named else session.readers:
        found = session.readers[party].tasks([number])
        if found:
            return found[0]
    who = f"{session.called(named)} sees no" if named else "no configured account sees a"
    raise NotFoundError(f"{who} task {number}", hint="reconciler status lists the requests")


def _parties(task: Task) -> tuple[AccountId, ...]:
    return tuple(dict.fromkeys(who for who in (task.asker, task.to_account) if who is not None))
