"""Between the program's values and the reference's plain ones, and the comparison of both.

Joining is done the slow way here too: a task belongs to the service that the journal names, else to the only
seen service of its bare name whose live contacts equal `from` in all the task's roles. (The text is silent
on a task that has no name; taken here: it is never joined, and while open it may be any service's that fits.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from reconciler.config.model import Config
from reconciler.model import (
    ROLES,
    AccountId,
    Answer,
    Claim,
    Confirmation,
    Contacts,
    Observation,
    Role,
    ServiceId,
    Task,
    route_of,
    service_name,
)
from reconciler.plan import Plan
from reconciler.propose import propose
from tests.builders import TODAY, World
from tests.oracle.oracle import OPEN, Asked, Case, judge

Retries = frozenset[tuple[ServiceId, Role, int]]


def disagreements(
    world: World,
    *,
    claims: Mapping[int, Claim] | None = None,
    confirmations: Iterable[Confirmation] = (),
    retries: Retries = frozenset(),
    unknown_accounts: Mapping[AccountId, str] | None = None,
) -> list[str]:
    """Return where the program's plan and the reference differ, one line a service; none: they agree."""
    answers = tuple(confirmations)
    plan = propose(
        world.config,
        world.observation,
        today=TODAY,
        claims=claims,
        confirmations=answers,
        retries=retries,
        unknown_accounts=unknown_accounts,
    )
    found = told(plan)
    wrong = []
    in_sync = 0
    for service, case in cases(world, claims or {}, answers, retries, unknown_accounts or {}).items():
        want = judge(case)
        right = {role for role, row in want["rows"].items() if row["tray"] == "in_sync"}
        in_sync += len(right)
        want["rows"] = {role: _comparable(row) for role, row in want["rows"].items() if role not in right}
        have = found.pop(service, {"rows": {}, "contested": [], "post": None})
        if have != want:
            wrong.append(f"{service}: {case}\n    plan   {have}\n    oracle {want}")
    wrong += [f"{service}: not declared, and yet planned {rows}" for service, rows in found.items()]
    if plan.in_sync != in_sync:
        wrong.append(f"in sync: plan {plan.in_sync}, oracle {in_sync}")
    return wrong


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict without what the text leaves open: who could ask is named where nobody may."""
    named = row.get("reason") == "not_permitted"
    kept = {key: value for key, value in row.items() if key != "could_ask"}
    return {**kept, "could_ask": sorted(row["could_ask"])} if named else kept


def told(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return what a plan says of each service, in the reference's shape; what is in sync is left out."""
    services: dict[str, dict[str, Any]] = {}

    def put(service: str, role: Role, row: dict[str, Any]) -> None:
        rows = services.setdefault(service, {"rows": {}, "contested": [], "post": None})["rows"]
        assert role.value not in rows, f"{service}:{role} lies in two trays"
        rows[role.value] = row

    for request in plan.requests:
        for change in request.changes:
            put(change.service, change.role, {"tray": "requests", "asker": request.asker})
        assert services[request.service]["post"] is None, f"{request.service}: two POSTs at once"
        services[request.service]["post"] = {
            "asker": request.asker,
            "roles": [change.role.value for change in request.changes],
            "tasks": [
                {
                    "from": task.from_account,
                    "to": task.to_account,
                    "roles": [role.value for role in task.roles],
                    "confirmers": list(task.confirmers),
                }
                for task in request.tasks
            ],
        }
    for late in plan.deferred:
        waits = [one.value if isinstance(one, Role) else one for one in late.waits_for]
        put(
            late.change.service,
            late.change.role,
            {"tray": "deferred", "asker": late.asker, "waits_for": waits},
        )
    for open_ in plan.pending:
        row = {"tray": "pending", "task": open_.task, "state": open_.state.value}
        put(open_.change.service, open_.change.role, {**row, "waiting_for": list(open_.waiting_for)})
    for held_back in plan.blocked:
        assert held_back.detail, f"{held_back}: says nothing"
        row = {"tray": "blocked", "reason": held_back.reason.value, "could_ask": list(held_back.could_ask)}
        put(held_back.change.service, held_back.change.role, _comparable(row))
    for other in plan.contested:
        service = services.setdefault(other.change.service, {"rows": {}, "contested": [], "post": None})
        service["contested"].append(
            {
                "role": other.change.role.value,
                "live": other.change.live,
                "desired": other.change.desired,
                "task": other.task,
                "asker": other.asker,
                "towards": other.towards,
                "ours": other.ours,
            }
        )
    return services


