"""Answers that are on their way to OVHcloud: a server that is told to stop waits for them."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.web.guard.answering import SAFE_METHODS


class InHand:
    """Counts the calls that may change something, from when the page has them until it has answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass every call on."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        self.count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.count -= 1
