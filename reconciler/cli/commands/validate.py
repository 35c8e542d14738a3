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

    path = find_file(settings.file)
    config = load(path)
    for warning in config.warnings:
        click.echo(f"warning: {warning}", err=True)
    if settings.verbosity >= 0:
        contacts = sum(account is not None for row in config.rows.values() for account in row)
        click.echo(f"{path}: {len(config.rows)} services, {contacts} managed contacts, no problems")