def cases(
    world: World,
    claims: Mapping[int, Claim],
    confirmations: Iterable[Confirmation],
    retries: Retries,
    unknown_accounts: Collection[str],
) -> dict[str, Case]:
    """Return every declared and seen service as the reference wants it."""
    config, seen = world.config, world.observation
    joined, strays = _join(seen, claims)
    leave: dict[str, frozenset[tuple[str, int]]] = {}
    for service, role, task in retries:
        leave[service] = leave.get(service, frozenset()) | {(role.value, task)}
    accepted: dict[int, set[str]] = {}
    for answer in confirmations:
        if answer.answer is Answer.ACCEPTED:
            accepted.setdefault(answer.task, set()).add(answer.account)
    found = {}
    for service, desired in config.desired(TODAY).items():
        if service not in seen.live:
            continue
        live, own = seen.live[service], joined.get(service, [])
        around = {who for who in (*live, *desired) if who is not None}
        facts = [seen.held[who] for who in around if who in seen.held]
        found[str(service)] = Case(
            live=_plain(live),
            desired=_plain(desired),
            held=frozenset(one.id for one in facts),
            tasks=tuple(_asked(task, seen) for task in own),
            strays=tuple(strays.get(service, [])),
            unpaid=frozenset(one.id for one in facts if one.unpaid_invoices),
            without_payment_method=frozenset(one.id for one in facts if one.payment_method is False),
            region={one.id: one.region.value for one in facts if one.region},
            in_debt=service in seen.in_debt,
            supported=route_of(service).offers_change_in(config.endpoint.region),
            leave=leave.get(service, frozenset()),
            expired_retries=config.expired_retries,
            vetoed=_vetoed(config, seen, service),
            unknown_accounts=frozenset(around & set(unknown_accounts)),
            ours=frozenset(task.id for task in own if task.id in claims),
            confirmed=frozenset((task.id, who) for task in own for who in accepted.get(task.id, ())),
        )
    return found


def _plain(contacts: Contacts) -> dict[str, str]:
    return {role.value: str(contacts.of(role)) for role in ROLES if contacts.of(role) is not None}


def _asked(task: Task, seen: Observation) -> Asked:
    ended = None if task.settled is None else (seen.at - task.settled).total_seconds() / 60
    roles = tuple(role.value for role in task.roles)
    return Asked(task.id, task.asker, task.from_account, task.to_account, roles, task.state.value, ended)


def _join(
    seen: Observation, claims: Mapping[int, Claim]
) -> tuple[dict[str, list[Task]], dict[str, list[int]]]:
    """Return the tasks of each service, and the open ones that may be its own and could not be joined."""
    joined: dict[str, list[Task]] = {}
    strays: dict[str, list[int]] = {}
    of_name: dict[str, list[ServiceId]] = {}
    for service in seen.live:
        of_name.setdefault(service_name(service).casefold(), []).append(service)
    for task in seen.tasks:
        if task.id in claims:
            joined.setdefault(claims[task.id].service, []).append(task)
            continue
        named = list(seen.live) if task.name is None else of_name.get(task.name.casefold(), [])
        fits = [
            one for one in named if all(seen.live[one].of(role) == task.from_account for role in task.roles)
        ]
        if len(fits) == 1 and task.name is not None:
            joined.setdefault(fits[0], []).append(task)
        elif task.state.value in OPEN:
            for service in fits or (named if task.name is not None else ()):
                strays.setdefault(service, []).append(task.id)
    return joined, strays


def _vetoed(config: Config, seen: Observation, service: ServiceId) -> frozenset[str]:
    """Return the roles that a guard holds back."""
    held_back: set[str] = set()
    for pattern in config.guards.protected:
        of, _, role = pattern.partition(":")
        if of == service or (set(of) & {"*", "?"} and fnmatchcase(service, of)):
            held_back |= {role} if role else {one.value for one in ROLES}
    new = config.desired(TODAY)[service].admin
    if not any(new in ours for ours in (seen.held, seen.unreadable, config.guards.allow_admin_handover_to)):
        held_back.add("admin")
    return frozenset(held_back)
