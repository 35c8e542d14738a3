"""A plan cut down to a selection: what is left may be asked, and what is left out is counted.

A cut never makes anything unsafe. What waited for something that may still be asked waits on, a hand-over of
admin never goes before what would have gone with it, and what is cut off is asked by a later run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.diff import Change
from reconciler.model import ROLES, Role, ServiceId
from reconciler.model.contacts import Desired
from reconciler.plan.fingerprint import fingerprint
from reconciler.plan.narrow import Chosen, narrow
from reconciler.plan.selection import Selection
from reconciler.plan.sequence import planned_tasks
from reconciler.plan.situation import Situation
from reconciler.plan.trays import Beside, Deferred, LeftOut, Narrowed, Plan, Request
from reconciler.rules import ordered

_Requests = dict[ServiceId, Request]


def select(plan: Plan, selection: Selection, desired: Desired, situation: Situation) -> Plan:
    """Return the plan cut down to a selection, with what it leaves out.

    Args:
        plan: made for the whole of `desired`.
        selection: what is to stay.
        desired: who is to hold which role.
        situation: what the plan was made from.
    """
    matches = selection.chooses()

    def chosen(service: ServiceId, role: Role) -> bool:
        row = desired.get(service)
        return matches(service, role) and (row is None or row.of(role) is not None)

    whole = {request.service: request for request in plan.requests}
    cut = narrow(plan, chosen, desired, situation)
    requests, held_back = _handed_over_together(cut.requests, whole)
    deferred = {(row.change.service, row.change.role): row for row in (*cut.deferred, *held_back)}
    for request in _moved_up(cut.deferred, whole, requests, situation):
        requests[request.service] = request
        for change in request.changes:
            del deferred[change.service, change.role]
    left_out = _left_out(plan, cut, chosen)
    later = LeftOut()
    if selection.limit is not None:
        limit = max(0, selection.limit - _used_up(selection, plan, situation))
        asked = _first(requests, limit)
        unasked = requests.keys() - asked.keys()
        behind = [key for key in deferred if key[0] in unasked]
        later = LeftOut(requests=_contacts(requests) - _contacts(asked), deferred=len(behind))
        requests = asked
        for key in behind:
            del deferred[key]
    asked_for = tuple(requests[service] for service in sorted(requests))
    return replace(
        cut,
        requests=asked_for,
        deferred=tuple(sorted(deferred.values(), key=_order)),
        fingerprint=fingerprint(asked_for, situation),
        beside=_of_the_base(cut.beside, matches),
        narrowed=Narrowed(selection, left_out, later),
    )


def _handed_over_together(
    cut: Iterable[Request], whole: Mapping[ServiceId, Request]
) -> tuple[_Requests, list[Deferred]]:
    """Take hand-overs of admin out of requests that lost a contact of the same from->to pair.

    They would be one task, to stand or fall together. The others may go first; the admin's right is theirs.
    """
    requests: _Requests = {}
    held_back: list[Deferred] = []
    for request in cut:
        lost = _lost_companions(request, whole[request.service])
        going = tuple(change for change in request.changes if not (lost and change.role is Role.ADMIN))
        if lost:
            admin = next(change for change in request.changes if change.role is Role.ADMIN)
            held_back.append(Deferred(admin, request.asker, lost))
        if going:
            requests[request.service] = _with(request, going)
    return requests, held_back


def _lost_companions(cut: Request, whole: Request) -> tuple[Role, ...]:
    """Return the roles that were to travel with the hand-over of admin and were cut off from it."""
    admin = next((change for change in cut.changes if change.role is Role.ADMIN), None)
    if admin is None:
        return ()
    return ordered(
        [change.role for change in whole.changes if change.pair == admin.pair and change not in cut.changes]
    )


def _moved_up(
    deferred: Iterable[Deferred], whole: Mapping[ServiceId, Request], cut: _Requests, situation: Situation
) -> Iterator[Request]:
    """Yield the requests that take the place of others which the selection leaves out altogether.

    Two holders who may each ask for their own role go one after the other, because a service takes one
    request at a time. That order protects nobody; an order that protects the admin's right to ask stays.
    """
    for row in deferred:
        service = row.change.service
        takes_turns = row.asker != situation.live[service].admin
        if takes_turns and service in whole and service not in cut:  # two holders: no third one waits
            yield Request(service, row.asker, (row.change,), planned_tasks(row.asker, (row.change,)))


def _used_up(selection: Selection, plan: Plan, situation: Situation) -> int:
    """Return how many of the approved contacts are under way or as desired by now."""
    if not selection.approved:
        return 0
    pending = {(row.change.service, row.change.role, row.change.desired) for row in plan.pending}
    return sum(
        contact in pending
        or (contact[0] in situation.live and situation.live[contact[0]].of(contact[1]) == contact[2])
        for contact in selection.approved
    )


def _first(requests: _Requests, limit: int) -> _Requests:
    """Return the first requests, at most so many contacts; of a service that is cut the admin goes last."""
    found: _Requests = {}
    for service in sorted(requests):
        if not limit:
            break
        request = requests[service]
        order = sorted(request.changes, key=lambda change: change.role is Role.ADMIN)
        going = order[:limit]
        limit -= len(going)
        found[service] = _with(request, tuple(change for change in request.changes if change in going))
    return found


def _with(request: Request, changes: tuple[Change, ...]) -> Request:
    if changes == request.changes:
        return request
    return Request(request.service, request.asker, changes, planned_tasks(request.asker, changes))


def _left_out(plan: Plan, cut: Plan, chosen: Chosen) -> LeftOut:
    """Return how much of each list a choice leaves out."""
    asked = sum(
        not chosen(change.service, change.role) for request in plan.requests for change in request.changes
    )
    return LeftOut(
        asked,
        len(plan.deferred) - len(cut.deferred),
        len(plan.pending) - len(cut.pending),
        len(plan.blocked) - len(cut.blocked),
        len(plan.observed) - len(cut.observed),
        len(plan.contested) - len(cut.contested),
        len(plan.absent) - len(cut.absent),
        len(plan.unmanaged) - len(cut.unmanaged),
        len(plan.unknown) - len(cut.unknown),
    )


def _of_the_base(beside: Beside | None, matches: Chosen) -> Beside | None:
    """Return what is told of a branch's base, of chosen contacts only."""
    if beside is None:
        return None
    return replace(
        beside,
        wanted=tuple(row for row in beside.wanted if matches(row[0].service, row[0].role)),
        released=tuple(contact for contact in beside.released if matches(*contact)),
        contested=tuple(contact for contact in beside.contested if matches(*contact)),
    )


def _contacts(requests: _Requests) -> int:
    return sum(len(request.changes) for request in requests.values())


def _order(row: Deferred) -> tuple[ServiceId, int]:
    return row.change.service, ROLES.index(row.change.role)
