"""What a mail holds for us: `mailbox` finds it, `confirm` judges it.

A token is a secret of the party that it was mailed to: no `repr` shows one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model import AccountId


@dataclass(frozen=True, slots=True)
class Find:
    """A token in a mail.

    Attributes:
        request: the id in the link that bore the token; None for a bare token.
        numbers: for a bare token, the numbers in the same mail that may be the request's id.
    """

    request: int | None
    token: str = field(repr=False)
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, wherever it was found, reduced to what may be used of it.

    Attributes:
        place: where it lies, for people; safe to show.
        sent: its date as far as it can be trusted to order mails; None where it has none.
        recipients: the addresses it was sent to, folded to lower case; anybody can have written them.
        owner: the account whose own mail history it is from, which OVHcloud vouches for; None elsewhere.
        finds: each token once, in the order of the mail.
        trouble: why nothing could be read of it, in words; None where it could be.
    """

    place: str
    sent: datetime | None = None
    recipients: frozenset[str] = frozenset()
    owner: AccountId | None = None
    finds: tuple[Find, ...] = ()
    trouble: str | None = None
