"""What the journal remembers of a service or of an account: needs neither network nor credentials."""

from __future__ import annotations

from reconciler.model import AccountId, Role, ServiceId
from reconciler.progress.history import Handover, history, of_account, of_service
from reconciler.session.session import Session


def history_of(
    session: Session,
    *,
    service: ServiceId | None = None,
    account: AccountId | None = None,
    role: Role | None = None,
) -> tuple[Handover, ...]:
    """Return every change that the journal knows of, the newest request first.

    Args:
        session: only its file and its journal are read.
        service: only what is, or may be, about this service.
        account: only what this account gained or lost, or was to.
        role: only what is about this role.
    """
    journal = session.journal
    rows = history(
        journal.ever_asked(), journal.sightings(), journal.confirmations(), session.config.rows.keys()
    )
    if service is not None:
        rows = tuple(of_service(rows, service))
    if account is not None:
        rows = tuple(of_account(rows, account))
    return rows if role is None else tuple(row for row in rows if row.role is role)
