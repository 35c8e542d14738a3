"""Who may ask for what, and who must confirm: OVHcloud's rules as one table, each row with its source.

The server has the last word on all of it; what is here lets a plan say beforehand what it would say.
"""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from reconciler.model import ROLES, AccountId, Contacts, Role, parties


class Permission(NamedTuple):
    """An account that holds `asker` on a service may name a new contact for each of `may_name`."""

    asker: Role
    may_name: tuple[Role, ...]
    source: str


_GUIDE = "OVHcloud guide 'Managing contacts', 2025-04-28 and 2026-02-11"

PERMISSIONS = (
    Permission(Role.ADMIN, (Role.ADMIN, Role.TECHNICAL, Role.BILLING), _GUIDE),
    Permission(Role.TECHNICAL, (Role.TECHNICAL,), _GUIDE),
    Permission(Role.BILLING, (Role.BILLING,), _GUIDE),
)


def could_ask(live: Contacts, role: Role) -> tuple[AccountId, ...]:
    """Return the contacts of a service that may name a new holder of `role`, the admin first."""
    holders = (live.of(row.asker) for row in PERMISSIONS if role in row.may_name)
    return tuple(dict.fromkeys(holder for holder in holders if holder is not None))


def choose_asker(live: Contacts, role: Role, held: Container[AccountId]) -> AccountId | None:
    """Return who is to ask: the admin where we hold his credentials, else the role's own holder, else None.

    This is the cheapest choice: over all assignments of askers to the changes of a service it has the fewest
    tasks that wait for accounts we do not hold, then the fewest confirmations, then POSTs, then tasks.
    """
    return next((account for account in could_ask(live, role) if account in held), None)


def confirmers(asker: AccountId, new_contact: AccountId) -> tuple[AccountId, ...]:
    """Return who must confirm: asker and new contact, or the admin alone where he names himself."""
    return parties(asker, new_contact)


def needs_admin(live: Contacts, role: Role, held: Container[AccountId]) -> bool:
    """Tell whether the change of `role` is one that the admin would ask for."""
    return live.admin is not None and choose_asker(live, role, held) == live.admin


def ordered(roles: Container[Role]) -> tuple[Role, ...]:
    """Return these roles in the order admin, technical, billing."""
    return tuple(role for role in ROLES if role in roles)
