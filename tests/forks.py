"""Commands as processes of their own, forked from one that has imported everything: a start costs little.

`python -m tests.forks SOCKET` serves. Each connection asks for one process with one line of JSON, and is told
its number and, when it has ended, how: a code, or minus the signal that killed it. The socket lies in a
folder of its own, which goes with the server: whoever started it may be killed before it can tidy up.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

import platformdirs

import reconciler

ROOT = Path(__file__).parents[1]
MADE_WITH = (
    *("alembic.command", "alembic.config", "alembic.op"),  # a journal
    *("pydantic.v1", "anyio._backends._asyncio", "uvicorn.lifespan.on", "uvicorn.loops.asyncio"),  # a page
)
"""What libraries import when they are first used."""


def serve(path: str) -> NoReturn:
    """Fork one process for each connection, until standard input ends; then leave nothing behind."""
    _load_everything()
    assert threading.active_count() == 1, "a fork copies no other thread"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler of Python's, or nothing wakes
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("ready", flush=True)
    running: dict[int, socket.socket] = {}
    while True:
        readable, _, _ = select.select([sys.stdin, listener, woken], [], [])
        if sys.stdin in readable:
            _leave(Path(path))
        if woken in readable:
            woken.recv(4096)
            _tell_who_ended(running)
        if listener in readable:
            line, _ = listener.accept()
            order = json.loads(line.makefile().readline())
            worker = os.fork()
            if worker == 0:
                signal.set_wakeup_fd(-1)
                for other in (listener, woken, wake, line, *running.values()):
                    other.close()
                _work(order)
            _say(line, worker)
            running[worker] = line


def _leave(path: Path) -> NoReturn:
    path.unlink()
    path.parent.rmdir()
    os.killpg(0, signal.SIGKILL)  # the group holds only the server and its children
    raise AssertionError("unreachable")


def _tell_who_ended(running: dict[int, socket.socket]) -> None:
    while running:
        worker, status = os.waitpid(-1, os.WNOHANG)
        if not worker:
            return
        with running.pop(worker) as line:
            _say(line, os.waitstatus_to_exitcode(status))


def _say(line: socket.socket, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # a test that has failed listens no more
        line.sendall(f"{number}\n".encode())


def _load_everything() -> None:
    """Import what commands import only when they need it, so that no fork has to."""
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if not module.name.startswith(("reconciler.journal.migrations.", "reconciler.__main__")):
            importlib.import_module(module.name)
    for name in MADE_WITH:
        importlib.import_module(name)
    assert platformdirs.user_state_path("reconciler")  # chooses its module for the platform when first asked
    importlib.import_module("reconciler.web.views").environment()  # compiles the page's templates
    gc.collect()
    gc.freeze()  # or each fork's collector walks over all of that, and so copies it


def _work(order: dict[str, Any]) -> NoReturn:
    code = 99
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
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
