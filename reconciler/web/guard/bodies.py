"""Forms are small and come at once: a body is read whole before the page sees the call, or not at all."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.web.guard.answering import headers_of, turn_down

BODY = "reconciler.body"
"""Where the scope of a call keeps its body, for layers that must look into it and pass it on."""
LARGEST_BODY = 64_000
"""Bytes. A pasted mail fits; ten forms' worth."""
BODY_SECONDS = 10.0
"""For the whole body, not for each part of it: a byte a second is not progress."""
_LINGER_SECONDS = 1.0
_LINGER_BYTES = 16_000_000
_BAD_REQUEST, _TOO_SLOW, _TOO_LARGE = 400, 408, 413


class SmallBodies:
    """Hands the page only whole bodies of at most `LARGEST_BODY` bytes."""

    def __init__(self, app: ASGIApp, *, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body and pass the call on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await _read(scope, receive)
        except _TooLargeError:
            words = f"The body is larger than {LARGEST_BODY // 1000} kB."
            await _turn_down_and_linger(_TOO_LARGE, words, scope, receive, send)
        except TimeoutError:
            words = f"The body did not arrive within {self._seconds:g} seconds."
            await turn_down(_TOO_SLOW, words, scope, receive, send, {"Connection": "close"})
        else:
            if body is not None:
                scope[BODY] = body
                await self._app(scope, _replay(body, receive), send)


class _TooLargeError(Exception):
    pass


def _announced(scope: Scope) -> int:
    lengths = headers_of(scope, "content-length")
    return int(lengths[0]) if lengths else 0  # h11 has seen to it that this is a number


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body; None where the caller has gone.

    Raises:
        _TooLargeError: it is too large, or says that it will be.
    """
    if _announced(scope) > LARGEST_BODY:
        raise _TooLargeError
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            raise _TooLargeError
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


async def _turn_down_and_linger(status: int, words: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, then throw away what still comes for a moment.

    A connection that is closed while more arrives is reset, and many clients would never read the answer.
    """

    async def send_all_but_the_end(message: Message) -> None:
        if message["type"] == "http.response.body":
            await send({**message, "more_body": True})
        else:
            await send(message)

    await turn_down(status, words, scope, receive, send_all_but_the_end, {"Connection": "close"})
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            await _throw_away(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _throw_away(receive: Receive) -> None:
    size = 0
    while size < _LINGER_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
        size += len(message.get("body", b""))
