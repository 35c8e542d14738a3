"""Runs the sandbox: in the foreground as a program of its own, or in a thread of a running one."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import uvicorn

from reconciler.errors import ReconcilerError
from reconciler.sandbox.api import Api
from reconciler.sandbox.application import Application, DroppableProtocol
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store
from reconciler.sandbox.world import World

KEEP_ALIVE = 3600  # long, so that a client never meets a connection that is just closing
STOP_SECONDS = 10


class PromptServer(uvicorn.Server):
    """Ends when told to, instead of looking every tenth of a second whether it was."""

    _loop: asyncio.AbstractEventLoop | None = None
    _told: asyncio.Event | None = None

    async def main_loop(self) -> None:
        """Serve until `stop` is called."""
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        tick = 0
        while not await self.on_tick(tick * 10):  # a multiple of ten also renews the date header
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the calls in hand end and close everything, without a pause."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=STOP_SECONDS / 2)
        await _hang_up(self)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on SIGINT and SIGTERM."""
        super().handle_exit(sig, frame)
        self.stop()

    def stop(self) -> None:
        """Have the server end; from any thread, or from a signal handler."""
        self.should_exit = True
        if self._loop is not None and self._told is not None:
            with contextlib.suppress(RuntimeError):  # it ended by itself meanwhile
                self._loop.call_soon_threadsafe(self._told.set)


async def _hang_up(server: uvicorn.Server) -> None:
    """Close what a server's end has left open: a connection that was just accepted, or a slow one."""
    await asyncio.sleep(0)  # what was accepted a moment ago is known now
    for connection in list(server.server_state.connections):
        if not connection.transport.is_closing():
            connection.transport.abort()
    await asyncio.sleep(0)  # a transport closes in the loop's next turn


@contextlib.contextmanager
def run_in_thread(world: World, *, state: Path | None, clock: Callable[[], float]) -> Iterator[str]:
    """Serve in a thread while the context lasts; its value is the base URL."""
    with _ready(world, state, clock) as store, _listening("127.0.0.1", 0) as listener:
        server = _server(Api(store, clock), None)
        thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/1.0"
        finally:
            server.stop()
            thread.join(STOP_SECONDS)


def run_in_foreground(
    world: World,
    *,
    host: str,
    port: int,
    state: Path | None,
    tls: tuple[Path, Path | None] | None,
    public_url: str | None,
) -> None:
    """Serve until SIGINT or SIGTERM; print the address once it is listened on."""
    with _ready(world, state, time.time) as store:
        server = _server(Api(store, time.time, public_url), tls)
        with _listening(host, port) as listener, _last_word(server):
            shown = f"[{host}]" if ":" in host else host
            address = f"{'https' if tls else 'http'}://{shown}:{listener.getsockname()[1]}/1.0"
            print(f"sandbox ready: {address}", flush=True)  # noqa: T201 - the one line that a starter waits for
            server.run([listener])


@contextlib.contextmanager
def _last_word(server: PromptServer) -> Iterator[None]:
    """Have SIGINT and SIGTERM end the server only: uvicorn raises them again after its own end."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    kept = {number: signal.signal(number, lambda *_: server.stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _ready(world: World, state: Path | None, clock: Callable[[], float]) -> Iterator[Store]:
    store = Store(state)
    try:
        seed(store, world, clock)
        yield store
    finally:
        store.close()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        raise ReconcilerError(
            f"the sandbox cannot listen on {host} port {port}: {error}", hint="port 0 takes a free one"
        ) from error
    # Inherited by each connection: else the second half of an answer waits 40 ms for a delayed ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _server(api: Api, tls: tuple[Path, Path | None] | None) -> PromptServer:
    config = uvicorn.Config(
        Application(api),
        http=DroppableProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=STOP_SECONDS // 2,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise ReconcilerError(f"the certificate or its key cannot be used: {error}") from error
    return PromptServer(config)
