"""Telling people by the channels of the file; a channel that fails costs a warning, never the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import click

from reconciler.errors import ReconcilerError
from reconciler.model import Observation
from reconciler.plan import Plan
from reconciler.progress import Progress
from reconciler.render import visible
from reconciler.session import Session
from reconciler.session.notices import send_notices
from reconciler.session.requests import follow_requests


@contextmanager
def _come_what_may() -> Iterator[None]:
    """Turn what goes wrong on the way into a warning: what the command itself did stands."""
    try:
        yield
    except ReconcilerError as error:
        click.echo(f"warning: people are told of this next time: {visible(str(error))}", err=True)


class Noticing:
    """Tells people, and tells of each failure on stderr once as long as it stays the same."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._warned: tuple[str, ...] = ()

    @_come_what_may()
    def tell(self, observation: Observation, plan: Plan, rows: Sequence[Progress] | None = None) -> None:
        """Deliver what is new; `rows` are the requests, where somebody has followed them already."""
        if not self._session.config.notify:
            return
        rows = follow_requests(self._session, observation) if rows is None else rows
        warnings = send_notices(self._session, observation, plan, rows)
        for warning in warnings:
            if warning not in self._warned:
                click.echo(f"warning: {visible(warning)}", err=True)
        self._warned = warnings


def tell_people(session: Session, observation: Observation, plan: Plan) -> None:
    """Deliver what is new, as one look shows it."""
    Noticing(session).tell(observation, plan)


@_come_what_may()
def tell_people_of(made: Sequence[int], session: Session, observation: Observation) -> None:
    """Deliver what is new, with the tasks that were made since the look."""
    if session.config.notify:
        observation = _with_tasks(made, session, observation)
        tell_people(session, observation, session.propose(observation))


@_come_what_may()
def look_and_tell(session: Session) -> None:
    """Look once more and deliver what is new."""
    if session.config.notify:
        observation = session.observe()
        tell_people(session, observation, session.propose(observation))


def _with_tasks(made: Sequence[int], session: Session, observation: Observation) -> Observation:
    found = {task.id: task for task in observation.tasks}
    for reader in session.readers.values():
        missing = [number for number in made if number not in found]
        if missing:
            found |= {task.id: task for task in reader.tasks(missing)}
    now = next(iter(session.readers.values())).now()
    session.journal.saw(found.values(), now)
    return replace(observation, tasks=tuple(found[number] for number in sorted(found)), at=now)
