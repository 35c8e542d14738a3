"""Tokens in the order in which they are given to the endpoint, the newest first; or what would be given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconciler.confirm.judge import Offer
from reconciler.confirm.tries import Tries, superseded
from reconciler.confirm.verdicts import Kind, Verdict
from reconciler.confirm.wanted import Slot
from reconciler.model import AccountId
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, listed


def carry_out(rows: Sequence[Verdict | Offer], tries: Tries) -> tuple[Verdict, ...]:
    """Return a verdict on each row, once every offer that has its turn was given to the endpoint.

    Args:
        rows: judged just now.
        tries: reaches the endpoint, and knows what this run has tried already.
    """
    tries.begin_round()
    told = {at: tries.take(offer) for at, offer in _in_turn(rows)}
    return tuple(told[at] if isinstance(row, Offer) else row for at, row in enumerate(rows))


def preview(rows: Sequence[Verdict | Offer], names: Accounts) -> tuple[Verdict, ...]:
    """Return a verdict on each row, `would_confirm` for what has its turn; nothing is sent."""
    taken: set[Slot] = set()
    mails: dict[tuple[int, str], str] = {}
    told: dict[int, Verdict] = {}
    for at, offer in _in_turn(rows):
        number = offer.task.id
        left = [account for account in offer.accounts if (number, account) not in taken]
        if (number, offer.token) in mails:
            told[at] = superseded(offer, f"the same token is in {mails[number, offer.token]}")
        elif not left:
            told[at] = superseded(offer, "a newer mail for the same request and account goes first")
        else:
            mails[number, offer.token] = offer.mail
            taken.add((number, left[0]))
            told[at] = _would_confirm(offer, left, names)
    return tuple(told[at] if isinstance(row, Offer) else row for at, row in enumerate(rows))


def _in_turn(rows: Iterable[Verdict | Offer]) -> list[tuple[int, Offer]]:
    """Return the offers with their places, in the order in which they are to be given.

    A token that may be that of several accounts is tried first for those that no other mail is surely for:
    a wrong guess costs one of few tries.
    """
    offers = [(at, row) for at, row in enumerate(rows) if isinstance(row, Offer)]
    sure = {(offer.task.id, *offer.accounts) for _, offer in offers if len(offer.accounts) == 1}
    turns = sorted(offers, key=lambda pair: pair[1].rank, reverse=True)
    return [
        (
            at,
            replace(
                offer, accounts=tuple(sorted(offer.accounts, key=lambda one: (offer.task.id, one) in sure))
            ),
        )
        for at, offer in turns
    ]


def _would_confirm(offer: Offer, left: Sequence[AccountId], names: Accounts) -> Verdict:
    task = offer.task
    change = f"{names[task.from_account]} -> {names[task.to_account]} as {listed(task.roles)} contact"
    detail = f"{change} of {visible(str(task.name))}"
    if len(left) == 1:
        return Verdict(offer.mail, Kind.WOULD_CONFIRM, detail, task.id, left[0])
    either = " or ".join(names[account] for account in left)
    return Verdict(
        offer.mail, Kind.WOULD_CONFIRM, f"{detail}; the endpoint will tell if it is for {either}", task.id
    )
