"""The sandbox's mailboxes: what its accounts would find in theirs. Real mails are nobody else's to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from reconciler.errors import ReconcilerError
from reconciler.web.addresses import query_of
from reconciler.web.paging import page_of
from reconciler.web.site import Site

MAILS = 20
"""Mails of a page."""

_LINK = re.compile(r"https?://[^\s/]+(/manager/?)(#/\S*)")


class Piece(NamedTuple):
    """A part of a line; with `address`, it is a link to there."""

    text: str
    address: str | None = None


def routes(site: Site) -> APIRouter:
    """Return the routes of the mailboxes."""
    router = APIRouter()

    @router.get("/mailboxes")
    def mailboxes(request: Request) -> Response:
        return site.show(request, "mailboxes.html", boxes=sorted(site.session.readers))

    @router.get("/mailboxes/{account}")
    def mailbox(request: Request, account: str, page: str = "") -> Response:
        owner = site.account(account)
        reader = site.session.readers.get(owner)
        if reader is None:
            return site.message(request, 404, "No such mailbox", "No keys of this account are configured.")
        try:
            mails = reader.mails()
        except ReconcilerError as error:
            return site.message(request, 502, "The mailbox cannot be read", str(error))
        shown = page_of(mails[::-1], page, MAILS)
        bodies = {
            mail.id: [list(_pieces(line, owner)) for line in mail.body.splitlines()] for mail in shown.rows
        }
        return site.show(request, "mailbox.html", owner=owner, page=shown, bodies=bodies)

    return router


def _pieces(line: str, owner: str) -> Iterator[Piece]:
    """Yield a line of a mail's body, its links with their host replaced by ours."""
    end = 0
    for link in _LINK.finditer(line):
        yield Piece(line[end : link.start()])
        yield Piece(link[0], f"{link[1]}{query_of({'as': owner})}{link[2]}")
        end = link.end()
    yield Piece(line[end:])
