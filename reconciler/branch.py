"""What a branch itself changes: three-way, contact by contact, as git merges lines.

A branch that is behind still shows the contacts of the day on which it forked. Compared with what OVHcloud
has today it would seem to take back what others have merged since; so only what differs from the fork is its
own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import starmap
from typing import TypeVar

from reconciler.model import ROLES, Contacts, Role, ServiceId
from reconciler.model.contacts import Desired, Marks

_Value = TypeVar("_Value")
_NONE: frozenset[Role] = frozenset()

NOBODY = Contacts(None, None, None)
"""The row of a service that a file does not declare: no role of it is managed."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch beside the base that it is to be merged into.

    Attributes:
        base: what the base is called, such as `origin/main`.
        desired: who is to hold which role once the branch is merged.
        own: the contacts that the branch wants otherwise than the fork and than the base: held by another
            account, or observed where they were requested, or the other way round.
        released: those of them that would no longer be managed.
        contested: those of them that the base wants otherwise than the fork too; the branch wins here, git
            will show the conflict.
        observed: what is only observed once the branch is merged.
    """

    base: str
    desired: Desired
    own: frozenset[tuple[ServiceId, Role]]
    released: tuple[tuple[ServiceId, Role], ...]
    contested: tuple[tuple[ServiceId, Role], ...]
    observed: Marks = field(default_factory=dict)


def merge(
    fork: Desired,
    base: Desired,
    here: Desired,
    *,
    name: str,
    observed: tuple[Marks, Marks, Marks] = ({}, {}, {}),
) -> Branch:
    """Return what the branch `here` adds to `base`, which both were `fork` once.

    A contact is the branch's own where `here` differs from `fork` and from `base`; all others are as in
    `base`. That goes for who is to hold it and, by itself, for whether it is only observed.

    Args:
        fork: what both wanted when they parted.
        base: what the base wants now.
        here: what the branch wants now.
        name: what the base is called.
        observed: what each of the three only observes.
    """
    desired: dict[ServiceId, Contacts] = {}
    own: set[tuple[ServiceId, Role]] = set()
    released: list[tuple[ServiceId, Role]] = []
    contested: list[tuple[ServiceId, Role]] = []
    marks: dict[ServiceId, frozenset[Role]] = {}
    for service in sorted({*fork, *base, *here}):
        rows = [files.get(service, NOBODY) for files in (fork, base, here)]
        merged = Contacts(*starmap(_merged, zip(*rows, strict=True)))
        if any(merged):
            desired[service] = merged
        ways = [_ways(row, files.get(service, _NONE)) for row, files in zip(rows, observed, strict=True)]
        if seen := frozenset(role for role, *one in zip(ROLES, *ways, strict=True) if _merged(*one)):
            marks[service] = seen
        for role, named, treated in zip(ROLES, zip(*rows, strict=True), zip(*ways, strict=True), strict=True):
            changed = [three for three in (named, treated) if three[2] not in three[:2]]
            if not changed:
                continue
            own.add((service, role))
            if named[2] is None:
                released.append((service, role))
            if any(based != forked for forked, based, _ in changed):
                contested.append((service, role))
    return Branch(name, desired, frozenset(own), tuple(released), tuple(contested), marks)


def _ways(row: Contacts, seen: frozenset[Role]) -> tuple[bool | None, ...]:
    """Return for each role whether a file only observes it; None where it names nobody."""
    return tuple(None if holder is None else role in seen for role, holder in zip(ROLES, row, strict=True))


def _merged(forked: _Value, based: _Value, wanted: _Value) -> _Value:
    return based if wanted == forked else wanted
