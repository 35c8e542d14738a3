"""What the journal remembers of services and accounts: needs neither network nor credentials."""

from __future__ import annotations

from reconciler.progress.history import Handover, history
from reconciler.session.session import Session


def history_of(session: Session) -> tuple[Handover, ...]:
    """Return every change that the journal knows of, the newest request first.

    Args:
        session: only its file and its journal are read.
    """
    journal = session.journal
    return history(
        journal.ever_asked(), journal.sightings(), journal.confirmations(), session.config.rows.keys()
    )
