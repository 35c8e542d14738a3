"""What must become of every contact of one service: a reference that shares no code with the program.

Plain data in, plain data out, written from the rules as text, so that it can disagree with the program.
Where the text leaves room, the most literal reading was taken:

1. Askers are accounts that may ask *today*. (A held account that becomes admin on the way could name itself
   technical with one confirmation less; the text counts assignments, not orders of asking.)
2. One POST carries everything that one account asks for on a service, also when it is technical and billing
   contact without being admin: that is the fewest POSTs.
3. Pending beats blocked beats deferred beats requests: a blocked change stays blocked while a task is open.
4. Guards speak before the order of asking is worked out: what a guard holds back is never waited for.
5. A change that shares the admin's from->to pair is never a reason for the hand-over to wait, not even while
   it is blocked itself; when both can be asked it waits as long as the hand-over does, for the same roles.
   When the hand-over itself is blocked or pending, it goes its own way.
6. While tasks are open, a change waits for all their ids and for nothing else; without, for roles only.
7. Two POSTs without the admin's right: the second waits for the roles of the first.
8. `other_region` needs both regions, and they must differ: an account we do not hold tells nothing.
9. The newest settled task is the one with the highest id; ids grow.
10. A row of `expired` or `error` towards the desired account is as long as its unbroken run, and leave to ask
    again breaks it: what a person asked for was not asked for "by itself".
11. A `done` task counts as pending by its own dates, whatever settled after it; without a date of its end it
    does not.
12. A task in `doing` or `done` waits for nobody.
13. Of several open tasks that make the change the newest is named.
14. An open task that fits no service defers every change of every seen service of its name.
"""

from __future__ import annotations

from itertools import takewhile
from typing import Any, NamedTuple

from tests.oracle.askers import (
    ROLES,
    Moves,
    best,
    confirmers,
    could_ask,
    pairs,
    reasons_to_keep_the_admin,
    rollout,
)

OPEN = ("todo", "checkValidity", "validatingByCustomers", "doing")
MAY_PASS = ("conflicting_request", "turned_down", "service_in_debt", "unpaid_invoices", "no_payment_method")

Verdict = dict[str, Any]


class Asked(NamedTuple):
    """A task that was joined to the service; `ended` is in minutes before now."""

    id: int
    asker: str | None
    source: str
    target: str
    roles: tuple[str, ...]
    state: str
    ended: float | None = None


class Case(NamedTuple):
    """One service and what is known around it.

    `desired` has no entry for an unmanaged role. `strays` are open tasks that may belong to the service but
    could not be joined. `leave` holds (role, task id) that a person allowed to be asked again. `vetoed` are
    roles that a guard holds back. Facts about accounts that are not held are there to be ignored.
    """

    live: dict[str, str]
    desired: dict[str, str]
    held: frozenset[str]
    tasks: tuple[Asked, ...] = ()
    strays: tuple[int, ...] = ()
    unpaid: frozenset[str] = frozenset()
    without_payment_method: frozenset[str] = frozenset()
    region: dict[str, str] = {}  # noqa: RUF012 (never changed)
    in_debt: bool = False
    supported: bool = True
    leave: frozenset[tuple[str, int]] = frozenset()
    expired_retries: int = 1
    vetoed: frozenset[str] = frozenset()
    unknown_accounts: frozenset[str] = frozenset()
    ours: frozenset[int] = frozenset()
    confirmed: frozenset[tuple[int, str]] = frozenset()


def judge(case: Case) -> dict[str, Any]:
    """Return `{"rows": {role: verdict}, "contested": [...], "post": ... or None}` for one service."""
    rows: dict[str, Verdict] = {}
    moves: Moves = {}
    for role in ROLES:
        if role not in case.desired:
            continue
        source, target = case.live[role], case.desired[role]
        if source == target:
            rows[role] = {"tray": "in_sync"}
            continue
        found = _pending(case, role) or _blocked(case, role)
        if found:
            rows[role] = found
        else:
            moves[role] = (source, target)
    post = _in_turn(case, moves, rows)
    return {
        "rows": {role: rows[role] for role in ROLES if role in rows},
        "contested": _contested(case),
        "post": post,
    }


