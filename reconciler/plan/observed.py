"""What a file only observes: compared and shown like all else, and never asked for, whatever else is.

Such a contact takes part in nothing that decides on others: no request waits for it, no hand-over of admin is
held back for it, and no guard counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from reconciler.diff import Change
from reconciler.model import ROLES, Role, ServiceId
from reconciler.model.contacts import Desired
from reconciler.plan.situation import Situation
from reconciler.plan.tasks import moving
from reconciler.plan.trays import Observed

_Row = TypeVar("_Row")


def apart(
    rows: Iterable[_Row], change_of: Callable[[_Row], Change], situation: Situation
) -> tuple[list[_Row], list[_Row]]:
    """Return the rows on contacts that may be asked for, and those on contacts that are only observed."""
    found: tuple[list[_Row], list[_Row]] = [], []
    for row in rows:
        change = change_of(row)
        found[situation.observes(change.service, change.role)].append(row)
    return found


def observed_rows(changes: Iterable[Change], situation: Situation) -> tuple[Observed, ...]:
    """Return what is to be shown of each of these contacts once, in the order of service and role."""
    once = sorted({*changes}, key=lambda change: (change.service, ROLES.index(change.role)))
    return tuple(_row(change, situation) for change in once)


def watched(
    desired: Desired, situation: Situation, chosen: Callable[[ServiceId, Role], bool] | None = None
) -> tuple[int, int]:
    """Return how many readable contacts are only observed, and of how many services all managed ones are.

    Args:
        desired: who is to hold which role.
        situation: which are only observed.
        chosen: the contacts that count; None: all.
    """
    contacts = services = 0
    for service, roles in situation.observed.items():
        row = desired.get(service)
        if row is None:
            continue
        managed = [
            role
            for role, wanted in zip(ROLES, row, strict=True)
            if wanted is not None and (chosen is None or chosen(service, role))
        ]
        seen = [role for role in managed if role in roles]
        contacts += len(seen) if service in situation.live else 0
        services += bool(managed) and len(seen) == len(managed)
    return contacts, services


def _row(change: Change, situation: Situation) -> Observed:
    task = moving(change, situation)
    if task is None:
        return Observed(change)
    return Observed(change, task.id, task.state, task.to_account, task.id in situation.claimed)
