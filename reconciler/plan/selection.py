"""Which part of a plan one run is about: services by pattern, roles, and how many changes at most."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconciler.model import AccountId, Role, ServiceId, route_of
from reconciler.model.patterns import compiled
from reconciler.model.routes import ROUTES

Names = Callable[[ServiceId], bool]
"""Tells whether a pattern names a service."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run is to be about; the default is everything.

    Attributes:
        only: patterns of services, one of which must fit; empty: every service.
        roles: the roles; empty: all three.
        limit: how many contacts may be requested; None: as many as there are.
        approved: contacts of an approved plan that this limit was set for, each with its desired account.
            Those of them that are under way or done use it up, so that what failed can be asked again
            without anything in their place.
    """

    only: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    limit: int | None = None
    approved: frozenset[tuple[ServiceId, Role, AccountId]] = frozenset()

    def chooses(self) -> Callable[[ServiceId, Role], bool]:
        """Return what tells whether a contact is chosen by `only` and `roles`."""
        named = [naming(pattern) for pattern in self.only]
        roles = self.roles or (*Role,)
        known: dict[ServiceId, bool] = {}

        def chosen(service: ServiceId, role: Role) -> bool:
            if role not in roles:
                return False
            if service not in known:
                known[service] = not named or any(names(service) for names in named)
            return known[service]

        return chosen


def naming(pattern: str) -> Names:
    """Return what tells whether a pattern with `*` and `?` names a service; case counts.

    A pattern that begins with a product is about that product alone: `domain/*` names domains and not their
    zones, for which there is `domain/zone/*`. Elsewhere `*` stands for slashes too: `*/shop.example`.
    """
    matches = compiled(pattern).match
    product = product_of(pattern)
    if product is None:
        return lambda service: matches(service) is not None
    return lambda service: matches(service) is not None and route_of(service).key == product


def product_of(pattern: str) -> str | None:
    """Return the product that a pattern begins with, or None: the longest known route, and then a slash."""
    ends = [at for at, char in enumerate(_literal(pattern)) if char == "/"]
    return next((pattern[:end] for end in reversed(ends) if pattern[:end] in ROUTES), None)


def unmatched(patterns: Iterable[str], services: Iterable[ServiceId]) -> tuple[str, ...]:
    """Return the patterns that name none of the services."""
    known = tuple(services)
    return tuple(pattern for pattern in patterns if not any(map(naming(pattern), known)))


def _literal(pattern: str) -> str:
    """Return what stands before the first wildcard."""
    return pattern[: next((at for at, char in enumerate(pattern) if char in "*?"), len(pattern))]
