"""`reconciler watch`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Seconds, Settings, with_endpoint


@click.command("watch")
@with_endpoint
@click.option(
    "--timeout",
    type=Seconds(min=0),
    metavar="SECONDS",
    help="Stop after this long. [default: never]",
)
@click.option(
    "--interval",
    type=Seconds(min=0.1),
    metavar="SECONDS",
    help="Time between two looks. [default: 60, and 2 on this machine's own endpoints]",
)
def command(settings: Settings, timeout: float | None, interval: float | None) -> ExitCode:
    """Look again until every request for a declared service is settled.

    Exits 0 when all is done, 2 when nothing is open and something is left to ask, 3 when time is up and
    people are still to confirm, 4 when something was turned down or is blocked.
    """
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.watching import run  # noqa: PLC0415

    with open_session(settings) as session:
        return run(session, timeout=timeout, interval=interval)
