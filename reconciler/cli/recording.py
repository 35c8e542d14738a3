"""The record of a run that writes: who ran which command at which commit, and how it ended."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reconciler import __version__
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.who import commit_of, user
from reconciler.plan import Basis
from reconciler.ports.journal import RunRecord
from reconciler.session import Session


def begin(
    session: Session,
    command: str,
    *,
    fingerprint: str | None = None,
    approved: tuple[Basis, ...] = (),
    lifted: Mapping[str, str] | None = None,
) -> RunRecord:
    """Journal that a run begins; what is written until its end is marked with it.

    Args:
        session: whose journal, user and file.
        command: its name only: what was typed may hold a token.
        fingerprint: of the approved plan that is carried out.
        approved: its requests.
        lifted: guards that were lifted, with the reason.
    """
    record = RunRecord(
        run=uuid.uuid4().hex,
        at=_now(session),
        command=command,
        version=__version__,
        user=session.user or user(),
        commit=commit_of(Path(session.config.files[0])),
        fingerprint=fingerprint,
        lifted=lifted,
        approved=approved,
    )
    session.journal.record_run(record)
    return record


def end(session: Session, record: RunRecord, code: ExitCode) -> None:
    """Journal how a run ended."""
    session.journal.record_run(replace(record, at=_now(session), exit_code=code, approved=()))


@contextmanager
def recorded(session: Session, command: str) -> Iterator[None]:
    """Journal the run around the block, whose failure is the run's."""
    record = begin(session, command)
    code = ExitCode.ERROR
    try:
        yield
        code = ExitCode.OK
    finally:
        end(session, record, code)


def _now(session: Session) -> datetime:
    """Return the endpoint's clock, by which all else in the journal is dated."""
    return next(iter(session.readers.values())).now()
