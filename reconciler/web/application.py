"""The application: pages over one session, without any guard of its own."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from reconciler.errors import ReconcilerError
from reconciler.session import Session
from reconciler.web.board import Board
from reconciler.web.declarations import declarations
from reconciler.web.pages import answers, files, history, mailboxes, mailed_links, requests, services
from reconciler.web.remembered import Remembered
from reconciler.web.site import Site
from reconciler.web.telling import Tell, Telling
from reconciler.web.tokens_in_addresses import TokensInAddresses
from reconciler.web.views import FOLDER, environment

log = logging.getLogger(__name__)

_WORDS = {
    404: ("No such page", "Nothing is found at this address. The services and the requests are."),
    405: ("Not to be used like that", "This address does not take what was sent to it."),
}


def create_app(
    session: Session, *, sandbox: bool, refresh_seconds: float, tell_people: Tell, sign_out: str | None = None
) -> FastAPI:
    """Return the page over a session. It looks at the endpoint when it starts, so the lifespan must be on.

    Args:
        session: with writers, for the answers.
        sandbox: whether the mailboxes are shown: the endpoint is a sandbox, whose mails are nobody's secret.
        refresh_seconds: how long to pause between two looks while a request is open.
        tell_people: delivers the notices that the file asks for; it is called after each look.
        sign_out: where the button for signing out posts to; None where there is no login.
    """
    telling = Telling(tell_people)
    board = Board(session, refresh_seconds, telling.hand_on)
    site = Site(
        session,
        board,
        Remembered(session),
        declarations(session.config),
        environment(),
        sandbox,
        refresh_seconds,
        sign_out,
    )

    @asynccontextmanager
    async def looking(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(board.start)
        telling.start()
        yield
        board.stop()
        await run_in_threadpool(telling.stop)

    # No redirects to the address without its last slash: behind a proxy with https they would name http.
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=looking)
    app.add_middleware(TokensInAddresses)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    rooms = [services, requests, answers, mailed_links, history, files]
    for room in [*rooms, mailboxes] if sandbox else rooms:
        app.include_router(room.routes(site))
    _look_again(app, site)
    _failures(app, site)
    return app


def _look_again(app: FastAPI, site: Site) -> None:
    @app.post("/look")
    def look(request: Request) -> Response:
        """Look now, and go on where the button was."""
        site.board.look_unless_fresh()
        back = request.query_params.get("back", "/")
        is_ours = back.startswith("/") and not back.startswith(("//", "/\\"))
        return RedirectResponse(back if is_ours else "/", 303)


def _failures(app: FastAPI, site: Site) -> None:
    """Have failures end on a page in the words of people."""

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        title, text = _WORDS.get(error.status_code, ("That did not work", str(error.detail)))
        answer = site.message(request, error.status_code, title, text)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    def misshapen(request: Request, _error: RequestValidationError) -> Response:
        return site.message(request, 400, "That did not work", "What was sent is not what the form sends.")

    @app.exception_handler(ReconcilerError)
    def failed(request: Request, error: ReconcilerError) -> Response:
        return site.message(request, 502, "That did not work", str(error))

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> Response:
        log.error("a page failed: %s", type(error).__name__)
        return site.message(request, 500, "That did not work", "This is a bug of ours; the log tells where.")
