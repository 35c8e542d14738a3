"""`reconciler plan`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.drafts import spare
from reconciler.cli.exit_codes import ExitCode, plain
from reconciler.cli.narrowing import narrowing
from reconciler.cli.options import Settings, detailed_exitcode, find_file, output_format, with_endpoint
from reconciler.cli.outputs import chosen, several_outputs
from reconciler.cli.outputs import comment_key as plain_key
from reconciler.cli.planning import lifting, retrying
from reconciler.cli.saving import Saving, drafted, saving

if TYPE_CHECKING:
    from reconciler.cli.outputs import Output
    from reconciler.plan import Selection


@click.command("plan")
@with_endpoint
@output_format("text", "json", "markdown")
@several_outputs
@click.option("--comment-key", metavar="KEY", help="Tell the Markdown of several files in one review apart.")
@detailed_exitcode
@retrying
@lifting
@narrowing
@click.option("--base", metavar="REF", help="Show only what this branch adds to what REF already wants.")
@click.option(
    "--snapshot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Plan from what reconciler snapshot saw; needs no credentials, no network and no journal.",
)
@saving
def command(
    settings: Settings,
    style: str,
    outputs: Sequence[Output],
    comment_key: str | None,
    detailed_exitcode: bool,
    retry: tuple[str, ...],
    lift: tuple[str, ...],
    reason: str | None,
    selection: Selection | None,
    base: str | None,
    snapshot: Path | None,
    out: Path | None,
    valid_for: timedelta | None,
) -> ExitCode:
    """Show what would be asked of whom, what waits, and what is blocked and why. Asks nothing.

    With --base, a branch that is behind shows its own changes only: what others have merged since is neither
    shown nor taken back. With --snapshot, a file that reconciler snapshot wrote stands for OVHcloud. With
    --out, reconciler apply FILE asks for exactly this plan, or for nothing. With --only, --role and --limit
    it is a part, and says how much is left out.
    """
    from reconciler.cli.naming import guards  # noqa: PLC0415
    from reconciler.cli.narrowing import check_names  # noqa: PLC0415
    from reconciler.cli.outputs import opened  # noqa: PLC0415
    from reconciler.cli.planning import look_and_plan  # noqa: PLC0415
    from reconciler.cli.snapshots import session_or_snapshot, warn_of_unasked  # noqa: PLC0415
    from reconciler.cli.verdict import code_of  # noqa: PLC0415
    from reconciler.cli.viewing import view_of  # noqa: PLC0415

    lifted = guards(lift, reason)
    key = plain_key(comment_key)
    wanted = chosen(outputs, style)
    taken = [find_file(settings.file), *(one.path for one in wanted if one.path)]
    with (
        opened(wanted, find_file(settings.file)) as written,
        drafted(out, valid_for, taken=[*taken, *([snapshot] if snapshot else [])]) as draft,
        session_or_snapshot(settings, snapshot) as session,
    ):
        read = [*map(Path, session.config.files), *([snapshot] if snapshot else [])]
        spare([*written.files, *([draft] if draft else [])], read)
        against = None
        if base is not None:
            from reconciler.cli.base import base_of  # noqa: PLC0415

            against = base_of(find_file(settings.file), base, session.config)
            if against.note and settings.verbosity >= 0:
                click.echo(f"warning: {against.note}", err=True)
        check_names(selection, session.config, against.services if against else frozenset())
        saved = None
        if draft is not None:
            from reconciler.cli.origin import origin_of  # noqa: PLC0415  # git, for who saves

            origin = origin_of(find_file(settings.file), session.config)
            because = dict.fromkeys(sorted(lifted), reason or "")
            saved = Saving(draft, origin, valid_for, base, retry, because, selection)
        planned = look_and_plan(session, retry, lifted, against, selection)
        warn_of_unasked(session, against)
        observation, _, plan = planned
        code = code_of(plan, observation)
        if saved is not None:
            saved.save(session, planned)
        written.write(view_of(plan, session, observation, code=code, key=key, origin=written.tell_origin))
    return code if detailed_exitcode else plain(code)
