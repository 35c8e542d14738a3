"""One line for each call with `-v`, and one for each failure of ours; what may hold a token is in neither."""

from __future__ import annotations

import logging
import os
import re
import time
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.model.text import visible
from reconciler.web.guard.answering import turn_down

log = logging.getLogger("reconciler.web")

_TOKEN = re.compile(r"[A-Za-z0-9]{32,}")
"""OVHcloud's tokens are 32 letters and digits. A broken link can have carried one into the path."""
_OURS = 500


class ToldAccesses:
    """Tells method, path, status and milliseconds of each call; never the query, a header or a body.

    No failure gets past it to the server, which would print it with all that it says.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass every call on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def note_and_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        try:
            await self._app(scope, receive, note_and_send)
        except Exception as error:
            where = bool(os.environ.get("RECONCILER_TRACEBACK"))
            name = type(error).__name__  # its words could hold what was sent
            log.exception("%s %s failed: %s", scope["method"], _path(scope), name, exc_info=where)
            if not status:
                words = "Something went wrong on our side. RECONCILER_TRACEBACK=1 shows where."
                await turn_down(_OURS, words, scope, receive, note_and_send)
        took = round((time.perf_counter() - start) * 1000)
        log.info("%s %s %s %d ms", scope["method"], _path(scope), status or "unanswered", took)


def _path(scope: Scope) -> str:
    path = unquote(scope["path"]).partition("?")[0]
    return visible(_TOKEN.sub("…", path))
