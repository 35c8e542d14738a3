"""`reconciler explain`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Settings, output_format, with_endpoint


@click.command("explain")
@with_endpoint
@output_format("text", "json")
@click.argument("service")
def command(settings: Settings, style: str, service: str) -> ExitCode:
    """Show which line decides each contact of SERVICE, who holds it now, and what the plan does with it.

    SERVICE is written as in the file, such as domain/shop.example. Asks for nothing.
    """
    from reconciler.cli.explaining import known_service, seen_or_declared  # noqa: PLC0415
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.planning import warn_of_unreadable  # noqa: PLC0415
    from reconciler.render.explanation import explanation_json, explanation_text  # noqa: PLC0415
    from reconciler.session.explaining import explain  # noqa: PLC0415

    with open_session(settings, remembering=False) as session:
        found = known_service(service, session.config)
        observation = session.observe(also=[found])
        warn_of_unreadable(observation)
        seen_or_declared(found, session.config, observation)
        told = explain(session, observation, found)
    click.echo(explanation_json(told) if style == "json" else explanation_text(told))
    return ExitCode.ERROR if any(row.service == found for row in told.plan.unknown) else ExitCode.OK
