"""Desired against live, contact by contact.

Every contact always has exactly one holder, so there is one kind of change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from reconciler.model import ROLES, AccountId, Role, ServiceId
from reconciler.model.contacts import Desired, Live


class Change(NamedTuple):
    """One contact that is not the desired one; `live` is None where the endpoint cannot show it."""

    service: ServiceId
    role: Role
    live: AccountId | None
    desired: AccountId


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs, in the order of service and role.

    Attributes:
        changes: contacts that are not as desired.
        unmanaged: services that are live and not declared.
        in_sync: how many managed contacts are as desired.
        managed: how many contacts are managed and live.
    """

    changes: tuple[Change, ...]
    unmanaged: tuple[ServiceId, ...]
    in_sync: int
    managed: int


def compare(desired: Desired, live: Live) -> Diff:
    """Return what differs between two mappings of service to contacts; what is not live is left out."""
    changes: list[Change] = []
    managed = 0
    seen = 0
    for service, want in desired.items():
        have = live.get(service)
        if have is None:
            continue
        seen += 1
        managed += 3 if None not in want else 3 - want.count(None)
        if want != have:
            changes += [
                Change(service, role, holder, wanted)
                for role, wanted, holder in zip(ROLES, want, have, strict=True)
                if wanted is not None and wanted != holder
            ]
    changes.sort(key=lambda change: (change.service, ROLES.index(change.role)))
    unmanaged = (
        () if seen == len(live) else tuple(sorted(service for service in live if service not in desired))
    )
    return Diff(tuple(changes), unmanaged, managed - len(changes), managed)
