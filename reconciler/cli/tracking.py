"""The rows of `status` and `watch`: every request, how far it has come, and what to do next."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from reconciler.cli.output import console, in_tables
from reconciler.cli.session import Session
from reconciler.model import AccountId, Observation, Role, TaskState
from reconciler.model.contacts import Desired, Live
from reconciler.progress import Progress, by_task, follow, join
from reconciler.render.requests import RequestRow, status_json, status_text

RECENT = timedelta(days=14)
"""How long a finished request stays in `status`."""


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


def show_requests(rows: Iterable[Progress], session: Session, observation: Observation, style: str) -> None:
    """Write requests to stdout."""
    table = request_rows(rows, session, observation)
    if style == "json":
        click.echo(status_json(table))
    elif in_tables():
        from reconciler.render.terminal import status_rich  # noqa: PLC0415  # rich

        status_rich(table, session.names, console())
    else:
        click.echo(status_text(table, session.names))


def request_rows(
    rows: Iterable[Progress], session: Session, observation: Observation
) -> Sequence[RequestRow]:
    """Return what `render` shows of each request."""
    desk = _Desk(
        observation.at,
        session.config.desired(observation.at.date()),
        observation.live,
        session.readers.keys(),
        session.names,
    )
    return [desk.row(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is needed to tell people what to do next."""

    now: datetime
    desired: Desired
    live: Live
    held: Container[AccountId]
    names: Mapping[AccountId, str]

    def row(self, row: Progress) -> RequestRow:
        task = row.task
        return RequestRow(
            task=task.id,
            service=row.service or task.name or "(no name)",
            roles=task.roles,
            from_account=task.from_account,
            to_account=task.to_account,
            asker=task.asker,
            state=task.state,
            age_seconds=(self.now - task.requested).total_seconds(),
            waiting_for=row.waiting_for,
            accepted_by=row.accepted_by,
            certain=len(row.waiting_for) == 1,
            next_command=self._next_command(row),
            note=self._note(row),
            arrived=row.landed,
        )

    def _next_command(self, row: Progress) -> str | None:
        task = row.task
        if task.state is TaskState.VALIDATING:
            verb = "refuse" if self._is_unwanted(row) else "accept"
            ours = next((party for party in row.waiting_for if party in self.held), None)
            return f"reconciler {verb} {task.id} --as {self._name(ours)}" if ours else None
        if task.state in {TaskState.REFUSED, TaskState.ABORTED}:
            held_up = [role for role in task.roles if self._is_still_wanted(row, role)]
            suffix = f":{held_up[0]}" if len(held_up) == 1 else ""
            return f"reconciler apply --retry {row.service}{suffix}" if held_up else None
        return None

    def _note(self, row: Progress) -> str | None:
        task = row.task
        if row.service is None and row.candidates:
            return f"it may be about {' or '.join(row.candidates)}: OVHcloud gives only the bare name"
        if task.state is not TaskState.VALIDATING:
            return None
        if self._is_unwanted(row):
            return "the file wants another contact"
        strangers = [self._name(party) for party in row.waiting_for if party not in self.held]
        return f"{' and '.join(strangers)} must follow the link in OVHcloud's mail" if strangers else None

    def _name(self, account: AccountId) -> str:
        return self.names.get(account, account)

    def _is_unwanted(self, row: Progress) -> bool:
        return any(self._wanted(row, role) not in {None, row.task.to_account} for role in row.task.roles)

    def _is_still_wanted(self, row: Progress, role: Role) -> bool:
        if row.service is None or row.service not in self.live:
            return False
        return self._wanted(row, role) == row.task.to_account != self.live[row.service].of(role)

    def _wanted(self, row: Progress, role: Role) -> AccountId | None:
        if row.service is None or row.service not in self.desired:
            return None
        return self.desired[row.service].of(role)


def _ended(row: Progress) -> datetime:
    return row.task.settled or row.task.requested
