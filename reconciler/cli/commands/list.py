"""`reconciler list`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Settings, output_format, with_endpoint
from reconciler.model import ROLES, Role


@click.command("list")
@with_endpoint
@output_format("text", "json")
@click.option("--product", metavar="ROUTE", help="Only this product, such as domain or hosting/web.")
@click.option(
    "--account", "holder", metavar="ACCOUNT", help="Only services that this account is a contact of."
)
@click.option(
    "--role",
    type=click.Choice([role.value for role in ROLES]),
    help="With --account: only where it holds this role.",
)
@click.option("--name", metavar="TEXT", help="Only services whose key holds this text.")
def command(
    settings: Settings,
    style: str,
    product: str | None,
    holder: str | None,
    role: str | None,
    name: str | None,
) -> ExitCode:
    """Show the services that the configured accounts are contacts of, with their three contacts."""
    from reconciler.cli.listing import show_services  # noqa: PLC0415
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.planning import warn_of_unreadable  # noqa: PLC0415

    if role is not None and holder is None:
        raise click.UsageError("--role needs --account")
    with open_session(settings, remembering=False) as session:
        observation = session.observe(everything=True)
        warn_of_unreadable(observation)
        show_services(
            observation,
            session,
            style,
            product=product,
            holder=holder,
            role=Role(role) if role else None,
            name=name,
        )
    return ExitCode.ERROR if observation.unreadable else ExitCode.OK
