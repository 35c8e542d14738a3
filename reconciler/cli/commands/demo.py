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
@click.option(
    "--web", is_flag=True, help="End on the page, where the rest of the story can be clicked through."
)
@click.option("--open", "browse", is_flag=True, help="Open that page in a browser.")
def command(folder: Path | None, web: bool, browse: bool) -> ExitCode:
    """A guided tour: the file, the plan, the requests, the mails, both confirmations, and the end.

    Every command is shown before it is run, really, against the sandbox; afterwards each can be repeated.
    """
    from reconciler.cli.tour import run, run_on_the_page  # noqa: PLC0415

    return run_on_the_page(folder, browse=browse) if web or browse else run(folder)
