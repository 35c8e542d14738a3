"""What a branch itself changes: three-way, contact by contact, as git merges lines.

A branch that is behind still shows the contacts of the day on which it forked. Compared with what OVHcloud
has today it would seem to take back what others have merged since; so only what differs from the fork is its
own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import starmap

from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId
from reconciler.model.contacts import Desired

NOBODY = Contacts(None, None, None)
"""The row of a service that a file does not declare: no role of it is managed."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch beside the base that it is to be merged into.

    Attributes:
        base: what the base is called, such as `origin/main`.
        desired: who is to hold which role once the branch is merged.
        own: the contacts that the branch wants otherwise than the fork and than the base.
        released: those of them that would no longer be managed.
        contested: those of them that the base wants otherwise than the fork too; the branch wins here, git
            will show the conflict.
    """

    base: str
    desired: Desired
    own: frozenset[tuple[ServiceId, Role]]
    released: tuple[tuple[ServiceId, Role], ...]
    contested: tuple[tuple[ServiceId, Role], ...]


def merge(fork: Desired, base: Desired, here: Desired, *, name: str) -> Branch:
    """Return what the branch `here` adds to `base`, which both were `fork` once.

    A contact is the branch's own where `here` differs from `fork` and from `base`; all others are as in
    `base`.

    Args:
        fork: what both wanted when they parted.
        base: what the base wants now.
        here: what the branch wants now.
        name: what the base is called.
    """
    desired: dict[ServiceId, Contacts] = {}
    own: set[tuple[ServiceId, Role]] = set()
    released: list[tuple[ServiceId, Role]] = []
    contested: list[tuple[ServiceId, Role]] = []
    for service in sorted({*fork, *base, *here}):
        rows = [files.get(service, NOBODY) for files in (fork, base, here)]
        merged = Contacts(*starmap(_merged, zip(*rows, strict=True)))
        if any(merged):
            desired[service] = merged
        for role, forked, based, wanted in zip(ROLES, *rows, strict=True):
            if wanted in (forked, based):
                continue
            own.add((service, role))
            if wanted is None:
                released.append((service, role))
            if based != forked:
                contested.append((service, role))
    return Branch(name, desired, frozenset(own), tuple(released), tuple(contested))


def _merged(forked: AccountId | None, based: AccountId | None, wanted: AccountId | None) -> AccountId | None:
    return based if wanted == forked else wanted
