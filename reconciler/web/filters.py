"""Which services are asked for: text, product, role, account and tray, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.model import AccountId, Role, account_id
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
    roles = (Role(wanted.role),) if wanted.role else tuple(Role)
    if wanted.account.strip():
        given = account_id(wanted.account)
        account = ids.get(given, given)
        found = [line for line in found if _names(line, account, roles)]
    if wanted.tray:
        tray = Tray(wanted.tray)
        found = [line for line in found if _lies_in(line, tray, roles, narrowed=bool(wanted.role))]
    elif wanted.role and not wanted.account.strip():
        found = [line for line in found if any(note.role in roles for note in line.notes)]
    return found


def _names(line: ServiceLine, account: AccountId, roles: tuple[Role, ...]) -> bool:
    """Tell whether an account holds one of the roles, or is to hold it."""
    return any(
        row is not None and row.of(role) == account for row in (line.live, line.desired) for role in roles
    )


def _lies_in(line: ServiceLine, tray: Tray, roles: tuple[Role, ...], *, narrowed: bool) -> bool:
    if not narrowed:
        return tray in line.trays
    if tray is Tray.IN_SYNC:
        managed = line.desired is not None and line.desired.of(roles[0]) is not None
        return managed and line.live is not None and not line.notes_on(roles[0])
    if tray in {Tray.ABSENT, Tray.UNKNOWN, Tray.UNMANAGED}:  # of whole services, so of each of their roles
        return tray in line.trays
    return any(note.tray is tray and note.role in roles for note in line.notes)
