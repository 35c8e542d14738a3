"""An earlier look in place of the endpoint: what it tells about a file that may declare other services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.journal.empty import EmptyJournal
from reconciler.model import AccountId, Claim, Confirmation, Look, Region, Retry, ServiceId
from reconciler.observe import offered_here
from reconciler.snapshot.kept import Memory


class Recalled(EmptyJournal):
    """What the journal knew when a snapshot was taken; takes nothing in."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def claims(self) -> Mapping[int, Claim]:
        """Return the tasks of then that were called ours."""
        return self._memory.claims

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return the answers that had been given to them."""
        return self._memory.confirmations

    def retries(self) -> tuple[Retry, ...]:
        """Return the leaves to ask again of then."""
        return self._memory.retries

    def unknown_accounts(self) -> Mapping[AccountId, str]:
        """Return the accounts that were called unknown."""
        return self._memory.unknown_accounts


def as_seen_for(look: Look, declared: Iterable[ServiceId], region: Region) -> Look:
    """Return an earlier look, with what it cannot tell about these services as unknown.

    A service that nobody looked for by its key, and that no list showed, is absent if the services of every
    account were listed and read. Where one was not, it may be among those that went unseen.
    """
    gaps = {**look.incomplete, **look.unlisted}
    if not gaps:
        return look
    account = min(gaps)
    why = (
        "it is not in the snapshot, for which the services of "
        f"{account} could not all be read: {gaps[account]}"
    )
    missing = unasked(look, declared, region)
    return replace(look, unknown={**look.unknown, **dict.fromkeys(missing, why)})


def unasked(look: Look, declared: Iterable[ServiceId], region: Region) -> tuple[ServiceId, ...]:
    """Return the services that an earlier look neither showed nor looked for."""
    return tuple(
        service
        for service in offered_here(declared, region)
        if service not in look.live and service not in look.looked_for
    )
