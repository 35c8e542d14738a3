"""Whether a POST whose answer we never saw arrived: the task list of its asker knows.

"Surely not there" means that a list begun at least two seconds after the POST holds no such task dated after
the intent. Only tasks that no receipt claims may be taken for it: another service of the same name may have
tasks that look alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from datetime import timedelta

from reconciler.model import AccountId, Role, Task
from reconciler.model.routes import service_name
from reconciler.ports.endpoint import Reader
from reconciler.ports.journal import Intent

SETTLING_TIME = timedelta(seconds=2)
"""How long after a POST a list must begin to prove that it made no task."""

CLOCK_TOLERANCE = timedelta(seconds=2)
"""How much older than the intent a task may seem: its time has whole seconds, and so has our estimate of the
endpoint's clock. Less than for claims, because here a look-alike of a moment ago would be taken for ours."""


def tasks_made_by(intent: Intent, reader: Reader, claimed: Container[int]) -> tuple[int, ...]:
    """Return the ids of the tasks that the POST of `intent` made, from a fresh list; none: it made none.

    Args:
        intent: what was about to be asked.
        reader: the asker's own view of the endpoint.
        claimed: ids of tasks that receipts call ours already.
    """
    wanted = _pairs(intent)
    fresh = [task for task in reader.task_ids() if task not in claimed]
    return tuple(task.id for task in reader.tasks(fresh) if _is_from(task, intent, wanted))


_Pairs = dict[tuple[AccountId, AccountId], set[Role]]


def _pairs(intent: Intent) -> _Pairs:
    pairs: defaultdict[tuple[AccountId, AccountId], set[Role]] = defaultdict(set)
    for move in intent.moves:
        pairs[move.from_account, move.to_account].add(move.role)
    return dict(pairs)


def _is_from(task: Task, intent: Intent, wanted: _Pairs) -> bool:
    name = service_name(intent.service).casefold()
    return (
        task.asker in {None, intent.asker}
        and (task.name is None or task.name.casefold() == name)
        and task.requested >= intent.at - CLOCK_TOLERANCE
        and wanted.get((task.from_account, task.to_account)) == set(task.roles)
    )
