"""Who has logged in with a browser: random ids, known to this process only, each for a working day."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from reconciler.web.guard.answering import headers_of

SESSION_SECONDS = 12 * 3600
_MOST_SESSIONS = 1_000
_SEE_OTHER = 303


class Sessions:
    """The open sessions; a restart ends them all."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: dict[str, float] = {}

    def open(self) -> str:
        """Begin a session and return its id."""
        now = self._clock()
        self._ends = {one: end for one, end in self._ends.items() if end > now}
        if len(self._ends) >= _MOST_SESSIONS:
            del self._ends[next(iter(self._ends))]  # the oldest
        number = secrets.token_urlsafe(32)
        self._ends[number] = now + SESSION_SECONDS
        return number

    def is_open(self, number: str | None) -> bool:
        """Return whether a session of that id has begun and not ended."""
        return number is not None and self._ends.get(number, 0.0) > self._clock()

    def close(self, number: str | None) -> None:
        """End a session, if there is one of that id."""
        if number is not None:
            self._ends.pop(number, None)


def cookie_name(scope: Scope, *, secure: bool) -> str:
    """Return how the cookie is called.

    Cookies do not heed ports, so two servers on one machine need two names. `__Host-` has browsers refuse one
    that a neighbouring host, or plain http, has set.
    """
    port = (scope["server"] or ("", 0))[1]
    return f"{'__Host-' if secure else ''}reconciler-{port}"


def session_of(scope: Scope, *, secure: bool) -> str | None:
    """Return the session id that a call brings along."""
    wanted = cookie_name(scope, secure=secure)
    for header in headers_of(scope, "cookie"):
        for pair in header.split(";"):  # one cookie that cannot be parsed must not hide ours
            name, _, value = pair.strip().partition("=")
            if name == wanted:
                return value
    return None


def hand_over(number: str | None, where: str, scope: Scope, *, secure: bool) -> Response:
    """Return the answer that sends a browser to `where` with its session; None takes the session back."""
    answer = RedirectResponse(where, _SEE_OTHER)
    answer.set_cookie(
        cookie_name(scope, secure=secure),
        number or "",
        max_age=SESSION_SECONDS if number else 0,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    return answer
