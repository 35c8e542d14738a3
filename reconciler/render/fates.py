"""What the plan does with one contact, and why, in words; for whoever asks about a single service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.diff import Change
from reconciler.model import AccountId, Contacts, Role, ServiceId
from reconciler.plan import Contested, Deferred, Pending, Plan, Request
from reconciler.render.observed import LIFT, standing_of
from reconciler.render.reasons import WORDINGS, remedies, why
from reconciler.render.wording import Accounts, Groups, standing, waits_for

_FIND = (
    "Check the spelling, and whether a configured account is a contact of it. If it no longer exists, take "
    "it out of the file."
)
_READ = "See why it could not be read, then ask again. It does not count as in sync."
_DECLARE = "To manage its contacts, add it to `services` in the file."
_NAME_ONE = "To manage it, name an account for it, for this service or in `defaults`."
_FOLLOW = "`reconciler status` shows the request, `reconciler watch` waits for it."
_LATER = "A later `reconciler apply` asks for it."
_SETTLE = (
    "If that request is right, change the file. If it is not, have one of its parties refuse it: "
    "`reconciler refuse {task}`."
)


class Fate(NamedTuple):
    """What becomes of one contact.

    Attributes:
        tray: of the plan; else `in_sync`, `unmanaged`, `absent` or `unknown`.
        why: one sentence; names in it are not safe to show yet.
        remedies: what a person can do, a paragraph each.
        facts: what programs get beside this, by the names that the plan as JSON has for it.
    """

    tray: str
    why: str
    remedies: tuple[str, ...] = ()
    facts: Mapping[str, Any] = {}


def fate(
    plan: Plan,
    service: ServiceId,
    role: Role,
    *,
    desired: AccountId | None,
    live: Contacts | None,
    declared: bool,
    names: Mapping[AccountId, str],
) -> Fate:
    """Return what the plan does with one contact.

    Args:
        plan: the whole plan.
        service: whose contact.
        role: which contact.
        desired: who is to hold it; None where it is not managed.
        live: who holds the service's contacts; None where it was not seen.
        declared: whether the file declares the service.
        names: the short name of each account that has one.
    """
    found = _in_trays(plan, service, role, live, Accounts(names))
    return found or _beside_trays(plan, service, desired, live, declared=declared)


def contested(plan: Plan, service: ServiceId, role: Role) -> tuple[Contested, ...]:
    """Return the open requests that move a contact to another account than the desired one."""
    return tuple(row for row in plan.contested if _is(row.change, service, role))


def contested_words(row: Contested, accounts: Accounts) -> tuple[str, str]:
    """Return what an open request does to a contact, and what a person can do about it."""
    asker = "someone OVHcloud does not name" if row.asker is None else accounts[row.asker]
    ours = ", through this program" if row.ours else ""
    words = f"open task {row.task} moves it to {accounts[row.towards]} instead, asked by {asker}{ours}"
    return words, _SETTLE.format(task=row.task)


def _in_trays(
    plan: Plan, service: ServiceId, role: Role, live: Contacts | None, accounts: Accounts
) -> Fate | None:
    for request in plan.requests:
        if request.service == service and any(one.role is role for one in request.changes):
            return _requested(plan, request, role, live, accounts)
    for deferred in plan.deferred:
        if _is(deferred.change, service, role):
            return _deferred(deferred, accounts)
    for pending in plan.pending:
        if _is(pending.change, service, role):
            return _pending(pending, accounts)
    for blocked in plan.blocked:
        if _is(blocked.change, service, role):
            words = f"{WORDINGS[blocked.reason].label}: {why(blocked)}"
            if blocked.could_ask:
                words += f"; could ask: {Groups(accounts)[blocked.could_ask]}"
            facts = {"reason": blocked.reason.value, "could_ask": list(blocked.could_ask)}
            return Fate("blocked", words, tuple(remedies([blocked])), facts)
    return _observed(plan, service, role, accounts)


def _observed(plan: Plan, service: ServiceId, role: Role, accounts: Accounts) -> Fate | None:
    for row in plan.observed:
        if _is(row.change, service, role):
            words = f"only observed, never requested; {standing_of(row, accounts)}"
            state = row.state.value if row.state else None
            return Fate("observed", words, (LIFT,), {"task": row.task, "state": state})
    return None


def _requested(plan: Plan, request: Request, role: Role, live: Contacts | None, accounts: Accounts) -> Fate:
    task = next(task for task in request.tasks if role in task.roles)
    words = f"{accounts[request.asker]} asks{_as_whom(request.asker, role, live)}"
    words += f"; must confirm: {Groups(accounts)[task.confirmers]}"
    facts = {"asker": request.asker, "confirmers": list(task.confirmers)}
    if not plan.stopped_by:
        return Fate("requests", words, ("`reconciler apply` asks for it.",), facts)
    guards = "; ".join(f"{stop.guard}: {stop.detail}" for stop in plan.stopped_by)
    remedy = "Nothing is requested until the guard is lifted or the plan changes; `reconciler plan` says how."
    return Fate("requests", f"held back by a guard, {guards}; otherwise {words}", (remedy,), facts)


def _as_whom(asker: AccountId, role: Role, live: Contacts | None) -> str:
    """Return by what right an account asks."""
    if live is None:
        return ""
    if live.admin == asker:
        return ", the admin today" if role is not Role.ADMIN else ", who is the admin today"
    return f", the {role} contact today, because no credentials of the admin are configured"


def _deferred(row: Deferred, accounts: Accounts) -> Fate:
    words = f"waits for {waits_for(row.waits_for)}, then {accounts[row.asker]} asks: {_reason_to_wait(row)}"
    facts = {"asker": row.asker, "waits_for": [*row.waits_for]}
    return Fate("deferred", words, (_LATER,), facts)


def _reason_to_wait(row: Deferred) -> str:
    roles = [one for one in row.waits_for if isinstance(one, Role)]
    if row.change.role is Role.ADMIN and roles:
        return "the admin goes last, for who hands the role over can ask for nothing more"
    return "OVHcloud runs one contact change per service at a time"


def _pending(row: Pending, accounts: Accounts) -> Fate:
    words = f"requested already, task {row.task}: {standing(row.state, row.waiting_for, Groups(accounts))}"
    facts = {"task": row.task, "state": row.state.value, "waiting_for": list(row.waiting_for)}
    return Fate("pending", words, (_FOLLOW,), facts)


def _beside_trays(
    plan: Plan, service: ServiceId, desired: AccountId | None, live: Contacts | None, *, declared: bool
) -> Fate:
    for row in plan.unknown:
        if row.service == service:
            return Fate("unknown", f"could not be read: {row.detail}", (_READ,))
    if service in plan.absent:
        return Fate(
            "absent", "every account that could be read answered that it sees no such service", (_FIND,)
        )
    if not declared:
        return Fate("unmanaged", "the file does not declare this service: it is left alone", (_DECLARE,))
    if desired is None:
        words = "neither the service nor `defaults` names an account: whoever holds it keeps it"
        return Fate("unmanaged", words, (_NAME_ONE,))
    if live is None:
        return Fate("unknown", "it was not seen", (_READ,))
    return Fate("in_sync", "held by the account that the file names")


def _is(change: Change, service: ServiceId, role: Role) -> bool:
    return change.service == service and change.role is role


def open_words(plan: Plan, service: ServiceId) -> Iterator[str]:
    """Yield what may be open for a service, though it cannot be told whether it is about this one."""
    for row in plan.unjoined:
        if service in row.services:
            yield f"open task {row.task.id} may be about it: OVHcloud gives only the name {row.task.name}"
