"""Failures in words on stderr, and as exit codes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.errors import ConfigError, LockHeldError, ReconcilerError, StalePlanError


def tell(error: BaseException) -> ExitCode:
    """Tell on stderr what went wrong and return the exit code; a bug of ours is raised again on request."""
    if _is_bug(error) and os.environ.get("RECONCILER_TRACEBACK"):
        raise error
    with suppress(OSError):  # nobody reads stderr any more
        for line in _lines(error):
            click.echo(line, err=True)
    return _code(error)


def _is_bug(error: BaseException) -> bool:
    expected = (ReconcilerError, click.ClickException, click.Abort, OSError, KeyboardInterrupt)
    return not isinstance(error, expected)


def _code(error: BaseException) -> ExitCode:
    if isinstance(error, click.UsageError):
        return ExitCode.USAGE
    if isinstance(error, LockHeldError):
        return ExitCode.LOCK_HELD
    if isinstance(error, StalePlanError):
        return ExitCode.STALE_PLAN
    return ExitCode.ERROR


def _lines(error: BaseException) -> Iterator[str]:
    if isinstance(error, click.Abort | KeyboardInterrupt):
        yield "\ninterrupted"
    elif isinstance(error, click.exceptions.NoArgsIsHelpError):
        yield error.format_message()
    elif isinstance(error, click.UsageError):
        yield from _usage(error)
    elif isinstance(error, click.ClickException):
        yield f"error: {_shown(error.format_message())}"
    elif isinstance(error, ConfigError):
        yield _shown(str(error))
        yield f"error: {len(error.problems)} problem{'s' if len(error.problems) > 1 else ''} in the file"
    elif isinstance(error, ReconcilerError):
        yield f"error: {_shown(str(error))}"
        if error.hint:
            yield f"hint: {_shown(error.hint)}"
    elif isinstance(error, OSError):
        where = str(error.filename) if error.filename is not None else "the output cannot be written"
        yield f"error: {_shown(where)}: {error.strerror or error}"
    else:
        yield f"error: {type(error).__name__}: {_shown(str(error))}"
        yield "hint: this is a bug of ours; RECONCILER_TRACEBACK=1 shows where"


def _usage(error: click.UsageError) -> Iterator[str]:
    if error.ctx is not None:
        yield error.ctx.get_usage()
    yield f"error: {_shown(error.format_message())}"
    if error.ctx is not None:
        yield f"hint: {error.ctx.command_path} --help"


def _shown(text: str) -> str:
    """Return a message with its line breaks, and every other character that is not printable made visible."""
    from reconciler.render.safe import visible  # noqa: PLC0415  # not for `--help`

    return "\n".join(map(visible, text.split("\n")))
