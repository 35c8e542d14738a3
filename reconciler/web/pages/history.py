"""What the journal remembers, of a service or of an account."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from reconciler.model import AccountId, ServiceId
from reconciler.progress.history import Handover
from reconciler.session.history import history_of
from reconciler.web.paging import page_of
from reconciler.web.site import Site


def routes(site: Site) -> APIRouter:
    """Return the routes of the history."""
    router = APIRouter()

    @router.get("/history")
    def history(request: Request, service: str = "", account: str = "", page: str = "") -> Response:
        name = ServiceId(service.strip())
        who = site.account(account) if account.strip() else None
        rows = changes_of(site, service=name or None, account=who)
        return site.show(
            request,
            "history.html",
            page=page_of(rows, page),
            about={"service": service, "account": account},
        )

    return router


def changes_of(
    site: Site, *, service: ServiceId | None = None, account: AccountId | None = None
) -> Sequence[Handover]:
    """Return the changes that the journal knows of, the newest first."""
    return history_of(site.session, service=service, account=account)
