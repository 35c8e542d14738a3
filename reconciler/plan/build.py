"""From what differs to the trays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from reconciler.diff import Change, Diff
from reconciler.model import ROLES, ServiceId, route_of
from reconciler.model.contacts import Desired
from reconciler.model.routes import ROUTES
from reconciler.plan.blocks import block
from reconciler.plan.fingerprint import fingerprint
from reconciler.plan.observed import apart, observed_rows, watched
from reconciler.plan.sequence import sequence
from reconciler.plan.situation import Situation
from reconciler.plan.tasks import on_its_way
from reconciler.plan.trays import Blocked, Contested, Deferred, Pending, Plan, Request, Unjoined, Unknown
from reconciler.progress import waiting_for


def make_plan(
    desired: Desired,
    diff: Diff,
    situation: Situation,
    *,
    absent: Iterable[ServiceId] = (),
    unknown: Mapping[ServiceId, str] | None = None,
) -> Plan:
    """Return the plan: every wanted change in exactly one tray.

    Args:
        desired: who is to hold which role.
        diff: the contacts that are not as desired.
        situation: what is known besides.
        absent: declared services that no held account sees.
        unknown: declared services that could not be read, each with the reason.
    """
    requests: list[Request] = []
    deferred: list[Deferred] = []
    pending: list[Pending] = []
    blocked: list[Blocked] = []
    differing = sorted((*diff.changes, *_unsupported(desired, situation)), key=_order)
    wanted, observed = apart(differing, lambda change: change, situation)
    contested, moved_away = apart(_contested(desired, situation), lambda row: row.change, situation)
    for _, changes in groupby(wanted, key=lambda change: change.service):
        askable: list[Change] = []
        stuck: list[Blocked] = []
        for change in changes:
            task = on_its_way(change, situation)
            if task is not None:
                waits = waiting_for(task, situation.answers)
                pending.append(Pending(change, task.id, task.state, waits))
            elif (reason := block(change, situation)) is not None:
                stuck.append(reason)
            else:
                askable.append(change)
        request, later = sequence(askable, stuck, situation)
        requests += [request] if request else []
        deferred += later
        blocked += stuck
    watched_contacts, watched_services = watched(desired, situation)
    return Plan(
        requests=tuple(requests),
        deferred=tuple(deferred),
        pending=tuple(pending),
        blocked=tuple(blocked),
        observed=observed_rows([*observed, *(row.change for row in moved_away)], situation),
        contested=tuple(contested),
        absent=tuple(sorted(absent)),
        unmanaged=diff.unmanaged,
        unknown=tuple(Unknown(service, detail) for service, detail in sorted((unknown or {}).items())),
        in_sync=diff.in_sync,
        managed=diff.managed,
        services=sum(map(any, desired.values())),
        watched=watched_contacts,
        watched_services=watched_services,
        fingerprint=fingerprint(requests, situation),
        unjoined=tuple(Unjoined(task, services) for task, services in situation.joined.loose),
    )


def _unsupported(desired: Desired, situation: Situation) -> Iterator[Change]:
    """Yield the managed contacts of services whose product the endpoint's zone does not offer."""
    if all(route.offers_change_in(situation.region) for route in ROUTES.values()):
        return
    for service, row in desired.items():
        if service not in situation.live and not route_of(service).offers_change_in(situation.region):
            for role, account in zip(ROLES, row, strict=True):
                if account is not None:
                    yield Change(service, role, None, account)


def _contested(desired: Desired, situation: Situation) -> Iterator[Contested]:
    """Yield the managed contacts that an open task moves to another account than the desired one."""
    for service in sorted(situation.joined.tasks.keys() & desired.keys() & situation.live.keys()):
        for role, wanted, live in zip(ROLES, desired[service], situation.live[service], strict=True):
            for task in situation.joined.open_tasks(service):
                if wanted is not None and role in task.roles and task.to_account != wanted:
                    change = Change(service, role, live, wanted)
                    ours = task.id in situation.claimed
                    yield Contested(change, task.id, task.asker, task.to_account, ours)


def _order(change: Change) -> tuple[ServiceId, int]:
    return change.service, ROLES.index(change.role)
