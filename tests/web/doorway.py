"""The guard in front of a page that only says what it was handed, on a real server in a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.web.connections import ImpatientConnection
from reconciler.web.guard import Door, guarded
from reconciler.web.serving import PageServer, address_of, listening
from tests.running import PATIENCE

TOKEN = "correct-horse-battery-staple-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with method, path and body; `/broken` fails, `/large` is large."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    request = Request(scope, receive)
    body = (await request.body()).decode("latin-1")
    if scope["path"] == "/broken":
        raise RuntimeError(f"the page broke on {body}")
    if scope["path"] == "/large":
        await PlainTextResponse("x" * 20_000_000)(scope, receive, send)
        return
    answer = {"method": request.method, "path": scope["path"], "body": body}
    await JSONResponse(answer)(scope, receive, send)


@dataclass
class Doorway:
    """A guarded server; `url` ends in a slash."""

    url: str
    stop: Callable[[], None]
    calls: requests.Session = field(default_factory=requests.Session)

    @property
    def host(self) -> str:
        """Return host and port."""
        return self.url.split("/")[2]

    @property
    def port(self) -> int:
        """Return the TCP port."""
        return int(self.host.rpartition(":")[2])

    def call(self, method: str, path: str = "/", **how: Any) -> requests.Response:
        """Make a call; redirects are not followed, and what a path looks like is not mended."""
        request = requests.Request(method, self.url, **how)
        prepared = self.calls.prepare_request(request)
        prepared.url = self.url.removesuffix("/") + path
        return self.calls.send(prepared, timeout=PATIENCE, allow_redirects=False)

    def get(self, path: str = "/", **how: Any) -> requests.Response:
        """GET."""
        return self.call("GET", path, **how)

    def post(self, path: str = "/", **how: Any) -> requests.Response:
        """POST."""
        return self.call("POST", path, **how)

    def wire(self) -> socket.socket:
        """Return a bare connection."""
        wire = socket.create_connection(("127.0.0.1", self.port))
        wire.settimeout(PATIENCE)
        return wire

    def say(self, text: str) -> tuple[int, str]:
        """Send text on a connection of its own, and return status and all that came back."""
        with self.wire() as wire:
            wire.sendall(text.replace("\n", "\r\n").encode("latin-1"))
            answer = read_all(wire)
        return int(answer.split()[1]), answer


def read_all(wire: socket.socket) -> str:
    """Return all that comes until the other end closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := wire.recv(65_536):
            parts.append(part)
    return b"".join(parts).decode("latin-1")


@contextlib.contextmanager
def doorway(
    door: Door | None = None,
    *,
    app: ASGIApp | None = None,
    connection: type[ImpatientConnection] = ImpatientConnection,
    host: str = "127.0.0.1",
) -> Iterator[Doorway]:
    """Serve until the context ends.

    Args:
        door: who may come in; None: everybody on this machine.
        app: in place of the whole guard with `echo` behind it.
        connection: how patient it is.
        host: where it listens.
    """
    listens = threading.Event()
    with listening(host, 0) as listener:
        served = app if app is not None else guarded(echo, door or Door())
        server = PageServer(served, listens.set, connection=connection)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        assert listens.wait(PATIENCE)

        def stop() -> None:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive()

        here = Doorway(address_of(listener), stop)
        try:
            yield here
        finally:
            here.calls.close()
            stop()


def form(**fields: str) -> dict[str, Any]:
    """Return what makes a call a form that a browser sends."""
    return {"data": fields, "headers": {"Accept": "text/html"}}


def seconds(start: float) -> float:
    """Return how many seconds have gone by."""
    return time.monotonic() - start
