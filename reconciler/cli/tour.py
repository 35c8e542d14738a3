"""The guided tour: real commands as real processes, in a folder that stays for the user to play with."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.errors import ReconcilerError

CONTACTS = """\
version: 1
endpoint: sandbox

accounts:                      # short names for client ids
  platform: pl11111-ovh
  finance: {id: fi22222-ovh, name: Finance team}
  agency: ag33333-ovh

defaults:
  admin: platform
  technical: platform
  billing: finance

services:
  domain/shop.example: {technical: agency}
  hosting/web/shop.example: {}
  vps/vps-1a2b3c4d.vps.ovh.net: {}
"""

WORLD = """\
accounts:
  - {id: pl11111-ovh, email: platform@example.com}
  - {id: fi22222-ovh, email: finance@example.com}
  - {id: ag33333-ovh, email: agency@example.com, payment_method: false}
services:
  - {service: domain/shop.example, admin: pl11111-ovh, technical: pl11111-ovh, billing: fi22222-ovh}
  - {service: hosting/web/shop.example, admin: pl11111-ovh, technical: pl11111-ovh, billing: fi22222-ovh}
  - {service: vps/vps-1a2b3c4d.vps.ovh.net, admin: pl11111-ovh, technical: pl11111-ovh, billing: fi22222-ovh}
settings: {processing_seconds: 3}
"""

_ON_THE_PAGE = (
    "Open that address and look into Mailboxes: follow the link in the agency's mail and accept.",
    "The request then waits for the platform team, whose own mail holds the other link: accept that too.",
    "It is done once the service itself shows the new contact, a few seconds later. Ctrl-C ends the page.",
)

_BEFORE = "  hosting/web/shop.example: {}\n"
_AFTER = "  hosting/web/shop.example: {billing: agency}\n"


def run(folder: Path | None) -> ExitCode:
    """Show the whole job and return 0, or 1 where a step did not end as it should."""
    tour = _Tour(_new_folder(folder))
    tour.begin()
    tour.tell("OVHcloud (here: a sandbox that speaks its API) mails each party a token of its own.")
    tour.reconciler("sandbox", "mails", "--account", "agency", "--last", "1")
    task = tour.open_task()
    tour.tell("The agency accepts. Its token goes from the mail straight into the command.")
    tour.accept(task, "agency")
    tour.tell("Who is missing?")
    tour.reconciler("status")
    tour.tell("The platform team accepts too, and we wait until the service itself shows the new contact.")
    tour.accept(task, "platform")
    tour.reconciler("watch", "--timeout", "30")
    tour.tell("Plan again: nothing is left to ask.")
    tour.reconciler("plan")
    tour.tell(
        "Now somebody wants the agency to pay for the hosting. The plan knows why that cannot be asked."
    )
    tour.edit(_BEFORE, _AFTER)
    tour.reconciler("plan")
    tour.farewell()
    return ExitCode.OK


def run_on_the_page(folder: Path | None, *, browse: bool) -> ExitCode:
    """Show the first half of the job, then serve the page for the second; return 0 once a signal ends it."""
    tour = _Tour(_new_folder(folder))
    tour.begin()
    tour.tell("The rest is for the people who were mailed. The page shows what each of them sees.")
    tour.serve(browse=browse)
    tour.farewell()
    return ExitCode.OK


@dataclass(frozen=True, slots=True)
class _Tour:
    folder: Path

    def begin(self) -> None:
        """Show file, plan and apply: one request is open afterwards."""
        self.tell(
            "A file in git says who is to hold which contact. Only one differs from what OVHcloud has today."
        )
        self.show_file()
        self.tell("What would be asked of whom?")
        self.reconciler("plan")
        self.tell("Ask. Nothing changes by asking: both parties must confirm.")
        self.reconciler("apply", "--yes")

    def serve(self, *, browse: bool) -> None:
        """Serve the page on a free port until a signal comes."""
        from reconciler.cli.opening import open_session  # noqa: PLC0415
        from reconciler.cli.options import Settings  # noqa: PLC0415
        from reconciler.cli.serving import run, show  # noqa: PLC0415
        from reconciler.web.guard import Door  # noqa: PLC0415

        def tell(address: str) -> None:
            show(address, browse=browse)
            for sentence in _ON_THE_PAGE:
                click.secho(f"# {sentence}", bold=True)

        click.echo("$ reconciler serve --port 0")
        file = self.folder.resolve() / "contacts.yaml"
        with open_session(Settings(file), writing=True) as session:
            run(session, Door(), host="127.0.0.1", port=0, tell=tell)

    def tell(self, text: str) -> None:
        click.secho(f"\n# {text}", bold=True)

    def show_file(self) -> None:
        click.echo("$ cat contacts.yaml")
        click.echo((self.folder / "contacts.yaml").read_text(), nl=False)

    def reconciler(self, *arguments: str) -> None:
        """Show a command and run it."""
        click.echo(f"$ reconciler {shlex.join(arguments)}")
        self._check(self._run(*arguments))

    def accept(self, task: int, party: str) -> None:
        """Show and run the pipe that takes a token from a mail to `accept`."""
        mails = ("sandbox", "mails", "--account", party, "--token", str(task))
        accept = ("accept", str(task), "--as", party)
        click.echo(f"$ reconciler {shlex.join(mails)} | reconciler {shlex.join(accept)}")
        token = self._run(*mails, stdout=subprocess.PIPE)
        self._check(token)
        self._check(self._run(*accept, input=token.stdout))

    def open_task(self) -> int:
        """Return the id of the task that was just made."""
        shown = self._run("status", "--format", "json", stdout=subprocess.PIPE)
        self._check(shown)
        task: int = json.loads(shown.stdout)["requests"][0]["task"]
        return task

    def edit(self, before: str, after: str) -> None:
        """Change a line of the file, and show the change as git would."""
        file = self.folder / "contacts.yaml"
        file.write_text(file.read_text().replace(before, after))
        click.echo(f"-{before}+{after}", nl=False)

    def farewell(self) -> None:
        program = "reconciler" if shutil.which("reconciler") else os.path.realpath(sys.argv[0])
        self.tell("That was all of it. The files are still there; every command can be repeated:")
        click.echo(f"cd {shlex.quote(str(self.folder))}\n{shlex.quote(program)} status")

    def _run(self, *arguments: str, **streams: Any) -> subprocess.CompletedProcess[bytes]:
        argv = [sys.executable, "-m", "reconciler", *arguments]
        return subprocess.run(argv, cwd=self.folder, env=_environment(), check=False, **streams)  # noqa: S603

    def _check(self, done: subprocess.CompletedProcess[bytes]) -> None:
        sys.stdout.flush()
        if done.returncode != ExitCode.OK:
            raise ReconcilerError(
                f"the demo's step ended with {done.returncode}: {shlex.join(done.args[2:])}"
            )


def _environment() -> dict[str, str]:
    """Return the environment without options: with RECONCILER_FILE set, the tour would apply that file."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}


def _new_folder(folder: Path | None) -> Path:
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="reconciler-demo-"))
    else:
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise ReconcilerError(f"cannot make {folder}: {error.strerror}") from error
    (folder / "contacts.yaml").write_text(CONTACTS)
    (folder / "sandbox.yaml").write_text(WORLD)
    return folder
