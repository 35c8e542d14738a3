"""`reconciler snapshot`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Settings, with_endpoint


@click.command("snapshot")
@with_endpoint
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("-"),
    show_default=True,
    metavar="FILE",
    help="Where it is written, for its owner's eyes only; - is standard output.",
)
@click.option(
    "--pseudonymize",
    is_flag=True,
    help="Number accounts, names and requests and leave texts out, to share it in a bug report.",
)
def command(settings: Settings, out: Path, pseudonymize: bool) -> ExitCode:
    """Write all that is seen of the endpoint to one file, for reconciler plan --snapshot FILE.

    A plan from it needs no keys, no network and no journal, as in a pull request from a fork. It holds who
    has which contact of every service, requests, debts, and what the journal adds; no key, no token and no
    mail address.
    """
    from reconciler.cli.snapshots import write_snapshot  # noqa: PLC0415

    return write_snapshot(settings, out, pseudonymize=pseudonymize)
