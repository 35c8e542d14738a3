"""`reconciler history`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Settings, output_format, with_journal
from reconciler.model import ROLES


@click.command("history")
@with_journal
@click.argument("subjects", nargs=-1, metavar="[SERVICE | SERVICE:ROLE | ACCOUNT]...")
@output_format("text", "json", "csv")
@click.option("--role", type=click.Choice([role.value for role in ROLES]), help="Only this role.")
@click.option("--account", "holder", metavar="ACCOUNT", help="Only what this account gained or lost.")
@click.option("--verify", is_flag=True, help="Check instead that no entry was changed, lost or moved.")
def command(
    settings: Settings,
    subjects: tuple[str, ...],
    style: str,
    role: str | None,
    holder: str | None,
    verify: bool,
) -> ExitCode:
    """Show what the journal knows of the past of services and accounts, the newest first; of all without any.

    Since when, by which task, asked by whom and at which commit, confirmed by whom as far as it is known.
    Reads only the file and the journal: no keys, no network. What was changed elsewhere and never seen is not
    in it.

    --verify reads every entry of this endpoint's journal. It finds accidents and careless edits, not whoever
    can write to the database and makes the whole chain anew.
    """
    from reconciler.cli.opening import open_memory  # noqa: PLC0415
    from reconciler.session import Session  # noqa: PLC0415

    if verify and (subjects or role or holder):
        raise click.UsageError("--verify checks the whole journal: it goes with no service, role or account")
    if verify and style == "csv":
        raise click.UsageError("--verify tells its result as text or json")
    with open_memory(settings) as (config, journal):
        if verify:
            from reconciler.cli.auditing import show_audit  # noqa: PLC0415

            return show_audit(journal, config.endpoint.name, style)
        from reconciler.cli.remembering import show_history  # noqa: PLC0415

        show_history(Session(config, {}, {}, {}, journal), style, subjects, role=role, holder=holder)
    return ExitCode.OK
