"""`reconciler plan`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode, plain
from reconciler.cli.options import Settings, detailed_exitcode, output_format, with_endpoint
from reconciler.cli.planning import lifting, retrying


@click.command("plan")
@with_endpoint
@output_format("text", "json", "markdown")
@detailed_exitcode
@retrying
@lifting
def command(
    settings: Settings,
    style: str,
    detailed_exitcode: bool,
    retry: tuple[str, ...],
    lift: tuple[str, ...],
    reason: str | None,
) -> ExitCode:
    """Show what would be asked of whom, what waits, and what is blocked and why. Asks nothing."""
    from reconciler.cli.naming import guards  # noqa: PLC0415
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.output import show_plan  # noqa: PLC0415
    from reconciler.cli.planning import look_and_plan  # noqa: PLC0415
    from reconciler.cli.verdict import code_of  # noqa: PLC0415

    lifted = guards(lift, reason)
    with open_session(settings, remembering=False) as session:
        observation, _, plan = look_and_plan(session, retry, lifted)
        show_plan(plan, session.names, style)
    code = code_of(plan, observation)
    return code if detailed_exitcode else plain(code)
