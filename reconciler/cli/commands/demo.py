"""`reconciler demo`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exit_codes import ExitCode


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to put the demo's files; must not exist. [default: a new temporary folder]",
)
def command(folder: Path | None) -> ExitCode:
    """A guided tour: the file, the plan, the requests, the mails, both confirmations, and the end.

    Every command is shown before it is run, really, against the sandbox; afterwards each can be repeated.
    """
    from reconciler.cli.tour import run  # noqa: PLC0415

    return run(folder)
