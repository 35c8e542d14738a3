"""What every layer needs to look at a call and to turn it down."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


def headers_of(scope: Scope, name: str) -> list[str]:
    """Return every value of a header, in the order of the call."""
    wanted = name.lower().encode("latin-1")
    return [value.decode("latin-1") for key, value in scope["headers"] if key == wanted]


def header_of(scope: Scope, name: str) -> str | None:
    """Return the value of a header; None where it is absent."""
    values = headers_of(scope, name)
    return values[0] if values else None


def peer_of(scope: Scope) -> str:
    """Return the address at the other end of the connection, empty where it is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def turn_down(
    status: int,
    words: str,
    scope: Scope,
    receive: Receive,
    send: Send,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a status and a sentence, as plain text; the page behind is never reached."""
    await PlainTextResponse(words + "\n", status, headers)(scope, receive, send)
