"""Commands as processes of their own, forked from one that has imported everything: a start costs little.

`python tests/forks.py SOCKET` serves. Each connection asks for one process with one line of JSON, and is told
its number and, when it has ended, how: a code, or minus the signal that killed it.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

import platformdirs

import reconciler

ROOT = Path(__file__).parents[1]


def serve(path: str) -> NoReturn:
    """Fork one process for each connection, until standard input ends."""
    _load_everything()
    assert threading.active_count() == 1, "a fork copies no other thread"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    print("ready", flush=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the go-betweens
    if os.fork() == 0:
        while True:
            line, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _look_after_one(line)
            line.close()
    listener.close()
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)  # the group holds only the server and its children
    raise AssertionError("unreachable")


def _load_everything() -> None:
    """Import what commands import only when they need it, so that no fork has to."""
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if not module.name.startswith(("reconciler.journal.migrations.", "reconciler.__main__")):
            importlib.import_module(module.name)
    for name in ("alembic.command", "alembic.config", "alembic.op"):  # what a journal is made with
        importlib.import_module(name)
    assert platformdirs.user_state_path("reconciler")  # chooses its module for the platform when first asked


def _look_after_one(line: socket.socket) -> NoReturn:
    order = json.loads(line.makefile().readline())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    worker = os.fork()
    if worker == 0:
        line.close()
        _work(order)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line.sendall(f"{worker}\n".encode())
    _, status = os.waitpid(worker, 0)
    line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _work(order: dict[str, Any]) -> NoReturn:
    code = 99
    try:
        for number, name in enumerate(order["streams"]):
            way = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(name, way, 0o600), number)
        os.environ.clear()
        os.environ.update(order["environ"])
        os.chdir(order["folder"])
        if order["before"]:
            module, function, *arguments = order["before"]
            getattr(importlib.import_module(module), function)(*arguments)
        from reconciler.cli.app import run  # noqa: PLC0415 - loaded already, if this is the server

        code = run(order["arguments"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    serve(sys.argv[1])
