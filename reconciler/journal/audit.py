"""Whether every entry is as it was written, where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from reconciler.journal.chain import GENESIS, Head, link


class Fault(StrEnum):
    """What is wrong with the first entry that does not continue the chain."""

    CHANGED = "changed"  # it follows the entry before, and says something else than was written
    MISPLACED = "misplaced"  # it does not follow the entry before: one of the two was moved or put here
    MISSING = "missing"
    BEYOND_THE_END = "beyond_the_end"  # the chain's last link, which is kept apart, is an earlier one
    NOT_THE_END = "not_the_end"  # it is the last, and not the one that is kept apart as such


class Entry(NamedTuple):
    """One entry as it stands in the database now, so `at` and `kind` may be anything."""

    seq: object
    at: str
    kind: str


class Break(NamedTuple):
    """Where the chain breaks.

    Attributes:
        seq: the number of the first entry that was changed, lost or moved.
        found: what stands there; None where it is missing.
        before: the last entry that is as it was written; None where the chain breaks at once.
    """

    seq: int
    fault: Fault
    found: Entry | None
    before: Entry | None


class Audit(NamedTuple):
    """How many entries, from the first on, are as they were written, and where that ends, if it does."""

    whole: int
    broken: Break | None


def audited(rows: Iterable[Mapping[str, Any]], head: Head) -> Audit:
    """Return how far the chain holds.

    Args:
        rows: the entries by number; whatever a database may hold in place of what was written.
        head: the last link, as it is kept apart from the entries.
    """
    last = head.seq if isinstance(head.seq, int) else 0
    whole, previous = 0, GENESIS
    before: Entry | None = None
    for row in rows:
        seq = whole + 1
        entry = Entry(row["seq"], str(row["at"]), str(row["kind"]))
        fault = _fault(row, seq, previous, Head(last, head.hash))
        if fault is not None:
            return Audit(whole, Break(seq, fault, None if fault is Fault.MISSING else entry, before))
        whole, previous, before = seq, row["hash"], entry
    if whole < last:
        return Audit(whole, Break(whole + 1, Fault.MISSING, None, before))
    return Audit(whole, None)


def _fault(row: Mapping[str, Any], seq: int, previous: str, head: Head) -> Fault | None:
    """Return what is wrong with the row that should be entry `seq`, None if nothing is."""
    if seq > head.seq:
        return Fault.BEYOND_THE_END
    if row["seq"] != seq:
        return Fault.MISSING if isinstance(row["seq"], int) and row["seq"] > seq else Fault.MISPLACED
    if row["previous"] != previous:
        return Fault.MISPLACED
    if not _says_what_it_said(row):
        return Fault.CHANGED
    return Fault.NOT_THE_END if seq == head.seq and row["hash"] != head.hash else None


def _says_what_it_said(row: Mapping[str, Any]) -> bool:
    try:
        return bool(row["hash"] == link(row))
    except TypeError:  # bytes in place of text, which SQLite does not mind
        return False
