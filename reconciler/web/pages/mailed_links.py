"""Where the links in OVHcloud's mails lead once their host is replaced by ours.

What they say stands behind the `#`, which only a script in the browser reads. Without one, the whole link or
the token is pasted into a form here.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from reconciler.mailbox.links import finds_in, token_of
from reconciler.web.pages.requests import find, show_request
from reconciler.web.site import Site

LONGEST = 20_000
"""More than any mail that somebody pastes whole."""


def routes(site: Site) -> APIRouter:
    """Return the routes of mailed links."""
    router = APIRouter()

    @router.get("/manager")
    @router.get("/manager/{rest:path}")
    def mailed(request: Request, rest: str = "") -> Response:  # noqa: ARG001  # whatever the link has there
        return site.show(request, "mailed.html", trouble=None, number="")

    @router.post("/manager")
    @router.post("/manager/{rest:path}")
    def pasted(
        request: Request,
        link: Annotated[str, Form()] = "",
        number: Annotated[str, Form()] = "",
        rest: str = "",  # noqa: ARG001  # whatever the link has there
    ) -> Response:
        text, number = link.strip()[:LONGEST], number.strip()
        finds = finds_in([text])
        if len(finds) > 1:
            trouble = "More than one token was pasted: paste one link at a time."
        elif not finds and not token_of(text):
            trouble = (
                "There is no token in what was pasted: it is 32 letters and digits, at the end of the link."
            )
        else:
            task = finds[0].request if finds else None
            numbers = {str(one) for one in finds[0].numbers} if finds else set()
            known = [one for one in sorted(numbers) if find(site, one)]
            number = str(task) if task else number or (known[0] if len(known) == 1 else "")
            if find(site, number):
                kept = site.pasted.keep(token_of(text) or text)
                return show_request(site, request, number, pasted=kept)
            trouble = (
                f"No account whose keys are configured is a party of request {number}."
                if number
                else "The token alone does not say which request it answers: give its number, too."
            )
        return site.show(request, "mailed.html", status=400, trouble=trouble, number=number)

    return router
