"""A contact that ends: who holds it until when, and who then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from reconciler.model.contacts import AccountId

LEAD_DAYS = 10
"""How many days before its end a time-boxed contact is handed back, unless the file says otherwise."""


class Place(NamedTuple):
    """Where something stands: `line` and `column` count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class TimeBox:
    """A contact that ends: by the UTC day `until`, `then` is to hold it.

    Attributes:
        account: who holds the contact until then.
        until: the first UTC day on which `account` is to hold it no more.
        then: who follows.
        reason: why, for people.
        ticket: where it was agreed, for people.
        lead_days: how many days before `until` the hand-back is asked for, because people must confirm it.
        place: where the file says so; not compared, for it tells nothing about the contact.
        manage: what the same entry says is done about the contact, as the file writes it; None: nothing. Not
            compared either: the file may say the same elsewhere.
    """

    account: AccountId
    until: date
    then: AccountId
    reason: str | None = None
    ticket: str | None = None
    lead_days: int = LEAD_DAYS
    place: Place | None = field(default=None, compare=False)
    manage: str | None = field(default=None, compare=False)

    @property
    def due_from(self) -> date:
        """Return the first UTC day on which the hand-back is asked for."""
        return date.fromordinal(max(1, self.until.toordinal() - self.lead_days))

    def is_due(self, today: date) -> bool:
        """Tell whether the hand-back is asked for on the UTC day `today`."""
        return today >= self.due_from

    def is_over(self, today: date) -> bool:
        """Tell whether `then` should hold the contact by now."""
        return today >= self.until
