"""OVHcloud's record of one contact change request.

Source: the API's `nichandle.contactChange.Task` and `nichandle.changeContact.TaskStateEnum`. A task moves
one or more roles of one service from one account to one other account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.model.contacts import AccountId, Role


class TaskState(StrEnum):
    """The states of a task, in OVHcloud's own words."""

    TODO = "todo"
    CHECK_VALIDITY = "checkValidity"
    VALIDATING = "validatingByCustomers"
    DOING = "doing"
    DONE = "done"
    REFUSED = "refused"
    ABORTED = "aborted"
    EXPIRED = "expired"
    ERROR = "error"

    @property
    def is_open(self) -> bool:
        """Whether the task may still change something."""
        return self in OPEN_STATES


OPEN_STATES = frozenset({TaskState.TODO, TaskState.CHECK_VALIDITY, TaskState.VALIDATING, TaskState.DOING})


@dataclass(frozen=True, slots=True)
class Task:
    """One task as the API shows it to a party.

    Attributes:
        asker: who asked; OVHcloud may leave it out.
        roles: in the order admin, technical, billing.
        name: OVHcloud's `serviceDomain`, a bare name that several services may share; it may be absent.
        requested: aware, UTC.
        settled: when it reached a final state; None while open, or where OVHcloud does not say.
    """

    id: int
    asker: AccountId | None
    from_account: AccountId
    to_account: AccountId
    roles: tuple[Role, ...]
    name: str | None
    state: TaskState
    requested: datetime
    settled: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the task may still change something."""
        return self.state.is_open


def parties(asker: AccountId | None, new_contact: AccountId) -> tuple[AccountId, ...]:
    """Return the distinct accounts that must confirm a change, the asker first.

    Source: OVHcloud's guide "Managing contacts": the asker and the new contact confirm, the old contact is
    told; an admin who names himself confirms alone.
    """
    if asker is None or asker == new_contact:
        return (new_contact,)
    return (asker, new_contact)
