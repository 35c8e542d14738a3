"""`reconciler validate`."""

from __future__ import annotations

import click

from reconciler.cli.options import Settings, find_file, with_file


@click.command("validate")
@with_file
def command(settings: Settings) -> None:
    """Check the file, with all that it includes; needs no credentials and no network.

    Every problem is told at once, each with its place and a hint. Exits 0 when the file can be used, else 1.
    """
    from reconciler.config import load  # noqa: PLC0415
    from reconciler.render.safe import visible  # noqa: PLC0415

    path = find_file(settings.file)
    config = load(path)
    if settings.verbosity < 0:
        return
    for warning in config.warnings:
        click.echo(f"warning: {visible(warning)}", err=True)
    contacts = sum(account is not None for row in config.rows.values() for account in row)
    services = f"{len(config.rows)} service{'' if len(config.rows) == 1 else 's'}"
    managed = f"{contacts} managed contact{'' if contacts == 1 else 's'}"
    observed = f" ({config.observed_contacts()} only observed)" if config.observed else ""
    click.echo(f"{visible(str(path))}: {services}, {managed}{observed}, no problems")
