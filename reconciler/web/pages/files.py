"""The files that declare the services, to be read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from reconciler.errors import ReconcilerError
from reconciler.web.site import Site


def routes(site: Site) -> APIRouter:
    """Return the route of the files."""
    router = APIRouter()

    @router.get("/files/{name:path}")
    def file(request: Request, name: str, line: str = "1") -> Response:
        number = int(line) if line.isascii() and line.isdigit() and len(line) < 10 else 1  # noqa: PLR2004  # enough
        try:
            page = site.declarations.lines(name, number)
        except ReconcilerError as error:
            return site.message(request, 404, "The file cannot be read", str(error))
        if page is None:
            return site.message(
                request, 404, "No such file", "Only the contacts file and what it includes are shown here."
            )
        return site.show(request, "file.html", name=name, page=page, marked=number)

    return router
