"""The group of all commands, and the one place where a run ends in an exit code."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword

import click

from reconciler import __version__
from reconciler.cli import streams
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.failures import tell
from reconciler.cli.variables import name_variables

COMMANDS = {
    "plan": "Show what would be asked of whom; asks nothing.",
    "apply": "Ask for what the plan shows, and journal every step.",
    "status": "Show every request: who still has to confirm, what to do next.",
    "watch": "Look again until every request is settled.",
    "explain": "Show which line decides a service's contacts, and why the plan does what.",
    "list": "Show the services that the configured accounts are contacts of.",
    "confirm": "Find tokens in mails and confirm what we asked for and the file still wants.",
    "accept": "Confirm a request as one of its parties.",
    "refuse": "Turn a request down as one of its parties.",
    "resend": "Have a new mail with a new token sent to a party.",
    "history": "Show who held what since when, as far as the journal knows.",
    "set": "Write into the file who is to hold a contact; asks nothing.",
    "replace": "Name another account wherever the file names one; asks nothing.",
    "fmt": "Bring the file into its canonical form; --check only looks.",
    "validate": "Check the file; needs no credentials and no network.",
    "import": "Write a contacts file from what OVHcloud shows, or add what it lacks.",
    "snapshot": "Write all that is seen to one file, for plans without credentials.",
    "risks": "Show what could go wrong with the services, and what helps.",
    "login": "Have a key made for an account, with the least rights, and keep it.",
    "doctor": "Check keys, rights, accounts, journal and git before anyone needs them.",
    "schema": "Print the JSON schema of the file or of the plan.",
    "serve": "A page with every service and request, for a browser.",
    "sandbox": "Run a small OVHcloud of one's own, and read its mails.",
    "demo": "A guided tour of the whole job, in the sandbox.",
    "completion": "Print what has a shell complete commands and options.",
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
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        module = import_module(f"reconciler.cli.commands.{name}")
        command: click.Command = module.command
        name_variables(command, (cmd_name,))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with; a near miss is suggested.

        Raises:
            click.UsageError: there is no such command.
        """
        if args[0] in COMMANDS:
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches  # noqa: PLC0415  # not for `--help`

        close = get_close_matches(args[0], COMMANDS)
        ask = f"; did you mean {' or '.join(close)}?" if close else ""
        raise click.UsageError(f"no command {args[0]!r}{ask}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every option is also a variable: plan --format is RECONCILER_PLAN_FORMAT, or, for all commands,"
    " RECONCILER_FORMAT.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("-v", "--verbose", count=True, envvar="RECONCILER_VERBOSE", help="Tell more on stderr.")
@click.option("-q", "--quiet", is_flag=True, envvar="RECONCILER_QUIET", help="Tell only failures.")
@click.pass_context
def app(context: click.Context, verbose: int, quiet: bool) -> None:
    """The contacts of OVHcloud services as code.

    A YAML file in git declares who is the admin, technical and billing contact of every service. `plan` says
    what would be asked of whom, `apply` asks, and every request is followed until both parties have confirmed
    and the contact really changed.
    """
    context.obj = -1 if quiet else verbose  # options work before and after the command, as git's users expect


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every failure becomes a message on stderr."""
    try:
        streams.prepare()
        outcome = app.main(arguments, prog_name="reconciler", standalone_mode=False)
        sys.stdout.flush()
        return int(outcome or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (BrokenPipeError, SystemExit) as gone:  # click turns the former into the latter
        if isinstance(gone, SystemExit) and not gone.code:
            return ExitCode.OK  # a shell has been told how a word can go on
        code = ExitCode.ERROR  # the reader of a pipe has gone, as `| head` does: nothing to tell
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # also a bug is told in one line
        code = tell(error)
    streams.abandon()
    return code
