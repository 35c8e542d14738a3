"""`status` and `watch`: the requests on stdout."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.cli.output import console, in_tables
from reconciler.cli.planning import warn_of_served
from reconciler.model import Observation
from reconciler.plan import Plan
from reconciler.progress import Progress
from reconciler.render.hand_backs import hand_back_lines
from reconciler.render.requests import status_json, status_text
from reconciler.session import Session
from reconciler.session.requests import request_rows
from reconciler.session.time_boxes import hand_backs


def show_requests(
    rows: Sequence[Progress], session: Session, observation: Observation, plan: Plan, style: str
) -> None:
    """Write the requests, and what is to be handed back by now, to stdout; hints about the file to stderr."""
    warn_of_served(session, observation)
    table = request_rows(rows, session, observation, plan)
    ending = hand_backs(session, observation, plan)
    if style == "json":
        click.echo(status_json(table, ending))
    elif not table and observation.unreadable:
        click.echo("No request was seen, but not every account could be read.")
        for line in hand_back_lines(ending, session.names):
            click.echo(line)
    elif in_tables():
        from reconciler.render.terminal import status_rich  # noqa: PLC0415  # rich

        status_rich(table, session.names, console(), ending)
    else:
        click.echo(status_text(table, session.names, ending))
