"""What the journal remembers, of a service or of an account."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from reconciler.model import AccountId, ServiceId
from reconciler.progress.history import Handover, of_account, of_service
from reconciler.web.paging import page_of
from reconciler.web.site import Site


def routes(site: Site) -> APIRouter:
    """Return the routes of the history."""
    router = APIRouter()

    @router.get("/history")
    def history(request: Request, service: str = "", account: str = "", page: str = "") -> Response:
        rows = changes_of(
            site,
            service=ServiceId(service.strip()) if service.strip() else None,
            account=site.account(account) if account.strip() else None,
        )
        about = {"service": service, "account": account}
        return site.show(request, "history.html", page=page_of(rows, page), about=about)

    return router


def changes_of(
    site: Site, *, service: ServiceId | None = None, account: AccountId | None = None
) -> Sequence[Handover]:
    """Return the changes of a service and of an account that the journal knows of, the newest first."""
    rows: Sequence[Handover] = site.remembered.rows(site.board.seen.snapshot)
    if service is not None:
        rows = tuple(of_service(rows, service))
    if account is not None:
        rows = tuple(of_account(rows, account))
    return rows
