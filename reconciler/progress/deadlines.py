"""When a request that nobody answers will expire: learnt from earlier ones of this endpoint, else assumed.

OVHcloud shows no end date, neither in a task nor in its list. What it does show are the tasks that expired:
the time from request to end is how long one may wait. The estimate is the *shortest* such time, because a
warning that comes too early costs a look, and one that comes too late costs the request.

What an estimate claims can be disproved: a task that still waits, or was refused with its token, more than a
day later than the estimate allows. The day is for a server that looks for expired requests only now and then.
A disproved time is dropped, and the next longer one is the estimate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.model import Task, TaskState

BEFORE_CONSENT = frozenset({TaskState.TODO, TaskState.CHECK_VALIDITY, TaskState.VALIDATING})
"""The states in which people still have to confirm; what is past them expires no more."""

USUAL = timedelta(days=7)
"""Source: OVHcloud's confirmation mails of about 2015 to 2018; that it still holds was not verified."""

_SWEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a request may wait to be confirmed; `learnt`: earlier requests of this endpoint showed it."""

    span: timedelta
    learnt: bool


UNVERIFIED = Validity(USUAL, learnt=False)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a request will expire, as far as can be told.

    Attributes:
        at: aware, UTC.
        validity: what it follows from.
    """

    at: datetime
    validity: Validity

    @property
    def learnt(self) -> bool:
        """Whether earlier requests of this endpoint showed it, and it is not only assumed."""
        return self.validity.learnt


def learn(tasks: Iterable[Task], now: datetime) -> Validity:
    """Return how long requests of an endpoint may wait, 7 days and unverified where its tasks do not tell.

    Args:
        tasks: all that were ever seen of this endpoint, open and settled; those that expired without an end
            date teach nothing.
        now: by the endpoint's clock.
    """
    spans: list[timedelta] = []
    proved = timedelta(0)
    for task in tasks:
        if task.state is TaskState.EXPIRED and task.settled is not None:
            spans.append(task.settled - task.requested)
        elif task.state in BEFORE_CONSENT:
            proved = max(proved, now - task.requested)
        elif task.state is TaskState.REFUSED and task.settled is not None:
            proved = max(proved, task.settled - task.requested)
    held = [span for span in spans if span > timedelta(0) and span + _SWEEP >= proved]
    return Validity(min(held), learnt=True) if held else UNVERIFIED


def expires(task: Task, validity: Validity) -> Deadline | None:
    """Return when `task` will expire if nobody answers, or None where it waits for nobody any more."""
    if task.state not in BEFORE_CONSENT:
        return None
    return Deadline(task.requested + validity.span, validity)
