"""What the journal remembers of our own deeds, as values that the pure rooms read. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.model.contacts import AccountId, Role, ServiceId
from reconciler.model.tasks import Task

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far a time of ours may be off a task's: those have whole seconds, ours come from an estimated clock."""


@dataclass(frozen=True, slots=True)
class Move:
    """One role of a request: who held it and who is to hold it."""

    role: Role
    from_account: AccountId
    to_account: AccountId


@dataclass(frozen=True, slots=True)
class Claim:
    """A task that a receipt calls ours: made for `service` between `asked` and `answered`."""

    task: int
    service: ServiceId
    asker: AccountId
    asked: datetime
    answered: datetime


class Answer(StrEnum):
    """What one of our accounts said to a task."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RESENT = "resent"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An answer that we gave for one of our accounts, at a time by the endpoint's clock.

    Attributes:
        user: who gave it; None where the journal does not say, as in one of an older version.
    """

    task: int
    account: AccountId
    answer: Answer
    at: datetime
    user: str | None = None


NO_TASK = 0
"""Stands for the task of a request that was refused at once; OVHcloud's numbers are above it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Leave to ask again although `task`, the newest settled task of a contact, was turned down."""

    service: ServiceId
    role: Role
    task: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What our journal knows about how a task of ours came to be.

    Attributes:
        moves: everything that the request asked for, of which the task may be a part.
        at: just before the request was sent, by the endpoint's clock.
        user: who ran the command; None where the run is not journalled.
        commit: of the repository that the file lay in, if any.
        answered: when the endpoint's answer had come.
    """

    task: int
    service: ServiceId
    asker: AccountId
    moves: tuple[Move, ...]
    at: datetime
    run: str | None = None
    user: str | None = None
    commit: str | None = None
    answered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A state of a task that was new to us, and when we saw it; it may have been reached earlier."""

    task: Task
    at: datetime
