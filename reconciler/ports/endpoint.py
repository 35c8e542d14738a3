"""OVHcloud, or anything that speaks like it, as one account sees it.

`plan` is handed readers; only `apply`, `accept`, `refuse` and `resend` are handed writers.
Every method raises a subclass of `errors.ApiError` where the endpoint does not answer as asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reconciler.model import AccountFacts, AccountId, Contacts, Role, Route, ServiceId, Task


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What an account sees of one service; `in_debt` is the service's own state, not the account's."""

    service: ServiceId
    contacts: Contacts
    in_debt: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that OVHcloud sent to the account, as its mail history keeps it. Its body may hold a token."""

    id: int
    sent: datetime
    subject: str
    body: str = field(repr=False)


class Reader(Protocol):
    """Read access to the endpoint as one account. Safe to use from several threads."""

    @property
    def account(self) -> AccountId:
        """Return the account whose keys this reader holds."""

    def now(self) -> datetime:
        """Return the endpoint's clock, aware, UTC."""

    def facts(self) -> AccountFacts:
        """Return what the account tells about itself: region, debts, payment method, address."""

    def service_ids(self, name: str | None = None) -> tuple[int, ...]:
        """Return the numeric ids of the services the account is a contact of, all or those called `name`."""

    def reads_in_bulk(self, ids: Iterable[int]) -> bool:
        """Tell whether `services` reads many of these ids with one call; finding out may cost a few."""

    def services(self, ids: Iterable[int]) -> Iterator[tuple[int, ServiceRecord | None]]:
        """Yield each id with its record, in as few calls as the server allows.

        None stands for a service of a product whose contacts cannot be changed, or that is gone by now.
        Where some cannot be read, all others are yielded before the error is raised.
        """

    def service(self, service: ServiceId) -> ServiceRecord:
        """Return one service by its key.

        Raises:
            NotFoundError: it does not exist or the account is no contact of it.
        """

    def names(self, route: Route) -> frozenset[str] | None:
        """Return the names of the account's services of one product; None where its list does not tell."""

    def task_ids(self) -> tuple[int, ...]:
        """Return the ids of all tasks that the account is a party of, open and settled, ascending."""

    def tasks(self, ids: Iterable[int]) -> tuple[Task, ...]:
        """Return these tasks, in as few calls as the server allows; one that is gone is left out."""

    def mails(self, after: int = 0) -> tuple[Mail, ...]:
        """Return the mails of the account's history with an id above `after`, ascending by id."""


class Writer(Protocol):
    """Write access to the endpoint as one account. Each method makes one POST and never repeats it."""

    @property
    def account(self) -> AccountId:
        """Return the account whose keys this writer holds."""

    def ask(self, service: ServiceId, new_contacts: Mapping[Role, AccountId]) -> tuple[int, ...]:
        """Ask for new contacts of a service and return the ids of the tasks that this made.

        Raises:
            RefusedError: the server said no; nothing happened.
            RateLimitedError: nothing happened.
            UnreachableError: surely not sent.
            OutcomeUnknownError: it may or may not have happened.
        """

    def accept(self, task: int, token: str) -> None:
        """Confirm a task with the account's own token."""

    def refuse(self, task: int, token: str) -> None:
        """Turn a task down with the account's own token."""

    def resend(self, task: int) -> None:
        """Have a new mail with a new token sent to the account; the earlier token dies."""
