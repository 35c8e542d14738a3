"""The application: pages over one session, without any guard of its own."""

from __future__ import annotations

from fastapi import FastAPI

from reconciler.session import Session


def create_app(
    session: Session, *, sandbox: bool, refresh_seconds: float, sign_out: str | None = None
) -> FastAPI:
    """Return the page over a session. It looks at the endpoint when it starts, so the lifespan must be on.

    Args:
        session: with writers, for the answers.
        sandbox: whether the mailboxes are shown: the endpoint is a sandbox, whose mails are nobody's secret.
        refresh_seconds: how long to pause between two looks while a request is open.
        sign_out: where the button for signing out posts to; None where there is no login.
    """
    return FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
