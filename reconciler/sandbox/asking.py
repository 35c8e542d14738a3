"""Who may ask for what: OVHcloud's side of the rules, in its own words.

Sources: OVHcloud's guide "Managing contacts" (roles, unpaid invoices, payment method, geographical zone) and
its control panel (a service in debt keeps its billing contact). Of the refusals only one wording is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from reconciler.model import ROLES, AccountId, Contacts, Role
from reconciler.sandbox.refusals import Refusal, bad_request, forbidden
from reconciler.sandbox.world import IN_DEBT

ALREADY_RUNNING = "A contact change task is already running on this service"


class Move(NamedTuple):
    """What one task does: these roles go from one account to one other."""

    from_account: AccountId
    to_account: AccountId
    roles: tuple[Role, ...]


class Customer(Protocol):
    """What must be known of an account to judge a request."""

    @property
    def unpaid_invoices(self) -> int:
        """Return how many invoices it has not paid."""

    @property
    def payment_method(self) -> bool:
        """Return whether it has a valid one."""

    @property
    def region(self) -> str:
        """Return its geographical zone."""


class Obstacle(NamedTuple):
    """Why a move cannot be: `late_state` is how its task ends where this shows only later."""

    message: str
    late_state: str


def changed_roles(live: Contacts, wanted: Mapping[Role, AccountId]) -> tuple[Role, ...]:
    """Return the roles that the request really changes; naming the present holder changes nothing."""
    return tuple(role for role in ROLES if role in wanted and wanted[role] != live.of(role))


def moves(live: Contacts, wanted: Mapping[Role, AccountId]) -> tuple[Move, ...]:
    """Return one move for each pair of old and new account."""
    pairs: dict[tuple[AccountId, AccountId], list[Role]] = {}
    for role in changed_roles(live, wanted):
        old = live.of(role)
        assert old is not None, "every contact of a live service has a holder"
        pairs.setdefault((old, wanted[role]), []).append(role)
    return tuple(Move(old, new, tuple(roles)) for (old, new), roles in pairs.items())


def refuse_by_role(asker: AccountId, live: Contacts, roles: tuple[Role, ...]) -> Refusal | None:
    """Return the refusal of an asker who may not hand over one of `roles`, or None if he may all."""
    if asker == live.admin:
        return None
    for role in roles:
        if role is Role.ADMIN:
            return forbidden(
                "Only the administrator contact of this service may hand over its administration"
            )
        if asker != live.of(role):
            return forbidden(
                f"Only the administrator contact or the present {role} contact of this service "
                f"may change its {role} contact"
            )
    return None


def obstacle(move: Move, status: str, customers: Mapping[str, Customer]) -> Obstacle | None:
    """Return what stands against a move that its asker may ask for, or None.

    Args:
        move: old and new account with the roles.
        status: the service's state, as `serviceInfos` shows it.
        customers: the accounts that exist, by id, at least the two of the move.
    """
    new = customers.get(move.to_account)
    if new is None:
        return Obstacle(f"This account does not exist: {move.to_account}", "error")
    old = customers.get(move.from_account)
    if old is not None and old.region != new.region:
        return Obstacle(
            f"{move.from_account} and {move.to_account} are not in the same geographical zone", "refused"
        )
    if Role.BILLING in move.roles and status in IN_DEBT:
        return Obstacle("The billing contact cannot change while this service has unpaid debts", "refused")
    for account in (move.from_account, move.to_account):
        customer = customers.get(account)
        if customer is not None and customer.unpaid_invoices:
            return Obstacle(f"{account} has unpaid invoices", "refused")
    if Role.BILLING in move.roles and not new.payment_method:
        return Obstacle(f"{move.to_account} has no valid payment method", "refused")
    return None


def nothing_to_change() -> Refusal:
    """Return the refusal of a request that names the present contacts, or none at all."""
    return bad_request("None of the contacts would change")
