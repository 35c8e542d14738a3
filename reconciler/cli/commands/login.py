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
    "--endpoint",
    metavar="NAME|URL",
    help="Where there is no contacts file yet: ovh-eu, ovh-ca or a loopback URL. [default: ovh-eu]",
)
@click.option("--renew", is_flag=True, help="Exchange the consumer key that the account's table holds.")
@click.option(
    "--timeout",
    type=Seconds(min=0, max=86_400),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the key to be validated.",
)
def command(
    settings: Settings,
    account: str | None,
    party: str | None,
    endpoint: str | None,
    renew: bool,
    timeout: float,
) -> ExitCode:
    """Have a key made for an account, with no more rights than this program uses, and keep it.

    Needs the key and the secret of an application, at a prompt that shows nothing, as two lines on standard
    input, or in RECONCILER_APPLICATION_KEY and RECONCILER_APPLICATION_SECRET. Prints the page on which the
    account's owner validates the new key, waits for that, and adds a table to credentials.toml. The key is
    granted the calls for the products in the file; where it names no service, or is not there yet,
    those for every product.

    With --renew, the application is that of the account's table, and its consumer key alone is exchanged, as
    before it ends, or when doctor says that it lacks a right.
    """
    from reconciler.cli.logging_in import log_in  # noqa: PLC0415

    if account is not None and party is not None and account != party:
        raise click.UsageError("ACCOUNT and --as name two accounts: give one")
    if renew and not (account or party):
        raise click.UsageError("--renew needs an account: whose key is to be exchanged?")
    return log_in(settings, account or party, endpoint, timeout, renew=renew)
