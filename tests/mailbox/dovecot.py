"""A throw-away Dovecot on loopback for the tests of any room.

A `conftest.py` makes it known: `from tests.mailbox.dovecot import dovecot`. Each test process (so each xdist
worker) that asks starts a server of its own, on ports that nobody has. Every user exists, all with one
password, and has a Maildir of his own. Without Dovecot the tests are skipped, in CI they fail.

127.0.0.1 is a server as people have them; whoever calls 127.0.0.2 is told of no IDLE. The server's day begins
eleven hours late, as in Samoa.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import pytest
from imap_tools import BaseMailBox, MailBoxUnencrypted

from tests.mailbox.dovecot_config import NOBODY, PASSWORD, PLAIN, config, passwords

_START_SECONDS = 30.0
_ATTEMPTS = 5


@dataclass
class Dovecot:
    """A server; `certificate` is the file to trust for its encrypted port."""

    program: str
    folder: Path
    port: int
    tls_port: int
    greeting: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def certificate(self) -> Path:
        """Return the self-signed certificate, made out to `localhost` and 0.0.0.0."""
        return self.folder / "certificate.pem"

    def url(self, user: str, folder: str = "INBOX", host: str = PLAIN) -> str:
        """Return the address of a user's folder."""
        return f"imap://{quote(user)}@{host}:{self.port}/{quote(folder)}"

    def tls_url(self, user: str) -> str:
        """Return the address of a user's INBOX on the encrypted port."""
        return f"imaps://{quote(user)}@localhost:{self.tls_port}/INBOX"

    @contextlib.contextmanager
    def login(self, user: str) -> Iterator[BaseMailBox]:
        """Log in as a user who keeps his own mail; no folder is open yet."""
        with MailBoxUnencrypted(PLAIN, self.port, timeout=_START_SECONDS) as mailbox:
            yield mailbox.login(user, PASSWORD, initial_folder=None)

    def deliver(
        self,
        user: str,
        *mails: bytes,
        folder: str = "INBOX",
        at: datetime | None = None,
        flags: Iterable[str] = (),
    ) -> None:
        """Put mails into a folder, which is made if it is not there."""
        with self.login(user) as mailbox:
            if folder != "INBOX" and not mailbox.folder.exists(folder):
                mailbox.folder.create(folder)
            for mail in mails:
                mailbox.append(mail, folder, dt=at, flag_set=list(flags))

    def flags(self, user: str, folder: str = "INBOX") -> list[set[str]]:
        """Return the flags of each message, in the order of the folder; which are new to it is left out."""
        with self.login(user) as mailbox:
            mailbox.folder.set(folder, readonly=True)
            return [set(mail.flags) - {"\\Recent"} for mail in mailbox.fetch(mark_seen=False)]

    def grant(self, user: str, rights: str) -> None:
        """Let a user do no more with his INBOX than these rights of RFC 4314 say."""
        with self.login(user) as mailbox:
            mailbox.folder.set("INBOX")  # makes his Maildir
        rule = self.folder / "mail" / user / "Maildir" / "dovecot-acl"
        rule.write_text(f"owner {rights}\n")
        rule.chmod(0o644)

    def kick(self, user: str) -> bool:
        """Drop every line of a user, as a server does that is restarted; return whether there was any."""
        command = ["doveadm", "-c", str(self.folder / "dovecot.conf"), "kick", user]
        kicked = subprocess.run(command, check=False, capture_output=True)
        assert kicked.returncode in {0, os.EX_NOHOST}, kicked.stderr
        return kicked.returncode == 0

    def stop(self) -> None:
        """Stop the server at once, unless it is stopped."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=_START_SECONDS)
        with contextlib.suppress(ProcessLookupError):  # whoever still speaks to somebody
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None

    def start(self) -> None:
        """Start the server, again if it was stopped, and wait until it answers.

        Raises:
            OSError: it does not come up: somebody else has one of the ports, say.
        """
        with (self.folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [self.program, "-F", "-c", str(self.folder / "dovecot.conf")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                process_group=0,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "<-11>11"},
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((PLAIN, self.port), 5.0) as line:
                if self.greeting.encode() in line.recv(4096):
                    self.process = process
                    return
            time.sleep(0.02)
        process.kill()
        process.wait()
        raise OSError(f"Dovecot did not start: {self._told()}")

    def _told(self) -> str:
        files = (self.folder / "output", self.folder / "log")
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())


@contextlib.contextmanager
def running() -> Iterator[Dovecot]:
    """Start a server, and stop and remove it again."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        _give_up("no dovecot in PATH or /usr/sbin")
    folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))  # a socket's path must be short
    try:
        folder.chmod(0o755)  # those whom it runs as come here too
        server = _started(program, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Give a server that lives as long as the test process."""
    with running() as server:
        yield server


@pytest.fixture
def user() -> str:
    """Return a user with a mailbox of his own."""
    return f"user-{uuid.uuid4().hex[:12]}"


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"Dovecot is needed in CI: {reason}")
    pytest.skip(f"no Dovecot here: {reason}")


def _started(program: str, folder: Path) -> Dovecot:
    told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    version = tuple(int(part) for part in told.split()[0].split(".")[:2])
    _make_certificate(folder)
    users = folder / "users"
    users.write_text(passwords())
    mail = folder / "mail"
    mail.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(mail, NOBODY, NOBODY)
    for _ in range(_ATTEMPTS):
        port, tls_port = _free_ports()
        greeting = f"ready {uuid.uuid4().hex}"
        (folder / "dovecot.conf").write_text(config(version, folder, port, tls_port, greeting))
        server = Dovecot(program, folder, port, tls_port, greeting)
        try:
            server.start()
        except OSError as error:
            why = error
        else:
            return server
    pytest.fail(str(why))


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:0.0.0.0", "-days", "2"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((PLAIN, 0))
        other.bind((PLAIN, 0))
        return one.getsockname()[1], other.getsockname()[1]
