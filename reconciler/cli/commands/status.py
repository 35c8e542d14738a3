"""`reconciler status`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode, plain
from reconciler.cli.options import Settings, output_format, with_endpoint
from reconciler.cli.options import detailed_exitcode as detailed_option


@click.command("status")
@with_endpoint
@output_format("text", "json")
@detailed_option
@click.option("--all", "everything", is_flag=True, help="Also requests that were settled long ago.")
@click.option("--notify", is_flag=True, help="Also tell people what is new, by the channels of the file.")
def command(
    settings: Settings, style: str, detailed_exitcode: bool, everything: bool, notify: bool
) -> ExitCode:
    """Show every open and recently finished request: who still has to confirm, and what to do next.

    OVHcloud never says who has confirmed. What was accepted through this program is known; the rest is
    inferred, and worded so.
    """
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.planning import warn_of_unreadable  # noqa: PLC0415
    from reconciler.cli.tracking import show_requests  # noqa: PLC0415
    from reconciler.cli.verdict import code_of  # noqa: PLC0415
    from reconciler.session.requests import follow_requests  # noqa: PLC0415

    with open_session(settings) as session:
        observation = session.observe()
        plan = session.propose(observation)
        warn_of_unreadable(observation)
        rows = follow_requests(session, observation, everything=everything)
        show_requests(rows, session, observation, plan, style)
        if notify:
            from reconciler.cli.noticing import Noticing  # noqa: PLC0415

            Noticing(session).tell(observation, plan, rows)
    code = code_of(plan, observation)
    return code if detailed_exitcode else plain(code)
