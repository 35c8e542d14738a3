"""What a run says in one number, and which number wins where several hold."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command."""

    OK = 0
    ERROR = 1
    SOMETHING_TO_REQUEST = 2
    WAITING = 3
    BLOCKED = 4
    STOPPED_BY_GUARD = 5
    STALE_PLAN = 6
    LOCK_HELD = 7
    PARTLY_APPLIED = 8
    USAGE = 64


_WORST_FIRST = (
    ExitCode.ERROR,
    ExitCode.PARTLY_APPLIED,
    ExitCode.LOCK_HELD,
    ExitCode.STALE_PLAN,
    ExitCode.STOPPED_BY_GUARD,
    ExitCode.BLOCKED,
    ExitCode.SOMETHING_TO_REQUEST,
    ExitCode.WAITING,
    ExitCode.OK,
)

_DETAILS = frozenset({ExitCode.SOMETHING_TO_REQUEST, ExitCode.WAITING, ExitCode.BLOCKED})


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the worst of `codes`, 0 where there is none."""
    return min(codes, key=_WORST_FIRST.index, default=ExitCode.OK)


def plain(code: ExitCode) -> ExitCode:
    """Return `code` as it is without `--detailed-exitcode`: the run did what it was told."""
    return ExitCode.OK if code in _DETAILS else code
