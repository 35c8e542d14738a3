"""`history --verify`: whether the journal is as it was written, on stdout and as an exit code."""

from __future__ import annotations

import json
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.errors import JournalError
from reconciler.journal import AuditedJournal, Break, Fault
from reconciler.journal.audit import Entry
from reconciler.render import visible


def show_audit(journal: AuditedJournal, endpoint: str, style: str) -> ExitCode:
    """Write how many entries of the journal hold and what is wrong with the first that does not.

    Raises:
        JournalError: there is no journal: a check that was asked for and cannot be made has failed.
    """
    audit = journal.audit()
    if audit is None:
        raise JournalError(
            f"there is no journal of {endpoint} to verify",
            hint="the first apply begins one; --journal names another place",
        )
    if style == "json":
        broken = None if audit.broken is None else _object(audit.broken)
        click.echo(json.dumps({"version": 1, "whole": audit.whole, "broken": broken}))
    else:
        checked = f"{audit.whole} {'entry' if audit.whole == 1 else 'entries'} checked and whole"
        click.echo(f"The journal of {visible(endpoint)}: {checked}; {_verdict(audit.broken)}.")
    return ExitCode.OK if audit.broken is None else ExitCode.ERROR


def _verdict(broken: Break | None) -> str:
    if broken is None:
        return "all is as it was written"
    if broken.found is None:
        after = f", after {_called(broken.before)}" if broken.before else ""
        return f"entry {broken.seq} is missing{after}"
    words = {
        Fault.CHANGED: "was changed",
        Fault.MISPLACED: "does not follow the one before: one of them was moved, put there or changed",
        Fault.BEYOND_THE_END: "stands past the recorded end: it was added there, or that record was changed",
        Fault.NOT_THE_END: "is not the one that was recorded as the last: one of the two was changed",
    }
    return f"{_called(broken.found)} {words[broken.fault]}"


def _called(entry: Entry) -> str:
    return visible(f"entry {entry.seq} ({entry.kind}, {entry.at})")


def _object(broken: Break) -> dict[str, Any]:
    return {
        "number": broken.seq,
        "fault": broken.fault,
        "found": _entry(broken.found),
        "before": _entry(broken.before),
    }


def _entry(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"number": entry.seq, "at": entry.at, "kind": entry.kind}
