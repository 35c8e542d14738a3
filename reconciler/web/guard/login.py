"""Nobody gets past without a login where one is asked for: a token, a session, or a proxy's word."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from urllib.parse import parse_qs, quote

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.web.guard.answering import SAFE_METHODS, header_of, headers_of
from reconciler.web.guard.bodies import BODY
from reconciler.web.guard.callers import came_by_https, household_of, user_of
from reconciler.web.guard.door import Door
from reconciler.web.guard.login_page import FIELD, elsewhere_page, login_page
from reconciler.web.guard.sessions import Sessions, hand_over, session_of
from reconciler.web.guard.tries import Tries

SIGN_OUT = "/sign-out"
_OPEN_TO_ALL = "/static/"
"""Style and scripts are in the package for everybody to read, and the login form is dressed by them."""
_UNAUTHORIZED, _TOO_MANY = 401, 429
_FORM = "application/x-www-form-urlencoded"


class LoggedIn:
    """Answers 401 to everybody else, browsers with a form. `SmallBodies` must stand before it."""

    def __init__(self, app: ASGIApp, door: Door, clock: Callable[[], float]) -> None:
        self._app = app
        self._door = door
        self._sessions = Sessions(clock)
        self._tries = Tries(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the calls of those who have logged in."""
        if scope["type"] != "http" or _is_open_to_all(scope):
            await self._app(scope, receive, send)
            return
        answer = self._answer(scope)
        await (answer or self._app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        """Return what is answered in place of the page; None: let it through."""
        secure = came_by_https(scope, self._door)
        session = session_of(scope, secure=secure)
        if scope["path"] == SIGN_OUT and scope["method"] == "POST":
            self._sessions.close(session)
            return hand_over(None, "/", scope, secure=secure)
        given = _form_token(scope)
        if given is not None and self._door.token is not None:
            return self._log_in(given, scope, secure=secure)
        if user_of(scope, self._door) is not None or self._sessions.is_open(session):
            return None
        return self._by_bearer(scope)

    def _by_bearer(self, scope: Scope) -> Response | None:
        if self._door.token is None:
            return _unauthorized(scope, elsewhere_page())
        bearer = _bearer(scope)
        if bearer is not None:
            trouble = self._trouble(bearer, scope)
            return None if trouble is None else _refusal(trouble, scope)
        if scope["method"] not in SAFE_METHODS:
            return _refusal(_Trouble("Log in first. What was sent has not been done.", stay=False), scope)
        return _refusal(_Trouble(), scope)

    def _log_in(self, given: str, scope: Scope, *, secure: bool) -> Response:
        trouble = self._trouble(given, scope)
        if trouble is not None:
            return _refusal(trouble, scope)
        query = scope["query_string"].decode("latin-1")
        back = quote(scope["path"], safe="/") + (f"?{query}" if query else "")
        return hand_over(self._sessions.open(), "/" + back.lstrip("/"), scope, secure=secure)

    def _trouble(self, given: str, scope: Scope) -> _Trouble | None:
        """Return why a token is not taken; None: it is the right one."""
        who = household_of(scope, self._door)
        pause = self._tries.pause(who)
        if pause:
            return _Trouble(f"Too many wrong tokens. Try again in {ceil(pause)} seconds.", ceil(pause))
        right = self._door.token or ""
        if right and hmac.compare_digest(given.encode(errors="replace"), right.encode()):
            return None
        self._tries.was_wrong(who)
        return _Trouble("This token is not the right one.")


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why somebody is not let in.

    Attributes:
        words: what was wrong; None where nothing has been tried yet.
        pause: for how many seconds no token is looked at.
        stay: whether the same address can be opened after the login.
    """

    words: str | None = None
    pause: int | None = None
    stay: bool = True


def _is_open_to_all(scope: Scope) -> bool:
    return scope["method"] in SAFE_METHODS and scope["path"].startswith(_OPEN_TO_ALL)


def _form_token(scope: Scope) -> str | None:
    """Return what was typed into the login form; None: it is not that form."""
    if scope["method"] != "POST" or not (header_of(scope, "content-type") or "").startswith(_FORM):
        return None
    fields = parse_qs(scope[BODY].decode("latin-1"), keep_blank_values=True)
    return fields[FIELD][0].strip() if FIELD in fields else None


def _bearer(scope: Scope) -> str | None:
    """Return the token of `Authorization: Bearer`; another scheme, or two headers, are none of ours."""
    given = headers_of(scope, "authorization")
    if len(given) != 1:
        return None
    scheme, _, token = given[0].partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else None


def _refusal(trouble: _Trouble, scope: Scope) -> Response:
    page = login_page(trouble.words, stay=trouble.stay)
    answer = _unauthorized(scope, page, trouble.words)
    if trouble.pause is not None:
        answer.status_code = _TOO_MANY
        answer.headers["Retry-After"] = str(trouble.pause)
    return answer


def _unauthorized(scope: Scope, page: str, words: str | None = None) -> Response:
    if "text/html" in (header_of(scope, "accept") or ""):
        answer: Response = HTMLResponse(page, _UNAUTHORIZED)
    else:
        told = (
            words
            or "Log in first: send Authorization: Bearer with the token that the server was started with."
        )
        answer = PlainTextResponse(told + "\n", _UNAUTHORIZED)
    if header_of(scope, "hx-request") is not None:
        answer.headers["HX-Refresh"] = "true"  # a page whose session has ended shows the form, not old news
    answer.headers["WWW-Authenticate"] = 'Bearer realm="contact-reconciler"'
    return answer
