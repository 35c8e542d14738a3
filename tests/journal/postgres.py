"""A throw-away PostgreSQL cluster for the tests of any room.

A `conftest.py` makes it known: `from tests.journal.postgres import postgres_cluster, postgres_url`. Each test
process (so each xdist worker) that asks starts a cluster of its own, reached by a Unix socket in its own
folder: no port is taken and nothing is shared. Without PostgreSQL the tests are skipped, in CI they fail.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psycopg
import psycopg.sql
import pytest

_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "50",
    "shared_buffers": "16MB",
}
_START_SECONDS = 60


@dataclass(frozen=True)
class PostgresCluster:
    """A running server; `sockets` is the folder of its socket."""

    sockets: Path

    def new_schema(self) -> str:
        """Return a URL whose tables are nobody else's: a schema of its own, a tenth of a database's cost."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(psycopg.sql.Identifier(name)))
        return f"postgresql://postgres@/postgres?host={self.sockets}&options=-csearch_path%3D{name}"

    def conninfo(self) -> str:
        """Return how psycopg reaches the server."""
        return f"host={self.sockets} user=postgres dbname=postgres"


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """Give a server that lives as long as the test process."""
    programs = _programs()
    if programs is None:
        _give_up("no initdb under /usr/lib/postgresql/*/bin or in PATH")
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        server = _started(programs, folder, account)
        try:
            _wait_until_ready(server, PostgresCluster(folder), folder / "log")
            yield PostgresCluster(folder)
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth keeping
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_cluster: PostgresCluster) -> str:
    """Return the URL of tables of the test's own."""
    return postgres_cluster.new_schema()


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"PostgreSQL is needed in CI: {reason}")
    pytest.skip(f"no PostgreSQL here: {reason}")


def _programs() -> Path | None:
    """Return the folder of the newest server's programs."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _account() -> pwd.struct_passwd | None:
    """Return whom the server must run as: it refuses to be root's. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    _give_up("it refuses to run as root, and there is no user to run it as")


def _started(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    uid = None if account is None else account.pw_uid
    gid = None if account is None else account.pw_gid
    groups = None if account is None else ()
    data = folder / "data"
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    made = subprocess.run(
        [*initdb, "--locale=C"],
        user=uid,
        group=gid,
        extra_groups=groups,
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.fail(f"initdb failed: {made.stderr}")
    settings = [part for key, value in _FAST.items() for part in ("-c", f"{key}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings],
            user=uid,
            group=gid,
            extra_groups=groups,
            cwd="/",
            env=environment,
            stdout=log,
            stderr=log,
        )


def _wait_until_ready(server: subprocess.Popen[bytes], cluster: PostgresCluster, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(cluster.conninfo()).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start: {log.read_text()}")
            time.sleep(0.05)
        else:
            return
