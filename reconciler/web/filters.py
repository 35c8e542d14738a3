"""Which services are asked for: text, product, role, account and tray, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.model import ROLES, AccountId, Role, account_id
from reconciler.web.service_lines import ServiceLine, Tray


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for; empty parts ask for nothing.

    Attributes:
        text: words that all must occur, in the service or in what one of its accounts is called.
        account: a short name or an id, as it was given.
        role: narrows `account` and `tray` to this contact; alone it finds where this contact is not yet as
            the file wants it.
    """

    text: str = ""
    product: str = ""
    role: str = ""
    account: str = ""
    tray: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether every service is asked for."""
        return not (self.text.strip() or self.product or self.role or self.account.strip() or self.tray)

    def parameters(self) -> dict[str, str]:
        """Return it as the query of an address."""
        return {
            "q": self.text,
            "product": self.product,
            "role": self.role,
            "account": self.account,
            "tray": self.tray,
        }


def matching(
    lines: Sequence[ServiceLine], wanted: Filter, ids: Mapping[str, AccountId]
) -> Sequence[ServiceLine]:
    """Return the lines that a filter asks for, in their order.

    Args:
        lines: all of them.
        wanted: what is asked for; a role or tray that there is not is found nowhere.
        ids: the accounts by their short names, case folded.
    """
    if wanted.is_empty:
        return lines
    if wanted.role not in {"", *Role} or wanted.tray not in {"", *Tray}:
        return ()
    found = lines
    for word in wanted.text.casefold().split():
        found = [line for line in found if word in line.sought]
    if wanted.product:
        found = [line for line in found if line.product == wanted.product]
    places = [ROLES.index(Role(wanted.role))] if wanted.role else [0, 1, 2]
    if wanted.account.strip():
        given = account_id(wanted.account)
        found = [line for line in found if _names(line, ids.get(given, given), places)]
    if wanted.tray and (not wanted.role or wanted.tray in _WHOLE_SERVICES):
        found = [line for line in found if wanted.tray in line.trays]
    elif wanted.tray == Tray.IN_SYNC:
        found = [line for line in found if _is_in_sync(line, Role(wanted.role))]
    elif wanted.tray:
        found = [line for line in found if _lies_in(line, wanted.role, wanted.tray)]
    elif wanted.role and not wanted.account.strip():
        found = [line for line in found if any(note.role == wanted.role for note in line.notes)]
    return found


_WHOLE_SERVICES = frozenset({Tray.ABSENT, Tray.UNKNOWN, Tray.UNMANAGED})
"""The trays in which a service lies with all of its roles."""


def _names(line: ServiceLine, account: AccountId, places: Sequence[int]) -> bool:
    """Tell whether an account holds one of the roles, or is to hold it."""
    for row in (line.live, line.desired):
        if row is not None and account in row:
            for place in places:
                if row[place] == account:
                    return True
    return False


def _lies_in(line: ServiceLine, role: str, tray: str) -> bool:
    return any(note.role == role and note.tray == tray for note in line.notes)


def _is_in_sync(line: ServiceLine, role: Role) -> bool:
    managed = line.desired is not None and line.desired.of(role) is not None
    return managed and line.live is not None and not line.notes_on(role)
