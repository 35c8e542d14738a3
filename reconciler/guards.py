"""Limits on what one run may do, whatever made the plan: on by default, lifted for one run with a reason.

Two of them veto single contacts, which the plan then shows as `blocked(guard)`; one stops the whole run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from enum import StrEnum

from reconciler.config import GuardSettings
from reconciler.diff import Change
from reconciler.model import ROLES, AccountId, Role, ServiceId
from reconciler.model.patterns import compiled

COUNTED_FROM = 10
"""Below this many services a share says nothing: one of three is 33 %."""


class Guard(StrEnum):
    """A guard by the name that the file and `--lift` give it."""

    MAX_CHANGES_PERCENT = "max_changes_percent"
    PROTECTED = "protected"
    ALLOW_ADMIN_HANDOVER_TO = "allow_admin_handover_to"


def vetoes(
    changes: Iterable[Change],
    settings: GuardSettings,
    held: Container[AccountId],
    lifted: Container[str] = frozenset(),
) -> Mapping[tuple[ServiceId, Role], str]:
    """Return the contacts that a guard forbids to touch, each with the guard and why.

    Args:
        changes: every contact that is not as desired.
        settings: the file's limits.
        held: the accounts whose credentials we hold.
        lifted: names of guards that this run lifts.
    """
    protects = _protection(settings.protected) if Guard.PROTECTED not in lifted else None
    handover = Guard.ALLOW_ADMIN_HANDOVER_TO not in lifted
    found: dict[tuple[ServiceId, Role], str] = {}
    for change in changes:
        if protects and (pattern := protects(change)):
            found[change.service, change.role] = f"{Guard.PROTECTED}: the file protects {pattern!r}"
        elif handover and _is_blind_handover(change, settings, held):
            found[change.service, change.role] = (
                f"{Guard.ALLOW_ADMIN_HANDOVER_TO}: admin would go to {change.desired}, "
                "an account that we hold no usable credentials of"
            )
    return found


def stops(
    moving: int,
    managed: int,
    services: int,
    settings: GuardSettings,
    lifted: Container[str] = frozenset(),
) -> str | None:
    """Return why `max_changes_percent` stops the run, or None.

    Args:
        moving: contacts that this rollout would ask for, now or later.
        managed: contacts that are managed and could be read.
        services: services with a managed role.
        settings: the file's limits.
        lifted: names of guards that this run lifts.
    """
    if services < COUNTED_FROM or Guard.MAX_CHANGES_PERCENT in lifted:
        return None
    if moving * 100 <= settings.max_changes_percent * managed:
        return None
    return (
        f"{moving} of {managed} managed contacts would change ({moving * 100 / managed:.1f} %), "
        f"more than {settings.max_changes_percent} %"
    )


def _is_blind_handover(change: Change, settings: GuardSettings, held: Container[AccountId]) -> bool:
    return (
        change.role is Role.ADMIN
        and change.desired not in held
        and change.desired not in settings.allow_admin_handover_to
    )


def _protection(patterns: Iterable[str]) -> Callable[[Change], str | None]:
    """Return a function that names the pattern protecting a contact, or None."""
    compiled = [(pattern, *_parse(pattern)) for pattern in patterns]

    def protected_by(change: Change) -> str | None:
        for pattern, matcher, role in compiled:
            if role in {None, change.role} and matcher.match(change.service):
                return pattern
        return None

    return protected_by


def _parse(pattern: str) -> tuple[re.Pattern[str], Role | None]:
    """Split off `:role`; the name of an IPv6 block has colons of its own."""
    service, colon, suffix = pattern.rpartition(":")
    if colon and suffix in ROLES:
        return compiled(service), Role(suffix)
    return compiled(pattern), None
