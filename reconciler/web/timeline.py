"""How far a request has come, step by step: asked, mail sent, accepted by, carried out, done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from reconciler.model import AccountId, Answer, Asked, Confirmation, Sighting, Task, TaskState
from reconciler.model.memory import CLOCK_TOLERANCE
from reconciler.progress import Progress
from reconciler.render.wording import STATES, Accounts

_BEFORE_MAILS = frozenset({TaskState.TODO, TaskState.CHECK_VALIDITY})
_TURNED_DOWN = frozenset({TaskState.REFUSED, TaskState.ABORTED, TaskState.EXPIRED, TaskState.ERROR})


class When(StrEnum):
    """Where a step stands."""

    PAST = "past"
    NOW = "now"
    AHEAD = "ahead"
    ENDED = "ended"


WHEN_WORDS = {
    When.PAST: "happened",
    When.NOW: "now",
    When.AHEAD: "not yet",
    When.ENDED: "ended here",
}

_ANSWERED = {
    Answer.ACCEPTED: "accepted",
    Answer.REFUSED: "refused",
    Answer.RESENT: "was sent a new mail",
}


class Step(NamedTuple):
    """One step of a request.

    Attributes:
        at: when it happened; None where that is not known, or it has not.
        is_first_seen: whether `at` only tells when we first saw it.
        detail: who and how, as the rest of the line; empty where there is nothing to add.
    """

    when: When
    title: str
    at: datetime | None = None
    is_first_seen: bool = False
    detail: str = ""


def timeline(
    one: Progress,
    asked: Asked | None,
    sightings: Iterable[Sighting],
    confirmations: Iterable[Confirmation],
    accounts: Accounts,
) -> tuple[Step, ...]:
    """Return the steps of one request in their order.

    Args:
        one: the request as it stands.
        asked: how it came to be, where our journal made it.
        sightings: the states in which this task was first seen, oldest first.
        confirmations: what we answered to it, oldest first.
        accounts: how accounts are shown.
    """
    task = one.task
    first_seen: dict[TaskState, datetime] = {}
    for sighting in sightings:
        if sighting.task.requested == task.requested:  # else it is of an earlier world with the same numbers
            first_seen.setdefault(sighting.task.state, sighting.at)
    ours = [
        row for row in confirmations if row.task == task.id and row.at >= task.requested - CLOCK_TOLERANCE
    ]
    return (
        _asked(task, asked if one.ours else None, accounts),
        _mailed(task, first_seen),
        *_answers(task, ours, accounts),
        *_missing(one, accounts),
        *_end(one, first_seen),
    )


def _asked(task: Task, asked: Asked | None, accounts: Accounts) -> Step:
    by = "someone OVHcloud does not name" if task.asker is None else accounts[task.asker]
    if asked is None:
        return Step(
            When.PAST, "Asked for", task.requested, detail=f"by {by}, not through this program's journal"
        )
    by += ", through this program"
    by += f", by {asked.user}" if asked.user else ""
    by += f", from commit {asked.commit[:12]}" if asked.commit else ""
    return Step(When.PAST, "Asked for", task.requested, detail=f"by {by}")


def _mailed(task: Task, first_seen: dict[TaskState, datetime]) -> Step:
    if task.state in _BEFORE_MAILS:
        return Step(When.AHEAD, "Mails sent", detail="OVHcloud checks the request first")
    seen = first_seen.get(TaskState.VALIDATING)
    if seen is None and task.state in _TURNED_DOWN:
        return Step(When.AHEAD, "Mails sent", detail="not that we have seen it")
    return Step(When.PAST, "Mails sent", seen, is_first_seen=True, detail="to each party, its own token")


def _answers(task: Task, ours: Iterable[Confirmation], accounts: Accounts) -> Iterator[Step]:
    for row in ours:
        withdrew = row.answer is Answer.REFUSED and row.account == task.asker
        verb = "withdrew it" if withdrew else _ANSWERED[row.answer]
        yield Step(When.PAST, f"{accounts[row.account]} {verb}", row.at, detail="through this program")


def _missing(one: Progress, accounts: Accounts) -> Iterator[Step]:
    if not one.task.is_open:
        return
    sure = len(one.waiting_for) == 1 and one.task.asker is not None
    for party in one.waiting_for:
        when = When.NOW if one.task.state is TaskState.VALIDATING else When.AHEAD
        detail = "" if sure else "as far as is known: OVHcloud does not tell who has confirmed"
        yield Step(when, f"Waiting for {accounts[party]}", detail=detail)


def _end(one: Progress, first_seen: dict[TaskState, datetime]) -> Iterator[Step]:
    task = one.task
    if task.state in _TURNED_DOWN:
        ended = task.settled or first_seen.get(task.state)
        title = STATES[task.state].capitalize()
        yield Step(When.ENDED, title, ended, task.settled is None, "nothing changed")
        return
    doing = first_seen.get(TaskState.DOING)
    if task.state is TaskState.DOING:
        yield Step(When.NOW, "Being carried out by OVHcloud", doing, is_first_seen=True)
    elif task.state is TaskState.DONE:
        yield Step(When.PAST, "Carried out by OVHcloud", task.settled or first_seen.get(task.state))
    else:
        yield Step(When.AHEAD, "Carried out by OVHcloud", detail="once everybody has confirmed")
    if task.state is TaskState.DONE and one.landed:
        yield Step(When.PAST, "Done", detail="the service shows the new contact")
    elif task.state is TaskState.DONE:
        unsure = "it is not sure which service it was about"
        detail = unsure if one.landed is None else "the service does not show the new contact yet"
        yield Step(When.NOW, "Done", detail=detail)
    else:
        yield Step(When.AHEAD, "Done", detail="once the service shows the new contact")


def parties_of_ours(one: Progress, held: Iterable[AccountId]) -> tuple[AccountId, ...]:
    """Return our accounts that may still have to answer a request.

    Where OVHcloud does not name the asker, who holds the contact today may be the one.
    """
    if one.task.state is not TaskState.VALIDATING:
        return ()
    possible = [*one.waiting_for]
    if one.task.asker is None and one.task.from_account not in one.accepted_by:
        possible.append(one.task.from_account)
    keys = frozenset(held)
    return tuple(dict.fromkeys(party for party in possible if party in keys))
