"""The HTTP side: connections that can be dropped on purpose, a foreground server, one inside a program."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.errors import ReconcilerError
from reconciler.sandbox.api import Api, Incoming, Reply
from reconciler.sandbox.refusals import bad_request
from reconciler.sandbox.routing import below_version
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store
from reconciler.sandbox.world import Fault, World

MAX_BODY = 1_000_000
KEEP_ALIVE = 3600  # long, so that a client never meets a connection that is just closing
STOP_SECONDS = 10
NO_LINGER = struct.pack("ii", 1, 0)


class DroppableProtocol(H11Protocol):
    """Hands each call the means to drop its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its parent does
        """Remember how to drop this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


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


class Application:
    """The ASGI side of an `Api`. Calls are answered one after the other: each takes about a millisecond."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return
        if body is None:
            await _send(self._api.reply(413, bad_request("The body is too large").body), scope, receive, send)
            return
        incoming = Incoming(
            request.method,
            scope["scheme"],
            scope["raw_path"].decode("ascii"),
            scope["query_string"].decode("latin-1"),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body,
        )
        reply = await self._answer(incoming)
        if reply is None:
            await _drop(scope, receive)
        else:
            await _send(reply, scope, receive, send)

    async def _answer(self, incoming: Incoming) -> Reply | None:
        """Return the answer, changed by the fault that hits this call; None: drop the connection."""
        path = below_version(incoming.path)
        if path is None:
            return self._api.answer(incoming)
        account = incoming.headers.get("x-ovh-application", "").removeprefix("ak-").casefold()
        fault = self._api.switches.hit(incoming.method, path, account) or Fault()
        delay = self._api.switches.settings.latency_ms + fault.delay_ms
        if delay:
            await asyncio.sleep(delay / 1000)
        if fault.reset == "before":
            return None
        replaced = fault.status is not None or fault.body is not None
        reply = None if replaced and not (fault.effect or fault.reset) else self._api.answer(incoming)
        if fault.reset == "after":
            return None
        if reply is not None and not replaced:
            return reply
        kind = {"Content-Type": fault.content_type} if fault.content_type else {}
        return self._api.reply(fault.status or 200, fault.body, kind)


@contextlib.contextmanager
def run_in_thread(world: World, *, state: Path | None, clock: Callable[[], float]) -> Iterator[str]:
    """Serve in a thread while the context lasts; its value is the base URL."""
    store = _open(world, state, clock)
    listener = _listen("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}/1.0"
    server = _server(Api(store, clock), None)
    thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
    thread.start()
    try:
        yield base
    finally:
        server.stop()
        thread.join(STOP_SECONDS)
        store.close()


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
    store = _open(world, state, time.time)
    listener = _listen(host, port)
    server = _server(Api(store, time.time, public_url), tls)
    # uvicorn raises a signal again after its own clean end; these handlers make that end the last word.
    kept = {
        number: signal.signal(number, lambda *_: server.stop()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    shown = f"[{host}]" if ":" in host else host
    address = f"{'https' if tls else 'http'}://{shown}:{listener.getsockname()[1]}/1.0"
    print(f"sandbox ready: {address}", flush=True)  # noqa: T201 - the one line that a starter waits for
    try:
        server.run([listener])
    finally:
        store.close()
        for number, handler in kept.items():
            signal.signal(number, handler)


def _open(world: World, state: Path | None, clock: Callable[[], float]) -> Store:
    store = Store(state)
    seed(store, world, clock)
    return store


def _listen(host: str, port: int) -> socket.socket:
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


async def _read(request: Request) -> bytes | None:
    """Return the body, or None if it is too large."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


async def _send(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    await Response(reply.body, reply.status, dict(reply.headers))(scope, receive, send)


async def _drop(scope: Scope, receive: Receive) -> None:
    transport = scope["state"]["transport"]
    raw = transport.get_extra_info("socket")
    if raw is not None:
        # Without lingering the client sees a reset, not a polite end.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
