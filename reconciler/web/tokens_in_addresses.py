"""A token does not belong into an address: addresses end up in logs, histories and referrers.

OVHcloud's mails keep it behind the `#`, which no browser sends. An address that has it in the query was made
by someone else, or broken on the way: the token is dropped unread, and the same address without it is shown.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.web.guard.answering import SAFE_METHODS

IGNORED = "token-ignored"
"""The value of `note` that tells the reader of the page what happened."""


class TokensInAddresses:
    """Answers an address with a token in its query with the same address without it, before anything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else on."""
        if scope["type"] != "http" or b"=" not in scope["query_string"]:
            return await self._app(scope, receive, send)
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")
        kept = [(name, value) for name, value in pairs if name.strip().casefold() != "token"]
        if len(kept) == len(pairs):
            return await self._app(scope, receive, send)
        if scope["method"] not in SAFE_METHODS:
            refusal = PlainTextResponse("a token in the address is not used: send it in the form\n", 400)
            return await refusal(scope, receive, send)
        kept = [pair for pair in kept if pair[0] != "note"] + [("note", IGNORED)]
        # The path as it came, so that what is escaped stays so; `//host` would lead to another host.
        path = "/" + scope.get("raw_path", scope["path"].encode()).decode("latin-1").lstrip("/\\")
        answer = RedirectResponse(f"{path}?{urlencode(kept)}", 303)
        return await answer(scope, receive, send)
