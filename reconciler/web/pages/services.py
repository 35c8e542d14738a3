"""Every service, the search among them, and a page for each."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from reconciler.model import ROLES, Role, ServiceId
from reconciler.render.time_boxes import time_box_words
from reconciler.web.addresses import query_of, service_segment
from reconciler.web.filters import Filter, matching
from reconciler.web.pages.history import changes_of
from reconciler.web.paging import page_of
from reconciler.web.service_lines import ServiceLine
from reconciler.web.site import Site
from reconciler.web.snapshot import Snapshot

MANY_ACCOUNTS = 200
"""With more, an account is typed and not chosen from a list."""

LATELY = 20
"""Requests and changes on a service's own page; all of them are on theirs."""


def routes(site: Site) -> APIRouter:
    """Return the routes of the services."""
    router = APIRouter()

    @router.get("/")
    def services(
        request: Request,
        q: str = "",
        product: str = "",
        role: str = "",
        account: str = "",
        tray: str = "",
        page: str = "",
    ) -> Response:
        wanted = Filter(q, product, role, account, tray)
        seen = site.board.seen
        if seen.snapshot is None:
            return site.show(request, "services.html", seen=seen)
        found = matching(seen.snapshot.lines, wanted, site.ids)
        shown = page_of(found, page)
        answer = site.show(
            request,
            "services.html",
            seen=seen,
            filter=wanted,
            page=shown,
            rows=[_Row(line, site) for line in shown.rows],
            roles=ROLES,
            choices=_choices(seen.snapshot),
        )
        if request.headers.get("HX-Trigger") == "filter":
            answer.headers["HX-Replace-Url"] = f"/{query_of(wanted.parameters())}"
        return answer

    @router.get("/services/{segment:path}")
    def service(request: Request, segment: str) -> Response:
        seen = site.board.seen
        line = _line_of(segment, seen.snapshot) if seen.snapshot else None
        if seen.snapshot is None or line is None:
            return site.message(
                request,
                404,
                "No such service",
                "The file does not declare it, and no account whose keys are configured is a contact of it.",
            )
        ids = seen.snapshot.of_service.get(line.service, ())
        return site.show(
            request,
            "service.html",
            seen=seen,
            row=_Row(line, site),
            roles=ROLES,
            requests=[seen.snapshot.requests[task] for task in ids[:LATELY]],
            boxes=_time_boxes(line, site),
            many_requests=len(ids) > LATELY,
            changes=changes_of(site, service=line.service)[:LATELY],
        )

    return router


@dataclass(frozen=True, slots=True)
class _Row:
    """One service, with what a template asks about it."""

    line: ServiceLine
    site: Site

    @property
    def file(self) -> tuple[str, int] | None:
        """Return the name of the declaring file and the line in it."""
        place = self.line.place
        return (self.site.declarations.name_of(place), place.line) if place else None


def _time_boxes(line: ServiceLine, site: Site) -> dict[Role, str]:
    """Return what the file says of the contacts of a service that end."""
    found = {}
    for role in ROLES:
        box = site.session.config.time_boxes.get((line.service, role))
        if box is not None and line.desired is not None:
            found[role] = time_box_words(box, line.desired.of(role), site.session.names)
    return found


def _choices(snapshot: Snapshot) -> list[tuple[str, str]] | None:
    """Return the accounts to choose from, each with what it is called, or None: there are too many."""
    if len(snapshot.accounts) > MANY_ACCOUNTS:
        return None
    return sorted(
        ((called, account) for account, called in snapshot.accounts.items()), key=lambda row: row[0]
    )


def _line_of(segment: str, snapshot: Snapshot) -> ServiceLine | None:
    line = snapshot.services.get(ServiceId(segment))
    if line is None and segment.startswith("~"):
        line = next((one for one in snapshot.lines if f"{service_segment(one.service)}" == segment), None)
    return line
