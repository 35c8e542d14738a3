"""The requests: whose turn it is, and a page for each with its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from fastapi import APIRouter, Request, Response

from reconciler.model import AccountId
from reconciler.render.deadlines import expiry_words
from reconciler.web.addresses import request_path
from reconciler.web.paging import page_of
from reconciler.web.site import Site
from reconciler.web.snapshot import Ask, Snapshot
from reconciler.web.timeline import parties_of_ours, timeline

FIRST = 25
"""Rows of each group where all groups are shown together."""

GROUPS: Mapping[str, str] = {
    "mine": "Yours to answer",
    "others": "Waiting for others",
    "finished": "Finished in the last 14 days",
}


def routes(site: Site) -> APIRouter:
    """Return the routes that show requests."""
    router = APIRouter()

    @router.get("/requests")
    def requests(request: Request, show: str = "", page: str = "") -> Response:
        seen = site.board.seen
        if seen.snapshot is None:
            return site.show(request, "requests.html", seen=seen)
        only = show if show in GROUPS else ""
        groups = [
            (name, title, page_of(_asks(name, seen.snapshot), page if only else "", 100 if only else FIRST))
            for name, title in GROUPS.items()
            if only in {"", name}
        ]
        return site.show(request, "requests.html", seen=seen, groups=groups, only=only)

    @router.get("/requests/{number}")
    def one(request: Request, number: str) -> Response:
        return show_request(site, request, number)

    return router


def show_request(
    site: Site,
    request: Request,
    number: str,
    *,
    status: int = 200,
    trouble: str | None = None,
    chosen: str = "",
    pasted: str = "",
) -> Response:
    """Return the page of one request.

    Args:
        site: what pages are made with.
        request: whose page it is.
        number: of the request, as it was given.
        status: of the answer.
        trouble: what went wrong with the answer that was just given.
        chosen: the account that is to answer, if one was chosen already.
        pasted: the name of a token that was pasted before.
    """
    ask = find(site, number)
    seen = site.board.seen
    if ask is None or seen.snapshot is None:
        return site.message(
            request,
            404,
            "No such request",
            "No account whose keys are configured is a party of a request of this number."
            " The list of requests shows those that are.",
        )
    journal, task = site.session.journal, ask.progress.task
    parties = parties_of_ours(ask.progress, site.session.readers)
    chosen = chosen or request.query_params.get("as", "")
    return site.show(
        request,
        "request.html",
        status=status,
        seen=seen,
        ask=ask,
        steps=timeline(
            ask.progress,
            seen.snapshot.asked.get(task.id),
            journal.sightings(task.id),
            seen.snapshot.confirmations,
            site.accounts,
        ),
        parties=parties,
        chosen=site.account(chosen) if chosen else parties[0] if len(parties) == 1 else None,
        trouble=trouble,
        pasted=pasted,
        address=request_path(task.id),
        expiry=_expiry(ask),
        answer_mark=sha256(" ".join([task.state, *parties]).encode()).hexdigest()[:12],
        answer_known=request.headers.get("X-Answer"),
    )


def _expiry(ask: Ask) -> str | None:
    row = ask.row
    if row.expires is None or row.expires_in_seconds is None:
        return None
    return expiry_words(row.expires, row.expires_in_seconds, learnt=bool(row.expires_learnt))


def find(site: Site, number: str) -> Ask | None:
    """Return a request, looked for once more where it was not seen yet; None: there is none."""
    if not (number.isascii() and number.isdigit() and len(number) < 20):  # noqa: PLR2004  # more than any id has
        return None
    snapshot = site.board.seen.snapshot
    if snapshot is None or int(number) not in snapshot.requests:
        snapshot = site.board.look_unless_fresh().snapshot
    return snapshot.requests.get(int(number)) if snapshot else None


def _asks(group: str, snapshot: Snapshot) -> Sequence[Ask]:
    ids: Mapping[str, Sequence[int]] = {
        "mine": snapshot.mine,
        "others": snapshot.others,
        "finished": snapshot.finished,
    }
    return [snapshot.requests[task] for task in ids[group]]


def ours(ask: Ask, site: Site) -> Sequence[AccountId]:
    """Return our accounts that may still have to answer."""
    return parties_of_ours(ask.progress, site.session.readers)
