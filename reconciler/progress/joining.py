"""Which service a task is about: OVHcloud gives a bare name that a domain, its zone and its hosting share.

A task joins by its journalled id, else to the only seen service of that name whose live contacts equal
`from` in all the task's roles. Nothing is guessed: what does not join is listed, and holds up what it may
be about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.model import AccountId, Claim, Role, ServiceId, Task, TaskState
from reconciler.model.contacts import Live
from reconciler.model.memory import CLOCK_TOLERANCE
from reconciler.model.routes import ROUTES, service_id, service_name


@dataclass(frozen=True, slots=True)
class Joined:
    """Tasks by service.

    Attributes:
        tasks: the tasks that are surely about a service, ascending by id.
        doubts: ids of open tasks that may be about a service, ascending.
        loose: open tasks that joined no service, each with the services that it may be about.
    """

    tasks: Mapping[ServiceId, tuple[Task, ...]] = field(default_factory=dict)
    doubts: Mapping[ServiceId, tuple[int, ...]] = field(default_factory=dict)
    loose: tuple[tuple[Task, tuple[ServiceId, ...]], ...] = ()

    def open_tasks(self, service: ServiceId) -> tuple[Task, ...]:
        """Return the open tasks that are surely about `service`."""
        return tuple(task for task in self.tasks.get(service, ()) if task.is_open)

    def newest_settled(self, service: ServiceId, role: Role) -> Task | None:
        """Return the task that settled last on a contact, or None."""
        rows = reversed(self.tasks.get(service, ()))
        return next((task for task in rows if not task.is_open and role in task.roles), None)


def join(tasks: Iterable[Task], live: Live, claims: Mapping[int, Claim]) -> Joined:
    """Return which service each task is about.

    Args:
        tasks: as the endpoint shows them.
        live: every service seen, declared or not.
        claims: the tasks that the journal calls ours, by id.
    """
    certain: defaultdict[ServiceId, list[Task]] = defaultdict(list)
    doubts: defaultdict[ServiceId, list[int]] = defaultdict(list)
    loose: list[tuple[Task, tuple[ServiceId, ...]]] = []
    rows = sorted(tasks, key=lambda task: task.id)
    landed_at_a_namesake = _landed_at_namesakes(rows, live, claims)
    for task in rows:
        if task.id in landed_at_a_namesake:
            continue
        candidates = _candidates(task, live, claims.get(task.id))
        if candidates.sure is not None:
            certain[candidates.sure].append(task)
        elif task.is_open:
            loose.append((task, candidates.possible))
            for service in candidates.possible:
                doubts[service].append(task.id)
    return Joined(
        {service: tuple(rows) for service, rows in certain.items()},
        {service: tuple(ids) for service, ids in doubts.items()},
        tuple(loose),
    )


@dataclass(frozen=True, slots=True)
class _Candidates:
    sure: ServiceId | None
    possible: tuple[ServiceId, ...] = ()


def _candidates(task: Task, live: Live, claim: Claim | None) -> _Candidates:
    if claim is not None and is_claimed(task, claim):
        return _Candidates(claim.service)
    named = tuple(services_called(task.name, live)) if task.name is not None else tuple(live)
    fitting = tuple(service for service in named if _holds(live, service, task, task.from_account))
    if task.name is None:
        return _Candidates(None, fitting)
    if len(fitting) == 1:
        return _Candidates(fitting[0])
    return _Candidates(None, fitting or named)


def _landed_at_namesakes(tasks: Iterable[Task], live: Live, claims: Mapping[int, Claim]) -> frozenset[int]:
    """Return the done tasks that are about services which show it, though another of the name fits `from`.

    Without a journal, domain, zone and hosting of one name are told apart by their contacts alone. Once all
    but one of them have landed, their done tasks fit only that last one, and would hold it up as if late.
    So each namesake that shows the new contacts accounts for one done task of that move, the oldest first.
    """
    done: defaultdict[_Move, list[Task]] = defaultdict(list)
    for task in tasks:
        if task.state is TaskState.DONE and task.name is not None:
            move = _Move(task.name.casefold(), task.from_account, task.to_account, task.roles)
            done[move].append(task)
    found: list[int] = []
    for same in done.values():
        known = {
            task.id: claim.service
            for task in same
            if (claim := claims.get(task.id)) and is_claimed(task, claim)
        }
        first = same[0]
        showing = [
            service
            for service in services_called(str(first.name), live)
            if _holds(live, service, first, first.to_account) and service not in known.values()
        ]
        found += [task.id for task in same if task.id not in known][: len(showing)]
    return frozenset(found)


class _Move(NamedTuple):
    name: str
    from_account: AccountId
    to_account: AccountId
    roles: tuple[Role, ...]


def is_claimed(task: Task, claim: Claim) -> bool:
    """Tell whether `claim` is about this very task, and not about one of the same id in another world.

    A sandbox that starts afresh on the same address counts from anew, so the id alone proves nothing.
    """
    in_time = claim.asked - CLOCK_TOLERANCE <= task.requested <= claim.answered + CLOCK_TOLERANCE
    same_name = task.name is None or service_name(claim.service).casefold() == task.name.casefold()
    return in_time and same_name and task.asker in {None, claim.asker}


def services_called(name: str, live: Live) -> Iterator[ServiceId]:
    """Yield the live services of that bare name, whatever their product, in the order of the route table."""
    spellings = dict.fromkeys((name, name.lower()))
    for route in ROUTES.values():
        for spelling in spellings:
            service = service_id(route, spelling)
            if service in live:
                yield service


def _holds(live: Live, service: ServiceId, task: Task, account: AccountId) -> bool:
    return all(live[service].of(role) == account for role in task.roles)
