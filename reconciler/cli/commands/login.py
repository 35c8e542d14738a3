"""`reconciler login`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Seconds, Settings, with_endpoint


@click.command("login")
@with_endpoint
@click.argument("account", required=False)
@click.option("--as", "party", metavar="ACCOUNT", help="The same as the argument.")
@click.option(
    "--timeout",
    type=Seconds(min=0, max=86_400),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the key to be validated.",
)
def command(settings: Settings, account: str | None, party: str | None, timeout: float) -> ExitCode:
    """Have a key made for an account, with no more rights than this program uses, and keep it.

    Needs the key and the secret of an application, at a prompt that shows nothing, as two lines on standard
    input, or in RECONCILER_APPLICATION_KEY and RECONCILER_APPLICATION_SECRET. Prints the page on which the
    account's owner validates the new key, waits for that, and adds a table to credentials.toml. The key is
    granted the calls for the products in the file; where the file names no service, those for every product.
    """
    from reconciler.cli.logging_in import log_in  # noqa: PLC0415

    if account is not None and party is not None and account != party:
        raise click.UsageError("ACCOUNT and --as name two accounts: give one")
    return log_in(settings, account or party, timeout)
