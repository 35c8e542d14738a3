"""A real HTTP server on loopback that answers as a test tells it, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reconciler.providers.ovh.client import AccountClient, Patience
from reconciler.providers.ovh.clock import EndpointClock
from reconciler.providers.ovh.keys import Keys
from reconciler.providers.ovh.lines import Lines

KEYS = Keys("application-key-canary", "application-secret-canary", "consumer-key-canary")
CANARIES = KEYS.hidden
QUICK = Patience(attempts=3, seconds=5.0, first_wait=0.01, pauses=4)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; `path` is below the endpoint's `/1.0`, with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


@dataclass(frozen=True)
class Reply:
    """What to answer; `body` that is not bytes goes out as JSON.

    `drip` sends it byte by byte with that many seconds in between; `reset` hangs up instead.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    reset: bool = False


Script = Callable[[Asked], Reply | None]
"""Returns the reply to a request; None stands for the usual one: the time, or a 404."""


class Server:
    """The server's address and its memory."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []

    def calls(self, method: str = "", path: str = "") -> list[Asked]:
        """Return the requests but those for the time, of one method and path prefix."""
        return [
            asked
            for asked in self.asked
            if asked.path != "/auth/time" and asked.method.startswith(method) and asked.path.startswith(path)
        ]


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """Serve a script on a free port."""
    lock = threading.Lock()
    connections = iter(range(1_000_000))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.number = next(connections)

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            path = self.path.removeprefix("/1.0")
            asked = Asked(self.command, path, dict(self.headers.items()), body, self.number)
            with lock:
                server.asked.append(asked)
                reply = script(asked)
            if reply is None:
                reply = _usual(asked)
            time.sleep(reply.delay)
            if reply.reset:
                # an abrupt end: RST instead of FIN
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", **reply.headers}
            if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
                headers["Content-Length"] = str(len(data))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for start in range(0, len(data), 1 if reply.drip else len(data) or 1):
                time.sleep(reply.drip)
                self.wfile.write(data[start : start + 1] if reply.drip else data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the base class asks for these names

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            """Stay silent about connections that the test broke."""

    with Quiet(("127.0.0.1", 0), Handler) as http:
        server = Server(f"http://127.0.0.1:{http.server_address[1]}/1.0")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def _usual(asked: Asked) -> Reply:
    if asked.path == "/auth/time":
        return Reply(body=int(time.time()))
    return Reply(404, {"class": "Client::NotFound", "message": "This service does not exist"})


@contextmanager
def client_of(
    server: Server | str, *, patience: Patience = QUICK, connections: int = 16
) -> Iterator[AccountClient]:
    """Return a client that calls the server with the canary keys."""
    lines = Lines(server if isinstance(server, str) else server.url, connections=connections)
    try:
        yield AccountClient(lines, KEYS, clock=EndpointClock(), patience=patience)
    finally:
        lines.close()


def in_turn(*replies: Reply) -> Script:
    """Return a script that gives these replies one after the other, the last for ever; the time as usual."""
    waiting = list(replies)

    def script(asked: Asked) -> Reply | None:
        if asked.path == "/auth/time":
            return None
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return script
