"""Between the wire and the API: reads calls, sends answers, and drops connections on purpose."""

from __future__ import annotations

import asyncio
import socket
import struct

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.sandbox.api import Api, Incoming, Reply
from reconciler.sandbox.refusals import bad_request
from reconciler.sandbox.routing import below_version
from reconciler.sandbox.world import Fault

MAX_BODY = 1_000_000
NO_LINGER = struct.pack("ii", 1, 0)


class DroppableProtocol(H11Protocol):
    """Hands each call the means to drop its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its parent does
        """Remember how to drop this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


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
