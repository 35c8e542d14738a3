"""The group of all commands, and the one place where failures become exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from reconciler import __version__
from reconciler.cli.exit_codes import ExitCode
from reconciler.errors import ConfigError, LockHeldError, ReconcilerError, StalePlanError

COMMANDS = {
    "plan": "Show what would be asked of whom; asks nothing.",
    "apply": "Ask for what the plan shows, and journal every step.",
    "status": "Show every request: who still has to confirm, what to do next.",
    "watch": "Look again until every request is settled.",
    "list": "Show the services that the configured accounts are contacts of.",
    "accept": "Confirm a request as one of its parties.",
    "refuse": "Turn a request down as one of its parties.",
    "resend": "Have a new mail with a new token sent to a party.",
    "validate": "Check the file; needs no credentials and no network.",
    "schema": "Print the JSON schema of the file or of the plan.",
    "sandbox": "Run a small OVHcloud of one's own, and read its mails.",
    "demo": "A guided tour of the whole job, in the sandbox.",
}
"""Every command with its one line of help, so that `--help` imports none of them."""


class LazyGroup(click.Group):
    """Imports a command's module when the command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"reconciler.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """The contacts of OVHcloud services as code.

    A YAML file in git declares who is the admin, technical and billing contact of every service. `plan` says
    what would be asked of whom, `apply` asks, and every request is followed until both parties have confirmed
    and the contact really changed.
    """


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every failure becomes a message on stderr."""
    try:
        outcome = app.main(
            arguments, prog_name="reconciler", standalone_mode=False, auto_envvar_prefix="RECONCILER"
        )
        sys.stdout.flush()
    except BrokenPipeError:
        return _close_stdout()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.ClickException, click.Abort) as error:
        return _say_usage(error)
    except ReconcilerError as error:
        return _say(error)
    except Exception as error:  # noqa: BLE001  # a bug is told in one line, with its traceback on request
        return _say_bug(error)
    return int(outcome or 0)


def _say_usage(error: click.ClickException | click.Abort) -> int:
    if isinstance(error, click.Abort):
        click.echo("\ninterrupted", err=True)
        return ExitCode.ERROR
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    click.echo(f"error: {_shown(error.format_message())}", err=True)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(f"hint: {error.ctx.command_path} --help", err=True)
    return ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.ERROR


def _say(error: ReconcilerError) -> int:
    if isinstance(error, ConfigError):
        count = len(error.problems)
        click.echo(_shown(str(error)), err=True)
        click.echo(f"error: {count} problem{'s' if count > 1 else ''} in the file", err=True)
        return ExitCode.ERROR
    click.echo(f"error: {_shown(str(error))}", err=True)
    if error.hint:
        click.echo(f"hint: {_shown(error.hint)}", err=True)
    if isinstance(error, LockHeldError):
        return ExitCode.LOCK_HELD
    if isinstance(error, StalePlanError):
        return ExitCode.STALE_PLAN
    return ExitCode.ERROR


def _shown(text: str) -> str:
    """Return a message with its line breaks, and every other character that is not printable made visible."""
    from reconciler.render.safe import visible  # noqa: PLC0415  # not for `--help`

    return "\n".join(map(visible, text.split("\n")))


def _say_bug(error: Exception) -> int:
    if os.environ.get("RECONCILER_TRACEBACK"):
        raise error
    click.echo(f"error: {type(error).__name__}: {_shown(str(error))}", err=True)
    click.echo("hint: this is a bug of ours; RECONCILER_TRACEBACK=1 shows where", err=True)
    return ExitCode.ERROR


def _close_stdout() -> int:
    """Leave quietly when the reader of a pipe has gone, as `| head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.OK
