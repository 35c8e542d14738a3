"""What the tasks of a service say about one contact: which is open on it, which one settled last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reconciler.diff import Change
from reconciler.model import Task, TaskState
from reconciler.plan.situation import Situation

LAG = timedelta(minutes=15)
"""How long a service may show the old contact after its task is done (OVHcloud: 'a few minutes')."""

_UNANSWERED = frozenset({TaskState.EXPIRED, TaskState.ERROR})
_DECLINED = frozenset({TaskState.REFUSED, TaskState.ABORTED})


def on_its_way(change: Change, situation: Situation) -> Task | None:
    """Return the task that already brings the change about: open, or done so lately that the service lags.

    It counts even where another open task moves the contact elsewhere: asking again would help neither.
    """
    for task in _open(change, situation):
        if task.to_account == change.desired:
            return task
    return next((task for task in _settled(change, situation) if _lags(task, change, situation)), None)


def elsewhere(change: Change, situation: Situation) -> Task | None:
    """Return the newest open task that moves the contact to another account than the desired one, or None."""
    return next((task for task in _open(change, situation) if task.to_account != change.desired), None)


def moving(change: Change, situation: Situation) -> Task | None:
    """Return the newest open task on the contact, wherever it moves it, or the one that the service lags."""
    return next(_open(change, situation), None) or on_its_way(change, situation)


def _lags(task: Task, change: Change, situation: Situation) -> bool:
    return (
        task.state is TaskState.DONE
        and task.to_account == change.desired
        and task.from_account == change.live
        and task.settled is not None
        and situation.at - task.settled < LAG
    )


def turned_down(change: Change, situation: Situation) -> str | None:
    """Return why the change is held after it was turned down, or None where it may be asked for.

    The newest settled task on the contact decides. Refused or aborted towards the desired account holds until
    a retry is given; expired or failed is asked again by itself, `expired_retries` times in a row.
    """
    newest = next(_settled(change, situation), None)
    if newest is None or newest.to_account != change.desired:
        return None
    if (change.service, change.role, newest.id) in situation.retries:
        return None
    if newest.state in _DECLINED:
        return f"task {newest.id} was {newest.state}"
    if newest.state in _UNANSWERED:
        times = _times_unanswered(change, situation)
        if times > situation.expired_retries:
            return f"task {newest.id} ended as {newest.state}, the last of {times} in a row without an answer"
    return None


def _times_unanswered(change: Change, situation: Situation) -> int:
    times = 0
    for task in _settled(change, situation):
        if task.state not in _UNANSWERED or task.to_account != change.desired:
            break
        if (change.service, change.role, task.id) in situation.retries:
            break
        times += 1
    return times


def _open(change: Change, situation: Situation) -> Iterator[Task]:
    """Yield the open tasks on a contact, the newest first."""
    for task in reversed(situation.joined.open_tasks(change.service)):
        if change.role in task.roles:
            yield task


def _settled(change: Change, situation: Situation) -> Iterator[Task]:
    """Yield the settled tasks on a contact, the newest first."""
    for task in reversed(situation.joined.tasks.get(change.service, ())):
        if not task.is_open and change.role in task.roles:
            yield task
