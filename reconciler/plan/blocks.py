"""Why a change cannot be asked for: a closed list of checks in the order in which reasons are given."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.diff import Change
from reconciler.model import AccountId, Contacts, Role, route_of
from reconciler.plan.situation import Situation
from reconciler.plan.tasks import elsewhere, turned_down
from reconciler.plan.trays import Blocked, Reason
from reconciler.rules import choose_asker, could_ask

_OWNERS_WAY = (
    "; the domain's owner may still have its owner or its contacts changed, by OVHcloud's web procedures "
    "with an identity check"
)
"""Source: OVHcloud's guide on managing contacts; procedureChangeOwner and procedureChangeContacts."""

Check = Callable[[Change, Situation], str | None]
"""Returns what stands in the way, in words; None where nothing does."""

MAY_PASS = frozenset(
    {
        Reason.CONFLICTING_REQUEST,
        Reason.TURNED_DOWN,
        Reason.SERVICE_IN_DEBT,
        Reason.UNPAID_INVOICES,
        Reason.NO_PAYMENT_METHOD,
    }
)
"""Causes that may pass, so that the admin's right to ask will be needed again."""


def block(change: Change, situation: Situation) -> Blocked | None:
    """Return why the change cannot be asked for, the first reason that holds, or None."""
    for reason, check in _CHECKS:
        detail = check(change, situation)
        if detail is not None:
            return Blocked(change, reason, detail, _could_ask(change, situation, reason))
    return None


def _could_ask(change: Change, situation: Situation, reason: Reason) -> tuple[AccountId, ...]:
    if reason is not Reason.NOT_PERMITTED:
        return ()
    return could_ask(_contacts(change, situation), change.role)


def _contacts(change: Change, situation: Situation) -> Contacts:
    return situation.live.get(change.service, Contacts())


def _conflicting_request(change: Change, situation: Situation) -> str | None:
    task = elsewhere(change, situation)
    if task is None:
        return None
    return f"task {task.id}, asked by {task.asker or 'an unnamed account'}, moves it to {task.to_account}"


def _unsupported_service(change: Change, situation: Situation) -> str | None:
    if route_of(change.service).offers_change_in(situation.region):
        return None
    return f"the {situation.region} endpoint offers no contact change for this product"


def _other_region(change: Change, situation: Situation) -> str | None:
    """Source: OVHcloud's guide; contacts change only between two accounts of the same geographical zone."""
    old, new = _region(change.live, situation), _region(change.desired, situation)
    if old is None or new is None or old == new:
        return None
    return f"{change.desired} belongs to zone {new}, {change.live} to zone {old}"


def _region(account: AccountId | None, situation: Situation) -> str | None:
    facts = situation.held.get(account) if account is not None else None
    return facts.region if facts is not None else None


def _service_in_debt(change: Change, situation: Situation) -> str | None:
    """Source: the control panel closes the billing field while a service is `pendingDebt` or `unPaid`."""
    if change.role is not Role.BILLING or change.service not in situation.in_debt:
        return None
    return "the service has an unpaid bill"


def _unpaid_invoices(change: Change, situation: Situation) -> str | None:
    """Source: OVHcloud's guide; neither the old nor the new account may have an unpaid invoice."""
    for account in (change.live, change.desired):
        facts = situation.held.get(account) if account is not None else None
        if facts is not None and facts.unpaid_invoices:
            return f"{account} has unpaid invoices"
    return None


def _no_payment_method(change: Change, situation: Situation) -> str | None:
    """Source: OVHcloud's guide of 2026; a new billing contact needs a valid payment method."""
    facts = situation.held.get(change.desired)
    if change.role is not Role.BILLING or facts is None or facts.payment_method is not False:
        return None
    return f"{change.desired} has no valid payment method"


def _not_permitted(change: Change, situation: Situation) -> str | None:
    contacts = _contacts(change, situation)
    if choose_asker(contacts, change.role, situation.held) is not None:
        return None
    holders = " or ".join(could_ask(contacts, change.role))
    owners_way = _OWNERS_WAY if route_of(change.service).key == "domain" else ""
    return f"only {holders} may ask, and we hold no credentials of theirs{owners_way}"


def _unknown_account(change: Change, situation: Situation) -> str | None:
    return situation.unknown_accounts.get(change.desired)


def _guard(change: Change, situation: Situation) -> str | None:
    return situation.vetoes.get((change.service, change.role))


_CHECKS: tuple[tuple[Reason, Check], ...] = (
    (Reason.CONFLICTING_REQUEST, _conflicting_request),
    (Reason.TURNED_DOWN, turned_down),
    (Reason.UNSUPPORTED_SERVICE, _unsupported_service),
    (Reason.OTHER_REGION, _other_region),
    (Reason.SERVICE_IN_DEBT, _service_in_debt),
    (Reason.UNPAID_INVOICES, _unpaid_invoices),
    (Reason.NO_PAYMENT_METHOD, _no_payment_method),
    (Reason.NOT_PERMITTED, _not_permitted),
    (Reason.UNKNOWN_ACCOUNT, _unknown_account),
    (Reason.GUARD, _guard),
)
