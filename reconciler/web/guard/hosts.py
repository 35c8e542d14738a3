"""Only known names: a page whose own name is made to point here (DNS rebinding) brings that name along.

An address as a number cannot be rebound, so the one that the call arrived at is always known.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.web.guard.answering import headers_of, turn_down
from reconciler.web.guard.door import is_loopback

_BAD_REQUEST = 400
_HTTP_PORT = 80
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class KnownHosts:
    """Answers 400 to every call whose `Host` is not one of ours."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset(name.casefold() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a call for a known name."""
        if scope["type"] == "http" and not self._is_known(scope):
            words = "This page is not served under that name. Name it with --host-name if it should be."
            await turn_down(_BAD_REQUEST, words, scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        given = headers_of(scope, "host")
        if len(given) != 1:
            return False
        host = given[0].casefold()
        return host in self._names or _without_port(host) in self._names or host in _own_names(scope)


def _own_names(scope: Scope) -> frozenset[str]:
    """Return how the address that the call arrived at may be written, with its port."""
    address, port = scope["server"] or ("", None)
    hosts = [f"[{address}]" if ":" in address else address]
    if is_loopback(address):
        hosts += _LOOPBACK
    bare = hosts if port == _HTTP_PORT else []
    return frozenset([*bare, *(f"{host}:{port}" for host in hosts)])


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host
