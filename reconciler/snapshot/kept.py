"""What a snapshot keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.model import AccountId, Claim, Confirmation, Look, Region, Retry
from reconciler.ports.journal import Journal


@dataclass(frozen=True, slots=True)
class Memory:
    """What the journal adds to planning.

    Attributes:
        claims: the seen tasks that a receipt calls ours, by id.
        confirmations: the answers that we gave to seen tasks, oldest first; by whom is not kept.
        retries: the leaves to ask again, oldest first.
        unknown_accounts: those that an answer called unknown, with the server's words.
    """

    claims: Mapping[int, Claim] = field(default_factory=dict)
    confirmations: tuple[Confirmation, ...] = ()
    retries: tuple[Retry, ...] = ()
    unknown_accounts: Mapping[AccountId, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at an endpoint, and what the journal added to it then.

    Attributes:
        endpoint: as the file names it.
        region: whose routes it offers.
    """

    endpoint: str
    region: Region
    look: Look
    memory: Memory


def remembered(journal: Journal, tasks: Iterable[int]) -> Memory:
    """Return what the journal adds to a plan that is made from these tasks."""
    seen = frozenset(tasks)
    return Memory(
        claims={task: claim for task, claim in journal.claims().items() if task in seen},
        confirmations=tuple(replace(row, user=None) for row in journal.confirmations() if row.task in seen),
        retries=journal.retries(),
        unknown_accounts=journal.unknown_accounts(),
    )
