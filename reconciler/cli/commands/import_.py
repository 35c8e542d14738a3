"""`reconciler import`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Settings, with_endpoint


@click.command("import")
@with_endpoint
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write or to add to, - for stdout. [default: the contacts file, else ./contacts.yaml]",
)
@click.option(
    "--endpoint",
    metavar="NAME|URL",
    help="For a new file: ovh-eu, ovh-ca, sandbox or a loopback URL."
    " [default: that of the contacts file, else ovh-eu]",
)
def command(settings: Settings, out: Path | None, endpoint: str | None) -> ExitCode:
    """Write every service of all configured accounts to a contacts file, as it is: plan is in sync after.

    A new file is as short as it can be: the default of each role is its most frequent holder, accounts get
    the shortest names that tell them apart, services are grouped by product, and where that is not enough,
    those with the same contacts share an anchor. To a file that is there, only what it does not declare is
    added, a line each; nothing else in it changes, and nothing is ever taken out. Asks OVHcloud for nothing.

    Exits 1 where an account could not be read: the file is written, and is not complete.
    """
    from reconciler.cli.importing import import_estate  # noqa: PLC0415

    return import_estate(settings, out, endpoint)
