"""`reconciler apply`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.durations import duration
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.narrowing import narrowing
from reconciler.cli.options import Seconds, Settings, find_file, output_format, with_endpoint
from reconciler.cli.options import detailed_exitcode as detailed_option
from reconciler.cli.planning import lifting, retrying

if TYPE_CHECKING:
    from reconciler.plan import Selection


@click.command("apply")
@click.argument("saved", required=False, type=click.Path(path_type=Path), metavar="[PLAN]")
@with_endpoint
@output_format("text", "json")
@detailed_option
@retrying
@lifting
@narrowing
@click.option("--yes", "-y", is_flag=True, help="Ask for it without a question first.")
@click.option("--expect", metavar="FINGERPRINT", help="Ask only if the plan has this fingerprint.")
@click.option(
    "--valid-for",
    callback=duration,
    metavar="DURATION",
    help="Refuse a saved plan that is older, such as 24h.",
)
@click.option(
    "--lock-timeout",
    type=Seconds(min=0),
    default=0,
    metavar="SECONDS",
    help="Wait this long for another run to end.",
)
def command(
    settings: Settings,
    saved: Path | None,
    style: str,
    detailed_exitcode: bool,
    retry: tuple[str, ...],
    lift: tuple[str, ...],
    reason: str | None,
    selection: Selection | None,
    yes: bool,
    expect: str | None,
    valid_for: timedelta | None,
    lock_timeout: float,
) -> ExitCode:
    """Ask for what the plan shows, once each, and journal every step.

    Nothing changes by asking: each request waits until its parties have confirmed. `reconciler status` shows
    for whom, `reconciler watch` waits with you. Ctrl-C finishes the request that is being sent, and stops.

    With PLAN, a file that `reconciler plan --out` saved, exactly that plan is asked for, once. Where anything
    has moved since, nothing is asked and it is said what. Again: only what failed is asked again.

    For a first careful run, --only, --role and --limit choose a part. It tells how much is left out, and a
    later run asks for that.
    """
    from reconciler.cli.applying import Orders, run  # noqa: PLC0415
    from reconciler.cli.approving import approved_by  # noqa: PLC0415
    from reconciler.cli.naming import guards  # noqa: PLC0415
    from reconciler.cli.narrowing import check_alone, check_names  # noqa: PLC0415
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.who import owner  # noqa: PLC0415

    lifted = guards(lift, reason)
    if valid_for is not None and saved is None:
        raise click.UsageError("--valid-for is about a saved plan: apply PLAN --valid-for 24h")
    check_alone(selection, saved)
    orders = Orders.given(
        yes=yes,
        approved=approved_by(saved, expect, find_file(settings.file), valid_for),
        retry=retry,
        lifted=dict.fromkeys(lifted, reason or ""),
        selection=selection,
        style=style,
        detailed=detailed_exitcode,
    )
    with open_session(settings, writing=True) as session:
        check_names(selection, session.config)
        with session.journal.lock(owner(), timeout=lock_timeout):
            return run(session, orders)
