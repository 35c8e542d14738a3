"""`reconciler doctor`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Settings, find_file, output_format, with_endpoint


@click.command("doctor")
@with_endpoint
@output_format("text", "json")
def command(settings: Settings, style: str) -> ExitCode:
    """Check whether everything is ready before anyone needs it, and say what helps where it is not.

    The file and git; the journal and its lock; this machine's clock; and of every configured account: its
    keys, whether they are granted the calls that this program makes and no others, its region, debts, payment
    method, and the address that its tokens are mailed to. Changes nothing.

    Exits 0 when nothing failed, also with warnings, else 1.
    """
    from reconciler.checks import Verdict, worst  # noqa: PLC0415
    from reconciler.cli.checking import check_accounts, check_file, check_surroundings  # noqa: PLC0415
    from reconciler.render.checks import checks_json, checks_text  # noqa: PLC0415

    file = find_file(settings.file)
    first, config = check_file(file)
    checks, names = [first], {}
    if config is not None:
        names = {entry.id: entry.short for entry in config.accounts}
        checks += check_surroundings(config, file, settings)
        checks += check_accounts(config, file, settings)
    click.echo(checks_json(checks) if style == "json" else checks_text(checks, names))
    return ExitCode.ERROR if worst(checks) is Verdict.FAILURE else ExitCode.OK
