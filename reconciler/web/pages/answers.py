"""Accept, refuse, resend: what the forms of a request send."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from reconciler.errors import ApiError, OutcomeUnknownError, ReconcilerError, RefusedError
from reconciler.model import AccountId, Answer
from reconciler.session.answering import OtherRequestError, accept, party_of, refuse, resend, token_given
from reconciler.web.addresses import request_path
from reconciler.web.pages.requests import find, ours, show_request
from reconciler.web.site import Notice, Site

ANSWERS = {"accept": Answer.ACCEPTED, "refuse": Answer.REFUSED, "resend": Answer.RESENT}

BAD_FORM, REFUSED, NO_ANSWER = 400, 422, 502
"""The statuses of an answer that was not given: by the form, by the endpoint's word, for want of a word."""


class _Given(NamedTuple):
    """What a form says, looked through."""

    number: int
    party: AccountId
    answer: Answer
    token: str

    def __repr__(self) -> str:
        return f"<{self.answer} to {self.number} for {self.party}>"


class _FormError(ReconcilerError):
    """The form lacks something; nothing was sent to the endpoint."""


def routes(site: Site) -> APIRouter:
    """Return the route of the answers."""
    router = APIRouter()

    @router.post("/requests/{number}")
    def answer(
        request: Request,
        number: str,
        answer: Annotated[str, Form()] = "",
        party: Annotated[str, Form()] = "",
        token: Annotated[str, Form()] = "",
        pasted: Annotated[str, Form()] = "",
    ) -> Response:
        token = token.strip() or site.pasted.find(pasted) or ""
        with site.one_answer:
            try:
                given = _given(site, number, answer, party, token)
                notice = _carried_out(site, given)
            except ReconcilerError as error:
                site.board.look()
                return show_request(
                    site,
                    request,
                    number,
                    status=_status_of(error),
                    trouble=_words_of(error),
                    chosen=party,
                    pasted=pasted if site.pasted.find(pasted) else "",
                )
            site.pasted.forget(pasted)
            site.board.look_after_answer(given.number, given.party)
        return RedirectResponse(request_path(given.number, notice=site.notices.keep(notice)), 303)

    return router


def _given(site: Site, number: str, answer: str, party: str, token: str) -> _Given:
    """Return what the form says.

    Raises:
        _FormError: it lacks something, or the request is not one that this account could answer.
        OtherRequestError: the token came in the link of another request.
    """
    ask = find(site, number)
    if ask is None:
        raise _FormError("There is no such request, or none of our accounts is a party of it.")
    if answer not in ANSWERS:
        raise _FormError("Choose an answer: accept, refuse, or have a new mail sent.")
    possible = ours(ask, site)
    who = site.account(party) if party else possible[0] if len(possible) == 1 else None
    if who is None and not possible:
        raise _FormError("There is nothing left to answer for the accounts whose keys are configured.")
    if who is None:
        raise _FormError("Choose the account that answers: each has a token of its own.")
    if not token and answer != "resend":
        raise _FormError(
            f"The token from OVHcloud's mail to {site.session.called(who)} is missing. If there is no such"
            " mail, have a new one sent."
        )
    return _Given(ask.row.task, who, ANSWERS[answer], token_given(token, ask.row.task))


def _carried_out(site: Site, given: _Given) -> Notice:
    """Give the answer to the endpoint and return what became of it.

    Raises:
        ReconcilerError: it was not given, or it is not known whether it was.
    """
    session = site.session
    ask = find(site, str(given.number))
    if ask is not None and given.answer is not Answer.RESENT and given.party in ask.progress.accepted_by:
        return Notice(f"{session.called(given.party)} has accepted already; nothing was sent again.")
    party, task = party_of(given.number, given.party, session)
    if given.answer is Answer.ACCEPTED:
        return Notice(_sentence(accept(task, party, given.token, session)))
    if given.answer is Answer.REFUSED:
        return Notice(_sentence(refuse(task, party, given.token, session)))
    return Notice(_sentence(resend(task, party, session)))


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _status_of(error: ReconcilerError) -> int:
    if isinstance(error, (_FormError, OtherRequestError)):
        return BAD_FORM
    if isinstance(error, ApiError) and not isinstance(error, RefusedError):
        return NO_ANSWER
    return REFUSED


def _words_of(error: ReconcilerError) -> str:
    """Return what went wrong: the endpoint's own words where it has spoken, in which no token is left."""
    words = str(error)
    if isinstance(error, RefusedError):
        words = f"OVHcloud said no: {words}"
    elif isinstance(error, OutcomeUnknownError):
        words = (
            f"It is not known whether the answer arrived: {words}. Look at the request before trying again."
        )
    if error.hint:
        words += f". {error.hint[0].upper()}{error.hint[1:]}"
    return words
