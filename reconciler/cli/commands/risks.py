"""`reconciler risks`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode, plain, worst
from reconciler.cli.options import Settings, output_format, with_endpoint


@click.command("risks")
@with_endpoint
@output_format("text", "json")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 4 when there is any risk.")
def command(settings: Settings, style: str, detailed_exitcode: bool) -> ExitCode:
    """Show what could go wrong with the services that the configured accounts see, and what helps.

    One account in all three roles; services whose admin's keys are not held; accounts in debt; contacts that
    the file's `accounts` do not list; domain, zone, mail and hosting of one name in different hands. Looks at
    what is, not at what the file wants, and asks OVHcloud for nothing.
    """
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.planning import warn_of_unreadable  # noqa: PLC0415
    from reconciler.render.risks import risks_json, risks_text  # noqa: PLC0415
    from reconciler.risks import find_risks  # noqa: PLC0415

    with open_session(settings, remembering=False) as session:
        observation = session.observe(everything=True)
    warn_of_unreadable(observation)
    risks, services = find_risks(observation, session.names.keys()), len(observation.live)
    click.echo(risks_json(risks, services) if style == "json" else risks_text(risks, services, session.names))
    codes = {ExitCode.BLOCKED} if risks else set()
    if observation.unreadable:
        click.echo("error: not everything could be read: there may be more risks", err=True)
        codes.add(ExitCode.ERROR)
    code = worst(codes)
    return code if detailed_exitcode else plain(code)
