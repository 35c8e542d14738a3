"""`reconciler set`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Settings, find_file, with_file


@click.command("set")
@with_file
@click.argument("service")
@click.argument("role", type=click.Choice(("admin", "technical", "billing")))
@click.argument("account")
@click.option("--until", metavar="DATE", help="The first UTC day on which --then holds it, as 2027-01-31.")
@click.option("--then", metavar="ACCOUNT", help="Who follows on that day.")
@click.option("--reason", metavar="TEXT", help="Why, for people; kept in the file.")
@click.option("--ticket", metavar="TEXT", help="Where it was agreed; kept in the file.")
@click.option(
    "--into",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The file that is to declare a new service. [default: where services like it are]",
)
def command(
    settings: Settings,
    service: str,
    role: str,
    account: str,
    until: str | None,
    then: str | None,
    reason: str | None,
    ticket: str | None,
    into: Path | None,
) -> None:
    """Write into the file that ACCOUNT, a short name or an id, is to hold ROLE of SERVICE.

    Edits the file in place, or the included one that declares the service: one line changes, or is added
    where a service or role is new. Prints the changed lines. Asks nothing: `apply` does.
    """
    from reconciler.cli.assigning import assign  # noqa: PLC0415
    from reconciler.model import Role  # noqa: PLC0415

    said = {"until": until, "then": then, "reason": reason, "ticket": ticket}
    assign(settings, find_file(settings.file), (service, Role(role), account), said, into)
