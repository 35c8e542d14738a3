"""A plan cut down to some of its contacts. Nothing is added by cutting: what waited still waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from reconciler.model import ROLES, Role, ServiceId
from reconciler.model.contacts import Desired
from reconciler.plan.fingerprint import fingerprint
from reconciler.plan.observed import watched
from reconciler.plan.sequence import planned_tasks
from reconciler.plan.situation import Situation
from reconciler.plan.trays import Plan, Request

Chosen = Callable[[ServiceId, Role], bool]
"""Tells whether a contact is to stay in the plan."""


def narrow(plan: Plan, chosen: Chosen, desired: Desired, situation: Situation) -> Plan:
    """Return the plan with the chosen contacts only: trays, counts, and the fingerprint over what is left.

    A POST keeps the chosen roles of its service. Services are left out where no role of theirs is chosen.

    Args:
        plan: made for the whole of `desired`, so that order and deferral are those of the whole.
        chosen: which contacts stay.
        desired: who is to hold which role.
        situation: what the plan was made from.
    """

    def stays(service: ServiceId) -> bool:
        return any(chosen(service, role) for role in ROLES)

    requests = tuple(_cut(plan, chosen))
    managed = [
        (service, role, wanted)
        for service, row in desired.items()
        for role, wanted in zip(ROLES, row, strict=True)
        if wanted is not None and chosen(service, role)
    ]
    readable = [
        (situation.live[service].of(role), wanted)
        for service, role, wanted in managed
        if service in situation.live
    ]
    contacts, services = watched(desired, situation, chosen)
    return replace(
        plan,
        requests=requests,
        deferred=tuple(row for row in plan.deferred if chosen(row.change.service, row.change.role)),
        pending=tuple(row for row in plan.pending if chosen(row.change.service, row.change.role)),
        blocked=tuple(row for row in plan.blocked if chosen(row.change.service, row.change.role)),
        observed=tuple(row for row in plan.observed if chosen(row.change.service, row.change.role)),
        contested=tuple(row for row in plan.contested if chosen(row.change.service, row.change.role)),
        absent=tuple(filter(stays, plan.absent)),
        unmanaged=tuple(filter(stays, plan.unmanaged)),
        unknown=tuple(row for row in plan.unknown if stays(row.service)),
        in_sync=sum(live == wanted for live, wanted in readable),
        managed=len(readable),
        services=len({service for service, _, _ in managed}),
        watched=contacts,
        watched_services=services,
        fingerprint=fingerprint(requests, situation),
    )


def _cut(plan: Plan, chosen: Chosen) -> Iterator[Request]:
    for request in plan.requests:
        changes = tuple(change for change in request.changes if chosen(change.service, change.role))
        if changes:
            yield Request(request.service, request.asker, changes, planned_tasks(request.asker, changes))
