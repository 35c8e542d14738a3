"""Real parts for tests of commands: a sandbox in a process of its own, and a desk to run commands at.

    with sandbox(world(service("domain/shop.example", ...))) as town:
        desk = Desk(tmp_path, town.url, accounts={"platform": PLATFORM, "agency": AGENCY})
        desk.write("services: ...")
        done = desk.run("apply", "--yes")

A desk has a home of its own: no file, variable or key of whoever runs the tests is seen from it.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reconciler.journal import open_journal
from reconciler.ports.journal import Journal
from reconciler.sandbox import World, application_key, application_secret, consumer_key
from tests.forks import ROOT
from tests.parties import accept_all, tokens
from tests.sandbox.town import Clock, Town

__all__ = ["PATIENCE", "Desk", "Done", "Running", "accept_all", "fork", "sandbox", "tokens"]

PATIENCE = 60.0
"""Seconds after which a process that should have ended, or begun, is given up."""


@dataclass(frozen=True)
class Done:
    """How a command ended: `code` is its exit code, or minus the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what it printed as JSON."""
        return json.loads(self.out)


class Running:
    """A command under way."""

    def __init__(self, line: socket.socket, streams: Sequence[str]) -> None:
        line.settimeout(PATIENCE)
        self._line = line
        self._words = line.makefile()
        self._streams = streams
        self.pid = int(self._words.readline())

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> Done:
        """Kill it, unless it has ended by itself, and return how it ended."""
        with contextlib.suppress(ProcessLookupError):
            self.send(signal.SIGKILL)
        return self.wait()

    @property
    def err(self) -> str:
        """Return what it has said on stderr so far."""
        return Path(self._streams[2]).read_text()

    def wait(self) -> Done:
        """Return how it ended, once it has."""
        return Done(self.end(), Path(self._streams[1]).read_text(), self.err)

    def end(self) -> int:
        """Return its exit code, or minus the signal that killed it, once it has ended."""
        code = int(self._words.readline())
        self._words.close()
        self._line.close()
        return code


@dataclass
class Desk:
    """A folder with a contacts file, credentials and a home of its own.

    Attributes:
        url: the endpoint, ending in `/1.0`.
        accounts: the file's short names; the keys of those in `held` (None: of all) are configured.
    """

    folder: Path
    url: str
    accounts: Mapping[str, str]
    held: Iterable[str] | None = None
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        self.environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "RECONCILER_TRACEBACK": "1",  # a bug is to be seen as one
            **self.environ,
        }
        self.hold(self.accounts.values() if self.held is None else self.held)

    @property
    def file(self) -> Path:
        """Return where the contacts file is."""
        return self.folder / "contacts.yaml"

    @property
    def journal(self) -> Path:
        """Return where the journal is kept, unless an option says otherwise."""
        return Path(self.environ["XDG_STATE_HOME"]) / "reconciler" / "journal.sqlite3"

    def forget(self) -> None:
        """Delete the journal, with what its database keeps beside it."""
        for path in self.journal.parent.glob(self.journal.name + "*"):
            path.unlink()

    @contextlib.contextmanager
    def open_journal(self) -> Iterator[Journal]:
        """Open the journal for reading."""
        journal = open_journal(self.journal, self.url, read_only=True)
        try:
            yield journal
        finally:
            journal.close()

    def claimed(self) -> dict[int, str]:
        """Return the tasks that the journal calls ours, each with its service."""
        with self.open_journal() as journal:
            return {task: claim.service for task, claim in journal.claims().items()}

    def write(self, rest: str | Mapping[str, Any], *, guards: str = "{max_changes_percent: 100}") -> None:
        """Write the contacts file: version, endpoint and accounts, then `rest`; guards that stop nothing."""
        body = rest if isinstance(rest, str) else yaml.safe_dump(dict(rest), sort_keys=False)
        head = {"version": 1, "endpoint": self.url, "accounts": dict(self.accounts)}
        ours = "" if "guards:" in body else f"guards: {guards}\n"
        self.file.write_text(yaml.safe_dump(head, sort_keys=False) + ours + body)

    def hold(self, ids: Iterable[str]) -> None:
        """Configure the keys of these accounts, and of no others."""
        keys = "".join(
            f'[accounts."{one}"]\nendpoint = "{self.url}"\n'
            f'application_key = "{application_key(one)}"\n'
            f'application_secret = "{application_secret(one)}"\n'
            f'consumer_key = "{consumer_key(one)}"\n\n'
            for one in ids
        )
        path = Path(self.environ["XDG_CONFIG_HOME"]) / "reconciler" / "credentials.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(keys)
        path.chmod(0o600)

    def run(self, *arguments: str, stdin: str = "", before: Sequence[Any] = ()) -> Done:
        """Run a command to its end."""
        return self.start(*arguments, stdin=stdin, before=before).wait()

    def start(self, *arguments: str, stdin: str = "", before: Sequence[Any] = ()) -> Running:
        """Start a command.

        Args:
            arguments: those of `reconciler`.
            stdin: what it reads; never a terminal.
            before: module, function and arguments of a call that its process makes first.
        """
        place = tempfile.mkdtemp(dir=self.folder, prefix="run-")
        streams = [f"{place}/{name}" for name in ("stdin", "stdout", "stderr")]
        for stream, text in zip(streams, (stdin, "", ""), strict=True):
            Path(stream).write_text(text)
        order = {
            "arguments": arguments,
            "environ": self.environ,
            "folder": str(self.folder),
            "before": before,
        }
        return fork(order, streams)


def fork(order: Mapping[str, Any], streams: Sequence[str]) -> Running:
    """Start what an order to the server of processes says; `streams` are where its three streams lead."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(_forks())
    line.sendall((json.dumps({**order, "streams": streams}) + "\n").encode())
    return Running(line, streams)


@contextlib.contextmanager
def sandbox(world: World, state: Path | None = None) -> Iterator[Town]:
    """Run `reconciler sandbox serve` in a process of its own, on a free port; yield the town it serves."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.yaml"
        file.write_text(json.dumps(asdict(world)))
        desk = Desk(Path(folder) / "desk", "", accounts={})
        arguments = ["--world", str(file), *(["--state", str(state)] if state else [])]
        server = desk.start("sandbox", "serve", *arguments)
        town = Town(_ready(server), Clock())
        try:
            yield town
        finally:
            for customer in town.clients.values():
                customer._session.close()
            server.send(signal.SIGTERM)
            server.wait()


def _ready(server: Running) -> str:
    out = Path(server._streams[1])
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        line = out.read_text()
        if line.startswith("sandbox ready: ") and line.endswith("\n"):
            return line.split()[-1]
        assert not server.err, server.err
        time.sleep(0.005)
    raise AssertionError(f"the sandbox did not start: {server.err}")


@functools.cache
def _forks() -> str:
    """Start the server of processes once, and return its address."""
    folder = tempfile.mkdtemp(prefix="forks-")
    address = f"{folder}/line"
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.forks", address],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert started.stdin
    assert started.stdout
    assert started.stdout.readline() == b"ready\n"

    atexit.register(started.communicate)  # it leaves when its input ends, as it also does when we are killed
    return address
