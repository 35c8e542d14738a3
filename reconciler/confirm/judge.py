"""Judges letters: which of their tokens may be given to the endpoint, and whose token each of them is.

Whose it is: a mail out of an account's own history is that account's. A mail from elsewhere is that of the
party whose profile holds an address it was sent to, else of the only party that is missing, else of one of
them, which the endpoint alone can tell. Addresses can be forged, and need not be trusted: they only decide
for whom a token is tried, and a token serves nobody but the party that it was mailed to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.confirm.known import Known
from reconciler.confirm.verdicts import Kind, Verdict
from reconciler.confirm.wanted import Objection, objection_to
from reconciler.model import AccountId, Task, parties
from reconciler.ports.letters import Find, Letter
from reconciler.progress import confirmed_by
from reconciler.render.wording import listed


@dataclass(frozen=True, slots=True)
class Offer:
    """A token that may be given to the endpoint.

    Attributes:
        mail: where the mail lies.
        sent: when it was sent, as far as that is known.
        vouched: whether it is from an account's own mail history.
        accounts: whose token it may be, at least one.
    """

    mail: str
    task: Task
    accounts: tuple[AccountId, ...]
    token: str = field(repr=False)
    sent: datetime | None = None
    vouched: bool = False

    @property
    def rank(self) -> tuple[bool, datetime, int]:
        """Return what sorts offers: what goes first is greatest.

        The history comes before any other source, whose dates anybody can have written; then the newest mail;
        of two copies of one mail the one that leaves less doubt about whose it is.
        """
        return self.vouched, self.sent or _LONG_AGO, -len(self.accounts)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def judge(letters: Iterable[Letter], known: Known) -> tuple[Verdict | Offer, ...]:
    """Return for each token of each letter an offer or why it is left alone, in the order of the letters."""
    return tuple(row for letter in letters for row in _judged(letter, known))


def _judged(letter: Letter, known: Known) -> Iterator[Verdict | Offer]:
    if letter.trouble is not None:
        yield Verdict(letter.place, Kind.UNREADABLE, letter.trouble, account=letter.owner)
    elif not letter.finds:
        yield Verdict(letter.place, Kind.NO_TOKEN, "the mail holds no token", account=letter.owner)
    for find in letter.finds:
        yield _of_find(letter, find, known)


def _of_find(letter: Letter, find: Find, known: Known) -> Verdict | Offer:
    number = _request_of(find, known)
    if isinstance(number, Objection):
        return Verdict(letter.place, *number, account=letter.owner)
    objection = objection_to(number, known)
    if objection is not None:
        return Verdict(letter.place, *objection, number, letter.owner)
    task = known.tasks[number]
    accounts = _accounts_of(letter, task, known)
    if isinstance(accounts, _NotTheirs):
        return Verdict(letter.place, *accounts.objection, number, accounts.account)
    return Offer(letter.place, task, accounts, find.token, letter.sent, letter.owner is not None)


def _request_of(find: Find, known: Known) -> int | Objection:
    """Return the request that a token is for; a bare one needs exactly one number that waits for it."""
    if find.request is not None:
        return find.request
    waiting = sorted(find.numbers & known.ours_that_wait())
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        which = f"the mail names several of our requests that wait: {listed(map(str, waiting))}"
    else:
        which = "the mail names no request of ours that waits"
    return Objection(Kind.UNCLEAR_REQUEST, f"a token without a link, and {which}")


@dataclass(frozen=True, slots=True)
class _NotTheirs:
    """A token that no account of ours can use; `account` is whose it is, where that is known."""

    objection: Objection
    account: AccountId | None


def _accounts_of(letter: Letter, task: Task, known: Known) -> tuple[AccountId, ...] | _NotTheirs:
    """Return whose token it may be, the asker first."""
    must = parties(task.asker, task.to_account)
    done = set(confirmed_by(task, known.answers))
    addressed = _addressed(letter, known)
    missing = [party for party in must if party not in done]
    if addressed:
        able = [party for party in missing if party in addressed]
        if not able:
            return _not_theirs(addressed, must, known)
    else:
        able = [party for party in missing if party in known.addresses]
        if not able:
            return _nobody_able(missing, known)
    meant = tuple(party for party in able if known.only in {None, party})
    if not meant:
        for_whom = known.called[known.only]
        return _NotTheirs(Objection(Kind.OTHER_ACCOUNT, f"this run is for {for_whom} only"), _single(able))
    return meant


def _addressed(letter: Letter, known: Known) -> frozenset[AccountId]:
    """Return the accounts that a letter is surely or allegedly for; empty where it does not tell."""
    if letter.owner is not None:
        return frozenset({letter.owner})
    recipients = {recipient.casefold() for recipient in letter.recipients}
    return frozenset(
        account
        for account, address in known.addresses.items()
        if address is not None and address.casefold() in recipients
    )


def _not_theirs(addressed: frozenset[AccountId], must: tuple[AccountId, ...], known: Known) -> _NotTheirs:
    parties_meant = [party for party in must if party in addressed]
    if parties_meant:
        who = listed(known.called[party] for party in parties_meant)
        objection = Objection(Kind.ALREADY_CONFIRMED, f"confirmed for {who} before")
        return _NotTheirs(objection, _single(parties_meant))
    strangers = sorted(addressed)
    who, verb = listed(known.called[one] for one in strangers), "is" if len(strangers) == 1 else "are"
    objection = Objection(
        Kind.ADDRESSED_TO_OTHER, f"it was mailed to {who}, who {verb} no party of the request"
    )
    return _NotTheirs(objection, _single(strangers))


def _nobody_able(missing: list[AccountId], known: Known) -> _NotTheirs:
    if not missing:
        objection = Objection(Kind.ALREADY_CONFIRMED, "confirmed for every party before")
        return _NotTheirs(objection, None)
    who = listed(known.called[party] for party in missing)
    objection = Objection(
        Kind.NO_CREDENTIALS,
        f"it waits for {who}, whose credentials are not configured: the mail's link answers",
    )
    return _NotTheirs(objection, _single(missing))


def _single(accounts: list[AccountId]) -> AccountId | None:
    return accounts[0] if len(accounts) == 1 else None
