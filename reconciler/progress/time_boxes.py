"""Whether a contact that ends will be handed back in time, as far as earlier requests can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from reconciler.model import Claim, Task, TaskState
from reconciler.model.time_box import TimeBox
from reconciler.progress.joining import is_claimed

USUAL = timedelta(days=2)
"""How long people are assumed to take where too few requests of ours tell; a guess of our own."""

_ENOUGH = 3
_DAY = timedelta(days=1)


class Takes(NamedTuple):
    """How long it takes until people have confirmed; `learnt`: requests of ours showed it."""

    span: timedelta
    learnt: bool


def confirming_takes(tasks: Iterable[Task], claims: Mapping[int, Claim]) -> Takes:
    """Return how long our requests take from being asked to being done.

    Args:
        tasks: all that were ever seen of this endpoint.
        claims: the tasks that the journal calls ours, by id.

    Returns:
        The median of our own that are done, or 2 days, not learnt, where fewer than three are.
    """
    spans = [
        max((task.settled - task.requested).total_seconds(), 0.0)
        for task in tasks
        if task.state is TaskState.DONE
        and task.settled is not None
        and task.id in claims
        and is_claimed(task, claims[task.id])
    ]
    if len(spans) < _ENOUGH:
        return Takes(USUAL, learnt=False)
    return Takes(timedelta(seconds=median(spans)), learnt=True)


def is_late(box: TimeBox, today: date, takes: timedelta) -> bool:
    """Tell whether a hand-back that is not done by `today` will probably miss `until`, or has missed it.

    Args:
        box: the contact that ends.
        today: the UTC day.
        takes: how long confirming takes.
    """
    return box.is_over(today) or (box.until - today).days * _DAY < takes
