"""Several accounts see the same things: each thing is read once, by the account that sees the most."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from typing import Generic, NamedTuple, TypeVar

from reconciler.errors import ApiError
from reconciler.model import AccountId
from reconciler.ports.endpoint import Reader

T = TypeVar("T")
Read = Callable[[Reader, Collection[int]], tuple[Mapping[int, T | None], ApiError | None]]
"""Reads these ids through a reader: what it found (None: gone), and the error that kept it from the rest."""


class Shared(NamedTuple, Generic[T]):
    """What was found by id, the ids of what is gone, and the last error for each that nobody could read."""

    found: dict[int, T]
    gone: set[int]
    failed: dict[int, ApiError]


def share_out(
    readers: Sequence[Reader], visible: Mapping[AccountId, Collection[int]], read: Read[T], pool: Executor
) -> Shared[T]:
    """Read every visible id once; what one account could not read, the next that sees it is asked for."""
    found: dict[int, T] = {}
    gone: set[int] = set()
    failed: dict[int, ApiError] = {}
    left = {account: set(ids) for account, ids in visible.items()}
    while any(left.values()):
        shares = _shares(readers, left)
        results = pool.map(lambda pair: read(*pair), shares)
        for (reader, ids), (things, error) in zip(shares, results, strict=True):
            left[reader.account] -= ids
            found |= {number: thing for number, thing in things.items() if thing is not None}
            gone |= {number for number, thing in things.items() if thing is None}
            if error is not None:
                failed |= dict.fromkeys(ids - things.keys(), error)
            for account in left:
                left[account] -= things.keys()
        for number in found:
            failed.pop(number, None)
    return Shared(found, gone - found.keys(), failed)


def _shares(
    readers: Sequence[Reader], left: Mapping[AccountId, Collection[int]]
) -> list[tuple[Reader, frozenset[int]]]:
    """Return who reads what next: the account that sees the most takes all, the next what remains."""
    taken: set[int] = set()
    shares: list[tuple[Reader, frozenset[int]]] = []
    by_size = sorted(readers, key=lambda reader: (-len(left.get(reader.account, ())), reader.account))
    for reader in by_size:
        share = frozenset(left.get(reader.account, ())) - taken
        if share:
            taken |= share
            shares.append((reader, share))
    return shares
