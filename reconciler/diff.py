"""Desired against live, contact by contact.

Every contact always has exactly one holder, so there is one kind of change.
"""

from __future__ import annotations

from typing import NamedTuple

from reconciler.model import AccountId, Role, ServiceId


class Change(NamedTuple):
    """One contact that is not the desired one; `live` is None where the endpoint cannot show it."""

    service: ServiceId
    role: Role
    live: AccountId | None
    desired: AccountId
