"""The environment variables of all options, by one rule."""

from __future__ import annotations

import click

_OF_THEIR_COMMAND_ONLY = frozenset({"token"})
"""`accept --token` is a secret for one request, `sandbox mails --token` a number: no variable fits both."""


def name_variables(command: click.Command, path: tuple[str, ...]) -> None:
    """Let every option of a command be given as `RECONCILER_COMMAND_OPTION`, else as `RECONCILER_OPTION`.

    Args:
        command: the command, or a group with all its commands.
        path: the words that call it, such as `("sandbox", "serve")`.
    """
    for option in command.params:
        if isinstance(option, click.Option):
            option.envvar = variables(option, path)
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            name_variables(child, (*path, name))


def variables(option: click.Option, path: tuple[str, ...]) -> list[str]:
    """Return the variables that an option of the command at `path` is read from, the first one set."""
    spelled = max(option.opts, key=len).lstrip("-")
    words = [(*path, spelled)]
    if spelled not in _OF_THEIR_COMMAND_ONLY:
        words.append((spelled,))
    return ["_".join(("RECONCILER", *row)).upper().replace("-", "_") for row in words]
