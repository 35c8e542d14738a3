"""Desired against live, contact by contact.

Every contact always has exactly one holder, so there is one kind of change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId
from reconciler.model.contacts import Desired, Live


class Change(NamedTuple):
    """One contact that is not the desired one; `live` is None where the endpoint cannot show it."""

    service: ServiceId
    role: Role
    live: AccountId | None
    desired: AccountId

    @property
    def pair(self) -> tuple[AccountId | None, AccountId]:
        """Return from whom to whom; OVHcloud makes one task of all roles of a request that share it."""
        return self.live, self.desired


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
    unlike = [service for service, want in desired.items() if live.get(service) != want]
    not_live = [service for service in unlike if service not in live]
    changes = [
        Change(service, role, holder, wanted)
        for service in unlike
        if service in live
        for role, wanted, holder in zip(ROLES, desired[service], live[service], strict=True)
        if wanted is not None and wanted != holder
    ]
    changes.sort(key=lambda change: (change.service, ROLES.index(change.role)))
    unmanaged: tuple[ServiceId, ...] = ()
    if len(desired) - len(not_live) < len(live):
        unmanaged = tuple(sorted(service for service in live if service not in desired))
    managed = _managed(desired.values()) - _managed(desired[service] for service in not_live)
    return Diff(tuple(changes), unmanaged, managed - len(changes), managed)


def _managed(rows: Iterable[Contacts]) -> int:
    return sum(len(row) - row.count(None) for row in rows)
