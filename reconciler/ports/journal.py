"""Memory and audit: what was asked, what came back, what was seen.

Losing it costs history, never correctness. Times are aware UTC. No record has a place for a token or a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reconciler.model import (
    AccountId,
    Answer,
    Asked,
    Claim,
    Confirmation,
    Move,
    Retry,
    ServiceId,
    Sighting,
    Task,
)
from reconciler.plan import Basis

__all__ = [
    "Answer",
    "Asked",
    "CarriedOut",
    "Chronicle",
    "Claim",
    "Confirmation",
    "Intent",
    "Journal",
    "Move",
    "Outcome",
    "Receipt",
    "Retry",
    "RunRecord",
    "Sighting",
]


@dataclass(frozen=True, slots=True)
class Intent:
    """A POST that is about to be sent.

    Attributes:
        id: unique, made by the asker of the request (`uuid4().hex`).
        at: by the endpoint's clock, so that it compares with a task's `requested`.
    """

    id: str
    at: datetime
    service: ServiceId
    asker: AccountId
    moves: tuple[Move, ...]


class Outcome(StrEnum):
    """What became of a POST."""

    ACCEPTED = "accepted"  # the endpoint made tasks, or we found the tasks that it had made
    REFUSED = "refused"  # the endpoint said no; nothing happened
    UNKNOWN = "unknown"  # no trustworthy answer; the open tasks must be looked at before anything else
    NEVER_ARRIVED = "never_arrived"  # surely not there: may be asked again


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the intent `intent`; a later receipt for the same intent replaces an UNKNOWN one.

    Attributes:
        tasks: ids of the tasks made; empty unless accepted.
        message: the server's own words, or what went wrong on the way.
        unknown_account: the account that the server's words call unknown, if that is why it refused.
    """

    intent: str
    at: datetime
    outcome: Outcome
    tasks: tuple[int, ...] = ()
    message: str = ""
    status: int | None = None
    query_id: str | None = None
    unknown_account: AccountId | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Who ran what: written when `apply` starts and when it ends (`exit_code` is None at the start).

    Attributes:
        fingerprint: of the approved plan that is carried out, also where only what had failed is asked again.
        approved: the requests of that plan; at the end of a run they are not said again.
    """

    run: str
    at: datetime
    command: str
    version: str
    user: str
    commit: str | None = None
    fingerprint: str | None = None
    lifted: Mapping[str, str] | None = None
    exit_code: int | None = None
    approved: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What the journal knows of runs that carried out one approved plan.

    Attributes:
        approved: the plan's requests; None where a run of an older version did not keep them.
        accepted: the services that one of these runs asked for and was given tasks, with their ids.
    """

    approved: tuple[Basis, ...] | None
    accepted: Mapping[ServiceId, tuple[int, ...]]


class Journal(Protocol):
    """The journal of one endpoint. Every writing method is durable when it returns."""

    def record_run(self, run: RunRecord) -> None:
        """Remember a run's start or end, with the guards that it lifted and why."""

    def intend(self, intent: Intent) -> None:
        """Remember a POST before it is sent."""

    def settle(self, receipt: Receipt) -> None:
        """Remember what became of a POST."""

    def unsettled(self) -> tuple[Intent, ...]:
        """Return the intents without a receipt or with an UNKNOWN one, oldest first."""

    def claims(self) -> Mapping[int, Claim]:
        """Return every task that a receipt calls ours, by id; of two receipts for one id the newest."""

    def unknown_accounts(self) -> Mapping[AccountId, str]:
        """Return the accounts that the newest answer about them called unknown, with the server's words."""

    def saw(self, tasks: Iterable[Task], at: datetime) -> None:
        """Remember the state of tasks; a state that is remembered already is not written again."""

    def settled_tasks(self) -> Mapping[int, Task]:
        """Return the tasks last seen in a final state, by id: they change no more and need no reading."""

    def confirm(self, confirmation: Confirmation) -> None:
        """Remember an answer that we gave."""

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return the answers that we gave, oldest first."""

    def retry(self, retries: Iterable[Retry]) -> None:
        """Remember leave to ask again."""

    def retries(self) -> tuple[Retry, ...]:
        """Return the leaves to ask again, oldest first."""

    def lock(self, owner: str, *, timeout: float = 0.0) -> AbstractContextManager[None]:
        """Hold the lease of this endpoint, renewed in the background; writes of a lost lease fail.

        Args:
            owner: shown to whoever finds the lock held.
            timeout: seconds to wait for another run to end.

        Raises:
            LockHeldError: another run holds it.
        """

    def close(self) -> None:
        """Give back files and connections."""


class Chronicle(Journal, Protocol):
    """A journal that also tells what it remembers of the past."""

    def asked(self) -> Mapping[int, Asked]:
        """Return for every task that a receipt calls ours what was asked, by whom and in which run."""

    def ever_asked(self) -> tuple[Asked, ...]:
        """Return the same, oldest first, also for tasks whose id came again in a world that began anew."""

    def sightings(self, task: int | None = None) -> tuple[Sighting, ...]:
        """Return every state in which tasks, or this one, were first seen, oldest first."""

    def carried_out(self, fingerprint: str, since: datetime | None = None) -> CarriedOut | None:
        """Return what runs made of the plan with this fingerprint; None: none has begun with it.

        Args:
            fingerprint: of the approved plan. One that is made again after its requests came to nothing may
                have the same.
            since: when it was made; earlier runs carried out another one. None: all runs count.
        """

    def told(self) -> frozenset[str]:
        """Return the keys of the notices that were delivered."""

    def tell(self, keys: Iterable[str], at: datetime) -> None:
        """Remember that notices were delivered, each under a key of its own."""
