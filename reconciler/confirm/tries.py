"""Gives tokens to the endpoint, each at most once for one account.

A token that was refused is not tried again, and for one account of a request no more than three are: the
endpoint counts wrong ones, and after a few of them no token counts any more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from reconciler.confirm.judge import Offer
from reconciler.confirm.verdicts import Kind, Verdict
from reconciler.confirm.wanted import Slot
from reconciler.errors import ApiError, OutcomeUnknownError, RefusedError, UnauthorizedError
from reconciler.model import AccountId, Task, TaskState
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, state_words

MOST_TRIES = 3
"""Tokens that one run tries for one account of one request; the endpoint's own limit is not known."""


class Hand(Protocol):
    """What reaches the endpoint, with the journal at its side."""

    def give(self, task: Task, account: AccountId, token: str) -> str:
        """Give a token to the endpoint once and journal it; return what follows, in words.

        Raises:
            ApiError: the endpoint did not take it, or it is not known whether it did.
        """

    def now(self, task: Task, account: AccountId) -> Task | None:
        """Return the task as an account sees it now; None where that cannot be read."""

    def has_confirmed(self, task: Task, account: AccountId) -> bool:
        """Tell whether our journal knows by now that the account confirmed: another run may have done it."""


class Tries:
    """What one run has tried, in however many rounds. It holds tokens, and shows none."""

    def __init__(self, hand: Hand, names: Accounts) -> None:
        self._hand = hand
        self._names = names
        self._mails: dict[tuple[int, str], str] = {}
        self._tried: dict[tuple[Slot, str], Verdict] = {}
        self._taken: dict[tuple[int, str], Verdict] = {}
        self._refused: Counter[Slot] = Counter()
        self._closed: dict[Slot, str] = {}
        self._paused: dict[Slot, str] = {}
        self._settled: dict[int, TaskState] = {}

    def begin_round(self) -> None:
        """Let what could not be sent be tried again."""
        self._paused.clear()

    def take(self, offer: Offer) -> Verdict:
        """Return what becomes of one offer; its token goes to the endpoint unless it did before."""
        first = self._mails.setdefault((offer.task.id, offer.token), offer.mail)
        if first != offer.mail:
            return superseded(offer, f"the same token is in {first}")
        taken = self._taken.get((offer.task.id, offer.token))
        if taken is not None:  # it is nobody else's, also where another account is the only one left
            return taken
        refusals: list[Verdict] = []
        for account in offer.accounts:
            verdict = self._for_account(offer, account)
            if verdict is None:
                continue
            if verdict.kind is not Kind.REFUSED_BY_ENDPOINT:
                return verdict
            refusals.append(verdict)
        return self._refusal(offer, refusals) if refusals else self._left(offer)

    def _for_account(self, offer: Offer, account: AccountId) -> Verdict | None:
        """Return what a token came to for one account; None where it is not its turn."""
        slot = (offer.task.id, account)
        earlier = self._tried.get((slot, offer.token))
        if earlier is not None:
            return earlier
        full = self._refused[slot] >= MOST_TRIES
        if full or slot in self._closed or slot in self._paused or offer.task.id in self._settled:
            return None
        verdict = self._give(offer, account)
        if verdict.kind is not Kind.NOT_SENT:
            self._tried[slot, offer.token] = verdict
        return verdict

    def _give(self, offer: Offer, account: AccountId) -> Verdict:
        """Give a token for one account, and remember what that means for the tokens that follow."""
        slot = (offer.task.id, account)
        try:
            detail = self._hand.give(offer.task, account, offer.token)
        except UnauthorizedError as error:
            self._closed[slot] = f"the keys of {self._names[account]} may not confirm"
            kind, detail = Kind.REFUSED_BY_ENDPOINT, _words(error, offer.token)
        except RefusedError as error:
            self._refused[slot] += 1
            kind, detail = self._after_refusal(offer, account, _words(error, offer.token))
        except OutcomeUnknownError as error:
            self._closed[slot] = "it is not known what became of another token"
            kind, detail = Kind.OUTCOME_UNKNOWN, self._unknown(offer, account, _words(error, offer.token))
        except ApiError as error:
            self._paused[slot] = "the endpoint could not be reached"
            kind, detail = Kind.NOT_SENT, _words(error, offer.token)
        else:
            self._closed[slot] = f"the token in {offer.mail} was taken"
            taken = Verdict(offer.mail, Kind.CONFIRMED, detail, offer.task.id, account)
            self._taken[offer.task.id, offer.token] = taken
            return taken
        return Verdict(offer.mail, kind, detail, offer.task.id, account)

    def _after_refusal(self, offer: Offer, account: AccountId, words: str) -> tuple[Kind, str]:
        """Return what a refused token comes to, once it was looked whether something else has changed."""
        if self._hand.has_confirmed(offer.task, account):
            self._closed[offer.task.id, account] = "another run confirmed"
            return Kind.ALREADY_CONFIRMED, f"another run confirmed for {self._names[account]} just now"
        now = self._hand.now(offer.task, account)
        if now is not None and now.state is not TaskState.VALIDATING:
            self._settled[offer.task.id] = now.state
        return Kind.REFUSED_BY_ENDPOINT, words

    def _unknown(self, offer: Offer, account: AccountId, words: str) -> str:
        now = self._hand.now(offer.task, account)
        seen = "the request cannot be read now" if now is None else f"it is {state_words(now.state)} now"
        return f"it is not known whether the endpoint took the token ({words}); {seen}"

    def _refusal(self, offer: Offer, refusals: Sequence[Verdict]) -> Verdict:
        if len(refusals) == 1:
            return refusals[0]
        each = [f"for {self._names[row.account]}: {row.detail}" for row in refusals]
        return Verdict(offer.mail, Kind.REFUSED_BY_ENDPOINT, "; ".join(each), offer.task.id)

    def _left(self, offer: Offer) -> Verdict:
        """Return why a token is not tried at all."""
        settled = self._settled.get(offer.task.id)
        if settled is not None:
            detail = f"it does not wait for people any more: {state_words(settled)}"
            return Verdict(offer.mail, Kind.NOT_WAITING, detail, offer.task.id)
        closed = self._closed | self._paused
        whys = [closed.get((offer.task.id, account)) for account in offer.accounts]
        return superseded(offer, next(filter(None, whys), f"{MOST_TRIES} others were refused in this run"))


def superseded(offer: Offer, why: str) -> Verdict:
    """Return the verdict on a token that another one goes before."""
    only = offer.accounts[0] if len(offer.accounts) == 1 else None
    return Verdict(offer.mail, Kind.SUPERSEDED, why, offer.task.id, only)


def _words(error: ApiError, token: str) -> str:
    """Return the endpoint's words on one line; the token in them is blotted out, whatever its case."""
    words = str(error) if error.hint is None else f"{error}; {error.hint}"
    return visible(re.sub(re.escape(token), "***", words, flags=re.IGNORECASE))
