"""`reconciler completion`."""

from __future__ import annotations

import click

_PROGRAM = "reconciler"
_VARIABLE = "_RECONCILER_COMPLETE"
"""By which the shell asks for completions; click makes it of the program's name."""


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print what has SHELL complete commands and options.

    For bash, put eval "$(reconciler completion bash)" into ~/.bashrc; for zsh, the same with zsh into
    ~/.zshrc; for fish, write what it prints to ~/.config/fish/completions/reconciler.fish.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(context.find_root().command, {}, _PROGRAM, _VARIABLE).source())
