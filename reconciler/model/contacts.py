"""Who holds which role on a service."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, NewType

AccountId = NewType("AccountId", str)
"""A customer code (NIC handle) such as `ab12345-ovh`, case-folded once, at the edge where it came in."""

ServiceId = NewType("ServiceId", str)
"""Route and name of a service, such as `domain/shop.example`; `model.routes` takes it apart."""


def account_id(text: str) -> AccountId:
    """Return `text` as an account id: surrounding blanks dropped, case folded."""
    return AccountId(text.strip().casefold())


class Role(StrEnum):
    """What a contact is for. The order admin, technical, billing is the order of every list."""

    ADMIN = "admin"
    TECHNICAL = "technical"
    BILLING = "billing"


ROLES = (Role.ADMIN, Role.TECHNICAL, Role.BILLING)


class Contacts(NamedTuple):
    """The three contacts of one service; in what is desired, None means that the role is not managed.

    A plain tuple, so that a hundred thousand of them compare at C speed.
    """

    admin: AccountId | None = None
    technical: AccountId | None = None
    billing: AccountId | None = None

    def of(self, role: Role) -> AccountId | None:
        """Return the holder of `role`."""
        return self[ROLES.index(role)]

    def roles_of(self, account: AccountId) -> tuple[Role, ...]:
        """Return the roles that `account` holds here."""
        return tuple(role for role, holder in zip(ROLES, self, strict=True) if holder == account)


Desired = Mapping[ServiceId, Contacts]
Live = Mapping[ServiceId, Contacts]

Marks = Mapping[ServiceId, frozenset[Role]]
"""Roles of services that something holds for; a service without any is not in it."""
