"""Small honest stand-ins for the ports that apply needs, where real ones would be too slow: all in memory.

The endpoint makes one task for each from->to pair of a POST and refuses a second open request on a service,
as OVHcloud does; nobody ever confirms. Its clock stands still except while somebody sleeps or calls.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reconciler.errors import ApiError, RefusedError
from reconciler.model import (
    AccountFacts,
    AccountId,
    Role,
    Route,
    ServiceId,
    Task,
    TaskState,
    service_name,
)
from reconciler.ports.endpoint import Mail, ServiceRecord

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALREADY_RUNNING = "A contact change task is already running on this service"


@dataclass
class Endpoint:
    """The server's side: its clock, its tasks, and what goes wrong.

    Attributes:
        troubles: what happens to the next calls, by method name: called before the effect (True) and after it
            (False), it may raise.
        log: the calls that arrived, in order.
    """

    at: datetime = NOON
    tasks: dict[int, tuple[ServiceId, Task]] = field(default_factory=dict)
    troubles: dict[str, list[Callable[[bool], None]]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.log.append(f"sleep {seconds:g}")
        self.at += timedelta(seconds=seconds)

    def trouble(self, method: str, *what: Callable[[bool], None]) -> None:
        """Have the next calls of a method meet these troubles, one each."""
        self.troubles.setdefault(method, []).extend(what)

    @contextlib.contextmanager
    def call(self, method: str, subject: str = "") -> Iterator[None]:
        """Carry one call out, with the trouble that waits for it."""
        self.log.append(f"{method} {subject}".strip())
        waiting = self.troubles.get(method, [])
        trouble = waiting.pop(0) if waiting else _none
        trouble(True)
        yield
        trouble(False)

    def make(
        self,
        service: ServiceId,
        asker: AccountId,
        pairs: Mapping[tuple[AccountId, AccountId], tuple[Role, ...]],
    ) -> tuple[int, ...]:
        """Make one task for each pair."""
        made = []
        for (old, new), roles in pairs.items():
            number = len(self.tasks) + 1
            task = Task(
                number,
                asker,
                old,
                new,
                roles,
                service_name(service),
                TaskState.VALIDATING,
                self.at.replace(microsecond=0),
            )
            self.tasks[number] = (service, task)
            made.append(number)
        return tuple(made)


def _none(early: bool) -> None:
    """Let the call be."""


def before(error: ApiError) -> Callable[[bool], None]:
    """Return the trouble that keeps a call from having its effect."""

    def trouble(early: bool) -> None:
        if early:
            raise error

    return trouble


def after(error: ApiError) -> Callable[[bool], None]:
    """Return the trouble that loses the answer of a call which had its effect."""

    def trouble(early: bool) -> None:
        if not early:
            raise error

    return trouble


@dataclass
class Customer:
    """One account's reader and writer in one."""

    endpoint: Endpoint
    account: AccountId
    live: Mapping[ServiceId, Mapping[Role, AccountId]]

    def now(self) -> datetime:
        """Return the endpoint's clock."""
        return self.endpoint.at

    def task_ids(self) -> tuple[int, ...]:
        """Return the ids of the account's tasks."""
        with self.endpoint.call("task_ids"):
            return tuple(number for number, (_, task) in self.endpoint.tasks.items() if self._sees(task))

    def tasks(self, ids: Iterable[int]) -> tuple[Task, ...]:
        """Return these tasks."""
        return tuple(self.endpoint.tasks[number][1] for number in ids)

    def ask(self, service: ServiceId, new_contacts: Mapping[Role, AccountId]) -> tuple[int, ...]:
        """Ask for new contacts."""
        with self.endpoint.call("ask", service):
            if any(about == service for about, _ in self.endpoint.tasks.values()):
                raise RefusedError(ALREADY_RUNNING, status=409)
            pairs: dict[tuple[AccountId, AccountId], tuple[Role, ...]] = {}
            for role, new in new_contacts.items():
                pair = (self.live[service][role], new)
                pairs[pair] = (*pairs.get(pair, ()), role)
            return self.endpoint.make(service, self.account, pairs)

    def _sees(self, task: Task) -> bool:
        return self.account in {task.asker, task.from_account, task.to_account}

    def facts(self) -> AccountFacts:
        """Return nothing: apply does not ask."""
        raise NotImplementedError

    def service_ids(self, name: str | None = None) -> tuple[int, ...]:
        """Return nothing: apply does not ask."""
        raise NotImplementedError

    def reads_in_bulk(self, ids: Iterable[int]) -> bool:
        """Return nothing: apply does not ask."""
        raise NotImplementedError

    def services(self, ids: Iterable[int]) -> Iterator[tuple[int, ServiceRecord | None]]:
        """Return nothing: apply does not ask."""
        raise NotImplementedError

    def service(self, service: ServiceId) -> ServiceRecord:
        """Return nothing: apply does not ask."""
        raise NotImplementedError

    def names(self, route: Route) -> frozenset[str] | None:
        """Return nothing: apply does not ask."""
        raise NotImplementedError

    def mails(self, after: int = 0) -> tuple[Mail, ...]:
        """Return nothing: apply does not ask."""
        raise NotImplementedError

    def accept(self, task: int, token: str) -> None:
        """Refuse: apply never confirms."""
        raise NotImplementedError

    def refuse(self, task: int, token: str) -> None:
        """Refuse: apply never turns down."""
        raise NotImplementedError

    def resend(self, task: int) -> None:
        """Refuse: apply has no mail sent."""
        raise NotImplementedError
