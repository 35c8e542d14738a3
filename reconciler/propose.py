"""The pure pipeline in one place: what the file wants, against what was seen, guards included.

Everything that plans goes through here, so that no path can leave a guard out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import date

from reconciler import guards
from reconciler.branch import Branch
from reconciler.config import Config
from reconciler.diff import compare
from reconciler.model import ROLES, AccountId, Claim, Confirmation, Observation, Role, ServiceId
from reconciler.model.time_box import TimeBox
from reconciler.plan import Beside, Plan, Selection, Situation, Stop, make_plan, narrow, select
from reconciler.progress import by_task, join
from reconciler.progress.joining import is_claimed


def propose(
    config: Config,
    observation: Observation,
    *,
    today: date,
    claims: Mapping[int, Claim] | None = None,
    confirmations: Iterable[Confirmation] = (),
    retries: frozenset[tuple[ServiceId, Role, int]] = frozenset(),
    unknown_accounts: Mapping[AccountId, str] | None = None,
    lifted: Container[str] = frozenset(),
    branch: Branch | None = None,
    selection: Selection | None = None,
) -> Plan:
    """Return the plan for one observation.

    Args:
        config: the file.
        observation: what the endpoint showed.
        today: the UTC day, which decides on time-boxed contacts.
        claims: the tasks that the journal calls ours, by id.
        confirmations: the answers that we gave.
        retries: contacts to ask for again although this newest task of theirs was turned down.
        unknown_accounts: accounts that the endpoint called unknown, with its words.
        lifted: names of guards that this run lifts.
        branch: only what this branch changes is wanted to be seen, planned as after its merge.
        selection: only this part is to be asked for.

    `max_changes_percent` is judged on what is left in the plan as a share of all that is managed: to ask for
    a part is never more than to ask for all.
    """
    claims = claims or {}
    desired = branch.desired if branch else config.desired(today)
    diff = compare(desired, observation.live)
    situation = Situation(
        at=observation.at,
        held=observation.held,
        live=observation.live,
        in_debt=observation.in_debt,
        joined=join(observation.tasks, observation.live, claims),
        answers=by_task(confirmations),
        retries=retries,
        unknown_accounts=unknown_accounts or {},
        vetoes=guards.vetoes(diff.changes, config.guards, observation.held, lifted),
        claimed=frozenset(
            task.id for task in observation.tasks if task.id in claims and is_claimed(task, claims[task.id])
        ),
        expired_retries=config.expired_retries,
        region=config.endpoint.region,
        observed=branch.observed if branch else config.observed,
    )
    plan = make_plan(desired, diff, situation, absent=observation.absent, unknown=observation.unknown)
    managed, services = plan.managed - plan.watched, plan.services - plan.watched_services
    if branch:
        plan = _own(plan, branch, situation)
    if selection:
        plan = select(plan, selection, desired, situation)
    if config.time_boxes:
        plan = replace(plan, time_boxes=_of_trays(plan, config.time_boxes))
    moving = sum(len(request.changes) for request in plan.requests) + len(plan.deferred)
    reason = guards.stops(moving, managed, services, config.guards, lifted)
    if reason is None:
        return plan
    return replace(plan, stopped_by=(Stop(guards.Guard.MAX_CHANGES_PERCENT, reason),))


def _own(plan: Plan, branch: Branch, situation: Situation) -> Plan:
    """Return what a branch adds, and beside it what its base wants moved and is not there yet."""
    own = narrow(plan, lambda service, role: (service, role) in branch.own, branch.desired, situation)
    wanted = tuple(
        (change, tray)
        for change, tray in plan.trays()
        if tray != "observed" and (change.service, change.role) not in branch.own
    )
    return replace(own, beside=Beside(branch.base, wanted, branch.released, branch.contested))


def _of_trays(
    plan: Plan, boxes: Mapping[tuple[ServiceId, Role], TimeBox]
) -> Mapping[tuple[ServiceId, Role], TimeBox]:
    """Return the time boxes of contacts in a tray, in the order of service and role."""
    keys = {(change.service, change.role) for change in plan.changes()} & boxes.keys()
    return {key: boxes[key] for key in sorted(keys, key=lambda key: (key[0], ROLES.index(key[1])))}
