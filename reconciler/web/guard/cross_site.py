"""No page of another origin may have a browser change anything here.

The rule is that of Go's `http.CrossOriginProtection`: browsers say with `Sec-Fetch-Site`, or at least with
`Origin`, where a form or a script came from. What says neither is no browser; no cookie travels with it.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.web.guard.answering import SAFE_METHODS, headers_of, turn_down

_FORBIDDEN = 403
_OUR_OWN = ("same-origin", "none")  # none: typed by a person, or opened from a bookmark


class SameOrigin:
    """Answers 403 to every call that could change something and was made by another origin's page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is safe or our own page's."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not _is_our_own(scope):
            words = "This came from another site's page, so nothing was done. Do it on this page itself."
            await turn_down(_FORBIDDEN, words, scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_our_own(scope: Scope) -> bool:
    sites = headers_of(scope, "sec-fetch-site")
    if sites:
        return all(site in _OUR_OWN for site in sites)
    origins = headers_of(scope, "origin")
    return all(_host_of(origin) in headers_of(scope, "host") for origin in origins)


def _host_of(origin: str) -> str | None:
    """Return host and port of an origin; None for `null`, which sandboxed frames and the like send."""
    scheme, mark, host = origin.partition("://")
    return host if mark and scheme in {"http", "https"} else None
