"""What goes now and what waits: one open request per service, and the admin's hand-over goes last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.diff import Change
from reconciler.model import AccountId, Role
from reconciler.plan.blocks import MAY_PASS
from reconciler.plan.situation import Situation
from reconciler.plan.trays import Blocked, Deferred, PlannedTask, Request
from reconciler.rules import choose_asker, confirmers, needs_admin, ordered


def sequence(
    askable: Sequence[Change], blocked: Sequence[Blocked], situation: Situation
) -> tuple[Request | None, tuple[Deferred, ...]]:
    """Return the one POST that a service gets now, and the changes that wait for their turn.

    Args:
        askable: changes of one service that nothing blocks and no task brings about yet.
        blocked: the blocked changes of the same service.
        situation: what is known besides.
    """
    if not askable:
        return None, ()
    asked = [(change, _asker(change, situation)) for change in askable]
    running = _running(askable[0], situation)
    if running:
        return None, tuple(Deferred(change, asker, running) for change, asker in asked)
    handover = _handover(askable)
    needed = _needing_the_admin(handover, askable, blocked, situation)
    held_back = handover if needed else ()
    later = [Deferred(change, asker, needed) for change, asker in asked if change in held_back]
    now = [(change, asker) for change, asker in asked if change not in held_back]
    if not now:
        return None, tuple(later)
    first = now[0][1]
    going = tuple(change for change, asker in now if asker == first)
    roles = ordered([change.role for change in going])
    later += [Deferred(change, asker, roles) for change, asker in now if asker != first]
    return Request(going[0].service, first, going, planned_tasks(first, going)), _by_role(later)


def planned_tasks(asker: AccountId, changes: Iterable[Change]) -> tuple[PlannedTask, ...]:
    """Return the tasks that OVHcloud will make of one POST: one per from->to pair, with its roles."""
    pairs: dict[tuple[AccountId, AccountId], list[Role]] = {}
    for change in changes:
        assert change.live is not None, "a service that the endpoint cannot show is blocked"
        pairs.setdefault((change.live, change.desired), []).append(change.role)
    return tuple(
        PlannedTask(old, new, ordered(roles), confirmers(asker, new)) for (old, new), roles in pairs.items()
    )


def _asker(change: Change, situation: Situation) -> AccountId:
    asker = choose_asker(situation.live[change.service], change.role, situation.held)
    assert asker is not None, "what nobody may ask for is blocked"
    return asker


def _running(change: Change, situation: Situation) -> tuple[int, ...]:
    """Return the open tasks of the service, and those that may be about it."""
    sure = (task.id for task in situation.joined.open_tasks(change.service))
    return tuple(sorted({*sure, *situation.joined.doubts.get(change.service, ())}))


def _handover(askable: Iterable[Change]) -> tuple[Change, ...]:
    """Return the change of admin with those that share its from->to pair: one task, they travel together."""
    admin = next((change for change in askable if change.role is Role.ADMIN), None)
    return () if admin is None else tuple(change for change in askable if change.pair == admin.pair)


def _needing_the_admin(
    handover: Sequence[Change],
    askable: Iterable[Change],
    blocked: Iterable[Blocked],
    situation: Situation,
) -> tuple[Role, ...]:
    """Return the roles whose change would lose its asker with the outgoing admin.

    None where we also hold the incoming admin, who can ask for them then.
    """
    if not handover or handover[0].desired in situation.held:
        return ()
    may_pass = [row.change for row in blocked if row.reason in MAY_PASS]
    return ordered(
        [
            change.role
            for change in (*askable, *may_pass)
            if change.pair != handover[0].pair
            and needs_admin(situation.live[change.service], change.role, situation.held)
        ]
    )


def _by_role(rows: Iterable[Deferred]) -> tuple[Deferred, ...]:
    order = ordered({*Role})
    return tuple(sorted(rows, key=lambda row: order.index(row.change.role)))
