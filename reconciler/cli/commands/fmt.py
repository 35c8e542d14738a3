"""`reconciler fmt`."""

from __future__ import annotations

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Settings, find_file, with_file


@click.command("fmt")
@with_file
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is not in canonical form.")
def command(settings: Settings, check: bool) -> ExitCode:
    """Bring the file, with all that it includes, into its canonical form.

    Indentation, blanks, quotes and short services get one form; words, order and comments stay, and what the
    file means. With --check, the files that are not in that form are listed and nothing is written.
    """
    from reconciler.cli.editing import read_files  # noqa: PLC0415
    from reconciler.cli.formatting import reformatted  # noqa: PLC0415
    from reconciler.config.loading import collector_paused  # noqa: PLC0415
    from reconciler.model.text import visible  # noqa: PLC0415

    with collector_paused():
        files = read_files(find_file(settings.file))
        edits = reformatted(files)
        if not check:
            files.write(edits, lambda _: files.config)
    if settings.verbosity >= 0:
        for edit in edits:
            click.echo(f"{'would reformat' if check else 'reformatted'} {visible(edit.source.file)}")
        left = len(files.paths) - len(edits)
        if left:
            noun = "file is" if left == 1 else "files are"
            click.echo(f"{left} {noun} in canonical form", err=True)
    return ExitCode.ERROR if check and edits else ExitCode.OK
