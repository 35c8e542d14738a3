"""What commands that plan have in common: their options, one way to the plan, and its warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reconciler.cli.naming import GUARDS, contacts
from reconciler.model import Observation, Retry, TaskState
from reconciler.model.memory import NO_TASK
from reconciler.plan import Plan
from reconciler.progress import join
from reconciler.render import visible

if TYPE_CHECKING:
    from reconciler.cli.base import Base
    from reconciler.plan import Selection
    from reconciler.session import Session

Command = Callable[..., Any]

SHOWN = 10
"""How many of one kind of warning are told one by one."""

_retry = click.option(
    "--retry",
    multiple=True,
    metavar="SERVICE[:ROLE]",
    help="Ask again although it was turned down.",
)
_lift = click.option("--lift", multiple=True, type=click.Choice(GUARDS), help="Lift a guard for this run.")
_reason = click.option("--reason", metavar="TEXT", help="Why the guard is lifted; the journal keeps it.")


def retrying(function: Command) -> Command:
    """Give a command `--retry`."""
    return _retry(function)


def lifting(function: Command) -> Command:
    """Give a command `--lift` and `--reason`."""
    return _lift(_reason(function))


class Planned(NamedTuple):
    """One look and the plan that follows from it; `leave` to ask again is not journalled yet."""

    observation: Observation
    leave: tuple[Retry, ...]
    plan: Plan


def look_and_plan(
    session: Session,
    retry: Sequence[str],
    lifted: frozenset[str],
    base: Base | None = None,
    selection: Selection | None = None,
) -> Planned:
    """Return what `plan` shows and `apply` carries out; tell on stderr what could not be seen for it.

    Args:
        session: what the command works with.
        retry: `SERVICE[:ROLE]` of contacts to ask for again.
        lifted: names of guards that this run lifts.
        base: only what the branch adds to it is wanted to be seen.
        selection: only this part is to be asked for.
    """
    observation = session.observe(also=base.services if base else ())
    leave = _leave(retry, session, observation) if retry else ()
    branch = base.branch(session.config, observation.at.date()) if base else None
    plan = session.propose(observation, leave=leave, lifted=lifted, branch=branch, selection=selection)
    warn_of_unreadable(observation)
    warn_of_served(session, observation)
    _warn_of_unjoined(plan)
    return Planned(observation, leave, plan)


def _leave(texts: Iterable[str], session: Session, observation: Observation) -> tuple[Retry, ...]:
    """Return leave to ask again for each named contact.

    It is tied to the task that was turned down, or to no task where the new contact was called unknown.
    """
    found: list[Retry] = []
    joined = join(observation.tasks, observation.live, session.journal.claims())
    strangers = session.journal.unknown_accounts()
    desired = session.config.desired(observation.at.date())
    for text in texts:
        service, named = contacts(text, session.config)
        roles = [role for role in named if role not in session.config.observed.get(service, ())]
        if not roles:
            click.echo(f"warning: {visible(text)} is only observed, and not asked for again", err=True)
            continue
        rows = []
        for role in roles:
            task = joined.newest_settled(service, role)
            if task is not None and task.state is not TaskState.DONE:
                rows.append(Retry(service, role, task.id, observation.at))
            elif desired[service].of(role) in strangers:
                rows.append(Retry(service, role, NO_TASK, observation.at))
        if not rows:
            click.echo(f"warning: nothing was turned down on {visible(text)}", err=True)
        found += rows
    return tuple(found)


def warn_of_unreadable(observation: Observation) -> None:
    """Tell on stderr which accounts could not be read, in whole or in part."""
    for account, reason in observation.unlisted.items():
        click.echo(
            f"warning: the services of {visible(account)} cannot be listed: {visible(reason)}; "
            "services that the file does not declare go unseen",
            err=True,
        )
    for account, reason in observation.unreadable.items():
        click.echo(f"error: {visible(account)} cannot be read: {visible(reason)}", err=True)


def warn_of_served(session: Session, observation: Observation) -> None:
    """Tell on stderr which time boxes of the file have served: a person may simplify their lines."""
    from reconciler.session.time_boxes import served  # noqa: PLC0415

    hints = [*served(session.config, observation)]
    for hint in hints[:SHOWN]:
        click.echo(f"warning: {hint}", err=True)
    if len(hints) > SHOWN:
        click.echo(f"warning: and {len(hints) - SHOWN} more time boxes have ended", err=True)


def _warn_of_unjoined(plan: Plan) -> None:
    """Tell on stderr which open tasks cannot be tied to one service: OVHcloud gives only a bare name."""
    for row in plan.unjoined[:SHOWN]:
        about = (
            f"may be about {' or '.join(row.services[:SHOWN])}" if row.services else "fits no service seen"
        )
        name = visible(row.task.name or "no name")
        click.echo(f"warning: open task {row.task.id} ({name}) {visible(about)}", err=True)
    if len(plan.unjoined) > SHOWN:
        click.echo(f"warning: and {len(plan.unjoined) - SHOWN} more: reconciler status lists them", err=True)
