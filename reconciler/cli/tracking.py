"""`status` and `watch`: the requests on stdout."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.cli.output import console, in_tables
from reconciler.model import Observation
from reconciler.plan import Plan
from reconciler.progress import Progress
from reconciler.render.requests import status_json, status_text
from reconciler.session import Session
from reconciler.session.requests import request_rows


def show_requests(
    rows: Sequence[Progress], session: Session, observation: Observation, plan: Plan, style: str
) -> None:
    """Write requests to stdout."""
    table = request_rows(rows, session, observation, plan)
    if style == "json":
        click.echo(status_json(table))
    elif not table and observation.unreadable:
        click.echo("No request was seen, but not every account could be read.")
    elif in_tables():
        from reconciler.render.terminal import status_rich  # noqa: PLC0415  # rich

        status_rich(table, session.names, console())
    else:
        click.echo(status_text(table, session.names))
