"""Serves the page until SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.errors import ReconcilerError
from reconciler.web.connections import ImpatientConnection
from reconciler.web.guard import Door, guarded
from reconciler.web.guard.door import is_loopback
from reconciler.web.guard.shape import LARGEST_HEADERS
from reconciler.web.in_hand import InHand

_KEEP_ALIVE_SECONDS = 15
_STOP_SECONDS = 1
_ANSWER_SECONDS = 120.0  # longer than a call to OVHcloud and the look after it can take
_SAID = b"stopping: the answer that is being sent will be finished and journalled\n"
_BACKLOG = 2 * ImpatientConnection.most


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens; `port` 0 takes a free one.

    Raises:
        ReconcilerError: the address is not one of this machine's, or the port is taken.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        raise ReconcilerError(
            f"the page cannot listen on {host} port {port}: {error}",
            hint="--port 0 takes a free one; --host must be an address of this machine",
        ) from error
    with listener:
        # Inherited by each connection: else the second half of an answer waits 40 ms for a delayed ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def reaches_only_this_machine(host: str) -> bool:
    """Return whether whatever listens on `host` can be reached from this machine alone."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(host) and all(is_loopback(str(address[0])) for *_, address in found)


def address_of(listener: socket.socket) -> str:
    """Return the page's address, ending in a slash."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(page: ASGIApp, door: Door, listener: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve a page behind its guard until a signal comes.

    Args:
        page: without any guard of its own.
        door: who may come in.
        listener: where.
        ready: called once, when calls are answered.

    Raises:
        Exception: whatever kept the page from starting.
    """
    answers = InHand(page)
    server = PageServer(guarded(answers, door), ready, answers)
    with _last_word(server):
        server.run([listener])
    if server.failure is not None:
        raise server.failure


class PageServer(uvicorn.Server):
    """Tells when it answers, and what kept it from starting.

    When told to stop it lets the answers in hand be finished and journalled, a second Ctrl-C apart; all other
    calls have a second to end.
    """

    def __init__(
        self,
        app: ASGIApp,
        ready: Callable[[], None],
        answers: InHand | None = None,
        *,
        connection: type[ImpatientConnection] = ImpatientConnection,
    ) -> None:
        self._watched = _Watched(app)
        self._ready = ready
        self._answers = answers
        super().__init__(_configuration(self._watched, connection))

    @property
    def failure(self) -> Exception | None:
        """Return what kept the page from starting, if anything did."""
        return self._watched.failure

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        self._ready()
        await super().main_loop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, wait for the answers in hand, and end."""
        for server in self.servers:
            server.close()
        end = time.monotonic() + _ANSWER_SECONDS
        if self._answers is not None and self._answers.count:
            with suppress(OSError):  # nobody reads stderr any more
                os.write(2, _SAID)
            # A second Ctrl-C sets force_exit from a signal's handler, which knows no event.
            while self._answers.count and not self.force_exit and time.monotonic() < end:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await super().shutdown(sockets)
        await _hang_up(self)


async def _hang_up(server: uvicorn.Server) -> None:
    """Close what a server's end has left open: a connection that was just accepted, or a slow one."""
    await asyncio.sleep(0)  # what was accepted a moment ago is known now
    for connection in list(server.server_state.connections):
        if not connection.transport.is_closing():
            connection.transport.abort()
    await asyncio.sleep(0)  # a transport closes in the loop's next turn


def _configuration(app: ASGIApp, connection: type[ImpatientConnection]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=connection,
        ws="none",
        lifespan="on",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose word is taken is for the guard to say
        h11_max_incomplete_event_size=LARGEST_HEADERS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )


class _Watched:
    """Keeps what went wrong while the page started; uvicorn would tell it to its own log only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if scope["type"] == "lifespan":
                self.failure = error
            raise


@contextmanager
def _last_word(server: uvicorn.Server) -> Iterator[None]:
    """Have SIGINT and SIGTERM end the server only: uvicorn raises them again after its own end."""
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(*_: object) -> None:
        server.should_exit = True

    kept = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
