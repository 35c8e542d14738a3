"""The contacts that end: which are to be handed back by now, and which lines of the file have served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reconciler.config import Config
from reconciler.config.reading import quoted
from reconciler.model import AccountId, Observation, Role, ServiceId
from reconciler.model.text import visible
from reconciler.model.time_box import Place, TimeBox
from reconciler.plan import Blocked, Plan, Reason
from reconciler.progress.time_boxes import confirming_takes, is_late
from reconciler.render.hand_backs import HandBackRow, Standing
from reconciler.render.reasons import retry_command
from reconciler.render.reasons import why as why_blocked
from reconciler.render.wording import counted, waits_for
from reconciler.session.session import Session

_Key = tuple[ServiceId, Role]


class _Found(NamedTuple):
    """How far a hand-back has come, as the plan has it."""

    standing: Standing
    task: int | None = None
    waiting_for: tuple[AccountId, ...] = ()
    detail: str | None = None
    next_command: str | None = None


def hand_backs(session: Session, observation: Observation, plan: Plan) -> tuple[HandBackRow, ...]:
    """Return the contacts that are to be handed back by now and are not yet, in the order of the file."""
    today = observation.at.date()
    boxes = session.config.time_boxes
    due = {key: box for key, box in boxes.items() if box.is_due(today)}
    if not due:
        return ()
    tasks = {**session.journal.settled_tasks(), **{task.id: task for task in observation.tasks}}
    takes = confirming_takes(tasks.values(), session.journal.claims())
    found = {**_unseen(plan, due), **_in_trays(plan)}
    return tuple(
        HandBackRow(
            service,
            role,
            box,
            row.standing,
            over=box.is_over(today),
            late=is_late(box, today, takes.span),
            takes_seconds=takes.span.total_seconds(),
            takes_learnt=takes.learnt,
            task=row.task,
            waiting_for=row.waiting_for,
            detail=row.detail,
            next_command=row.next_command,
        )
        for (service, role), box in due.items()
        if (row := found.get((service, role))) is not None
    )


def _in_trays(plan: Plan) -> dict[_Key, _Found]:
    """Return how far each wanted change has come; what is in no tray is as desired."""
    found: dict[_Key, _Found] = {}
    stopped = "; ".join(f"stopped by the guard {stop.guard}" for stop in plan.stopped_by)
    asking = _Found(
        Standing.NOT_ASKED,
        detail=stopped or None,
        next_command="reconciler plan" if stopped else "reconciler apply",
    )
    for request in plan.requests:
        found.update({(change.service, change.role): asking for change in request.changes})
    for later in plan.deferred:
        words = f"waits for {waits_for(later.waits_for)}"
        found[later.change.service, later.change.role] = _Found(Standing.DEFERRED, detail=words)
    for pending in plan.pending:
        key = pending.change.service, pending.change.role
        found[key] = _Found(Standing.REQUESTED, pending.task, pending.waiting_for)
    for blocked in plan.blocked:
        found[blocked.change.service, blocked.change.role] = _blocked(blocked)
    for seen in plan.observed:
        found[seen.change.service, seen.change.role] = _Found(Standing.OBSERVED, seen.task)
    return found


def _blocked(row: Blocked) -> _Found:
    if row.reason is Reason.TURNED_DOWN:
        again = retry_command(row.change.service, row.change.role)
        return _Found(Standing.TURNED_DOWN, detail=why_blocked(row), next_command=again)
    return _Found(Standing.BLOCKED, detail=why_blocked(row), next_command="reconciler plan")


def _unseen(plan: Plan, due: Mapping[_Key, TimeBox]) -> dict[_Key, _Found]:
    """Return the contacts of services that could not be read, or that no account sees."""
    details = {row.service: row.detail for row in plan.unknown}
    details |= dict.fromkeys(plan.absent, "no account sees it")
    return {
        key: _Found(Standing.UNKNOWN, detail=details[key[0]], next_command="reconciler plan")
        for key in due
        if key[0] in details
    }


def served(config: Config, observation: Observation) -> Iterator[str]:
    """Yield a hint for each time box of the file that has served: who follows may stand there alone.

    Its `until` is past, and `then` holds every contact that it is about, as far as was seen.
    """
    today = observation.at.date()
    names = {account.id: account.short for account in config.accounts}
    lines: dict[tuple[Place | None, AccountId], list[_Key]] = {}
    for key, box in config.time_boxes.items():
        if box.until < today:
            lines.setdefault((box.place, box.then), []).append(key)
    for (place, then), keys in lines.items():
        if not all(_holds(then, key, observation) for key in keys):
            continue
        service, role = keys[0]
        box = config.time_boxes[keys[0]]
        at = f"{place.file}:{place.line}:{place.column}: " if place else ""
        about = quoted(service) if len(keys) == 1 else f"{counted(len(keys), 'service')}"
        simple = visible(names.get(then, then))
        if box.manage:  # without it, the contact might be asked for from then on
            simple = f"{{account: {simple}, manage: {box.manage}}}"
        yield (
            f"{at}the {role} contact of {about} was for a time that ended on {box.until}; "
            f"the entry can be simplified to `{role}: {simple}`"
        )


def _holds(account: AccountId, key: _Key, observation: Observation) -> bool:
    service, role = key
    return service in observation.live and observation.live[service].of(role) == account
