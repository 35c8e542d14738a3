"""Every request, how far it has come, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from reconciler.model import Observation
from reconciler.plan import Plan
from reconciler.progress import Progress, Validity, by_task, expires, follow, join, learn
from reconciler.render.requests import RequestRow
from reconciler.session.advice import Adviser, asked_again, retry_commands
from reconciler.session.session import Session

RECENT = timedelta(days=14)
"""How long a finished request stays in sight."""


def follow_requests(
    session: Session, observation: Observation, *, everything: bool = False
) -> tuple[Progress, ...]:
    """Return the progress of every open and recently finished request, or of all."""
    claims = session.journal.claims()
    rows = follow(
        observation.tasks,
        join(observation.tasks, observation.live, claims),
        observation.live,
        claims,
        by_task(session.journal.confirmations()),
    )
    if everything:
        return rows
    return tuple(row for row in rows if row.task.is_open or _ended(row) > observation.at - RECENT)


def request_rows(
    rows: Sequence[Progress], session: Session, observation: Observation, plan: Plan
) -> Sequence[RequestRow]:
    """Return what people are shown of each request."""
    desired = session.config.desired(observation.at.date())
    adviser = Adviser(
        desired,
        session.readers.keys(),
        session.names,
        retry_commands(rows, plan),
        asked_again(rows, plan),
        session.config.observed,
    )
    span = validity(session, observation)
    return [_row(row, adviser, span, observation.at) for row in rows]


def validity(session: Session, observation: Observation) -> Validity:
    """Return how long a request may wait, as all that was ever seen of this endpoint tells.

    The journal knows tasks that OVHcloud lists no more.
    """
    tasks = {**session.journal.settled_tasks(), **{task.id: task for task in observation.tasks}}
    return learn(tasks.values(), observation.at)


def _row(row: Progress, adviser: Adviser, span: Validity, now: datetime) -> RequestRow:
    task = row.task
    deadline = expires(task, span)
    return RequestRow(
        task=task.id,
        service=row.service or task.name or "(no name)",
        roles=task.roles,
        from_account=task.from_account,
        to_account=task.to_account,
        asker=task.asker,
        state=task.state,
        age_seconds=(now - task.requested).total_seconds(),
        waiting_for=row.waiting_for,
        accepted_by=row.accepted_by,
        certain=len(row.waiting_for) == 1 and task.asker is not None,
        next_command=adviser.next_command(row),
        note=adviser.note(row),
        arrived=row.landed,
        expires=deadline.at if deadline else None,
        expires_learnt=deadline.learnt if deadline else None,
        expires_in_seconds=(deadline.at - now).total_seconds() if deadline else None,
    )


def _ended(row: Progress) -> datetime:
    return row.task.settled or row.task.requested
