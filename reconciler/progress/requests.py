"""What is known of each request: who confirmed, who has not been heard of, whether the service shows it.

OVHcloud never says who has confirmed. What we accepted ourselves we know from the journal; of the rest it is
only known that the task still waits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.model import AccountId, Answer, Claim, Confirmation, ServiceId, Task, TaskState, parties
from reconciler.model.contacts import Live
from reconciler.model.memory import CLOCK_TOLERANCE
from reconciler.progress.deadlines import BEFORE_CONSENT
from reconciler.progress.joining import Joined, is_claimed, services_called


@dataclass(frozen=True, slots=True)
class Progress:
    """One request as far as it is known.

    Attributes:
        service: the service it is about, None where that is not sure.
        candidates: the services that it may be about, where it is not sure.
        ours: our journal made it.
        accepted_by: parties that confirmed through us.
        waiting_for: parties that are not known to have confirmed; empty once nobody needs to.
        landed: whether the service shows the new contact; None where the service is not known.
    """

    task: Task
    service: ServiceId | None
    candidates: tuple[ServiceId, ...]
    ours: bool
    accepted_by: tuple[AccountId, ...]
    waiting_for: tuple[AccountId, ...]
    landed: bool | None


Answers = Mapping[int, tuple[Confirmation, ...]]
"""What we answered, by task id."""


def by_task(confirmations: Iterable[Confirmation]) -> Answers:
    """Return what we answered by task id, so that a thousand tasks do not read it a thousand times."""
    grouped: defaultdict[int, list[Confirmation]] = defaultdict(list)
    for confirmation in confirmations:
        grouped[confirmation.task].append(confirmation)
    return {task: tuple(rows) for task, rows in grouped.items()}


def confirmed_by(task: Task, answers: Answers) -> tuple[AccountId, ...]:
    """Return who accepted `task` through us; the server took it, whoever we thought must confirm."""
    ours = {
        row.account
        for row in answers.get(task.id, ())
        if row.answer is Answer.ACCEPTED and row.at >= task.requested - CLOCK_TOLERANCE
    }
    must = [party for party in parties(task.asker, task.to_account) if party in ours]
    return (*must, *sorted(ours.difference(must)))


def waiting_for(task: Task, answers: Answers) -> tuple[AccountId, ...]:
    """Return the parties of `task` that may still have to confirm; none once it is past consent."""
    if task.state not in BEFORE_CONSENT:
        return ()
    done = confirmed_by(task, answers)
    return tuple(party for party in parties(task.asker, task.to_account) if party not in done)


def follow(
    tasks: Iterable[Task],
    joined: Joined,
    live: Live,
    claims: Mapping[int, Claim],
    answers: Answers,
) -> tuple[Progress, ...]:
    """Return the progress of every task, open ones first, the newest first within each."""
    about = {task.id: service for service, rows in joined.tasks.items() for task in rows}
    maybe = {task.id: services for task, services in joined.loose}
    rows = []
    for task in tasks:
        service = about.get(task.id) or _landed_at(task, live)
        claim = claims.get(task.id)
        rows.append(
            Progress(
                task,
                service,
                () if service else maybe.get(task.id, ()),
                claim is not None and is_claimed(task, claim),
                confirmed_by(task, answers),
                waiting_for(task, answers),
                _landed(live, service, task, joined) if service else None,
            )
        )
    return tuple(sorted(rows, key=lambda row: (not row.task.is_open, -row.task.id)))


def _landed_at(task: Task, live: Live) -> ServiceId | None:
    """Return the only service of the task's name that shows what a done task brought about."""
    if task.state is not TaskState.DONE or task.name is None:
        return None
    fitting = [service for service in services_called(task.name, live) if _shows(live, service, task)]
    return fitting[0] if len(fitting) == 1 else None


def _landed(live: Live, service: ServiceId, task: Task, joined: Joined) -> bool:
    """Tell whether the service showed what the task brought about; a later one may have moved it on since."""
    moved_on = any(
        later.id > task.id and later.state is TaskState.DONE and set(later.roles) & set(task.roles)
        for later in joined.tasks.get(service, ())
    )
    return moved_on or _shows(live, service, task)


def _shows(live: Live, service: ServiceId, task: Task) -> bool:
    row = live.get(service)
    return row is not None and all(row.of(role) == task.to_account for role in task.roles)
