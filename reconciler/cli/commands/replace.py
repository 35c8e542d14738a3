"""`reconciler replace`."""

from __future__ import annotations

import click

from reconciler.cli.options import Settings, find_file, with_file


@click.command("replace")
@with_file
@click.option("--from", "old", metavar="ACCOUNT", required=True, help="Who is named now: short name or id.")
@click.option("--to", "new", metavar="ACCOUNT", required=True, help="Who is to be named: short name or id.")
@click.option(
    "--role",
    "roles",
    type=click.Choice(("admin", "technical", "billing")),
    multiple=True,
    help="Only for this role; may be given again. [default: all roles]",
)
def command(settings: Settings, old: str, new: str, roles: tuple[str, ...]) -> None:
    """Name another account wherever one is named: in services, time boxes, defaults and guards.

    Edits the file in place, with all that it includes: only the names change, every other byte stays. The
    entry in `accounts` stays too. Prints the changed lines. Asks nothing: `apply` does.
    """
    from reconciler.cli.editing import listed, read_files, show  # noqa: PLC0415
    from reconciler.config.loading import collector_paused  # noqa: PLC0415
    from reconciler.edit.replace import is_named, replace, with_replaced  # noqa: PLC0415
    from reconciler.model import ROLES, Role  # noqa: PLC0415
    from reconciler.model.text import visible  # noqa: PLC0415

    with collector_paused():
        files = read_files(find_file(settings.file))
        before, after = listed(old, files.config), listed(new, files.config)
        if before.id == after.id:
            raise click.UsageError(f"{visible(old)!r} and {visible(new)!r} are the same account")
        within = {Role(role) for role in roles} or set(ROLES)
        edits = replace(files.sources, files.config, before, after, within)
        named = f"{visible(before.short)}{' for ' + ', '.join(sorted(within)) if roles else ''}"
        if not edits:
            click.echo(f"{named} is named nowhere; nothing to change", err=True)
            return
        files.write(edits, lambda _: with_replaced(files.config, before.id, after.id, within))
    if settings.verbosity < 0:
        return
    show(edits)
    if not is_named(files.after(edits), files.config, before.id):
        click.echo(
            f"{visible(before.short)} is named nowhere any more; the entry in `accounts` may go when every"
            " request is done",
            err=True,
        )
