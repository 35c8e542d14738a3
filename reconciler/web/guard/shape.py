"""Only calls of a shape that the page has: three methods, a plain path, no more query than a search needs."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.web.guard.answering import headers_of, turn_down

_METHODS = ("GET", "HEAD", "POST")
_GO = {"Connection": "close"}
_BAD_REQUEST, _NO_SUCH_METHOD, _TOO_LONG, _TOO_MUCH = 400, 405, 414, 431
LONGEST_PATH = 2_048
LONGEST_QUERY = 4_096
LARGEST_HEADERS = 16_384
"""Bytes, of all headers of one call together."""


class PlainCalls:
    """Turns down other methods, paths that climb or hide something, and overlong addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a call of the usual shape."""
        if scope["type"] == "http":
            fault = _fault(scope)
            if fault:
                status, words = fault
                headers = {"Allow": ", ".join(_METHODS)} if status == _NO_SUCH_METHOD else _GO
                await turn_down(status, words, scope, receive, send, headers)
                return
            if scope["method"] == "HEAD":  # answered as GET is; the server leaves the body out
                scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def _fault(scope: Scope) -> tuple[int, str] | None:
    """Return status and words for a call that is not answered."""
    too_large = _too_large(scope)
    if too_large:
        return too_large
    if headers_of(scope, "content-length") and headers_of(scope, "transfer-encoding"):
        return (
            _BAD_REQUEST,
            "The headers tell two lengths of the body.",
        )  # a proxy may have believed the other
    path = scope["path"]
    if not path.startswith("/"):
        return _BAD_REQUEST, "The address must begin with a slash."
    if "\0" in path or {".", ".."} & set(path.replace("\\", "/").split("/")):
        return _BAD_REQUEST, "The address climbs up, or holds a NUL."
    if scope["method"] not in _METHODS:
        return _NO_SUCH_METHOD, f"There is no such method here, only {', '.join(_METHODS)}."
    return None


def _too_large(scope: Scope) -> tuple[int, str] | None:
    if len(scope["raw_path"]) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
        return _TOO_LONG, "The address is too long."
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
        return _TOO_MUCH, "The headers are too large."
    return None