def _pending(case: Case, role: str) -> Verdict | None:
    """Return the open task that makes the change already, or one done so lately that the service lags."""
    wanted = case.desired[role]
    for task in sorted(case.tasks, reverse=True):
        if task.state in OPEN and role in task.roles and task.target == wanted:
            must = [] if task.state == "doing" else confirmers(task.asker or task.target, task.target)
            missing = [who for who in must if (task.id, who) not in case.confirmed]
            return {"tray": "pending", "task": task.id, "state": task.state, "waiting_for": missing}
    for task in sorted(case.tasks, reverse=True):
        fresh = task.state == "done" and task.ended is not None and task.ended < 15
        if fresh and role in task.roles and (task.source, task.target) == (case.live[role], wanted):
            return {"tray": "pending", "task": task.id, "state": "done", "waiting_for": []}
    return None


def _blocked(case: Case, role: str) -> Verdict | None:
    """Return the first reason of the closed list that holds."""
    able = could_ask(case.live, role)
    source, target = case.live[role], case.desired[role]
    concerned = {source, target} & case.held
    regions = {case.region[who] for who in concerned if who in case.region}
    holds = {
        "conflicting_request": any(task.state in OPEN and role in task.roles for task in case.tasks),
        "turned_down": _turned_down(case, role),
        "unsupported_service": not case.supported,
        "other_region": len(regions) == 2,
        "service_in_debt": role == "billing" and case.in_debt,
        "unpaid_invoices": bool(concerned & case.unpaid),
        "no_payment_method": role == "billing" and target in case.held & case.without_payment_method,
        "not_permitted": not case.held.intersection(able),
        "unknown_account": target in case.unknown_accounts,
        "guard": role in case.vetoed,
    }
    for reason, true in holds.items():
        if true:
            return {"tray": "blocked", "reason": reason, "could_ask": able}
    return None


def _turned_down(case: Case, role: str) -> bool:
    """Tell whether the newest settled task on the role holds the change."""
    past = [
        task for task in sorted(case.tasks, reverse=True) if task.state not in OPEN and role in task.roles
    ]
    if not past or past[0].target != case.desired[role] or (role, past[0].id) in case.leave:
        return False
    if past[0].state in {"refused", "aborted"}:
        return True
    in_a_row = takewhile(
        lambda task: (
            task.state in {"expired", "error"}
            and task.target == case.desired[role]
            and (role, task.id) not in case.leave
        ),
        past,
    )
    return len(list(in_a_row)) > case.expired_retries


def _in_turn(case: Case, moves: Moves, rows: dict[str, Verdict]) -> Verdict | None:
    """Put what may be asked into `rows`, now or later, and return the POST that goes now."""
    if not moves:
        return None
    kept_for = tuple(
        role
        for role, row in rows.items()
        if row.get("reason") in MAY_PASS
        and "admin" in moves
        # the hand-over is asked by the outgoing admin, so he is held, so every other change is his to ask
        and (case.live[role], case.desired[role]) != moves["admin"]
    )
    asker = best(case.live, moves, case.held, kept_for)
    still_open = [task.id for task in case.tasks if task.state in OPEN]
    ids = sorted({*still_open, *case.strays})
    if ids:
        rows.update({role: {"tray": "deferred", "asker": asker[role], "waits_for": ids} for role in moves})
        return None
    keep = reasons_to_keep_the_admin(asker, moves, case.held, kept_for)
    posts = rollout(asker, moves, case.held, kept_for)
    posts.sort(key=lambda post: ROLES.index(post[1][0]))
    if keep:
        late = next(post for post in posts if "admin" in post[1])
        posts.remove(late)
        rows.update(
            {role: {"tray": "deferred", "asker": late[0], "waits_for": list(keep)} for role in late[1]}
        )
    if not posts:
        return None
    now, *later = posts
    rows.update({role: {"tray": "requests", "asker": now[0]} for role in now[1]})
    for who, roles in later:
        rows.update({role: {"tray": "deferred", "asker": who, "waits_for": list(now[1])} for role in roles})
    return {
        "asker": now[0],
        "roles": list(now[1]),
        "tasks": [
            {"from": source, "to": target, "roles": list(roles), "confirmers": confirmers(now[0], target)}
            for source, target, roles in pairs(moves, now[1])
        ],
    }


def _contested(case: Case) -> list[Verdict]:
    """Return every open task that moves a managed contact elsewhere, also when the contact is right today."""
    return [
        {
            "role": role,
            "live": case.live[role],
            "desired": case.desired[role],
            "task": task.id,
            "asker": task.asker,
            "towards": task.target,
            "ours": task.id in case.ours,
        }
        for role in ROLES
        if role in case.desired
        for task in sorted(case.tasks)
        if task.state in OPEN and role in task.roles and task.target != case.desired[role]
    ]
