"""All that a plan is made from, besides what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model import AccountFacts, AccountId, Region, Role, ServiceId
from reconciler.model.contacts import Live, Marks
from reconciler.progress import Answers, Joined


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when the plan is made.

    Attributes:
        at: now, by the endpoint's clock.
        held: the accounts whose credentials we hold.
        live: the contacts of every service seen.
        in_debt: services whose own state says that they are unpaid.
        joined: tasks by service.
        answers: what we answered to tasks.
        retries: (service, role, task) triples that may be asked again although turned down.
        unknown_accounts: accounts that the endpoint called unknown, with its words.
        vetoes: contacts that a guard forbids to touch, with the reason.
        claimed: ids of tasks that our journal made.
        expired_retries: how often in a row an expired request is asked again by itself.
        region: the endpoint's zone.
        observed: the roles of each service that are shown and never asked for.
    """

    at: datetime
    held: Mapping[AccountId, AccountFacts]
    live: Live
    in_debt: frozenset[ServiceId] = frozenset()
    joined: Joined = field(default_factory=Joined)
    answers: Answers = field(default_factory=dict)
    retries: frozenset[tuple[ServiceId, Role, int]] = frozenset()
    unknown_accounts: Mapping[AccountId, str] = field(default_factory=dict)
    vetoes: Mapping[tuple[ServiceId, Role], str] = field(default_factory=dict)
    claimed: frozenset[int] = frozenset()
    expired_retries: int = 1
    region: Region = Region.EU
    observed: Marks = field(default_factory=dict)

    def observes(self, service: ServiceId, role: Role) -> bool:
        """Tell whether a contact is shown and never asked for."""
        return role in self.observed.get(service, ())
