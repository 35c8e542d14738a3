"""What the journal remembers of our own deeds, as values that the pure rooms read. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.model.contacts import AccountId, Role, ServiceId

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far a time of ours may be off a task's: those have whole seconds, ours come from an estimated clock."""


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
    """An answer that we gave for one of our accounts, at a time by the endpoint's clock."""

    task: int
    account: AccountId
    answer: Answer
    at: datetime


@dataclass(frozen=True, slots=True)
class Retry:
    """Leave to ask again although `task`, the newest settled task of a contact, was turned down."""

    service: ServiceId
    role: Role
    task: int
    at: datetime
