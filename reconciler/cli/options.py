"""Options that several commands share. Their names are interface, also as names of variables."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli.logs import set_up
from reconciler.errors import ReconcilerError

FILE_NAMES = ("contacts.yaml", "contacts.yml")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shared options say.

    Attributes:
        file: the contacts file as given, None: to be found.
        credentials: a `credentials.toml` as given, None: the usual places.
        journal: a database URL or a path, None: the usual place.
        verbosity: above 0 tells more on stderr, below 0 only failures.
    """

    file: Path | None = None
    credentials: Path | None = None
    journal: str | None = None
    verbosity: int = 0


Command = Callable[..., Any]

_file = click.option(
    "--file",
    "-f",
    type=click.Path(path_type=Path),
    help="The contacts file. [default: contacts.yaml here or further up, to the root of the repository]",
)
_credentials = click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    help="Keys by account. [default: credentials.toml in the configuration folder]",
)
_journal = click.option(
    "--journal",
    metavar="URL|PATH",
    help="Database of the journal, SQLite or PostgreSQL. [default: a file in the state folder]",
)
_verbose = click.option("-v", "--verbose", count=True, help="Tell more on stderr.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="Tell only failures.")


class Seconds(click.FloatRange):
    """A span of time; `nan` is none, and would be waited for without end."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number of seconds."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no span of time", param, ctx)
        return number


detailed_exitcode = click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 when there is something to request, 3 while waiting for people, 4 when blocked.",
)


def output_format(*formats: str) -> Callable[[Command], Command]:
    """Return the option `--format` with these choices, the first of them the default."""
    return click.option(
        "--format",
        "style",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How the result on stdout is written.",
    )


def with_file(function: Command) -> Command:
    """Give a command `--file`, `-v` and `-q`, as one `Settings`."""
    return _settings(function, (_file, _verbose, _quiet))


def with_endpoint(function: Command) -> Command:
    """Give a command all that is needed to reach the endpoint, as one `Settings`."""
    return _settings(function, (_file, _credentials, _journal, _verbose, _quiet))


def with_journal(function: Command) -> Command:
    """Give a command all that is needed to read the journal, as one `Settings`."""
    return _settings(function, (_file, _journal, _verbose, _quiet))


def _settings(function: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    @wraps(function)
    def command(
        *args: Any,
        file: Path | None,
        verbose: int,
        quiet: bool,
        credentials: Path | None = None,
        journal: str | None = None,
        **rest: Any,
    ) -> Any:
        before = click.get_current_context().obj or 0  # `reconciler -v plan`
        verbosity = -1 if quiet or before < 0 else max(verbose, before)
        set_up(verbosity)
        return function(Settings(file, credentials, journal, verbosity), *args, **rest)

    wrapped: Command = command
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def find_file(given: Path | None) -> Path:
    """Return the contacts file: the given one, else the nearest upwards until the root of the repository.

    Raises:
        ReconcilerError: there is none.
    """
    if given is not None:
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        for name in FILE_NAMES:
            if (folder / name).is_file():
                return folder / name
        if (folder / ".git").exists():
            break
    raise ReconcilerError(
        f"no {FILE_NAMES[0]} in {here}, nor further up to the root of the repository",
        hint="name it with --file, write one with reconciler import, or start from the README's example",
    )
